package procore

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/procorebox/procorebox/syncer"
)

// Photos is the Photos tool of a project as package syncer sees it: albums are folders in the root, and
// hold the photos that the user may see. It is safe for use by many goroutines.
//
// RootID names the root. The ID of an album is Procore's number for it; IDs of photos begin with "f".
//
// A photo never gets another name or other contents. A rename on the other side is declined, and new
// contents are a new photo with all that was said of the old one, which goes to Procore's bin once the
// new one was read back. Names repeat within an album; photos are told apart by their IDs, and whoever
// pairs them with a side that takes a name only once gives them names of their own there. The album
// Unclassified stays as it is.
type Photos struct {
	*tool

	albumRolls, photoRolls rolls
}

var (
	_ syncer.FileSystem = (*Photos)(nil)
	_ syncer.Mover      = (*Photos)(nil)
	_ syncer.Looker     = (*Photos)(nil)
	_ syncer.Finder     = (*Photos)(nil)
	_ syncer.Feed       = (*Photos)(nil)
	_ syncer.Directory  = (*Photos)(nil)
)

// photoTypes are what Procore is known to take for photos.
var photoTypes = []string{".gif", ".heic", ".jpeg", ".jpg", ".png"}

// NewPhotos returns the Photos tool of a project, as the user sees it whose token client has. Unless
// FileSystemOptions.User is set it makes one call, to learn whose that is. o may be nil. An error that
// wraps syncer.ErrInvalid names the setting that makes no sense.
func NewPhotos(ctx context.Context, client *Client, in Scope, o *FileSystemOptions) (*Photos, error) {
	if err := in.projectOnly("photos"); err != nil {
		return nil, err
	}
	t, err := newTool(ctx, "Photos", client, in, o)
	if err != nil {
		return nil, err
	}
	t.info.Trash = false // no photo is known to be found in the bin
	t.info.File.Rename, t.info.File.Update = false, syncer.UpdateByReplacement
	t.info.Folder.Move = false
	t.info.Calls.Update = 5 // a new photo is sent, made and read back; the old one is looked at and goes
	t.info.Extensions = slices.Clone(photoTypes)
	t.info.FoldersOnlyAtRoot, t.info.MaxDepth = true, 1
	if o == nil || o.Names == nil {
		t.info.Names.Forbidden += "#%~" // what is replaced in names of albums by those who sync them
		t.info.Names.Reserved = nil
	}
	t.info.Names.Unique = syncer.UniqueFolders // whether albums may share a name is not documented
	return &Photos{tool: t}, nil
}

// root is the tool itself.
func (f *Photos) root() syncer.Entry {
	return syncer.Entry{ID: RootID, Kind: syncer.Folder, Name: "Photos"}
}

// album is an album as package syncer sees it.
func (f *Photos) album(a *Album) syncer.Entry {
	return syncer.Entry{
		ID: a.ID.String(), ParentID: RootID, Kind: syncer.Folder, Name: a.Name, Guard: syncer.Precondition(a.Name),
		Facts: &syncer.Facts{Private: a.Private, Fixed: a.Name == Unclassified, Created: a.CreatedAt},
	}
}

// photo is a photo as package syncer sees it. Its contents are told by its number, since they never
// change.
func (f *Photos) photo(i *Image) syncer.Entry {
	e := syncer.Entry{
		ID: fileMark + i.ID.String(), ParentID: i.AlbumID.String(), Kind: syncer.File, Name: i.Filename,
		Content: i.ID.String(), Guard: photoGuard(i), Size: int64(i.Size),
		Modified: i.CreatedAt, Trashed: i.Deleted,
		Facts: &syncer.Facts{
			Private: i.Private || i.AlbumPrivate, Created: i.CreatedAt, Modified: i.CreatedAt,
			Taken: i.TakenAt, Description: i.Description,
		},
	}
	if i.Location != nil {
		e.Facts.Location = i.Location.Name
	}
	if i.Uploader != nil {
		e.Facts.Author = i.Uploader.ID.String()
		f.client.meet(i.Uploader)
	}
	if i.Size <= 0 {
		e.Size = syncer.UnknownSize
	}
	if i.AlbumID == 0 {
		e.ParentID, e.Skip = RootID, "Procore does not tell its album"
	}
	return e
}

// photoGuard names the state of a photo: where it is, and when anything was said of it last.
func photoGuard(i *Image) syncer.Precondition {
	return syncer.Precondition(i.AlbumID.String() + "." + strconv.FormatInt(seconds(i.UpdatedAt), 10))
}

// albumID is the number of an album; the root holds albums only.
func albumID(id string) (ID, error) {
	number, err := folderID(id)
	if err == nil && number == 0 {
		err = fmt.Errorf("photos are in albums: %w", syncer.ErrRefused)
	}
	return number, err
}

// inRoot refuses what is to stand somewhere else than albums do.
func inRoot(parent syncer.Entry) error {
	number, err := folderID(parent.ID)
	if err == nil && number != 0 {
		err = fmt.Errorf("albums do not lie in albums: %w", syncer.ErrRefused)
	}
	return err
}
