package boxtest

// copiedAtOnce is how many items a folder's copy has at most that is complete when the call returns.
// A greater one goes on in the background (section 3.6).
const copiedAtOnce = 500

// A copying says where a copy goes and of what it is made.
type copying struct {
	folder  string
	name    string // "" for the same
	version string // of a file, "" for the current one
	empty   bool   // a folder is to be filled later
}

// copy makes a twin of an item in another folder, with everything below it.
func (d *drive) copy(u *user, it *item, to copying) (*item, error) {
	if it.isRoot() {
		return nil, refuse(500, "internal_server_error", "the root folder cannot be copied")
	}
	if !d.rights(u, it).download {
		return nil, forbidden()
	}
	folder, err := d.destination(u, to.folder)
	if err != nil {
		return nil, err
	}
	if to.name == "" {
		to.name = it.name
	}
	name, err := d.rules.checkName(it.kind, to.name)
	if err != nil {
		return nil, err
	}
	if held := d.holder(folder, it.kind, name, check{}); held != nil {
		return nil, d.inUse(u, held, conflictOther)
	}
	if it.kind == fileKind {
		return d.copyFile(u, it, folder, name, to.version)
	}
	if folder.within(it) {
		return nil, refuse(400, "cyclical_folder_structure", "Folder copy creates cyclical folder structure")
	}
	twin := d.twinFolder(u, it, folder, name)
	if !to.empty {
		d.fill(u, it, twin)
	}
	d.emitTree(u, eventCopy, twin)
	return twin, nil
}

func (d *drive) copyFile(u *user, it, folder *item, name, versionID string) (*item, error) {
	v := it.current()
	if versionID != "" {
		var err error
		if v, err = it.version(versionID); err != nil {
			return nil, err
		}
	}
	if err := d.room(folder.owner, v.blob.Size()); err != nil {
		return nil, err
	}
	twin := d.twinFile(u, it, v, folder, name)
	d.emit(u, eventCopy, twin)
	return twin, nil
}

// twin copies a subtree without telling anybody.
func (d *drive) twin(u *user, it, folder *item, name string) *item {
	switch it.kind {
	case fileKind:
		return d.twinFile(u, it, it.current(), folder, name)
	case webLinkKind:
		twin := &item{kind: webLinkKind, name: name, url: it.url, description: it.description}
		d.add(twin, folder, u)
		return twin
	case folderKind:
	}
	twin := d.twinFolder(u, it, folder, name)
	d.fill(u, it, twin)
	return twin
}

// twinFolder makes a copy of a folder that has nothing in it yet.
func (d *drive) twinFolder(u *user, it, folder *item, name string) *item {
	twin := &item{kind: folderKind, name: name, description: it.description, shelf: newShelf()}
	d.add(twin, folder, u)
	return twin
}

// fill copies what stands in a folder.
func (d *drive) fill(u *user, it, twin *item) {
	for _, child := range it.shelf.sorted(byName) {
		d.twin(u, child, twin, child.name)
	}
}

func (d *drive) twinFile(u *user, it *item, v *version, folder *item, name string) *item {
	twin := &item{
		kind: fileKind, name: name, description: it.description,
		contentCreated: it.contentCreated, contentModified: it.contentModified,
	}
	d.add(twin, folder, u)
	d.append(twin, u, v.blob)
	return twin
}
