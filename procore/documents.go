package procore

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Values of Document.Type.
const (
	TypeFile   = "file"
	TypeFolder = "folder"
)

// Document is a file or a folder as the flat index tells it.
type Document struct {
	ID   ID     `json:"id"`
	Type string `json:"document_type"`
	Name string `json:"name"`
	// ParentID is 0 for the top folder.
	ParentID ID `json:"parent_id"`
	// NameWithPath begins with the name of the project or company. A "/" in a name is not told apart from
	// one between names, so paths are better made of ParentID. REST v2 does not tell it.
	NameWithPath string `json:"name_with_path"`
	// CreatedAt and UpdatedAt are in whole seconds. Whether a move, or a change below a folder, moves the
	// latter is not documented.
	CreatedAt time.Time `json:"created_at,omitzero"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
	CreatedBy *Person   `json:"created_by,omitempty"`
	// IsDeleted means that it lies in the recycle bin. IsRecycleBin marks the bin itself, a folder in the
	// top folder.
	IsDeleted    bool `json:"is_deleted"`
	IsRecycleBin bool `json:"is_recycle_bin"`
	// ReadOnly marks what Procore itself keeps.
	ReadOnly bool `json:"read_only"`
	// Private means that only some people may see it, PrivateParent or HasPrivateAncestor that this
	// comes from a folder above. REST v1 tells the one, REST v2 the other.
	Private            bool `json:"private"`
	PrivateParent      *Ref `json:"private_parent,omitempty"`
	HasPrivateAncestor bool `json:"has_private_ancestor"`
	// IsTracked means that people get mails about each change, TrackedFolder that this comes from a
	// folder above.
	IsTracked     bool `json:"is_tracked"`
	TrackedFolder *Ref `json:"tracked_folder,omitempty"`
	// File is nil for folders, and in a view without it.
	File *DocumentFile `json:"file,omitempty"`
	// Children is nil for files, and in a view without it.
	Children *Children `json:"children,omitempty"`
}

// DocumentFile is what only files have.
type DocumentFile struct {
	// CheckedOutBy is nil if nobody has the file checked out.
	CheckedOutBy    *Person      `json:"checked_out_by,omitempty"`
	CheckedOutUntil time.Time    `json:"checked_out_until,omitzero"`
	Description     string       `json:"description"`
	FileType        string       `json:"file_type"`
	CurrentVersion  *FileVersion `json:"current_version,omitempty"`
}

// Ref names a folder.
type Ref struct {
	ID           ID     `json:"id"`
	Name         string `json:"name"`
	NameWithPath string `json:"name_with_path"`
}

// Children says what a folder holds.
type Children struct {
	HasChildren bool `json:"has_children"`
	HasFiles    bool `json:"has_children_files"`
	HasFolders  bool `json:"has_children_folders"`
}

// Bin says whether a query is about the recycle bin.
type Bin uint8

const (
	// BinOut leaves out what lies in the bin.
	BinOut Bin = iota
	// BinOnly is nothing but what lies in the bin. Accounts that may not see it get nothing.
	BinOnly
)

// DocumentQuery says what of the flat index GetDocuments yields. The zero value means everything that
// is not in the recycle bin.
type DocumentQuery struct {
	// FolderID means that folder with all that is below it; 0 means all folders.
	FolderID ID
	// Type is TypeFile or TypeFolder, empty for both.
	Type string
	// Updated bounds Document.UpdatedAt, Created Document.CreatedAt.
	Updated, Created Span
	Bin              Bin
	// Sort is what goes first: "updated_at", "name", "document_type" and others of Procore, with a "-"
	// before it in reverse; empty leaves it to Procore.
	Sort string
	// Brief leaves sizes and versions out.
	Brief bool
	// PageSize is how many to ask for at once; 0 means 2000, or 100 with Options.V2.
	PageSize int

	told func(http.Header) // gets the header of each page
}

// GetDocuments yields folders and files of all levels from the flat index, each with its current
// version, as far as the user may see them. An error ends it. The top folder may be among them.
//
// Pages are counted: one that is read while the index changes may show an item twice or pass over one.
// What is missing from a whole listing is missing, and not proved to be gone.
func (c *Client) GetDocuments(ctx context.Context, in Scope, q DocumentQuery) iter.Seq2[Document, error] {
	if err := q.check(in); err != nil {
		return failed[Document](err)
	}
	query := url.Values{"filters[is_in_recycle_bin]": {"false"}} // what goes without it is not documented
	if q.Bin == BinOnly {
		query.Set("filters[is_in_recycle_bin]", "true")
	}
	if q.FolderID != 0 {
		query.Set("filters[folder_id]", q.FolderID.String())
	}
	if q.Type != "" {
		query.Set("filters[document_type]", q.Type)
	}
	if q.Sort != "" {
		query.Set("sort", q.Sort)
	}
	q.Updated.filter(query, "updated_at")
	q.Created.filter(query, "created_at")
	k := call{op: "list documents of " + in.String(), method: http.MethodGet, query: query, told: q.told}
	size := pageSize
	if c.options.V2 {
		k.path, size = in.within(c, "documents"), pageSizeV2
	} else {
		k.path = in.nested(c, "v1.0", "documents")
		query.Set("view", "extended")
		if q.Brief {
			query.Set("view", "normal")
		}
	}
	if q.PageSize > 0 {
		size = min(size, q.PageSize)
	}
	return pages[Document](ctx, c.Account, k, size)
}

func (q DocumentQuery) check(in Scope) error {
	switch {
	case q.Type != "" && !slices.Contains([]string{TypeFile, TypeFolder}, q.Type):
		return invalid("DocumentQuery.Type %q is neither %q nor %q", q.Type, TypeFile, TypeFolder)
	case q.FolderID < 0:
		return invalid("DocumentQuery.FolderID is %d", q.FolderID)
	case q.Bin > BinOnly:
		return invalid("DocumentQuery.Bin is %d", q.Bin)
	case q.PageSize < 0:
		return invalid("DocumentQuery.PageSize is %d", q.PageSize)
	}
	return in.check()
}
