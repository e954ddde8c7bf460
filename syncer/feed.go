package syncer

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Cursor is a position in a Feed, opaque to everyone but the connector.
type Cursor string

// Hint says that something may have happened to an item. What it was is not relied on: the engine looks. A
// hint that is repeated, late, or out of order does no harm.
type Hint struct {
	Side Side
	// ID of the item, empty with Full.
	ID string
	// Within, when not empty, names IDs of folders of which at least one held the item at the time
	// of the event, innermost first and complete up to the account's top. A hint of which none is
	// known to the pair is dropped without a call.
	Within []string
	// Guard, when not empty, is the Guard token that the item got by the change, whatever has changed: a
	// later change gives it another. An item that is known with that token is as told, by our own write or
	// because it was met already, and the hint is dropped without a call.
	Guard Precondition
	// Did and By, when set, say what was done to the item and by whom. They are handed on to those who ask
	// later who did it; the engine decides nothing by them. A zero By.At means At.
	Did Deeds
	By  Author
	// Full asks for a full scan: hints were lost.
	Full bool
	At   time.Time
}

// Hinted is a Hint in a pair's inbox. Seq grows with each append.
type Hinted struct {
	Seq uint64
	Hint
}

// Feed tells what changed in an account since a Cursor. Hints may be repeated and unordered; they
// may miss changes, which the next full scan finds.
type Feed interface {
	// Now returns a position such that every later change is reported by Changes from it.
	Now(ctx context.Context) (Cursor, error)
	// Changes returns hints since from and the position after them; more says that asking again at
	// once is worthwhile. A position that is no longer valid is an error that wraps ErrCursor.
	Changes(ctx context.Context, from Cursor) (hints []Hint, next Cursor, more bool, err error)
}

// Stream is one Feed of one credential, and the pairs that its hints are for.
type Stream struct {
	// Name identifies the cursor in the store.
	Name string
	Feed Feed
	// Side is the side of all its Pairs that the feed speaks of.
	Side  Side
	Pairs []string
}

// Poll reads the feed to its end and appends the hints to the inbox of every pair, each step in
// one transaction with the cursor: a crash at any point loses no hint. It needs no lease. The
// first Poll of a Stream, and one whose cursor was refused, take the position first and then ask
// every pair for a full scan. The number of hints is returned.
func (s Stream) Poll(ctx context.Context, store StateStore) (int, error) {
	if s.Name == "" || s.Feed == nil || len(s.Pairs) == 0 {
		return 0, fmt.Errorf("stream %q: Name, Feed and Pairs must be set: %w", s.Name, ErrInvalid)
	}
	from, err := store.Cursor(ctx, s.Name)
	if err != nil {
		return 0, err
	}
	if from == "" {
		return 0, s.restart(ctx, store, from)
	}
	total := 0
	for {
		hints, next, more, err := s.Feed.Changes(ctx, from)
		if errors.Is(err, ErrCursor) {
			return total, s.restart(ctx, store, from)
		}
		if err != nil {
			return total, fmt.Errorf("poll stream %q: %w", s.Name, err)
		}
		if err := store.Advance(ctx, s.Name, from, next, s.fan(hints)); err != nil {
			return total, err
		}
		total += len(hints)
		if !more {
			return total, nil
		}
		from = next
	}
}

// restart takes the present position and asks for full scans: in this order, so that what changes
// during the scan is hinted.
func (s Stream) restart(ctx context.Context, store StateStore, from Cursor) error {
	now, err := s.Feed.Now(ctx)
	if err != nil {
		return fmt.Errorf("start stream %q: %w", s.Name, err)
	}
	return store.Advance(ctx, s.Name, from, now, s.fan([]Hint{{Full: true}}))
}

func (s Stream) fan(hints []Hint) map[string][]Hint {
	out := make(map[string][]Hint, len(s.Pairs))
	for i := range hints {
		hints[i].Side = s.Side
	}
	for _, pair := range s.Pairs {
		out[pair] = hints
	}
	return out
}
