package syncer

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
)

// verify learns a digest by reading. It is kept for this run: the Record changes only once both
// sides are known to be equal.
func (x *executor) verify(ctx context.Context, a *Action, out *Outcome) error {
	x.r.budget.spend()
	w := x.r.w
	algorithm := w.pairAlgorithm()
	if h := a.node.rec.Half(a.On); h.Digest != "" && h.Digest.Algorithm().New() != nil && !a.node.across {
		algorithm = h.Digest.Algorithm()
	}
	d, err := readDigest(ctx, x.r.ends[a.On].reader, *a.node.entry[a.On], algorithm, x.r.e.opts.Stall)
	if err != nil {
		return &Error{"verify", a.On, a.Path, err, w.says(a.On)}
	}
	x.mu.Lock()
	w.digests[version{a.On, a.node.entry[a.On].Stamp()}] = d
	a.node.check = true
	x.mu.Unlock()
	out.Result, out.After, out.At = Done, a.node.entry[a.On].Stamp(), x.r.now()
	return fatal(x.r.commit.soon(ctx, Batch{Outcomes: []Outcome{*out}}))
}

// put stores, with the next group, a Batch that build returns. Two calls at once may concern one Record: so it
// is made and gathered under one lock, and the later of two words on a Record counts.
func (x *executor) put(ctx context.Context, build func() (Batch, error)) error {
	x.mu.Lock()
	b, err := build()
	if err != nil {
		x.mu.Unlock()
		return fatal(err)
	}
	g := x.r.commit.gather(b)
	x.mu.Unlock()
	return fatal(x.r.commit.push(ctx, g, false))
}

// record settles something that needs no call.
func (x *executor) record(ctx context.Context, a *Action, out *Outcome) error {
	return x.put(ctx, func() (Batch, error) {
		n, now := a.node, x.r.now()
		r := x.r.w.settled(a)
		b := Batch{}
		if err := x.evict(ctx, &b, a, &r); err != nil {
			return b, err
		}
		b.Put, b.Tombstones = append(b.Put, r), retired(n, &r, false, now)
		x.madeAgain(&b, n, &r)
		if !n.known && r.Kind == Folder {
			x.r.cameWith(&b, &r, a.On, a.Path)
		}
		n.rec, n.known = r, true
		x.remember(&b, n)
		out.Result, out.At, out.After = Done, now, r.Half(a.On).Stamp()
		b.Outcomes = []Outcome{*out}
		return b, nil
	})
}

// remember puts what a side cannot follow into the pending set together with the Record that says so:
// nothing else will show the difference again.
func (x *executor) remember(b *Batch, n *node) {
	if p, left := x.r.unsettled(n); left && p.Quiet {
		p.Since = x.r.now()
		x.r.pending[p.PendingKey] = p
		b.Pending = append(b.Pending, p)
	}
}

// relist has the contents of a folder listed that was moved: in the next round, or in the next run.
func (x *executor) relist(b *Batch, a *Action) {
	p := Pending{
		PendingKey: PendingKey{Record: a.node.rec.ID}, On: a.On, Path: a.Path, Op: OpMove, Since: x.r.now(),
		Reason: "moved: what is in it may have to be synced now",
	}
	x.r.relist = append(x.r.relist, p.Record)
	x.r.pending[p.PendingKey] = p
	b.Pending = append(b.Pending, p)
}

// cameWith keeps a folder that is new in sight until the end of the round: from now on it is as recorded,
// and if the run dies here nothing else would tell what stands in it. Before the first full scan has ended
// there is another one anyway.
func (r *run) cameWith(b *Batch, rec *Record, on Side, path string) {
	if r.header.Completed.IsZero() {
		return
	}
	p := Pending{
		PendingKey: PendingKey{Record: rec.ID}, On: on, Path: path, Op: OpMove, Since: r.now(),
		Reason: "new: what is in it may have to be synced",
	}
	r.pending[p.PendingKey] = p
	b.Pending = append(b.Pending, p)
}

// placesCount reports whether it depends on its place whether an item is synced.
func (r *run) placesCount() bool {
	return r.e.opts.Policies.Filter != nil || r.ends[Source].info.MaxDepth > 0 || r.ends[Destination].info.MaxDepth > 0
}

