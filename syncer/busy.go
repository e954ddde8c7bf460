package syncer

import (
	"errors"
	"sync"
)

// busy remembers that a side asked to be left in peace: for the rest of the run nobody calls it,
// and nothing is concluded from its silence.
type busy struct {
	mu     sync.Mutex
	reason error
}

// note takes the error of a call.
func (b *busy) note(err error) {
	if err == nil || !errors.Is(err, ErrBusy) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.reason == nil {
		b.reason = err
	}
}

// why returns the error that began the silence, nil if the side may be called.
func (b *busy) why() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.reason
}

// anyBusy reports whether a side is left in peace, or takes no more of some kind of write.
func (r *run) anyBusy() bool {
	for _, side := range sides {
		if r.ends[side].busy.why() != nil || r.paused[side] != (pause{}) {
			return true
		}
	}
	return false
}
