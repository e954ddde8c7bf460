//go:build linux

package localfs

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"golang.org/x/sys/unix"
)

// CreateFolder implements syncer.FileSystem.
func (f *FS) CreateFolder(ctx context.Context, parent syncer.Entry, name string) (syncer.Entry, error) {
	d, err := f.into(ctx, parent, name)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("create folder %q: %w", name, err)
	}
	defer d.close()
	if err := unix.Mkdirat(d.fd, name, 0o777); err != nil {
		return syncer.Entry{}, failure("create folder", d.below(name), err)
	}
	e, err := f.made(d, name)
	if err == nil {
		f.saw(e.ID, place{d.id, name})
	}
	return e, err
}

// into opens the folder in which something is to get a name.
func (f *FS) into(ctx context.Context, parent syncer.Entry, name string) (*folder, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := f.Info().Names.Check(name); err != nil {
		return nil, err
	}
	return f.folder(ctx, parent.ID)
}

// made returns what stands under a name after a write, and sees to it that it stays there. Its
// errors say nothing about the write, which was made.
func (f *FS) made(d *folder, name string) (syncer.Entry, error) {
	s, err := statAt(d.fd, name)
	if err == nil {
		err = f.persist()
	}
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("look at %q after writing it: %v", d.below(name), err) //nolint:errorlint // must not match NotDone
	}
	return f.entry(d.id, name, &s), nil
}

// CreateFile implements syncer.FileSystem.
func (f *FS) CreateFile(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
	d, err := f.into(ctx, parent, name)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("create file %q: %w", name, err)
	}
	defer d.close()
	if _, err := statAt(d.fd, name); err == nil {
		return syncer.Entry{}, failure("create file", d.below(name), fs.ErrExist) // before all the bytes are sent
	}
	st, temporary, err := f.receive(ctx, c, nil)
	if err == nil {
		if err = renameNew(st.fd(), temporary, d.fd, name); err != nil {
			st.drop(temporary)
		}
	}
	if err != nil {
		return syncer.Entry{}, failure("create file", d.below(name), err)
	}
	return f.made(d, name)
}

// receive writes a body to the private area, whole or not at all, with the mode and owner of old.
func (f *FS) receive(ctx context.Context, c syncer.Content, old *stat) (*stage, string, error) {
	st, err := f.private()
	if err != nil {
		return nil, "", err
	}
	name := st.name(onTheWayIn)
	if err := f.fill(ctx, filepath.Join(st.path, name), c, old); err != nil {
		st.drop(name)
		return nil, "", err
	}
	if err := ctx.Err(); err != nil {
		st.drop(name)
		return nil, "", err
	}
	return st, name, nil
}

// drop removes what was received and is not wanted; what cannot be removed now, Recover removes.
func (s *stage) drop(name string) { _ = unix.Unlinkat(s.fd(), name, 0) }

func (f *FS) fill(ctx context.Context, path string, c syncer.Content, old *stat) error {
	in, err := c.Open(ctx)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666) //nolint:gosec // as any program makes files: the umask decides
	if err != nil {
		return err
	}
	err = copyBody(out, in, c)
	if err == nil && old != nil {
		err = dress(out, old)
	}
	if err == nil && !c.Modified.IsZero() {
		err = setModified(out, c.Modified)
	}
	return errors.Join(err, out.Close())
}

// copyBody fails unless the body is what was said of it.
func copyBody(out io.Writer, in io.Reader, c syncer.Content) error {
	var h hash.Hash
	if c.Digest != "" {
		h = c.Digest.Algorithm().New()
	}
	if h != nil {
		out = io.MultiWriter(out, h)
	}
	// A buffer of the body's size, since most bodies are small and there are many of them.
	n, err := io.CopyBuffer(struct{ io.Writer }{out}, in, make([]byte, min(max(c.Size+1, 512), 64<<10)))
	switch {
	case err != nil:
		return err
	case c.Size != syncer.UnknownSize && n != c.Size:
		return fmt.Errorf("body has %d bytes, not %d: %w", n, c.Size, syncer.ErrStale)
	case h != nil && c.Digest.Algorithm().Sum(h) != c.Digest:
		return fmt.Errorf("body is not %s: %w", c.Digest, syncer.ErrStale)
	}
	return nil
}

