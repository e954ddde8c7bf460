package syncertest_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// brokenContents are file systems that break a promise when they update or open.
var brokenContents = []breakage{{
	"update overwrites an edit",
	"update does not overwrite what the caller has not seen",
	func(t *twisted) {
		t.updateFile = func(ctx context.Context, old syncer.Entry, c syncer.Content) (syncer.Entry, error) {
			return t.Handle.UpdateFile(ctx, t.current(ctx, old), c)
		}
	},
}, {
	"update says that a stale entry is just some error",
	"update does not overwrite what the caller has not seen",
	func(t *twisted) {
		t.updateFile = func(ctx context.Context, old syncer.Entry, c syncer.Content) (syncer.Entry, error) {
			e, err := t.Handle.UpdateFile(ctx, old, c)
			if errors.Is(err, syncer.ErrStale) {
				err = errors.New("412 precondition failed")
			}
			return e, err
		}
	},
}, {
	"update looks before it writes instead of sending the guard",
	"one of many updates of a state wins",
	func(t *twisted) {
		t.updateFile = func(ctx context.Context, old syncer.Entry, c syncer.Content) (syncer.Entry, error) {
			now, err := t.Handle.Look(ctx, old.ID)
			if err == nil && now.Guard != old.Guard && !strings.HasPrefix(body(c), "body ") {
				err = syncer.ErrStale
			}
			if err != nil {
				return syncer.Entry{}, err
			}
			for { // everybody has looked before anybody writes
				e, err := t.Handle.UpdateFile(ctx, t.current(ctx, old), c)
				if !errors.Is(err, syncer.ErrStale) || !strings.HasPrefix(body(c), "body ") {
					return e, err
				}
			}
		}
	},
}, {
	"update makes a new item",
	"update gives a file new contents",
	func(t *twisted) {
		t.updateFile = func(ctx context.Context, old syncer.Entry, c syncer.Content) (syncer.Entry, error) {
			if _, err := t.Handle.Delete(ctx, old); err != nil {
				return syncer.Entry{}, err
			}
			return t.Handle.CreateFile(ctx, syncer.Entry{ID: old.ParentID}, old.Name, c)
		}
	},
}, {
	"update returns the entry from before",
	"entry that an update returns serves for the next one",
	func(t *twisted) {
		t.updateFile = func(ctx context.Context, old syncer.Entry, c syncer.Content) (syncer.Entry, error) {
			_, err := t.Handle.UpdateFile(ctx, old, c)
			return old, err
		}
	},
}, {
	"update of a deleted file makes it anew",
	"update of a deleted file brings nothing back",
	func(t *twisted) {
		t.updateFile = func(ctx context.Context, old syncer.Entry, c syncer.Content) (syncer.Entry, error) {
			e, err := t.Handle.UpdateFile(ctx, old, c)
			if errors.Is(err, fs.ErrNotExist) {
				return t.Handle.CreateFile(ctx, syncer.Entry{ID: old.ParentID}, old.Name, c)
			}
			return e, err
		}
	},
}, {
	"update stores what it got of a body that breaks",
	"body that is not what was said becomes no version",
	func(t *twisted) {
		t.updateFile = func(ctx context.Context, old syncer.Entry, c syncer.Content) (syncer.Entry, error) {
			if c.Size == syncer.UnknownSize {
				c.Open = forgiving(c.Open)
			}
			return t.Handle.UpdateFile(ctx, old, c)
		}
	},
}, {
	"open reads what is current now",
	"contents that are no longer current are not opened",
	func(t *twisted) {
		t.open = func(ctx context.Context, file syncer.Entry) (io.ReadCloser, error) {
			return t.Handle.Open(ctx, t.current(ctx, file))
		}
	},
}, {
	"open takes a cut body for a whole one",
	"body that was cut short ends with an error",
	func(t *twisted) {
		t.open = func(ctx context.Context, file syncer.Entry) (io.ReadCloser, error) {
			return forgiving(func(ctx context.Context) (io.ReadCloser, error) { return t.Handle.Open(ctx, file) })(ctx)
		}
	},
}}
