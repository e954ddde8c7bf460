package syncer

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// filter takes out of the world what the user's Filter leaves out: newcomers become strangers,
// known items go to sleep.
func (o *observer) filter(ctx context.Context) error {
	w := o.w
	if w.rules.Filter == nil {
		return nil
	}
	f := &scope{w: w, memo: [2]map[*node]string{{}, {}}}
	var known []*node
	for _, n := range w.nodes {
		if n.touched && n.known && !n.underTemporaryName() {
			known = append(known, n)
		}
	}
	slices.SortFunc(known, func(a, b *node) int { return cmp.Compare(a.rec.ID, b.rec.ID) })
	// All answers first: they need the folders that are taken out below.
	for _, n := range slices.Concat(w.fresh, known) {
		for _, side := range sides {
			if n.there(side) {
				f.why(n, side)
			}
		}
	}
	w.fresh = slices.DeleteFunc(w.fresh, func(n *node) bool {
		side, e := n.origin()
		if f.memo[side][n] == "" {
			return false
		}
		w.stranger(side, *e)
		delete(w.byID[side], e.ID)
		n.touched = false
		return true
	})
	for _, n := range known {
		n.silent = f.leavesOut(n)
		for _, side := range sides {
			why := f.memo[side][n]
			if !n.there(side) || why == "" {
				continue
			}
			if e := n.entry[side]; e != nil {
				w.stranger(side, *e) // its folder is not empty
			}
			n.hide(side, why)
			n.sleeps = true
		}
	}
	return ctx.Err()
}

// underTemporaryName reports whether n bears a name of ours on a side. It gets a proper one before
// anything else, whatever a Filter says of it.
func (n *node) underTemporaryName() bool { return n.isAside(Source) || n.isAside(Destination) }

// isAside reports whether n bears a temporary name of ours on side.
func (n *node) isAside(side Side) bool {
	return n.known && n.rec.Half(side).Provisional && n.there(side) && isTemporaryName(n.nameOn(side), n.idOn(side))
}

// scope answers whether items are left out, asking about each folder once.
type scope struct {
	w    *world
	memo [2]map[*node]string
}

// leavesOut reports whether an item is left out wherever it is. One that is left out on one side alone
// has been moved there, and makes a difference that people want to know of.
func (f *scope) leavesOut(n *node) bool {
	for _, side := range sides {
		if n.there(side) && f.memo[side][n] == "" {
			return false
		}
	}
	return n.there(Source) || n.there(Destination)
}

func (f *scope) why(n *node, side Side) string {
	if n == nil || n.rec.ID == RootRecord {
		return ""
	}
	if why, ok := f.memo[side][n]; ok {
		return why
	}
	f.memo[side][n] = "" // a damaged chain of parents must not recurse for ever
	why := f.why(f.w.parentOn(n, side), side)
	if why == "" {
		e := n.entry[side]
		if e == nil {
			e = entryOf(&n.rec, side, "")
		}
		why = f.w.rules.Filter.Filter(Item{Side: side, Path: f.w.pathOn(n, side), Entry: *e})
		if why != "" {
			why = "left out: " + why
		}
	}
	f.memo[side][n] = why
	return why
}

// refilter touches every Record that a changed Filter puts out of scope or lets back in.
func (o *observer) refilter(ctx context.Context) error {
	for r, err := range o.view.Records(ctx) {
		if err != nil {
			return fmt.Errorf("read records: %w", err)
		}
		if r.ID == RootRecord {
			continue
		}
		n, err := o.adopt(ctx, r)
		if err != nil {
			return err
		}
		o.touch(n)
	}
	return nil
}
