package boxtest

// createFolder makes a folder (section 3.4).
func (d *drive) createFolder(u *user, parentID, name string) (*item, error) {
	folder, err := d.destination(u, parentID)
	if err != nil {
		return nil, err
	}
	name, err = d.rules.checkName(folderKind, name)
	if err != nil {
		return nil, err
	}
	if held := d.holder(folder, folderKind, name, check{skewed: true, racy: true}); held != nil {
		return nil, d.inUse(u, held, conflictList)
	}
	it := &item{kind: folderKind, name: name, shelf: newShelf()}
	d.add(it, folder, u)
	d.emit(u, eventCreate, it)
	return it, nil
}

// createWebLink makes a web link. It has no content, but it holds its name (section 9).
func (d *drive) createWebLink(u *user, parentID, name, url string) (*item, error) {
	folder, err := d.destination(u, parentID)
	if err != nil {
		return nil, err
	}
	name, err = d.rules.checkName(webLinkKind, name)
	if err != nil {
		return nil, err
	}
	if held := d.holder(folder, webLinkKind, name, check{}); held != nil {
		return nil, d.inUse(u, held, conflictList)
	}
	it := &item{kind: webLinkKind, name: name, url: url}
	d.add(it, folder, u)
	d.emit(u, eventCreate, it)
	return it, nil
}

// listing is what a user sees in a folder: in their root also what others share with them.
func (d *drive) listing(u *user, folder *item, by order) []*item {
	list := folder.shelf.sorted(by)
	if folder == u.root {
		list = merge(list, d.sharedWith(u), by)
	}
	if d.rules.TrashedListed {
		list = merge(list, d.trashedFrom(folder), by)
	}
	return list
}
