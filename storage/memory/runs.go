package memory

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"time"
)

// Runs keeps what became of runs, as texts of the program's own form, for as long as the process lives. It is
// the RunStore of package mapping.
type Runs struct {
	options Options
	mu      sync.Mutex
	last    uint64 // the number that was given last
	rows    []runRow
}

type runRow struct {
	n     uint64
	link  string
	began time.Time
	data  []byte
}

// NewRuns returns an empty store. Of the Options it uses Fail.
func NewRuns(o Options) *Runs { return &Runs{options: o.withDefaults()} }

// Add stores a run of a link that began at an instant, and returns its number: higher than those before.
func (r *Runs) Add(ctx context.Context, link string, began time.Time, data []byte) (n uint64, err error) {
	err = r.options.do(ctx, OpSave, func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.last++
		n = r.last
		r.rows = append(r.rows, runRow{n, link, began, bytes.Clone(data)})
		return nil
	})
	return n, err
}

// Put replaces what is stored of a run, and takes others away, all or nothing. The error wraps fs.ErrNotExist
// if there is no such run.
func (r *Runs) Put(ctx context.Context, n uint64, began time.Time, data []byte, drop ...uint64) error {
	return r.options.do(ctx, OpSave, func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		i := r.at(n)
		if i < 0 {
			return fmt.Errorf("store run %d: %w", n, fs.ErrNotExist)
		}
		r.rows[i].began, r.rows[i].data = began, bytes.Clone(data)
		r.rows = slices.DeleteFunc(r.rows, func(row runRow) bool { return slices.Contains(drop, row.n) })
		return nil
	})
}

func (r *Runs) at(n uint64) int {
	return slices.IndexFunc(r.rows, func(row runRow) bool { return row.n == n })
}

// Get returns what is stored of a run, or an error that wraps fs.ErrNotExist.
func (r *Runs) Get(ctx context.Context, n uint64) ([]byte, error) {
	if err := r.options.start(ctx, OpRead); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	i := r.at(n)
	if i < 0 {
		return nil, fmt.Errorf("run %d: %w", n, fs.ErrNotExist)
	}
	return bytes.Clone(r.rows[i].data), nil
}

// Each calls f with the runs of a link, or of all if it is empty, newest first, until f returns false. With a
// time, only with those that began before it. No lock is held while f runs.
func (r *Runs) Each(ctx context.Context, link string, before time.Time, f func(n uint64, data []byte) bool) error {
	if err := r.options.start(ctx, OpRead); err != nil {
		return err
	}
	r.mu.Lock()
	rows := slices.Clone(r.rows)
	r.mu.Unlock()
	slices.SortFunc(rows, func(a, b runRow) int { return cmp.Or(b.began.Compare(a.began), cmp.Compare(b.n, a.n)) })
	for _, row := range rows {
		if link != "" && row.link != link || !before.IsZero() && !row.began.Before(before) {
			continue
		}
		if !f(row.n, bytes.Clone(row.data)) {
			return nil
		}
	}
	return nil
}

// Forget takes away the runs that began before an instant.
func (r *Runs) Forget(ctx context.Context, before time.Time) error {
	return r.options.do(ctx, OpSave, func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.rows = slices.DeleteFunc(r.rows, func(row runRow) bool { return row.began.Before(before) })
		return nil
	})
}
