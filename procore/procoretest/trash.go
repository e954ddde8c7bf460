package procoretest

// delete puts an item into the recycle bin, a folder with everything in it (section 4.8).
func (d *drive) delete(u *user, it *item) error {
	switch {
	case it.isRoot() || it.isBin() || it.readOnly():
		return forbidden()
	case it.inBin():
		return notFound()
	}
	if d.rules.CheckOutHoldsAll {
		if err := d.unheld(u, it, change{}); err != nil {
			return err
		}
	}
	d.tellTree(u, it, deleted, d.rules.FolderDeleteToldForAll)
	from := it.parent
	it.deleted, it.home = true, from
	d.place(it, it.cabinet.bin, it.name)
	if !d.rules.DeleteKeepsUpdated {
		d.touch(it)
	}
	d.touchParent(from)
	return nil
}

// shownDeleted says whether an item is shown with is_deleted. It is not known whether that holds for
// what lies in a deleted folder (section 4.8).
func (d *drive) shownDeleted(it *item) bool {
	return it.deleted || !d.rules.ContentsNotDeleted && it.inBin()
}

// shownParent is the folder that an item is shown in: the bin for what was deleted, or by a switch
// where it was.
func (d *drive) shownParent(it *item) *item {
	if it.deleted && d.rules.DeletedKeepParent {
		return it.home
	}
	return it.parent
}

// shownPath is the path that goes with it.
func (d *drive) shownPath(it *item) string {
	above := d.shownParent(it)
	if above == nil {
		return it.name
	}
	return d.shownPath(above) + "/" + it.name
}
