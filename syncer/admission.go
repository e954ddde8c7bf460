package syncer

import (
	"context"
	"time"
)

// admit asks the gates, in order. What one has counted is taken back if a later one refuses.
func (x *executor) admit(ctx context.Context, a *Action) error {
	gates := x.r.e.opts.Policies.Gates
	for i, g := range gates {
		if err := g.Admit(ctx, *a, x.r.w.approved[a.ID]); err != nil {
			for _, before := range gates[:i] {
				_ = before.Withdraw(context.WithoutCancel(ctx), *a)
			}
			return x.failure(a, err)
		}
	}
	return nil
}

// admitAnew asks the gates again if their word has become old, because a look or the store took its
// time: what they counted then must not leave their windows before the call has its effect.
func (x *executor) admitAnew(ctx context.Context, a *Action, admitted time.Time) error {
	if x.r.now().Sub(admitted).Abs() <= promptly {
		return nil
	}
	return x.admit(ctx, a)
}

// takeBack stores b, which settles a call that is proved not to have been made, and then takes back
// what the Gates counted for it. A process that has lost its lease must not: its successor may have
// made the same call, which counts under the same name. So it is durable under our own fence first
// that the next try of a delete is another one.
func (x *executor) takeBack(ctx context.Context, a *Action, b Batch) error {
	if len(x.r.e.opts.Policies.Gates) == 0 {
		return x.r.commit.soon(ctx, b)
	}
	if a.Op == OpDelete && a.node.known && !a.free {
		x.mu.Lock()
		x.r.tryAgain(&b, a.Record, a.On, a.Path, "its delete was not made")
		x.mu.Unlock()
	}
	if err := x.r.commit.now(ctx, b); err != nil {
		return err
	}
	x.withdraw(ctx, a)
	return nil
}

func (x *executor) withdraw(ctx context.Context, a *Action) {
	for _, g := range x.r.e.opts.Policies.Gates {
		if err := g.Withdraw(context.WithoutCancel(ctx), *a); err != nil {
			x.r.log.WarnContext(ctx, "a gate could not take back what it counted", "path", a.Path, "error", err)
		}
	}
}
