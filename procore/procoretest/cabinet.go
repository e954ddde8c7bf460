package procoretest

// binName is what the recycle bin is called in listings (section 4.4).
const binName = "Recycle Bin"

// A cabinet is the documents of one project or company: a root folder with the name of the project, a
// recycle bin in it, and whatever people put there.
type cabinet struct {
	place *place
	root  *item
	bin   *item
	all   []*item            // in the order of their ids
	lists map[string][]*item // of the index, until something changes
}

func (d *drive) newCabinet(at *place, name string) *cabinet {
	c := &cabinet{place: at, lists: map[string][]*item{}}
	c.root = &item{kind: folderKind, name: name, cabinet: c, shelf: newShelf()}
	d.add(c.root, nil)
	c.bin = &item{kind: folderKind, name: binName, cabinet: c, shelf: newShelf(), parent: c.root}
	d.add(c.bin, nil)
	c.root.shelf.put(c.bin, d.rules.fold(binName))
	return c
}

// changed forgets lists that a change may have upset.
func (c *cabinet) changed() { clear(c.lists) }

// add gives an item an id and a place in the cabinet's order.
func (d *drive) add(it *item, by *user) {
	it.id = d.next("document")
	it.created, it.updated, it.by = d.now(), d.now(), by
	d.items[it.id] = it
	it.cabinet.all = append(it.cabinet.all, it)
	it.cabinet.changed()
}

// place puts an item into a folder under a name.
func (d *drive) place(it, folder *item, name string) {
	if it.parent != nil {
		it.parent.shelf.take(it)
	}
	it.parent, it.name = folder, name
	folder.shelf.put(it, d.rules.fold(name))
	it.cabinet.changed()
}

// touch notes a change of an item. Whether the folders around it are touched is not known
// (section 4.6).
func (d *drive) touch(it *item) {
	it.updated = d.now()
	it.cabinet.changed()
}

// touchParent notes a change of what stands in a folder.
func (d *drive) touchParent(folder *item) {
	if d.rules.ChildTouchesFolder && folder != nil && !folder.isBin() {
		d.touch(folder)
	}
}

// sees says whether a user sees an item: what is private is for those who are let in, and for
// administrators; what is in the bin is for those who may see the bin (sections 4.7 and 4.8).
func (c *cabinet) sees(u *user, it *item) bool {
	at := c.place
	if at.level(u, Documents) >= Admin {
		return true
	}
	for one := range it.lineage() {
		if one.isBin() && !at.mayBin(u) {
			return false
		}
		if one.private && one.by != u && !one.allowed[u] {
			return false
		}
	}
	return true
}

// known returns an item that the user may see, of that kind, wherever it is. What is not there is not
// told from what one may not see.
func (d *drive) known(u *user, at *place, k kind, id int64) (*item, error) {
	it := d.items[id]
	if it == nil || it.kind != k || it.cabinet != at.cabinet {
		return nil, notFound()
	}
	if !at.cabinet.sees(u, it) {
		if it.inBin() && d.rules.BinForbidden {
			return nil, forbidden()
		}
		return nil, notFound()
	}
	if it.inBin() && d.rules.BinnedNotFound {
		return nil, notFound()
	}
	return it, nil
}

// destination returns the folder that something is to be put into, the root if none is named.
func (d *drive) destination(u *user, at *place, id int64) (*item, error) {
	if id == 0 {
		return at.cabinet.root, nil
	}
	folder := d.items[id]
	switch {
	case folder == nil || folder.kind != folderKind || folder.cabinet != at.cabinet || !at.cabinet.sees(u, folder):
		return nil, badField("parent_id", "is invalid")
	case folder.isBin() || folder.inBin():
		return nil, badField("parent_id", "is in the recycle bin")
	case folder.readOnly():
		return nil, forbidden()
	}
	return folder, nil
}

// readOnly says whether an item is the system's, or lies in what is (section 4.4).
func (it *item) readOnly() bool {
	return it.nearest(func(at *item) bool { return at.system }) != nil
}
