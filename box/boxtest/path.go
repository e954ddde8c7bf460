package boxtest

import "slices"

// parent is the folder of an item, null if the user may not see it. What others share with a user
// stands in the user's root.
func (v viewer) parent(it *item) any {
	switch {
	case it.isRoot():
		return nil
	case v.d.rights(v.u, it.parent).see:
		return v.mini(it.parent)
	case it.kind == folderKind:
		return v.mini(v.u.root)
	}
	return nil
}

// path is the folders above an item, from the top, as far as the user may see them.
func (v viewer) path(it *item) object {
	entries := []any{}
	switch {
	case !it.trashed.IsZero():
		entries = append(entries, object{
			"type": "folder", "id": trashID, "sequence_id": nil, "etag": nil, "name": "Trash",
		})
	case !it.isRoot():
		for at := range it.parent.lineage() {
			if at.isRoot() || !v.d.rights(v.u, at).see {
				break
			}
			entries = append(entries, v.mini(at))
		}
		entries = append(entries, v.mini(v.u.root))
		slices.Reverse(entries)
	}
	return object{"total_count": len(entries), "entries": entries}
}
