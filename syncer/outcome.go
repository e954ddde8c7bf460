package syncer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// resends is how often a version is sent once more that the service has not stored as it was sent.
const resends = 2

// check compares what the service says it stored with what was sent. A copy with other bytes must
// not stay as the current one: a new file is removed again, a version is sent once more.
func (x *executor) check(ctx context.Context, a *Action, end *endpoint, got *Entry, t *transfer) error {
	for attempt := 0; ; attempt++ {
		bad := wrongBytes(got, t)
		if bad == nil {
			return nil
		}
		if a.Op == OpCreateFile {
			if _, err := end.fs.Delete(ctx, *got); err != nil {
				return fmt.Errorf("%w; it could not be removed: %v", bad, err) //nolint:errorlint // must not match NotDone
			}
			return fmt.Errorf("%w: the wrong copy was removed: %w", ErrStale, bad)
		}
		if attempt == resends {
			return bad
		}
		again, err := end.fs.UpdateFile(ctx, *got, t.content())
		if err != nil {
			return errors.Join(bad, err)
		}
		*got = again
	}
}

func wrongBytes(got *Entry, t *transfer) error {
	if got.Size >= 0 && got.Size != t.length {
		return fmt.Errorf("stored %d bytes of %d", got.Size, t.length)
	}
	if d := t.digest(got.Digest.Algorithm()); d.Comparable(got.Digest) && d != got.Digest {
		return fmt.Errorf("stored %s, sent %s", got.Digest, d)
	}
	return nil
}

// failed settles the Intent of a call that is proved to have had no effect. Any other failure
// leaves it open: the next run looks.
func (x *executor) failed(ctx context.Context, a *Action, in *Intent, err error) error {
	wrapped := x.failure(a, err)
	if !NotDone(err) {
		x.mu.Lock()
		x.r.fly(in) // nothing else is planned for the item in this run
		x.mu.Unlock()
		return wrapped
	}
	if a.Op == OpMove && errors.Is(err, ErrRefused) && a.node.known && !a.Temporary {
		if e := x.put(ctx, func() (Batch, error) { return x.declineMove(a, err), nil }); e != nil {
			return e
		}
	}
	b := Batch{Settled: []ActionID{in.ID}}
	if a.Op == OpRestore && errors.Is(err, fs.ErrNotExist) {
		// The trash no longer has it: forget where it was, so that it is made anew.
		t := *a.node.tomb
		t.OtherID, t.Handle = "", ""
		b.Tombstones = append(b.Tombstones, t)
	}
	if e := x.takeBack(ctx, a, b); e != nil {
		return fatal(e)
	}
	return wrapped
}

// declineMove records a move that the service will not make as one that the side cannot follow.
func (x *executor) declineMove(a *Action, err error) Batch {
	n := a.node
	n.stayOn(a.On, x.r.w.parentOn(n, a.On))
	n.why = fmt.Sprintf("%s does not take it there: %v", x.r.w.says(a.On), err)
	r := x.r.w.settled(&Action{Op: OpDecline, node: n, attrs: attrPlace})
	n.rec, n.refused = r, true
	return Batch{Put: []Record{r}}
}

// spoilt notes contents that the service stored other than sent. The version before is made current
// again where the side can. What is current then is recorded as ours, so that nobody takes it for a
// user's edit, and is replaced in the next run.
func (x *executor) spoilt(ctx context.Context, a *Action, in *Intent, got *Entry, err error) error {
	if a.Op != OpUpdate && NotDone(err) {
		return x.failed(ctx, a, in, err)
	}
	if a.Op != OpUpdate {
		return x.spoiltForGood(ctx, a, in, got, err)
	}
	promoted := x.promote(ctx, x.r.ends[a.On], got, in.Old.Content)
	e := x.put(ctx, func() (Batch, error) {
		r := a.node.rec
		putContent(r.Half(a.On), &promoted, "")
		r.Half(a.On).Wrote = x.r.now()
		a.node.rec = r
		return Batch{Settled: []ActionID{in.ID}, Put: []Record{r}}, nil
	})
	if e != nil {
		return e
	}
	return x.failure(a, err)
}

