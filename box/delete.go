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
	before := f.names.etag(kind, number, string(old.Guard))
	if kind == TypeFolder {
		err = f.client.DeleteFoldersID(ctx, number, string(old.Guard), false)
	} else {
		err = f.client.deleteItem(ctx, kind, number, string(old.Guard), nil)
	}
	if err = f.outcome(ctx, deleting, old, before, err); err != nil {
		return syncer.Trashed{}, fmt.Errorf("delete %q: %w", old.Name, err)
	}
	return syncer.Trashed{ID: old.ID, Handle: old.ParentID}, nil
}
