package procore

import (
	"context"
	"net/http"
)

// NewImage is a photo to be made of what was uploaded.
type NewImage struct {
	Filename string
	// AlbumID is the album that it goes to. Without one it goes to Unclassified.
	AlbumID ID
	// Upload is what Client.Upload has returned.
	Upload *Upload
	// Like, if not nil, is a photo of which description, location, trades and flags are taken over.
	Like *Image
}

// about is what is said of the photo.
func (i NewImage) about() map[string]any {
	about := map[string]any{"description": ""} // there must be something in it
	if i.AlbumID != 0 {
		about["image_category_id"] = i.AlbumID
	}
	like := i.Like
	if like == nil {
		return about
	}
	about["description"], about["private"], about["starred"] = like.Description, like.Private, like.Starred
	if like.Location != nil {
		about["location_id"] = like.Location.ID
	}
	if len(like.Trades) > 0 {
		ids := make([]ID, 0, len(like.Trades))
		for _, t := range like.Trades {
			ids = append(ids, t.ID)
		}
		about["trade_ids"] = ids
	}
	return about
}

// PostImages makes a photo of an upload. Nothing is ever replaced: names repeat. An upload that is too
// old is syncer.ErrStale, and what Procore does not take for a photo syncer.ErrRefused.
//
// If the answer is lost nobody can tell what became of it, since nothing distinguishes a photo from
// another one of the same contents. That is an error for which syncer.NotDone is false.
func (c *Client) PostImages(ctx context.Context, in Scope, i NewImage) (*Image, error) {
	if err := in.projectOnly("photos"); err != nil {
		return nil, err
	}
	switch {
	case i.Filename == "":
		return nil, invalid("NewImage.Filename is empty")
	case i.AlbumID < 0:
		return nil, invalid("NewImage.AlbumID is %d", i.AlbumID)
	}
	if err := i.Upload.check("create photo"); err != nil {
		return nil, err
	}
	at, query := in.images(c)
	made := new(Image)
	err := c.do(ctx, call{
		op: "create photo", method: http.MethodPost, path: at, query: query,
		body: map[string]any{"upload_uuid": i.Upload.UUID, "image_name": i.Filename, "image": i.about()},
	}, made)
	return orNil(made, err)
}

// ImageChange is what PatchImagesID shall change. What is 0 or nil stays as it is. Name and contents
// cannot change.
type ImageChange struct {
	AlbumID     ID
	Description *string
}

// PatchImagesID moves a photo to another album, or describes it. Procore heeds no precondition.
func (c *Client) PatchImagesID(ctx context.Context, in Scope, id ID, ch ImageChange) (*Image, error) {
	if err := c.checkImage(in, id); err != nil {
		return nil, err
	}
	about := map[string]any{}
	if ch.AlbumID != 0 {
		about["image_category_id"] = ch.AlbumID
	}
	if ch.Description != nil {
		about["description"] = *ch.Description
	}
	switch {
	case len(about) == 0:
		return nil, invalid("change of photo %s: nothing is to be changed", id)
	case ch.AlbumID < 0:
		return nil, invalid("ImageChange.AlbumID is %d", ch.AlbumID)
	}
	at, query := in.images(c, id.String())
	now := new(Image)
	err := c.do(ctx, call{
		op: "change photo " + id.String(), method: http.MethodPatch, path: at, query: query,
		body: map[string]any{"image": about},
		look: func(ctx context.Context) (bool, error) {
			seen, err := c.GetImagesID(ctx, in, id)
			if err != nil || ch.AlbumID != 0 && seen.AlbumID != ch.AlbumID || ch.Description != nil && seen.Description != *ch.Description {
				return false, err
			}
			*now = *seen
			return true, nil
		},
	}, now)
	return orNil(now, err)
}

// DeleteImagesID moves a photo to Procore's bin, from where people can bring it back. Procore heeds no
// precondition.
//
// If the answer is lost, a photo that is not found any more while its project shows others counts as
// deleted.
func (c *Client) DeleteImagesID(ctx context.Context, in Scope, id ID) error {
	if err := c.checkImage(in, id); err != nil {
		return err
	}
	at, query := in.images(c, id.String())
	return c.do(ctx, call{
		op: "delete photo " + id.String(), method: http.MethodDelete, path: at, query: query,
		look: func(ctx context.Context) (bool, error) { return c.imageGone(ctx, in, id) },
	}, nil)
}

// imageGone reports whether a photo that was there a moment ago is deleted: the listing of all photos is
// without it and shows others. An empty one proves nothing, since it is what a lost right looks like.
func (c *Client) imageGone(ctx context.Context, in Scope, id ID) (bool, error) {
	others := false
	for seen, err := range c.GetImagesIDs(ctx, in, ImageQuery{}) {
		if err != nil || seen == id {
			return false, err
		}
		others = true
	}
	return others, nil
}
