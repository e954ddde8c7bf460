package boxtest

import (
	"net/http"
	"time"
)

// A version is one state of a file's contents. Its id changes with each.
type version struct {
	id                string
	number            int
	name              string
	blob              *blob
	created, modified time.Time
	by                *user
	trashed           time.Time
	trashedBy         *user
	asked             int // downloads so far
}

// times are those that a client gives with contents (section 3.1). Zero means not given.
type times struct{ created, modified time.Time }

// checkFile says whether a new file of that name and size could be stored: the checks that an upload,
// a preflight and a session have in common (section 4.3). It returns the folder and the name as
// stored.
func (d *drive) checkFile(u *user, parentID, name string, size int64, c check, s shape) (*item, string, error) {
	folder, err := d.destination(u, parentID)
	if err != nil {
		return nil, "", err
	}
	name, err = d.rules.checkName(fileKind, name)
	if err != nil {
		return nil, "", err
	}
	if held := d.holder(folder, fileKind, name, c); held != nil {
		return nil, "", d.inUse(u, held, s)
	}
	return folder, name, d.room(folder.owner, size)
}

// checkVersion is checkFile for a new version of a file.
func (d *drive) checkVersion(u *user, id, name string, size int64) (*item, string, error) {
	it, err := d.active(u, fileKind, id)
	if err != nil {
		return nil, "", err
	}
	if err := d.writable(u, it); err != nil {
		return nil, "", err
	}
	if name == "" {
		return it, it.name, d.room(it.owner, size)
	}
	name, err = d.rules.checkName(fileKind, name)
	if err != nil {
		return nil, "", err
	}
	if held := d.holder(it.parent, fileKind, name, check{except: it}); held != nil {
		return nil, "", d.inUse(u, held, conflictObject)
	}
	return it, name, d.room(it.owner, size)
}

// room says whether an owner's account takes that many bytes more, and a file of that size.
func (d *drive) room(owner *user, size int64) error {
	if size > owner.largest {
		return refuse(http.StatusForbidden, "file_size_limit_exceeded",
			"File size exceeds the folder owner's file size limit")
	}
	if owner.used+size <= owner.space {
		return nil
	}
	status := http.StatusForbidden
	switch {
	case d.rules.QuotaConflicts:
		status = http.StatusConflict
	case d.rules.QuotaInsufficientStorage:
		status = http.StatusInsufficientStorage
	}
	return refuse(status, "storage_limit_exceeded", "Account storage limit reached")
}

// writable says whether a user may change a file.
func (d *drive) writable(u *user, it *item) error {
	if !d.rights(u, it).rename {
		return forbidden()
	}
	return d.unlocked(u, it)
}

// createFile stores a new file.
func (d *drive) createFile(u *user, parentID, name string, b *blob, t times, s shape) (*item, error) {
	folder, name, err := d.checkFile(u, parentID, name, b.Size(), check{}, s)
	if err != nil {
		return nil, err
	}
	it := &item{kind: fileKind, name: name, contentCreated: t.created, contentModified: t.modified}
	d.add(it, folder, u)
	d.append(it, u, b)
	d.emit(u, eventUpload, it)
	return it, nil
}

// createVersion stores new contents of a file, and a new name if there is one (section 4.2).
func (d *drive) createVersion(u *user, id, name string, b *blob, t times) (*item, error) {
	it, name, err := d.checkVersion(u, id, name, b.Size())
	if err != nil {
		return nil, err
	}
	if d.rules.SameContentIgnored && it.current().blob.sha1 == b.sha1 && name == it.name {
		return it, nil
	}
	if name != it.name {
		called := it.name
		d.place(it, it.parent, name)
		d.tell(news{kind: eventRename, by: u, item: it, called: called})
	}
	it.contentModified = t.modified
	if it.contentModified.IsZero() {
		it.contentModified = d.now()
	}
	if !t.created.IsZero() {
		it.contentCreated = t.created
	}
	it.touch(u, d.now())
	d.append(it, u, b)
	d.edited(it)
	d.emit(u, eventUpload, it)
	return it, nil
}

// append puts a version on top of a file's.
func (d *drive) append(it *item, by *user, b *blob) *version {
	d.lastVersion++
	b.users++
	now := d.now()
	v := &version{
		id: digits(d.lastVersion), number: len(it.versions) + 1, name: it.name,
		blob: b, created: now, modified: now, by: by,
	}
	it.versions = append(it.versions, v)
	it.owner.used += b.Size()
	return v
}

// release forgets the contents of a version.
func (d *drive) release(it *item, v *version) {
	it.owner.used -= v.blob.Size()
	v.blob.users--
	if v.blob.users == 0 {
		v.blob.Drop()
	}
}
