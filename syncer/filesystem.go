package syncer

import (
	"context"
	"io"
	"iter"
	"time"
)

// Reader is the part of a file system that a one-way source needs. All methods are safe for use by
// many goroutines; a cancelled context starts nothing.
type Reader interface {
	// Info returns the facts about this side. It never changes during the life of the value.
	Info() Info

	// List yields at first, freshly read, then everything below it, each folder before its
	// contents and the contents of one folder in one run where the service allows. Items that
	// cannot be synced are yielded with Skip set, unreadable folders with Err set; nothing is left
	// out silently. A non-nil error ends the listing: what was not yielded is unseen.
	//
	// Of at only the ID must be set; the ID of a root may be the locator given in Endpoint.Root.
	// If at is not visible the error wraps fs.ErrNotExist. from is empty or the Resume of an Entry
	// that an earlier List of the same at yielded: then listing goes on behind that entry, after
	// at itself, which is always first. A from that is refused is an error that wraps ErrCursor; one
	// whose folder has moved since must be, if anything that stood there all the time would be left out.
	List(ctx context.Context, at Entry, from Token) iter.Seq2[Entry, error]

	// Open reads the contents that file.Content names, from the start. It fails with ErrStale if
	// they are no longer current, and with fs.ErrNotExist if the file is not visible. A body that
	// was cut short ends with an error other than io.EOF.
	Open(ctx context.Context, file Entry) (io.ReadCloser, error)
}

// FileSystem is a side that can be written to.
//
// Every method that writes returns the Entry that is there afterwards. It either had its whole
// effect and returns nil, or returns an error for which NotDone is true and had none, or any other
// error, which leaves open whether the effect took place or still will.
type FileSystem interface {
	Reader

	// CreateFolder makes an empty folder. If the name is taken it fails with fs.ErrExist and
	// changes nothing; it never returns a folder that was there before.
	CreateFolder(ctx context.Context, parent Entry, name string) (Entry, error)

	// CreateFile makes a new file with the contents of c. It never replaces: if the name is taken
	// it fails with fs.ErrExist. A body that ends early or with another digest than c.Digest must
	// not become a file; the error is then ErrStale, or the body's own.
	CreateFile(ctx context.Context, parent Entry, name string, c Content) (Entry, error)

	// UpdateFile gives old the contents of c, as a new version of the same item where the side has
	// versions. Where Info.Guards.Update is set it fails with ErrStale if old is not current. The
	// Entry it returns may have a new ID (UpdateByReplacement).
	UpdateFile(ctx context.Context, old Entry, c Content) (Entry, error)

	// Delete moves old to the service's trash, or removes it where there is none. A folder that
	// holds anything is refused with fs.ErrExist. Where Info.Guards.Delete is set it fails with
	// ErrStale if old is not current.
	Delete(ctx context.Context, old Entry) (Trashed, error)
}

// Content is a body to be written. Open may be called any number of times, one after the other or
// at once, and starts at the first byte each time.
type Content struct {
	Size     int64  // UnknownSize if it is not known
	Digest   Digest // empty if it is not known
	Modified time.Time
	Open     func(ctx context.Context) (io.ReadCloser, error)
}

// Trashed says where a deleted item can be found by Restorer. Handle is the connector's own.
type Trashed struct {
	ID     string
	Handle string
}

// The following are optional upgrades of a Reader or FileSystem, found by type assertion. A
// connector implements exactly those that its service can do.

// Mover renames and moves. Where Info.Guards.Move is set, or Rename and the item stays in its folder,
// Move fails with ErrStale if old is not current. A taken name is fs.ErrExist. The ID stays, and so does Content.
type Mover interface {
	Move(ctx context.Context, old, parent Entry, name string) (Entry, error)
}

// Looker reads one item by ID, wherever in the account it is; a root also by the locator that List
// takes. An item in the trash comes back with Trashed set; one that is not visible is an error that
// wraps fs.ErrNotExist.
type Looker interface {
	Look(ctx context.Context, id string) (Entry, error)
}

// Finder lists what stands directly in parent under names whose NameKey is key. No entry and a nil
// error mean that parent is visible and holds none; fs.ErrNotExist means parent is not visible.
type Finder interface {
	Find(ctx context.Context, parent Entry, key Key) ([]Entry, error)
}

// FolderReader lists all that stands directly in a folder, as Find does for one name, and fails as Find
// does. It is for services that read a folder to find a name in it: of a crowd of new files in one folder
// each would cost such a reading.
type FolderReader interface {
	ReadFolder(ctx context.Context, folder Entry) ([]Entry, error)
}

// Directory names accounts for people to read, and nothing is decided by it. Person returns what people call an
// account, as the answers of the service have told it so far, and "" if none has. It makes no call.
type Directory interface {
	Person(account string) string
}

// Restorer takes an item out of the trash, with its ID, into parent under name. It fails with
// fs.ErrNotExist if the trash no longer holds it and with fs.ErrExist if the name is taken.
type Restorer interface {
	Restore(ctx context.Context, t Trashed, parent Entry, name string) (Entry, error)
}

// Version is an earlier or the current content of a file.
type Version struct {
	Content  string
	Size     int64
	Digest   Digest
	Modified time.Time
	Author   string
}

// Versions lists the versions of a file, newest first, opens one, and makes one current again.
type Versions interface {
	Versions(ctx context.Context, file Entry) iter.Seq2[Version, error]
	OpenVersion(ctx context.Context, file Entry, v Version) (io.ReadCloser, error)
	Promote(ctx context.Context, file Entry, v Version) (Entry, error)
}

// Copier copies a file within the side without its bytes passing through us. The engine does not use
// it yet.
type Copier interface {
	Copy(ctx context.Context, file, parent Entry, name string) (Entry, error)
}

// Class says how urgent a call is to a Pacer.
type Class uint8

const (
	// Live calls carry a change that somebody just made.
	Live Class = iota
	// Bulk calls belong to a first sync or a full scan.
	Bulk
)

// Pacer keeps the calls of a connector within the limits of its service. The engine asks it for
// estimates only; to wait is the connector's business. Governor in package connect makes them.
type Pacer interface {
	// Wait returns when cost may be spent, or with the context's error.
	Wait(ctx context.Context, class Class, cost Cost) error
	// Estimate says how long cost would take from now, if nothing else were asked for.
	Estimate(cost Cost) time.Duration
}
