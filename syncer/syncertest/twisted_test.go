package syncertest_test

import (
	"context"
	"io"
	"iter"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// twisted is a Handle of which some methods are replaced.
type twisted struct {
	*syncertest.Handle
	info         func() syncer.Info
	list         func(ctx context.Context, at syncer.Entry, from syncer.Token) iter.Seq2[syncer.Entry, error]
	open         func(ctx context.Context, file syncer.Entry) (io.ReadCloser, error)
	createFolder func(ctx context.Context, parent syncer.Entry, name string) (syncer.Entry, error)
	createFile   func(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error)
	updateFile   func(ctx context.Context, old syncer.Entry, c syncer.Content) (syncer.Entry, error)
	remove       func(ctx context.Context, old syncer.Entry) (syncer.Trashed, error)
	move         func(ctx context.Context, old, parent syncer.Entry, name string) (syncer.Entry, error)
	look         func(ctx context.Context, id string) (syncer.Entry, error)
	find         func(ctx context.Context, parent syncer.Entry, key syncer.Key) ([]syncer.Entry, error)
	restore      func(ctx context.Context, t syncer.Trashed, parent syncer.Entry, name string) (syncer.Entry, error)
	changes      func(ctx context.Context, from syncer.Cursor) ([]syncer.Hint, syncer.Cursor, bool, error)
	versions     func(ctx context.Context, file syncer.Entry) iter.Seq2[syncer.Version, error]
	person       func(account string) string
}

func (t *twisted) Info() syncer.Info {
	if t.info != nil {
		return t.info()
	}
	return t.Handle.Info()
}

func (t *twisted) List(ctx context.Context, at syncer.Entry, from syncer.Token) iter.Seq2[syncer.Entry, error] {
	if t.list != nil {
		return t.list(ctx, at, from)
	}
	return t.Handle.List(ctx, at, from)
}

func (t *twisted) Open(ctx context.Context, file syncer.Entry) (io.ReadCloser, error) {
	if t.open != nil {
		return t.open(ctx, file)
	}
	return t.Handle.Open(ctx, file)
}

func (t *twisted) CreateFolder(ctx context.Context, parent syncer.Entry, name string) (syncer.Entry, error) {
	if t.createFolder != nil {
		return t.createFolder(ctx, parent, name)
	}
	return t.Handle.CreateFolder(ctx, parent, name)
}

func (t *twisted) CreateFile(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
	if t.createFile != nil {
		return t.createFile(ctx, parent, name, c)
	}
	return t.Handle.CreateFile(ctx, parent, name, c)
}

func (t *twisted) UpdateFile(ctx context.Context, old syncer.Entry, c syncer.Content) (syncer.Entry, error) {
	if t.updateFile != nil {
		return t.updateFile(ctx, old, c)
	}
	return t.Handle.UpdateFile(ctx, old, c)
}

func (t *twisted) Delete(ctx context.Context, old syncer.Entry) (syncer.Trashed, error) {
	if t.remove != nil {
		return t.remove(ctx, old)
	}
	return t.Handle.Delete(ctx, old)
}

func (t *twisted) Move(ctx context.Context, old, parent syncer.Entry, name string) (syncer.Entry, error) {
	if t.move != nil {
		return t.move(ctx, old, parent, name)
	}
	return t.Handle.Move(ctx, old, parent, name)
}

func (t *twisted) Look(ctx context.Context, id string) (syncer.Entry, error) {
	if t.look != nil {
		return t.look(ctx, id)
	}
	return t.Handle.Look(ctx, id)
}

func (t *twisted) Find(ctx context.Context, parent syncer.Entry, key syncer.Key) ([]syncer.Entry, error) {
	if t.find != nil {
		return t.find(ctx, parent, key)
	}
	return t.Handle.Find(ctx, parent, key)
}

func (t *twisted) Person(account string) string {
	if t.person != nil {
		return t.person(account)
	}
	return ""
}

func (t *twisted) Restore(ctx context.Context, bin syncer.Trashed, parent syncer.Entry, name string) (syncer.Entry, error) {
	if t.restore != nil {
		return t.restore(ctx, bin, parent, name)
	}
	return t.Handle.Restore(ctx, bin, parent, name)
}

func (t *twisted) Changes(ctx context.Context, from syncer.Cursor) ([]syncer.Hint, syncer.Cursor, bool, error) {
	if t.changes != nil {
		return t.changes(ctx, from)
	}
	return t.Handle.Changes(ctx, from)
}

func (t *twisted) Versions(ctx context.Context, file syncer.Entry) iter.Seq2[syncer.Version, error] {
	if t.versions != nil {
		return t.versions(ctx, file)
	}
	return t.Handle.Versions(ctx, file)
}

// filtered lists what keep lets pass, which it may change.
func (t *twisted) filtered(keep func(i int, e *syncer.Entry) bool) {
	t.list = func(ctx context.Context, at syncer.Entry, from syncer.Token) iter.Seq2[syncer.Entry, error] {
		return func(yield func(syncer.Entry, error) bool) {
			i := 0
			for e, err := range t.Handle.List(ctx, at, from) {
				if (err != nil || keep(i, &e)) && !yield(e, err) {
					return
				}
				i++
			}
		}
	}
}