// dress gives a new version the owner and mode of the old one. Who may not give a file away keeps it,
// as with every editor.
func dress(out *os.File, old *stat) error {
	if err := unix.Fchown(int(out.Fd()), int(old.uid), int(old.gid)); err != nil && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return unix.Fchmod(int(out.Fd()), old.mode&0o7777)
}

func setModified(out *os.File, t time.Time) error {
	at, err := unix.TimeToTimespec(t)
	if err != nil {
		return nil //nolint:nilerr // a time that no file can have is not worth a file
	}
	return unix.UtimesNanoAt(int(out.Fd()), "", []unix.Timespec{at, at}, unix.AT_EMPTY_PATH)
}

// UpdateFile implements syncer.FileSystem. The new version and the old one change places in one step;
// only then is the old one looked at for the last time.
func (f *FS) UpdateFile(ctx context.Context, old syncer.Entry, c syncer.Content) (syncer.Entry, error) {
	d, was, err := f.current(ctx, old)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("update %q: %w", old.Name, err)
	}
	defer d.close()
	st, received, err := f.receive(ctx, c, &was)
	if err != nil {
		return syncer.Entry{}, failure("update", d.below(old.Name), err)
	}
	// From now on what stands under this name may be the user's.
	swap := st.name(onTheWayOut)
	if err := renameNew(st.fd(), received, st.fd(), swap); err != nil {
		st.drop(received)
		return syncer.Entry{}, failure("update", d.below(old.Name), err)
	}
	if err := f.unchanged(d, old); err != nil {
		st.drop(swap)
		return syncer.Entry{}, fmt.Errorf("update %q: %w", old.Name, err)
	}
	exchange := func() error { return unix.Renameat2(st.fd(), swap, d.fd, old.Name, unix.RENAME_EXCHANGE) }
	if err := exchange(); err != nil {
		st.drop(swap)
		return syncer.Entry{}, failure("update", d.below(old.Name), gone(err))
	}
	if err := f.retire(st, swap, d.below(old.Name), &was); err != nil {
		if back := exchange(); back != nil {
			return syncer.Entry{}, fmt.Errorf("update %q: %v; the version before is %q and could not be put back: %v",
				d.below(old.Name), err, filepath.Join(st.path, swap), back) //nolint:errorlint // must not match NotDone
		}
		st.drop(swap)
		return syncer.Entry{}, failure("update", d.below(old.Name), err)
	}
	return f.made(d, old.Name)
}

// retire moves what was taken out to the trash, if it is what it should be.
func (f *FS) retire(st *stage, name, rel string, was *stat) error {
	_, err := f.retired(st, name, rel, was)
	return err
}

func (f *FS) retired(st *stage, name, rel string, was *stat) (string, error) {
	s, err := statAt(st.fd(), name)
	if err != nil {
		return "", err
	}
	if !s.sameBytes(was) {
		return "", fmt.Errorf("it was changed just now: %w", syncer.ErrStale)
	}
	return f.discard(st.fd(), filepath.Base(st.path), name, rel)
}

// current opens the folder that holds an item, if the item is as the entry says.
func (f *FS) current(ctx context.Context, old syncer.Entry) (*folder, stat, error) {
	if err := ctx.Err(); err != nil {
		return nil, stat{}, err
	}
	d, err := f.holder(ctx, old)
	if err != nil {
		return nil, stat{}, err
	}
	s, err := f.as(d, old)
	if err != nil {
		d.close()
		return nil, stat{}, err
	}
	return d, s, nil
}

func (f *FS) unchanged(d *folder, old syncer.Entry) error {
	_, err := f.as(d, old)
	return err
}

// as fails unless an item is as the entry says.
func (f *FS) as(d *folder, old syncer.Entry) (stat, error) {
	s, err := statAt(d.fd, old.Name)
	if err != nil {
		return s, gone(err)
	}
	if now := f.entry(d.id, old.Name, &s); now.ID != old.ID || now.Content != old.Content {
		return s, syncer.ErrStale
	}
	return s, nil
}

// gone says of an item that is not in its place that it is stale: it may be elsewhere.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("it is not there any more: %w", syncer.ErrStale)
	}
	return err
}
