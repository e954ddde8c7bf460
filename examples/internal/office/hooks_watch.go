package office

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// heard wakes the worker of a pair that a webhook has told something about.
func (w *watch) heard(pair string) {
	link := pair[:max(0, strings.LastIndexByte(pair, '/'))]
	if k := w.worker(link); k != nil {
		signal(k.news)
	}
}

// keepHooks sees to the webhooks until the watch ends.
func (w *watch) keepHooks(ctx context.Context) {
	said := ""
	w.opts.Hooks.rest(ctx, hooksRetry) // until it is known which Links there are
	for ctx.Err() == nil {
		states, err := w.opts.Hooks.Keep(ctx)
		if ctx.Err() != nil {
			return
		}
		next := hooksAgain
		if err != nil {
			w.trouble(fmt.Errorf("webhooks: %w", err))
			next = hooksRetry
		}
		var state strings.Builder
		for _, s := range states {
			if s.Err != nil {
				next = hooksRetry
			}
			fmt.Fprintln(&state, s.Service, s.Where, s.Gone, s.Err == nil)
		}
		if now := state.String(); now != said && err == nil {
			said = now
			w.hooked(states)
		}
		w.opts.Hooks.rest(ctx, next)
	}
}

func (w *watch) hooked(states []HookState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.opts.Hooked != nil {
		w.opts.Hooked(states)
	}
}

// rest waits until something is to be done anew.
func (h *Hooks) rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-h.due:
	case <-timer.C:
	}
}
