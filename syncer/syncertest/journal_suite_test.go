package syncertest_test

import (
	"context"
	"errors"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func TestJournalSuiteFindsNothingWrongWithAStoreThatKeepsItsPromises(t *testing.T) {
	t.Parallel()
	require.NoError(t, syncertest.CheckJournal(t.Context(), harnessOf(func(*broken, *memory.Store) {})))
}

func TestJournalSuiteCatchesAStore(t *testing.T) {
	t.Parallel()
	renumbered := func(seq iter.Seq2[syncer.Outcome, error], number func(i uint64, p syncer.Position) syncer.Position) iter.Seq2[syncer.Outcome, error] {
		return func(yield func(syncer.Outcome, error) bool) {
			i := uint64(0)
			for o, err := range seq {
				i++
				o.Position = number(i, o.Position)
				if !yield(o, err) {
					return
				}
			}
		}
	}
	for _, c := range []struct {
		that   string
		caught string
		breaks func(b *broken, m *memory.Store)
	}{
		{"tells newest first", "outcomes come oldest first", func(b *broken, _ *memory.Store) {
			b.fault.journal = func(ctx context.Context, v syncer.View, after syncer.Position) iter.Seq2[syncer.Outcome, error] {
				return backwards(v.Journal(ctx, after))
			}
		}},
		{"always begins at the start", "journal is read on from any position", func(b *broken, _ *memory.Store) {
			b.fault.journal = func(ctx context.Context, v syncer.View, _ syncer.Position) iter.Seq2[syncer.Outcome, error] {
				return v.Journal(ctx, syncer.Position{})
			}
		}},
		{"tells the last one again", "journal is read on from any position", func(b *broken, _ *memory.Store) {
			b.fault.journal = func(ctx context.Context, v syncer.View, after syncer.Position) iter.Seq2[syncer.Outcome, error] {
				if after.Seq > 0 {
					after.Seq--
				}
				return v.Journal(ctx, after)
			}
		}},
		{"tells a page", "journal longer than any page is read whole", func(b *broken, _ *memory.Store) {
			b.fault.journal = func(ctx context.Context, v syncer.View, after syncer.Position) iter.Seq2[syncer.Outcome, error] {
				n := 0
				return only(v.Journal(ctx, after), func(syncer.Outcome) bool { n++; return n <= 1000 })
			}
		}},
		{"does not number", "the journal numbers its outcomes", func(b *broken, _ *memory.Store) {
			b.fault.journal = func(ctx context.Context, v syncer.View, after syncer.Position) iter.Seq2[syncer.Outcome, error] {
				return renumbered(v.Journal(ctx, after), func(uint64, syncer.Position) syncer.Position { return syncer.Position{} })
			}
		}},
		{"forgets who wrote", "journal goes on from owner to owner", func(b *broken, _ *memory.Store) {
			b.fault.journal = func(ctx context.Context, v syncer.View, after syncer.Position) iter.Seq2[syncer.Outcome, error] {
				return renumbered(v.Journal(ctx, after), func(i uint64, p syncer.Position) syncer.Position {
					return syncer.Position{Fence: 9 - p.Fence, Seq: i}
				})
			}
		}},
		{"loses where things were put", "outcome comes back as it was written", func(b *broken, _ *memory.Store) {
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				for i := range b.Outcomes {
					b.Outcomes[i].Undo.Handle = ""
				}
				return s.Commit(ctx, b)
			}
		}},
		{"tells once what happened twice", "outcomes come oldest first", func(b *broken, _ *memory.Store) {
			b.fault.journal = func(ctx context.Context, v syncer.View, after syncer.Position) iter.Seq2[syncer.Outcome, error] {
				told := map[syncer.ActionID]bool{}
				return only(v.Journal(ctx, after), func(o syncer.Outcome) bool {
					again := told[o.Action]
					told[o.Action] = true
					return !again
				})
			}
		}},
		{"begins anew with a fresh batch", "fresh batch keeps the journal and adds to it", func(b *broken, _ *memory.Store) {
			var start syncer.Position
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				if b.Fresh {
					for o := range s.Journal(ctx, syncer.Position{}) {
						start = o.Position
					}
				}
				return s.Commit(ctx, b)
			}
			b.fault.journal = func(ctx context.Context, v syncer.View, after syncer.Position) iter.Seq2[syncer.Outcome, error] {
				if after.Less(start) {
					after = start
				}
				return v.Journal(ctx, after)
			}
		}},
		{"tells of what it refused", "batch that is refused leaves no outcome", func(b *broken, _ *memory.Store) {
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				return parts(ctx, s, syncer.Batch{Outcomes: b.Outcomes}, syncer.Batch{Put: b.Put, Fresh: b.Fresh})
			}
		}},
		{"tells its owner only", "journal is read beside the owner", func(b *broken, _ *memory.Store) {
			b.fault.journal = func(ctx context.Context, v syncer.View, after syncer.Position) iter.Seq2[syncer.Outcome, error] {
				if _, owner := v.(syncer.State); !owner {
					return func(yield func(syncer.Outcome, error) bool) { yield(syncer.Outcome{}, errors.New("locked")) }
				}
				return v.Journal(ctx, after)
			}
		}},
	} {
		t.Run("that "+c.that, func(t *testing.T) {
			t.Parallel()
			requireCaught(t, syncertest.CheckJournal(t.Context(), harnessOf(c.breaks)), c.caught)
		})
	}
}

func TestJournalSuiteCatchesAStoreThatForgets(t *testing.T) {
	t.Parallel()
	requireCaught(t, syncertest.CheckJournal(t.Context(), func(context.Context) (*syncertest.StoreHarness, error) {
		return &syncertest.StoreHarness{
			Store:  memory.New(memory.Options{}),
			Reopen: func(context.Context) (syncer.StateStore, error) { return memory.New(memory.Options{}), nil },
		}, nil
	}), "journal outlives the process")
}
