package boxtest

import (
	"net/http"
	"time"
)

// trash puts an item into the trash, or ends it where the enterprise has none (section 3.7).
func (d *drive) trash(u *user, it *item, recursive bool) error {
	if it.isRoot() || !d.rights(u, it).remove {
		return forbidden()
	}
	if it.kind == folderKind && !recursive && len(it.shelf.members) > 0 {
		return refuse(http.StatusBadRequest, "folder_not_empty", "Folder is not empty")
	}
	if err := d.unhindered(it); err != nil {
		return err
	}
	for at := range it.subtree() {
		if err := d.unlocked(u, at); err != nil {
			return err
		}
	}
	it.parent.shelf.take(it)
	it.trashed, it.trashedBy = d.now(), u
	d.unlink(it)
	it.touch(u, d.now())
	d.bin[it] = struct{}{}
	if len(d.bin) == 1 {
		d.nextClean = time.Time{}
	}
	d.emitTree(u, eventTrash, it)
	if d.rules.NoTrash {
		d.end(u, it)
	}
	return nil
}

// binned returns an item that was trashed itself. One that only lies in a trashed folder is not
// found (section 3.7).
func (d *drive) binned(u *user, k kind, id string) (*item, error) {
	it, err := d.known(u, k, id)
	if err != nil {
		return nil, err
	}
	if it.trashed.IsZero() {
		if it.inTrash() {
			return nil, notFound()
		}
		return nil, notInTrash()
	}
	return it, nil
}

// restore takes an item out of the trash, to where it was. The given folder counts only if that is
// gone.
func (d *drive) restore(u *user, it *item, name, parentID *string) error {
	if !d.rights(u, it).remove {
		return forbidden()
	}
	if err := d.unhindered(it); err != nil {
		return err
	}
	home := it.parent
	if home.gone || home.inTrash() {
		if parentID == nil {
			return refuse(http.StatusNotFound, "not_found", "The folder that the item was in is gone")
		}
	} else {
		parentID = nil
	}
	folder, called, err := d.target(u, it, parentID, name)
	if err != nil {
		return err
	}
	d.back(u, it, folder, called)
	return nil
}

// back puts a trashed item into a folder.
func (d *drive) back(u *user, it, folder *item, name string) {
	d.place(it, folder, name)
	delete(d.bin, it)
	it.trashed, it.trashedBy = time.Time{}, nil
	it.touch(u, d.now())
	d.emitTree(u, eventUndelete, it)
}

// purge ends a trashed item.
func (d *drive) purge(u *user, it *item) error {
	if !d.rights(u, it).remove {
		return forbidden()
	}
	if err := d.unhindered(it); err != nil {
		return err
	}
	for at := range it.subtree() {
		if d.now().Before(at.retained) {
			if d.rules.RetentionForbids {
				return refuse(http.StatusForbidden, "forbidden", "The item is under a retention policy")
			}
			return forbidden()
		}
	}
	d.end(u, it)
	return nil
}

// end ends a trashed item and all that is below it.
func (d *drive) end(u *user, it *item) {
	audience := d.audience(it)
	for at := range it.subtree() {
		at.gone = true
		for _, v := range at.versions {
			d.release(at, v)
		}
		for _, c := range at.grants {
			delete(d.grants, c.id)
		}
		delete(d.items, at.key())
	}
	delete(d.bin, it)
	d.tell(news{kind: eventPurge, by: u, item: it, also: audience})
}

// trashList is what a user finds in the trash.
func (d *drive) trashList(u *user, by order) []*item {
	var list []*item
	for it := range d.bin {
		if it.owner == u || it.trashedBy == u {
			list = append(list, it)
		}
	}
	return merge(nil, list, by)
}

// trashedFrom is what was trashed out of a folder and is still in the trash.
func (d *drive) trashedFrom(folder *item) []*item {
	var list []*item
	for it := range d.bin {
		if it.parent == folder {
			list = append(list, it)
		}
	}
	return list
}

// clean ends what has been in the trash for its time.
func (d *drive) clean() {
	now := d.now()
	if len(d.bin) == 0 || now.Before(d.nextClean) {
		return
	}
	d.nextClean = now.Add(d.rules.Purge)
	for it := range d.bin {
		due := it.trashed.Add(d.rules.Purge)
		if it.retained.After(due) {
			due = it.retained
		}
		if !now.Before(due) {
			d.end(nil, it)
		} else if due.Before(d.nextClean) {
			d.nextClean = due
		}
	}
}
