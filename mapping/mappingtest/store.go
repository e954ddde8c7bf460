// Package mappingtest holds stores to what package mapping asks of them.
package mappingtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/procorebox/procorebox/mapping"
)

// StoreHarness is a store under test. Only Store is needed; what else is left out skips the cases that
// need it.
type StoreHarness struct {
	Store mapping.Store
	// Other returns the store as another process has it at the same time.
	Other func(ctx context.Context) (mapping.Store, error)
	// Reopen returns the store as another process finds it after this one was killed.
	Reopen func(ctx context.Context) (mapping.Store, error)
}

type notes = map[string][]byte

// TestStore holds a store to every promise of [mapping.Store]. Each case gets a StoreHarness of its own
// from open, with an empty store.
func TestStore(t *testing.T, open func(t *testing.T) StoreHarness) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(ctx context.Context, h StoreHarness) error
	}{
		{"what was never stored is not there", nothing},
		{"what is put is there, byte by byte, and what is not put stays", put},
		{"only names that begin with the prefix are seen", prefixes},
		{"a nil value takes a name away, an empty one does not", removed},
		{"an error of change is returned and stores nothing", refused},
		{"a name outside of the prefix is an error and stores nothing", outside},
		{"what is handed out and taken may be altered afterwards", copies},
		{"a context that has ended starts nothing", ended},
		{"many who add to one note lose nothing", crowd},
		{"two processes that add to one note lose nothing", processes},
		{"what Change has stored outlives the process", durable},
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

var errSkipped = errors.New("the harness does not offer it")

// store puts notes whatever is there.
func store(ctx context.Context, s mapping.Store, prefix string, put notes) error {
	return s.Change(ctx, prefix, func(notes) (notes, error) { return put, nil })
}

// holds returns an error unless want is what s has under prefix.
func holds(ctx context.Context, s mapping.Store, prefix string, want notes) error {
	got, err := s.Read(ctx, prefix)
	if err != nil {
		return err
	}
	var shown notes
	err = s.Change(ctx, prefix, func(now notes) (notes, error) {
		shown = maps.Clone(now)
		return nil, nil
	})
	if err != nil {
		return err
	}
	for how, found := range map[string]notes{"Read": got, "Change": shown} {
		if len(found) != len(want) || len(want) > 0 && !reflect.DeepEqual(found, want) {
			return fmt.Errorf("%s shows %q under %q, want %q", how, found, prefix, want)
		}
	}
	return nil
}

func nothing(ctx context.Context, h StoreHarness) error {
	return errors.Join(holds(ctx, h.Store, "", nil), holds(ctx, h.Store, "a/", nil))
}

func put(ctx context.Context, h StoreHarness) error {
	first, second := []byte("\x00\xff é"), []byte("2")
	return errors.Join(
		store(ctx, h.Store, "a/", notes{"a/1": first}),
		store(ctx, h.Store, "a/", notes{"a/2": second}),
		holds(ctx, h.Store, "a/", notes{"a/1": first, "a/2": second}),
		store(ctx, h.Store, "a/1", notes{"a/1": second}),
		holds(ctx, h.Store, "a/", notes{"a/1": second, "a/2": second}),
	)
}

func prefixes(ctx context.Context, h StoreHarness) error {
	x := []byte("x")
	all := notes{"a": x, "a/": x, "a/é": x, "a/𝄞": x, "a/_": x, "a/%": x, "A/1": x, "b/1": x}
	below := maps.Clone(all)
	for _, name := range []string{"a", "A/1", "b/1"} {
		delete(below, name)
	}
	return errors.Join(
		store(ctx, h.Store, "", all),
		holds(ctx, h.Store, "", all),
		holds(ctx, h.Store, "a/", below),
		holds(ctx, h.Store, "a/_", notes{"a/_": x}),
		holds(ctx, h.Store, "c", nil),
	)
}

func removed(ctx context.Context, h StoreHarness) error {
	return errors.Join(
		store(ctx, h.Store, "", notes{"a": []byte("1"), "b": []byte("2"), "c": {}}),
		store(ctx, h.Store, "", notes{"a": nil, "never": nil}),
		holds(ctx, h.Store, "", notes{"b": []byte("2"), "c": {}}),
	)
}

func refused(ctx context.Context, h StoreHarness) error {
	why := errors.New("not like this")
	err := h.Store.Change(ctx, "", func(notes) (notes, error) { return notes{"a": []byte("1")}, why })
	if !errors.Is(err, why) {
		return fmt.Errorf("change returned %w, want its own error", err)
	}
	return holds(ctx, h.Store, "", nil)
}

func outside(ctx context.Context, h StoreHarness) error {
	if err := store(ctx, h.Store, "a/", notes{"a/1": []byte("1"), "b/1": []byte("1")}); err == nil {
		return errors.New("a name outside of the prefix was stored")
	}
	return holds(ctx, h.Store, "", nil)
}

func copies(ctx context.Context, h StoreHarness) error {
	mine := []byte("1")
	if err := store(ctx, h.Store, "", notes{"a": mine}); err != nil {
		return err
	}
	mine[0] = '2'
	got, err := h.Store.Read(ctx, "")
	if err != nil {
		return err
	}
	got["a"][0] = '3'
	return holds(ctx, h.Store, "", notes{"a": []byte("1")})
}

func ended(ctx context.Context, h StoreHarness) error {
	over, cancel := context.WithCancel(ctx)
	cancel()
	if err := store(over, h.Store, "", notes{"a": []byte("1")}); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("change returned %w", err)
	}
	if _, err := h.Store.Read(over, ""); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("read returned %w", err)
	}
	return holds(ctx, h.Store, "", nil)
}

func crowd(ctx context.Context, h StoreHarness) error { return race(ctx, h.Store, h.Store) }

func processes(ctx context.Context, h StoreHarness) error {
	if h.Other == nil {
		return errSkipped
	}
	other, err := h.Other(ctx)
	if err != nil {
		return err
	}
	return race(ctx, h.Store, other)
}

// race lets stores that are one add bytes to one note, some of them at once.
func race(ctx context.Context, stores ...mapping.Store) error {
	const each = 20
	errs := make([]error, len(stores))
	var wg sync.WaitGroup
	for i, s := range stores {
		wg.Go(func() {
			for range each {
				errs[i] = errors.Join(errs[i], s.Change(ctx, "n", func(now notes) (notes, error) {
					return notes{"n": append(slices.Clone(now["n"]), '.')}, nil
				}))
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	got, err := stores[0].Read(ctx, "n")
	if err != nil {
		return err
	}
	if n := len(got["n"]); n != each*len(stores) {
		return fmt.Errorf("%d of %d bytes are there", n, each*len(stores))
	}
	return nil
}

func durable(ctx context.Context, h StoreHarness) error {
	if h.Reopen == nil {
		return errSkipped
	}
	want := notes{"a": []byte("1"), "b": {}}
	if err := store(ctx, h.Store, "", want); err != nil {
		return err
	}
	again, err := h.Reopen(ctx)
	if err != nil {
		return err
	}
	return holds(ctx, again, "", want)
}
