package syncer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
)

// observer fills a world. It does all the reading that planning needs, so that planning itself
// needs none: for everything that may have changed it brings in both sides, the folders up to the
// roots, whoever stands under the wanted names, and all that hangs below a folder that went or came.
type observer struct {
	view     View
	ends     [2]*endpoint
	w        *world
	budget   *budget
	parallel int
	progress func(side Side, listed int)

	t          *table                    // set in a full scan
	guards     [2]map[int32]Precondition // fresh ones, by row of t
	complete   [2]bool
	whole      [2]bool              // complete, and listed in this run from the beginning
	unread     [2]map[string]string // folders whose contents could not be read, by ID
	incomplete []Unlisted
	queue      []*node
	listed     [2]map[string]bool // folders listed on their own in this run
	outside    [2]map[string]bool // IDs known to be outside the root
	binned     [2]map[string]bool // IDs of folders that are in the trash, or in one that is
	looked     map[version]lookup
	read       [2]map[string]map[Key][]Entry // what stands directly in folders, by their IDs, as read in this round
	expanded   map[*node]bool
	above      [2]map[*node]bool // folders on the way up that is being walked
	proving    [2]map[*node]bool
	rooted     [2]bool // a listing has shown the root in this run
	resumed    bool    // the scan goes on with one that an earlier run began
	short      bool    // the budget ended before everything was looked at
}

func newObserver(view View, ends [2]*endpoint, w *world, b *budget, parallel int) *observer {
	return &observer{
		view: view, ends: ends, w: w, budget: b, parallel: parallel, progress: func(Side, int) {},
		unread:   [2]map[string]string{{}, {}},
		listed:   [2]map[string]bool{{}, {}},
		outside:  [2]map[string]bool{{}, {}},
		binned:   [2]map[string]bool{{}, {}},
		looked:   map[version]lookup{},
		read:     [2]map[string]map[Key][]Entry{{}, {}},
		expanded: map[*node]bool{},
		above:    [2]map[*node]bool{{}, {}},
		proving:  [2]map[*node]bool{{}, {}},
	}
}

// load returns the node of a Record, with all its ancestors.
func (o *observer) load(ctx context.Context, id RecordID) (*node, error) {
	if n := o.w.nodes[id]; n != nil {
		return n, nil
	}
	r, err := o.view.Record(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read record %d: %w", id, err)
	}
	return o.adopt(ctx, r)
}

// adopt makes the node of a Record that was read, and says of it what a full scan knows.
func (o *observer) adopt(ctx context.Context, r Record) (*node, error) {
	if n := o.w.nodes[r.ID]; n != nil {
		return n, nil
	}
	n := o.w.add(r)
	for _, up := range []RecordID{r.ParentID, r.Source.Parent, r.Destination.Parent} {
		if up != 0 {
			if _, err := o.load(ctx, up); err != nil {
				return nil, err
			}
		}
	}
	if o.t == nil {
		return n, nil
	}
	i := o.t.find(r.ID)
	for _, side := range sides {
		switch {
		case i < 0 || n.sight[side] != assumed:
		case o.t.met(side, i) && !o.t.metBefore(side, i):
			p := o.w.nodes[r.ParentOn(side)]
			parent := ""
			if p != nil {
				parent = p.idOn(side)
			}
			e := entryOf(&n.rec, side, parent)
			if fresh, ok := o.guards[side][i]; ok {
				e.Guard = fresh
			}
			n.see(side, e)
		case o.complete[side] && !o.t.met(side, i):
			n.lose(side, missing)
		}
	}
	return n, nil
}

// byID returns the node of an ID on a side, nil if no Record has it.
func (o *observer) byID(ctx context.Context, side Side, id string) (*node, error) {
	if n := o.w.byID[side][id]; n != nil {
		return n, nil
	}
	r, err := o.view.ByID(ctx, side, id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find record of %s item %s: %w", side, id, err)
	}
	return o.adopt(ctx, r)
}

// touch says that the item must be decided upon.
func (o *observer) touch(n *node) {
	if n.rec.ID == RootRecord {
		return
	}
	n.touched = true
	if !o.expanded[n] {
		o.queue = append(o.queue, n)
	}
}

// touchAgain is touch for an item of which more is known than when it was looked into.
func (o *observer) touchAgain(n *node) {
	delete(o.expanded, n)
	o.touch(n)
}

// feed takes an entry that was seen on a side and is not, or may not be, as recorded.
func (o *observer) feed(ctx context.Context, side Side, e *Entry) error {
	n, err := o.byID(ctx, side, e.ID)
	if err != nil {
		return err
	}
	if n != nil && n.rec.ID == RootRecord {
		return nil
	}
	if n != nil && n.known && o.reused(n, side, e) {
		n.lose(side, gone)
		o.touch(n)
		o.w.robbed[side][e.ID] = n
		n = nil
		delete(o.w.byID[side], e.ID)
	}
	switch {
	case e.Kind == Other || e.Skip != "":
		if n != nil && n.known {
			o.w.stranger(side, *e)
			n.hide(side, skipReason(e))
			n.sleeps = true
			o.touch(n)
			return nil
		}
		o.w.stranger(side, *e)
		if _, err := o.byID(ctx, side, e.ParentID); err != nil {
			return err
		}
		o.w.skips = append(o.w.skips, Skip{Side: side, Path: o.entryPath(side, e), ID: e.ID, Reason: skipReason(e)})
	case n == nil:
		o.touch(o.w.newcomer(side, e))
	case o.settling(n, side, e):
		n.hide(side, "written a moment ago: the service may still show an old state")
		o.touch(n)
	case n.sight[side] != observed:
		n.see(side, e)
		o.touchAgain(n)
	default:
		n.see(side, e)
		o.touch(n)
	}
	return nil
}

func skipReason(e *Entry) string {
	if e.Skip != "" {
		return e.Skip
	}
	return "neither a file nor a folder"
}

func (o *observer) entryPath(side Side, e *Entry) string {
	if p := o.w.byID[side][e.ParentID]; p != nil {
		return joinPath(o.w.pathOn(p, side), e.Name)
	}
	return e.Name
}

// reused reports whether an ID names another item than it did, on a side that reuses IDs.
func (o *observer) reused(n *node, side Side, e *Entry) bool {
	h := n.rec.Half(side)
	if !o.ends[side].info.ReusableIDs || h.Birth == e.Birth {
		return false
	}
	if n.rec.Kind != e.Kind {
		return true
	}
	p := o.w.byID[side][e.ParentID]
	samePlace := p != nil && p.rec.ID == n.rec.ParentOn(side) && h.Name == e.Name
	return !samePlace // equal contents are looked for later, and only where they are unique
}

// settling reports whether a difference may be an old view of what we wrote ourselves.
func (o *observer) settling(n *node, side Side, e *Entry) bool {
	h := n.rec.Half(side)
	if !n.known || !recent(h.Wrote, o.w.now, o.ends[side].info.Settle) {
		return false
	}
	p := o.w.byID[side][e.ParentID]
	return p == nil || differs(&n.rec, side, e, p.rec.ID)
}
