package box

import (
	"context"
	"fmt"

	"github.com/procorebox/procorebox/syncer"
)

// CreateFolder implements syncer.FileSystem.
//
// Box checks a name when it can. Two folders that are made in one moment may both get it, so this
// package makes those of one parent one after the other, and asks twice about a name that it has just
// given away. Another account that makes the same folder in the same moment ends in two of a name.
func (f *FileSystem) CreateFolder(ctx context.Context, parent syncer.Entry, name string) (syncer.Entry, error) {
	ctx, cancel, err := limited(ctx)
	if err != nil {
		return syncer.Entry{}, err
	}
	defer cancel()
	number, name, err := f.place(parent, name, "")
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("create folder: %w", err)
	}
	release, err := f.names.claim(ctx, place{parent: number})
	if err != nil {
		return syncer.Entry{}, err
	}
	defer release()
	made, err := f.create(ctx, number, name, f.newFolder, func() (*Item, error) { return f.client.PostFolders(ctx, number, name) })
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("create folder %q: %w", name, err)
	}
	return f.child(number, made), nil
}

// CreateFile implements syncer.FileSystem. Contents of unknown size are kept in a private file first,
// since Box wants to know it.
func (f *FileSystem) CreateFile(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
	if err := ctx.Err(); err != nil {
		return syncer.Entry{}, err
	}
	number, name, err := f.place(parent, name, "")
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("create file: %w", err)
	}
	if why := ownDocument(name); why != "" {
		return syncer.Entry{}, fmt.Errorf("create file %q: %s: %w", name, why, syncer.ErrRefused)
	}
	made, err := f.create(ctx, number, name, never, func() (*Item, error) {
		return f.upload(ctx, Target{ParentID: number, Name: name}, c)
	})
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("create file %q: %w", name, err)
	}
	return f.child(number, made), nil
}

// create makes something new under a name, by one at a time. A name that was given away a moment ago
// is asked about first.
func (f *FileSystem) create(
	ctx context.Context, parent, name string, mine func(context.Context, *Item) bool, post func() (*Item, error),
) (*Item, error) {
	at := place{parent, syncer.NameKey(name)}
	release, err := f.names.claim(ctx, at)
	if err != nil {
		return nil, err
	}
	defer release()
	if f.names.given(at) {
		if err := f.client.OptionsFilesContent(ctx, parent, name, 0); err != nil {
			return nil, err
		}
	}
	began := f.now()
	item, err := post()
	if err != nil {
		item, err = f.made(ctx, parent, name, began, err, mine)
	}
	if err == nil {
		f.names.note(parent, item)
	}
	return item, err
}

// UpdateFile implements syncer.FileSystem: new contents are a new version, and the earlier one stays.
func (f *FileSystem) UpdateFile(ctx context.Context, old syncer.Entry, c syncer.Content) (syncer.Entry, error) {
	if err := ctx.Err(); err != nil {
		return syncer.Entry{}, err
	}
	number, err := f.fileID(old.ID)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("update: %w", err)
	}
	if old.Guard, err = f.guard(ctx, old); err != nil {
		return syncer.Entry{}, fmt.Errorf("update %q: %w", old.Name, err)
	}
	before := f.names.etag(TypeFile, number, string(old.Guard))
	now, err := f.upload(ctx, Target{FileID: number, IfMatch: string(old.Guard)}, c)
	if err = f.outcome(ctx, updating, old, before, err); err != nil {
		return syncer.Entry{}, fmt.Errorf("update %q: %w", old.Name, err)
	}
	if now.Parent != nil {
		f.names.note(now.Parent.ID, now)
	}
	return f.entry(now), nil
}

// place checks where something is to be made, and returns the name to send. A name that the item bears
// already is good: Box holds it, whatever the rules for names say.
func (f *FileSystem) place(parent syncer.Entry, name, bears string) (folder, sent string, err error) {
	if bears != "" && name == bears {
		folder, err = f.folderID(parent.ID)
		return folder, name, err
	}
	if err := f.info.Names.Check(name); err != nil {
		return "", "", err
	}
	folder, err = f.folderID(parent.ID)
	return folder, stored(name), err
}

// guard returns the precondition for a write to old. Without one nothing would be checked, so the
// item is read then.
func (f *FileSystem) guard(ctx context.Context, old syncer.Entry) (syncer.Precondition, error) {
	if old.Guard != "" {
		return old.Guard, nil
	}
	now, err := f.Look(ctx, old.ID)
	switch {
	case err != nil:
		return "", err
	case now.Trashed || now.Content != old.Content:
		return "", syncer.ErrStale
	}
	return now.Guard, nil
}

// upload sends contents of which not even the size need be known.
func (f *FileSystem) upload(ctx context.Context, to Target, c syncer.Content) (*Item, error) {
	if c.Size >= 0 || c.Open == nil {
		return f.client.Upload(ctx, to, c)
	}
	spooled, err := f.spool.Keep(ctx, c)
	if err != nil {
		return nil, err
	}
	whole := spooled.Content(syncer.SHA1)
	whole.Modified = c.Modified
	item, err := f.client.Upload(ctx, to, whole)
	_ = spooled.Close() // it goes with the process at the latest; the upload is what counts
	return item, err
}
