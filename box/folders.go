package box

import (
	"context"
	"iter"
	"net/http"
	"strconv"
	"time"
)

// GetFoldersID returns a folder that is not in the trash. It fails with fs.ErrNotExist if there is
// none with that ID, if the user may not see it, and if it is in the trash; the code of the last is
// CodeTrashed. Box does not tell the first two apart.
func (c *Client) GetFoldersID(ctx context.Context, id string) (*Item, error) {
	return c.getItem(ctx, TypeFolder, id)
}

// GetFoldersIDItems yields what stands directly in a folder: folders, files and bookmarks, in this
// order. It goes by markers, so nothing is lost or repeated when the folder changes meanwhile. An
// error ends it. An entry may have another ItemStatus than StatusActive.
func (c *Client) GetFoldersIDItems(ctx context.Context, id string) iter.Seq2[Item, error] {
	if err := checkID("folder", id); err != nil {
		return failed[Item](err)
	}
	return pages[Item](ctx, c, call{
		op: "list folder " + id, method: http.MethodGet, path: "/folders/" + id + "/items",
		query: with(listFields, "usemarker", "true", "limit", strconv.Itoa(pageSize)),
	})
}

// PostFolders makes an empty folder. If the name is taken, by a file or a folder in whatever case, it
// fails with fs.ErrExist and Error.Conflicts. Box checks that when it can: folders that are made in
// one parent at the same moment may end up with one name, so make them one after the other.
//
// If the answer is lost and a folder of that name is there afterwards, nobody can tell whose it is.
// That is an error for which syncer.NotDone is false.
func (c *Client) PostFolders(ctx context.Context, parentID, name string) (*Item, error) {
	if err := checkID("parent", parentID); err != nil {
		return nil, err
	}
	made := new(Item)
	err := c.do(ctx, call{
		op: "create folder", method: http.MethodPost, path: "/folders", query: with(folderFields),
		body:      map[string]any{"name": name, "parent": ref(parentID)},
		unguarded: true, look: c.lookForName(parentID, name, nil),
	}, made)
	return orNil(made, err)
}

// Change is what PutFilesID and PutFoldersID shall change. Empty fields stay as they are.
type Change struct {
	Name     string
	ParentID string
	// ContentModifiedAt of a file. Box takes it, though its documentation does not say so.
	ContentModifiedAt time.Time
	// IfMatch is the ETag that the item must still have, else nothing is done and the error is
	// syncer.ErrStale. Box does not heed it for the move to another folder: the item is moved as it
	// is then.
	IfMatch string
}

// PutFoldersID renames or moves a folder, or both. A taken name is fs.ErrExist. Moving a large
// folder goes on after the answer, and keeps others from working in it for as long: those calls fail
// with syncer.ErrLocked.
func (c *Client) PutFoldersID(ctx context.Context, id string, ch Change) (*Item, error) {
	ch.ContentModifiedAt = time.Time{} // a folder has none of its own
	now, err := c.putItem(ctx, TypeFolder, id, ch)
	if !HasCode(err, CodeOperationLimit) || ch.Name == "" || ch.ParentID == "" {
		return now, err
	}
	// Box refused to do both at once. The order is the documented one; a failure of the second step
	// leaves the first one done.
	if _, err := c.putItem(ctx, TypeFolder, id, Change{ParentID: ch.ParentID, IfMatch: ch.IfMatch}); err != nil {
		return nil, err
	}
	now, err = c.putItem(ctx, TypeFolder, id, Change{Name: ch.Name})
	moved := call{op: "rename folder " + id + " after its move", method: http.MethodPut, path: path(TypeFolder, id)}
	return now, unproved(moved, err)
}

// PostFoldersIDCopy copies a folder with all that is in it. Above 500 items Box goes on after the
// answer, and there is no way to ask when it is done. An empty name keeps that of the original.
func (c *Client) PostFoldersIDCopy(ctx context.Context, id, parentID, name string) (*Item, error) {
	return c.copyItem(ctx, TypeFolder, id, map[string]any{}, parentID, name)
}

// DeleteFoldersID moves a folder to the trash, or removes it for good where the enterprise has none.
// A folder that holds anything is refused with fs.ErrExist, unless recursive is set: then all that is
// below it goes with it, whatever it is. With ifMatch set the folder must still have that ETag, else
// the error is syncer.ErrStale.
func (c *Client) DeleteFoldersID(ctx context.Context, id, ifMatch string, recursive bool) error {
	query := with("")
	if recursive {
		query.Set("recursive", "true")
	}
	return c.deleteItem(ctx, TypeFolder, id, ifMatch, query)
}
