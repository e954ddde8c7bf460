package syncertest_test

import (
	"context"
	"errors"
	"io/fs"
	"sync"

	"github.com/procorebox/procorebox/syncer"
)

// brokenPlaces are file systems that break a promise about where things are.
var brokenPlaces = []breakage{{
	"rename of a folder leaves its contents behind",
	"renamed folder keeps what it holds",
	func(t *twisted) {
		t.move = func(ctx context.Context, old, parent syncer.Entry, name string) (syncer.Entry, error) {
			e, err := t.Handle.Move(ctx, old, parent, name)
			if err == nil && parent.ID == old.ParentID {
				t.empty(ctx, e)
			}
			return e, err
		}
	},
}, {
	"move of a folder leaves its contents behind",
	"moved folder keeps what it holds",
	func(t *twisted) {
		t.move = func(ctx context.Context, old, parent syncer.Entry, name string) (syncer.Entry, error) {
			e, err := t.Handle.Move(ctx, old, parent, name)
			if err == nil && parent.ID != old.ParentID {
				t.empty(ctx, e)
			}
			return e, err
		}
	},
}, {
	"move goes to the root if its folder is gone",
	"nothing moves into a folder that is gone",
	func(t *twisted) {
		t.move = func(ctx context.Context, old, parent syncer.Entry, name string) (syncer.Entry, error) {
			e, err := t.Handle.Move(ctx, old, parent, name)
			if errors.Is(err, fs.ErrNotExist) {
				return t.Handle.Move(ctx, old, syncer.Entry{ID: t.Root(), Kind: syncer.Folder}, name)
			}
			return e, err
		}
	},
}, {
	"rename of what has changed is carried out",
	"move does not take what the caller has not seen",
	func(t *twisted) {
		t.move = func(ctx context.Context, old, parent syncer.Entry, name string) (syncer.Entry, error) {
			e, err := t.Handle.Move(ctx, old, parent, name)
			if errors.Is(err, syncer.ErrStale) {
				return t.Handle.Move(ctx, t.current(ctx, old), parent, name)
			}
			return e, err
		}
	},
}, {
	"rename to what no name can be leaves the name as it is",
	"item is not renamed to what the side cannot hold",
	func(t *twisted) {
		t.move = func(ctx context.Context, old, parent syncer.Entry, name string) (syncer.Entry, error) {
			e, err := t.Handle.Move(ctx, old, parent, name)
			if errors.Is(err, syncer.ErrName) {
				return t.current(ctx, old), nil
			}
			return e, err
		}
	},
}, {
	"look does not find what has moved",
	"look follows an item to its new place",
	func(t *twisted) {
		var moved sync.Map
		t.move = func(ctx context.Context, old, parent syncer.Entry, name string) (syncer.Entry, error) {
			moved.Store(old.ID, true)
			return t.Handle.Move(ctx, old, parent, name)
		}
		t.look = func(ctx context.Context, id string) (syncer.Entry, error) {
			if _, ok := moved.Load(id); ok {
				return syncer.Entry{}, fs.ErrNotExist
			}
			return t.Handle.Look(ctx, id)
		}
	},
}, {
	"restore makes what the trash has not",
	"what is not in the trash is not restored",
	func(t *twisted) {
		t.restore = func(ctx context.Context, bin syncer.Trashed, parent syncer.Entry, name string) (syncer.Entry, error) {
			e, err := t.Handle.Restore(ctx, bin, parent, name)
			if errors.Is(err, fs.ErrNotExist) {
				return t.Handle.CreateFile(ctx, parent, name, contentOf(nil))
			}
			return e, err
		}
	},
}, {
	"an empty folder cannot be deleted",
	"deleted folder is gone from its folder",
	func(t *twisted) {
		t.remove = func(ctx context.Context, old syncer.Entry) (syncer.Trashed, error) {
			if old.Kind == syncer.Folder {
				return syncer.Trashed{}, fs.ErrExist
			}
			return t.Handle.Delete(ctx, old)
		}
	},
}, {
	"a lock is overruled",
	"item that somebody holds is not changed",
	func(t *twisted) {
		t.updateFile = func(ctx context.Context, old syncer.Entry, c syncer.Content) (syncer.Entry, error) {
			e, err := t.Handle.UpdateFile(ctx, old, c)
			if errors.Is(err, syncer.ErrLocked) {
				t.Service().User("careless").Unlock("id:" + old.ID)
				return t.Handle.UpdateFile(ctx, t.current(ctx, old), c)
			}
			return e, err
		}
	},
}}

// empty takes away what a folder holds.
func (t *twisted) empty(ctx context.Context, folder syncer.Entry) {
	for e, err := range t.Handle.List(ctx, folder, "") {
		if err == nil && e.ParentID == folder.ID {
			t.Service().User("careless").Remove("id:" + e.ID)
		}
	}
}
