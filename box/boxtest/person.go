package boxtest

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"
)

// A Person edits the Box behind its clients' backs, as people do in their browser: no calls, no
// faults and no limits, but the same rules. What Box would refuse is an error here.
type Person struct {
	User

	box     *Box
	account *user
}

// An Item is what a Person sees of a file, a folder or a web link.
type Item struct {
	Type string // "file", "folder" or "web_link"
	ID   string // digits, unique only together with Type
	Name string

	ParentID string // "0" for the person's own root
	ETag     string
	Size     int64 // bytes; of a folder everything below it
	SHA1     string
	Version  string // id of the file's current version
	Modified time.Time
	Trashed  bool
}

// AddUser adds somebody with an empty root folder. It panics if the login is taken.
func (b *Box) AddUser(name, login string) *Person {
	b.lock()
	defer b.unlock()
	if b.drive.userByLogin(login) != nil {
		panic(fmt.Sprintf("boxtest: the login %q is taken", login))
	}
	return b.person(b.drive.newUser(name, login))
}

// Home returns the first user, whose tokens [Box.Token] and [Box.RefreshToken] hand out. It is also
// the service account of client credentials.
func (b *Box) Home() *Person {
	b.lock()
	defer b.unlock()
	return b.person(b.home)
}

func (b *Box) person(u *user) *Person { return &Person{User: u.User, box: b, account: u} }

// CreateFolder makes a folder. The root's id is "0".
func (p *Person) CreateFolder(parentID, name string) (Item, error) {
	return p.do(func(d *drive) (*item, error) { return d.createFolder(p.account, parentID, name) })
}

// Upload stores a new file.
func (p *Person) Upload(parentID, name string, content []byte) (Item, error) {
	return p.store(content, func(d *drive, b *blob) (*item, error) {
		return d.createFile(p.account, parentID, name, b, times{}, conflictObject)
	})
}

// Edit stores a new version of a file.
func (p *Person) Edit(fileID string, content []byte) (Item, error) {
	return p.store(content, func(d *drive, b *blob) (*item, error) {
		return d.createVersion(p.account, fileID, "", b, times{})
	})
}

// WebLink makes a link to a page. It holds its name and has no content.
func (p *Person) WebLink(parentID, name, url string) (Item, error) {
	return p.do(func(d *drive) (*item, error) { return d.createWebLink(p.account, parentID, name, url) })
}

// Note makes a Box Note. It is listed as a file named name.boxnote, with a document that only Box
// understands.
func (p *Person) Note(parentID, name, text string) (Item, error) {
	return p.Upload(parentID, name+".boxnote", fmt.Appendf(nil, `{"doc":{"type":"doc","content":[%q]}}`, text))
}

// Rename gives an item another name.
func (p *Person) Rename(it Item, name string) (Item, error) {
	return p.edit(it, change{name: &name})
}

// Move puts an item into another folder.
func (p *Person) Move(it Item, parentID string) (Item, error) {
	return p.edit(it, change{parent: &parentID})
}

// Describe sets an item's description.
func (p *Person) Describe(it Item, text string) (Item, error) {
	return p.edit(it, change{description: &text})
}

// Trash puts an item into the trash, a folder with everything in it.
func (p *Person) Trash(it Item) error {
	_, err := p.do(func(d *drive) (*item, error) {
		at, err := d.active(p.account, kind(it.Type), it.ID)
		if err != nil {
			return nil, err
		}
		return at, d.trash(p.account, at, true)
	})
	return err
}

// Restore takes an item out of the trash, to where it was. If that is gone it goes to the person's
// root.
func (p *Person) Restore(it Item) (Item, error) {
	return p.do(func(d *drive) (*item, error) {
		at, err := d.binned(p.account, kind(it.Type), it.ID)
		if err != nil {
			return nil, err
		}
		root := rootID
		return at, d.restore(p.account, at, nil, &root)
	})
}

