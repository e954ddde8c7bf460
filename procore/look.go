package procore

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/procorebox/procorebox/syncer"
)

// errBinned says of a document that nothing can be done with it where it is.
var errBinned = fmt.Errorf("it is in the recycle bin: %w", fs.ErrNotExist)

// Look implements syncer.Looker. It costs one call. What is not found is looked for in the recycle bin,
// which costs more: a "not found" is passed on as what it is, gone or no longer allowed.
func (f *Documents) Look(ctx context.Context, id string) (syncer.Entry, error) {
	if err := ctx.Err(); err != nil {
		return syncer.Entry{}, err
	}
	number, folder, err := itemID(id)
	if err != nil {
		return syncer.Entry{}, err
	}
	it, err := f.item(ctx, number, folder)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("look at document %s: %w", id, err)
	}
	return it.entry(), nil
}

// item reads a document, in the recycle bin too.
func (f *Documents) item(ctx context.Context, number ID, folder bool) (*item, error) {
	it, _, err := f.show(ctx, number, folder, FolderQuery{NoFolders: true, NoFiles: true})
	if !lost(err) || number == 0 {
		return it, err
	}
	binned, binErr := f.bin.find(ctx, f, number, folder)
	if binErr != nil || binned == nil {
		return nil, err // that the bin cannot be seen proves nothing either
	}
	return binned, nil
}

// show reads a document by its number. Of a folder it also tells whether it holds anything, if q asks for
// what it holds.
func (t *tool) show(ctx context.Context, number ID, folder bool, q FolderQuery) (it *item, full bool, err error) {
	if !folder {
		file, err := t.client.GetFilesID(ctx, t.in, number)
		if err != nil {
			return nil, false, err
		}
		read := t.fromFile(file)
		return &read, false, nil
	}
	got, err := t.client.folder(ctx, t.in, number, q)
	if err != nil {
		return nil, false, err
	}
	read := fromFolder(got)
	return &read, len(got.Folders) > 0 || len(got.Files) > 0 || got.HasChildren, nil
}

// Find implements syncer.Finder. It costs one call, which shows all that is directly in the folder.
func (f *Documents) Find(ctx context.Context, parent syncer.Entry, key syncer.Key) ([]syncer.Entry, error) {
	return f.standing(ctx, parent, func(name string) bool { return syncer.NameKey(name) == key })
}

// ReadFolder implements syncer.FolderReader. It costs one call, as Find does.
func (f *Documents) ReadFolder(ctx context.Context, folder syncer.Entry) ([]syncer.Entry, error) {
	return f.standing(ctx, folder, func(string) bool { return true })
}

// standing lists what stands directly in a folder under some names.
func (f *Documents) standing(ctx context.Context, in syncer.Entry, wanted func(name string) bool) ([]syncer.Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	number, err := folderID(in.ID)
	if err != nil {
		return nil, fmt.Errorf("find in folder: %w", err)
	}
	folder, err := f.client.folder(ctx, f.in, number, FolderQuery{Latest: true})
	if err == nil && folder.IsDeleted {
		err = errBinned
	}
	if err != nil {
		return nil, fmt.Errorf("find in folder %s: %w", number, err)
	}
	var found []syncer.Entry
	for it := range f.within(folder) {
		if wanted(it.name) {
			found = append(found, it.entry())
		}
	}
	return found, nil
}

// within yields what stands directly in a folder that was read.
func (t *tool) within(folder *Folder) func(yield func(*item) bool) {
	return func(yield func(*item) bool) {
		for i := range folder.Files {
			it := t.fromFile(&folder.Files[i])
			if it.parent = folder.ID; !it.flags.has(isDeleted) && !yield(&it) {
				return
			}
		}
		for i := range folder.Folders {
			it := fromFolder(&folder.Folders[i])
			if it.parent = folder.ID; !it.flags.has(isDeleted|isBin) && !yield(&it) {
				return
			}
		}
	}
}

// current reads a document just before it is changed, and refuses with syncer.ErrStale if it is not as
// old says: Procore has no preconditions. full says of a folder that it holds something.
//
// RACE: an edit between this read and the change is not seen. A version that it made stays below ours,
// and what went to the recycle bin can be taken out of it.
func (t *tool) current(ctx context.Context, old syncer.Entry, holds bool) (now *item, full bool, err error) {
	number, folder, err := itemID(old.ID)
	if err != nil {
		return nil, false, err
	}
	now, full, err = t.show(ctx, number, folder, FolderQuery{NoFolders: !holds, NoFiles: !holds, Latest: true})
	if err != nil {
		return nil, false, err
	}
	switch {
	case now.flags.has(isDeleted):
		err = errBinned
	case now.parent == 0 && now.folder:
		err = fmt.Errorf("the top folder stays as it is: %w", fs.ErrPermission)
	case now.flags.has(isReadOnly):
		err = fmt.Errorf("procore keeps it itself: %w", fs.ErrPermission)
	case now.holder != "":
		err = fmt.Errorf("%s has it checked out: %w", now.holder, syncer.ErrLocked)
	case old.Guard != "" && now.guard() != old.Guard, old.Guard == "" && !folder && now.version.String() != old.Content:
		err = fmt.Errorf("it has changed since it was read: %w", syncer.ErrStale)
	}
	return now, full, err
}
