package procoretest

import (
	"slices"
	"strings"
)

// A viewer writes documents as one user sees them (section 4).
type viewer struct {
	p *Procore
	d *drive
	u *user
}

func (c *call) view() viewer { return viewer{c.procore, c.procore.drive, c.user} }

// folder is a folder as the v1 API shows it: with what is in it if it was asked for, and with empty
// lists where it only stands in another (section 4.4).
func (v viewer) folder(it *item, show showing) object {
	o := object{
		"id": it.id, "name": it.name, "parent_id": v.parentID(it), "name_with_path": v.d.shownPath(it),
		"private": it.private, "read_only": it.readOnly(), "updated_at": stamp(it.updated),
		"is_deleted": v.d.shownDeleted(it), "is_recycle_bin": it.isBin(), "is_tracked": it.tracked,
		"tracked_folder": v.trackedFolder(it), "custom_fields": v.custom(it),
		"has_children": len(v.children(it)) > 0, "has_children_files": v.has(it, fileKind),
		"has_children_folders": v.has(it, folderKind),
	}
	folders, files := []any{}, []any{}
	if show.contents {
		for _, child := range v.children(it) {
			switch {
			case child.kind == folderKind && !show.noFolders:
				folders = append(folders, v.folder(child, showing{}))
			case child.kind == fileKind && !show.noFiles:
				files = append(files, v.file(child, show.latest))
			}
		}
	}
	o["folders"], o["files"] = folders, files
	return o
}

// showing says what of a folder is asked for.
type showing struct {
	contents  bool
	noFolders bool
	noFiles   bool
	latest    bool // only the newest version of each file
}

// children are those that the user sees.
func (v viewer) children(it *item) []*item {
	all := it.shelf.sorted()
	if it.cabinet.place.level(v.u, Documents) >= Admin {
		return all
	}
	var seen []*item
	for _, child := range all {
		if it.cabinet.sees(v.u, child) {
			seen = append(seen, child)
		}
	}
	return seen
}

func (v viewer) has(it *item, k kind) bool {
	for _, child := range v.children(it) {
		if child.kind == k {
			return true
		}
	}
	return false
}

func (v viewer) parentID(it *item) any {
	if parent := v.d.shownParent(it); parent != nil {
		return parent.id
	}
	return nil
}

// file is a file as the v1 API shows it (section 4.5).
func (v viewer) file(it *item, latest bool) object {
	o := object{
		"id": it.id, "name": it.name, "parent_id": v.parentID(it), "size": it.size(),
		"description": it.description, "updated_at": stamp(it.updated), "created_at": stamp(it.created),
		"checked_out_until": nil, "checked_out_by": nil, "name_with_path": v.d.shownPath(it),
		"private": it.private, "is_tracked": it.tracked, "tracked_folder": v.trackedFolder(it),
		"file_type": fileType(it.name), "legacy_id": nil, "is_deleted": v.d.shownDeleted(it),
		"custom_fields": v.custom(it),
	}
	if by := it.heldBy(v.d.now()); by != nil {
		o["checked_out_by"], o["checked_out_until"] = by.mini(), stamp(it.until)
	}
	var versions []any
	for _, one := range slices.Backward(it.versions) {
		versions = append(versions, v.version(one))
		if latest {
			break
		}
	}
	o["file_versions"] = versions
	return o
}

// version is a version of a file. There is no hash in it, as there is none in Procore's.
func (v viewer) version(ver *version) object {
	url := v.p.linkOf(ver.stored)
	o := object{
		"id": ver.id, "file_id": ver.file.id, "number": ver.number, "notes": nil, "size": ver.stored.blob.Size(),
		"created_at": stamp(ver.made), "created_by": ver.by.mini(), "url": url,
		"prostore_file": v.stored(ver.stored),
	}
	if ver.notes != nil {
		o["notes"] = *ver.notes
	}
	return o
}

// stored is contents as they appear in records: identity, name and where they can be had.
func (v viewer) stored(s *stored) object {
	return object{"id": s.id, "name": s.name, "filename": s.name, "url": v.p.linkOf(s)}
}

// custom is the custom fields as they are read (section 4.7).
func (v viewer) custom(it *item) object {
	fields := object{}
	for name, value := range it.custom {
		kind := "string"
		if _, is := value.(bool); is {
			kind = "boolean"
		}
		fields[name] = object{"data_type": kind, "value": value}
	}
	return fields
}

// trackedFolder is the folder above that is tracked, null for none.
func (v viewer) trackedFolder(it *item) any {
	return v.short(it.nearest(func(at *item) bool { return at.tracked && at.kind == folderKind }))
}

// privateFolder is the folder above that is private, null for none.
func (v viewer) privateFolder(it *item) any {
	if it.parent == nil {
		return nil
	}
	return v.short(it.parent.nearest(func(at *item) bool { return at.private }))
}

func (v viewer) short(it *item) any {
	if it == nil {
		return nil
	}
	return object{"id": it.id, "name": it.name, "name_with_path": v.d.shownPath(it)}
}

// customFields are the fields of a write that begin with custom_field_ (section 4.4).
func customFields(p params) map[string]any {
	var fields map[string]any
	for name, value := range p {
		if strings.HasPrefix(name, "custom_field_") {
			if fields == nil {
				fields = map[string]any{}
			}
			fields[name] = value
		}
	}
	return fields
}
