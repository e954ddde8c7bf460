package boxtest

import (
	"net/http"
	"time"
)

// A change is what a PUT asks for (section 3.5). What is nil stays.
type change struct {
	name            *string
	parent          *string
	description     *string
	tags            *[]string
	contentModified *time.Time
	link            *linkChange
	lock            *lockChange
	url             *string
}

// moves says whether the change puts the item into another folder.
func (c change) moves(it *item) bool {
	return c.parent != nil && it.parent != nil && *c.parent != it.parent.id
}

// edit changes an item.
func (d *drive) edit(u *user, it *item, c change) error {
	if it.isRoot() {
		return forbidden()
	}
	if err := d.mayEdit(u, it, c); err != nil {
		return err
	}
	folder, name, err := d.target(u, it, c.parent, c.name)
	if err != nil {
		return err
	}
	if !it.trashed.IsZero() { // a move out of the trash
		d.back(u, it, folder, name)
	}
	from, called, before := it.parent, it.name, d.audience(it)
	moved, renamed := folder != from, name != called
	d.place(it, folder, name)
	quiet, err := d.editDetails(u, it, c)
	if err != nil {
		return err
	}
	if moved || renamed || !quiet {
		it.touch(u, d.now())
	}
	d.edited(it)
	if moved {
		d.tell(news{kind: eventMove, by: u, item: it, from: from, also: before})
	}
	if renamed {
		d.tell(news{kind: eventRename, by: u, item: it, called: called})
	}
	return nil
}

func (d *drive) mayEdit(u *user, it *item, c change) error {
	may := d.rights(u, it)
	structural := c.name != nil || c.moves(it)
	if !may.rename {
		return forbidden()
	}
	if c.lock == nil {
		if err := d.unlocked(u, it); err != nil {
			return err
		}
	}
	if structural {
		if err := d.unhindered(it); err != nil {
			return err
		}
	}
	if it.kind == folderKind && d.rules.FolderPutSplit && c.moves(it) && c.name != nil {
		return refuse(http.StatusForbidden, "operation_limit_exceeded",
			"A folder is moved by a request that changes nothing else")
	}
	return nil
}

// target says where an edit puts the item and under which name, and whether it may.
func (d *drive) target(u *user, it *item, parentID, newName *string) (*item, string, error) {
	folder, name := it.parent, it.name
	if parentID != nil && (it.parent == nil || *parentID != it.parent.id || !it.trashed.IsZero()) {
		var err error
		if folder, err = d.destination(u, *parentID); err != nil {
			return nil, "", err
		}
		if folder != it.parent && !d.rights(u, it).remove {
			return nil, "", forbidden()
		}
		if folder.within(it) {
			return nil, "", refuse(http.StatusBadRequest, "cyclical_folder_structure",
				"Folder move creates cyclical folder structure")
		}
	}
	if newName != nil {
		var err error
		if name, err = d.rules.checkName(it.kind, *newName); err != nil {
			return nil, "", err
		}
	}
	if folder == it.parent && name == it.name && it.trashed.IsZero() {
		return folder, name, nil
	}
	except := it
	if d.rules.CaseRenameRefused && folder == it.parent {
		except = nil
	}
	if held := d.holder(folder, it.kind, name, check{except: except}); held != nil {
		return nil, "", d.inUse(u, held, conflictOther)
	}
	return folder, name, nil
}

// editDetails makes the changes besides name and place, and says whether none of them raises the
// etag.
func (d *drive) editDetails(u *user, it *item, c change) (quiet bool, err error) {
	quiet = true
	if c.description != nil && *c.description != it.description {
		it.description = *c.description
		quiet = d.rules.DescriptionKeepsETag
	}
	if c.tags != nil {
		it.tags = *c.tags
		quiet = quiet && d.rules.DescriptionKeepsETag
	}
	if c.contentModified != nil {
		it.contentModified = *c.contentModified
		quiet = false
	}
	if c.link != nil {
		d.editLink(u, it, *c.link)
		quiet = quiet && d.rules.SharedLinkKeepsETag
	}
	if c.url != nil && it.kind == webLinkKind {
		it.url = *c.url
		quiet = false
	}
	if c.lock != nil {
		quiet = quiet && !d.rules.LockRaisesETag
		if err := d.editLock(u, it, *c.lock); err != nil {
			return false, err
		}
	}
	return quiet, nil
}

// unhindered says whether a move, rename, delete or restore may begin: no other such operation is
// under way there, and no folder lock forbids it.
func (d *drive) unhindered(it *item) error {
	if it.fixed != nil {
		return forbidden()
	}
	return d.idle(it)
}
