package fake

import (
	"context"
	"sync"
)

// Life is the time from the making of a fake to its end. What goes on behind its calls (deliveries,
// effects that land late, listeners) belongs to it and ends with it.
type Life struct {
	ctx  context.Context //nolint:containedctx // it is the life of a fake, which no call bounds
	stop context.CancelFunc
	busy sync.WaitGroup
	mu   sync.Mutex // nothing begins once stop was called
}

// NewLife begins a life.
func NewLife() *Life {
	l := &Life{}
	l.ctx, l.stop = context.WithCancel(context.Background())
	return l
}

// Context ends with the life.
func (l *Life) Context() context.Context { return l.ctx }

// Behind runs work behind the call that asks for it, unless the life is over. The work must end with
// the context.
func (l *Life) Behind(work func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ctx.Err() == nil {
		l.busy.Go(work)
	}
}

// End ends the life and lets nothing begin any more. It does not wait.
func (l *Life) End() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stop()
}

// Wait returns when everything behind calls has ended. It is for after End.
func (l *Life) Wait() { l.busy.Wait() }
