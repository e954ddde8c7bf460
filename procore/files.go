package procore

import (
	"context"
	"net/http"
	"time"
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
