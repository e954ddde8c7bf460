package boxtest

import (
	"net/http"
	"time"
)

// A fileLock keeps everybody but its maker from writing to a file (section 9).
type fileLock struct {
	id            string
	by            *user
	created       time.Time
	expires       time.Time // zero: never
	noDownload    bool
	onlineEditing string // app_type: the online editor that has the file open, "" for none
}

// A lockChange is what a PUT says about a lock. A nil lock takes it off.
type lockChange struct {
	lock *fileLock
}

// A folderLock keeps a folder from being moved and deleted.
type folderLock struct {
	id      string
	folder  *item
	by      *user
	created time.Time
}

// holds says whether the lock still keeps others out.
func (l *fileLock) holds(now time.Time) bool {
	return l != nil && (l.expires.IsZero() || now.Before(l.expires))
}

func (d *drive) unlocked(u *user, it *item) error {
	if it.lock.holds(d.now()) && it.lock.by != u {
		return refuse(http.StatusForbidden, "access_denied_item_locked", "The item is locked")
	}
	return nil
}

func (d *drive) editLock(u *user, it *item, c lockChange) error {
	if it.kind != fileKind {
		return badField("lock", "only files have locks; folders have folder locks")
	}
	if it.lock.holds(d.now()) && it.lock.by != u && it.owner != u {
		return refuse(http.StatusForbidden, "access_denied_item_locked", "The item is locked")
	}
	if c.lock == nil {
		if it.lock != nil {
			it.lock = nil
			d.emit(u, eventUnlock, it)
		}
		return nil
	}
	d.lastLock++
	lock := *c.lock
	lock.id, lock.by, lock.created = digits(d.lastLock+11000), u, d.now()
	it.lock = &lock
	d.emit(u, eventLock, it)
	return nil
}

// fix locks a folder against moves and deletes.
func (d *drive) fix(u *user, it *item) (*folderLock, error) {
	if it.isRoot() || !d.rights(u, it).invite {
		return nil, forbidden()
	}
	if it.fixed != nil {
		return nil, refuse(http.StatusConflict, "conflict", "The folder is locked already")
	}
	d.lastLock++
	it.fixed = &folderLock{id: digits(d.lastLock + 12000), folder: it, by: u, created: d.now()}
	d.fixed[it.fixed.id] = it.fixed
	return it.fixed, nil
}

func (d *drive) unfix(l *folderLock) {
	l.folder.fixed = nil
	delete(d.fixed, l.id)
}
