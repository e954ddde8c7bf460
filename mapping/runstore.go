package mapping

import (
	"context"
	"time"
)

// RunStore keeps what became of runs, as texts under numbers, in the order in which the runs began. It knows
// nothing of what is in them: [github.com/procorebox/procorebox/storage/sqlite.Runs] and
// [github.com/procorebox/procorebox/storage/memory.Runs] are such stores. All methods are safe for use by many
// goroutines, and by many processes where the store is shared by them. mappingtest.TestRunStore holds a
// store to these promises.
type RunStore interface {
	// Add stores a run of a Link that began at an instant, durably when it returns, and returns its
	// number: higher than every other before, and never given twice.
	Add(ctx context.Context, link string, began time.Time, data []byte) (number uint64, err error)
	// Put replaces what is stored of a run and the instant at which it began, and takes other runs away,
	// all or nothing, durably when it returns. The error wraps fs.ErrNotExist if there is no such run;
	// those to be taken away need not be there.
	Put(ctx context.Context, number uint64, began time.Time, data []byte, drop ...uint64) error
	// Get returns what is stored of a run, or an error that wraps fs.ErrNotExist.
	Get(ctx context.Context, number uint64) ([]byte, error)
	// Each calls f with the runs of a Link, or of all if link is empty, until f returns false: those that
	// began last come first, of two that began at once the one with the higher number. If before is not
	// zero only with those that began before it. It takes no more memory for many runs than for few, and f
	// may use the store.
	Each(ctx context.Context, link string, before time.Time, f func(number uint64, data []byte) bool) error
	// Forget takes away the runs that began before an instant.
	Forget(ctx context.Context, before time.Time) error
}
