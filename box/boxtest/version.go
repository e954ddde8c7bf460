package boxtest

import (
	"slices"
	"time"
)

// version finds one of a file's versions, the current one included.
func (it *item) version(id string) (*version, error) {
	for _, v := range it.versions {
		if v.id == id {
			return v, nil
		}
	}
	return nil, notFound()
}

// past finds one of a file's versions, the current one excluded (section 9).
func (it *item) past(id string) (*version, error) {
	v, err := it.version(id)
	if err == nil && v == it.current() {
		return nil, notFound()
	}
	return v, err
}

// promote puts a copy of an older version on top.
func (d *drive) promote(u *user, it *item, id string) (*version, error) {
	if err := d.writable(u, it); err != nil {
		return nil, err
	}
	old, err := it.version(id)
	if err != nil {
		return nil, err
	}
	if old == it.current() || !old.trashed.IsZero() {
		return nil, badField("id", "the version cannot be made the current one")
	}
	if err := d.room(it.owner, old.blob.Size()); err != nil {
		return nil, err
	}
	it.touch(u, d.now())
	it.contentModified = d.now()
	v := d.append(it, u, old.blob)
	d.edited(it)
	d.emit(u, eventPromote, it)
	return v, nil
}

// trashVersion deletes an older version. It can be brought back, as long as the file lives.
func (d *drive) trashVersion(u *user, it *item, v *version) error {
	if !d.rights(u, it).remove {
		return forbidden()
	}
	if !v.trashed.IsZero() {
		return notFound()
	}
	v.trashed, v.trashedBy = d.now(), u
	return nil
}

func (d *drive) restoreVersion(u *user, it *item, v *version) error {
	if !d.rights(u, it).remove {
		return forbidden()
	}
	v.trashed, v.trashedBy = time.Time{}, nil
	return nil
}

// history is a file's older versions, the newest first.
func (it *item) history() []*version {
	old := slices.Clone(it.versions[:len(it.versions)-1])
	slices.Reverse(old)
	return old
}
