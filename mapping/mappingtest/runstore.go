package mappingtest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"testing"
	"time"

	"github.com/procorebox/procorebox/mapping"
)

// RunStoreHarness is a store under test. Only Store is needed; what else is left out skips the cases that
// need it.
type RunStoreHarness struct {
	Store mapping.RunStore
	// Other returns the store as another process has it at the same time.
	Other func(ctx context.Context) (mapping.RunStore, error)
	// Reopen returns the store as another process finds it after this one was killed.
	Reopen func(ctx context.Context) (mapping.RunStore, error)
}

// TestRunStore holds a store to every promise of [mapping.RunStore]. Each case gets a RunStoreHarness of its
// own from open, with an empty store.
func TestRunStore(t *testing.T, open func(t *testing.T) RunStoreHarness) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(ctx context.Context, h RunStoreHarness) error
	}{
		{"a run that was never stored is not there", noRun},
		{"runs come newest first, each byte by byte", newestFirst},
		{"of two runs that began at once the later one comes first", atOnce},
		{"a reader may stop, and use the store meanwhile", stopped},
		{"what is put replaces what was there, and takes others away", replaced},
		{"a run that is not there cannot be put, and nothing is taken away", notThere},
		{"runs that began long ago are forgotten, and their numbers are not given again", forgotten},
		{"what is handed out and taken may be altered afterwards", runCopies},
		{"a context that has ended starts nothing", runsEnded},
		{"many who add runs get a number each", numbered},
		{"many more runs than a page are all told, in order", manyRuns},
		{"what was stored outlives the process", runsLast},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.run(t.Context(), open(t))
			if errors.Is(err, errSkipped) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

// runDay is when the runs of the cases begin, with the precision that every database has.
func runDay(seconds int) time.Time {
	return time.Date(2026, 5, 4, 9, 30, 15, 123_456_000, time.UTC).Add(time.Duration(seconds) * time.Second)
}

// adder adds runs, and keeps the first error.
type adder struct {
	store mapping.RunStore
	err   error
}

func (a *adder) add(ctx context.Context, link string, seconds int, text string) uint64 {
	n, err := a.store.Add(ctx, link, runDay(seconds), []byte(text))
	a.err = errors.Join(a.err, err)
	return n
}

// told returns an error unless the store tells just these runs.
func told(ctx context.Context, s mapping.RunStore, link string, before time.Time, want ...string) error {
	var got []string
	var wrong error
	err := s.Each(ctx, link, before, func(n uint64, data []byte) bool {
		got = append(got, string(data))
		again, err := s.Get(ctx, n)
		if err != nil || string(again) != string(data) {
			wrong = errors.Join(wrong, fmt.Errorf("run %d is %q in a list and %q by itself: %w", n, data, again, err))
		}
		return true
	})
	if err := errors.Join(err, wrong); err != nil {
		return err
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("runs of %q before %s are %q, want %q", link, before, got, want)
	}
	return nil
}

func missing(ctx context.Context, s mapping.RunStore, n uint64) error {
	if _, err := s.Get(ctx, n); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("run %d: %v, want an error that wraps fs.ErrNotExist", n, err) //nolint:errorlint // it is the wrong one
	}
	return nil
}
