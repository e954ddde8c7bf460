package box

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/http"
	"strconv"
)

// GetFilesIDTrash returns a file that was itself moved to the trash. It fails with fs.ErrNotExist if
// the file is not there; one that went along with its folder is found in the folder only.
func (c *Client) GetFilesIDTrash(ctx context.Context, id string) (*Item, error) {
	return c.getTrashed(ctx, TypeFile, id)
}

// GetFoldersIDTrash returns a folder that was itself moved to the trash, or fs.ErrNotExist.
func (c *Client) GetFoldersIDTrash(ctx context.Context, id string) (*Item, error) {
	return c.getTrashed(ctx, TypeFolder, id)
}

// GetFoldersTrashItems yields what lies in the trash of the user.
func (c *Client) GetFoldersTrashItems(ctx context.Context) iter.Seq2[Item, error] {
	return pages[Item](ctx, c, call{
		op: "list trash", method: http.MethodGet, path: "/folders/trash/items",
		query: with(listFields, "usemarker", "true", "limit", strconv.Itoa(pageSize)),
	})
}

// PostFilesID takes a file out of the trash; it keeps its ID. An empty name means its old name. The
// file goes back to the folder it came from; parentID matters only if that is gone. It fails with
// fs.ErrNotExist if the trash does not have it and with fs.ErrExist if the name is taken.
func (c *Client) PostFilesID(ctx context.Context, id, parentID, name string) (*Item, error) {
	return c.restore(ctx, TypeFile, id, parentID, name)
}

// PostFoldersID takes a folder out of the trash, with all that went there with it. The rest is as
// with PostFilesID.
func (c *Client) PostFoldersID(ctx context.Context, id, parentID, name string) (*Item, error) {
	return c.restore(ctx, TypeFolder, id, parentID, name)
}

// DeleteFilesIDTrash removes a file from the trash for good. No call of package syncer needs that.
func (c *Client) DeleteFilesIDTrash(ctx context.Context, id string) error {
	return c.purge(ctx, TypeFile, id)
}

// DeleteFoldersIDTrash removes a folder from the trash for good, with all that is in it.
func (c *Client) DeleteFoldersIDTrash(ctx context.Context, id string) error {
	return c.purge(ctx, TypeFolder, id)
}

func trashedFieldsOf(kind string) string {
	if kind == TypeFile {
		return trashedFileFields
	}
	return trashedFolderFields
}

func (c *Client) getTrashed(ctx context.Context, kind, id string) (*Item, error) {
	if err := checkID(kind, id); err != nil {
		return nil, err
	}
	item := new(Item)
	err := c.do(ctx, call{
		op: "read trashed " + kind + " " + id, method: http.MethodGet, path: path(kind, id) + "/trash",
		query: with(trashedFieldsOf(kind)),
	}, item)
	return orNil(item, err)
}

func (c *Client) restore(ctx context.Context, kind, id, parentID, name string) (*Item, error) {
	if err := checkID(kind, id); err != nil {
		return nil, err
	}
	body := map[string]any{}
	if name != "" {
		body["name"] = name
	}
	if parentID != "" {
		if err := checkID("parent", parentID); err != nil {
			return nil, err
		}
		body["parent"] = ref(parentID)
	}
	back := new(Item)
	err := c.do(ctx, call{
		op: "restore " + kind + " " + id, method: http.MethodPost, path: path(kind, id),
		query: with(trashedFieldsOf(kind)), body: body, unguarded: true,
		look: func(ctx context.Context) (bool, error) {
			seen, err := c.getItem(ctx, kind, id)
			if err == nil && name != "" && seen.Name != name {
				return false, fmt.Errorf("%s %s is out of the trash, under another name", kind, id)
			}
			if err == nil {
				*back = *seen
				return true, nil
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return false, err
			}
			_, err = c.getTrashed(ctx, kind, id)
			return false, err
		},
	}, back)
	return orNil(back, err)
}

func (c *Client) purge(ctx context.Context, kind, id string) error {
	if err := checkID(kind, id); err != nil {
		return err
	}
	return c.do(ctx, call{
		op: "purge " + kind + " " + id, method: http.MethodDelete, path: path(kind, id) + "/trash",
		look: func(ctx context.Context) (bool, error) {
			_, err := c.getTrashed(ctx, kind, id)
			return false, err
		},
	}, nil)
}
