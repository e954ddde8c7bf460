package syncertest_test

import (
	"context"
	"errors"
	"iter"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func TestStateStoreSuiteFindsNothingWrongWithAStoreThatKeepsItsPromises(t *testing.T) {
	t.Parallel()
	require.NoError(t, syncertest.CheckStateStore(t.Context(), harnessOf(func(*broken, *memory.Store) {})))
}

func TestStateStoreSuiteCatchesAStore(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		that   string
		caught string
		breaks func(b *broken, m *memory.Store)
	}{
		{"opens what is open", "pair is locked while it is open", func(b *broken, m *memory.Store) {
			var mu sync.Mutex
			last := map[string]syncer.State{}
			b.open = func(ctx context.Context, pair string) (syncer.State, error) {
				mu.Lock()
				defer mu.Unlock()
				s, err := m.Open(ctx, pair)
				if errors.Is(err, syncer.ErrLocked) {
					last[pair].Close()
					s, err = m.Open(ctx, pair)
				}
				last[pair] = s
				return s, err
			}
		}},
		{"locks everything at once", "pair is locked while it is open", func(b *broken, m *memory.Store) {
			b.open = func(ctx context.Context, _ string) (syncer.State, error) { return m.Open(ctx, "all") }
		}},
		{"has one fence for all", "closed pair opens again under a higher fence", func(b *broken, _ *memory.Store) {
			b.fault.fence = func(syncer.State) uint64 { return 1 }
		}},
		{"does not renew", "renewed lease lasts on", func(b *broken, _ *memory.Store) {
			b.fault.renew = func(context.Context, syncer.State) (time.Time, error) { return time.Now(), nil }
		}},
		{"takes a stale owner's word", "owner whose lease was taken over writes nothing", func(b *broken, _ *memory.Store) {
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				if err := s.Commit(ctx, b); !errors.Is(err, syncer.ErrFenced) {
					return err
				}
				return nil
			}
		}},
		{"never gives the lease back", "closed pair opens again under a higher fence", func(b *broken, _ *memory.Store) {
			b.fault.close = func(syncer.State) error { return nil }
		}},
		{"writes the records last", "invalid record at the end of a batch leaves nothing of it", func(b *broken, _ *memory.Store) {
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				records := syncer.Batch{Put: b.Put, Drop: b.Drop}
				b.Put, b.Drop = nil, nil
				return parts(ctx, s, b, records)
			}
		}},
		{"drops last", "fresh batch drops what was there before it adds its own", func(b *broken, _ *memory.Store) {
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				fresh := syncer.Batch{Fresh: b.Fresh}
				b.Fresh = false
				return parts(ctx, s, b, fresh)
			}
		}},
		{"drops even if it refuses", "fresh batch that is refused drops nothing", func(b *broken, _ *memory.Store) {
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				fresh := syncer.Batch{Fresh: b.Fresh}
				b.Fresh = false
				return parts(ctx, s, fresh, b)
			}
		}},
		{"forgets the numbers it gave", "fresh batch without a header drops the scan only", func(b *broken, _ *memory.Store) {
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				if b.Fresh && b.Header == nil {
					b.Header = &syncer.Header{}
				}
				return s.Commit(ctx, b)
			}
		}},
		{"lets two records have one ID", "no two records have one ID on one side", func(b *broken, _ *memory.Store) {
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				if err := s.Commit(ctx, b); !errors.Is(err, syncer.ErrInvalid) {
					return err
				}
				return nil
			}
		}},
		{"puts one record after the other", "ID moves from one record to another in one batch", func(b *broken, _ *memory.Store) {
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				var batches []syncer.Batch
				for _, r := range b.Put {
					batches = append(batches, syncer.Batch{Put: []syncer.Record{r}})
				}
				b.Put = nil
				return parts(ctx, s, append(batches, b)...)
			}
		}},
		{"lets a record stand nowhere", "every record stands in one that exists", func(b *broken, _ *memory.Store) {
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				for i := range b.Put {
					if _, err := s.Record(ctx, b.Put[i].Destination.Parent); err != nil {
						b.Put[i].Destination.Parent = 0
					}
				}
				return s.Commit(ctx, b)
			}
		}},
		{"loses a field", "what was committed is there to the last field", func(b *broken, _ *memory.Store) {
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				for i := range b.Intents {
					b.Intents[i].Split.Destination.Guard = ""
				}
				return s.Commit(ctx, b)
			}
		}},
		{"shares what it holds", "what was committed does not change with the caller's copy", func(b *broken, _ *memory.Store) {
			var shared sync.Map // of *syncer.Facts by RecordID
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				for _, r := range b.Put {
					shared.Store(r.ID, r.Source.Facts)
				}
				return s.Commit(ctx, b)
			}
			b.fault.record = func(_ syncer.View, r syncer.Record) syncer.Record {
				if facts, ok := shared.Load(r.ID); ok {
					r.Source.Facts, _ = facts.(*syncer.Facts)
				}
				return r
			}
		}},
		{"knows one name only", "names are those of the side, in the folder of the side", func(b *broken, _ *memory.Store) {
			b.fault.byName = func(ctx context.Context, v syncer.View, _ syncer.Side, parent syncer.RecordID, key syncer.Key) iter.Seq2[syncer.Record, error] {
				return v.ByName(ctx, syncer.Source, parent, key)
			}
		}},
		{"finds names letter by letter", "names are found by their key", func(b *broken, _ *memory.Store) {
			b.fault.byName = func(ctx context.Context, v syncer.View, side syncer.Side, parent syncer.RecordID, key syncer.Key) iter.Seq2[syncer.Record, error] {
				return only(v.ByName(ctx, side, parent, key), func(r syncer.Record) bool { return r.Half(side).Name == string(key) })
			}
		}},
		{"finds names of what is gone", "only what is present has its name", func(b *broken, _ *memory.Store) {
			b.fault.byName = func(ctx context.Context, v syncer.View, side syncer.Side, parent syncer.RecordID, key syncer.Key) iter.Seq2[syncer.Record, error] {
				return only(v.Children(ctx, parent), func(r syncer.Record) bool { return syncer.NameKey(r.Half(side).Name) == key })
			}
		}},
		{"finds only what is present", "record is found by its ID whatever its presence", func(b *broken, _ *memory.Store) {
			b.fault.byID = func(ctx context.Context, v syncer.View, side syncer.Side, id string) (syncer.Record, error) {
				r, err := v.ByID(ctx, side, id)
				if err == nil && r.Half(side).Presence != syncer.Present {
					return v.Record(ctx, 1<<60)
				}
				return r, err
			}
		}},
		{"lists children by one parent", "children are those of either side", func(b *broken, _ *memory.Store) {
			b.fault.children = func(ctx context.Context, v syncer.View, parent syncer.RecordID) iter.Seq2[syncer.Record, error] {
				return only(v.Records(ctx), func(r syncer.Record) bool { return r.ParentID == parent })
			}
		}},
		{"lists records as they come", "records come by number", func(b *broken, _ *memory.Store) {
			b.fault.records = func(ctx context.Context, v syncer.View) iter.Seq2[syncer.Record, error] {
				return backwards(v.Records(ctx))
			}
		}},
		{"writes no record while it is read", "loop over records may call the other methods", func(b *broken, _ *memory.Store) {
			var busy sync.Mutex
			b.fault.records = func(ctx context.Context, v syncer.View) iter.Seq2[syncer.Record, error] {
				return func(yield func(syncer.Record, error) bool) {
					busy.Lock()
					defer busy.Unlock()
					v.Records(ctx)(yield)
				}
			}
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				if !busy.TryLock() {
					return errors.New("database is locked")
				}
				defer busy.Unlock()
				return s.Commit(ctx, b)
			}
		}},
		{"lists intents newest first", "intents are added and settled by their ID, oldest first", func(b *broken, _ *memory.Store) {
			b.fault.intents = func(ctx context.Context, v syncer.View) iter.Seq2[syncer.Intent, error] {
				return backwards(v.Intents(ctx))
			}
		}},
		{"expires tombstones of replaced items", "old tombstones expire, but for those of replaced items", func(b *broken, _ *memory.Store) {
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				for i := range b.Tombstones {
					b.Tombstones[i].Replaced = false
				}
				return s.Commit(ctx, b)
			}
		}},
		{"expires too much", "old tombstones expire, but for those of replaced items", func(b *broken, _ *memory.Store) {
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				if !b.Expire.IsZero() {
					b.Expire = b.Expire.Add(time.Nanosecond)
				}
				return s.Commit(ctx, b)
			}
		}},
		{"lists what is pending backwards", "pending items are replaced and cleared by their key, and come in its order", func(b *broken, _ *memory.Store) {
			b.fault.pending = func(ctx context.Context, v syncer.View) iter.Seq2[syncer.Pending, error] {
				return backwards(v.Pending(ctx))
			}
		}},
		{"clears by record only", "pending items are replaced and cleared by their key, and come in its order", func(b *broken, _ *memory.Store) {
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				for i := range b.Cleared {
					b.Cleared[i].Side, b.Cleared[i].ID = 0, ""
				}
				return s.Commit(ctx, b)
			}
		}},
		{"forgets the scan last", "what was seen adds up until it is forgotten", func(b *broken, _ *memory.Store) {
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				return parts(ctx, s, b, syncer.Batch{Unseen: b.Unseen})
			}
		}},
		{"lists holds newest first", "holds come oldest first, then by action", func(b *broken, _ *memory.Store) {
			b.fault.holds = func(ctx context.Context, v syncer.View) iter.Seq2[syncer.Hold, error] {
				return backwards(v.Holds(ctx))
			}
		}},
		{"forgets decisions", "decision needs no lease and lasts", func(b *broken, _ *memory.Store) {
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				lifted := syncer.Batch{}
				for _, h := range b.Holds {
					lifted.Lifted = append(lifted.Lifted, h.Action)
				}
				return parts(ctx, s, lifted, b)
			}
		}},
		{"decides in advance", "nothing is decided about what is not held", func(b *broken, m *memory.Store) {
			b.decide = func(ctx context.Context, pair string, action syncer.ActionID, d syncer.Decision) error {
				m.Decide(ctx, pair, action, d)
				return nil
			}
		}},
		{"lists settled conflicts as open ones", "conflicts come oldest first, and the open ones by themselves", func(b *broken, _ *memory.Store) {
			b.fault.clashes = func(ctx context.Context, v syncer.View, _ bool) iter.Seq2[syncer.Clash, error] {
				return v.Clashes(ctx, false)
			}
		}},
		{"keeps every conflict for ever", "settled conflicts fade, open ones stay", func(b *broken, _ *memory.Store) {
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				b.Faded = time.Time{}
				return s.Commit(ctx, b)
			}
		}},
		{"forgets choices", "choice needs no lease and lasts while the conflict is open", func(b *broken, m *memory.Store) {
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				for _, c := range b.Clashes {
					m.Choose(ctx, "pair", c.ID, syncer.Leave)
				}
				return s.Commit(ctx, b)
			}
		}},
		{"chooses whatever is asked", "nothing is chosen for what did not meet", func(b *broken, m *memory.Store) {
			b.choose = func(ctx context.Context, pair string, id syncer.ClashID, r syncer.Resolution) error {
				m.Choose(ctx, pair, id, r)
				return nil
			}
		}},
		{"appends for the owner only", "hints are appended beside the owner", func(b *broken, m *memory.Store) {
			b.append = func(ctx context.Context, pair string, hints ...syncer.Hint) error {
				s, err := m.Open(ctx, pair)
				if err != nil {
					return err
				}
				defer s.Close()
				return m.Append(ctx, pair, hints...)
			}
		}},
		{"numbers hints by their place", "numbers of hints are never used again", func(b *broken, _ *memory.Store) {
			b.fault.inbox = func(ctx context.Context, v syncer.View) iter.Seq2[syncer.Hinted, error] {
				return func(yield func(syncer.Hinted, error) bool) {
					n := uint64(0)
					for row, err := range v.Inbox(ctx) {
						n++
						row.Seq = n
						if !yield(row, err) {
							return
						}
					}
				}
			}
		}},
		{"takes all hints", "only the hints that were taken go", func(b *broken, _ *memory.Store) {
			b.fault.commit = func(ctx context.Context, s syncer.State, b syncer.Batch) error {
				if len(b.Taken) > 0 {
					for row := range s.Inbox(ctx) {
						b.Taken = append(b.Taken, row.Seq)
					}
				}
				return s.Commit(ctx, b)
			}
		}},
		{"moves a stream back", "stream that has moved on is not moved back", func(b *broken, m *memory.Store) {
			b.advance = func(ctx context.Context, stream string, _, to syncer.Cursor, hints map[string][]syncer.Hint) error {
				at, err := m.Cursor(ctx, stream)
				if err != nil {
					return err
				}
				return m.Advance(ctx, stream, at, to, hints)
			}
		}},
		{"appends before it compares", "stream that has moved on is not moved back", func(b *broken, m *memory.Store) {
			b.advance = func(ctx context.Context, stream string, from, to syncer.Cursor, hints map[string][]syncer.Hint) error {
				for pair, list := range hints {
					if err := m.Append(ctx, pair, list...); err != nil {
						return err
					}
				}
				return m.Advance(ctx, stream, from, to, nil)
			}
		}},
		{"moves a stream without its hints", "stream moves together with the hints", func(b *broken, m *memory.Store) {
			b.advance = func(ctx context.Context, stream string, from, to syncer.Cursor, _ map[string][]syncer.Hint) error {
				return m.Advance(ctx, stream, from, to, nil)
			}
		}},
	} {
		t.Run("that "+c.that, func(t *testing.T) {
			t.Parallel()
			requireCaught(t, syncertest.CheckStateStore(t.Context(), harnessOf(c.breaks)), c.caught)
		})
	}
}

