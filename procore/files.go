package procore

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// File is a file of the Documents tool.
type File struct {
	ID       ID     `json:"id"`
	Name     string `json:"name"`
	ParentID ID     `json:"parent_id"`
	// Size in bytes, of the current version.
	Size            Number    `json:"size"`
	Description     string    `json:"description"`
	FileType        string    `json:"file_type"`
	NameWithPath    string    `json:"name_with_path"`
	CreatedAt       time.Time `json:"created_at,omitzero"`
	UpdatedAt       time.Time `json:"updated_at,omitzero"`
	CheckedOutBy    *Person   `json:"checked_out_by,omitempty"`
	CheckedOutUntil time.Time `json:"checked_out_until,omitzero"`
	Private         bool      `json:"private"`
	IsTracked       bool      `json:"is_tracked"`
	TrackedFolder   *Ref      `json:"tracked_folder,omitempty"`
	// IsDeleted means that it lies in the recycle bin.
	IsDeleted bool `json:"is_deleted"`
	// Versions come in any order, and only some of them may be told. See Current.
	Versions []FileVersion `json:"file_versions"`
}

// Current is the version with the greatest number, nil if none is told.
func (f *File) Current() *FileVersion {
	var top *FileVersion
	for i := range f.Versions {
		if v := &f.Versions[i]; top == nil || v.Number > top.Number {
			top = v
		}
	}
	return top
}

// Version is the version of that ID, nil if it is not told.
func (f *File) Version(id ID) *FileVersion {
	for i := range f.Versions {
		if f.Versions[i].ID == id {
			return &f.Versions[i]
		}
	}
	return nil
}

// GetFilesID returns a file with its versions. One that lies in the recycle bin has IsDeleted set if
// the user may see the bin. fs.ErrNotExist means gone, or not to be seen by this user: it proves
// nothing.
func (c *Client) GetFilesID(ctx context.Context, in Scope, id ID) (*File, error) {
	if err := c.check(in, "file", id); err != nil {
		return nil, err
	}
	at, query := in.flat(c, "files", id.String())
	file := new(File)
	err := c.do(ctx, call{op: "read file " + id.String(), method: http.MethodGet, path: at, query: query}, file)
	return orNil(file, err)
}

// NewFile is a file to be made of what was uploaded.
type NewFile struct {
	// ParentID is the folder that it is made in; 0 means the top folder.
	ParentID ID
	Name     string
	// Upload is what Client.Upload has returned.
	Upload      *Upload
	Description string
	// Tracked and Private are left to Procore where they are nil. A project may be set to make
	// everything private.
	Tracked, Private *bool
	// UniqueName lets Procore choose another name if that one is taken.
	UniqueName bool
}

