package mappingtest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"github.com/procorebox/procorebox/mapping"
)

func noRun(ctx context.Context, h RunStoreHarness) error {
	return errors.Join(told(ctx, h.Store, "", time.Time{}), told(ctx, h.Store, "a", time.Time{}),
		missing(ctx, h.Store, 1), h.Store.Forget(ctx, runDay(0)))
}

func newestFirst(ctx context.Context, h RunStoreHarness) error {
	a := &adder{store: h.Store}
	a.add(ctx, "a", 2, "second \x00\xff é")
	a.add(ctx, "b", 3, "of another link")
	a.add(ctx, "a", 1, "first, stored later")
	a.add(ctx, "a", 4, "")
	return errors.Join(a.err,
		told(ctx, h.Store, "a", time.Time{}, "", "second \x00\xff é", "first, stored later"),
		told(ctx, h.Store, "b", time.Time{}, "of another link"),
		told(ctx, h.Store, "", time.Time{}, "", "of another link", "second \x00\xff é", "first, stored later"),
		told(ctx, h.Store, "", runDay(3), "second \x00\xff é", "first, stored later"),
		told(ctx, h.Store, "a", runDay(1)),
		told(ctx, h.Store, "c", time.Time{}),
	)
}

func atOnce(ctx context.Context, h RunStoreHarness) error {
	a := &adder{store: h.Store}
	a.add(ctx, "a", 1, "one")
	a.add(ctx, "b", 1, "two")
	a.add(ctx, "a", 1, "three")
	return errors.Join(a.err,
		told(ctx, h.Store, "", time.Time{}, "three", "two", "one"),
		told(ctx, h.Store, "a", runDay(2), "three", "one"),
		told(ctx, h.Store, "a", runDay(1)),
	)
}

func stopped(ctx context.Context, h RunStoreHarness) error {
	a := &adder{store: h.Store}
	for i, text := range []string{"one", "two", "three"} {
		a.add(ctx, "a", i, text)
	}
	seen := 0
	err := h.Store.Each(ctx, "a", time.Time{}, func(uint64, []byte) bool {
		seen++
		a.add(ctx, "a", 10+seen, "meanwhile")
		return seen < 2
	})
	if err := errors.Join(err, a.err); err != nil {
		return err
	}
	if seen != 2 {
		return fmt.Errorf("%d runs were told to somebody who wanted two", seen)
	}
	return told(ctx, h.Store, "a", time.Time{}, "meanwhile", "meanwhile", "three", "two", "one")
}

func replaced(ctx context.Context, h RunStoreHarness) error {
	a := &adder{store: h.Store}
	one, two, three := a.add(ctx, "a", 1, "one"), a.add(ctx, "a", 2, "two"), a.add(ctx, "b", 3, "three")
	return errors.Join(a.err,
		h.Store.Put(ctx, two, runDay(2), []byte("two and a half")),
		told(ctx, h.Store, "", time.Time{}, "three", "two and a half", "one"),
		h.Store.Put(ctx, three, runDay(0), []byte("long ago"), two, 1000),
		told(ctx, h.Store, "", time.Time{}, "one", "long ago"),
		told(ctx, h.Store, "b", time.Time{}, "long ago"),
		missing(ctx, h.Store, two),
		h.Store.Put(ctx, one, runDay(1), []byte("one")),
	)
}

func notThere(ctx context.Context, h RunStoreHarness) error {
	a := &adder{store: h.Store}
	one := a.add(ctx, "a", 1, "one")
	if err := h.Store.Put(ctx, one+1, runDay(1), []byte("two"), one); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("put returned %v, want an error that wraps fs.ErrNotExist", err) //nolint:errorlint // it is the wrong one
	}
	return errors.Join(a.err, told(ctx, h.Store, "", time.Time{}, "one"))
}

