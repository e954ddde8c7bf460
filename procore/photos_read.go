package procore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// List implements syncer.Reader. The whole tool costs one call for its albums and one for every two
// thousand photos, whatever albums they are in: all albums come first. An album costs one call and one
// for every two thousand photos in it. Listings are not resumed.
func (f *Photos) List(ctx context.Context, at syncer.Entry, from syncer.Token) iter.Seq2[syncer.Entry, error] {
	return func(yield func(syncer.Entry, error) bool) {
		err := f.list(ctx, at, from, func(e syncer.Entry) bool { return yield(e, nil) })
		if err != nil && !errors.Is(err, errLeft) {
			yield(syncer.Entry{}, err)
		}
	}
}

func (f *Photos) list(ctx context.Context, at syncer.Entry, from syncer.Token, yield func(syncer.Entry) bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	number, folder, err := itemID(at.ID)
	switch {
	case err != nil:
		return fmt.Errorf("list: %w", err)
	case from != "":
		return fmt.Errorf("list %s from %.40q: listings are not resumed: %w", at.ID, from, syncer.ErrCursor)
	}
	ctx = connect.WithClass(ctx, syncer.Bulk)
	if folder && number == 0 {
		return f.listAll(ctx, yield)
	}
	first, err := f.Look(ctx, at.ID)
	if err != nil {
		return fmt.Errorf("list: %w", err)
	}
	if !yield(first) {
		return errLeft
	}
	if !folder {
		return nil
	}
	return f.listPhotos(ctx, ImageQuery{AlbumID: number}, func(i *Image) error {
		if !yield(f.photo(i)) {
			return errLeft
		}
		return nil
	})
}

// listAll yields the root, all albums, and all photos.
func (f *Photos) listAll(ctx context.Context, yield func(syncer.Entry) bool) error {
	albums, err := f.albums(ctx)
	if err != nil {
		return fmt.Errorf("list albums: %w", err)
	}
	if !yield(f.root()) {
		return errLeft
	}
	told := map[ID]bool{0: true}
	for i := range albums {
		told[albums[i].ID] = true
		if !yield(f.album(&albums[i])) {
			return errLeft
		}
	}
	return f.listPhotos(ctx, ImageQuery{}, func(i *Image) error {
		if !told[i.AlbumID] { // made after the albums were listed
			told[i.AlbumID] = true
			e, err := f.Look(ctx, i.AlbumID.String())
			if err != nil {
				return err
			}
			if !yield(e) {
				return errLeft
			}
		}
		if !yield(f.photo(i)) {
			return errLeft
		}
		return nil
	})
}

// albums are all albums.
func (f *Photos) albums(ctx context.Context) ([]Album, error) {
	var all []Album
	for a, err := range f.client.GetImageCategories(ctx, f.in) {
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// listPhotos hands over photos, each of them once: the pages of a listing slip while photos come and go. If
// they do not come to as many as Procore says there are it reads again; two readings of the same photos
// are believed, since there may be some that are not for us.
func (f *Photos) listPhotos(ctx context.Context, q ImageQuery, tell func(*Image) error) error {
	q.Sort = "created_at" // what comes meanwhile comes last
	seen := map[ID]int{}  // by the reading that showed it last
	before := 0           // photos in the reading before
	for reading := 1; reading <= readings; reading++ {
		var head heading
		now, again := 0, 0
		q.told = head.told()
		for i, err := range f.client.GetImages(ctx, f.in, q) {
			if err != nil {
				return fmt.Errorf("list photos: %w", err)
			}
			last := seen[i.ID]
			if last == reading {
				continue
			}
			seen[i.ID] = reading
			if now++; last == reading-1 {
				again++
			}
			if last != 0 || i.Deleted {
				continue
			}
			if err := tell(&i); err != nil {
				return err
			}
		}
		if head.right(now) || reading > 1 && now == before && now == again {
			return nil
		}
		before = now
	}
	return errUnsteadyPhotos
}

// errUnsteadyPhotos is for a list that does not come out right.
var errUnsteadyPhotos = errors.New("the list of photos is not complete")

// Look implements syncer.Looker. It costs one call. What lies in the bin is not found, which is no proof.
func (f *Photos) Look(ctx context.Context, id string) (syncer.Entry, error) {
	if err := ctx.Err(); err != nil {
		return syncer.Entry{}, err
	}
	number, folder, err := itemID(id)
	switch {
	case err != nil:
		return syncer.Entry{}, err
	case !folder:
		image, err := f.client.GetImagesID(ctx, f.in, number)
		if err != nil {
			return syncer.Entry{}, fmt.Errorf("look at photo %s: %w", number, err)
		}
		return f.photo(image), nil
	case number == 0:
		for _, err := range f.client.GetImageCategories(ctx, f.in) {
			if err != nil {
				return syncer.Entry{}, fmt.Errorf("look at photos: %w", err)
			}
			break
		}
		return f.root(), nil
	}
	album, err := f.client.GetImageCategoriesID(ctx, f.in, number)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("look at album %s: %w", number, err)
	}
	return f.album(album), nil
}

// Find implements syncer.Finder. Procore has no question for it, so it reads the album, or the albums:
// one call for every two thousand, and one more for an album that shows nothing.
func (f *Photos) Find(ctx context.Context, parent syncer.Entry, key syncer.Key) ([]syncer.Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	number, err := folderID(parent.ID)
	if err != nil {
		return nil, fmt.Errorf("find in album: %w", err)
	}
	var found []syncer.Entry
	if number == 0 {
		albums, err := f.albums(ctx)
		for i := range albums {
			if syncer.NameKey(albums[i].Name) == key {
				found = append(found, f.album(&albums[i]))
			}
		}
		return found, err
	}
	empty := true
	err = f.listPhotos(ctx, ImageQuery{AlbumID: number}, func(i *Image) error {
		empty = false
		if syncer.NameKey(i.Filename) == key {
			found = append(found, f.photo(i))
		}
		return nil
	})
	if err == nil && empty {
		err = f.bare(ctx, number)
	}
	if err != nil {
		return nil, fmt.Errorf("find in album %s: %w", number, err)
	}
	return found, nil
}

// bare says why an album that shows nothing may hold something: it is gone, or its photos are not for us.
func (f *Photos) bare(ctx context.Context, number ID) error {
	album, err := f.client.GetImageCategoriesID(ctx, f.in, number)
	if err == nil && album.Count > 0 {
		err = fmt.Errorf("it shows none of its %d photos: %w", album.Count, fs.ErrPermission)
	}
	return err
}

// Open implements syncer.Reader. It asks Procore for the photo's link right before; what comes ends with
// an error if it has another size. Procore tells no digest to compare it by.
func (f *Photos) Open(ctx context.Context, file syncer.Entry) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	number, err := fileID(file.ID)
	switch {
	case err != nil:
		return nil, fmt.Errorf("open: %w", err)
	case file.Content != number.String():
		return nil, fmt.Errorf("open photo %s: %.40q never were its contents: %w", number, file.Content, syncer.ErrStale)
	}
	return f.client.GetImageContents(ctx, f.in, number, Download{Size: max(file.Size, 0)})
}
