package procore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// CreateFolder implements syncer.FileSystem: an album, in one call.
func (f *Photos) CreateFolder(ctx context.Context, parent syncer.Entry, name string) (syncer.Entry, error) {
	ctx, cancel, err := limited(ctx)
	if err != nil {
		return syncer.Entry{}, err
	}
	defer cancel()
	_, name, err = f.place(parent, name, "")
	if err = errors.Join(err, inRoot(parent)); err != nil {
		return syncer.Entry{}, fmt.Errorf("create album: %w", err)
	}
	release, err := f.turns.take(ctx, RootID)
	if err != nil {
		return syncer.Entry{}, err
	}
	defer release()
	var made *Album
	if err = f.unnamed(ctx, name, 0); err == nil {
		began := f.now()
		if made, err = f.client.PostImageCategories(ctx, f.in, name); err != nil {
			made, err = f.madeAlbum(ctx, name, began, err)
		}
	}
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("create album %q: %w", name, err)
	}
	return f.album(made), nil
}

// CreateFile implements syncer.FileSystem: one call to upload, the contents to Procore's storage, and one
// call to make a photo of them. It replaces nothing: another photo of that name is none of its business.
func (f *Photos) CreateFile(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
	if err := ctx.Err(); err != nil {
		return syncer.Entry{}, err
	}
	_, name, err := f.place(parent, name, "")
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("create photo: %w", err)
	}
	album, err := albumID(parent.ID)
	if err == nil {
		err = f.takes(name)
	}
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("create photo %q: %w", name, err)
	}
	upload, err := f.upload(ctx, name, c)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("create photo %q: %w", name, err)
	}
	made, err := f.post(ctx, NewImage{Filename: name, AlbumID: album, Upload: upload})
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("create photo %q: %w", name, err)
	}
	return f.photo(made), nil
}

// takes refuses what Procore is not known to take for a photo.
func (f *Photos) takes(name string) error {
	if !slices.Contains(f.info.Extensions, strings.ToLower(path.Ext(name))) {
		return fmt.Errorf("procore is not known to take files of this type for photos: %w", syncer.ErrRefused)
	}
	return nil
}

// UpdateFile implements syncer.FileSystem: it makes a new photo with all that was said of the old one,
// reads it back, and moves the old one to Procore's bin. Only what was read back as it was sent takes the
// place of anything. If the old one cannot be moved it is left over, which is no error.
func (f *Photos) UpdateFile(ctx context.Context, old syncer.Entry, c syncer.Content) (syncer.Entry, error) {
	if err := ctx.Err(); err != nil {
		return syncer.Entry{}, err
	}
	number, err := fileID(old.ID)
	if err == nil {
		err = f.takes(old.Name)
	}
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("update photo %q: %w", old.Name, err)
	}
	upload, err := f.upload(ctx, old.Name, c)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("update photo %q: %w", old.Name, err)
	}
	release, err := f.turns.take(ctx, old.ID)
	if err != nil {
		return syncer.Entry{}, err
	}
	defer release()
	was, err := f.unmoved(ctx, number, old)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("update photo %q: %w", old.Name, err)
	}
	made, err := f.post(ctx, NewImage{Filename: was.Filename, AlbumID: was.AlbumID, Upload: upload, Like: was})
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("update photo %q: %w", old.Name, err)
	}
	if err := f.verify(ctx, made, upload); err != nil {
		return syncer.Entry{}, fmt.Errorf("update photo %q: %w", old.Name, err)
	}
	// The new photo stands, whatever becomes of this.
	_ = f.client.DeleteImagesID(ctx, f.in, number)
	return f.photo(made), nil
}

// unmoved reads a photo right before it is changed, and refuses what is not as old says: Procore has no
// preconditions.
//
// RACE: a move between this read and the change is not seen. What went to the bin can be taken out of it.
func (f *Photos) unmoved(ctx context.Context, number ID, old syncer.Entry) (*Image, error) {
	now, err := f.client.GetImagesID(ctx, f.in, number)
	switch {
	case err != nil:
		return nil, err
	case now.Deleted:
		return nil, fmt.Errorf("it was deleted: %w", fs.ErrNotExist)
	case old.Guard != f.photo(now).Guard:
		return nil, fmt.Errorf("it has changed since it was read: %w", syncer.ErrStale)
	}
	return now, nil
}

// unnamed refuses a name that an album other than own has: whether Procore would is not documented.
func (f *Photos) unnamed(ctx context.Context, name string, own ID) error {
	albums, err := f.albums(ctx)
	for i := range albums {
		if a := &albums[i]; a.ID != own && syncer.NameKey(a.Name) == syncer.NameKey(name) {
			return fmt.Errorf("there is an album %q: %w", a.Name, fs.ErrExist)
		}
	}
	return err
}

// unchanged reads an album right before it is changed, and refuses what is not as old says.
func (f *Photos) unchanged(ctx context.Context, number ID, old syncer.Entry) (*Album, error) {
	if number == 0 {
		return nil, fmt.Errorf("the tool itself stays as it is: %w", fs.ErrPermission)
	}
	now, err := f.client.GetImageCategoriesID(ctx, f.in, number)
	switch {
	case err != nil:
		return nil, err
	case now.Name == Unclassified:
		return nil, fmt.Errorf("the album %s stays as it is: %w", Unclassified, syncer.ErrRefused)
	case old.Guard != f.album(now).Guard:
		return nil, fmt.Errorf("it was renamed since it was read: %w", syncer.ErrStale)
	}
	return now, nil
}

// Delete implements syncer.FileSystem: the item is read, and one call moves a photo to Procore's bin. An
// album goes for good, and only if it is empty: what would become of photos in it is not documented.
func (f *Photos) Delete(ctx context.Context, old syncer.Entry) (syncer.Trashed, error) {
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
	if folder {
		err = f.deleteAlbum(ctx, number, old)
	} else if _, err = f.unmoved(ctx, number, old); err == nil {
		err = f.client.DeleteImagesID(ctx, f.in, number)
	}
	if err != nil {
		return syncer.Trashed{}, fmt.Errorf("delete %q: %w", old.Name, err)
	}
	return syncer.Trashed{ID: old.ID, Handle: old.ParentID}, nil
}

// deleteAlbum deletes an album that holds nothing.
//
// RACE: a photo that somebody adds between the look and the call goes wherever Procore puts it.
func (f *Photos) deleteAlbum(ctx context.Context, number ID, old syncer.Entry) error {
	album, err := f.unchanged(ctx, number, old)
	if err != nil {
		return err
	}
	full := album.Count > 0 // it may hold photos that we do not see
	if !full {
		for _, err := range f.client.GetImagesIDs(ctx, f.in, ImageQuery{AlbumID: number, PageSize: 1}) {
			if err != nil {
				return err
			}
			full = true
			break
		}
	}
	if full {
		return fmt.Errorf("the album is not empty: %w", fs.ErrExist)
	}
	return f.client.DeleteImageCategoriesID(ctx, f.in, number)
}

// leftOpen says of an error that something was done before it came: whoever asked must look.
func leftOpen(op string, err error) error {
	return fmt.Errorf("%s: %v", op, err) //nolint:errorlint // a sentinel would prove that nothing was done
}
