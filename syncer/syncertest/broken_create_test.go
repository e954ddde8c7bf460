package syncertest_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// brokenCreates are file systems that break a promise when they create.
var brokenCreates = []breakage{{
	"create replaces a file",
	"file never replaces a file",
	func(t *twisted) {
		t.createFile = func(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
			if found, _ := t.Find(ctx, parent, syncer.NameKey(name)); len(found) > 0 && found[0].Kind == syncer.File {
				return t.Handle.UpdateFile(ctx, found[0], c)
			}
			return t.Handle.CreateFile(ctx, parent, name, c)
		}
	},
}, {
	"create returns the folder that is there",
	"folder never passes for a folder that was there",
	func(t *twisted) {
		t.createFolder = func(ctx context.Context, parent syncer.Entry, name string) (syncer.Entry, error) {
			if found, _ := t.Find(ctx, parent, syncer.NameKey(name)); len(found) > 0 {
				return found[0], nil
			}
			return t.Handle.CreateFolder(ctx, parent, name)
		}
	},
}, {
	"create finds another name when one is taken",
	"folder never replaces a file",
	func(t *twisted) {
		t.createFolder = func(ctx context.Context, parent syncer.Entry, name string) (syncer.Entry, error) {
			e, err := t.Handle.CreateFolder(ctx, parent, name)
			if errors.Is(err, fs.ErrExist) {
				e, err = t.Handle.CreateFolder(ctx, parent, name+" (1)")
			}
			return e, err
		}
	},
}, {
	"create says that a taken name is just some error",
	"one of many creates of a name wins",
	func(t *twisted) {
		t.createFile = func(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
			e, err := t.Handle.CreateFile(ctx, parent, name, c)
			if errors.Is(err, fs.ErrExist) {
				err = errors.New("409 conflict")
			}
			return e, err
		}
	},
}, {
	"create returns an entry without its version",
	"created file is there with its bytes",
	func(t *twisted) {
		t.createFile = func(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
			e, err := t.Handle.CreateFile(ctx, parent, name, c)
			e.Digest = ""
			return e, err
		}
	},
}, {
	"create refuses empty files",
	"empty file is a file",
	func(t *twisted) {
		t.createFile = func(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
			if c.Size == 0 {
				return syncer.Entry{}, syncer.ErrRefused
			}
			return t.Handle.CreateFile(ctx, parent, name, c)
		}
	},
}, {
	"create takes an unknown size for none",
	"file of unknown size and digest is stored whole",
	func(t *twisted) {
		t.createFile = func(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
			if c.Size == syncer.UnknownSize {
				c.Open = func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("")), nil }
			}
			return t.Handle.CreateFile(ctx, parent, name, c)
		}
	},
}, {
	"create makes parents up",
	"nothing is created in a folder that is gone",
	func(t *twisted) {
		t.createFile = func(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
			e, err := t.Handle.CreateFile(ctx, parent, name, c)
			if errors.Is(err, fs.ErrNotExist) {
				parent, err = t.Handle.CreateFolder(ctx, syncer.Entry{ID: t.Root()}, parent.Name)
				if err == nil {
					e, err = t.Handle.CreateFile(ctx, parent, name, c)
				}
			}
			return e, err
		}
	},
}, {
	"create stores a short body",
	"body that is not what was said becomes no file",
	func(t *twisted) {
		t.createFile = func(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
			c.Size = syncer.UnknownSize
			return t.Handle.CreateFile(ctx, parent, name, c)
		}
	},
}, {
	"create stores a body with another digest and then says so",
	"body that is not what was said becomes no file",
	func(t *twisted) {
		t.createFile = func(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
			want := c.Digest
			c.Digest = ""
			e, err := t.Handle.CreateFile(ctx, parent, name, c)
			if err == nil && want.Comparable(e.Digest) && want != e.Digest {
				err = syncer.ErrStale
			}
			return e, err
		}
	},
}, {
	"create stores what it got of a body that breaks",
	"body that is not what was said becomes no file",
	func(t *twisted) {
		t.createFile = func(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
			if c.Size == syncer.UnknownSize {
				c.Open = forgiving(c.Open)
			}
			return t.Handle.CreateFile(ctx, parent, name, c)
		}
	},
}, {
	"create goes on where a broken body ended",
	"body is opened afresh when its first reading breaks",
	func(t *twisted) {
		t.createFile = func(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
			e, err := t.Handle.CreateFile(ctx, parent, name, c)
			if err != nil && strings.Contains(err.Error(), "reset") {
				open := c.Open
				c.Open = func(ctx context.Context) (io.ReadCloser, error) {
					r, err := open(ctx)
					if err == nil {
						_, err = io.CopyN(io.Discard, r, 1)
					}
					return r, err
				}
				c.Size, c.Digest = syncer.UnknownSize, ""
				return t.Handle.CreateFile(ctx, parent, name, c)
			}
			return e, err
		}
	},
}, {
	"slashes in names become hyphens",
	"names that no service can hold are refused",
	func(t *twisted) {
		t.createFile = func(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
			return t.Handle.CreateFile(ctx, parent, strings.ReplaceAll(name, "/", "-"), c)
		}
	},
}, {
	"create goes on without its context",
	"cancelled context starts nothing",
	func(t *twisted) {
		t.createFolder = func(ctx context.Context, parent syncer.Entry, name string) (syncer.Entry, error) {
			return t.Handle.CreateFolder(context.WithoutCancel(ctx), parent, name)
		}
	},
}, {
	"create opens the body before it asks the context",
	"cancelled context starts nothing",
	func(t *twisted) {
		t.createFile = func(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
			if r, err := c.Open(ctx); err == nil {
				_ = r.Close()
			}
			return t.Handle.CreateFile(ctx, parent, name, c)
		}
	},
}}
