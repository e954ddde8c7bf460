package connect

import (
	"context"
	"errors"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// errAgain asks for one more round: the store is read anew first.
var errAgain = errors.New("refresh was not answered")

// refresh replaces the Token of the store, whose place it has: nobody else refreshes meanwhile. A
// refresh token is marked before it is sent, so that whoever comes after a process that died knows
// that it may be used up, and what it was exchanged for is stored before anybody sees it.
func (s *Source) refresh(ctx context.Context, now Token, save SaveToken) error {
	switch {
	case s.unsaved.Access != "" && s.from == now.Refresh:
		return s.keep(ctx, s.unsaved, save)
	case s.good(now):
		s.token = now
		return nil
	case now.Ended != "":
		return signIn(now.Ended, nil)
	case now.Refresh == "":
		return s.mint(ctx, now, save)
	case now.Refresh == s.rotten: // and it is still what the store has
		return s.end(ctx, now, save, s.whyRotten(), nil)
	case now.Asked.IsZero():
	case s.options.Once:
		return s.end(ctx, now, save, "the answer to a refresh was lost", nil)
	default:
		if err := s.settle(ctx, now.Asked); err != nil {
			return err
		}
	}
	return s.exchange(ctx, now, save)
}

// mint gets a Token that nothing is given up for.
func (s *Source) mint(ctx context.Context, now Token, save SaveToken) error {
	next, err := s.ask(ctx, now)
	if err != nil {
		if errors.Is(err, ErrSignIn) || syncer.NotDone(err) {
			return err
		}
		return &busy{"no token was given", err}
	}
	return s.keep(ctx, next, save)
}

// exchange gives the refresh token up for a new Token.
func (s *Source) exchange(ctx context.Context, now Token, save SaveToken) error {
	marked := now
	marked.Asked = time.Now()
	if err := save(ctx, marked); err != nil {
		return err
	}
	next, err := s.ask(ctx, now)
	switch {
	case err == nil:
		if next.Refresh == "" {
			next.Refresh = now.Refresh
		}
		s.unsaved, s.from = next, now.Refresh
		return s.keep(ctx, next, save)
	case errors.Is(err, ErrSignIn):
		// Nothing is stored on the way out: somebody may have, who knows of no place.
		s.rotten, s.lost = now.Refresh, !now.Asked.IsZero()
		return errAgain
	case syncer.NotDone(err):
		if undone := save(context.WithoutCancel(ctx), now); undone != nil {
			return undone
		}
		return err
	case s.options.Once:
		return s.end(ctx, marked, save, "the answer to a refresh was lost", err)
	}
	s.options.Log.WarnContext(ctx, "refresh was not answered", "credential", s.options.Credential, "error", err)
	return &busy{"refresh was not answered", errors.Join(errAgain, err)}
}

// ask sends one Refresh. It is not broken off: its answer must not be lost.
func (s *Source) ask(ctx context.Context, now Token) (Token, error) {
	if err := ctx.Err(); err != nil {
		return Token{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.options.Timeout)
	defer cancel()
	next, err := s.options.Refresh(ctx, now)
	if err != nil {
		return Token{}, err
	}
	s.options.Log.InfoContext(ctx, "token was refreshed", "credential", s.options.Credential, "until", next.Expiry)
	return received(next), nil
}

// keep stores a Token and only then gives it out.
func (s *Source) keep(ctx context.Context, next Token, save SaveToken) error {
	if err := save(context.WithoutCancel(ctx), next); err != nil {
		return err
	}
	s.token, s.refused, s.rotten, s.unsaved, s.from = next, "", "", Token{}, ""
	return nil
}

// end stores that a person must sign in, so that nobody asks the service in vain.
func (s *Source) end(ctx context.Context, now Token, save SaveToken, why string, cause error) error {
	now.Ended = why
	s.options.Log.ErrorContext(ctx, "credential has ended", "credential", s.options.Credential, "why", why)
	if err := save(context.WithoutCancel(ctx), now); err != nil {
		return signIn(why, errors.Join(cause, err))
	}
	return signIn(why, cause)
}

// settle waits until what was sent at that time has had its effect, or will have none.
func (s *Source) settle(ctx context.Context, asked time.Time) error {
	timer := time.NewTimer(min(s.options.Settle, s.options.Settle-time.Since(asked)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Source) whyRotten() string {
	const why = "the service no longer takes the refresh token"
	if s.lost {
		return why + ", and an earlier refresh was not answered"
	}
	return why
}

// busy is an error that leaves the side in peace for now, without saying that the service is busy.
type busy struct {
	what string
	err  error
}

func (b *busy) Error() string        { return b.what + ": " + b.err.Error() }
func (b *busy) Is(target error) bool { return target == syncer.ErrBusy }
func (b *busy) Unwrap() error        { return b.err }

// unreached is what no service was asked for, since none was reached.
type unreached struct{ *busy }

func (u unreached) Is(target error) bool { return target == syncer.ErrUnreached || u.busy.Is(target) }
