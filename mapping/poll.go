package mapping

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/procorebox/procorebox/syncer"
)

// Poll asks every feed of the Links that are not paused what has changed, and puts hints for their pairs
// into the state store: the next Sync looks at those. It returns how many hints there were for each pair
// that has any. A feed that fails, or cannot be opened, keeps nothing from the others: each is a [PollError],
// and they are joined.
func (s *Links) Poll(ctx context.Context) (map[string]int, error) {
	streams, failed, err := s.streams(ctx)
	if err != nil {
		return nil, err
	}
	return s.poll(ctx, streams, failed)
}

// listen asks the feeds that concern a Link. Such a feed is asked for all pairs that it concerns.
func (s *Links) listen(ctx context.Context, l Link) error {
	others := func(pairs []string) bool {
		return !slices.ContainsFunc(l.Tools, func(t Tool) bool { return slices.Contains(pairs, l.Pair(t)) })
	}
	streams, failed, err := s.streams(ctx)
	if err != nil {
		return err
	}
	_, err = s.poll(ctx,
		slices.DeleteFunc(streams, func(stream syncer.Stream) bool { return others(stream.Pairs) }),
		slices.DeleteFunc(failed, func(e *PollError) bool { return others(e.Pairs) }))
	return err
}

// begin takes the position of feeds that nobody has asked yet, before anything is listed: what changes from
// then on is told.
func (s *Links) begin(ctx context.Context, parts []Part) error {
	for _, p := range parts {
		for _, place := range []Place{p.source, p.destination} {
			if p.Paused != "" || place.feed() == nil {
				continue
			}
			at, err := s.o.States.Cursor(ctx, place.Stream)
			if err != nil {
				return fmt.Errorf("position of %s: %w", place.Stream, err)
			}
			if at == "" {
				return s.listen(ctx, p.Link)
			}
		}
	}
	return nil
}

// poll asks streams. failed are those that could not be opened.
func (s *Links) poll(ctx context.Context, streams []syncer.Stream, failed []*PollError) (map[string]int, error) {
	hints := map[string]int{}
	for _, stream := range streams {
		c := &counter{StateStore: s.o.States, hints: hints}
		// One that another poll was faster with has been heard: its hints are where ours would be.
		if _, err := stream.Poll(ctx, c); err != nil && !errors.Is(err, syncer.ErrStale) {
			failed = append(failed, &PollError{stream.Side, stream.Pairs, err})
		}
	}
	return hints, joined(failed)
}

// Streams returns the feeds of all Links that are not paused, each once, with the pairs that its hints are
// for, by name. The error joins a [PollError] for each that could not be opened. Where that is about one Link,
// as if its company is not there for the account, the others are returned all the same; what a feed tells
// meanwhile that it shares with them it finds with its next full scan. Else the feeds of that side are left
// out: they may be its, too, and what they tell should miss nobody.
func (s *Links) Streams(ctx context.Context) ([]syncer.Stream, error) {
	streams, failed, err := s.streams(ctx)
	return streams, errors.Join(err, joined(failed))
}

func (s *Links) streams(ctx context.Context) ([]syncer.Stream, []*PollError, error) {
	all, err := s.All(ctx)
	if err != nil {
		return nil, nil, err
	}
	a := audience{streams: map[string]*syncer.Stream{}}
	for _, l := range all {
		if !l.Paused {
			s.gather(ctx, l, &a)
		}
	}
	var out []syncer.Stream
	for _, name := range slices.Sorted(maps.Keys(a.streams)) {
		stream := a.streams[name]
		if a.deaf[stream.Side] {
			continue
		}
		if stream.Side == syncer.Destination {
			stream.Feed = above{stream.Feed, toolsByFolder(all)}
		}
		out = append(out, *stream)
	}
	return out, a.failed, ctx.Err()
}

// gather adds the feeds of a Link.
func (s *Links) gather(ctx context.Context, l Link, a *audience) {
	box, err := s.box(ctx, l)
	if err != nil {
		a.fail(syncer.Destination, l, l.Tools, err)
	}
	for _, t := range l.Tools {
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

// audience gathers feeds and who is to be told by them.
type audience struct {
	streams map[string]*syncer.Stream
	failed  []*PollError
	deaf    [2]bool // sides of which nobody can be asked
}

func (a *audience) add(p Place, side syncer.Side, pair string) {
	feed := p.feed()
	if feed == nil {
		return
	}
	if a.streams[p.Stream] == nil {
		a.streams[p.Stream] = &syncer.Stream{Name: p.Stream, Feed: feed, Side: side}
	}
	a.streams[p.Stream].Pairs = append(a.streams[p.Stream].Pairs, pair)
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

// counter counts the hints that a poll brings.
type counter struct {
	syncer.StateStore
	hints map[string]int
}

// Advance counts, once the hints are durable.
func (c *counter) Advance(ctx context.Context, stream string, from, to syncer.Cursor, hints map[string][]syncer.Hint) error {
	err := c.StateStore.Advance(ctx, stream, from, to, hints)
	if err == nil {
		for pair, list := range hints {
			if len(list) > 0 {
				c.hints[pair] += len(list)
			}
		}
	}
	return err
}
