package memory_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// trouble fails one operation, before its effect or after it.
type trouble struct {
	op   memory.Op
	done bool
}

var errTrouble = errors.New("disk is full")

func (f *trouble) fail(op memory.Op, done bool) error {
	if op == f.op && done == f.done {
		return errTrouble
	}
	return nil
}

// worker is a store of one pair, with something to do for each operation.
type worker struct {
	store  *memory.Store
	ledger *memory.Ledger
	state  syncer.State
}

func (w *worker) do(t *testing.T, op memory.Op) error {
	t.Helper()
	ctx := t.Context()
	switch op {
	case memory.OpOpen:
		_, err := w.store.Open(ctx, "new")
		return err
	case memory.OpRenew:
		_, err := w.state.Renew(ctx)
		return err
	case memory.OpCommit:
		return w.state.Commit(ctx, syncer.Batch{Put: []syncer.Record{item(1)}})
	case memory.OpClose:
		return w.state.Close()
	case memory.OpAppend:
		return w.store.Append(ctx, "pair", syncer.Hint{ID: "x"})
	case memory.OpAdvance:
		return w.store.Advance(ctx, "stream", "", "1", nil)
	case memory.OpDecide:
		return w.store.Decide(ctx, "pair", "held", syncer.Approved)
	case memory.OpChoose:
		return w.store.Choose(ctx, "pair", "met", syncer.TakeSource)
	case memory.OpCharge:
		return w.ledger.Charge(ctx, syncer.Charge{Action: "a", Count: 1, Window: time.Hour, Scopes: []syncer.Limit{{Scope: "pair", Most: 9}}})
	case memory.OpRefund:
		return w.ledger.Refund(ctx, "charged")
	}
	require.Fail(t, "no such operation", op)
	return nil
}

// happened tells which operations have had their effect.
func (w *worker) happened(t *testing.T) map[memory.Op]bool {
	t.Helper()
	ctx := t.Context()
	clone := w.store.Clone()
	v, err := clone.View(ctx, "pair")
	require.NoError(t, err)
	_, err = v.Record(ctx, 1)
	cursor, cursorErr := clone.Cursor(ctx, "stream")
	require.NoError(t, cursorErr)
	hints, decided, chosen := 0, false, false
	for range v.Inbox(ctx) {
		hints++
	}
	for h := range v.Holds(ctx) {
		decided = h.Decision == syncer.Approved
	}
	for c := range v.Clashes(ctx, true) {
		chosen = c.Chosen
	}
	_, lockErr := w.store.Open(ctx, "new")
	used, _, usedErr := w.ledger.Used(ctx, "pair", time.Hour)
	require.NoError(t, usedErr)
	return map[memory.Op]bool{
		memory.OpOpen: errors.Is(lockErr, syncer.ErrLocked), memory.OpCommit: err == nil, memory.OpAppend: hints == 1,
		memory.OpAdvance: cursor == "1", memory.OpDecide: decided, memory.OpChoose: chosen, memory.OpCharge: used == 6, memory.OpRefund: used == 0,
	}
}

func TestFailComesBeforeTheEffectOrAfterIt(t *testing.T) {
	t.Parallel()
	for _, op := range []memory.Op{
		memory.OpOpen, memory.OpRenew, memory.OpCommit, memory.OpClose, memory.OpAppend, memory.OpAdvance, memory.OpDecide, memory.OpChoose,
		memory.OpCharge, memory.OpRefund,
	} {
		for _, done := range []bool{false, true} {
			trouble := new(trouble)
			o := memory.Options{Fail: trouble.fail, Clock: new(syncertest.Clock).Now}
			w := &worker{store: memory.New(o), ledger: memory.NewLedger(o)}
			s, err := w.store.Open(t.Context(), "pair")
			require.NoError(t, err)
			w.state = s
			require.NoError(t, s.Commit(t.Context(), syncer.Batch{Holds: []syncer.Hold{{Action: "held"}}, Clashes: []syncer.Clash{{ID: "met"}}}))
			require.NoError(t, w.ledger.Charge(t.Context(), syncer.Charge{
				Action: "charged", Count: 5, Window: time.Hour, Scopes: []syncer.Limit{{Scope: "pair", Most: 9}},
			}))

			*trouble = struct {
				op   memory.Op
				done bool
			}{op, done}
			require.ErrorIs(t, w.do(t, op), errTrouble, "%s", op)
			trouble.op = ""
			for effect, happened := range w.happened(t) {
				require.Equal(t, done && effect == op, happened, "%s failed, done %t: effect of %s", op, done, effect)
			}
		}
	}
}

func TestFailStopsReads(t *testing.T) {
	t.Parallel()
	f := &trouble{}
	store := memory.New(memory.Options{Fail: f.fail})
	s, err := store.Open(t.Context(), "pair")
	require.NoError(t, err)
	f.op = memory.OpRead
	_, err = s.Record(t.Context(), 1)
	require.ErrorIs(t, err, errTrouble)
	_, err = s.Header(t.Context())
	require.ErrorIs(t, err, errTrouble)
	_, err = store.View(t.Context(), "pair")
	require.ErrorIs(t, err, errTrouble)
	_, err = store.Cursor(t.Context(), "stream")
	require.ErrorIs(t, err, errTrouble)
	for _, err := range s.Records(t.Context()) {
		require.ErrorIs(t, err, errTrouble)
	}
	for _, err := range s.Journal(t.Context(), syncer.Position{}) {
		require.ErrorIs(t, err, errTrouble)
	}
}

func TestCancelledContextStartsNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	store := memory.New(memory.Options{})
	s, err := store.Open(ctx, "pair")
	require.NoError(t, err)
	cancel()
	_, err = store.Open(ctx, "new")
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, s.Commit(ctx, syncer.Batch{Put: []syncer.Record{item(1)}}), context.Canceled)
	require.ErrorIs(t, store.Append(ctx, "pair", syncer.Hint{}), context.Canceled)
	require.Equal(t, []string{"pair"}, store.Pairs())
	_, err = s.Record(t.Context(), 1)
	require.Error(t, err)
}
