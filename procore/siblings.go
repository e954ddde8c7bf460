package procore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"

	"github.com/procorebox/procorebox/syncer"
)

// attributes are what folders and files are made and changed with alike. What is nil or empty is left
// as it is.
func attributes(parent ID, name string, tracked, private *bool) map[string]any {
	a := map[string]any{}
	if parent != 0 {
		a["parent_id"] = parent
	}
	if name != "" {
		a["name"] = name
	}
	if tracked != nil {
		a["is_tracked"] = *tracked
	}
	if private != nil {
		a["explicit_permissions"] = *private
	}
	return a
}

// folder reads a folder, or the top folder, with what is directly in it.
func (c *Client) folder(ctx context.Context, in Scope, id ID, q FolderQuery) (*Folder, error) {
	if id == 0 {
		return c.GetFolders(ctx, in, q)
	}
	return c.GetFoldersID(ctx, in, id, q)
}

// named returns what bears a name in a folder, nil if nothing but own does. Whether Procore tells case
// apart is not known, so it does not count here.
func (c *Client) named(ctx context.Context, in Scope, parent ID, name string, own *Sibling) (*Sibling, error) {
	folder, err := c.folder(ctx, in, parent, FolderQuery{Latest: true})
	if err == nil && folder.IsDeleted {
		err = fmt.Errorf("folder %s is in the recycle bin: %w", folder.ID, fs.ErrNotExist)
	}
	if err != nil {
		return nil, err
	}
	var there []Sibling
	for _, f := range folder.Folders {
		if !f.IsDeleted {
			there = append(there, Sibling{ID: f.ID, Folder: true, Name: f.Name})
		}
	}
	for _, f := range folder.Files {
		if !f.IsDeleted {
			there = append(there, Sibling{ID: f.ID, Name: f.Name})
		}
	}
	key := syncer.NameKey(name)
	for _, s := range there {
		if syncer.NameKey(s.Name) == key && (own == nil || s.ID != own.ID || s.Folder != own.Folder) {
			return &s, nil
		}
	}
	return nil, nil
}

// lookForName makes a look for calls that create something under a name. A free name means that the
// call may be repeated. If the name is taken, mine decides whether the item there is the effect;
// without it nobody can tell.
func (c *Client) lookForName(in Scope, parent ID, name string, mine func(context.Context, *Sibling) (bool, error)) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) {
		there, err := c.named(ctx, in, parent, name, nil)
		if there == nil || err != nil {
			return false, err
		}
		if mine != nil {
			if done, err := mine(ctx, there); done || err != nil {
				return done, err
			}
		}
		return false, fmt.Errorf("%q is there now, and nobody can tell who made it", name)
	}
}

// whoseName finds out about a refusal whether it means that a name is taken, or that the folder is in the
// recycle bin: what Procore writes then is not documented, so the folder is asked. own is the item that was to get the name, nil if it is new;
// of an old one parent is 0 where it stays in its folder, and name is empty where it keeps it.
func (c *Client) whoseName(in Scope, parent ID, name string, own *Sibling) func(context.Context, *Error) {
	return func(ctx context.Context, e *Error) {
		if e.Status != http.StatusBadRequest && e.Status != http.StatusUnprocessableEntity || parent == 0 && name == "" {
			return
		}
		at, bears, err := parent, name, error(nil)
		if own != nil && (parent == 0 || name == "") {
			at, bears, err = c.standing(ctx, in, own)
			at, bears = cmp.Or(parent, at), cmp.Or(name, bears)
		}
		if err != nil {
			return // then it stays a refusal
		}
		there, err := c.named(ctx, in, at, bears, own)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			e.kind = fs.ErrNotExist // what was to hold it is not there
		case err == nil && there != nil:
			e.Taken, e.kind = there, fs.ErrExist
		}
	}
}

// standing returns where an item is, and under which name.
func (c *Client) standing(ctx context.Context, in Scope, own *Sibling) (ID, string, error) {
	if own.Folder {
		f, err := c.GetFoldersID(ctx, in, own.ID, FolderQuery{NoFiles: true, NoFolders: true})
		if err != nil {
			return 0, "", err
		}
		return f.ParentID, f.Name, nil
	}
	f, err := c.GetFilesID(ctx, in, own.ID)
	if err != nil {
		return 0, "", err
	}
	return f.ParentID, f.Name, nil
}
