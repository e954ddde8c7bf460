package procore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// Album is one of the Photos tool: albums lie side by side and hold photos. What is told depends on the
// request.
type Album struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
	// Count is how many photos the album holds.
	Count   Number `json:"count"`
	Private bool   `json:"private"`
	// Position among the albums.
	Position  Number    `json:"position"`
	CreatedAt time.Time `json:"created_at,omitzero"`
	// UpdatedAt is told in listings only.
	UpdatedAt time.Time `json:"updated_at,omitzero"`
}

// Unclassified is the album that each project has, for photos without one. It cannot be changed or
// deleted.
const Unclassified = "Unclassified"

// projectOnly says that a Scope is none in which there are photos, if it is none.
func (s Scope) projectOnly(what string) error {
	if err := s.check(); err != nil {
		return err
	}
	if s.company {
		return invalid("Scope is the company, and %s are in projects only", what)
	}
	return nil
}

// albums is where they are found.
func (s Scope) albums(c *Client, segments ...string) (string, url.Values) {
	return s.flat(c, append([]string{"image_categories"}, segments...)...)
}

// GetImageCategories yields the albums of a project, as far as the user may see them. An error ends it.
func (c *Client) GetImageCategories(ctx context.Context, in Scope) iter.Seq2[Album, error] {
	if err := in.projectOnly("albums"); err != nil {
		return failed[Album](err)
	}
	at, query := in.albums(c)
	return pages[Album](ctx, c.Account, call{op: "list albums of " + in.String(), method: http.MethodGet, path: at, query: query}, pageSize)
}

// GetImageCategoriesID returns an album. fs.ErrNotExist means gone, or not to be seen by this user: it
// proves nothing.
func (c *Client) GetImageCategoriesID(ctx context.Context, in Scope, id ID) (*Album, error) {
	if err := c.checkAlbum(in, id); err != nil {
		return nil, err
	}
	at, query := in.albums(c, id.String())
	album := new(Album)
	err := c.do(ctx, call{op: "read album " + id.String(), method: http.MethodGet, path: at, query: query}, album)
	return orNil(album, err)
}

func (c *Client) checkAlbum(in Scope, id ID) error {
	return errors.Join(in.projectOnly("albums"), checkID("album", id))
}

// PostImageCategories makes an empty album. Where Procore refuses a second album of one name, that is
// fs.ErrExist.
//
// If the answer is lost and there is an album of that name afterwards, nobody can tell whose it is. That
// is an error for which syncer.NotDone is false.
func (c *Client) PostImageCategories(ctx context.Context, in Scope, name string) (*Album, error) {
	if err := in.projectOnly("albums"); err != nil {
		return nil, err
	}
	if name == "" {
		return nil, invalid("name of the album is empty")
	}
	at, query := in.albums(c)
	made := new(Album)
	err := c.do(ctx, call{
		op: "create album", method: http.MethodPost, path: at, query: query, body: albumBody(name),
		look: func(ctx context.Context) (bool, error) {
			there, err := c.albumNamed(ctx, in, name, 0)
			if err == nil && there != nil {
				err = fmt.Errorf("album %q is there now, and nobody can tell who made it", name)
			}
			return false, err
		},
		refused: c.whoseAlbum(in, name, 0),
	}, made)
	return orNil(made, err)
}

// PatchImageCategoriesID gives an album another name. A name that Procore refuses as taken is
// fs.ErrExist. Procore heeds no precondition.
func (c *Client) PatchImageCategoriesID(ctx context.Context, in Scope, id ID, name string) (*Album, error) {
	if err := c.checkAlbum(in, id); err != nil {
		return nil, err
	}
	if name == "" {
		return nil, invalid("name of album %s is empty", id)
	}
	at, query := in.albums(c, id.String())
	now := new(Album)
	err := c.do(ctx, call{
		op: "change album " + id.String(), method: http.MethodPatch, path: at, query: query, body: albumBody(name),
		look: func(ctx context.Context) (bool, error) {
			seen, err := c.GetImageCategoriesID(ctx, in, id)
			if err != nil || seen.Name != name {
				return false, err
			}
			*now = *seen
			return true, nil
		},
		refused: c.whoseAlbum(in, name, id),
	}, now)
	return orNil(now, err)
}

// DeleteImageCategoriesID deletes an album, for good: what becomes of photos in it is not documented.
// Procore heeds no precondition.
func (c *Client) DeleteImageCategoriesID(ctx context.Context, in Scope, id ID) error {
	if err := c.checkAlbum(in, id); err != nil {
		return err
	}
	at, query := in.albums(c, id.String())
	return c.do(ctx, call{
		op: "delete album " + id.String(), method: http.MethodDelete, path: at, query: query,
		look: func(ctx context.Context) (bool, error) {
			for album, err := range c.GetImageCategories(ctx, in) {
				if err != nil || album.ID == id {
					return false, err
				}
			}
			return true, nil // albums have no bin: the listing of all of them is without it
		},
	}, nil)
}

func albumBody(name string) any {
	return map[string]any{"image_category": map[string]any{"name": name}}
}

// albumNamed returns an album of that name which is not own, nil if there is none.
func (c *Client) albumNamed(ctx context.Context, in Scope, name string, own ID) (*Album, error) {
	for album, err := range c.GetImageCategories(ctx, in) {
		if err != nil {
			return nil, err
		}
		if album.ID != own && album.Name == name {
			return &album, nil
		}
	}
	return nil, nil
}

// whoseAlbum finds out about a refusal whether it means that a name is taken: whether albums may share
// one is not documented, nor what Procore writes if they may not.
func (c *Client) whoseAlbum(in Scope, name string, own ID) func(context.Context, *Error) {
	return func(ctx context.Context, e *Error) {
		if e.Status != http.StatusBadRequest && e.Status != http.StatusUnprocessableEntity {
			return
		}
		if there, err := c.albumNamed(ctx, in, name, own); err == nil && there != nil {
			e.Taken, e.kind = &Sibling{ID: there.ID, Folder: true, Name: there.Name}, fs.ErrExist
		}
	}
}
func (a *Album) id() ID { return a.ID }