// spoiltForGood notes a new file with wrong contents that could not be removed again. It is recorded
// as ours, with nothing agreed about contents, so that the next run sends the right ones.
func (x *executor) spoiltForGood(ctx context.Context, a *Action, in *Intent, got *Entry, err error) error {
	e := x.put(ctx, func() (Batch, error) {
		b := Batch{Settled: []ActionID{in.ID}}
		if err := x.store(ctx, &b, a, in, got, nil, x.r.now()); err != nil {
			return b, err
		}
		h := a.node.rec.Half(a.On.Other())
		h.Content, h.Digest, h.Size = "", "", UnknownSize
		b.Put = append(b.Put, a.node.rec)
		return b, nil
	})
	if e != nil {
		return e
	}
	return x.failure(a, err)
}

// promote makes an earlier version of a file current again, and returns what is current then.
func (x *executor) promote(ctx context.Context, end *endpoint, e *Entry, content string) Entry {
	if end.versions == nil {
		return *e
	}
	for v, err := range end.versions.Versions(ctx, *e) {
		if err != nil {
			break
		}
		if v.Content == content {
			if back, err := end.versions.Promote(ctx, *e, v); err == nil {
				return back
			}
			break
		}
	}
	return *e
}

// succeeded stores the outcome and what is known of the item from now on.
func (x *executor) succeeded(ctx context.Context, a *Action, in *Intent, got *Entry, trashed Trashed, t *transfer, out *Outcome) error {
	return x.put(ctx, func() (Batch, error) {
		n, now := a.node, x.r.now()
		b := Batch{Settled: []ActionID{in.ID}, Outcomes: []Outcome{*out}}
		if a.Op == OpDelete {
			x.removed(&b, a, trashed, now)
			return b, nil
		}
		came := !n.known
		if err := x.store(ctx, &b, a, in, got, t, now); err != nil {
			return b, err
		}
		if came && n.rec.Kind == Folder {
			x.r.cameWith(&b, &n.rec, a.On, a.Path)
		}
		x.remember(&b, n)
		if a.Op == OpMove && n.rec.Kind == Folder && x.r.placesCount() {
			x.relist(&b, a)
		}
		return b, nil
	})
}

// removed adds to b what a delete that was made leaves of the item.
func (x *executor) removed(b *Batch, a *Action, trashed Trashed, now time.Time) {
	n := a.node
	switch {
	case n.free && !n.known:
		b.Tombstones = []Tombstone{*n.tomb}
	case n.known:
		x.r.clear(b, n.rec.ID)
		b.Drop = []RecordID{n.rec.ID}
		b.Put = x.r.w.orphans(n)
		b.Tombstones = tombstones(&n.rec, a.On, trashed.Handle, now)
		if e := n.entry[a.On]; e != nil && e.ID != n.rec.Half(a.On).ID {
			latest := n.rec // the item had got a new ID that is recorded nowhere yet
			latest.Half(a.On).ID, latest.Half(a.On).Content = e.ID, e.Content
			b.Tombstones = append(b.Tombstones, tombstones(&latest, a.On, trashed.Handle, now)...)
		}
	}
	n.lose(a.On, gone)
	n.gone = true
}

// store adds to b what a write that was made leaves of the item. The Record is not the one that the
// Intent foresaw but made anew: other calls may have changed it meanwhile.
func (x *executor) store(ctx context.Context, b *Batch, a *Action, in *Intent, got *Entry, t *transfer, now time.Time) error {
	n := a.node
	var digest Digest
	if t != nil {
		digest = t.digest(x.r.w.pairAlgorithm())
	}
	folder := n.rec.ParentID
	if up := n.up[a.On]; up != nil {
		folder = up.rec.ID
	}
	r := fill(x.r.w.planned(a), in, got, folder, digest, now)
	if err := x.evict(ctx, b, a, &r); err != nil {
		return err
	}
	b.Put = append(b.Put, r)
	b.Tombstones = append(b.Tombstones, retired(n, &r, a.Op == OpUpdate, now)...)
	if o := n.parted; in.Split.ID != 0 && o.rec.Half(a.On).ID == in.Old.ID {
		*o.rec.Half(a.On) = Half{}
		b.Put = append(b.Put, o.rec)
	}
	x.madeAgain(b, n, &r)
	n.rec, n.known = r, true
	n.see(a.On, got)
	x.r.w.byID[a.On][got.ID] = n
	return nil
}
