package connect

import (
	"context"
	"fmt"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

const (
	// answered is how long the one call that goes alone is waited for.
	answered = 5 * time.Second
	// asleep is the longest time after which a waiter looks into the Budget again: others may have
	// learnt something.
	asleep = 30 * time.Second
)

// askForAll lets calls go until w may go, or ctx ends. One waiter does this at a time, on its own
// goroutine, and another one goes on when it has what it wants.
func (g *Governor) askForAll(ctx context.Context, w *waiter) {
	timer := time.NewTimer(asleep)
	defer timer.Stop()
	for {
		wait := g.turn(ctx, w)
		if g.options.Budget != nil {
			wait = min(wait, asleep)
		}
		timer.Reset(wait)
		select {
		case <-w.done:
			return
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-g.changed:
		}
	}
}

// turn lets go what may go now, until w is among it, and returns how long until more may.
func (g *Governor) turn(ctx context.Context, w *waiter) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	for !w.gone {
		now := g.now()
		if wait := max(g.stop-now, g.underway(now), g.rest(now)); wait > 0 {
			g.warn(ctx)
			g.refuse(g.stop - now)
			return wait
		}
		most := ahead
		if g.careful {
			most = 1
		}
		waiters := g.queue.next(most)
		if g.careful {
			waiters = waiters[:min(1, len(waiters))]
		}
		if len(waiters) == 0 || ctx.Err() != nil {
			return asleep
		}
		got, err := g.draw(ctx, waiters)
		if err != nil && ctx.Err() != nil {
			return asleep // whoever comes next asks anew
		}
		g.hand(waiters, got, err)
		g.refuse(got.stop)
		if got.next > 0 && got.never == nil {
			return got.next
		}
	}
	return asleep
}

// warn lets the Budget know of a stop at once. If that fails the next draw does it.
func (g *Governor) warn(ctx context.Context) {
	if g.options.Budget != nil && g.stop > g.shared {
		_, _ = g.share(ctx, nil)
	}
}

// refuse fails all calls that wait, if the stop is longer than they wait for.
func (g *Governor) refuse(stop time.Duration) {
	if stop <= g.options.Patience {
		return
	}
	for _, w := range g.queue.all() {
		g.queue.serve(w, fmt.Errorf("service is to be asked again in %s: %w", stop.Round(time.Second), syncer.ErrBusy))
	}
}

// underway is how long to wait for the answer of a call that goes alone.
func (g *Governor) underway(now time.Duration) time.Duration {
	if g.alone < 0 {
		return 0
	}
	wait := g.alone + answered - now
	if wait <= 0 {
		g.alone = -1
	}
	return wait
}

// rest is how long to leave the Budget in peace after it could not give all that was asked for.
func (g *Governor) rest(now time.Duration) time.Duration {
	if g.short < 0 {
		return 0
	}
	return g.short + g.account.patience() - now
}

// draw asks the account for calls.
func (g *Governor) draw(ctx context.Context, waiters []*waiter) (grant, error) {
	asks := make([]ask, len(waiters))
	for i, w := range waiters {
		asks[i] = w.ask
	}
	if g.options.Budget == nil {
		return g.ask(asks), nil
	}
	got, err := g.share(ctx, asks)
	g.short = -1
	if got.next > 0 {
		g.short = g.now()
	}
	return got, err
}

// hand tells the waiters what they have got.
func (g *Governor) hand(waiters []*waiter, got grant, err error) {
	for i, w := range waiters {
		switch {
		case err != nil:
			g.queue.serve(w, fmt.Errorf("draw calls from the budget of %q: %w: %w", g.options.Credential, syncer.ErrBusy, err))
		case got.given[i]:
			if g.careful {
				g.alone = g.now()
			}
			g.queue.serve(w, nil)
		case got.never != nil && got.hollow == i:
			g.queue.serve(w, got.never)
		}
	}
}

// ask draws from the account that is ours alone.
func (g *Governor) ask(asks []ask) grant {
	return g.account.answer(g.account.advance(g.now()+g.offset), draw{delay: g.options.Delay, asks: asks})
}

// share draws from the account in the Budget, and tells it the news. The lock, which is held, is
// given up while the Budget works. Calls that come back too late have lapsed.
func (g *Governor) share(ctx context.Context, asks []ask) (got grant, err error) {
	news, stop, began := g.news, g.stop, g.now()
	d := draw{member: g.name, hold: g.hold, delay: g.options.Delay, asks: asks}
	var common *account
	var offset time.Duration
	g.news = nil
	g.mu.Unlock()
	err = g.options.Budget.Update(ctx, g.options.Credential, func(at time.Time, old []byte) ([]byte, error) {
		a, err := decodeAccount(old)
		if err != nil {
			return nil, err
		}
		a.know(g.options.Windows)
		ours, now := g.now(), a.advance(time.Duration(at.UnixNano()))
		for _, h := range news {
			a.hear(now, h, ours-h.at)
		}
		a.stop = min(max(a.stop, now+stop-ours), now+g.options.Longest)
		got, common, offset = a.answer(now, d), a, now-ours
		return a.encode()
	})
	g.mu.Lock()
	if err != nil {
		g.remember(append(news, g.news...))
		return grant{}, err
	}
	g.account, g.offset, g.shared = common, offset, stop
	took := g.now() - began
	if took > d.hold {
		clear(got.given)
		got.next = max(1, got.next)
	}
	g.hold = max(common.patience(), g.hold*9/10, 2*took)
	return got, nil
}
