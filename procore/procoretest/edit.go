package procoretest

import (
	"maps"
	"net/http"
	"path"
	"time"
)

// A wanted says what a new document is to be like.
type wanted struct {
	parent      int64 // 0 is the root
	name        string
	description string
	tracked     bool
	private     bool
	unique      bool // another name if that one is taken
	custom      map[string]any
}

// createFolder makes a folder (section 4.4).
func (d *drive) createFolder(u *user, at *place, w wanted) (*item, error) {
	it, err := d.create(u, at, folderKind, w)
	if err != nil {
		return nil, err
	}
	it.shelf = newShelf()
	d.tellItem(u, it, created)
	return it, nil
}

// createFile makes a file with a first version (section 4.5).
func (d *drive) createFile(u *user, at *place, w wanted, content *supply) (*item, error) {
	if err := d.checkContent(content); err != nil {
		return nil, err
	}
	it, err := d.create(u, at, fileKind, w)
	if err != nil {
		return nil, err
	}
	d.append(u, it, d.take(u, at, it.name, content), nil)
	d.tellItem(u, it, created)
	d.tellVersion(u, it, it.current())
	return it, nil
}

// checkContent says what is wrong with contents. Whether empty ones are is not known (section 4.9).
func (d *drive) checkContent(content *supply) error {
	if content.blob.Size() == 0 && d.rules.EmptyRefused {
		return badField("size", "must be greater than 0")
	}
	return nil
}

func (d *drive) create(u *user, at *place, k kind, w wanted) (*item, error) {
	folder, err := d.destination(u, at, w.parent)
	if err != nil {
		return nil, err
	}
	name, err := d.rules.checkName(w.name)
	if err != nil {
		return nil, err
	}
	if w.unique {
		name = d.distinct(folder, k, name)
	}
	if err := d.free(folder, k, name, nil); err != nil {
		return nil, err
	}
	it := &item{
		kind: k, cabinet: at.cabinet, description: w.description, tracked: w.tracked,
		private: w.private || at.privates, custom: w.custom,
	}
	d.add(it, u)
	d.place(it, folder, name)
	d.touchParent(folder)
	return it, nil
}

// A change is what a PATCH asks for. What is nil stays.
type change struct {
	name        *string
	parent      *int64
	description *string
	tracked     *bool
	private     *bool
	checkOut    *time.Time // zero ends the check-out
	content     *supply    // a new version
	notes       *string
	custom      map[string]any
}

// edit changes an item (sections 4.4 and 4.5). What is in the bin can only be moved out of it.
func (d *drive) edit(u *user, it *item, c change) error {
	if it.isRoot() || it.isBin() || it.readOnly() {
		return forbidden()
	}
	restores := it.inBin()
	if restores && (c.parent == nil || d.rules.RestoreRefused || !it.deleted) {
		return notFound()
	}
	if err := d.unheld(u, it, c); err != nil {
		return err
	}
	folder, name, err := d.target(u, it, c)
	if err != nil {
		return err
	}
	if c.content != nil {
		if err := d.checkContent(c.content); err != nil {
			return err
		}
	}
	moved, renamed := folder != it.parent, name != it.name
	if moved || renamed {
		d.relocate(u, it, folder, name)
	}
	if d.editFlags(u, it, c) {
		d.touch(it)
	}
	if c.content != nil {
		d.revise(u, it, d.take(u, it.cabinet.place, it.name, c.content), c.notes)
	}
	if c.content == nil || d.rules.VersionsNotTold || !d.rules.VersionsToldAlone || moved || renamed {
		d.tellTree(u, it, updated, (moved || renamed) && d.rules.FolderMoveToldForAll)
	}
	return nil
}

