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
// that has any. A feed that fails keeps nothing from the others; their errors are joined.
func (s *Links) Poll(ctx context.Context) (map[string]int, error) {
	streams, err := s.Streams(ctx)
	if err != nil {
		return nil, err
	}
	return s.poll(ctx, streams)
}

// listen asks the feeds that concern a Link. Such a feed is asked for all pairs that it concerns.
func (s *Links) listen(ctx context.Context, l Link) error {
	streams, err := s.Streams(ctx)
	if err != nil {
		return err
	}
	_, err = s.poll(ctx, slices.DeleteFunc(streams, func(stream syncer.Stream) bool {
		return !slices.ContainsFunc(l.Tools, func(t Tool) bool { return slices.Contains(stream.Pairs, l.Pair(t)) })
	}))
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

func (s *Links) poll(ctx context.Context, streams []syncer.Stream) (map[string]int, error) {
	var err error
	hints := map[string]int{}
	for _, stream := range streams {
		c := &counter{StateStore: s.o.States, hints: hints}
		// One that another poll was faster with has been heard: its hints are where ours would be.
		if _, e := stream.Poll(ctx, c); e != nil && !errors.Is(e, syncer.ErrStale) {
			err = errors.Join(err, fmt.Errorf("poll %s: %w", stream.Name, e))
		}
	}
	return hints, err
}

// Streams returns the feeds of all Links that are not paused, each once, with the pairs that its hints are
// for, by name.
func (s *Links) Streams(ctx context.Context) ([]syncer.Stream, error) {
	all, err := s.All(ctx)
	if err != nil {
		return nil, err
	}
	streams := map[string]*syncer.Stream{}
	listen := func(p Place, side syncer.Side, pair string) {
		feed := p.feed()
		if feed == nil {
			return
		}
		if streams[p.Stream] == nil {
			streams[p.Stream] = &syncer.Stream{Name: p.Stream, Feed: feed, Side: side}
		}
		streams[p.Stream].Pairs = append(streams[p.Stream].Pairs, pair)
	}
	for _, l := range all {
		if l.Paused {
			continue
		}
		box, err := s.box(ctx, l)
		if err != nil {
			return nil, fmt.Errorf("link %q: %w", l.Name, err)
		}
		for _, t := range l.Tools {
			listen(box.Place, syncer.Destination, l.Pair(t))
			procore, err := s.o.Procore(ctx, l, t)
			if err != nil {
				return nil, fmt.Errorf("link %q: %s: %w", l.Name, t, &opening{syncer.Source, err})
			}
			listen(procore, syncer.Source, l.Pair(t))
		}
	}
	var out []syncer.Stream
	for _, name := range slices.Sorted(maps.Keys(streams)) {
		out = append(out, *streams[name])
	}
	return out, nil
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
