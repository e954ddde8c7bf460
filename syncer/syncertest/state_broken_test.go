package syncertest_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// broken is a store in memory with a fault. Each function replaces what its name says; those that
// are nil leave the store as it is.
type broken struct {
	syncer.StateStore
	open    func(ctx context.Context, pair string) (syncer.State, error)
	append  func(ctx context.Context, pair string, hints ...syncer.Hint) error
	advance func(ctx context.Context, stream string, from, to syncer.Cursor, hints map[string][]syncer.Hint) error
	decide  func(ctx context.Context, pair string, action syncer.ActionID, d syncer.Decision) error
	choose  func(ctx context.Context, pair string, id syncer.ClashID, r syncer.Resolution) error
	fault   fault
}

// fault replaces methods of a State or View; v and s are those of the store without the fault.
type fault struct {
	record   func(v syncer.View, r syncer.Record) syncer.Record
	byID     func(ctx context.Context, v syncer.View, side syncer.Side, id string) (syncer.Record, error)
	children func(ctx context.Context, v syncer.View, parent syncer.RecordID) iter.Seq2[syncer.Record, error]
	byName   func(ctx context.Context, v syncer.View, side syncer.Side, parent syncer.RecordID, key syncer.Key) iter.Seq2[syncer.Record, error]
	records  func(ctx context.Context, v syncer.View) iter.Seq2[syncer.Record, error]
	intents  func(ctx context.Context, v syncer.View) iter.Seq2[syncer.Intent, error]
	pending  func(ctx context.Context, v syncer.View) iter.Seq2[syncer.Pending, error]
	holds    func(ctx context.Context, v syncer.View) iter.Seq2[syncer.Hold, error]
	clashes  func(ctx context.Context, v syncer.View, open bool) iter.Seq2[syncer.Clash, error]
	inbox    func(ctx context.Context, v syncer.View) iter.Seq2[syncer.Hinted, error]
	journal  func(ctx context.Context, v syncer.View, after syncer.Position) iter.Seq2[syncer.Outcome, error]
	fence    func(s syncer.State) uint64
	renew    func(ctx context.Context, s syncer.State) (time.Time, error)
	commit   func(ctx context.Context, s syncer.State, b syncer.Batch) error
	close    func(s syncer.State) error
}

func (b *broken) Open(ctx context.Context, pair string) (syncer.State, error) {
	open := b.StateStore.Open
	if b.open != nil {
		open = b.open
	}
	s, err := open(ctx, pair)
	if err != nil {
		return nil, err
	}
	return &brokenState{brokenView{s, &b.fault}, s}, nil
}

func (b *broken) View(ctx context.Context, pair string) (syncer.View, error) {
	v, err := b.StateStore.View(ctx, pair)
	return brokenView{v, &b.fault}, err
}

func (b *broken) Append(ctx context.Context, pair string, hints ...syncer.Hint) error {
	if b.append != nil {
		return b.append(ctx, pair, hints...)
	}
	return b.StateStore.Append(ctx, pair, hints...)
}

func (b *broken) Advance(ctx context.Context, stream string, from, to syncer.Cursor, hints map[string][]syncer.Hint) error {
	if b.advance != nil {
		return b.advance(ctx, stream, from, to, hints)
	}
	return b.StateStore.Advance(ctx, stream, from, to, hints)
}

func (b *broken) Decide(ctx context.Context, pair string, action syncer.ActionID, d syncer.Decision) error {
	if b.decide != nil {
		return b.decide(ctx, pair, action, d)
	}
	return b.StateStore.Decide(ctx, pair, action, d)
}

func (b *broken) Choose(ctx context.Context, pair string, id syncer.ClashID, r syncer.Resolution) error {
	if b.choose != nil {
		return b.choose(ctx, pair, id, r)
	}
	return b.StateStore.Choose(ctx, pair, id, r)
}

type brokenView struct {
	syncer.View
	f *fault
}

func (v brokenView) Record(ctx context.Context, id syncer.RecordID) (syncer.Record, error) {
	r, err := v.View.Record(ctx, id)
	if v.f.record != nil && err == nil {
		r = v.f.record(v.View, r)
	}
	return r, err
}

func (v brokenView) ByID(ctx context.Context, side syncer.Side, id string) (syncer.Record, error) {
	if v.f.byID != nil {
		return v.f.byID(ctx, v.View, side, id)
	}
	return v.View.ByID(ctx, side, id)
}

func (v brokenView) Children(ctx context.Context, parent syncer.RecordID) iter.Seq2[syncer.Record, error] {
	if v.f.children != nil {
		return v.f.children(ctx, v.View, parent)
	}
	return v.View.Children(ctx, parent)
}

