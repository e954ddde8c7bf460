package office

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/procorebox/procorebox/syncer"
)

// mostManifest bounds the first file of a backup.
const mostManifest = 16 << 20

// unpack puts the files of a backup into a folder of ours, and returns what it says of itself. What is cut
// short, changed or something else is an error that wraps syncer.ErrDamaged.
func unpack(from, dir string) (*manifest, error) {
	in, err := os.Open(from) //nolint:gosec // the person's choice
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	zipped, err := gzip.NewReader(in)
	if err != nil {
		return nil, noBackup(from, err)
	}
	files := tar.NewReader(zipped)
	m, err := readManifest(files)
	if err != nil {
		return nil, noBackup(from, err)
	}
	for _, want := range m.Files {
		if want.Name != databaseName && want.Name != keyName {
			return nil, noBackup(from, fmt.Errorf("it holds %q", want.Name))
		}
		err := extract(files, want, filepath.Join(dir, want.Name))
		if _, ours := errors.AsType[*fs.PathError](err); ours { // a full disk is no damage of the backup
			return nil, fmt.Errorf("unpack %s: %w", from, err)
		}
		if err != nil {
			return nil, noBackup(from, err)
		}
	}
	if _, err := files.Next(); !errors.Is(err, io.EOF) {
		return nil, noBackup(from, errors.New("there is more in it than it says"))
	}
	// The checksum of the whole comes last.
	if _, err := io.Copy(io.Discard, io.LimitReader(zipped, mostManifest)); err != nil {
		return nil, noBackup(from, err)
	}
	if len(m.Files) == 0 || m.Files[0].Name != databaseName {
		return nil, noBackup(from, errors.New("there is no "+databaseName+" in it"))
	}
	return m, nil
}

// ErrNoBackup is a file that nothing can be put back from. What is in the data directory was not touched.
var ErrNoBackup = errors.New("no backup that can be used")

func noBackup(path string, why error) error {
	return fmt.Errorf("%s is %w: %w: %w", path, ErrNoBackup, syncer.ErrDamaged, why)
}

func readManifest(files *tar.Reader) (*manifest, error) {
	h, err := files.Next()
	if err != nil {
		return nil, err
	}
	if h.Name != manifestName {
		return nil, fmt.Errorf("it begins with %q and not with %s", h.Name, manifestName)
	}
	var m manifest
	if err := json.NewDecoder(io.LimitReader(files, mostManifest)).Decode(&m); err != nil {
		return nil, fmt.Errorf("%s: %w", manifestName, err)
	}
	if m.Form != backupForm {
		return nil, fmt.Errorf("it has form %d, this program knows %d", m.Form, backupForm)
	}
	return &m, nil
}

// extract writes one file, which must be the one that was packed.
func extract(files *tar.Reader, want packed, path string) (err error) {
	h, err := files.Next()
	if err != nil {
		return err
	}
	if h.Name != want.Name || h.Size != want.Size || h.Typeflag != tar.TypeReg {
		return fmt.Errorf("%q of %d bytes stands where %q of %d bytes should", h.Name, h.Size, want.Name, want.Size)
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // it is one of ours
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	sum := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(out, sum), files, want.Size); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != want.SHA256 {
		return fmt.Errorf("%s has another checksum", want.Name)
	}
	return out.Sync()
}
