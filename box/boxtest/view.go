package boxtest

import (
	"slices"
	"strings"
	"time"
)

// A viewer writes items as one user sees them (section 3.1).
type viewer struct {
	d *drive
	u *user
}

func miniFields(k kind) []string {
	base := []string{"type", "id", "sequence_id", "etag", "name"}
	switch k {
	case fileKind:
		return append(base, "file_version", "sha1")
	case webLinkKind:
		return append(base, "url")
	case folderKind:
	}
	return base
}

func standardFields(k kind) []string {
	fields := append(miniFields(k),
		"description", "size", "path_collection", "created_at", "modified_at", "trashed_at", "purged_at",
		"content_created_at", "content_modified_at", "created_by", "modified_by", "owned_by",
		"shared_link", "parent", "item_status")
	if k == folderKind {
		fields = append(fields, "folder_upload_email", "item_collection")
	}
	if k == webLinkKind {
		fields = slices.DeleteFunc(fields, func(f string) bool {
			return f == "size" || strings.HasPrefix(f, "content_")
		})
	}
	return fields
}

// mini is how an item appears inside of others and in listings.
func (v viewer) mini(it *item) object { return v.with(it, miniFields(it.kind)) }

// standard is how Box shows an item by itself.
func (v viewer) standard(it *item) object { return v.with(it, standardFields(it.kind)) }

// show is an item with the fields that a request asks for. Without any it is as given.
func (v viewer) show(it *item, asked, otherwise []string) object {
	if asked == nil {
		return v.with(it, otherwise)
	}
	fields := []string{"type", "id", "etag"}
	if v.d.rules.FieldsAddMini {
		fields = miniFields(it.kind)
	}
	return v.with(it, append(fields, asked...))
}

func (v viewer) with(it *item, fields []string) object {
	o := object{}
	for _, f := range fields {
		if value, ok := v.field(it, f); ok {
			o[f] = value
		}
	}
	v.metadataFields(it, fields, o)
	return o
}

// metadataFields adds what is asked for as metadata.scope.template.
func (v viewer) metadataFields(it *item, fields []string, o object) {
	for _, f := range fields {
		parts := strings.Split(f, ".")
		if parts[0] != "metadata" || len(parts) < 3 {
			continue
		}
		m := it.metadata[metadataKey(parts[1], parts[2])]
		if m == nil {
			continue
		}
		all, ok := o["metadata"].(object)
		if !ok {
			all = object{}
			o["metadata"] = all
		}
		scope, ok := all[m.scope].(object)
		if !ok {
			scope = object{}
			all[m.scope] = scope
		}
		scope[m.template] = m.view()
	}
}

func (v viewer) time(t time.Time) any { return stamp(t, v.d.rules.Zone) }

func (v viewer) number(n int64) number {
	from := v.d.rules.FloatsFrom
	return number{n, from > 0 && n >= from}
}

// field is the value of one field, and whether items of the kind have it.
func (v viewer) field(it *item, name string) (any, bool) {
	if value, ok := v.identity(it, name); ok {
		return value, true
	}
	if value, ok := v.history(it, name); ok {
		return value, true
	}
	switch name {
	case "description":
		return it.description, true
	case "size":
		return v.number(it.size()), it.kind != webLinkKind
	case "path_collection":
		return v.path(it), true
	case "parent":
		return v.parent(it), true
	case "item_status":
		return v.status(it), true
	case "shared_link":
		return v.link(it), true
	case "permissions":
		return v.permissions(it), true
	case "tags":
		return append([]string{}, it.tags...), true
	case "has_collaborations":
		return len(it.grants) > 0, true
	case "is_externally_owned":
		return false, true
	case "allowed_invitee_roles":
		return []string{"editor", "viewer", "previewer", "uploader", "previewer uploader", "viewer uploader", "co-owner"}, true
	}
	switch it.kind {
	case fileKind:
		return v.fileField(it, name)
	case folderKind:
		return v.folderField(it, name)
	case webLinkKind:
	}
	return nil, false
}

func (v viewer) identity(it *item, name string) (any, bool) {
	switch name {
	case "type":
		return string(it.kind), true
	case "id":
		return it.id, true
	case "name":
		return it.name, true
	case "etag":
		if it.isRoot() {
			return nil, true
		}
		return digits(it.etag), true
	case "sequence_id":
		if it.isRoot() {
			return nil, true
		}
		return digits(it.sequence), true
	case "url":
		return it.url, it.kind == webLinkKind
	}
	return nil, false
}

func (v viewer) history(it *item, name string) (any, bool) {
	switch name {
	case "created_at":
		return v.time(it.created), true
	case "modified_at":
		return v.time(it.modified), true
	case "content_created_at":
		return v.time(it.contentCreated), true
	case "content_modified_at":
		return v.time(it.contentModified), true
	case "trashed_at":
		return v.time(it.trashed), true
	case "purged_at":
		if it.trashed.IsZero() {
			return nil, true
		}
		return v.time(it.trashed.Add(v.d.rules.Purge)), true
	case "created_by":
		if it.isRoot() {
			return object{"type": "user", "id": "", "name": "", "login": ""}, true
		}
		return it.createdBy.mini(), true
	case "modified_by":
		if it.isRoot() {
			return object{"type": "user", "id": "", "name": "", "login": ""}, true
		}
		return it.modifiedBy.mini(), true
	case "owned_by":
		return it.owner.mini(), true
	}
	return nil, false
}

func (v viewer) status(it *item) string {
	switch {
	case it.gone:
		return "deleted"
	case it.inTrash():
		return "trashed"
	}
	return "active"
}

func (v viewer) permissions(it *item) object {
	may := v.d.rights(v.u, it)
	p := object{
		"can_download": may.download, "can_upload": may.upload, "can_rename": may.rename,
		"can_delete": may.remove, "can_share": may.share, "can_set_share_access": may.share,
		"can_invite_collaborator": may.invite,
	}
	if it.kind == fileKind {
		p["can_preview"], p["can_comment"], p["can_annotate"] = may.see, may.see, may.see
		p["can_view_annotations_all"], p["can_view_annotations_self"] = may.see, may.see
	}
	return p
}
