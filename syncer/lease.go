package syncer

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// lease keeps a pair's lease alive while a run lasts. When it is lost, cancel ends all calls.
type lease struct {
	state  State
	clock  func() time.Time
	cancel context.CancelCauseFunc

	mu    sync.Mutex
	until time.Time
}

// outlives makes sure that the lease lasts longer than a call that is about to start may take.
func (l *lease) outlives(ctx context.Context, timeout time.Duration) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.clock().Add(timeout).Before(l.until) {
		return nil
	}
	return l.renew(ctx)
}

func (l *lease) renew(ctx context.Context) error {
	until, err := l.state.Renew(ctx)
	if err != nil {
		l.cancel(err)
		return fmt.Errorf("renew lease: %w", err)
	}
	l.until = until
	return nil
}

// keep renews the lease in the background, for calls that last long, until stop is called.
func (l *lease) keep(ctx context.Context) (stop func()) {
	l.mu.Lock()
	every := l.until.Sub(l.clock()) / 3
	l.mu.Unlock()
	if every <= 0 {
		every = time.Second
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-ctx.Done():
				return
			case <-tick.C:
				l.mu.Lock()
				err := l.renew(ctx)
				l.mu.Unlock()
				if err != nil {
					return
				}
			}
		}
	})
	return func() {
		close(done)
		wg.Wait()
	}
}
