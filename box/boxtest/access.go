package boxtest

import (
	"cmp"
	"net/http"
	"slices"
	"time"
)

// rightsOf says what a role allows, and whether there is such a role.
func rightsOf(role string) (rights, bool) {
	switch role {
	case "owner", "co-owner":
		return rights{see: true, download: true, upload: true, rename: true, remove: true, share: true, invite: true}, true
	case "editor":
		return rights{see: true, download: true, upload: true, rename: true, remove: true, share: true}, true
	case "viewer uploader":
		return rights{see: true, download: true, upload: true, share: true}, true
	case "viewer":
		return rights{see: true, download: true, share: true}, true
	case "previewer uploader", "uploader":
		return rights{see: true, upload: true}, true
	case "previewer":
		return rights{see: true}, true
	}
	return rights{}, false
}

// rights are what a user may do with an item.
type rights struct{ see, download, upload, rename, remove, share, invite bool }

func (r rights) or(o rights) rights {
	return rights{
		see: r.see || o.see, download: r.download || o.download, upload: r.upload || o.upload,
		rename: r.rename || o.rename, remove: r.remove || o.remove,
		share: r.share || o.share, invite: r.invite || o.invite,
	}
}

// A collaboration gives a user access to a folder and all that is below it, or to a file.
type collaboration struct {
	id       string
	item     *item
	with     *user
	by       *user
	role     string
	created  time.Time
	modified time.Time
}

// rights returns what a user may do with an item, as owner or by collaborations on it or on a folder
// above it (section 9).
func (d *drive) rights(u *user, it *item) rights {
	if it.owner == u {
		all, _ := rightsOf("owner")
		return all
	}
	var may rights
	if len(d.grants) == 0 {
		return may
	}
	for at := range it.lineage() {
		for _, c := range at.grants {
			if c.with == u {
				more, _ := rightsOf(c.role)
				may = may.or(more)
			}
		}
	}
	return may
}

// sharedWith returns the tops of what others share with a user, which show up in the user's root.
func (d *drive) sharedWith(u *user) []*item {
	var tops []*item
	for _, c := range d.grants {
		it := c.item
		if c.with != u || it.owner == u || it.inTrash() || slices.Contains(tops, it) {
			continue
		}
		if it.parent == nil || !d.rights(u, it.parent).see {
			tops = append(tops, it)
		}
	}
	return tops
}

// collaborate invites somebody. The invitation is accepted at once, as it is within an enterprise.
func (d *drive) collaborate(u *user, it *item, with *user, role string) (*collaboration, error) {
	if _, ok := rightsOf(role); !ok || role == "owner" {
		return nil, badField("role", "no role %q", role)
	}
	if it.isRoot() || !d.rights(u, it).invite {
		return nil, forbidden()
	}
	for _, c := range it.grants {
		if c.with == with {
			return nil, refuse(http.StatusBadRequest, "user_already_collaborator", "User is already a collaborator")
		}
	}
	d.lastGrant++
	now := d.now()
	c := &collaboration{
		id: digits(d.lastGrant + 14000), item: it, with: with, by: u, role: role, created: now, modified: now,
	}
	d.grants[c.id] = c
	it.grants = append(it.grants, c)
	d.emitGrant(u, eventInvited, c)
	d.emitGrant(u, eventCollaborator, c)
	return c, nil
}

func (d *drive) changeRole(u *user, c *collaboration, role string) error {
	if _, ok := rightsOf(role); !ok {
		return badField("role", "no role %q", role)
	}
	c.role, c.modified = role, d.now()
	d.emitGrant(u, eventRoleChange, c)
	return nil
}

// uncollaborate ends a collaboration: the whole tree vanishes for that user.
func (d *drive) uncollaborate(u *user, c *collaboration) {
	d.emitGrant(u, eventUninvited, c)
	delete(d.grants, c.id)
	c.item.grants = slices.DeleteFunc(c.item.grants, func(o *collaboration) bool { return o == c })
}

// grantsOn returns the collaborations that hold for an item, its own first.
func (d *drive) grantsOn(it *item) []*collaboration {
	list := slices.Clone(it.grants)
	slices.SortFunc(list, func(a, b *collaboration) int {
		return cmp.Or(cmp.Compare(len(a.id), len(b.id)), cmp.Compare(a.id, b.id))
	})
	return list
}

// audience is everybody who can see an item.
func (d *drive) audience(it *item) []*user {
	list := []*user{it.owner}
	for at := range it.lineage() {
		for _, c := range at.grants {
			if !slices.Contains(list, c.with) {
				list = append(list, c.with)
			}
		}
	}
	return list
}
