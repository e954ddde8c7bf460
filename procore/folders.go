package procore

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Folder is a folder of the Documents tool. What it is told with depends on the request: its Folders
// and Files are those directly in it, which themselves are told without any.
type Folder struct {
	ID           ID        `json:"id"`
	Name         string    `json:"name"`
	ParentID     ID        `json:"parent_id"` // 0 for the top folder
	NameWithPath string    `json:"name_with_path"`
	UpdatedAt    time.Time `json:"updated_at,omitzero"`
	Private      bool      `json:"private"`
	// ReadOnly marks what Procore itself keeps, IsRecycleBin the bin, IsDeleted what lies in it.
	ReadOnly      bool     `json:"read_only"`
	IsRecycleBin  bool     `json:"is_recycle_bin"`
	IsDeleted     bool     `json:"is_deleted"`
	IsTracked     bool     `json:"is_tracked"`
	TrackedFolder *Ref     `json:"tracked_folder,omitempty"`
	HasChildren   bool     `json:"has_children"`
	HasFiles      bool     `json:"has_children_files"`
	HasFolders    bool     `json:"has_children_folders"`
	Folders       []Folder `json:"folders"`
	Files         []File   `json:"files"`
}

// FolderQuery says what a folder is told with. The zero value means with all that is directly in it,
// and of each file all versions.
type FolderQuery struct {
	NoFolders, NoFiles bool
	// Latest leaves out all versions but the current one. Only projects know it; it is not sent for the
	// company's own documents.
	Latest bool
}

func (q FolderQuery) add(in Scope, query url.Values) {
	for name, set := range map[string]bool{
		"exclude_folders": q.NoFolders, "exclude_files": q.NoFiles, "show_latest_file_version_only": q.Latest && !in.company,
	} {
		if set {
			query.Set(name, "true")
		}
	}
}

// GetFolders returns the top folder with what is directly in it, as far as the user may see it: its
// name is that of the project or company, and the recycle bin is one of its folders.
func (c *Client) GetFolders(ctx context.Context, in Scope, q FolderQuery) (*Folder, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	at, query := in.flat(c, "folders")
	q.add(in, query)
	folder := new(Folder)
	err := c.do(ctx, call{op: "read top folder of " + in.String(), method: http.MethodGet, path: at, query: query}, folder)
	return orNil(folder, err)
}

// GetFoldersID returns a folder with what is directly in it. One that lies in the recycle bin has
// IsDeleted set if the user may see the bin. fs.ErrNotExist means gone, or not to be seen by this user:
// it proves nothing.
func (c *Client) GetFoldersID(ctx context.Context, in Scope, id ID, q FolderQuery) (*Folder, error) {
	if err := c.check(in, "folder", id); err != nil {
		return nil, err
	}
	at, query := in.flat(c, "folders", id.String())
	q.add(in, query)
	folder := new(Folder)
	err := c.do(ctx, call{op: "read folder " + id.String(), method: http.MethodGet, path: at, query: query}, folder)
	return orNil(folder, err)
}

// NewFolder is a folder to be made.
type NewFolder struct {
	// ParentID is the folder that it is made in; 0 means the top folder.
	ParentID ID
	Name     string
	// Tracked and Private are left to Procore where they are nil. A project may be set to make
	// everything private.
	Tracked, Private *bool
}

// PostFolders makes an empty folder. If the name is taken, by a file or a folder, it fails with
// fs.ErrExist and Error.Taken.
//
// If the answer is lost and something of that name is there afterwards, nobody can tell whose it is.
// That is an error for which syncer.NotDone is false.
func (c *Client) PostFolders(ctx context.Context, in Scope, f NewFolder) (*Folder, error) {
	switch {
	case f.Name == "":
		return nil, invalid("NewFolder.Name is empty")
	case f.ParentID < 0:
		return nil, invalid("NewFolder.ParentID is %d", f.ParentID)
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	at, query := in.flat(c, "folders")
	made := new(Folder)
	err := c.do(ctx, call{
		op: "create folder", method: http.MethodPost, path: at, query: query,
		body:    map[string]any{"folder": attributes(f.ParentID, f.Name, f.Tracked, f.Private)},
		look:    c.lookForName(in, f.ParentID, f.Name, nil),
		refused: c.whoseName(in, f.ParentID, f.Name, nil),
	}, made)
	return orNil(made, err)
}

// FolderChange is what PatchFoldersID shall change.
type FolderChange struct {
	// Name must always be named; that of now stays.
	Name string
	// ParentID is the folder to move it to; 0 leaves it where it is.
	ParentID         ID
	Tracked, Private *bool
}

// PatchFoldersID renames or moves a folder, or both. A taken name is fs.ErrExist. Procore heeds no
// precondition: it changes whatever the folder has become.
func (c *Client) PatchFoldersID(ctx context.Context, in Scope, id ID, ch FolderChange) (*Folder, error) {
	switch {
	case ch.Name == "":
		return nil, invalid("FolderChange.Name is empty")
	case ch.ParentID < 0:
		return nil, invalid("FolderChange.ParentID is %d", ch.ParentID)
	}
	if err := c.check(in, "folder", id); err != nil {
		return nil, err
	}
	at, query := in.flat(c, "folders", id.String())
	now := new(Folder)
	err := c.do(ctx, call{
		op: "change folder " + id.String(), method: http.MethodPatch, path: at, query: query,
		body:    map[string]any{"folder": attributes(ch.ParentID, ch.Name, ch.Tracked, ch.Private)},
		refused: c.whoseName(in, ch.ParentID, ch.Name, &Sibling{ID: id, Folder: true}),
		look: func(ctx context.Context) (bool, error) {
			seen, err := c.GetFoldersID(ctx, in, id, FolderQuery{NoFiles: true, NoFolders: true})
			if err != nil {
				return false, err
			}
			if seen.Name != ch.Name || ch.ParentID != 0 && seen.ParentID != ch.ParentID ||
				ch.Tracked != nil && seen.IsTracked != *ch.Tracked || ch.Private != nil && seen.Private != *ch.Private {
				return false, nil
			}
			*now = *seen
			return true, nil
		},
	}, now)
	return orNil(now, err)
}

// DeleteFoldersID moves a folder to the recycle bin, with all that is below it, whatever it is. Procore
// heeds no precondition.
func (c *Client) DeleteFoldersID(ctx context.Context, in Scope, id ID) error {
	if err := c.check(in, "folder", id); err != nil {
		return err
	}
	at, query := in.flat(c, "folders", id.String())
	return c.do(ctx, call{
		op: "delete folder " + id.String(), method: http.MethodDelete, path: at, query: query,
		look: func(ctx context.Context) (bool, error) {
			seen, err := c.GetFoldersID(ctx, in, id, FolderQuery{NoFiles: true, NoFolders: true})
			if err != nil {
				return false, err // not to be seen proves nothing
			}
			return seen.IsDeleted, nil
		},
	}, nil)
}

func (f *Folder) id() ID { return f.ID }
