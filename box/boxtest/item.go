package boxtest

import (
	"strings"
	"time"
)

// The kinds of items, in the order in which listings show them. The names are Box's types.
const (
	folderKind  kind = "folder"
	fileKind    kind = "file"
	webLinkKind kind = "web_link"
)

const (
	rootID  = "0"
	trashID = "1"
)

type kind string

// A key identifies an item. Kinds have separate id spaces, so a file and a folder can have the same
// id.
type key struct {
	kind kind
	id   string
}

// An item is a file, a folder or a web link. Its id stays whatever becomes of it.
type item struct {
	kind        kind
	id          string
	name        string
	parent      *item // nil for a root; stays while the item is in the trash
	owner       *user
	etag        int
	sequence    int
	description string
	tags        []string

	created, modified               time.Time
	contentCreated, contentModified time.Time
	createdBy, modifiedBy           *user
	born                            time.Time // created with all its digits

	trashed   time.Time // when the item itself was trashed, zero if it was not
	trashedBy *user
	gone      bool // purged

	link      *sharedLink
	grants    []*collaboration
	metadata  map[string]*metadata // by scope and template
	retained  time.Time            // no purge until then
	busyUntil time.Time            // an operation on the subtree is under way until then
	target    time.Time            // an operation puts something in here until then

	// A file.
	versions []*version // the last one is current
	lock     *fileLock

	// A folder.
	shelf *shelf
	fixed *folderLock

	// A web link.
	url string
}

func (it *item) key() key { return key{it.kind, it.id} }

func (it *item) isRoot() bool { return it.parent == nil }

// current is a file's newest version.
func (it *item) current() *version { return it.versions[len(it.versions)-1] }

// lineage yields the item and its folders up to the root.
func (it *item) lineage() func(yield func(*item) bool) {
	return func(yield func(*item) bool) {
		for at := it; at != nil; at = at.parent {
			if !yield(at) {
				return
			}
		}
	}
}

// subtree yields the item and everything below it, folders before their contents.
func (it *item) subtree() func(yield func(*item) bool) {
	return func(yield func(*item) bool) { it.walk(yield) }
}

func (it *item) walk(yield func(*item) bool) bool {
	if !yield(it) {
		return false
	}
	if it.shelf == nil {
		return true
	}
	for _, child := range it.shelf.sorted(byName) {
		if !child.walk(yield) {
			return false
		}
	}
	return true
}

// within says whether the item is the folder or lies below it.
func (it *item) within(folder *item) bool {
	for at := range it.lineage() {
		if at == folder {
			return true
		}
	}
	return false
}

// inTrash says whether the item or a folder above it was trashed.
func (it *item) inTrash() bool {
	for at := range it.lineage() {
		if !at.trashed.IsZero() {
			return true
		}
	}
	return false
}

// size is a file's, or that of all files below a folder.
func (it *item) size() int64 {
	if it.kind == fileKind {
		return it.current().blob.Size()
	}
	if it.shelf == nil {
		return 0
	}
	var sum int64
	for child := range it.shelf.members {
		sum += child.size()
	}
	return sum
}

// stored is what the item takes of its owner's space: all versions of a file count.
func (it *item) stored() int64 {
	var sum int64
	for _, v := range it.versions {
		sum += v.blob.Size()
	}
	return sum
}

// touch notes a change by a user: the item is at a new etag.
func (it *item) touch(by *user, now time.Time) {
	it.etag++
	it.sequence++
	it.modified, it.modifiedBy = now, by
}

// extension is what follows the last dot of a file's name.
func (it *item) extension() string {
	if dot := strings.LastIndexByte(it.name, '.'); dot >= 0 {
		return it.name[dot+1:]
	}
	return ""
}
