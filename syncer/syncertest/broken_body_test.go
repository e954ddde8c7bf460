package syncertest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"sync"

	"github.com/procorebox/procorebox/syncer"
)

// brokenBodies are file systems that break a promise about whole contents, or about a file as such.
var brokenBodies = []breakage{{
	"a deleted file reads as empty",
	"deleted file cannot be opened",
	func(t *twisted) {
		t.open = func(ctx context.Context, file syncer.Entry) (io.ReadCloser, error) {
			r, err := t.Handle.Open(ctx, file)
			if errors.Is(err, fs.ErrNotExist) {
				return io.NopCloser(bytes.NewReader(nil)), nil
			}
			return r, err
		}
	},
}, {
	"openings of a file share how far they have come",
	"each opening starts at the first byte",
	func(t *twisted) {
		var mu sync.Mutex
		bodies := map[syncer.Stamp]io.Reader{}
		t.open = func(ctx context.Context, file syncer.Entry) (io.ReadCloser, error) {
			mu.Lock()
			defer mu.Unlock()
			if r := bodies[file.Stamp()]; r != nil {
				return io.NopCloser(r), nil
			}
			r, err := t.Handle.Open(ctx, file)
			if err == nil {
				bodies[file.Stamp()] = r
			}
			return r, err
		}
	},
}, {
	"a body whose size is not known is stored as empty",
	"update of unknown size and digest is stored whole",
	func(t *twisted) {
		t.updateFile = func(ctx context.Context, old syncer.Entry, c syncer.Content) (syncer.Entry, error) {
			if c.Size == syncer.UnknownSize {
				c = contentOf(nil)
			}
			return t.Handle.UpdateFile(ctx, old, c)
		}
	},
}, {
	"a call that is cancelled stores what it has read",
	"body is read from a context that is cancelled under way",
	func(t *twisted) {
		t.createFile = func(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
			body, err := c.Open(ctx)
			if err != nil {
				return syncer.Entry{}, err
			}
			defer body.Close()
			var read []byte
			for chunk := make([]byte, 100); ctx.Err() == nil; {
				n, err := body.Read(chunk)
				read = append(read, chunk[:n]...)
				if err != nil {
					return t.Handle.CreateFile(ctx, parent, name, c)
				}
			}
			return t.Handle.CreateFile(context.WithoutCancel(ctx), parent, name, contentOf(read))
		}
	},
}, {
	"create puts a file in the place of a folder",
	"file never replaces a folder",
	func(t *twisted) {
		t.createFile = func(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
			if found, _ := t.Find(ctx, parent, syncer.NameKey(name)); len(found) > 0 && found[0].Kind == syncer.Folder {
				t.Service().User("careless").Remove("id:" + found[0].ID)
			}
			return t.Handle.CreateFile(ctx, parent, name, c)
		}
	},
}, {
	"a file is listed twice",
	"listing of a file yields that file only",
	func(t *twisted) {
		t.list = func(ctx context.Context, at syncer.Entry, from syncer.Token) iter.Seq2[syncer.Entry, error] {
			return func(yield func(syncer.Entry, error) bool) {
				for e, err := range t.Handle.List(ctx, at, from) {
					if !yield(e, err) || e.ID == at.ID && e.Kind == syncer.File && !yield(e, err) {
						return
					}
				}
			}
		}
	},
}}

// contentOf is a body of these bytes.
func contentOf(data []byte) syncer.Content {
	return syncer.Content{Size: int64(len(data)), Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	}}
}
