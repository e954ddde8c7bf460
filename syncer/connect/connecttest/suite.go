package connecttest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// suite holds what one contract promises. H is its harness, C is what a case works with.
type suite[H, C any] struct {
	cases []promise[C]
	// begin makes what a case works with.
	begin func(h H, c *check) C
	// end returns what is called after each case; it may be nil.
	end func(h H) func()
}

// promise is one case.
type promise[C any] struct {
	name string
	why  string
	run  func(c C)
}

func (s suite[H, C]) test(t *testing.T, open func(t *testing.T) H) {
	t.Helper()
	for _, p := range s.cases {
		t.Run(p.name, func(t *testing.T) {
			skipped, err := s.keeps(t.Context(), p, open(t))
			if err != nil {
				t.Fatal(err)
			}
			if skipped != "" {
				t.Skip(skipped)
			}
		})
	}
}

func (s suite[H, C]) check(ctx context.Context, open func(ctx context.Context) (H, error)) error {
	var failures []error
	for _, p := range s.cases {
		h, err := open(ctx)
		if err != nil {
			return fmt.Errorf("open harness for %q: %w", p.name, err)
		}
		if _, err := s.keeps(ctx, p, h); err != nil {
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}

// keeps returns why h does not keep p, or why that was not tried.
func (s suite[H, C]) keeps(ctx context.Context, p promise[C], h H) (skipped string, err error) {
	if end := s.end(h); end != nil {
		defer end()
	}
	// What makes somebody wait for ever fails, and does not hang.
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	c := &check{ctx: ctx}
	defer func() {
		if r := recover(); r != nil {
			early, ours := r.(stop)
			if !ours {
				panic(r)
			}
			skipped = early.skip
		}
		if len(c.errs) > 0 {
			err = fmt.Errorf("%s: %w\n(%s)", p.name, errors.Join(c.errs...), p.why)
		}
	}()
	p.run(s.begin(h, c))
	return "", nil
}

// stop ends a case early.
type stop struct{ skip string }

// check is what the cases of every suite work with. Its methods are called on the case's own
// goroutine only.
type check struct {
	ctx  context.Context //nolint:containedctx // it lives exactly as long as its case
	errs []error
}

func (c *check) expect(ok bool, format string, args ...any) {
	if !ok {
		c.errs = append(c.errs, fmt.Errorf(format, args...))
	}
}

// must ends the case if err is not nil.
func (c *check) must(err error, what string) {
	if err != nil {
		c.errs = append(c.errs, fmt.Errorf("%s: %w", what, err))
		panic(stop{})
	}
}

// need skips the case unless the harness has what it takes.
func (c *check) need(has bool, what string) {
	if !has {
		panic(stop{skip: "harness has no " + what})
	}
}

// another returns what is tested as another process has it.
func another[T any](c *check, open func(ctx context.Context) (T, error), what string) T {
	c.need(open != nil, what)
	it, err := open(c.ctx)
	c.must(err, what)
	return it
}
