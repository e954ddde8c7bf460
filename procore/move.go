package procore

import (
	"context"
	"fmt"

	"github.com/procorebox/procorebox/syncer"
)

// Move implements syncer.Mover: the item is read, and changed by one call, whether it gets a name, a
// folder or both.
func (f *Documents) Move(ctx context.Context, old, parent syncer.Entry, name string) (syncer.Entry, error) {
	ctx, cancel, err := limited(ctx)
	if err != nil {
		return syncer.Entry{}, err
	}
	defer cancel()
	number, folder, err := itemID(old.ID)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("move %q: %w", old.Name, err)
	}
	at, name, err := f.place(parent, name, old.Name)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("move %q: %w", old.Name, err)
	}
	release, err := f.turns.take(ctx, old.ID)
	if err != nil {
		return syncer.Entry{}, err
	}
	defer release()
	was, _, err := f.current(ctx, old, false)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("move %q: %w", old.Name, err)
	}
	if was.name == name && was.parent == at {
		return was.entry(), nil
	}
	if at == was.parent {
		at = 0
	}
	var now item
	if folder {
		now, err = f.moveFolder(ctx, number, at, name)
	} else {
		now, err = f.moveFile(ctx, was, at, name)
	}
	whose := f.client.whoseName(f.in, at, name, &Sibling{ID: number, Folder: folder})
	if err = f.outcome(ctx, was, err, whose); err != nil {
		return syncer.Entry{}, fmt.Errorf("move %q to %q: %w", old.Name, name, err)
	}
	return now.entry(), nil
}

func (f *Documents) moveFolder(ctx context.Context, number, at ID, name string) (item, error) {
	now, err := f.client.PatchFoldersID(ctx, f.in, number, FolderChange{Name: name, ParentID: at})
	if err != nil {
		return item{}, err
	}
	return fromFolder(now), nil
}

func (f *Documents) moveFile(ctx context.Context, was *item, at ID, name string) (item, error) {
	ch := FileChange{ParentID: at}
	if name != was.name {
		ch.Name = name
	}
	now, err := f.client.PatchFilesID(ctx, f.in, was.id, ch)
	if err != nil {
		return item{}, err
	}
	moved := f.fromFile(now)
	if moved.version != was.version && !sameBytes(now, was.version) {
		// Somebody's edit came between. It must not pass for what was moved, or nobody would carry it over.
		moved.version, moved.size, moved.author, moved.written = was.version, was.size, was.author, was.written
	}
	return moved, nil
}

// sameBytes reports whether the current version of a file is stored where an earlier one is: whether a
// rename makes a version is not documented, and if it does it stores nothing.
func sameBytes(f *File, earlier ID) bool {
	now, was := f.Current(), f.Version(earlier)
	return now != nil && was != nil && now.Blob != nil && was.Blob != nil && now.Blob.ID != 0 &&
		now.Blob.ID == was.Blob.ID && now.Size == was.Size
}
