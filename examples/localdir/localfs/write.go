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
	before := time.Now().Add(-tick)
	if err := unix.Mkdirat(d.fd, name, 0o777); err != nil {
		return syncer.Entry{}, failure("create folder", d.below(name), err)
	}
	s, err := statAt(d.fd, name)
	if err == nil && (s.kind() != unix.S_IFDIR || s.birth < before.UnixNano()) {
		err = errors.New("something else has its name now")
	}
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("look at folder %q after making it: %v", d.below(name), err) //nolint:errorlint // must not match NotDone
	}
	e := f.entry(d.id, name, &s)
	f.saw(e.ID, place{d.id, name})
	return e, f.stays(d, name)
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

// made returns the file that was written under a name. Whoever has put another file there since, or has
// written into this one, did so after us: then it is returned as it was written, so that the difference
// is noticed. Errors say nothing about the write, which was made.
func (f *FS) made(d *folder, name string, wrote *stat) (syncer.Entry, error) {
	s, err := statAt(d.fd, name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !s.sameBytes(wrote) {
		s, err = *wrote, nil
	}
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("look at %q after writing it: %v", d.below(name), err) //nolint:errorlint // must not match NotDone
	}
	return f.entry(d.id, name, &s), nil
}

// stays sees to it that what was changed under a name is on the disk. Its error says nothing about the
// change, which was made.
func (f *FS) stays(d *folder, name string) error {
	if err := f.persist(); err != nil {
		return fmt.Errorf("wait for the disk after changing %q: %v", d.below(name), err) //nolint:errorlint // must not match NotDone
	}
	return nil
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
	st, in, err := f.receive(ctx, c, nil)
	if err == nil {
		if err = renameNew(st.fd(), in.name, d.fd, name); err != nil {
			st.drop(in.name)
		}
	}
	if err != nil {
		return syncer.Entry{}, failure("create file", d.below(name), err)
	}
	e, err := f.made(d, name, &in.stat)
	if err != nil {
		return syncer.Entry{}, err
	}
	return e, f.stays(d, name)
}

// receive writes a body to the private area, whole or not at all, with the mode and owner of old.
func (f *FS) receive(ctx context.Context, c syncer.Content, old *stat) (*stage, child, error) {
	st, err := f.private()
	if err != nil {
		return nil, child{}, err
	}
	in := child{name: st.name(onTheWayIn)}
	err = f.fill(ctx, filepath.Join(st.path, in.name), c, old)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		in.stat, err = statAt(st.fd(), in.name)
	}
	if err != nil {
		st.drop(in.name)
		return nil, child{}, err
	}
	return st, in, nil
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