// unheld says whether a check-out by somebody else keeps a change from being made: new contents are
// refused (section 4.5), the rest by a switch.
func (d *drive) unheld(u *user, it *item, c change) error {
	by := it.heldBy(d.now())
	if by == nil || by == u {
		return nil
	}
	admin := it.cabinet.place.level(u, Documents) >= Admin
	if admin && (d.rules.CheckOutSparesAdmins || c.checkOut != nil && c.checkOut.IsZero()) {
		return nil
	}
	if c.content == nil && c.checkOut == nil && !d.rules.CheckOutHoldsAll {
		return nil
	}
	return &heldProblem{by, it}
}

// target says where an edit puts the item and under which name, and whether it may.
func (d *drive) target(u *user, it *item, c change) (*item, string, error) {
	folder, name := it.parent, it.name
	var err error
	if c.parent != nil && (it.inBin() || *c.parent != it.parent.id) {
		if folder, err = d.destination(u, it.cabinet.place, *c.parent); err != nil {
			return nil, "", err
		}
		if folder.within(it) {
			return nil, "", d.cycle()
		}
	}
	if c.name != nil {
		if name, err = d.rules.checkName(*c.name); err != nil {
			return nil, "", err
		}
		if it.kind == fileKind && d.rules.ExtensionsFixed && path.Ext(name) != path.Ext(it.name) {
			return nil, "", badField("name", "must keep its extension")
		}
	}
	if folder == it.parent && name == it.name {
		return folder, name, nil
	}
	return folder, name, d.free(folder, it.kind, name, it)
}

// cycle is the answer to a folder that is to be moved into itself. It is not documented (section 4.4).
func (d *drive) cycle() error {
	if d.rules.CyclesFail {
		return refuse(http.StatusInternalServerError, "Internal Server Error")
	}
	return badField("parent_id", "cannot be a descendant")
}

// relocate moves and renames an item. What its times tell of that is not known (section 4.6).
func (d *drive) relocate(u *user, it, folder *item, name string) {
	from := it.parent
	moved := folder != from
	it.deleted, it.home = false, nil
	d.place(it, folder, name)
	if moved && !d.rules.MoveKeepsUpdated || !moved && !d.rules.RenameKeepsUpdated {
		d.touch(it)
	}
	if d.rules.MoveTouchesContents {
		for at := range it.subtree() {
			d.touch(at)
		}
	}
	if moved {
		d.touchParent(from)
	}
	d.touchParent(folder)
	if it.kind == fileKind && d.rules.RenameMakesVersion {
		d.revise(u, it, it.current().stored, nil)
	}
}

// editFlags makes the changes besides name, place and contents, and says whether they move updated_at.
func (d *drive) editFlags(u *user, it *item, c change) bool {
	before := *it
	if c.description != nil {
		it.description = *c.description
	}
	if c.tracked != nil {
		it.tracked = *c.tracked
	}
	if c.private != nil {
		it.private = *c.private
	}
	if c.checkOut != nil && it.kind == fileKind {
		it.holder, it.until = u, *c.checkOut
		if c.checkOut.IsZero() {
			it.holder = nil
		}
	}
	custom := len(c.custom) > 0
	if custom {
		it.custom = maps.Clone(it.custom)
		if it.custom == nil {
			it.custom = map[string]any{}
		}
		maps.Copy(it.custom, c.custom)
	}
	it.cabinet.changed()
	differs := custom || before.description != it.description || before.tracked != it.tracked ||
		before.private != it.private || before.holder != it.holder || !before.until.Equal(it.until)
	return differs && !d.rules.FlagsKeepUpdated
}

// revise puts a new version on top of a file's.
func (d *drive) revise(u *user, it *item, content *stored, notes *string) {
	v := d.append(u, it, content, notes)
	d.touch(it)
	d.touchParent(it.parent)
	d.tellVersion(u, it, v)
}

func (d *drive) append(u *user, it *item, content *stored, notes *string) *version {
	v := &version{
		id: d.next("version"), number: len(it.versions) + 1, notes: notes, file: it, stored: content,
		made: d.now(), by: u,
	}
	it.versions = append(it.versions, v)
	d.versions[v.id] = v
	it.cabinet.changed()
	return v
}
