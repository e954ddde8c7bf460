// Package memory keeps the state of pairs in the memory of the process, and with it the ledger of
// deletes, tokens, budgets of calls, notes and runs.
//
// It is for tests, for trying things out and for one-off runs: everything is gone with the process.
// Within the process it keeps every promise of [syncer.StateStore], [syncer.Ledger],
// [connect.TokenStore] and [connect.Budget], and a million Records are no trouble to it: they are read
// in order in a fraction of a second, and a Batch costs what it changes, not what is there.
//
//	store := memory.New(memory.Options{})
//	state, err := store.Open(ctx, "drawings")
//
// Every sequence that a View yields is the pair as it was at one instant, when the loop began:
// what is committed meanwhile, be it by the loop itself, is not seen in it. No lock is held while a
// loop runs.
package memory

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Options may be left zero.
type Options struct {
	// Clock tells the time by which leases run out and charges leave their window; nil means
	// time.Now.
	Clock func() time.Time
	// Lease is how long a lease lasts unless it is renewed; 0 means 30 seconds.
	Lease time.Duration
	// Fail, for tests, is asked twice in each operation that writes: before anything is done, and
	// with done set when the operation has had its whole effect. An error that it returns is the
	// caller's. Reads ask once, as OpRead. It is called without any lock held.
	Fail func(op Op, done bool) error
}

// Op names an operation to Options.Fail.
type Op string

const (
	OpOpen    Op = "open"
	OpRenew   Op = "renew"
	OpCommit  Op = "commit"
	OpClose   Op = "close"
	OpAppend  Op = "append"
	OpAdvance Op = "advance"
	OpDecide  Op = "decide"
	OpChoose  Op = "choose"
	OpRead    Op = "read"
	OpCharge  Op = "charge"
	OpRefund  Op = "refund"
	OpSpend   Op = "spend" // of a Budget
	OpSave    Op = "save"
)

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Lease <= 0 {
		o.Lease = 30 * time.Second
	}
	return o
}

// do carries out an operation between the two questions to Fail. A cancelled context starts nothing.
func (o Options) do(ctx context.Context, op Op, f func() error) error {
	if err := o.start(ctx, op); err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	if o.Fail != nil && op != OpRead {
		return o.Fail(op, true)
	}
	return nil
}

func (o Options) start(ctx context.Context, op Op) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if o.Fail != nil {
		return o.Fail(op, false)
	}
	return nil
}

// Store is a [syncer.StateStore].
type Store struct {
	options Options
	mu      sync.RWMutex
	pairs   map[string]*pair
	cursors map[string]syncer.Cursor
}

var _ syncer.StateStore = (*Store)(nil)

// New returns an empty Store.
func New(o Options) *Store {
	return &Store{options: o.withDefaults(), pairs: map[string]*pair{}, cursors: map[string]syncer.Cursor{}}
}

// Clone returns a Store of its own with everything that s holds, as a new process would find it
// when all others have died and their leases have run out. It costs little, however much s holds.
func (s *Store) Clone() *Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := New(s.options)
	maps.Copy(c.cursors, s.cursors)
	for name, p := range s.pairs {
		c.pairs[name] = p.clone()
	}
	return c
}

// Open implements [syncer.StateStore].
func (s *Store) Open(ctx context.Context, name string) (syncer.State, error) {
	var opened *state
	err := s.options.do(ctx, OpOpen, func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		p, now := s.pair(name), s.options.Clock()
		if now.Before(p.until) {
			return fmt.Errorf("open pair %q: in use until %s: %w", name, p.until.Format(time.RFC3339), syncer.ErrLocked)
		}
		p.fence++
		p.until = now.Add(s.options.Lease)
		opened = &state{view{s, name}, p.fence}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return opened, nil
}

// View implements [syncer.StateStore].
func (s *Store) View(ctx context.Context, name string) (syncer.View, error) {
	if err := s.options.start(ctx, OpRead); err != nil {
		return nil, err
	}
	return view{s, name}, nil
}

// Append implements [syncer.StateStore].
func (s *Store) Append(ctx context.Context, name string, hints ...syncer.Hint) error {
	return s.options.do(ctx, OpAppend, func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.pair(name).hint(hints)
		return nil
	})
}

// Cursor implements [syncer.StateStore].
func (s *Store) Cursor(ctx context.Context, stream string) (syncer.Cursor, error) {
	if err := s.options.start(ctx, OpRead); err != nil {
		return "", err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.cursors[stream], nil
}

// Advance implements [syncer.StateStore].
func (s *Store) Advance(ctx context.Context, stream string, from, to syncer.Cursor, hints map[string][]syncer.Hint) error {
	return s.options.do(ctx, OpAdvance, func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		if at := s.cursors[stream]; at != from {
			return fmt.Errorf("advance stream %q from %q: it is at %q: %w", stream, from, at, syncer.ErrStale)
		}
		s.cursors[stream] = to
		for name, list := range hints {
			s.pair(name).hint(list)
		}
		return nil
	})
}

// Decide implements [syncer.StateStore].
func (s *Store) Decide(ctx context.Context, name string, action syncer.ActionID, d syncer.Decision) error {
	return s.options.do(ctx, OpDecide, func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		if p := s.pairs[name]; p != nil {
			if h, found := p.holds[action]; found {
				h.Decision = d
				p.holds[action] = h
				return nil
			}
		}
		return fmt.Errorf("decide on action %s of pair %q: no such hold: %w", action, name, fs.ErrNotExist)
	})
}

// Choose implements [syncer.StateStore].
func (s *Store) Choose(ctx context.Context, name string, id syncer.ClashID, r syncer.Resolution) error {
	return s.options.do(ctx, OpChoose, func() error {
		if r > syncer.Leave {
			return fmt.Errorf("choose resolution %d of conflict %s of pair %q: %w", r, id, name, syncer.ErrInvalid)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if p := s.pairs[name]; p != nil {
			if c, found := p.clashes[id]; found {
				c.Chosen, c.Choice = r != syncer.Leave, r
				if !c.Chosen {
					c.Choice = 0
				}
				p.clashes[id] = c
				return nil
			}
		}
		return fmt.Errorf("choose for conflict %s of pair %q: no such conflict: %w", id, name, fs.ErrNotExist)
	})
}

// Pairs returns the names of all pairs that were ever opened or hinted, sorted.
func (s *Store) Pairs() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Sorted(maps.Keys(s.pairs))
}

// pair returns the pair called name, a new one if there is none. The lock is held.
func (s *Store) pair(name string) *pair {
	p := s.pairs[name]
	if p == nil {
		p = newPair()
		s.pairs[name] = p
	}
	return p
}
