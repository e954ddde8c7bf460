package box

import (
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// entry is an item as package syncer sees it. Listings, looks and the answers to writes all go
// through here, so that they tell the same of one item.
func (f *FileSystem) entry(item *Item) syncer.Entry {
	e := syncer.Entry{
		ID: f.entryID(item.Type, item.ID), Kind: syncer.Other, Name: item.Name,
		Guard: syncer.Precondition(item.ETag), Size: syncer.UnknownSize, Trashed: item.Trashed(),
		Modified: item.ContentModifiedAt, Facts: f.facts(item),
	}
	if item.Parent != nil {
		e.ParentID = f.entryID(TypeFolder, item.Parent.ID)
	}
	switch item.Type {
	case TypeFolder:
		e.Kind, e.Size = syncer.Folder, 0
	case TypeFile:
		if item.Trashed() && item.FileVersion == nil {
			e.Kind = syncer.File // it went with its folder, and Box tells no more of it
		} else if e.Skip = unfit(item); e.Skip == "" {
			e.Kind, e.Size, e.Digest = syncer.File, int64(item.Size), item.Digest()
			e.Content = item.FileVersion.ID
		}
	case TypeWebLink:
		e.Skip = "a bookmark (web link) has no contents"
	default:
		e.Skip = "a " + item.Type + " is neither a file nor a folder"
	}
	return e
}

// unfit says why a file cannot be synced, if it cannot.
func unfit(file *Item) string {
	switch {
	case ownDocument(file.Name) != "":
		return ownDocument(file.Name)
	case file.IsPackage:
		return "a package of a Mac, which Box keeps as one file, is a folder elsewhere"
	case file.FileVersion == nil || file.FileVersion.ID == "":
		return "Box does not tell the version of its contents"
	}
	return ""
}

// ownDocument says why a file of such a name is none, if it is none.
func ownDocument(name string) string { return ownDocuments[strings.ToLower(extension(name))] }

// Person implements [syncer.Directory].
func (f *FileSystem) Person(account string) string { return f.people.Person(account) }

func (f *FileSystem) facts(item *Item) *syncer.Facts {
	facts := &syncer.Facts{Created: item.ContentCreatedAt, Modified: item.ContentModifiedAt, Locked: f.holder(item.Lock)}
	if item.ModifiedBy != nil && item.Type == TypeFile {
		facts.Author = item.ModifiedBy.ID
		f.people.Meet(item.ModifiedBy.ID, item.ModifiedBy.Name, item.ModifiedBy.Login)
	}
	if (item.Type == TypeFile || item.Type == TypeFolder) && !item.Trashed() {
		facts.Link = f.web + "/" + item.Type + "/" + item.ID
	}
	return facts
}

// holder says who keeps a file from being changed by us.
func (f *FileSystem) holder(l *Lock) string {
	if !l.Held(f.now()) {
		return ""
	}
	by := "somebody"
	if l.CreatedBy != nil {
		if l.CreatedBy.ID == f.account && l.AppType == "" {
			return "" // our own lock keeps out others
		}
		by = l.CreatedBy.Name
		if by == "" {
			by = "user " + l.CreatedBy.ID
		}
	}
	if l.AppType != "" {
		by += " in " + l.AppType
	}
	return by
}
