package memory

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"sort"

	"github.com/procorebox/procorebox/syncer"
)

// view reads one pair of a Store, as it is at each call.
type view struct {
	store *Store
	name  string
}

var _ syncer.View = view{}

// read calls f with the pair while nobody writes.
func (v view) read(ctx context.Context, f func(p *pair) error) error {
	if err := v.store.options.start(ctx, OpRead); err != nil {
		return err
	}
	v.store.mu.RLock()
	defer v.store.mu.RUnlock()
	if p := v.store.pairs[v.name]; p != nil {
		return f(p)
	}
	return f(newPair())
}

// take returns what f picks from the pair to be read later without a lock.
func take[T any](ctx context.Context, v view, f func(p *pair) T) (taken T, err error) {
	if err := v.store.options.start(ctx, OpRead); err != nil {
		return taken, err
	}
	v.store.mu.Lock()
	defer v.store.mu.Unlock()
	if p := v.store.pairs[v.name]; p != nil {
		return f(p), nil
	}
	return f(newPair()), nil
}

// Header implements [syncer.View].
func (v view) Header(ctx context.Context) (h syncer.Header, err error) {
	err = v.read(ctx, func(p *pair) error {
		h = p.header
		return nil
	})
	return h, err
}

// Intents implements [syncer.View].
func (v view) Intents(ctx context.Context) iter.Seq2[syncer.Intent, error] {
	return list(ctx, v, func(p *pair) iter.Seq[syncer.Intent] {
		intents := make([]syncer.Intent, len(p.intents))
		for i := range intents {
			intents[i] = copyIntent(p.intents[i])
		}
		return slices.Values(intents)
	})
}

// Tombstone implements [syncer.View].
func (v view) Tombstone(ctx context.Context, side syncer.Side, id string) (t syncer.Tombstone, err error) {
	err = v.read(ctx, func(p *pair) error {
		kept, found := p.tombs[tombKey{side, id}]
		if !found {
			return fmt.Errorf("tombstone of item %q on %s in pair %q: %w", id, side, v.name, fs.ErrNotExist)
		}
		t = kept
		return nil
	})
	return t, err
}

// Pending implements [syncer.View].
func (v view) Pending(ctx context.Context) iter.Seq2[syncer.Pending, error] {
	return list(ctx, v, func(p *pair) iter.Seq[syncer.Pending] { return p.pending.snapshot() })
}

// Holds implements [syncer.View].
func (v view) Holds(ctx context.Context) iter.Seq2[syncer.Hold, error] {
	return list(ctx, v, func(p *pair) iter.Seq[syncer.Hold] {
		return slices.Values(slices.SortedFunc(maps.Values(p.holds), func(a, b syncer.Hold) int {
			return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Action, b.Action))
		}))
	})
}

// Clashes implements [syncer.View].
func (v view) Clashes(ctx context.Context, open bool) iter.Seq2[syncer.Clash, error] {
	return list(ctx, v, func(p *pair) iter.Seq[syncer.Clash] {
		var found []syncer.Clash
		for _, c := range p.clashes {
			if !open || c.Open() {
				found = append(found, c)
			}
		}
		slices.SortFunc(found, func(a, b syncer.Clash) int {
			return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID))
		})
		return slices.Values(found)
	})
}

// Inbox implements [syncer.View].
func (v view) Inbox(ctx context.Context) iter.Seq2[syncer.Hinted, error] {
	return list(ctx, v, func(p *pair) iter.Seq[syncer.Hinted] {
		rows := p.inbox.snapshot()
		return func(yield func(syncer.Hinted) bool) {
			for row := range rows {
				row.Within = slices.Clone(row.Within)
				if !yield(row) {
					return
				}
			}
		}
	})
}

// Seen implements [syncer.View]. The Records come by RecordID.
func (v view) Seen(ctx context.Context, side syncer.Side) iter.Seq2[syncer.RecordID, error] {
	return list(ctx, v, func(p *pair) iter.Seq[syncer.RecordID] { return p.seen[side].snapshot() })
}

// Journal implements [syncer.View].
func (v view) Journal(ctx context.Context, after syncer.Position) iter.Seq2[syncer.Outcome, error] {
	return list(ctx, v, func(p *pair) iter.Seq[syncer.Outcome] {
		first := sort.Search(len(p.journal), func(i int) bool { return after.Less(p.journal[i].Position) })
		return slices.Values(p.journal[first:])
	})
}

// list yields what f picks from the pair. f is called under the lock when the loop begins, and what
// it returns is read without.
func list[T any](ctx context.Context, v view, f func(p *pair) iter.Seq[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		values, err := take(ctx, v, f)
		if err != nil {
			var none T
			yield(none, err)
			return
		}
		for value := range values {
			if !yield(value, nil) {
				return
			}
		}
	}
}
