package procore

import (
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// RootID is the locator of the top folder of a tool. The folder has a number of its own, which is the
// ID that a listing tells.
const RootID = "0"

// item is a document, whichever answer told it. Listings, looks and the answers to writes all become
// items, so that they tell the same of one document.
type item struct {
	id, parent ID
	folder     bool
	name       string
	// version, size, author and written are those of the current contents.
	version ID
	size    int64
	author  ID
	written int64 // in seconds, as all times
	created int64
	updated int64
	flags   flags
	holder  string // who has it checked out
}

type flags uint8

const (
	isPrivate flags = 1 << iota
	isTracked
	isReadOnly
	isBin
	isDeleted
)

// with adds a flag where it is set.
func (f flags) with(set bool, flag flags) flags {
	if set {
		return f | flag
	}
	return f
}

func (f flags) has(flag flags) bool { return f&flag != 0 }

// fromIndex is a row of the flat index.
func (t *tool) fromIndex(d *Document) item {
	it := item{
		id: d.ID, parent: d.ParentID, folder: d.Type == TypeFolder, name: d.Name,
		created: seconds(d.CreatedAt), updated: seconds(d.UpdatedAt),
	}
	it.flags = it.flags.with(d.Private || d.PrivateParent != nil || d.HasPrivateAncestor, isPrivate).
		with(d.IsTracked || d.TrackedFolder != nil, isTracked).with(d.ReadOnly, isReadOnly).
		with(d.IsRecycleBin, isBin).with(d.IsDeleted, isDeleted)
	if d.File != nil {
		t.take(&it, d.File.CurrentVersion)
		it.holder = t.holder(d.File.CheckedOutBy, d.File.CheckedOutUntil)
	}
	return it
}

// fromFolder is a folder, read by its number or out of the one that holds it.
func fromFolder(f *Folder) item {
	it := item{id: f.ID, parent: f.ParentID, folder: true, name: f.Name, updated: seconds(f.UpdatedAt)}
	it.flags = it.flags.with(f.Private, isPrivate).with(f.IsTracked || f.TrackedFolder != nil, isTracked).
		with(f.ReadOnly, isReadOnly).with(f.IsRecycleBin, isBin).with(f.IsDeleted, isDeleted)
	return it
}

// fromFile is a file, read by its number or out of its folder.
func (t *tool) fromFile(f *File) item {
	it := item{
		id: f.ID, parent: f.ParentID, name: f.Name, created: seconds(f.CreatedAt), updated: seconds(f.UpdatedAt),
		holder: t.holder(f.CheckedOutBy, f.CheckedOutUntil),
	}
	t.take(&it, f.Current())
	it.flags = it.flags.with(f.Private, isPrivate).with(f.IsTracked || f.TrackedFolder != nil, isTracked).
		with(f.IsDeleted, isDeleted)
	return it
}

// take notes what the current contents are.
func (t *tool) take(it *item, v *FileVersion) {
	if v == nil {
		return
	}
	it.version, it.size, it.written = v.ID, int64(v.Size), seconds(v.CreatedAt)
	if v.CreatedBy != nil {
		it.author = v.CreatedBy.ID
		t.client.meet(v.CreatedBy)
	}
}

// holder says who keeps a file from getting new contents, if it is not we.
func (t *tool) holder(by *Person, until time.Time) string {
	switch {
	case by == nil || by.ID.String() == t.account, !until.IsZero() && !until.After(t.now()):
		return ""
	case by.Name != "":
		return by.Name
	}
	return "user " + by.ID.String()
}

// entry is an item as package syncer sees it.
func (it *item) entry() syncer.Entry {
	e := syncer.Entry{
		ID: it.entryID(), Kind: syncer.Folder, Name: it.name, Guard: it.guard(), Trashed: it.flags.has(isDeleted),
		Facts: &syncer.Facts{
			Private: it.flags.has(isPrivate), Tracked: it.flags.has(isTracked), Locked: it.holder, Created: moment(it.created),
		},
	}
	if it.parent != 0 {
		e.ParentID = it.parent.String()
	}
	if !it.folder {
		e.Kind, e.Size, e.Content = syncer.File, it.size, it.version.String()
		e.Modified = moment(it.written)
		e.Facts.Modified = e.Modified
		if it.author != 0 {
			e.Facts.Author = it.author.String()
		}
	}
	if e.Skip = it.unfit(); e.Skip != "" && !it.folder {
		e.Kind, e.Size, e.Content = syncer.Other, syncer.UnknownSize, ""
	}
	return e
}

// unfit says why an item cannot be synced, if it cannot.
func (it *item) unfit() string {
	switch {
	case it.flags.has(isReadOnly):
		return "Procore keeps it itself, and it is read-only"
	case it.flags.has(isBin):
		return "it is the recycle bin"
	case !it.folder && it.version == 0:
		return "Procore does not tell the version of its contents"
	}
	return ""
}

// guard names the state of an item: of a file its contents, name, folder and time of change. The time
// of a folder says nothing of it: nobody knows whether what becomes of its contents counts.
func (it *item) guard() syncer.Precondition {
	h := fnv.New128a()
	_, _ = io.WriteString(h, it.name)
	text := it.parent.String() + "." + strconv.FormatUint(sum64(h.Sum(nil)), 36)
	if !it.folder {
		text = it.version.String() + "." + text + "." + strconv.FormatInt(it.updated, 10)
	}
	return syncer.Precondition(text)
}

func sum64(sum []byte) (n uint64) {
	for _, b := range sum[:8] {
		n = n<<8 | uint64(b)
	}
	return n
}

// Files and folders may count apart, so their IDs are told apart by a letter. Folders have none: the
// number is the ID, and the locator of a root.
const fileMark = "f"

func (it *item) entryID() string {
	if it.folder {
		return it.id.String()
	}
	return fileMark + it.id.String()
}

// itemID is the reverse of entryID. It fails with fs.ErrNotExist for what this tool cannot have. The
// top folder is told as 0.
func itemID(id string) (number ID, folder bool, err error) {
	digits, file := strings.CutPrefix(id, fileMark)
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || n == 0 && id != RootID || strconv.FormatInt(n, 10) != digits {
		return 0, false, fmt.Errorf("no document of Procore has the ID %.40q: %w", id, fs.ErrNotExist)
	}
	return ID(n), !file, nil
}

// folderID is the number of a folder; what is no folder holds nothing.
func folderID(id string) (ID, error) {
	number, folder, err := itemID(id)
	if err == nil && !folder {
		err = fmt.Errorf("file %s is no folder: %w", number, fs.ErrNotExist)
	}
	return number, err
}

// fileID is the number of a file.
func fileID(id string) (ID, error) {
	number, folder, err := itemID(id)
	if err == nil && folder {
		err = fmt.Errorf("folder %s is no file: %w", number, fs.ErrNotExist)
	}
	return number, err
}

// seconds are a time as Procore tells it, 0 if it does not.
func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func moment(s int64) time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(s, 0).UTC()
}
