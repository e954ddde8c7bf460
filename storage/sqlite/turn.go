package sqlite

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"
)

// turns lets one at a time work on each of a file's credentials: of the goroutines of this process by
// turns of their own, of all processes by a lock of the operating system, which ends with whoever has it.
type turns struct {
	path string // of the locks, without what names the credential

	mu    sync.Mutex
	queue map[string]chan struct{} // holds one while a goroutine of this process has its turn
}

// The lock of another process is tried for that often. It is held for as long as a service takes to
// answer.
const (
	firstTry = 5 * time.Millisecond
	lastTry  = 100 * time.Millisecond
)

// take waits for the turn of a credential, until ctx ends. done gives it back.
func (t *turns) take(ctx context.Context, credential string) (done func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	place := t.place(credential)
	select {
	case place <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	lock, err := t.lock(ctx, credential)
	if err != nil {
		<-place
		return nil, err
	}
	return func() {
		lock.release()
		<-place
	}, nil
}

func (t *turns) place(credential string) chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.queue == nil {
		t.queue = map[string]chan struct{}{}
	}
	if t.queue[credential] == nil {
		t.queue[credential] = make(chan struct{}, 1)
	}
	return t.queue[credential]
}

// lock takes the lock of a credential. Its file has a name that any credential can be put into.
func (t *turns) lock(ctx context.Context, credential string) (*fileLock, error) {
	sum := sha256.Sum256([]byte(credential))
	path := fmt.Sprintf("%s-%x", t.path, sum[:8])
	for pause := firstTry; ; pause = min(2*pause, lastTry) {
		lock, err := lockFile(path)
		if !errors.Is(err, errHeld) {
			return lock, err
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, fmt.Errorf("another process has it: %w", ctx.Err())
		}
	}
}
