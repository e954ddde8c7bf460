package boxtest

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
)

// Event types of user streams (section 6.1).
const (
	eventCreate       = "ITEM_CREATE"
	eventUpload       = "ITEM_UPLOAD"
	eventMove         = "ITEM_MOVE"
	eventRename       = "ITEM_RENAME"
	eventCopy         = "ITEM_COPY"
	eventTrash        = "ITEM_TRASH"
	eventUndelete     = "ITEM_UNDELETE_VIA_TRASH"
	eventPromote      = "ITEM_MAKE_CURRENT_VERSION"
	eventLock         = "LOCK_CREATE"
	eventUnlock       = "LOCK_DESTROY"
	eventCollaborator = "COLLAB_ADD_COLLABORATOR"
	eventInvited      = "COLLAB_INVITE_COLLABORATOR"
	eventRoleChange   = "COLLAB_ROLE_CHANGE"
	eventUninvited    = "COLLAB_REMOVE_COLLABORATOR"
	eventDownload     = "ITEM_DOWNLOAD"
	eventShared       = "ITEM_SHARED"
	eventUnshared     = "ITEM_SHARED_UNSHARE"

	// eventPurge is documented nowhere. It is told with the switch PurgesTold.
	eventPurge = "ITEM_PURGE"
)

// Positions begin at a great number and go in steps, so that nobody counts with them. All stay below
// 2^53, because Box's own SDK rounds greater ones (section 6.1).
const (
	firstPosition = 1408838928446360
	positionStep  = 13
)

// The times for which positions are kept (section 14, item 7).
const (
	shortMemory = 21 * 24 * time.Hour
	longMemory  = 60 * 24 * time.Hour
)

// A feed is everything that happened, as far back as it is kept.
type feed struct {
	entries []*event
	last    int64 // position of the newest entry
	lost    int64 // position of the newest entry that is no longer kept
	count   int
	random  *rand.Rand
	replay  bool
	shuffle bool
}

// An event is one thing that happened. Each user who could see it finds it in their stream.
type event struct {
	position int64
	id       string
	kind     string
	at       time.Time
	by       *user
	audience []*user
	item     *item
	grant    object           // source of a collaboration's event
	shots    map[*user]object // source as it was, with the switch EventSnapshots
}

// news is something that just happened to an item.
type news struct {
	kind   string
	by     *user
	item   *item
	from   *item          // a move's folder before
	called string         // a rename's name before
	also   []*user        // who could see it before
	grant  *collaboration // a collaboration's event
	below  bool           // it happened to a folder above
}

func (d *drive) emit(u *user, kind string, it *item) {
	d.tell(news{kind: kind, by: u, item: it})
}

// emitTree tells of something that happened to a whole subtree: of its top, and of what is below with
// the switch DescendantEvents.
func (d *drive) emitTree(u *user, kind string, it *item) {
	d.emit(u, kind, it)
	for at := range it.subtree() {
		if at != it {
			d.tell(news{kind: kind, by: u, item: at, below: true})
		}
	}
}

func (d *drive) emitGrant(u *user, kind string, c *collaboration) {
	d.tell(news{kind: kind, by: u, item: c.item, grant: c})
}

// tell puts news into the streams of those whom it concerns, and into webhooks.
func (d *drive) tell(n news) {
	d.hook(n)
	if n.below && !d.rules.DescendantEvents || n.kind == eventPurge && !d.rules.PurgesTold {
		return
	}
	d.feed.count++
	e := &event{
		id:       eventID(d.feed.count),
		kind:     n.kind,
		at:       d.now(),
		by:       n.by,
		audience: union(d.audience(n.item), n.also),
		item:     n.item,
	}
	if n.grant != nil {
		e.grant = viewer{d, n.by}.collaboration(n.grant)
	}
	if d.rules.EventSnapshots {
		e.shots = map[*user]object{}
		for _, u := range e.audience {
			e.shots[u] = d.source(u, e)
		}
	}
	d.feed.add(e)
	d.feed.again()
	d.feed.forget(d.now().Add(-d.memory()))
	for _, u := range e.audience {
		u.notify()
	}
}

func (d *drive) memory() time.Duration {
	if d.rules.EventsKeptLong {
		return longMemory
	}
	return shortMemory
}

func (f *feed) add(e *event) {
	f.last = max(f.last, firstPosition) + positionStep
	e.position = f.last
	f.entries = append(f.entries, e)
}

// again repeats one of the newest events at a later position, as Box does at times.
func (f *feed) again() {
	if !f.replay || f.random.IntN(3) != 0 {
		return
	}
	twice := *f.entries[len(f.entries)-1-f.random.IntN(min(8, len(f.entries)))]
	f.add(&twice)
}

// forget drops what is older than the feed's memory.
func (f *feed) forget(before time.Time) {
	n := 0
	for n < len(f.entries) && f.entries[n].at.Before(before) {
		f.lost = f.entries[n].position
		n++
	}
	if n > 0 {
		f.entries = slices.Clone(f.entries[n:])
	}
}

// after returns a page of a user's stream and the position behind it. With changes only what alters
// the tree is told.
func (f *feed) after(u *user, position int64, limit int, changes bool) ([]*event, int64) {
	from, _ := slices.BinarySearchFunc(f.entries, position+1, func(e *event, p int64) int {
		return cmp.Compare(e.position, p)
	})
	var page []*event
	for _, e := range f.entries[from:] {
		if len(page) == limit {
			break
		}
		position = e.position
		if slices.Contains(e.audience, u) && (!changes || alters(e.kind)) {
			page = append(page, e)
		}
	}
	if f.shuffle {
		f.random.Shuffle(len(page), func(i, j int) { page[i], page[j] = page[j], page[i] })
	}
	return page, position
}

func alters(kind string) bool {
	return !slices.Contains([]string{eventDownload, eventShared, eventUnshared}, kind)
}

func union(a, b []*user) []*user {
	all := slices.Clone(a)
	for _, u := range b {
		if !slices.Contains(all, u) {
			all = append(all, u)
		}
	}
	return all
}
