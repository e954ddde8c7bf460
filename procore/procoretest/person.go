package procoretest

import (
	"bytes"
	"fmt"
	"io"
	"time"
)

// A Person edits the documents of projects and companies behind clients' backs, as people do in their
// browser: no calls, no faults and no limits, but the same rules. What Procore would refuse is an error
// here: fs.ErrInvalid, fs.ErrPermission or fs.ErrNotExist.
type Person struct {
	User

	procore *Procore
	account *user
	when    time.Time // zero: now
}

// An Item is what a Person sees of a file or a folder.
type Item struct {
	Type string // "file" or "folder"
	ID   int64
	Name string
	Path string // from the root folder's name on

	ParentID int64 // 0 for a root
	Size     int64 // bytes
	Version  int64 // id of the file's current version
	Number   int   // of that version, from 1
	Updated  time.Time
	Deleted  bool // in the recycle bin
	Private  bool
	Tracked  bool
}

// AddUser adds somebody who is an administrator everywhere, until [Procore.Permit] says otherwise. It
// panics if the login is taken.
func (p *Procore) AddUser(name, login string) *Person {
	p.lock()
	defer p.unlock()
	for _, u := range p.drive.order {
		if u.Login == login {
			panic(fmt.Sprintf("procoretest: the login %q is taken", login))
		}
	}
	return p.person(p.drive.newUser(name, login))
}

// Home returns the first user, whose tokens [Procore.Token] and [Procore.RefreshToken] hand out. It is
// also the service account of client credentials.
func (p *Procore) Home() *Person {
	p.lock()
	defer p.unlock()
	return p.person(p.home)
}

func (p *Procore) person(u *user) *Person { return &Person{User: u.User, procore: p, account: u} }

// At is the same person at another time: what they do then is dated so. Who fills a Procore with a
// project's past acts at the times of that past.
func (p *Person) At(when time.Time) *Person {
	other := *p
	other.when = when
	return &other
}

// begin takes the Procore's lock, and sets the time to the person's.
func (p *Person) begin() {
	p.procore.lock()
	p.procore.drive.when = p.when
}

// end releases the lock.
func (p *Person) end() {
	p.procore.drive.when = time.Time{}
	p.procore.unlock()
}

// CreateFolder makes a folder. Project.RootID and Company.RootID are the roots.
func (p *Person) CreateFolder(parentID int64, name string) (Item, error) {
	return p.in(parentID, func(d *drive, at *place) (*item, error) {
		return d.createFolder(p.account, at, wanted{parent: parentID, name: name})
	})
}

// Upload stores a new file.
func (p *Person) Upload(parentID int64, name string, content []byte) (Item, error) {
	return p.UploadFrom(parentID, name, bytes.NewReader(content))
}

// UploadFrom stores a new file with all that a reader yields.
func (p *Person) UploadFrom(parentID int64, name string, content io.Reader) (Item, error) {
	return p.store(parentID, content, func(d *drive, at *place, s *supply) (*item, error) {
		return d.createFile(p.account, at, wanted{parent: parentID, name: name}, s)
	})
}

// Edit stores a new version of a file.
func (p *Person) Edit(fileID int64, content []byte) (Item, error) {
	return p.store(fileID, bytes.NewReader(content), func(d *drive, at *place, s *supply) (*item, error) {
		it, err := d.known(p.account, at, fileKind, fileID)
		if err != nil {
			return nil, err
		}
		return it, d.edit(p.account, it, change{content: s})
	})
}

// Rename gives an item another name.
func (p *Person) Rename(it Item, name string) (Item, error) { return p.edit(it, change{name: &name}) }

// Move puts an item into another folder of the same project or company. That is also how it comes out
// of the recycle bin.
func (p *Person) Move(it Item, parentID int64) (Item, error) {
	return p.edit(it, change{parent: &parentID})
}

// Describe sets an item's description.
func (p *Person) Describe(it Item, text string) (Item, error) {
	return p.edit(it, change{description: &text})
}

// Track makes everybody get a mail when an item changes, or no longer.
func (p *Person) Track(it Item, on bool) (Item, error) { return p.edit(it, change{tracked: &on}) }

