package boxtest

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// A sharedLink lets people in who have its URL.
type sharedLink struct {
	url         string
	access      string // open, company or collaborators
	expires     time.Time
	canDownload bool
	password    string
}

// A linkChange is what a PUT says about a shared link. A nil link takes it off.
type linkChange struct {
	link *sharedLink
}

// editLink makes, changes or removes a shared link. One that is made anew has another URL.
func (d *drive) editLink(u *user, it *item, c linkChange) {
	if c.link == nil {
		d.unlink(it)
		d.emit(u, eventUnshared, it)
		return
	}
	link := *c.link
	if it.link != nil {
		link.url = it.link.url
	} else {
		d.lastLock++
		sum := sha256.Sum256([]byte(string(it.kind) + it.id + digits(d.lastLock)))
		link.url = d.rules.Web + "/s/" + hex.EncodeToString(sum[:16])
	}
	it.link = &link
	d.links[link.url] = it
	d.emit(u, eventShared, it)
}

// unlink ends an item's link.
func (d *drive) unlink(it *item) {
	if it.link != nil {
		delete(d.links, it.link.url)
		it.link = nil
	}
}

// linked returns what a shared link leads to, for a user.
func (d *drive) linked(u *user, url, password string) (*item, error) {
	it := d.links[url]
	if it == nil || it.inTrash() || !it.link.expires.IsZero() && !d.now().Before(it.link.expires) {
		return nil, notFound()
	}
	if it.link.access == "collaborators" && !d.rights(u, it).see {
		return nil, notFound()
	}
	if it.link.password != "" && it.link.password != password {
		return nil, refuse(403, "incorrect_shared_item_password", "The password of the shared item is wrong")
	}
	return it, nil
}
