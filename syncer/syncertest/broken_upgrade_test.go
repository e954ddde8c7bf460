package syncertest_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"sync/atomic"

	"github.com/procorebox/procorebox/syncer"
)

// brokenUpgrades are file systems whose optional interfaces, or contexts, break a promise.
var brokenUpgrades = []breakage{{
	"directory calls strangers something",
	"nobody has a name that no answer has told",
	func(t *twisted) { t.person = func(string) string { return "unknown" } },
}, {
	"directory takes the number of an account for its name",
	"an account that has a name keeps it, and a number is none",
	func(t *twisted) { t.person = func(account string) string { return account } },
}, {
	"directory tells a name once",
	"an account that has a name keeps it, and a number is none",
	func(t *twisted) {
		var told atomic.Int64
		t.person = func(string) string { return fmt.Sprint("name ", told.Add(1)) }
	},
}, {
	"look does not say that an item is in the trash",
	"deleted file is gone from its folder",
	func(t *twisted) {
		t.look = func(ctx context.Context, id string) (syncer.Entry, error) {
			e, err := t.Handle.Look(ctx, id)
			e.Trashed = false
			return e, err
		}
	},
}, {
	"look makes up what it cannot see",
	"look at what is invisible is fs.ErrNotExist",
	func(t *twisted) {
		t.look = func(ctx context.Context, id string) (syncer.Entry, error) {
			e, err := t.Handle.Look(ctx, id)
			if errors.Is(err, fs.ErrNotExist) {
				return syncer.Entry{ID: id, Trashed: true}, nil
			}
			return e, err
		}
	},
}, {
	"look tells another version than a listing",
	"look shows what a listing shows",
	func(t *twisted) {
		t.look = func(ctx context.Context, id string) (syncer.Entry, error) {
			e, err := t.Handle.Look(ctx, id)
			e.Content += "?"
			return e, err
		}
	},
}, {
	"find compares names by their bytes",
	"find shows what stands under a name",
	func(t *twisted) {
		t.find = func(ctx context.Context, parent syncer.Entry, key syncer.Key) ([]syncer.Entry, error) {
			found, err := t.Handle.Find(ctx, parent, key)
			return slices.DeleteFunc(found, func(e syncer.Entry) bool { return e.Name != string(key) }), err
		}
	},
}, {
	"find in a deleted folder finds nothing",
	"find in a folder that is gone is fs.ErrNotExist",
	func(t *twisted) {
		t.find = func(ctx context.Context, parent syncer.Entry, key syncer.Key) ([]syncer.Entry, error) {
			found, err := t.Handle.Find(ctx, parent, key)
			if errors.Is(err, fs.ErrNotExist) {
				err = nil
			}
			return found, err
		}
	},
}, {
	"restore makes a new item",
	"item comes back out of the trash as itself",
	func(t *twisted) {
		t.restore = func(ctx context.Context, bin syncer.Trashed, parent syncer.Entry, name string) (syncer.Entry, error) {
			e, err := t.Handle.Restore(ctx, bin, parent, name)
			if err == nil {
				_, _ = t.Handle.Delete(ctx, e)
				e, err = t.Handle.CreateFile(ctx, parent, name, contents("bytes"))
			}
			return e, err
		}
	},
}, {
	"restore finds another name when one is taken",
	"restore never replaces what has the name",
	func(t *twisted) {
		t.restore = func(ctx context.Context, bin syncer.Trashed, parent syncer.Entry, name string) (syncer.Entry, error) {
			e, err := t.Handle.Restore(ctx, bin, parent, name)
			if errors.Is(err, fs.ErrExist) {
				e, err = t.Handle.Restore(ctx, bin, parent, "restored "+name)
			}
			return e, err
		}
	},
}, {
	"versions come oldest first",
	"versions are listed newest first, and can be read and promoted",
	func(t *twisted) {
		t.versions = func(ctx context.Context, file syncer.Entry) iter.Seq2[syncer.Version, error] {
			return func(yield func(syncer.Version, error) bool) {
				var all []syncer.Version
				for v := range t.Handle.Versions(ctx, file) {
					all = append(all, v)
				}
				for _, v := range slices.Backward(all) {
					if !yield(v, nil) {
						return
					}
				}
			}
		}
	},
}, {
	"feed tells nothing",
	"change after a position is reported from it",
	func(t *twisted) {
		t.changes = func(ctx context.Context, from syncer.Cursor) ([]syncer.Hint, syncer.Cursor, bool, error) {
			_, next, more, err := t.Handle.Changes(ctx, from)
			return nil, next, more, err
		}
	},
}, {
	"feed tells the token of before",
	"hint tells a token only of the state that has it",
	func(t *twisted) {
		t.changes = func(ctx context.Context, from syncer.Cursor) ([]syncer.Hint, syncer.Cursor, bool, error) {
			hints, next, more, err := t.Handle.Changes(ctx, from)
			for i := range hints {
				hints[i].Guard = "e0"
			}
			return hints, next, more, err
		}
	},
}, {
	"feed tells each change once only",
	"position can be read from again",
	func(t *twisted) {
		told := map[syncer.Cursor]bool{}
		t.changes = func(ctx context.Context, from syncer.Cursor) ([]syncer.Hint, syncer.Cursor, bool, error) {
			hints, next, more, err := t.Handle.Changes(ctx, from)
			if told[from] {
				hints = nil
			}
			told[from] = true
			return hints, next, more, err
		}
	},
}, {
	"feed names the outermost folder first",
	"new item is reported with the folders that hold it",
	func(t *twisted) {
		t.changes = func(ctx context.Context, from syncer.Cursor) ([]syncer.Hint, syncer.Cursor, bool, error) {
			hints, next, more, err := t.Handle.Changes(ctx, from)
			for _, h := range hints {
				slices.Reverse(h.Within)
			}
			return hints, next, more, err
		}
	},
}, {
	"feed takes any cursor",
	"position that the feed does not know is refused",
	func(t *twisted) {
		t.changes = func(ctx context.Context, from syncer.Cursor) ([]syncer.Hint, syncer.Cursor, bool, error) {
			hints, next, more, err := t.Handle.Changes(ctx, from)
			if errors.Is(err, syncer.ErrCursor) {
				next, err = "at-0", nil
			}
			return hints, next, more, err
		}
	},
}}
