package box

import (
	"context"
	"fmt"

	"github.com/procorebox/procorebox/syncer"
)

// Look implements syncer.Looker. It costs one call, and a second one for what is in the trash. What
// went there along with its folder is told with its ID and kind alone: Box shows no more of it. A
// "not found" is passed on as what it is: gone, or no longer allowed.
func (f *FileSystem) Look(ctx context.Context, id string) (syncer.Entry, error) {
	if err := ctx.Err(); err != nil {
		return syncer.Entry{}, err
	}
	kind, number, err := f.itemID(id)
	if err != nil {
		return syncer.Entry{}, err
	}
	item, err := f.item(ctx, kind, number)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("look at %s %s: %w", kind, number, err)
	}
	return f.entry(item), nil
}

// item reads an item, in the trash too.
func (f *FileSystem) item(ctx context.Context, kind, number string) (*Item, error) {
	item, err := f.client.getItem(ctx, kind, number)
	if !HasCode(err, CodeTrashed) {
		return item, err
	}
	trashed, err := f.client.getTrashed(ctx, kind, number)
	switch {
	case lost(err):
		return &Item{Type: kind, ID: number, ItemStatus: StatusTrashed}, nil
	case err != nil:
		return nil, err
	}
	trashed.ItemStatus = StatusTrashed // it was found there
	return trashed, nil
}

// Find implements syncer.Finder. Box has no question for it, so it reads the folder: one call for each
// thousand items.
func (f *FileSystem) Find(ctx context.Context, parent syncer.Entry, key syncer.Key) ([]syncer.Entry, error) {
	return f.standing(ctx, parent, func(name string) bool { return syncer.NameKey(name) == key })
}

// ReadFolder implements syncer.FolderReader. It takes as many calls as Find does.
func (f *FileSystem) ReadFolder(ctx context.Context, folder syncer.Entry) ([]syncer.Entry, error) {
	return f.standing(ctx, folder, func(string) bool { return true })
}

// standing lists what stands directly in a folder under some names.
func (f *FileSystem) standing(ctx context.Context, in syncer.Entry, wanted func(name string) bool) ([]syncer.Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	number, err := f.folderID(in.ID)
	if err != nil {
		return nil, fmt.Errorf("find in folder: %w", err)
	}
	var found []syncer.Entry
	for item, err := range f.client.GetFoldersIDItems(ctx, number) {
		if err != nil {
			return nil, fmt.Errorf("find in folder %s: %w", number, err)
		}
		if !item.Trashed() && wanted(item.Name) {
			found = append(found, f.child(number, &item))
		}
	}
	return found, nil
}

// child is an item as it stands in a folder, whose ID is sure even if the item does not tell it.
func (f *FileSystem) child(folder string, item *Item) syncer.Entry {
	e := f.entry(item)
	e.ParentID = f.entryID(TypeFolder, folder)
	return e
}
