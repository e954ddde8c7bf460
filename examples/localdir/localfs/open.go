//go:build linux

package localfs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"golang.org/x/sys/unix"
)

// tick is longer than the kernel's clock for file times stands still.
const tick = 12 * time.Millisecond

// Open implements syncer.Reader.
func (f *FS) Open(ctx context.Context, file syncer.Entry) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d, err := f.holder(ctx, file)
	if err != nil {
		return nil, fmt.Errorf("open %q: %w", file.Name, err)
	}
	defer d.close()
	fd, err := open(d.fd, file.Name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK)
	if err != nil {
		return nil, failure("open", d.below(file.Name), err)
	}
	b := &body{ctx: ctx, f: f, file: os.NewFile(uintptr(fd), d.below(file.Name)), parent: d.id, entry: file}
	if err := b.settle(); err != nil {
		_ = b.Close() // the error that counts is the other one
		return nil, err
	}
	return b, nil
}

// holder opens the folder that holds an item, also if the entry does not tell which it is.
func (f *FS) holder(ctx context.Context, e syncer.Entry) (*folder, error) {
	if e.ParentID != "" {
		return f.folder(ctx, e.ParentID)
	}
	found, _, err := f.search(ctx, e)
	if err != nil {
		return nil, err
	}
	return f.folder(ctx, found.ParentID)
}

// body is an open file of which only one version may be read.
type body struct {
	ctx    context.Context //nolint:containedctx // a body is read within the call that opened it
	f      *FS
	file   *os.File
	parent string
	entry  syncer.Entry
}

// settle waits until whoever changes the file from now on leaves another ctime.
func (b *body) settle() error {
	for {
		s, err := b.check()
		if err != nil {
			return err
		}
		young := tick - time.Since(time.Unix(0, s.ctime))
		if young <= 0 || young > tick {
			return nil // old enough, or in a future for which nobody can wait
		}
		select {
		case <-b.ctx.Done():
			return b.ctx.Err()
		case <-time.After(young):
		}
	}
}

// check compares the file with the version that was asked for.
func (b *body) check() (stat, error) {
	s, err := statOf(int(b.file.Fd()))
	if err != nil {
		return s, failure("look at", b.file.Name(), err)
	}
	now := b.f.entry(b.parent, b.entry.Name, &s)
	if now.ID != b.entry.ID || now.Content != b.entry.Content || now.Kind != syncer.File {
		return s, fmt.Errorf("read %q: %w", b.file.Name(), syncer.ErrStale)
	}
	return s, nil
}

// Read fails at the end if the file was changed while it was read.
func (b *body) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := b.file.Read(p)
	if errors.Is(err, io.EOF) {
		if _, changed := b.check(); changed != nil {
			return n, changed
		}
	}
	return n, err
}

func (b *body) Close() error { return b.file.Close() }
