package mapping

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/procorebox/procorebox/syncer"
)

// Poll asks every feed of the Links that are not paused what has changed, and puts hints for their pairs
// into the state store: the next Sync looks at those. It returns how many hints there were for each pair
// that has any. A feed that fails, or cannot be opened, keeps nothing from the others: each is a [PollError],
// and they are joined. The pairs of one that is not there any more (fs.ErrNotExist) are scanned by the next
// Sync, which finds out whether their root is away.
func (s *Links) Poll(ctx context.Context) (map[string]int, error) {
	a, err := s.audience(ctx)
	if err != nil {
		return nil, err
	}
	return s.poll(ctx, a)
}

// listen asks the feeds that concern a Link. Such a feed is asked for all pairs that it concerns.
func (s *Links) listen(ctx context.Context, l Link) error {
	others := func(pairs []string) bool {
		return !slices.ContainsFunc(l.Tools, func(t Tool) bool { return slices.Contains(pairs, l.Pair(t)) })
	}
	a, err := s.audience(ctx)
	if err != nil {
		return err
	}
	a.streams = slices.DeleteFunc(a.streams, func(stream syncer.Stream) bool { return others(stream.Pairs) })
	a.failed = slices.DeleteFunc(a.failed, func(e *PollError) bool { return others(e.Pairs) })
	_, err = s.poll(ctx, a)
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

func (s *Links) poll(ctx context.Context, a *audience) (map[string]int, error) {
	hints, failed := map[string]int{}, a.failed
	for _, stream := range a.streams {
		c := &counter{StateStore: s.o.States, hints: hints}
		_, err := stream.Poll(ctx, c)
		if err == nil || errors.Is(err, syncer.ErrStale) {
			continue // one that another poll was faster with has been heard: its hints are where ours would be
		}
		failed = append(failed, &PollError{stream.Side, stream.Pairs, err})
		if errors.Is(err, fs.ErrNotExist) {
			if err := s.doubt(ctx, stream.Pairs, a.away); err != nil {
				return hints, errors.Join(joined(failed), err)
			}
		}
	}
	return hints, joined(failed)
}

// doubt asks for a scan of pairs whose roots may be away, but for those that are known to be.
func (s *Links) doubt(ctx context.Context, pairs []string, away map[string]bool) error {
	for _, pair := range pairs {
		if away[pair] {
			continue
		}
		if err := s.o.States.Append(ctx, pair, syncer.Hint{Full: true, At: s.o.Engine.Clock()}); err != nil {
			return fmt.Errorf("ask for a scan of %s: %w", pair, err)
		}
	}
	return nil
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
