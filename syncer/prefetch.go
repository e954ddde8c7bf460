package syncer

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"
)

// unseenOf lists the items that expanding a wave of nodes will look at.
func (o *observer) unseenOf(wave []*node) []version {
	var list []version
	for _, n := range wave {
		for _, side := range sides {
			id := n.rec.Half(side).ID
			if n.known && id != "" && !o.expanded[n] && (n.sight[side] == assumed || n.mayBeBack(side) || n.sight[side] == missing && o.provable(n, side)) {
				list = append(list, version{side, Stamp{ID: id}})
			}
		}
	}
	return list
}

// provable reports whether a missing item gets a look of its own: its folder is not unseen.
func (o *observer) provable(n *node, side Side) bool {
	p := o.w.nodes[n.rec.ParentOn(side)]
	return p != nil && p.sight[side] != unseen
}

// prefetchFolder looks at items of one side that are thought to stand in one folder by reading it. Those that
// it does not show are looked at one by one.
func (o *observer) prefetchFolder(ctx context.Context, list []version) {
	side := list[0].side
	if o.ends[side].folders == nil {
		return
	}
	first, err := o.lookID(ctx, side, list[0].ID)
	if err != nil || first.ParentID == "" || first.Trashed || o.budget.ended() {
		return
	}
	there, err := o.readFolder(ctx, side, Entry{ID: first.ParentID, Kind: Folder})
	if err != nil {
		return
	}
	wanted := make(map[string]version, len(list))
	for _, v := range list {
		if _, known := o.looked[v]; !known {
			wanted[v.ID] = v
		}
	}
	for _, same := range there {
		for i := range same {
			if v, ok := wanted[same[i].ID]; ok {
				o.looked[v] = lookup{entry: same[i]}
			}
		}
	}
}

// prefetch looks at many items at once, so that a run over slow services does not wait for them
// one by one. The answers are kept for lookID.
func (o *observer) prefetch(ctx context.Context, list []version) {
	if o.parallel <= 1 {
		return
	}
	var g errgroup.Group
	g.SetLimit(o.parallel)
	answers := make([]lookup, len(list))
	for i, v := range list {
		if _, ok := o.looked[v]; ok || o.ends[v.side].looker == nil || o.budget.ended() || o.ends[v.side].busy.why() != nil {
			answers[i].err = errors.ErrUnsupported
			continue
		}
		o.looked[v] = lookup{} // claimed: the list may name it twice
		g.Go(func() error {
			o.budget.spend()
			answers[i].entry, answers[i].err = o.ends[v.side].looker.Look(ctx, v.ID)
			o.ends[v.side].heard(ctx, answers[i].err)
			return nil
		})
	}
	_ = g.Wait() // every answer carries its own error
	for i, v := range list {
		if !errors.Is(answers[i].err, errors.ErrUnsupported) {
			o.looked[v] = answers[i]
		}
	}
}