func (v brokenView) ByName(ctx context.Context, side syncer.Side, parent syncer.RecordID, key syncer.Key) iter.Seq2[syncer.Record, error] {
	if v.f.byName != nil {
		return v.f.byName(ctx, v.View, side, parent, key)
	}
	return v.View.ByName(ctx, side, parent, key)
}

func (v brokenView) Records(ctx context.Context) iter.Seq2[syncer.Record, error] {
	return instead(ctx, v, v.f.records, v.View.Records)
}

func (v brokenView) Intents(ctx context.Context) iter.Seq2[syncer.Intent, error] {
	return instead(ctx, v, v.f.intents, v.View.Intents)
}

func (v brokenView) Pending(ctx context.Context) iter.Seq2[syncer.Pending, error] {
	return instead(ctx, v, v.f.pending, v.View.Pending)
}

func (v brokenView) Holds(ctx context.Context) iter.Seq2[syncer.Hold, error] {
	return instead(ctx, v, v.f.holds, v.View.Holds)
}

func (v brokenView) Clashes(ctx context.Context, open bool) iter.Seq2[syncer.Clash, error] {
	if v.f.clashes != nil {
		return v.f.clashes(ctx, v.View, open)
	}
	return v.View.Clashes(ctx, open)
}

func (v brokenView) Inbox(ctx context.Context) iter.Seq2[syncer.Hinted, error] {
	return instead(ctx, v, v.f.inbox, v.View.Inbox)
}

func (v brokenView) Journal(ctx context.Context, after syncer.Position) iter.Seq2[syncer.Outcome, error] {
	if v.f.journal != nil {
		return v.f.journal(ctx, v.View, after)
	}
	return v.View.Journal(ctx, after)
}

func instead[T any](ctx context.Context, v brokenView, fault func(context.Context, syncer.View) iter.Seq2[T, error],
	right func(context.Context) iter.Seq2[T, error],
) iter.Seq2[T, error] {
	if fault != nil {
		return fault(ctx, v.View)
	}
	return right(ctx)
}

type brokenState struct {
	brokenView
	s syncer.State
}

func (s *brokenState) Fence() uint64 {
	if s.f.fence != nil {
		return s.f.fence(s.s)
	}
	return s.s.Fence()
}

func (s *brokenState) Renew(ctx context.Context) (time.Time, error) {
	if s.f.renew != nil {
		return s.f.renew(ctx, s.s)
	}
	return s.s.Renew(ctx)
}

func (s *brokenState) Commit(ctx context.Context, b syncer.Batch) error {
	if s.f.commit != nil {
		return s.f.commit(ctx, s.s, b)
	}
	return s.s.Commit(ctx, b)
}

func (s *brokenState) Close() error {
	if s.f.close != nil {
		return s.f.close(s.s)
	}
	return s.s.Close()
}

// backwards reverses a sequence.
func backwards[T any](seq iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var list []T
		for v, err := range seq {
			if err != nil {
				yield(v, err)
				return
			}
			list = append(list, v)
		}
		for _, v := range slices.Backward(list) {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// only leaves out what keep refuses.
func only[T any](seq iter.Seq2[T, error], keep func(T) bool) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for v, err := range seq {
			if (err != nil || keep(v)) && !yield(v, err) {
				return
			}
		}
	}
}

// parts commits Batches one after the other, as a store without transactions would.
func parts(ctx context.Context, s syncer.State, batches ...syncer.Batch) error {
	for _, b := range batches {
		if err := s.Commit(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// harnessOf returns a function that opens a new store in memory with a fault.
func harnessOf(breaks func(b *broken, m *memory.Store)) func(context.Context) (*syncertest.StoreHarness, error) {
	return func(context.Context) (*syncertest.StoreHarness, error) {
		clock := new(syncertest.Clock)
		m := memory.New(memory.Options{Clock: clock.Now, Lease: time.Minute})
		b := &broken{StateStore: m}
		breaks(b, m)
		return &syncertest.StoreHarness{
			Store: b, Lease: time.Minute, Advance: clock.Advance,
			Reopen: func(context.Context) (syncer.StateStore, error) { return b, nil },
		}, nil
	}
}

// requireCaught fails unless the case of that name is among those that failed, with its promise.
func requireCaught(t *testing.T, err error, name string) {
	t.Helper()
	require.Error(t, err)
	joined, ok := err.(interface{ Unwrap() []error })
	require.True(t, ok)
	var names []string
	for _, err := range joined.Unwrap() {
		failure, ok := errors.AsType[*syncertest.Failure](err)
		require.True(t, ok)
		require.NotEmpty(t, failure.Promise)
		names = append(names, failure.Case)
	}
	require.Contains(t, names, name)
	require.ErrorContains(t, err, name)
}
