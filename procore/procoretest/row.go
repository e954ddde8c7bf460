package procoretest

// A row is a document as the index shows it (section 4.2). It is a struct and not a map, so that an
// index of 100,000 is quick.
type row struct {
	ID           int64  `json:"id"`
	CreatedAt    any    `json:"created_at"`
	CreatedBy    any    `json:"created_by"`
	CustomFields object `json:"custom_fields"`
	DocumentType kind   `json:"document_type"`
	IsDeleted    bool   `json:"is_deleted"`
	IsRecycleBin bool   `json:"is_recycle_bin"`
	Name         string `json:"name"`
	NameWithPath string `json:"name_with_path"`
	ParentID     any    `json:"parent_id"`
	Private      bool   `json:"private"`
	ReadOnly     bool   `json:"read_only"`
	UpdatedAt    any    `json:"updated_at"`
	*extension
}

// An extension is what view=extended adds: the size and the version are only here.
type extension struct {
	IsTracked     bool      `json:"is_tracked"`
	PrivateParent any       `json:"private_parent"`
	TrackedFolder any       `json:"tracked_folder"`
	File          *fileRow  `json:"file,omitempty"`
	Children      *childRow `json:"children"`
}

type fileRow struct {
	CheckedOutBy    any        `json:"checked_out_by"`
	CheckedOutUntil any        `json:"checked_out_until"`
	Description     string     `json:"description"`
	FileType        string     `json:"file_type"`
	CurrentVersion  versionRow `json:"current_version"`
}

type versionRow struct {
	ID           int64     `json:"id"`
	FileID       int64     `json:"file_id"`
	Notes        *string   `json:"notes"`
	Number       int       `json:"number"`
	Size         int64     `json:"size"`
	CreatedAt    any       `json:"created_at"`
	CreatedBy    any       `json:"created_by"`
	URL          string    `json:"url"`
	ProstoreFile storedRow `json:"prostore_file"`
}

type storedRow struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Filename string `json:"filename"`
	URL      string `json:"url"`
}

type childRow struct {
	HasChildren        bool `json:"has_children"`
	HasChildrenFiles   bool `json:"has_children_files"`
	HasChildrenFolders bool `json:"has_children_folders"`
}

func (v viewer) row(it *item, extended bool) row {
	r := row{
		ID: it.id, CreatedAt: stamp(it.created), CreatedBy: it.by.full(), CustomFields: v.custom(it),
		DocumentType: it.kind, IsDeleted: v.d.shownDeleted(it), IsRecycleBin: it.isBin(), Name: it.name,
		NameWithPath: v.d.shownPath(it), ParentID: v.parentID(it), Private: it.private, ReadOnly: it.readOnly(),
		UpdatedAt: stamp(it.updated),
	}
	if !extended {
		return r
	}
	e := &extension{
		IsTracked: it.tracked, PrivateParent: v.privateFolder(it), TrackedFolder: v.trackedFolder(it),
		Children: &childRow{},
	}
	if it.kind == fileKind {
		e.File = v.fileRow(it)
	} else {
		e.Children = &childRow{len(v.children(it)) > 0, v.has(it, fileKind), v.has(it, folderKind)}
	}
	r.extension = e
	return r
}

func (v viewer) fileRow(it *item) *fileRow {
	now := it.current()
	url := v.p.linkOf(now.stored)
	f := &fileRow{
		Description: it.description, FileType: fileType(it.name),
		CurrentVersion: versionRow{
			ID: now.id, FileID: it.id, Notes: now.notes, Number: now.number, Size: now.stored.blob.Size(),
			CreatedAt: stamp(now.made), CreatedBy: now.by.mini(), URL: url,
			ProstoreFile: storedRow{now.stored.id, now.stored.name, now.stored.name, url},
		},
	}
	if by := it.heldBy(v.d.now()); by != nil {
		f.CheckedOutBy, f.CheckedOutUntil = by.full(), stamp(it.until)
	}
	return f
}
