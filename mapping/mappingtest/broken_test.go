package mappingtest

import (
	"context"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
)

// broken is a store that breaks one promise.
type broken struct {
	*memory.Notes
	read   func(found notes, prefix string) notes
	change func(s *memory.Notes, ctx context.Context, prefix string, f func(notes) (notes, error)) error
}

func (b *broken) Read(ctx context.Context, prefix string) (map[string][]byte, error) {
	found, err := b.Notes.Read(ctx, prefix)
	if b.read != nil {
		found = b.read(found, prefix)
	}
	return found, err
}

func (b *broken) Change(ctx context.Context, prefix string, f func(map[string][]byte) (map[string][]byte, error)) error {
	if b.change != nil {
		return b.change(b.Notes, ctx, prefix, f)
	}
	return b.Notes.Change(ctx, prefix, f)
}

func TestTheSuiteNoticesAStoreThatBreaksAPromise(t *testing.T) {
	for name, c := range map[string]struct {
		notices func(ctx context.Context, h StoreHarness) error
		store   broken
	}{
		"it shows what is not under the prefix": {prefixes, broken{read: func(found notes, _ string) notes {
			found["other"] = nil
			return found
		}}},
		"it hides what is empty": {removed, broken{read: func(found notes, _ string) notes {
			maps.DeleteFunc(found, func(_ string, text []byte) bool { return len(text) == 0 })
			return found
		}}},
		"it forgets what is not put": {put, broken{change: func(s *memory.Notes, ctx context.Context, prefix string, f func(notes) (notes, error)) error {
			return s.Change(ctx, prefix, func(now notes) (notes, error) {
				next, err := f(now)
				if next == nil {
					return nil, err
				}
				for name := range now {
					if _, stays := next[name]; !stays {
						next[name] = nil
					}
				}
				return next, err
			})
		}}},
		"it stores in spite of an error": {refused, broken{change: func(s *memory.Notes, ctx context.Context, prefix string, f func(notes) (notes, error)) error {
			var failed error
			err := s.Change(ctx, prefix, func(now notes) (notes, error) {
				var next notes
				next, failed = f(now)
				return next, nil
			})
			if err == nil {
				err = failed
			}
			return err
		}}},
		"it lets names outside of the prefix through": {outside, broken{change: func(s *memory.Notes, ctx context.Context, prefix string, f func(notes) (notes, error)) error {
			return s.Change(ctx, "", func(now notes) (notes, error) {
				maps.DeleteFunc(now, func(name string, _ []byte) bool { return !strings.HasPrefix(name, prefix) })
				return f(now)
			})
		}}},
		"it loses changes that are made at once": {crowd, broken{change: func(s *memory.Notes, ctx context.Context, prefix string, f func(notes) (notes, error)) error {
			next, err := f(notes{}) // as it was before the others
			if err != nil {
				return err
			}
			return store(ctx, s, prefix, next)
		}}},
		"it begins after the end": {ended, broken{change: func(s *memory.Notes, ctx context.Context, prefix string, f func(notes) (notes, error)) error {
			return s.Change(context.WithoutCancel(ctx), prefix, f)
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			c.store.Notes = memory.NewNotes(memory.Options{})
			require.Error(t, c.notices(t.Context(), StoreHarness{Store: &c.store}))
			require.NoError(t, c.notices(t.Context(), StoreHarness{Store: memory.NewNotes(memory.Options{})}))
		})
	}
}
