package boxtest

import "time"

// Lock keeps everybody else from writing to a file, until the time given; zero is without an end.
func (p *Person) Lock(it Item, until time.Time) (Item, error) {
	return p.edit(it, change{lock: &lockChange{&fileLock{expires: until}}})
}

// Unlock takes the lock off a file.
func (p *Person) Unlock(it Item) (Item, error) {
	return p.edit(it, change{lock: &lockChange{}})
}

// Freeze keeps a folder from being moved or deleted.
func (p *Person) Freeze(folder Item) error {
	_, err := p.do(func(d *drive) (*item, error) {
		at, err := d.active(p.account, folderKind, folder.ID)
		if err == nil {
			_, err = d.fix(p.account, at)
		}
		return at, err
	})
	return err
}

// Retain keeps an item from being purged until a time.
func (p *Person) Retain(it Item, until time.Time) error {
	_, err := p.do(func(d *drive) (*item, error) {
		at, err := d.known(p.account, kind(it.Type), it.ID)
		if err == nil {
			at.retained = until
		}
		return at, err
	})
	return err
}

// Collaborate lets somebody into a folder or a file: as "editor", "viewer", "co-owner" and so on.
func (p *Person) Collaborate(it Item, with *Person, role string) error {
	_, err := p.do(func(d *drive) (*item, error) {
		at, err := d.active(p.account, kind(it.Type), it.ID)
		if err == nil {
			_, err = d.collaborate(p.account, at, with.account, role)
		}
		return at, err
	})
	return err
}

// Uncollaborate shuts somebody out again. Everything below vanishes for that person.
func (p *Person) Uncollaborate(it Item, with *Person) error {
	_, err := p.do(func(d *drive) (*item, error) {
		at, err := d.known(p.account, kind(it.Type), it.ID)
		if err != nil {
			return nil, err
		}
		for _, c := range at.grants {
			if c.with == with.account {
				d.uncollaborate(p.account, c)
				return at, nil
			}
		}
		return nil, notFound()
	})
	return err
}

// Share gives an item an open shared link, and returns its URL.
func (p *Person) Share(it Item) (url string, err error) {
	_, err = p.do(func(d *drive) (*item, error) {
		at, err := d.active(p.account, kind(it.Type), it.ID)
		if err != nil {
			return nil, err
		}
		err = d.edit(p.account, at, change{link: &linkChange{&sharedLink{access: "open", canDownload: true}}})
		if err == nil {
			url = at.link.url
		}
		return at, err
	})
	return url, err
}
