package syncertest_test

import (
	"cmp"
	"context"
	"iter"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
)

// simView is a view from which a dead process reads nothing.
type simView struct {
	syncer.View
	sim *sim
}

// reading asks sim.disk before f reads.
func reading[T any](ctx context.Context, s *sim, f func() (T, error)) (T, error) {
	if err := cmp.Or(ctx.Err(), s.disk(memory.OpRead, false)); err != nil { //nolint:contextcheck // what happens at an instant is no part of the call
		var none T
		return none, err
	}
	return f()
}

// listing asks sim.disk at the start of each loop.
func listing[T any](ctx context.Context, s *sim, seq iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		if err := cmp.Or(ctx.Err(), s.disk(memory.OpRead, false)); err != nil { //nolint:contextcheck // what happens at an instant is no part of the call
			var none T
			yield(none, err)
			return
		}
		seq(yield)
	}
}

func (v simView) Header(ctx context.Context) (syncer.Header, error) {
	return reading(ctx, v.sim, func() (syncer.Header, error) { return v.View.Header(ctx) })
}

func (v simView) Record(ctx context.Context, id syncer.RecordID) (syncer.Record, error) {
	return reading(ctx, v.sim, func() (syncer.Record, error) { return v.View.Record(ctx, id) })
}

func (v simView) ByID(ctx context.Context, side syncer.Side, id string) (syncer.Record, error) {
	return reading(ctx, v.sim, func() (syncer.Record, error) { return v.View.ByID(ctx, side, id) })
}

func (v simView) Tombstone(ctx context.Context, side syncer.Side, id string) (syncer.Tombstone, error) {
	return reading(ctx, v.sim, func() (syncer.Tombstone, error) { return v.View.Tombstone(ctx, side, id) })
}

func (v simView) Children(ctx context.Context, parent syncer.RecordID) iter.Seq2[syncer.Record, error] {
	return listing(ctx, v.sim, v.View.Children(ctx, parent))
}

func (v simView) ByName(ctx context.Context, side syncer.Side, parent syncer.RecordID, key syncer.Key) iter.Seq2[syncer.Record, error] {
	return listing(ctx, v.sim, v.View.ByName(ctx, side, parent, key))
}

func (v simView) Records(ctx context.Context) iter.Seq2[syncer.Record, error] {
	return listing(ctx, v.sim, v.View.Records(ctx))
}

func (v simView) Intents(ctx context.Context) iter.Seq2[syncer.Intent, error] {
	return listing(ctx, v.sim, v.View.Intents(ctx))
}

func (v simView) Pending(ctx context.Context) iter.Seq2[syncer.Pending, error] {
	return listing(ctx, v.sim, v.View.Pending(ctx))
}

func (v simView) Clashes(ctx context.Context, open bool) iter.Seq2[syncer.Clash, error] {
	return listing(ctx, v.sim, v.View.Clashes(ctx, open))
}

func (v simView) Holds(ctx context.Context) iter.Seq2[syncer.Hold, error] {
	return listing(ctx, v.sim, v.View.Holds(ctx))
}

func (v simView) Inbox(ctx context.Context) iter.Seq2[syncer.Hinted, error] {
	return listing(ctx, v.sim, v.View.Inbox(ctx))
}

func (v simView) Seen(ctx context.Context, side syncer.Side) iter.Seq2[syncer.RecordID, error] {
	return listing(ctx, v.sim, v.View.Seen(ctx, side))
}

func (v simView) Journal(ctx context.Context, after syncer.Position) iter.Seq2[syncer.Outcome, error] {
	return listing(ctx, v.sim, v.View.Journal(ctx, after))
}
