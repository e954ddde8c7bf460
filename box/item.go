package box

import (
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Kinds of items. Box may add others; they are passed on as they come.
const (
	TypeFile    = "file"
	TypeFolder  = "folder"
	TypeWebLink = "web_link"
)

// Values of Item.ItemStatus.
const (
	StatusActive  = "active"
	StatusTrashed = "trashed" // in the trash
	StatusDeleted = "deleted" // gone for good
)

// IDs that are the same in every account.
const (
	RootID  = "0" // the folder "All Files" of the user; its ETag is empty
	TrashID = "1" // stands in Path for what is in the trash
)

// Item is a file, a folder or a bookmark (web_link). Files and folders count their IDs apart, so an
// item is known by Type and ID together. What was not asked for, or has no meaning for the type, is
// zero; in Parent, in Path and in Error.Conflicts only Type, ID, ETag, SequenceID, Name and for
// files SHA1 and FileVersion are set.
type Item struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	// SequenceID numbers the latest event that was applied to the item. An event about it with a
	// number that is not greater is old news.
	SequenceID string `json:"sequence_id"`
	// ETag changes with the item, in ways that Box does not document in full. It is sent back as a
	// precondition and compared for equality only.
	ETag string `json:"etag"`
	// Name is what Box stores, which may differ from what it was sent.
	Name string `json:"name"`
	// SHA1 of the current contents in hexadecimal, in either case. See Digest.
	SHA1 string `json:"sha1"`
	// Size in bytes. Of a folder it is that of all that is below it.
	Size Number `json:"size"`
	// CreatedAt and ModifiedAt are Box's own times; the latter also moves with a change that is not
	// one of the contents. They carry the offset of the user's time zone: compare instants.
	CreatedAt  time.Time `json:"created_at,omitzero"`
	ModifiedAt time.Time `json:"modified_at,omitzero"`
	// ContentCreatedAt and ContentModifiedAt are what the uploading client said, in whole seconds.
	ContentCreatedAt  time.Time `json:"content_created_at,omitzero"`
	ContentModifiedAt time.Time `json:"content_modified_at,omitzero"`
	// TrashedAt and PurgedAt are set in the trash only; PurgedAt is when Box plans to remove the item.
	TrashedAt time.Time `json:"trashed_at,omitzero"`
	PurgedAt  time.Time `json:"purged_at,omitzero"`
	// ItemStatus is one of the Status constants, or empty where it was not told.
	ItemStatus string `json:"item_status"`
	// Parent is the folder that holds the item. It is nil for the root and where the user may not
	// see it; of a trashed item it is the folder of before.
	Parent *Item `json:"parent,omitempty"`
	// FileVersion is the current version of a file. Its ID changes exactly with the contents.
	FileVersion *FileVersion `json:"file_version,omitempty"`
	ModifiedBy  *User        `json:"modified_by,omitempty"`
	OwnedBy     *User        `json:"owned_by,omitempty"`
	Permissions *Permissions `json:"permissions,omitempty"`
	// Lock is nil if nobody holds the file. Ask Lock.Held: Box may still show one that has expired.
	Lock       *Lock       `json:"lock,omitempty"`
	SharedLink *SharedLink `json:"shared_link,omitempty"`
	// IsPackage marks a folder of a Mac that is stored as one file.
	IsPackage bool `json:"is_package"`
	// Path holds the folders from the top down to Parent, as far as the user may see them. Listings
	// do not tell it.
	Path *Path `json:"path_collection,omitempty"`
}

// Path is a chain of folders from the top.
type Path struct {
	Entries []Item `json:"entries"`
}

// Digest returns SHA1 as the core compares it, or nothing where it was not told.
func (i *Item) Digest() syncer.Digest { return digest(i.SHA1) }

// Trashed reports whether the item, or a folder above it, is in the trash or gone for good.
func (i *Item) Trashed() bool {
	if i.ItemStatus == StatusTrashed || i.ItemStatus == StatusDeleted {
		return true
	}
	return i.Path != nil && len(i.Path.Entries) > 0 && i.Path.Entries[0].ID == TrashID
}

// Permissions says what the user of the token may do with an item. A field is nil where Box did not
// tell.
type Permissions struct {
	CanDownload *bool `json:"can_download"`
	CanUpload   *bool `json:"can_upload"`
	CanRename   *bool `json:"can_rename"`
	CanDelete   *bool `json:"can_delete"`
	CanShare    *bool `json:"can_share"`
}

func digest(sha1 string) syncer.Digest {
	if sha1 == "" {
		return ""
	}
	return syncer.Digest(string(syncer.SHA1) + ":" + strings.ToLower(sha1))
}
