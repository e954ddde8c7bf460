package memory

import (
	"context"
	"fmt"
	"io/fs"
	"sync"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// Tokens is a [connect.TokenStore] for one process. What it holds is gone with the process, and a
// refresh token with it: whoever signs in by hand wants a store that lasts.
type Tokens struct {
	options Options
	mu      sync.Mutex
	rows    map[string]*tokenRow
}

// tokenRow is one credential. Whoever has its place is the only one in an Update of it.
type tokenRow struct {
	place  chan struct{}
	token  connect.Token
	stored bool
}

var _ connect.TokenStore = (*Tokens)(nil)

// NewTokens returns an empty store. Of the Options it uses Fail.
func NewTokens(o Options) *Tokens {
	return &Tokens{options: o.withDefaults(), rows: map[string]*tokenRow{}}
}

// Load implements [connect.TokenStore].
func (s *Tokens) Load(ctx context.Context, credential string) (connect.Token, error) {
	if err := s.options.start(ctx, OpRead); err != nil {
		return connect.Token{}, err
	}
	token, stored := s.read(s.row(credential))
	if !stored {
		return connect.Token{}, fmt.Errorf("load token of %q: %w", credential, fs.ErrNotExist)
	}
	return token, nil
}

// Update implements [connect.TokenStore].
func (s *Tokens) Update(ctx context.Context, credential string, change func(ctx context.Context, now connect.Token, save connect.SaveToken) error) error {
	if err := s.options.start(ctx, OpRead); err != nil {
		return err
	}
	row := s.row(credential)
	select {
	case row.place <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	over := false
	defer func() {
		s.mu.Lock()
		over = true
		s.mu.Unlock()
		<-row.place
	}()
	now, _ := s.read(row)
	return change(ctx, now, func(ctx context.Context, t connect.Token) error {
		return s.options.do(ctx, OpSave, func() error {
			s.mu.Lock()
			defer s.mu.Unlock()
			if over {
				return fmt.Errorf("save token of %q after its update has ended: %w", credential, syncer.ErrInvalid)
			}
			row.token, row.stored = t, true
			return nil
		})
	})
}

// row returns the row of a credential, a new one if there is none.
func (s *Tokens) row(credential string) *tokenRow {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.rows[credential]
	if row == nil {
		row = &tokenRow{place: make(chan struct{}, 1)}
		s.rows[credential] = row
	}
	return row
}

func (s *Tokens) read(row *tokenRow) (token connect.Token, stored bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return row.token, row.stored
}