// Hide makes an item private, or no longer.
func (p *Person) Hide(it Item, on bool) (Item, error) { return p.edit(it, change{private: &on}) }

// Admit lets somebody see an item although it is private.
func (p *Person) Admit(it Item, with *Person) error {
	_, err := p.do(it, func(_ *drive, at *item) error {
		if at.allowed == nil {
			at.allowed = map[*user]bool{}
		}
		at.allowed[with.account] = true
		at.cabinet.changed()
		return nil
	})
	return err
}

// CheckOut keeps everybody else from adding versions to a file, until then.
func (p *Person) CheckOut(it Item, until time.Time) (Item, error) {
	return p.edit(it, change{checkOut: &until})
}

// CheckIn ends a check-out.
func (p *Person) CheckIn(it Item) (Item, error) { return p.edit(it, change{checkOut: &time.Time{}}) }

// Delete puts an item into the recycle bin, a folder with everything in it.
func (p *Person) Delete(it Item) error {
	_, err := p.do(it, func(d *drive, at *item) error { return d.delete(p.account, at) })
	return err
}

// Restore moves an item out of the recycle bin, to where it was.
func (p *Person) Restore(it Item) (Item, error) {
	return p.do(it, func(d *drive, at *item) error {
		if at.home == nil {
			return notFound()
		}
		return d.edit(p.account, at, change{parent: &at.home.id})
	})
}

// Freeze makes an item read-only for everybody, as what the system makes is: the folder of schedules
// (section 4.4). Thaw is the opposite.
func (p *Person) Freeze(it Item) (Item, error) { return p.freeze(it, true) }

// Thaw makes an item writable again.
func (p *Person) Thaw(it Item) (Item, error) { return p.freeze(it, false) }

func (p *Person) freeze(it Item, on bool) (Item, error) {
	return p.do(it, func(d *drive, at *item) error {
		at.system = on
		d.touch(at)
		return nil
	})
}

func (p *Person) edit(it Item, c change) (Item, error) {
	return p.do(it, func(d *drive, at *item) error { return d.edit(p.account, at, c) })
}

// do changes an item under the Procore's lock.
func (p *Person) do(it Item, change func(d *drive, at *item) error) (Item, error) {
	return p.in(it.ID, func(d *drive, _ *place) (*item, error) {
		at := d.items[it.ID]
		if !at.cabinet.sees(p.account, at) {
			return nil, notFound()
		}
		return at, change(d, at)
	})
}

// in runs an edit under the Procore's lock, in the place that an item belongs to.
func (p *Person) in(id int64, edit func(d *drive, at *place) (*item, error)) (Item, error) {
	p.begin()
	defer p.end()
	near := p.procore.drive.items[id]
	if near == nil {
		return Item{}, notFound()
	}
	it, err := edit(p.procore.drive, near.cabinet.place)
	if err != nil {
		return Item{}, err
	}
	return p.item(it), nil
}

// store has the drive take contents, and throws them away if it does not.
func (p *Person) store(near int64, content io.Reader, take func(d *drive, at *place, s *supply) (*item, error)) (Item, error) {
	blob, err := p.procore.vault.Store(content)
	if err != nil {
		return Item{}, err
	}
	kept := false
	s := &supply{kind: "application/octet-stream", blob: blob, used: func() { kept = true }}
	it, err := p.in(near, func(d *drive, at *place) (*item, error) { return take(d, at, s) })
	if !kept {
		blob.Drop()
	}
	return it, err
}

func (p *Person) item(it *item) Item {
	d := p.procore.drive
	o := Item{
		Type: string(it.kind), ID: it.id, Name: it.name, Path: d.shownPath(it), Size: it.size(), Updated: it.updated,
		Deleted: it.inBin(), Private: it.private, Tracked: it.tracked,
	}
	if parent := d.shownParent(it); parent != nil {
		o.ParentID = parent.id
	}
	if it.kind == fileKind {
		o.Version, o.Number = it.current().id, it.current().number
	}
	return o
}
