package office

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// A backup is a compressed tar archive: what it is, first, then the files of a data directory.
const (
	manifestName = "backup.json"
	backupForm   = 1
)

// manifest says what a backup is.
type manifest struct {
	Form  int       `json:"form"`
	Made  time.Time `json:"made"`
	Host  string    `json:"host"`
	Links []string  `json:"links"`
	Files []packed  `json:"files"`
}

// packed is a file in a backup.
type packed struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// BackupOptions may be left zero.
type BackupOptions struct {
	// WithKey adds the key: then whoever has the backup can read the tokens in it.
	WithKey bool
	// Replace allows to replace a file that is there.
	Replace bool
}

// Backup is what was made.
type Backup struct {
	File    string    `json:"file"`
	Size    int64     `json:"size"`
	Made    time.Time `json:"made"`
	Links   []string  `json:"links"`
	WithKey bool      `json:"with_key"`
}

// Backup copies all that is remembered into one file, at one instant, while anybody works on it. Only its
// owner can read the file. It appears under its name when it is complete and was read through; if a file of
// that name is there the error wraps fs.ErrExist. Large uploads under way are not in it: they begin anew.
func (o *Office) Backup(ctx context.Context, to string, opts BackupOptions) (*Backup, error) {
	if to == "" {
		return nil, fmt.Errorf("the backup has no name: %w", syncer.ErrInvalid)
	}
	if _, err := os.Lstat(to); err == nil && !opts.Replace {
		return nil, fmt.Errorf("%s: %w; --replace replaces it", to, fs.ErrExist)
	}
	dir, err := os.MkdirTemp(filepath.Dir(to), ".procorebox-backup-")
	if err != nil {
		return nil, fmt.Errorf("make room for the backup: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	b, err := o.pack(ctx, dir, opts)
	if err != nil {
		return nil, fmt.Errorf("backup of %s: %w", o.settings.Data, err)
	}
	fresh := filepath.Join(dir, "backup")
	if err := place(fresh, to, opts.Replace); err != nil {
		return nil, fmt.Errorf("backup of %s: %w", o.settings.Data, err)
	}
	b.File = to
	return b, nil
}

// place gives a complete file its name.
func place(fresh, to string, replace bool) error {
	if replace {
		return os.Rename(fresh, to)
	}
	err := os.Link(fresh, to)
	if err != nil && !errors.Is(err, fs.ErrExist) { // a file system without links
		return os.Rename(fresh, to)
	}
	return err
}

// pack makes the archive in a folder of its own.
func (o *Office) pack(ctx context.Context, dir string, opts BackupOptions) (*Backup, error) {
	m := manifest{Form: backupForm, Made: time.Now().UTC().Truncate(time.Second)}
	m.Host, _ = os.Hostname() // it is for people
	if err := o.file.Backup(ctx, filepath.Join(dir, databaseName)); err != nil {
		return nil, err
	}
	all, err := o.Links.All(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		m.Links = append(m.Links, l.Name)
	}
	sources := map[string]string{databaseName: filepath.Join(dir, databaseName)}
	names := []string{databaseName}
	if opts.WithKey {
		names, sources[keyName] = append(names, keyName), filepath.Join(o.settings.Data, keyName)
	}
	for _, name := range names {
		p, err := weigh(name, sources[name])
		if err != nil {
			return nil, err
		}
		m.Files = append(m.Files, p)
	}
	size, err := archive(filepath.Join(dir, "backup"), &m, sources)
	if err != nil {
		return nil, err
	}
	return &Backup{Size: size, Made: m.Made, Links: m.Links, WithKey: opts.WithKey}, nil
}

// weigh says what a file is.
func weigh(name, path string) (packed, error) {
	f, err := os.Open(path) //nolint:gosec // it is one of ours
	if err != nil {
		return packed{}, err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return packed{name, n, hex.EncodeToString(h.Sum(nil))}, err
}

// archive writes the backup, durably, and returns its size.
func archive(path string, m *manifest, sources map[string]string) (size int64, err error) {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the person's choice
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	zipped := gzip.NewWriter(out)
	files := tar.NewWriter(zipped)
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return 0, err
	}
	if err := files.WriteHeader(header(m, manifestName, int64(len(text)))); err != nil {
		return 0, err
	}
	if _, err := files.Write(text); err != nil {
		return 0, err
	}
	for _, p := range m.Files {
		if err := add(files, header(m, p.Name, p.Size), sources[p.Name]); err != nil {
			return 0, err
		}
	}
	if err := errors.Join(files.Close(), zipped.Close()); err != nil {
		return 0, err
	}
	if err := out.Sync(); err != nil {
		return 0, err
	}
	info, err := out.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func header(m *manifest, name string, size int64) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: m.Made}
}

func add(to *tar.Writer, h *tar.Header, path string) error {
	f, err := os.Open(path) //nolint:gosec // it is one of ours
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := to.WriteHeader(h); err != nil {
		return err
	}
	_, err = io.Copy(to, f)
	return err
}
