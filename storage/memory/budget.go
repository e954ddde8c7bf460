package memory

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/procorebox/procorebox/syncer/connect"
)

// Budget is a [connect.Budget]. It serves the Governors of one process, and tests.
type Budget struct {
	options  Options
	mu       sync.Mutex // guards what is below, and is never held while a change runs
	now      time.Time
	clock    time.Time // when now was told
	accounts map[string]*account
}

// account is what a credential has spent.
type account struct {
	turn  chan struct{} // holds one value while nobody is in an Update
	value []byte
}

var _ connect.Budget = (*Budget)(nil)

// NewBudget returns an empty Budget. Of the Options it uses Clock and Fail.
func NewBudget(o Options) *Budget {
	b := &Budget{options: o.withDefaults(), accounts: map[string]*account{}}
	b.clock = b.options.Clock()
	b.now = b.clock.Round(0)
	return b
}

// Update implements [connect.Budget].
func (b *Budget) Update(ctx context.Context, credential string, change func(now time.Time, old []byte) ([]byte, error)) error {
	return b.options.do(ctx, OpSpend, func() error {
		a := b.account(credential)
		select {
		case <-a.turn:
		case <-ctx.Done():
			return ctx.Err()
		}
		defer func() { a.turn <- struct{}{} }()
		value, err := change(b.time(), bytes.Clone(a.value))
		if err != nil {
			return fmt.Errorf("update the account of %q: %w", credential, err)
		}
		a.value = bytes.Clone(value)
		return nil
	})
}

func (b *Budget) account(credential string) *account {
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.accounts[credential]
	if a == nil {
		a = &account{turn: make(chan struct{}, 1)}
		a.turn <- struct{}{}
		b.accounts[credential] = a
	}
	return a
}

// time goes on by what has passed since it was asked for last. The difference of two readings of
// the system's clock does not change when the clock is set; one that was put back by other means
// stands still for once.
func (b *Budget) time() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	clock := b.options.Clock()
	b.now = b.now.Add(max(0, clock.Sub(b.clock)))
	b.clock = clock
	return b.now
}
