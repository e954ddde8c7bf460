package memory

import (
	"context"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

var (
	_ syncer.Forgetter = (*Store)(nil)
	_ syncer.Owners    = (*Store)(nil)
)

// Forget implements [syncer.Forgetter].
func (s *Store) Forget(ctx context.Context, name string, before time.Time) error {
	return s.options.do(ctx, OpSave, func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		if p := s.pairs[name]; p != nil {
			p.forget(before)
		}
		return nil
	})
}

// Owner implements [syncer.Owners]. An owner that was killed cannot be told from one that lives until its
// lease has run out.
func (s *Store) Owner(ctx context.Context, name string) (uint64, error) {
	if err := s.options.start(ctx, OpRead); err != nil {
		return 0, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if p := s.pairs[name]; p != nil && s.options.Clock().Before(p.until) {
		return p.fence, nil
	}
	return 0, nil
}
