package procore

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/procorebox/procorebox/syncer"
)

// Delete implements syncer.FileSystem: the item is read, and one call moves it to the recycle bin. A
// folder goes only if it was read empty, so nothing is swept along that nobody planned to delete; Procore
// itself would take all of it.
func (f *Documents) Delete(ctx context.Context, old syncer.Entry) (syncer.Trashed, error) {
	ctx, cancel, err := limited(ctx)
	if err != nil {
		return syncer.Trashed{}, err
	}
	defer cancel()
	number, folder, err := itemID(old.ID)
	if err != nil {
		return syncer.Trashed{}, fmt.Errorf("delete %q: %w", old.Name, err)
	}
	release, err := f.turns.take(ctx, old.ID)
	if err != nil {
		return syncer.Trashed{}, err
	}
	defer release()
	now, full, err := f.current(ctx, old, true)
	if err == nil && full {
		err = fmt.Errorf("the folder is not empty: %w", fs.ErrExist)
	}
	switch {
	case err != nil:
	case folder:
		err = f.outcome(ctx, now, f.client.DeleteFoldersID(ctx, f.in, number), nil)
	default:
		err = f.outcome(ctx, now, f.client.DeleteFilesID(ctx, f.in, number), nil)
	}
	if err != nil {
		return syncer.Trashed{}, fmt.Errorf("delete %q: %w", old.Name, err)
	}
	return syncer.Trashed{ID: old.ID, Handle: old.ParentID}, nil
}
