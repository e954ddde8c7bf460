package syncertest_test

import (
	"context"
	"errors"
	"io/fs"

	"github.com/procorebox/procorebox/syncer"
)

// brokenItems are file systems that break a promise when they delete, rename or move.
var brokenItems = []breakage{{
	"delete takes what a folder holds with it",
	"folder that holds anything is not deleted",
	func(t *twisted) {
		t.remove = func(ctx context.Context, old syncer.Entry) (syncer.Trashed, error) {
			bin, err := t.Handle.Delete(ctx, old)
			if errors.Is(err, fs.ErrExist) {
				t.Service().User("careless").Remove("id:" + old.ID)
				return syncer.Trashed{ID: old.ID}, nil
			}
			return bin, err
		}
	},
}, {
	"delete goes past the trash",
	"deleted file is gone from its folder",
	func(t *twisted) {
		t.remove = func(ctx context.Context, old syncer.Entry) (syncer.Trashed, error) {
			bin, err := t.Handle.Delete(ctx, old)
			if err == nil {
				t.Service().User("careless").Purge("id:" + old.ID)
			}
			return bin, err
		}
	},
}, {
	"delete of what is gone succeeds",
	"what is gone cannot be deleted again",
	func(t *twisted) {
		t.remove = func(ctx context.Context, old syncer.Entry) (syncer.Trashed, error) {
			bin, err := t.Handle.Delete(ctx, old)
			if errors.Is(err, fs.ErrNotExist) {
				err = nil
			}
			return bin, err
		}
	},
}, {
	"rename is a copy and a delete",
	"renamed file is the same file",
	func(t *twisted) {
		t.move = func(ctx context.Context, old, parent syncer.Entry, name string) (syncer.Entry, error) {
			if old.Kind != syncer.File {
				return t.Handle.Move(ctx, old, parent, name)
			}
			e, err := t.Copy(ctx, old, parent, name)
			if err == nil {
				_, err = t.Handle.Delete(ctx, old)
			}
			return e, err
		}
	},
}, {
	"rename makes a new version",
	"moved file is the same file",
	func(t *twisted) {
		t.move = func(ctx context.Context, old, parent syncer.Entry, name string) (syncer.Entry, error) {
			e, err := t.Handle.Move(ctx, old, parent, name)
			if err == nil && e.Kind == syncer.File {
				t.Service().User("service").Touch("id:" + e.ID)
				e = t.current(ctx, e)
			}
			return e, err
		}
	},
}, {
	"move replaces what has the name",
	"move never replaces what has the name",
	func(t *twisted) {
		t.move = func(ctx context.Context, old, parent syncer.Entry, name string) (syncer.Entry, error) {
			if found, _ := t.Find(ctx, parent, syncer.NameKey(name)); len(found) > 0 && found[0].ID != old.ID {
				_, _ = t.Handle.Delete(ctx, found[0])
			}
			return t.Handle.Move(ctx, old, parent, name)
		}
	},
}, {
	"rename to another case clashes with itself",
	"letters of a name can change case",
	func(t *twisted) {
		t.move = func(ctx context.Context, old, parent syncer.Entry, name string) (syncer.Entry, error) {
			if found, _ := t.Find(ctx, parent, syncer.NameKey(name)); len(found) > 0 {
				return syncer.Entry{}, fs.ErrExist
			}
			return t.Handle.Move(ctx, old, parent, name)
		}
	},
}}
