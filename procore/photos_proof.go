package procore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Nothing tells a photo from another one of the same bytes and name. If the answer to a creation is lost,
// a photo counts as the one that was made if it has the name, the size, the bytes and the author of what
// was sent, and came to its album after the upload had begun.

// postTries is how often a photo is sent before nobody knows what became of it.
const postTries = 3

// post makes a photo in an album. Whether Procore refuses an album that is gone, or puts the photo
// somewhere else, is not documented.
func (f *Photos) post(ctx context.Context, i NewImage) (*Image, error) {
	release, err := f.turns.take(ctx, strings.Join([]string{"photo", i.AlbumID.String(), i.Filename, string(i.Upload.SHA256)}, "/"))
	if err != nil {
		return nil, err
	}
	defer release()
	made, err := f.posted(ctx, i)
	switch {
	case err != nil:
		return nil, f.aboutAlbum(ctx, i.AlbumID, err)
	case made.AlbumID == i.AlbumID:
		f.makings.add(fileMark + made.ID.String())
		return made, nil
	}
	if err := f.client.DeleteImagesID(ctx, f.in, made.ID); err != nil {
		return nil, leftOpen("remove photo "+made.ID.String()+", which came to another album", err)
	}
	return nil, fmt.Errorf("album %s did not take it: %w", i.AlbumID, fs.ErrNotExist)
}

// posted sends a photo until it is known what became of it.
func (f *Photos) posted(ctx context.Context, i NewImage) (*Image, error) {
	began := f.now()
	made, err := f.client.PostImages(ctx, f.in, i)
	for try := 1; unclear(ctx, err) && try <= postTries; try++ {
		found, lookErr := f.made(ctx, i, began)
		if lookErr == nil && found == nil && wait(ctx, settle) == nil {
			found, lookErr = f.made(ctx, i, began) // what took so long does not come any more
		}
		switch {
		case lookErr != nil || ctx.Err() != nil:
			return nil, err
		case found != nil:
			made, err = found, nil
		case try < postTries:
			made, err = f.client.PostImages(ctx, f.in, i)
		}
	}
	return made, err
}

// made looks for a photo that may have been made of an upload, nil if there is none.
func (f *Photos) made(ctx context.Context, i NewImage, began time.Time) (*Image, error) {
	since, ok := ulidTime(i.Upload.UUID) // by Procore's clock, if it is one
	if !ok || since.Sub(began).Abs() > lifetime {
		since = began.Add(-clockSkew)
	}
	since = since.Truncate(time.Second)
	for there, err := range f.client.GetImages(ctx, f.in, ImageQuery{AlbumID: i.AlbumID, Created: Span{From: since}}) {
		if err != nil {
			return nil, err
		}
		if i.Like != nil && there.ID == i.Like.ID || f.makings.knows(fileMark+there.ID.String()) {
			continue // the one that is replaced must never pass for the new one, nor one that is another file
		}
		ours := there.Uploader != nil && there.Uploader.ID.String() == f.account
		if !ours || there.Filename != i.Filename || int64(there.Size) != i.Upload.Size || there.CreatedAt.Before(since) {
			continue
		}
		stored, err := f.digest(ctx, there.ID)
		if err != nil || stored == i.Upload.SHA256 {
			return &there, err
		}
	}
	return nil, nil
}

// aboutAlbum says of a refusal that the album is gone, if it is.
func (f *Photos) aboutAlbum(ctx context.Context, album ID, err error) error {
	if errors.Is(err, syncer.ErrRefused) {
		if _, lookErr := f.client.GetImageCategoriesID(ctx, f.in, album); lost(lookErr) {
			return proof(fs.ErrNotExist, err) // the album is the cause
		}
	}
	return err
}

// moved finds out what became of a move of a photo that is not where it was to go.
func (f *Photos) moved(ctx context.Context, number ID, old syncer.Entry, album ID, err error) error {
	if !unclear(ctx, err) {
		return f.aboutAlbum(ctx, album, err)
	}
	now, lookErr := f.client.GetImagesID(ctx, f.in, number)
	if lookErr != nil || now.AlbumID.String() != old.ParentID {
		return err
	}
	if _, lookErr := f.client.GetImageCategoriesID(ctx, f.in, album); lost(lookErr) {
		return proof(fs.ErrNotExist, err) // nothing goes there any more
	}
	return err
}

// verify reads a new photo. One that is not as it was sent is moved to the bin.
func (f *Photos) verify(ctx context.Context, made *Image, sent *Upload) error {
	stored, err := f.digest(ctx, made.ID)
	switch {
	case err != nil:
		return leftOpen("read photo "+made.ID.String()+" back", err)
	case stored == sent.SHA256:
		return nil
	}
	if err := f.client.DeleteImagesID(ctx, f.in, made.ID); err != nil {
		return leftOpen("remove photo "+made.ID.String()+", which is not as it was sent", err)
	}
	return fmt.Errorf("procore keeps %s of %s: %w", stored, sent.SHA256, syncer.ErrRefused)
}

// lookbacks at a photo may fail before it is left open what it holds.
const lookbacks = 4

// digest reads all of a photo, again if it is cut.
func (f *Photos) digest(ctx context.Context, id ID) (sum syncer.Digest, err error) {
	for range lookbacks {
		if sum, err = f.readDigest(ctx, id); err == nil || lost(err) || ctx.Err() != nil {
			break
		}
	}
	return sum, err
}

func (f *Photos) readDigest(ctx context.Context, id ID) (syncer.Digest, error) {
	body, err := f.client.GetImageContents(ctx, f.in, id, Download{})
	if err != nil {
		return "", err
	}
	h := syncer.SHA256.New()
	_, err = io.Copy(h, body)
	return syncer.SHA256.Sum(h), errors.Join(err, body.Close())
}

// madeAlbum finds out what became of the creation of an album of a name that no album had before. A new
// and empty one is the one that was to be made: Procore does not tell who made it.
func (f *Photos) madeAlbum(ctx context.Context, name string, began time.Time, err error) (*Album, error) {
	if !unclear(ctx, err) {
		return nil, err
	}
	there, lookErr := f.client.albumNamed(ctx, f.in, name, 0)
	if lookErr != nil || there == nil || there.Count != 0 || there.CreatedAt.Before(began.Add(-clockSkew)) {
		return nil, err
	}
	return there, nil
}

// wait waits for some time, or for the end of ctx.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ulidTime is the time that a ULID begins with: ten digits to the base of 32, in milliseconds.
func ulidTime(id string) (time.Time, bool) {
	const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	if len(id) != 26 || id[0] > '7' {
		return time.Time{}, false
	}
	var ms int64
	for _, c := range strings.ToUpper(id[:10]) {
		i := strings.IndexRune(digits, c)
		if i < 0 {
			return time.Time{}, false
		}
		ms = ms<<5 | int64(i)
	}
	return time.UnixMilli(ms).UTC(), true
}
