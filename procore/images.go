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

func (i *Image) id() ID { return i.ID }