func forgotten(ctx context.Context, h RunStoreHarness) error {
	a := &adder{store: h.Store}
	a.add(ctx, "a", 1, "one")
	two, three := a.add(ctx, "b", 2, "two"), a.add(ctx, "a", 3, "three")
	err := errors.Join(a.err,
		h.Store.Forget(ctx, runDay(2)),
		told(ctx, h.Store, "", time.Time{}, "three", "two"),
		h.Store.Forget(ctx, runDay(100)),
		told(ctx, h.Store, "", time.Time{}),
		missing(ctx, h.Store, two), missing(ctx, h.Store, three),
	)
	if four := a.add(ctx, "a", 4, "four"); four <= three {
		return fmt.Errorf("number %d was given after number %d", four, three)
	}
	return errors.Join(err, a.err)
}

func runCopies(ctx context.Context, h RunStoreHarness) error {
	mine := []byte("1")
	n, err := h.Store.Add(ctx, "a", runDay(1), mine)
	if err != nil {
		return err
	}
	mine[0] = '2'
	got, err := h.Store.Get(ctx, n)
	if err != nil {
		return err
	}
	got[0] = '3'
	return told(ctx, h.Store, "a", time.Time{}, "1")
}

func runsEnded(ctx context.Context, h RunStoreHarness) error {
	over, cancel := context.WithCancel(ctx)
	cancel()
	_, added := h.Store.Add(over, "a", runDay(1), nil)
	_, got := h.Store.Get(over, 1)
	for what, err := range map[string]error{
		"add": added, "get": got, "put": h.Store.Put(over, 1, runDay(1), nil), "forget": h.Store.Forget(over, runDay(1)),
		"each": h.Store.Each(over, "", time.Time{}, func(uint64, []byte) bool { return true }),
	} {
		if !errors.Is(err, context.Canceled) {
			return fmt.Errorf("%s returned %v", what, err) //nolint:errorlint // it is the wrong one
		}
	}
	return told(ctx, h.Store, "", time.Time{})
}

// numbered lets two processes add runs at once.
func numbered(ctx context.Context, h RunStoreHarness) error {
	other := h.Store
	if h.Other != nil {
		var err error
		if other, err = h.Other(ctx); err != nil {
			return err
		}
	}
	const each = 20
	var mu sync.Mutex
	var failed error
	numbers := map[uint64]bool{}
	var wg sync.WaitGroup
	for _, s := range []mapping.RunStore{h.Store, other} {
		wg.Go(func() {
			for i := range each {
				n, err := s.Add(ctx, "a", runDay(i), nil)
				mu.Lock()
				failed, numbers[n] = errors.Join(failed, err), true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(numbers) != 2*each {
		return fmt.Errorf("%d runs have %d numbers: %w", 2*each, len(numbers), failed)
	}
	return failed
}

func manyRuns(ctx context.Context, h RunStoreHarness) error {
	a := &adder{store: h.Store}
	const many = 1100
	for i := range many {
		a.add(ctx, "a", i/3, fmt.Sprint(i)) // some at once
	}
	next := many - 1
	var wrong error
	err := h.Store.Each(ctx, "", time.Time{}, func(_ uint64, data []byte) bool {
		if string(data) != fmt.Sprint(next) {
			wrong = fmt.Errorf("run %q comes where %d is due", data, next)
		}
		next--
		return wrong == nil
	})
	if err := errors.Join(a.err, err, wrong); err != nil {
		return err
	}
	if next != -1 {
		return fmt.Errorf("%d runs were not told", next+1)
	}
	return nil
}

func runsLast(ctx context.Context, h RunStoreHarness) error {
	if h.Reopen == nil {
		return errSkipped
	}
	a := &adder{store: h.Store}
	a.add(ctx, "a", 1, "one")
	two := a.add(ctx, "a", 2, "two")
	if err := errors.Join(a.err, h.Store.Put(ctx, two, runDay(2), []byte("done"))); err != nil {
		return err
	}
	again, err := h.Reopen(ctx)
	if err != nil {
		return err
	}
	return told(ctx, again, "a", time.Time{}, "done", "one")
}
