package box

import (
	"context"
	"iter"
	"net/http"
	"time"

	"github.com/procorebox/procorebox/syncer/connect"
)

// Lock says that somebody keeps a file from being changed by others, whose writes then fail with
// syncer.ErrLocked.
type Lock struct {
	ID        string    `json:"id"`
	CreatedBy *User     `json:"created_by,omitempty"`
	CreatedAt time.Time `json:"created_at,omitzero"`
	// ExpiredAt is when the lock ends; zero means that it is not known to end.
	ExpiredAt           time.Time `json:"expired_at,omitzero"`
	IsDownloadPrevented bool      `json:"is_download_prevented"`
	// AppType is set while the file is open in an editor of the service: "gsuite", "office_wopi", ...
	AppType string `json:"app_type"`
}

// Held reports whether the lock is still in force at now. It is not if there is none.
func (l *Lock) Held(now time.Time) bool {
	return l != nil && (l.ExpiredAt.IsZero() || now.Before(l.ExpiredAt))
}

// PutFilesIDLock locks a file for the user of the token until a time, or until it is unlocked if that
// is zero.
func (c *Client) PutFilesIDLock(ctx context.Context, id string, until time.Time) (*Item, error) {
	if err := checkID("file", id); err != nil {
		return nil, err
	}
	lock := map[string]any{"type": "lock", "is_download_prevented": false}
	if !until.IsZero() {
		lock["expires_at"] = stamp(until)
	}
	return c.setLock(ctx, "lock", id, lock)
}

// PutFilesIDUnlock takes the lock from a file.
func (c *Client) PutFilesIDUnlock(ctx context.Context, id string) (*Item, error) {
	if err := checkID("file", id); err != nil {
		return nil, err
	}
	return c.setLock(ctx, "unlock", id, nil)
}

// setLock locks or unlocks. Done twice that is the same as once; a look could not tell whose lock it
// sees.
func (c *Client) setLock(ctx context.Context, verb, id string, lock any) (*Item, error) {
	now := new(Item)
	err := c.do(ctx, call{
		op: verb + " file " + id, method: http.MethodPut, path: path(TypeFile, id), query: with(fileFields),
		body: map[string]any{"lock": lock}, repeat: connect.Again,
	}, now)
	return orNil(now, err)
}

// FolderLock keeps a folder from being moved and deleted, by anybody; such a call fails with
// fs.ErrPermission.
type FolderLock struct {
	ID        string    `json:"id"`
	Folder    Item      `json:"folder"`
	CreatedBy *User     `json:"created_by,omitempty"`
	CreatedAt time.Time `json:"created_at,omitzero"`
}

// GetFolderLocks yields the locks of a folder. An error ends it.
func (c *Client) GetFolderLocks(ctx context.Context, folderID string) iter.Seq2[FolderLock, error] {
	if err := checkID("folder", folderID); err != nil {
		return failed[FolderLock](err)
	}
	return pages[FolderLock](ctx, c, call{
		op: "list locks of folder " + folderID, method: http.MethodGet, path: "/folder_locks",
		query: with("", "folder_id", folderID),
	})
}
