package syncer

import (
	"context"
	"errors"
	"io"
	"time"
)

// errStalled is the cause of a transfer that was given up.
var errStalled = errors.New("no progress for too long")

// watchdog gives a transfer up when a read of its body hangs. Time between reads does not count: a
// connector may have to wait there for its turn.
type watchdog struct {
	after time.Duration
	bite  func()
}

// watch returns a context that ends when the transfer stalls, and a function to end the watch.
func watch(ctx context.Context, after time.Duration) (context.Context, *watchdog, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	return ctx, &watchdog{after, func() { cancel(errStalled) }}, func() { cancel(nil) }
}

// body watches every read of b.
func (w *watchdog) body(b io.ReadCloser) io.ReadCloser { return &watched{b, w} }

type watched struct {
	io.ReadCloser
	dog *watchdog
}

func (r *watched) Read(p []byte) (int, error) {
	timer := time.AfterFunc(r.dog.after, r.dog.bite)
	defer timer.Stop()
	return r.ReadCloser.Read(p)
}

// stalled names the true cause of an error that a given-up transfer ended with.
func stalled(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), errStalled) {
		return errors.Join(errStalled, err)
	}
	return err
}