// madeAgain keeps in sight what stood in a folder that has a new ID now: hints that name the old one
// lead nowhere from here on.
func (x *executor) madeAgain(b *Batch, n *node, r *Record) {
	for _, side := range sides {
		old, now := n.rec.Half(side).ID, r.Half(side).ID
		if !n.known || n.rec.Kind != Folder || old == "" || now == "" || old == now {
			continue
		}
		for _, c := range x.r.w.touched() {
			if c.known && !c.gone && c.rec.ParentOn(side) == n.rec.ID && c.result == 0 {
				x.r.lookAgain(b, c.rec, side, "its folder was made again")
			}
		}
	}
}

// lookAgain puts an item into the pending set, unless it waits there already.
func (r *run) lookAgain(b *Batch, rec Record, side Side, why string) {
	p := Pending{PendingKey: PendingKey{Record: rec.ID}, On: side, Path: rec.Name, Reason: why, Since: r.now()}
	if _, told := r.pending[p.PendingKey]; !told {
		r.pending[p.PendingKey] = p
		b.Pending = append(b.Pending, p)
	}
}

// clear takes the pending row of a Record that goes away along with it.
func (r *run) clear(b *Batch, id RecordID) {
	k := PendingKey{Record: id}
	if _, told := r.pending[k]; told {
		b.Cleared = append(b.Cleared, k)
		delete(r.pending, k)
	}
}

// evict sees to it that no other Record has an ID that r has now, on a side that gives them out again.
// Whoever got it last has it: that is n where it was just written, and whoever was written since n was
// seen everywhere else.
func (x *executor) evict(ctx context.Context, b *Batch, a *Action, r *Record) error {
	w := x.r.w
	for _, side := range sides {
		id := r.Half(side).ID
		if id == "" || !x.r.ends[side].info.ReusableIDs {
			continue
		}
		if o := w.byID[side][id]; o != nil && o != a.node && o.known && !o.gone && o.rec.Half(side).ID == id {
			if side != a.On || !a.Op.Writes() {
				*r.Half(side) = vacated(*r.Half(side))
				continue
			}
			*o.rec.Half(side) = vacated(*o.rec.Half(side))
			b.Put = append(b.Put, o.rec)
		}
		old, err := x.r.view.ByID(ctx, side, id)
		if errors.Is(err, fs.ErrNotExist) || err == nil && old.ID == r.ID {
			continue
		}
		if err != nil {
			return err
		}
		n := w.nodes[old.ID]
		if n == nil {
			n = w.add(old)
		}
		if !n.gone && n.rec.Half(side).ID == id {
			*n.rec.Half(side) = vacated(*n.rec.Half(side))
			b.Put = append(b.Put, n.rec)
			if n.result == 0 {
				x.r.lookAgain(b, n.rec, side, reused)
			}
		}
	}
	return nil
}

// reused is why an item is looked at that has lost its ID to another: a hint of its end names that
// ID, so it would not lead to it any more.
const reused = "its ID was given out again"

// vacated is what remains of a Half whose ID names another item now: that one is gone.
func vacated(h Half) Half {
	h.ID = ""
	if h.Presence == Present {
		h.Presence = Gone
	}
	return h
}

// orphans gives the Records that stand in a folder whose Record goes away to the folder above it.
// There are some only where the two sides had turned folders inside out.
func (w *world) orphans(p *node) []Record {
	var out []Record
	if p.rec.Kind != Folder {
		return nil
	}
	for _, n := range w.nodes {
		if !n.known || n.gone || n == p {
			continue
		}
		before := n.rec
		for _, up := range []*RecordID{&n.rec.ParentID, &n.rec.Source.Parent, &n.rec.Destination.Parent} {
			if *up == p.rec.ID {
				*up = p.rec.ParentID
			}
		}
		if n.rec.ParentID != before.ParentID || n.rec.Source.Parent != before.Source.Parent || n.rec.Destination.Parent != before.Destination.Parent {
			out = append(out, n.rec)
		}
	}
	slices.SortFunc(out, func(a, b Record) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

func (x *executor) forget(ctx context.Context, a *Action, out *Outcome) error {
	return x.put(ctx, func() (Batch, error) {
		n := a.node
		out.Result, out.At = Done, x.r.now()
		b := Batch{Outcomes: []Outcome{*out}}
		n.gone = true
		if n.known {
			x.r.clear(&b, n.rec.ID)
			b.Put = x.r.w.orphans(n)
			b.Drop = []RecordID{n.rec.ID}
			for _, t := range tombstones(&n.rec, 0, "", x.r.now()) {
				if !n.there(t.Side) {
					b.Tombstones = append(b.Tombstones, t)
				}
			}
		}
		return b, nil
	})
}