// Purge ends an item that is in the trash.
func (p *Person) Purge(it Item) error {
	_, err := p.do(func(d *drive) (*item, error) {
		at, err := d.binned(p.account, kind(it.Type), it.ID)
		if err != nil {
			return nil, err
		}
		return nil, d.purge(p.account, at)
	})
	return err
}

// Read returns the current contents of a file.
func (p *Person) Read(fileID string) ([]byte, error) {
	p.box.lock()
	defer p.box.unlock()
	it, err := p.box.drive.known(p.account, fileKind, fileID)
	if err != nil {
		return nil, err
	}
	content, err := it.current().blob.Open()
	if err != nil {
		return nil, err
	}
	defer content.Close()
	return io.ReadAll(content)
}

// Find returns the item at a path below the person's root, such as "Project A/Drawings". The empty
// path is the root.
func (p *Person) Find(path string) (Item, error) {
	return p.do(func(d *drive) (*item, error) {
		at := p.account.root
		for name := range strings.SplitSeq(path, "/") {
			if name == "" {
				continue
			}
			next := d.child(p.account, at, name)
			if next == nil {
				return nil, fmt.Errorf("find %q: %w", path, notFound())
			}
			at = next
		}
		return at, nil
	})
}

// List returns what the person sees in a folder, folders first, each kind by name.
func (p *Person) List(folderID string) ([]Item, error) {
	p.box.lock()
	defer p.box.unlock()
	folder, err := p.box.drive.active(p.account, folderKind, folderID)
	if err != nil {
		return nil, err
	}
	var list []Item
	for _, it := range p.box.drive.listing(p.account, folder, byName) {
		list = append(list, p.item(it))
	}
	return list, nil
}

// Bin returns what the person finds in the trash: what was trashed itself, and not what lies in it.
func (p *Person) Bin() []Item {
	p.box.lock()
	defer p.box.unlock()
	var list []Item
	for _, it := range p.box.drive.trashList(p.account, byName) {
		list = append(list, p.item(it))
	}
	return list
}

func (p *Person) edit(it Item, c change) (Item, error) {
	return p.do(func(d *drive) (*item, error) {
		at, err := d.active(p.account, kind(it.Type), it.ID)
		if err != nil {
			return nil, err
		}
		return at, d.edit(p.account, at, c)
	})
}

// do runs an edit under the Box's lock.
func (p *Person) do(edit func(d *drive) (*item, error)) (Item, error) {
	p.box.lock()
	defer p.box.unlock()
	it, err := edit(p.box.drive)
	if err != nil || it == nil {
		return Item{}, err
	}
	return p.item(it), nil
}

// store has the drive take contents, and throws them away if it does not.
func (p *Person) store(content []byte, take func(d *drive, b *blob) (*item, error)) (Item, error) {
	b, err := p.box.vault.store(bytes.NewReader(content))
	if err != nil {
		return Item{}, err
	}
	return p.do(func(d *drive) (*item, error) {
		it, err := take(d, b)
		if b.users == 0 {
			b.Drop()
		}
		return it, err
	})
}

func (p *Person) item(it *item) Item {
	o := Item{
		Type: string(it.kind), ID: it.id, Name: it.name, ETag: digits(it.etag), Size: it.size(),
		Modified: it.modified, Trashed: it.inTrash(),
	}
	if it.parent != nil {
		o.ParentID = it.parent.id
	}
	if it.kind == fileKind {
		o.SHA1, o.Version = it.current().blob.digest(), it.current().id
	}
	return o
}

// child finds what a user sees under a name in a folder.
func (d *drive) child(u *user, folder *item, name string) *item {
	if folder.kind != folderKind {
		return nil // a path that goes on below a file leads nowhere
	}
	for _, it := range d.listing(u, folder, byName) {
		if it.name == name && !it.inTrash() {
			return it
		}
	}
	return nil
}
