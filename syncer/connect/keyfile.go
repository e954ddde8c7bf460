package connect

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/procorebox/procorebox/syncer"
)

// TokenKeyFile returns the key in the file at path. If there is no file it makes one with a new key,
// which only its owner can read; of several processes that do so at once all get the same key. Keep
// the file apart from the store and from its copies, and do not lose it: what was sealed with it opens
// with nothing else.
//
// On Unix a file that its group or others may read or write is an error that wraps fs.ErrPermission.
// One that holds no key is an error that wraps syncer.ErrDamaged. Both are left as they are.
func TokenKeyFile(path string) (TokenKey, error) {
	key, err := readKeyFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeKeyFile(path); err == nil {
			key, err = readKeyFile(path)
		}
	}
	if err != nil {
		return TokenKey{}, fmt.Errorf("token key in %s: %w", path, err)
	}
	return key, nil
}

var errNoFile = fmt.Errorf("it is no regular file: %w", syncer.ErrDamaged)

func readKeyFile(path string) (TokenKey, error) {
	// Opening a pipe that nobody writes to would take for ever.
	if info, err := os.Stat(path); err != nil {
		return TokenKey{}, err
	} else if !info.Mode().IsRegular() {
		return TokenKey{}, errNoFile
	}
	file, err := os.Open(path) //nolint:gosec // which file is the caller's choice
	if err != nil {
		return TokenKey{}, err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	switch {
	case err != nil:
		return TokenKey{}, err
	case !info.Mode().IsRegular():
		return TokenKey{}, errNoFile
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return TokenKey{}, fmt.Errorf("others than its owner may use it: it has mode %#o, and should have 0600: %w", info.Mode().Perm(), fs.ErrPermission)
	}
	const most = 1 << 10
	text, err := io.ReadAll(io.LimitReader(file, most))
	if err != nil {
		return TokenKey{}, err
	}
	key, err := ParseTokenKey(string(text))
	if err != nil {
		return TokenKey{}, fmt.Errorf("%w: %w", syncer.ErrDamaged, err)
	}
	return key, nil
}

// makeKeyFile makes a file with a new key unless there is one. It appears under its name when it is
// complete and durable, since what is sealed with it must be opened after a power failure too.
func makeKeyFile(path string) error {
	secret := make([]byte, TokenKeySize)
	if _, err := rand.Read(secret); err != nil {
		return err
	}
	text := base64.StdEncoding.EncodeToString(secret) + "\n"
	fresh := path + "-new-" + rand.Text()
	defer func() { _ = os.Remove(fresh) }()
	if err := writeDurably(fresh, text); err != nil {
		return err
	}
	err := os.Link(fresh, path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		// A file system without links. Renaming could take the place of the key of another process.
		err = writeDurably(path, text)
	}
	if errors.Is(err, fs.ErrExist) {
		return nil // another process was faster
	}
	if err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func writeDurably(path, text string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // which file is the caller's choice
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Sync(), file.Close())
}

// syncFolder makes a new name in a folder durable, where the system can.
func syncFolder(path string) error {
	folder, err := os.Open(path) //nolint:gosec // which file is the caller's choice
	if err != nil {
		return err
	}
	defer func() { _ = folder.Close() }()
	if err := folder.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	return nil
}
