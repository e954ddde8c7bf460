package boxtest

import (
	"strconv"
	"time"
)

// firstID is where the ids of a kind begin. Each kind has a counter of its own, so a file and a folder
// can have the same id (section 3.1). In an account of Box they hardly ever do, and there are clients
// that live off that: they meet only with the switch IDsOverlap.
func (r rules) firstID(k kind) int {
	switch {
	case r.IDsOverlap || k == fileKind:
		return 1500000000
	case k == folderKind:
		return 300000000
	}
	return 70000000
}

// A drive is what Box knows: people, items, trash, versions and events. It is plain data with the
// rules of Box. It knows no HTTP, and has no lock: whoever uses it holds the Box's.
type drive struct {
	rules  rules
	now    func() time.Time
	items  map[key]*item
	bin    map[*item]struct{} // what was trashed itself
	users  map[string]*user
	order  []*user // users as they were added
	grants map[string]*collaboration
	fixed  map[string]*folderLock
	links  map[string]*item // shared links by URL
	feed   feed
	hooks  hooks

	lastUser, lastVersion, lastGrant, lastLock int
	last                                       map[kind]int
	nextClean                                  time.Time // nothing in the trash is due before
}

// rules are the parts of Options that the drive goes by.
type rules struct {
	Switches

	Space       int64
	LargestFile int64
	NoTrash     bool
	Purge       time.Duration
	Web         string // base of links for people
	Zone        *time.Location
	FloatsFrom  int64
	Enterprise  string
}

func newDrive(r rules, now func() time.Time) *drive {
	d := &drive{
		rules:    r,
		now:      now,
		items:    map[key]*item{},
		bin:      map[*item]struct{}{},
		users:    map[string]*user{},
		grants:   map[string]*collaboration{},
		fixed:    map[string]*folderLock{},
		links:    map[string]*item{},
		last:     map[kind]int{},
		lastUser: 20,
	}
	for _, k := range []kind{folderKind, fileKind, webLinkKind} {
		d.last[k] = r.firstID(k)
	}
	d.lastVersion = 1650000000
	return d
}

func digits(n int) string { return strconv.Itoa(n) }

// known returns an item that the user may see, wherever it is. Box does not tell what is not there
// from what one may not see (section 3.3).
func (d *drive) known(u *user, k kind, id string) (*item, error) {
	if k == folderKind && id == rootID {
		return u.root, nil
	}
	it := d.items[key{k, id}]
	if it == nil || it.gone || !d.rights(u, it).see {
		return nil, notFound()
	}
	return it, nil
}

// active returns an item that the user may see and that is not in the trash.
func (d *drive) active(u *user, k kind, id string) (*item, error) {
	it, err := d.known(u, k, id)
	if err != nil {
		return nil, err
	}
	if it.inTrash() {
		return nil, inTrash()
	}
	return it, nil
}

// destination returns the folder that something is to be put into.
func (d *drive) destination(u *user, id string) (*item, error) {
	folder, err := d.active(u, folderKind, id)
	if err != nil {
		return nil, notFound()
	}
	if !d.rights(u, folder).upload {
		return nil, forbidden()
	}
	return folder, d.idle(folder)
}

// idle says whether no operation is under way on the item, on a folder above it, or into it.
func (d *drive) idle(it *item) error {
	now := d.now()
	if now.Before(it.target) {
		return blocked()
	}
	for at := range it.lineage() {
		if now.Before(at.busyUntil) {
			return blocked()
		}
	}
	return nil
}

// add puts a new item into a folder.
func (d *drive) add(it, folder *item, by *user) {
	d.last[it.kind]++
	now := d.now()
	it.id = digits(d.last[it.kind])
	it.parent, it.owner = folder, folder.owner
	it.created, it.modified, it.born = now, now, now
	it.createdBy, it.modifiedBy = by, by
	if it.contentCreated.IsZero() {
		it.contentCreated = now
	}
	if it.contentModified.IsZero() {
		it.contentModified = now
	}
	d.items[it.key()] = it
	folder.shelf.put(it, d.rules.fold(it.name))
}

// place moves an item to a folder and a name, and accounts for its size with the new owner.
func (d *drive) place(it, folder *item, name string) {
	if it.trashed.IsZero() {
		it.parent.shelf.take(it)
	}
	it.parent, it.name = folder, name
	folder.shelf.put(it, d.rules.fold(name))
	if it.owner == folder.owner {
		return
	}
	for at := range it.subtree() {
		at.owner.used -= at.stored()
		at.owner = folder.owner
		at.owner.used += at.stored()
	}
}

// edited tells the folder that a member changed in a way that listings are sorted by.
func (d *drive) edited(it *item) {
	if it.parent != nil && it.trashed.IsZero() {
		it.parent.shelf.changed()
	}
}
