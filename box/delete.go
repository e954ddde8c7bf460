package box

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/procorebox/procorebox/syncer"
)

// Delete implements syncer.FileSystem: the item goes to the trash. A folder goes only if it is empty,
// so nothing is ever swept along that nobody planned to delete; Box itself would take all of it.
func (f *FileSystem) Delete(ctx context.Context, old syncer.Entry) (syncer.Trashed, error) {
	ctx, cancel, err := limited(ctx)
	if err != nil {
		return syncer.Trashed{}, err
	}
	defer cancel()
	kind, number, err := f.itemID(old.ID)
	if err == nil && kind == TypeFolder && number == RootID {
		err = fmt.Errorf("the top folder cannot be deleted: %w", fs.ErrPermission)
	}
	if err == nil {
		old.Guard, err = f.guard(ctx, old)
	}
	if err != nil {
		return syncer.Trashed{}, fmt.Errorf("delete %q: %w", old.Name, err)
	}
	if err := f.stillThere(ctx, kind, number); err != nil {
		return syncer.Trashed{}, fmt.Errorf("delete %q: %w", old.Name, err)
	}
	before := f.names.etag(kind, number, string(old.Guard))
	if kind == TypeFolder {
		err = f.client.DeleteFoldersID(ctx, number, string(old.Guard), false)
	} else {
		err = f.client.deleteItem(ctx, kind, number, string(old.Guard), nil)
	}
	if err = f.outcome(ctx, deleting, old, before, err); err != nil {
		return syncer.Trashed{}, fmt.Errorf("delete %q: %w", old.Name, err)
	}
	f.names.noteGone(kind, number)
	return syncer.Trashed{ID: old.ID, Handle: old.ParentID}, nil
}

// stillThere looks at an item that we have deleted once: if it is in the trash since then, and the
// answer to another delete got lost, it would be taken for what that one did.
func (f *FileSystem) stillThere(ctx context.Context, kind, number string) error {
	if !f.names.deleted(kind, number) {
		return nil
	}
	item, err := f.item(ctx, kind, number)
	if err == nil && item.Trashed() {
		err = fmt.Errorf("it is in the trash: %w", fs.ErrNotExist)
	}
	return err
}
