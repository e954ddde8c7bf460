package procore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// Image is a photo. Its contents and its name never change, and there is nothing by which contents could
// be told from others of the same size. Names repeat, within an album too.
type Image struct {
	ID ID `json:"id"`
	// URL is where the contents are. It lasts for a while.
	URL      Link   `json:"url"`
	Filename string `json:"filename"`
	// Size in bytes.
	Size        Number `json:"size"`
	Description string `json:"description"`
	// TakenAt is what the camera says, or when the photo came to Procore.
	TakenAt time.Time `json:"taken_at,omitzero"`
	// CreatedAt and UpdatedAt are in whole seconds.
	CreatedAt time.Time `json:"created_at,omitzero"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
	// AlbumID is 0 if Procore tells none.
	AlbumID      ID        `json:"image_category_id"`
	AlbumName    string    `json:"image_category_name"`
	AlbumPrivate bool      `json:"image_category_private"`
	Location     *Location `json:"location,omitempty"`
	Private      bool      `json:"private"`
	Starred      bool      `json:"starred"`
	Uploader     *Person   `json:"uploader,omitempty"`
	Trades       []Trade   `json:"trades,omitempty"`
	// Deleted says that Procore keeps the photo no more. That a photo in the bin can be read is not
	// documented.
	Deleted bool `json:"permanently_deleted"`
}

// Location is a place of a project.
type Location struct {
	ID   ID     `json:"id"`
	Name string `json:"name"` // with the places that it is in
}

// Trade is a kind of work.
type Trade struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
}

// images is where photos are found.
func (s Scope) images(c *Client, segments ...string) (string, url.Values) {
	return s.flat(c, append([]string{"images"}, segments...)...)
}

// ImageQuery says which photos GetImages yields. The zero value means all.
type ImageQuery struct {
	AlbumID ID
	IDs     []ID
	// Updated bounds Image.UpdatedAt, Created Image.CreatedAt.
	Updated, Created Span
	// Sort is what goes first: "created_at" and others of Procore, with a "-" before it in reverse; empty
	// leaves it to Procore.
	Sort string
	// PageSize is how many to ask for at once; 0 means 2000.
	PageSize int

	told func(http.Header) // gets the header of each page
}

func (q ImageQuery) add(query url.Values) error {
	switch {
	case q.AlbumID < 0:
		return invalid("ImageQuery.AlbumID is %d", q.AlbumID)
	case q.PageSize < 0:
		return invalid("ImageQuery.PageSize is %d", q.PageSize)
	case slices.ContainsFunc(q.IDs, func(id ID) bool { return id <= 0 }):
		return invalid("ImageQuery.IDs holds a number that is not above zero")
	}
	if q.AlbumID != 0 {
		query.Set("image_category_id", q.AlbumID.String())
	}
	for _, id := range q.IDs {
		query.Add("filters[id][]", id.String())
	}
	if q.Sort != "" {
		query.Set("sort", q.Sort)
	}
	q.Updated.filter(query, "updated_at")
	q.Created.filter(query, "created_at")
	return nil
}

func (c *Client) listImages(in Scope, q ImageQuery) (call, int, error) {
	if err := in.projectOnly("photos"); err != nil {
		return call{}, 0, err
	}
	at, query := in.images(c)
	err := q.add(query)
	size := pageSize
	if q.PageSize > 0 {
		size = min(size, q.PageSize)
	}
	return call{op: "list photos of " + in.String(), method: http.MethodGet, path: at, query: query, told: q.told}, size, err
}

// GetImages yields photos of a project, as far as the user may see them. An error ends it.
//
// Pages are counted: one that is read while photos come and go may show one twice or pass over one. What
// is missing from a whole listing is missing, and not proved to be gone.
func (c *Client) GetImages(ctx context.Context, in Scope, q ImageQuery) iter.Seq2[Image, error] {
	k, size, err := c.listImages(in, q)
	if err != nil {
		return failed[Image](err)
	}
	return pages[Image](ctx, c.Account, k, size)
}

// GetImagesIDs yields the numbers of photos only. It promises what GetImages promises.
func (c *Client) GetImagesIDs(ctx context.Context, in Scope, q ImageQuery) iter.Seq2[ID, error] {
	k, size, err := c.listImages(in, q)
	if err != nil {
		return failed[ID](err)
	}
	k.query.Set("serializer_view", "ids_only")
	return pages[ID](ctx, c.Account, k, size)
}

// GetImagesID returns a photo. fs.ErrNotExist means deleted, gone, or not to be seen by this user: it
// proves nothing.
func (c *Client) GetImagesID(ctx context.Context, in Scope, id ID) (*Image, error) {
	if err := c.checkImage(in, id); err != nil {
		return nil, err
	}
	at, query := in.images(c, id.String())
	image := new(Image)
	err := c.do(ctx, call{op: "read photo " + id.String(), method: http.MethodGet, path: at, query: query}, image)
	return orNil(image, err)
}

func (c *Client) checkImage(in Scope, id ID) error {
	return errors.Join(in.projectOnly("photos"), checkID("photo", id))
}

// GetImageContents reads the contents of a photo. Its link is asked for just before, and again if the
// download is cut. Where Procore tells another size than Download, it is syncer.ErrStale;
// Download.VersionID has no meaning here.
func (c *Client) GetImageContents(ctx context.Context, in Scope, id ID, d Download) (io.ReadCloser, error) {
	if err := c.checkImage(in, id); err != nil {
		return nil, err
	}
	return c.follow(ctx, "download photo "+id.String(), d, func(ctx context.Context, r *connect.Download) (Link, error) {
		r.Named = true // contents never change, so that a cut download is sure to go on with the same
		image, err := c.GetImagesID(ctx, in, id)
		switch {
		case err != nil:
			return Link{}, err
		case d.Size > 0 && int64(image.Size) != d.Size:
			return Link{}, fmt.Errorf("%s: it has %d bytes instead of %d: %w", r.Op, image.Size, d.Size, syncer.ErrStale)
		}
		return image.URL, nil
	})
}

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

func (i *Image) id() ID { return i.ID }
