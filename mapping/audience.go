package mapping

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// Streams returns the feeds of all Links that are not paused, each once, with the pairs that its hints are
// for, by name. The error joins a [PollError] for each that could not be opened. Where that is about one Link,
// as if its company is not there for the account, the others are returned all the same; what a feed tells
// meanwhile that it shares with them it finds with its next full scan. Else the feeds of that side are left
// out: they may be its, too, and what they tell should miss nobody.
func (s *Links) Streams(ctx context.Context) ([]syncer.Stream, error) {
	a, err := s.audience(ctx)
	if err != nil {
		return nil, err
	}
	return a.streams, joined(a.failed)
}

// audience is who is to be told by which feeds.
type audience struct {
	streams []syncer.Stream
	index   map[string]int // of streams, by name
	failed  []*PollError
	away    map[string]bool // pairs of which a root is known to be away
	deaf    [2]bool         // sides of which nobody can be asked
}

func (s *Links) audience(ctx context.Context) (*audience, error) {
	all, err := s.All(ctx)
	if err != nil {
		return nil, err
	}
	a := &audience{index: map[string]int{}, away: map[string]bool{}}
	for _, l := range all {
		if !l.Paused {
			s.gather(ctx, l, a)
		}
	}
	a.streams = slices.DeleteFunc(a.streams, func(stream syncer.Stream) bool { return a.deaf[stream.Side] })
	tools := toolsByFolder(all)
	for i, stream := range a.streams {
		if stream.Side == syncer.Destination {
			a.streams[i].Feed = above{stream.Feed, tools}
		}
	}
	slices.SortFunc(a.streams, func(x, y syncer.Stream) int { return strings.Compare(x.Name, y.Name) })
	return a, ctx.Err()
}

// gather adds the feeds of a Link.
func (s *Links) gather(ctx context.Context, l Link, a *audience) {
	box, err := s.box(ctx, l)
	if err != nil {
		a.fail(syncer.Destination, l, l.Tools, err)
	}
	for _, t := range l.Tools {
		a.away[l.Pair(t)] = l.Roots[t].Paused != ""
		if box != nil {
			a.add(box.Place, syncer.Destination, l.Pair(t))
		}
		procore, err := s.o.Procore(ctx, l, t)
		if err != nil {
			a.fail(syncer.Source, l, []Tool{t}, &OpenError{syncer.Source, err})
			continue
		}
		a.add(procore, syncer.Source, l.Pair(t))
	}
}

func (a *audience) add(p Place, side syncer.Side, pair string) {
	feed := p.feed()
	if feed == nil {
		return
	}
	i, known := a.index[p.Stream]
	if !known {
		i = len(a.streams)
		a.index[p.Stream] = i
		a.streams = append(a.streams, syncer.Stream{Name: p.Stream, Feed: feed, Side: side})
	}
	a.streams[i].Pairs = append(a.streams[i].Pairs, pair)
}

func (a *audience) fail(side syncer.Side, l Link, tools []Tool, err error) {
	e := &PollError{Side: side, Err: fmt.Errorf("link %q: %w", l.Name, err)}
	for _, t := range tools {
		e.Pairs = append(e.Pairs, l.Pair(t))
	}
	switch syncer.CauseOf(err) {
	case syncer.CauseMissing, syncer.CausePermission, syncer.CauseInvalid: // about this Link alone
	default:
		a.deaf[side] = true
	}
	a.failed = append(a.failed, e)
}

func joined(all []*PollError) error {
	list := make([]error, len(all))
	for i, e := range all {
		list[i] = e
	}
	return errors.Join(list...)
}
