package mapping

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Item is an outcome with the run that it belongs to.
type Item struct {
	// Run is the number of the run, 0 if it is not remembered.
	Run uint64 `json:"run"`
	// Link is the ID of the Link, Name what it is called, or was called in its last run.
	Link string `json:"link_id"`
	Name string `json:"link"`
	Tool Tool   `json:"tool"`
	syncer.Outcome
}

// AllItems yields what was done in the tools of a Link, or of all if link is empty, in the order of time. link is
// an ID, also of a Link that was removed. since and until, if they are not zero, choose what happened at or
// after the one and before the other. It keeps the runs in memory, and of the items one for each tool. An
// error ends it.
func (s *Links) AllItems(ctx context.Context, link string, since, until time.Time) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		shelves, err := s.shelves(ctx, link, since)
		if err != nil {
			yield(Item{}, err)
			return
		}
		var open []*reading
		defer func() {
			for _, r := range open {
				r.stop()
			}
		}()
		for _, shelf := range shelves {
			r := &reading{}
			r.next, r.stop = iter.Pull2(s.shelf(ctx, shelf, since, until))
			open = append(open, r)
			if err := r.read(); err != nil {
				yield(Item{}, err)
				return
			}
		}
		for {
			r := earliest(open)
			if r == nil {
				return
			}
			if !yield(r.item, nil) {
				return
			}
			if err := r.read(); err != nil {
				yield(Item{}, err)
				return
			}
		}
	}
}

// reading is the journal of a pair, one item ahead.
type reading struct {
	next func() (Item, error, bool)
	stop func()
	item Item
	over bool
}

func (r *reading) read() error {
	item, err, ok := r.next()
	r.item, r.over = item, !ok
	return err
}

// earliest returns the one whose item happened first, nil if all are over.
func earliest(all []*reading) (first *reading) {
	for _, r := range all {
		if !r.over && (first == nil || r.item.At.Before(first.item.At)) {
			first = r
		}
	}
	return first
}

// shelf is a pair with its runs.
type shelf struct {
	link, name string
	tool       Tool
	after      uint64 // fence of the last run that ended too early to have done anything of interest
	spans      []span // by their fences
}

// span says which run worked under which fences.
type span struct {
	Fences

	run uint64
}

// shelves returns the pairs of a Link, or all: those of Links that there are, and those that runs tell of.
func (s *Links) shelves(ctx context.Context, link string, since time.Time) ([]*shelf, error) {
	links, err := s.All(ctx)
	if err != nil {
		return nil, err
	}
	var list []*shelf
	at := map[string]*shelf{}
	add := func(pair, id, name string, tool Tool) *shelf {
		if at[pair] == nil {
			at[pair] = &shelf{link: id, name: name, tool: tool}
			list = append(list, at[pair])
		}
		return at[pair]
	}
	for _, l := range links {
		for _, t := range l.Tools {
			if link == "" || l.ID == link {
				add(l.Pair(t), l.ID, l.Name, t)
			}
		}
	}
	for r, err := range s.Runs(ctx, link, time.Time{}, time.Time{}) {
		if err != nil {
			return nil, err
		}
		h := add(r.Pair(), r.Link, r.Name, r.Tool)
		for _, f := range r.Fences {
			h.spans = append(h.spans, span{f, r.Number})
			if !since.IsZero() && r.over(since) && r.State != RunInterrupted {
				h.after = max(h.after, f.Last)
			}
		}
	}
	for _, h := range list {
		slices.SortFunc(h.spans, func(a, b span) int { return cmp.Compare(a.First, b.First) })
	}
	return list, nil
}

// run returns the number of the run that worked under a fence, 0 if none is known.
func (h *shelf) run(fence uint64) uint64 {
	i, found := slices.BinarySearchFunc(h.spans, fence, func(s span, fence uint64) int { return cmp.Compare(s.First, fence) })
	if !found {
		i--
	}
	if i >= 0 && fence <= h.spans[i].Last {
		return h.spans[i].run
	}
	return 0
}

// shelf yields what was done in a pair.
func (s *Links) shelf(ctx context.Context, h *shelf, since, until time.Time) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		pair := Link{ID: h.link}.Pair(h.tool)
		view, err := s.o.States.View(ctx, pair)
		if err != nil {
			yield(Item{}, fmt.Errorf("read what was done in %s: %w", pair, err))
			return
		}
		after := syncer.Position{}
		if h.after > 0 {
			after = syncer.Position{Fence: h.after, Seq: math.MaxInt64}
		}
		for o, err := range view.Journal(ctx, after) {
			switch {
			case err != nil:
				yield(Item{}, fmt.Errorf("read what was done in %s: %w", pair, err))
				return
			case o.At.Before(since) || !until.IsZero() && !o.At.Before(until):
				continue
			}
			if !yield(Item{h.run(o.Position.Fence), h.link, h.name, h.tool, o}, nil) {
				return
			}
		}
	}
}
