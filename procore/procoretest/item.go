package procoretest

import "time"

// The kinds of documents. The names are Procore's document types.
const (
	folderKind kind = "folder"
	fileKind   kind = "file"
)

type kind string

// An item is a folder or a file of the documents of a project or a company. Its id stays whatever
// becomes of it, and nothing ever leaves: the recycle bin cannot be emptied (section 4.8).
type item struct {
	kind        kind
	id          int64
	name        string
	parent      *item // nil for a root; the bin for what was deleted
	cabinet     *cabinet
	description string
	created     time.Time
	updated     time.Time
	by          *user
	custom      map[string]any // custom_field_<id>, as it was written

	private bool
	tracked bool
	system  bool           // read_only
	allowed map[*user]bool // who sees it although it is private
	deleted bool           // it was deleted itself
	home    *item          // where it was deleted from

	// A file.
	versions []*version // the last one is current
	holder   *user      // who has checked it out
	until    time.Time  // end of the check-out

	// A folder.
	shelf *shelf
}

// A version is one state of a file's contents.
type version struct {
	id     int64
	number int
	notes  *string
	file   *item
	stored *stored
	made   time.Time
	by     *user
}

func (it *item) isRoot() bool { return it.parent == nil }

func (it *item) isBin() bool { return it == it.cabinet.bin }

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
	for _, child := range it.shelf.sorted() {
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

// inBin says whether the item was deleted, or lies in a folder that was. The bin itself is not.
func (it *item) inBin() bool { return !it.isBin() && it.within(it.cabinet.bin) }

// size is a file's.
func (it *item) size() int64 {
	if it.kind == folderKind {
		return 0
	}
	return it.current().stored.blob.Size()
}

// heldBy is who has a file checked out, nil for nobody (section 4.7).
func (it *item) heldBy(now time.Time) *user {
	if it.holder == nil || !it.until.IsZero() && !now.Before(it.until) {
		return nil
	}
	return it.holder
}

// nearest is the item or the first folder above it that has a property.
func (it *item) nearest(has func(*item) bool) *item {
	for at := range it.lineage() {
		if has(at) {
			return at
		}
	}
	return nil
}
