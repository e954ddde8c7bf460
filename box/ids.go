package box

import (
	"fmt"
	"io/fs"
	"strings"
)

// Files, folders and bookmarks count apart, so their IDs are told apart by a letter. Folders have
// none: the number from the browser's address is the ID, and the locator of a root.

// mark stands before the numbers of a type.
func mark(kind string) string {
	switch kind {
	case TypeFile:
		return "f"
	case TypeFolder:
		return ""
	case TypeWebLink:
		return "w"
	}
	return kind + " " // something that Box has invented since
}

// entryID is the ID of an item as package syncer has it. The top folder is "0" in every account, and
// another one in each.
func (f *FileSystem) entryID(kind, id string) string {
	if kind == TypeFolder && id == RootID {
		return RootID + "@" + f.account
	}
	return mark(kind) + id
}

// itemID is the reverse. It fails with fs.ErrNotExist for what this account cannot have.
func (f *FileSystem) itemID(id string) (kind, number string, err error) {
	switch {
	case id == RootID || id == RootID+"@"+f.account:
		return TypeFolder, RootID, nil
	case strings.HasPrefix(id, "f"):
		kind, number = TypeFile, id[1:]
	case strings.HasPrefix(id, "w"):
		kind, number = TypeWebLink, id[1:]
	default:
		kind, number = TypeFolder, id
	}
	if number == "" || strings.Trim(number, "0123456789") != "" {
		return "", "", fmt.Errorf("no item of this box account has the ID %q: %w", id, fs.ErrNotExist)
	}
	return kind, number, nil
}

// folderID is the number of a folder; what is no folder holds nothing.
func (f *FileSystem) folderID(id string) (string, error) {
	kind, number, err := f.itemID(id)
	if err == nil && kind != TypeFolder {
		err = fmt.Errorf("%s %s is no folder: %w", kind, number, fs.ErrNotExist)
	}
	return number, err
}

// fileID is the number of a file.
func (f *FileSystem) fileID(id string) (string, error) {
	kind, number, err := f.itemID(id)
	if err == nil && kind != TypeFile {
		err = fmt.Errorf("%s %s is no file: %w", kind, number, fs.ErrNotExist)
	}
	return number, err
}