func TestStateStoreSuiteCatchesAStoreThatForgets(t *testing.T) {
	t.Parallel()
	err := syncertest.CheckStateStore(t.Context(), func(context.Context) (*syncertest.StoreHarness, error) {
		return &syncertest.StoreHarness{
			Store:  memory.New(memory.Options{}),
			Reopen: func(context.Context) (syncer.StateStore, error) { return memory.New(memory.Options{}), nil },
		}, nil
	})
	requireCaught(t, err, "committed state outlives the process")
	requireCaught(t, err, "lease and fence outlive the process")
	requireCaught(t, err, "numbers of hints and outcomes go on after a restart")
}

func TestStateStoreSuiteSkipsWhatTheHarnessCannotDo(t *testing.T) {
	t.Parallel()
	closed := 0
	require.NoError(t, syncertest.CheckStateStore(t.Context(), func(context.Context) (*syncertest.StoreHarness, error) {
		return &syncertest.StoreHarness{Store: memory.New(memory.Options{}), Close: func() { closed++ }}, nil
	}))
	require.Greater(t, closed, 40, "every harness is closed")
}

func TestStateStoreSuiteTellsWhyItHasNoStore(t *testing.T) {
	t.Parallel()
	none := errors.New("no disk")
	err := syncertest.CheckStateStore(t.Context(), func(context.Context) (*syncertest.StoreHarness, error) { return nil, none })
	require.ErrorIs(t, err, none)
}
