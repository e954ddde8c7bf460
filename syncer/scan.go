package syncer

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"sync"
)

// scan lists both sides at once and compares them with the table. What it brings into the world is
// only what differs. It returns the frontier to store, whose sides are Done when complete.
func (o *observer) scan(ctx context.Context, from Scan) (Scan, error) {
	t, err := loadTable(ctx, o.view, o.w.next, o.w.waiting)
	if err != nil {
		return from, err
	}
	o.t = t
	o.resumed = from.Source.From != "" || from.Destination.From != "" || from.Source.Done || from.Destination.Done
	if o.resumed {
		if err := o.recallSeen(ctx); err != nil {
			return from, err
		}
	}
	var listers [2]*lister
	var failed [2]error
	next := from
	list := func(side Side) {
		l := &lister{side: side, t: t, guards: map[int32]Precondition{}}
		listers[side] = l
		if !from.Frontier(side).Done {
			*next.Frontier(side), failed[side] = o.list(ctx, l, *from.Frontier(side))
		}
	}
	if o.parallel > 1 {
		var wg sync.WaitGroup
		for _, side := range sides {
			wg.Go(func() { list(side) })
		}
		wg.Wait()
	} else {
		list(Source)
		list(Destination)
	}
	for _, side := range sides {
		barred := !o.rooted[side] && errors.Is(failed[side], fs.ErrPermission) // of a side without a root there is nothing to decide
		if barred || errors.Is(failed[side], ErrHalted) || errors.Is(failed[side], context.Canceled) {
			return from, failed[side]
		}
		if failed[side] != nil {
			o.brokeOff(side, failed[side])
		}
	}
	return next, o.digest(ctx, listers, from, next)
}

// digest brings what the listers found into the world.
func (o *observer) digest(ctx context.Context, listers [2]*lister, from, next Scan) error {
	o.w.full = next.Source.Done && next.Destination.Done && len(o.incomplete) == 0 && !next.Gaps
	for _, side := range sides {
		l := listers[side]
		o.guards[side] = l.guards
		o.complete[side] = next.Frontier(side).Done
		o.whole[side] = o.complete[side] && *from.Frontier(side) == Frontier{}
		o.w.tally[side].Listed = l.count
		if o.resumed {
			o.w.tally[side].Listed = max(l.count, o.t.count(side))
		}
		for i := range o.t.rows {
			if o.t.rows[i].present[side] {
				o.w.tally[side].know(o.t.rows[i].id, o.t.rows[i].file)
			}
		}
		if i := o.t.find(RootRecord); i >= 0 {
			o.t.mark(side, i)
		}
	}
	for _, side := range sides {
		for i := range listers[side].unread {
			e := &listers[side].unread[i]
			o.unread[side][e.ID] = e.Err.Error()
		}
	}
	// Newcomers first: an item's new parent may be one of them.
	for _, side := range sides {
		for i := range listers[side].news {
			if err := o.feed(ctx, side, &listers[side].news[i]); err != nil {
				return err
			}
		}
	}
	for _, side := range sides {
		for i := range listers[side].changed {
			if err := o.feed(ctx, side, &listers[side].changed[i]); err != nil {
				return err
			}
		}
	}
	for _, side := range sides {
		for i := range listers[side].unread {
			if err := o.couldNotList(ctx, side, &listers[side].unread[i]); err != nil {
				return err
			}
		}
	}
	return o.missing(ctx)
}

// missing touches every Record that a complete listing lacks, or that one side is known to lack.
func (o *observer) missing(ctx context.Context) error {
	for i := range o.t.rows {
		if !o.t.rows[i].owed && !o.vanished(int32(i)) {
			continue
		}
		n, err := o.load(ctx, o.t.rows[i].id)
		if err != nil {
			return err
		}
		o.touch(n)
	}
	for _, side := range sides {
		if !o.complete[side] {
			continue
		}
		for i := range o.t.rows {
			r := &o.t.rows[i]
			if !r.present[side] || r.dormant || o.t.met(side, int32(i)) {
				continue
			}
			n, err := o.load(ctx, r.id)
			if err != nil {
				return err
			}
			o.touch(n)
		}
	}
	return nil
}

// vanished reports whether row i is that of a dormant Record which neither side's complete listing
// shows: there may be nothing left to remember.
func (o *observer) vanished(i int32) bool {
	return o.t.rows[i].dormant && o.complete[Source] && o.complete[Destination] && !o.t.met(Source, i) && !o.t.met(Destination, i)
}

// recallSeen marks what earlier slices of this generation have met.
func (o *observer) recallSeen(ctx context.Context) error {
	for _, side := range sides {
		for id, err := range o.view.Seen(ctx, side) {
			if err != nil {
				return err
			}
			if i := o.t.find(id); i >= 0 {
				o.t.mark(side, i)
			}
		}
		o.t.half[side].older = slices.Clone(o.t.half[side].seen)
	}
	return nil
}

// seen lists the Records that the unfinished scan has met, for the store.
func (o *observer) seen() []Seen {
	var out []Seen
	for _, side := range sides {
		s := Seen{Side: side}
		for i := range o.t.rows {
			if o.t.met(side, int32(i)) {
				s.Records = append(s.Records, o.t.rows[i].id)
			}
		}
		out = append(out, s)
	}
	return out
}
