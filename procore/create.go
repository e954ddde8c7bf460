package procore

import (
	"cmp"
	"context"
	"fmt"

	"github.com/procorebox/procorebox/syncer"
)

// CreateFolder implements syncer.FileSystem: one call.
func (f *Documents) CreateFolder(ctx context.Context, parent syncer.Entry, name string) (syncer.Entry, error) {
	ctx, cancel, err := limited(ctx)
	if err != nil {
		return syncer.Entry{}, err
	}
	defer cancel()
	at, name, err := f.place(parent, name, "")
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("create folder: %w", err)
	}
	release, err := f.turns.take(ctx, landing(at, name))
	if err != nil {
		return syncer.Entry{}, err
	}
	defer release()
	began := f.now()
	made, err := f.client.PostFolders(ctx, f.in, NewFolder{ParentID: at, Name: name})
	if err != nil {
		made, err = f.madeFolder(ctx, at, name, began, err)
	}
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("create folder %q: %w", name, err)
	}
	it := fromFolder(made)
	it.parent = cmp.Or(it.parent, at)
	f.makings.note(&it)
	return it.entry(), nil
}

// CreateFile implements syncer.FileSystem: one call to upload, the contents to Procore's storage, and one
// call to make a file of them. Contents of unknown size are kept in a private file first.
func (f *Documents) CreateFile(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
	if err := ctx.Err(); err != nil {
		return syncer.Entry{}, err
	}
	at, name, err := f.place(parent, name, "")
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("create file: %w", err)
	}
	upload, err := f.upload(ctx, name, c)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("create file %q: %w", name, err)
	}
	release, err := f.turns.take(ctx, landing(at, name))
	if err != nil {
		return syncer.Entry{}, err
	}
	defer release()
	began := f.now()
	made, err := f.client.PostFiles(ctx, f.in, NewFile{ParentID: at, Name: name, Upload: upload})
	if err != nil {
		_, err = f.taken(ctx, at, name, began, err)
		return syncer.Entry{}, fmt.Errorf("create file %q: %w", name, err)
	}
	it := f.fromFile(made)
	it.parent = cmp.Or(it.parent, at)
	f.makings.note(&it)
	return it.entry(), nil
}

// UpdateFile implements syncer.FileSystem: new contents are a new version, and the earlier one stays. The
// file is read once the contents are in Procore's storage, right before they become the version.
func (f *Documents) UpdateFile(ctx context.Context, old syncer.Entry, c syncer.Content) (syncer.Entry, error) {
	if err := ctx.Err(); err != nil {
		return syncer.Entry{}, err
	}
	number, err := fileID(old.ID)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("update: %w", err)
	}
	upload, err := f.upload(ctx, old.Name, c)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("update %q: %w", old.Name, err)
	}
	release, err := f.turns.take(ctx, old.ID)
	if err != nil {
		return syncer.Entry{}, err
	}
	defer release()
	now, _, err := f.current(ctx, old, false)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("update %q: %w", old.Name, err)
	}
	file, err := f.client.PatchFilesID(ctx, f.in, number, FileChange{Upload: upload, Current: now.version})
	if err = f.outcome(ctx, now, err, nil); err != nil {
		return syncer.Entry{}, fmt.Errorf("update %q: %w", old.Name, err)
	}
	if err := f.uncover(ctx, file, now.version); err != nil {
		return syncer.Entry{}, fmt.Errorf("update %q: %w", old.Name, err)
	}
	it := f.fromFile(file)
	return it.entry(), nil
}

// place checks where something is to be made, and returns the name to send. A name that the item bears
// already is good: Procore holds it, whatever the rules for names say.
func (t *tool) place(parent syncer.Entry, name, bears string) (folder ID, sent string, err error) {
	if bears == "" || name != bears {
		if err := t.info.Names.Check(name); err != nil {
			return 0, "", err
		}
		name = t.spelled(name)
	}
	folder, err = folderID(parent.ID)
	return folder, name, err
}

// landing is the key of the turn to make something under a name.
func landing(folder ID, name string) string {
	return folder.String() + "/" + string(syncer.NameKey(name))
}

// upload sends contents of which not even the size need be known to Procore's storage.
func (t *tool) upload(ctx context.Context, name string, c syncer.Content) (*Upload, error) {
	if c.Size >= 0 || c.Open == nil {
		return t.client.Upload(ctx, t.in, name, c)
	}
	spooled, err := t.spool.Keep(ctx, c)
	if err != nil {
		return nil, err
	}
	whole := spooled.Content(syncer.SHA1)
	whole.Modified = c.Modified
	upload, err := t.client.Upload(ctx, t.in, name, whole)
	_ = spooled.Close() // it goes with the process at the latest; the upload is what counts
	return upload, err
}
