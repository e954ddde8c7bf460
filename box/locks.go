package box

import (
	"context"
	"iter"
	"net/http"
	"time"
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
	return c.put(ctx, TypeFile, id, "lock", map[string]any{"lock": lock}, "", func(now *Item) bool { return now.Lock != nil })
}

// PutFilesIDUnlock takes the lock from a file.
func (c *Client) PutFilesIDUnlock(ctx context.Context, id string) (*Item, error) {
	if err := checkID("file", id); err != nil {
		return nil, err
	}
	return c.put(ctx, TypeFile, id, "unlock", map[string]any{"lock": nil}, "", func(now *Item) bool { return now.Lock == nil })
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
