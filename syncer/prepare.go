package syncer

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// prepare reads what the state remembers. Other roots than before mean a fresh baseline.
func (r *run) prepare(ctx context.Context) error {
	h, err := r.view.Header(ctx)
	if err != nil {
		return err
	}
	fresh := h.Next == 0
	for _, side := range sides {
		if !fresh && h.Root(side).Locator != r.ends[side].root {
			fresh = true
		}
	}
	if fresh {
		return r.begin(ctx, h)
	}
	r.header = h
	for _, side := range sides {
		r.ends[side].rootID, r.ends[side].rootUp = h.Root(side).ID, h.Root(side).Parent
	}
	return r.recall(ctx)
}

// begin starts a fresh baseline that holds nothing but the two roots.
func (r *run) begin(ctx context.Context, old Header) error {
	root := Record{ID: RootRecord, Kind: Folder}
	h := Header{Next: RootRecord + 1, Generation: old.Generation}
	if old.Next > h.Next {
		h.Next = old.Next
	}
	for _, side := range sides {
		e, err := r.rootEntry(ctx, side)
		if err != nil {
			return err
		}
		*h.Root(side) = Root{Locator: r.ends[side].root, ID: e.ID, Parent: e.ParentID}
		*root.Half(side) = Half{Presence: Present, ID: e.ID, Name: e.Name}
		r.ends[side].rootID = e.ID
	}
	r.header = h
	r.header.Completed = time.Time{}
	if r.state == nil {
		r.view = blank{r.view, root, h}
		return r.recall(ctx)
	}
	b := Batch{Fresh: old.Next != 0, Header: &r.header, Put: []Record{root}}
	if err := r.commit.now(ctx, b); err != nil {
		return err
	}
	return r.recall(ctx)
}

// recall reads holds, open conflicts, the pending set and the inbox.
func (r *run) recall(ctx context.Context) error {
	r.begun = r.header.Generation
	for h, err := range r.view.Holds(ctx) {
		if err != nil {
			return fmt.Errorf("read holds: %w", err)
		}
		r.holds[h.Action] = h
	}
	for c, err := range r.view.Clashes(ctx, true) {
		if err != nil {
			return fmt.Errorf("read conflicts: %w", err)
		}
		r.clashes[c.ID] = c
	}
	for p, err := range r.view.Pending(ctx) {
		if err != nil {
			return fmt.Errorf("read pending set: %w", err)
		}
		r.pending[p.PendingKey] = p
		if p.Op == OpMove && p.Result == 0 {
			r.relist = append(r.relist, p.Record)
		}
		for _, side := range sides {
			if v := p.Verified[side]; v.Digest != "" {
				r.digests[version{side, v.Stamp}] = v.Digest
			}
		}
	}
	for h, err := range r.view.Inbox(ctx) {
		if err != nil {
			return fmt.Errorf("read inbox: %w", err)
		}
		if len(r.hints) == maxHints {
			r.report.More = true
			break
		}
		r.hints = append(r.hints, h)
		r.authors.take(&h.Hint)
	}
	return nil
}

func (r *run) canLook() bool {
	return r.ends[Source].looker != nil && r.ends[Destination].looker != nil
}

// live reports whether the inbox names changed items.
func (r *run) live() bool {
	return slices.ContainsFunc(r.hints, func(h Hinted) bool { return !h.Full })
}

// blind reports whether nothing of this baseline was ever listed. Who is whose is then told by both listings
// together, and by no look at one item.
func (r *run) blind() bool { return r.header.Completed.IsZero() && r.header.Scan == (Scan{}) }

// lastFullHint returns the Seq of the newest hint that asks for a full scan, 0 if none does.
func (r *run) lastFullHint() uint64 {
	var seq uint64
	for _, h := range r.hints {
		if h.Full {
			seq = max(seq, h.Seq)
		}
	}
	return seq
}

// fullIsDue reports whether hints will not do.
func (r *run) fullIsDue() bool {
	for _, h := range r.hints {
		if h.Full {
			return true
		}
	}
	return r.opts.Full || !r.canLook() || r.header.Completed.IsZero() || r.header.Scan != (Scan{}) ||
		r.header.Policies != r.e.opts.Policies.fingerprint() || !recent(r.header.Completed, r.now(), r.e.opts.FullEvery)
}
