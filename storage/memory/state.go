package memory

import (
	"context"
	"fmt"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// state is a pair in the hands of one owner.
type state struct {
	view
	fence uint64
}

var _ syncer.State = (*state)(nil)

// Fence implements [syncer.State].
func (s *state) Fence() uint64 { return s.fence }

// Renew implements [syncer.State].
func (s *state) Renew(ctx context.Context) (until time.Time, err error) {
	err = s.own(ctx, OpRenew, func(p *pair) error {
		p.until = s.store.options.Clock().Add(s.store.options.Lease)
		until = p.until
		return nil
	})
	if err != nil {
		return time.Time{}, err
	}
	return until, nil
}

// Commit implements [syncer.State]. A Batch that both adds and removes a thing removes it.
func (s *state) Commit(ctx context.Context, b syncer.Batch) error {
	return s.own(ctx, OpCommit, func(p *pair) error {
		if err := p.check(b); err != nil {
			return fmt.Errorf("commit to pair %q: %w", s.name, err)
		}
		p.apply(b, s.fence)
		return nil
	})
}

// Close implements [syncer.State].
func (s *state) Close() error {
	return s.store.options.do(context.Background(), OpClose, func() error {
		s.store.mu.Lock()
		defer s.store.mu.Unlock()
		if p := s.store.pairs[s.name]; p.fence == s.fence {
			p.until = time.Time{}
		}
		return nil
	})
}

// own calls f with the pair, unless it has a newer owner or none any more.
func (s *state) own(ctx context.Context, op Op, f func(p *pair) error) error {
	return s.store.options.do(ctx, op, func() error {
		s.store.mu.Lock()
		defer s.store.mu.Unlock()
		p := s.store.pairs[s.name]
		switch {
		case p.fence != s.fence:
			return fmt.Errorf("%s pair %q under fence %d: it is at fence %d: %w", op, s.name, s.fence, p.fence, syncer.ErrFenced)
		case p.until.IsZero():
			return fmt.Errorf("%s pair %q under fence %d: it was closed: %w", op, s.name, s.fence, syncer.ErrFenced)
		}
		return f(p)
	})
}
