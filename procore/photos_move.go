package procore

import (
	"context"
	"errors"
	"fmt"

	"github.com/procorebox/procorebox/syncer"
)

// Move implements syncer.Mover: a photo to another album, or another name for an album. The item is read,
// and changed by one call; before an album gets its name, the others are asked for theirs.
func (f *Photos) Move(ctx context.Context, old, parent syncer.Entry, name string) (syncer.Entry, error) {
	ctx, cancel, err := limited(ctx)
	if err != nil {
		return syncer.Entry{}, err
	}
	defer cancel()
	number, folder, err := itemID(old.ID)
	if err == nil {
		_, name, err = f.place(parent, name, old.Name)
	}
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("move %q: %w", old.Name, err)
	}
	move := f.movePhoto
	if folder {
		move = f.renameAlbum
	}
	e, err := move(ctx, number, old, parent, name)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("move %q to %q: %w", old.Name, name, err)
	}
	return e, nil
}

func (f *Photos) movePhoto(ctx context.Context, number ID, old, parent syncer.Entry, name string) (syncer.Entry, error) {
	album, err := albumID(parent.ID)
	switch {
	case err != nil:
		return syncer.Entry{}, err
	case name != old.Name:
		return syncer.Entry{}, fmt.Errorf("photos keep their names: %w", errors.ErrUnsupported)
	}
	release, err := f.turns.take(ctx, old.ID)
	if err != nil {
		return syncer.Entry{}, err
	}
	defer release()
	if _, err := f.unmoved(ctx, number, old); err != nil {
		return syncer.Entry{}, err
	}
	now, err := f.client.PatchImagesID(ctx, f.in, number, ImageChange{AlbumID: album})
	switch {
	case err != nil:
		return syncer.Entry{}, f.moved(ctx, number, old, album, err)
	case now.AlbumID != album:
		return syncer.Entry{}, leftOpen("move photo "+number.String(), fmt.Errorf("it is in album %s", now.AlbumID))
	}
	return f.photo(now), nil
}

func (f *Photos) renameAlbum(ctx context.Context, number ID, old, parent syncer.Entry, name string) (syncer.Entry, error) {
	if err := inRoot(parent); err != nil {
		return syncer.Entry{}, err
	}
	release, err := f.turns.take(ctx, RootID)
	if err != nil {
		return syncer.Entry{}, err
	}
	defer release()
	if _, err = f.unchanged(ctx, number, old); err == nil {
		err = f.unnamed(ctx, name, number)
	}
	if err != nil {
		return syncer.Entry{}, err
	}
	now, err := f.client.PatchImageCategoriesID(ctx, f.in, number, name)
	if err != nil {
		return syncer.Entry{}, err
	}
	return f.album(now), nil
}