// PostFiles makes a file of an upload. It never replaces: a taken name is fs.ErrExist with Error.Taken,
// unless UniqueName is set. An upload that is too old is syncer.ErrStale.
//
// If the answer is lost, a file of that name and of just these contents counts as the one that was
// made; to find that out they are read. With UniqueName nobody can tell.
func (c *Client) PostFiles(ctx context.Context, in Scope, f NewFile) (*File, error) {
	switch {
	case f.Name == "":
		return nil, invalid("NewFile.Name is empty")
	case f.ParentID < 0:
		return nil, invalid("NewFile.ParentID is %d", f.ParentID)
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	if err := f.Upload.check("create file"); err != nil {
		return nil, err
	}
	body := attributes(f.ParentID, f.Name, f.Tracked, f.Private)
	body["upload_uuid"] = f.Upload.UUID
	if f.Description != "" {
		body["description"] = f.Description
	}
	if f.UniqueName {
		body["unique_name"] = true
	}
	at, query := in.flat(c, "files")
	made := new(File)
	k := call{
		op: "create file", method: http.MethodPost, path: at, query: query, body: map[string]any{"file": body},
		refused: c.whoseName(in, f.ParentID, f.Name, nil),
	}
	if !f.UniqueName {
		k.look = c.lookForName(in, f.ParentID, f.Name, func(ctx context.Context, there *Sibling) (bool, error) {
			if there.Folder {
				return false, nil
			}
			file, err := c.GetFilesID(ctx, in, there.ID)
			if err != nil {
				return false, err
			}
			*made = *file
			return c.holds(ctx, in, file, f.Upload)
		})
	}
	if err := c.do(ctx, k, made); err != nil {
		return nil, err
	}
	return orNil(made, accept(k, made, f.Upload))
}

// FileChange is what PatchFilesID shall change. What is empty or nil stays as it is.
type FileChange struct {
	Name string
	// ParentID is the folder to move it to.
	ParentID    ID
	Description *string
	// Upload becomes the next version.
	Upload *Upload
	// Current is the version that Upload follows. It is no precondition, Procore has none: it is what
	// the file is compared with if the answer is lost.
	Current          ID
	Tracked, Private *bool
	// CheckedOutUntil checks the file out; the zero time gives it back, which only some may do.
	CheckedOutUntil *time.Time
}

func (ch FileChange) body() map[string]any {
	b := attributes(ch.ParentID, ch.Name, ch.Tracked, ch.Private)
	if ch.Description != nil {
		b["description"] = *ch.Description
	}
	if ch.Upload != nil {
		b["upload_uuid"] = ch.Upload.UUID
	}
	if until := ch.CheckedOutUntil; until != nil && until.IsZero() {
		b["checked_out_until"] = nil
	} else if until != nil {
		b["checked_out_until"] = stamp(*until)
	}
	return b
}

// made reports whether a file is as the change wants it, but for its contents.
func (ch FileChange) made(now *File) bool {
	switch {
	case ch.Name != "" && now.Name != ch.Name,
		ch.ParentID != 0 && now.ParentID != ch.ParentID,
		ch.Description != nil && now.Description != *ch.Description,
		ch.Tracked != nil && now.IsTracked != *ch.Tracked,
		ch.Private != nil && now.Private != *ch.Private,
		ch.CheckedOutUntil != nil && !now.CheckedOutUntil.Equal(ch.CheckedOutUntil.Truncate(time.Second)):
		return false
	}
	return true
}

// PatchFilesID renames or moves a file, gives it a next version, or all of that in one request. A
// taken name is fs.ErrExist. A file that somebody else has checked out is syncer.ErrLocked: it may be
// for days. Procore heeds no precondition: it changes whatever the file has become.
func (c *Client) PatchFilesID(ctx context.Context, in Scope, id ID, ch FileChange) (*File, error) {
	if err := c.check(in, "file", id); err != nil {
		return nil, err
	}
	body := ch.body()
	switch {
	case len(body) == 0:
		return nil, invalid("change of file %s: nothing is to be changed", id)
	case ch.ParentID < 0:
		return nil, invalid("FileChange.ParentID is %d", ch.ParentID)
	case ch.Upload != nil && ch.Current <= 0:
		return nil, invalid("FileChange.Current is %d, it must be the version that Upload follows", ch.Current)
	}
	if ch.Upload != nil {
		if err := ch.Upload.check("upload version of file " + id.String()); err != nil {
			return nil, err
		}
	}
	at, query := in.flat(c, "files", id.String())
	whose := c.whoseName(in, ch.ParentID, ch.Name, &Sibling{ID: id})
	now := new(File)
	k := call{
		op: "change file " + id.String(), method: http.MethodPatch, path: at, query: query,
		body: map[string]any{"file": body},
		look: func(ctx context.Context) (bool, error) { return c.changed(ctx, in, id, ch, now) },
		refused: func(ctx context.Context, e *Error) {
			if e.Status == http.StatusConflict {
				e.kind = syncer.ErrLocked // whatever it says: nothing but a check-out is answered so
			}
			whose(ctx, e)
		},
	}
	if err := c.do(ctx, k, now); err != nil {
		return nil, err
	}
	if ch.Upload == nil {
		return now, nil
	}
	return orNil(now, accept(k, now, ch.Upload))
}

// changed looks for the effect of a change whose answer was lost.
func (c *Client) changed(ctx context.Context, in Scope, id ID, ch FileChange, now *File) (bool, error) {
	seen, err := c.GetFilesID(ctx, in, id)
	if err != nil {
		return false, err
	}
	*now = *seen
	if ch.Upload == nil || !ch.made(seen) {
		return ch.made(seen), nil
	}
	top := seen.Current()
	if top == nil {
		return false, fmt.Errorf("file %s is told without its versions", id)
	}
	if top.ID == ch.Current {
		return false, nil
	}
	done, err := c.holds(ctx, in, seen, ch.Upload)
	if err == nil && !done {
		err = fmt.Errorf("file %s has other contents now", id)
	}
	return done, err
}

// DeleteFilesID moves a file to the recycle bin. Procore heeds no precondition.
func (c *Client) DeleteFilesID(ctx context.Context, in Scope, id ID) error {
	if err := c.check(in, "file", id); err != nil {
		return err
	}
	at, query := in.flat(c, "files", id.String())
	return c.do(ctx, call{
		op: "delete file " + id.String(), method: http.MethodDelete, path: at, query: query,
		look: func(ctx context.Context) (bool, error) {
			seen, err := c.GetFilesID(ctx, in, id)
			if err != nil {
				return false, err // not to be seen proves nothing
			}
			return seen.IsDeleted, nil
		},
	}, nil)
}

func (f *File) id() ID { return f.ID }
