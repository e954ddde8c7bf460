package syncertest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// event says that something happened to an item while it was in these folders.
type event struct {
	id     string
	within []string
	guard  syncer.Precondition // of the item as it was then, if the event tells
	did    syncer.Deeds
	by     string
	at     time.Time
}

// answer is how many hints one call of Changes returns at most.
const answer = 100

// tell adds an event; a move tells both of the old place and of the new one.
func (s *Service) tell(by actor, n *node, did syncer.Deeds) { s.append(by, n, did, "") }

// show adds an event that tells how the item is now.
func (s *Service) show(by actor, n *node, did syncer.Deeds) { s.append(by, n, did, s.guard(n)) }

func (s *Service) append(by actor, n *node, did syncer.Deeds, guard syncer.Precondition) {
	e := event{id: n.id, guard: guard, did: did, by: by.name, at: s.o.Now()}
	if !s.o.Placeless {
		for p := n.parent; p != nil; p = p.parent {
			e.within = append(e.within, p.id)
		}
	}
	s.events = append(s.events, e)
}

// Now returns the position behind everything that happened.
func (h *Handle) Now(ctx context.Context) (syncer.Cursor, error) {
	return perform(ctx, h, Call{Op: "Now"}, nil, func(*Call) (syncer.Cursor, error) {
		return cursor(len(h.service.events)), nil
	})
}

func cursor(at int) syncer.Cursor { return syncer.Cursor("at-" + strconv.Itoa(at)) }

type changes struct {
	hints []syncer.Hint
	next  syncer.Cursor
	more  bool
}

// Changes returns what happened since from.
func (h *Handle) Changes(ctx context.Context, from syncer.Cursor) ([]syncer.Hint, syncer.Cursor, bool, error) {
	c, err := perform(ctx, h, Call{Op: "Changes", Name: string(from)}, nil, func(*Call) (changes, error) {
		s, f := h.service, &h.faults
		digits, ok := strings.CutPrefix(string(from), "at-")
		at, err := strconv.Atoi(digits)
		if !ok || err != nil || at < s.expired || at > len(s.events) || f.hit(f.Expire) {
			return changes{}, fmt.Errorf("cursor %q: %w", from, syncer.ErrCursor)
		}
		end := min(len(s.events), at+answer)
		c := changes{next: cursor(end), more: end < len(s.events)}
		for i, e := range s.events[at:end] {
			if f.hit(f.Drop) {
				continue
			}
			c.hints = append(c.hints, e.hint())
			if f.hit(f.Repeat) {
				c.hints = append(c.hints, s.events[f.Rand.IntN(at+i+1)].hint())
			}
		}
		if f.hit(f.Shuffle) {
			f.Rand.Shuffle(len(c.hints), func(i, j int) { c.hints[i], c.hints[j] = c.hints[j], c.hints[i] })
		}
		return c, nil
	})
	return c.hints, c.next, c.more, err
}

func (e event) hint() syncer.Hint {
	return syncer.Hint{
		ID: e.id, Within: slices.Clone(e.within), Guard: e.guard, Did: e.did, By: syncer.Author{ID: e.by, Name: e.by}, At: e.at,
	}
}

// ExpireCursors makes every Cursor given out so far invalid.
func (s *Service) ExpireCursors() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, event{at: s.o.Now()})
	s.expired = len(s.events)
}
