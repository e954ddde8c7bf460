package boxtest

import (
	"slices"
	"strings"
)

// fileField is the value of a field that only files have.
func (v viewer) fileField(it *item, name string) (any, bool) {
	now := it.current()
	switch name {
	case "sha1":
		return now.blob.digest(), true
	case "file_version":
		return object{"type": "file_version", "id": now.id, "sha1": now.blob.digest()}, true
	case "version_number":
		return digits(now.number), true
	case "extension":
		return it.extension(), true
	case "comment_count":
		return 0, true
	case "is_package":
		return false, true
	case "lock":
		return v.lock(it), true
	case "watermark_info":
		return object{"is_watermarked": false}, true
	case "expires_at", "disposition_at", "classification", "shared_link_permission_options":
		return nil, true
	case "authenticated_download_url":
		return v.d.rules.Web + "/file/" + it.id, true
	case "is_download_available":
		return v.d.rights(v.u, it).download, true
	case "representations":
		return object{"entries": []any{}}, true
	case "uploader_display_name":
		return it.createdBy.Name, true
	}
	return nil, false
}

// folderField is the value of a field that only folders have.
func (v viewer) folderField(it *item, name string) (any, bool) {
	switch name {
	case "folder_upload_email":
		return nil, true
	case "item_collection":
		return v.collection(it, page{limit: defaultPage, by: byName}), true
	case "sync_state":
		return "not_synced", true
	case "can_non_owners_invite":
		return true, true
	case "allowed_shared_link_access_levels":
		return []string{"collaborators", "open", "company"}, true
	case "watermark_info":
		return object{"is_watermarked": false}, true
	case "classification":
		return nil, true
	}
	return nil, false
}

func (v viewer) lock(it *item) any {
	l := it.lock
	if l == nil {
		return nil
	}
	o := object{
		"type": "lock", "id": l.id, "created_by": l.by.mini(), "created_at": v.time(l.created),
		"expired_at": v.time(l.expires), "is_download_prevented": l.noDownload, "app_type": nil,
	}
	if l.onlineEditing != "" {
		o["app_type"] = l.onlineEditing
	}
	return o
}

func (v viewer) link(it *item) any {
	l := it.link
	if l == nil {
		return nil
	}
	access := "can_preview"
	if l.canDownload {
		access = "can_download"
	}
	o := object{
		"url": l.url, "download_url": nil, "vanity_url": nil, "vanity_name": nil,
		"access": l.access, "effective_access": l.access, "effective_permission": access,
		"is_password_enabled": l.password != "", "unshared_at": v.time(l.expires),
		"permissions":    object{"can_download": l.canDownload, "can_preview": true, "can_edit": false},
		"download_count": 0, "preview_count": 0,
	}
	if it.kind == fileKind {
		o["download_url"] = v.d.rules.Web + "/shared/static/" + l.url[len(v.d.rules.Web)+len("/s/"):]
	}
	return o
}

func (v viewer) collaboration(c *collaboration) object {
	return object{
		"type": "collaboration", "id": c.id, "item": v.mini(c.item), "accessible_by": c.with.mini(),
		"invite_email": nil, "role": c.role, "expires_at": nil, "is_access_only": false, "status": "accepted",
		"created_by": c.by.mini(), "created_at": v.time(c.created), "modified_at": v.time(c.modified),
		"acknowledged_at": v.time(c.created),
	}
}

// version is an older state of a file, in full.
func (v viewer) version(ver *version) object {
	o := object{
		"type": "file_version", "id": ver.id, "sha1": ver.blob.digest(), "name": ver.name,
		"size": v.number(ver.blob.Size()), "created_at": v.time(ver.created), "modified_at": v.time(ver.modified),
		"modified_by": ver.by.mini(), "trashed_at": v.time(ver.trashed),
		"purged_at": nil, "restored_at": nil, "version_number": digits(ver.number),
	}
	if ver.trashedBy != nil {
		o["trashed_by"] = ver.trashedBy.mini()
	}
	return o
}

// source is what a user's stream shows of the item that an event is about. It is nothing if the item
// is gone or out of sight (section 6.1).
func (d *drive) source(u *user, e *event) object {
	if e.grant != nil {
		return e.grant
	}
	if e.item.gone || !d.rights(u, e.item).see {
		return nil
	}
	return viewer{d, u}.standard(e.item)
}

// knownField says whether any kind of item has the field.
func knownField(name string) bool {
	return strings.HasPrefix(name, "metadata.") || slices.Contains(strings.Fields(`
		type id etag sequence_id name url description size path_collection created_at modified_at trashed_at
		purged_at content_created_at content_modified_at created_by modified_by owned_by shared_link parent
		item_status permissions tags has_collaborations is_externally_owned allowed_invitee_roles metadata
		sha1 file_version version_number extension comment_count is_package lock watermark_info expires_at
		disposition_at classification shared_link_permission_options authenticated_download_url
		is_download_available representations uploader_display_name folder_upload_email item_collection
		sync_state can_non_owners_invite allowed_shared_link_access_levels`), name)
}
