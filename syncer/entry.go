package syncer

import (
	"fmt"
	"time"
)

// Side names one of the two file systems of a [Pair]. The two are equal in rank, apart from the
// tie-breaks that the documentation names.
type Side uint8

const (
	Source      Side = 0
	Destination Side = 1
)

// Other returns the opposite side.
func (s Side) Other() Side { return 1 - s }

// String returns "source" or "destination".
func (s Side) String() string {
	if s == Source {
		return "source"
	}
	return "destination"
}

// MarshalText makes a Side readable in exported plans and journals.
func (s Side) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText has written. Anything else is an error that wraps ErrInvalid.
func (s *Side) UnmarshalText(text []byte) error {
	for _, side := range sides {
		if string(text) == side.String() {
			*s = side
			return nil
		}
	}
	return fmt.Errorf("side %q: %w", text, ErrInvalid)
}

// Kind says what an [Entry] is.
type Kind uint8

const (
	// File has contents and may be read.
	File Kind = iota + 1
	// Folder contains entries.
	Folder
	// Other is anything that is neither: a link, a bookmark, a native note. It is listed so that it
	// can be reported, and it always carries a reason in Entry.Skip.
	Other
)

// String returns "file", "folder" or "other".
func (k Kind) String() string {
	switch k {
	case File:
		return "file"
	case Folder:
		return "folder"
	case Other:
		return "other"
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// MarshalText makes a Kind readable in exported plans and journals.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnknownSize is the Size of a file whose length is not known before it is read.
const UnknownSize int64 = -1

// Stamp identifies an item and the version of its contents on one side. Two equal Stamps name the
// same bytes; the reverse does not hold.
type Stamp struct {
	ID      string `json:"id"`
	Content string `json:"content,omitempty"`
}

// Token is a connector's own bookmark in a listing. It is stored and handed back, never read.
type Token string

// Precondition is a connector's opaque proof of the state an item was seen in (an etag, a tuple of
// attributes). It is sent back with a write, and never compared across runs.
type Precondition string

// Entry is one item as a file system showed it just now. Entries are values: a connector is handed
// back the Entry it gave out, and returns the Entry that is there after a write.
type Entry struct {
	// ID is unique on its side across kinds. See Info.ReusableIDs for sides that recycle them.
	ID string
	// ParentID is the ID of the folder that holds the item. That of a pair's root may be told too.
	ParentID string
	Kind     Kind
	// Name is the last path element, exactly as the service stores it.
	Name string
	// Content is the version of the contents: it changes whenever the bytes do, and only rarely
	// otherwise. Empty for folders.
	Content string
	// Guard is the precondition for a write to this item. Empty where the side offers none.
	Guard Precondition
	// Size in bytes, or UnknownSize.
	Size int64
	// Digest of the contents, empty where the side tells none.
	Digest Digest
	// Birth tells two uses of one ID apart on a side whose IDs are reusable.
	Birth string
	// Modified is the service's own time for the contents. Only policies that say so look at it, and the
	// engine where Rendered is set.
	Modified time.Time
	// Rendered says that the bytes are made anew at each reading, so that comparing them tells nothing.
	// Modified is then the time of what they are made from, and what was sent to a side that keeps that
	// time is known by it when nothing else is remembered. Times are compared in whole seconds.
	Rendered bool
	// Facts holds what is carried along but never decides.
	Facts *Facts
	// Trashed marks an item that Looker.Look found in the service's trash.
	Trashed bool
	// Skip, when not empty, says why the item cannot be synced. It is left alone and blocks the
	// deletion of the folder that holds it.
	Skip string
	// Err, on a folder, says why its contents could not be read: they are unseen, not gone.
	Err error
	// Resume, when not empty, starts a later List after this entry.
	Resume Token
}

// Stamp returns the entry's identity and content version.
func (e Entry) Stamp() Stamp { return Stamp{e.ID, e.Content} }

// Facts are attributes of an item that sync carries or reports. But for Fixed it never decides by them.
type Facts struct {
	Private bool `json:"private,omitempty"`
	Tracked bool `json:"tracked,omitempty"` // the service sends people mails about each change
	// Fixed marks what the service itself keeps all its life: it is never asked to delete it, and a side
	// on which it was deleted does without it until something new comes into it.
	Fixed    bool      `json:"fixed,omitempty"`
	Locked   string    `json:"locked,omitempty"` // who holds the lock, or why
	Author   string    `json:"author,omitempty"` // the account that wrote the contents, see Info.Account
	Created  time.Time `json:"created,omitzero"`
	Modified time.Time `json:"modified,omitzero"`
	Link     string    `json:"link,omitempty"` // where a person opens the item; never a signed URL

	// Of photos: when and where they were taken, as far as the service tells, and what is said of them.
	Taken       time.Time `json:"taken,omitzero"`
	Location    string    `json:"location,omitempty"`
	Description string    `json:"description,omitempty"`
}
