package syncer

import (
	"context"
	"time"
)

// What a StateStore may offer beside its contract is found by type assertion, as the upgrades of a side are.

// Owners is a StateStore that tells whether somebody works on a pair.
type Owners interface {
	// Owner returns the fence of the lease that somebody has on a pair now, 0 if nobody has. An owner that
	// is known to be dead has it no longer, though its lease may not have run out yet.
	Owner(ctx context.Context, pair string) (fence uint64, err error)
}

// Forgetter is a StateStore whose journals need not grow for ever.
type Forgetter interface {
	// Forget drops the oldest outcomes of a pair's journal, up to the first that happened at an instant or
	// after it. The others keep their Positions. It needs no lease and may run beside an owner.
	Forget(ctx context.Context, pair string, before time.Time) error
}
