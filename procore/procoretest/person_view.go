package procoretest

import (
	"fmt"
	"io"
	"strings"
)

// Read returns the current contents of a file.
func (p *Person) Read(fileID int64) ([]byte, error) {
	p.begin()
	defer p.end()
	it := p.procore.drive.items[fileID]
	if it == nil || it.kind != fileKind || !it.cabinet.sees(p.account, it) {
		return nil, notFound()
	}
	content, err := it.current().stored.blob.Open()
	if err != nil {
		return nil, err
	}
	defer content.Close()
	return io.ReadAll(content)
}

// Look returns an item as it is now, in the recycle bin or not.
func (p *Person) Look(id int64) (Item, error) {
	p.begin()
	defer p.end()
	it := p.procore.drive.items[id]
	if it == nil || !it.cabinet.sees(p.account, it) {
		return Item{}, notFound()
	}
	return p.item(it), nil
}

// Find returns the item at a path below a folder, such as "01 Drawings/A-101.pdf". The empty path is
// the folder.
func (p *Person) Find(folderID int64, path string) (Item, error) {
	return p.in(folderID, func(d *drive, _ *place) (*item, error) {
		at := d.items[folderID]
		for name := range strings.SplitSeq(path, "/") {
			if name == "" {
				continue
			}
			next := p.child(at, name)
			if next == nil {
				return nil, fmt.Errorf("find %q: %w", path, notFound())
			}
			at = next
		}
		return at, nil
	})
}

// child finds what the person sees under a name in a folder.
func (p *Person) child(folder *item, name string) *item {
	if folder.kind != folderKind {
		return nil // a path that goes on below a file leads nowhere
	}
	for _, it := range folder.shelf.sorted() {
		if it.name == name && !it.isBin() && folder.cabinet.sees(p.account, it) {
			return it
		}
	}
	return nil
}

// List returns what the person sees in a folder, folders first, each kind by name, without the recycle
// bin.
func (p *Person) List(folderID int64) ([]Item, error) {
	var list []Item
	_, err := p.in(folderID, func(d *drive, _ *place) (*item, error) {
		folder := d.items[folderID]
		if folder.kind != folderKind || !folder.cabinet.sees(p.account, folder) {
			return nil, notFound()
		}
		for _, it := range folder.shelf.sorted() {
			if !it.isBin() && it.cabinet.sees(p.account, it) {
				list = append(list, p.item(it))
			}
		}
		return folder, nil
	})
	return list, err
}

// Bin returns what was deleted from the documents that a root belongs to: what was deleted itself, and
// not what lies in it.
func (p *Person) Bin(rootID int64) ([]Item, error) {
	var list []Item
	_, err := p.in(rootID, func(d *drive, at *place) (*item, error) {
		for _, it := range at.cabinet.bin.shelf.sorted() {
			list = append(list, p.item(it))
		}
		return d.items[rootID], nil
	})
	return list, err
}
