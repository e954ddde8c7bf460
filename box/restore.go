package box

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/procorebox/procorebox/syncer"
)

// Restore implements syncer.Restorer. Box brings an item back to the folder that it came from, if that
// still is there; from there it is moved to parent. Whether the name is free there is asked before,
// so that a taken one leaves the item in the trash.
func (f *FileSystem) Restore(ctx context.Context, t syncer.Trashed, parent syncer.Entry, name string) (syncer.Entry, error) {
	ctx, cancel, err := limited(ctx)
	if err != nil {
		return syncer.Entry{}, err
	}
	defer cancel()
	kind, number, err := f.itemID(t.ID)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("restore: %w", err)
	}
	folder, name, err := f.place(parent, name, "")
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("restore %s %s: %w", kind, number, err)
	}
	at := name
	if t.Handle != f.entryID(TypeFolder, folder) {
		if err := f.client.OptionsFilesContent(ctx, folder, name, 0); err != nil {
			return syncer.Entry{}, fmt.Errorf("restore %s %s to %q: %w", kind, number, name, err)
		}
		at = aside(name, number) // for the folder it came from, where name may be taken
	}
	back, err := f.client.restore(ctx, kind, number, folder, at)
	if err = f.restored(ctx, kind, number, err); err != nil {
		return syncer.Entry{}, fmt.Errorf("restore %s %s: %w", kind, number, err)
	}
	if back.Parent == nil || back.Parent.ID != folder || back.Name != name {
		if back, err = f.settleIn(ctx, kind, back, folder, name); err != nil {
			return syncer.Entry{}, openEnded(fmt.Sprintf("move %s %s, which was restored, to %q", kind, number, name), err)
		}
	}
	f.names.note(folder, back)
	return f.child(folder, back), nil
}

// restored finds out what became of a restore: what is still in the trash was not restored, and what
// was out of it before either.
func (f *FileSystem) restored(ctx context.Context, kind, number string, err error) error {
	if !unclear(ctx, err) {
		return err
	}
	now, lookErr := f.item(ctx, kind, number)
	refusal := refusalIn(err)
	switch {
	case lookErr != nil:
		return err
	case now.Trashed() && refusal != nil:
		return proof(refusal, err)
	case !now.Trashed() && f.names.etag(kind, number, "") == now.ETag:
		return proof(fs.ErrNotExist, err)
	}
	return err
}

// settleIn brings what was restored to its place and name. If it cannot, it goes back to the trash.
func (f *FileSystem) settleIn(ctx context.Context, kind string, back *Item, folder, name string) (*Item, error) {
	now, err := f.put(ctx, kind, back.ID, Change{ParentID: folder, Name: name, IfMatch: back.ETag})
	switch {
	case errors.Is(err, syncer.ErrStale):
		f.rename(ctx, kind, back, folder, name)
	case err != nil && syncer.NotDone(err) && kind == TypeFile:
		// A folder stays: its contents came back with it, and it would not go without them.
		_ = f.client.DeleteFilesID(ctx, back.ID, back.ETag)
	}
	return now, err
}

// rename gives what was restored, and changed by somebody in the same moment, the place and name that were
// meant for it, unless it has got others. The restore remains open: what was changed is found with the next look.
func (f *FileSystem) rename(ctx context.Context, kind string, back *Item, folder, name string) {
	now, err := f.item(ctx, kind, back.ID)
	if err != nil || now.Trashed() || now.Name != back.Name || now.Parent == nil || back.Parent == nil || now.Parent.ID != back.Parent.ID {
		return
	}
	_, _ = f.put(ctx, kind, back.ID, Change{ParentID: folder, Name: name, IfMatch: now.ETag})
}
