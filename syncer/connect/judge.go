package connect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// check is the loop's question whether to try again.
func (s *sending) check(ctx context.Context, resp *http.Response, err error) (bool, error) {
	switch {
	case err != nil:
		return s.afterFailure(ctx, err), nil
	case s.judged: // the answer's reader has found nothing wrong with it
		return false, nil
	}
	s.judged = true
	return s.afterReply(ctx, resp), nil
}

// afterFailure judges a try that brought no answer, or one that cannot be read.
func (s *sending) afterFailure(ctx context.Context, err error) bool {
	s.failed++
	s.err = s.hide(cause(err))
	if early, ok := errors.AsType[*notSent](err); ok {
		s.err = early.err
		return false
	}
	if ctx.Err() != nil || errors.Is(err, ErrTooLarge) || errors.Is(err, errShape) {
		s.doubt(s.line.sent(err))
		return false
	}
	if failed := s.body.failure(); failed != nil && !s.judged {
		s.err = failed // the service cannot have taken what was not sent whole
		return false
	}
	sent := s.line.sent(err)
	s.doubt(sent)
	if !sent {
		s.err = unreached{&busy{"service was not reached", s.err}}
	}
	return (!sent || s.mayRepeat()) && s.again(ctx, backoff(s.failed, s.c.options.Random()))
}

// afterReply judges an answer.
func (s *sending) afterReply(ctx context.Context, resp *http.Response) bool {
	s.status, s.id = resp.StatusCode, s.c.requestID(resp.Header)
	if s.target != nil {
		resp.Header["Location"] = s.target
	}
	switch {
	case s.call.accepts(s.status):
		s.err = nil
		return false
	case s.call.pends(s.status):
		return s.afterPending(ctx, resp)
	case s.status == http.StatusUnauthorized && s.token != "":
		if s.renew(ctx) {
			return true
		}
		if s.err != nil {
			return false
		}
	}
	s.failed++
	s.err = s.decode(resp)
	proof := s.proves(resp)
	s.doubt(!proof)
	if !temporary(s.status, s.err) || !proof && !s.mayRepeat() {
		return false
	}
	return s.again(ctx, s.wanted(resp.Header)) && s.leaveToPace(resp.Header)
}

// wanted is how long to wait before the call is sent again.
func (s *sending) wanted(h http.Header) time.Duration {
	random := s.c.options.Random()
	if wait, asked := RetryAfter(h); asked {
		return spread(wait, random)
	}
	return backoff(s.failed, random)
}

// leaveToPace lets Options.Pace do the waiting that it does for all calls anyway. It returns true.
func (s *sending) leaveToPace(h http.Header) bool {
	_, asked := RetryAfter(h)
	if s.paced() && (s.status == http.StatusTooManyRequests || s.status == http.StatusServiceUnavailable && asked) {
		s.wait = 0
	}
	return true
}

// proves reports whether an answer proves that the call was not carried out.
func (s *sending) proves(resp *http.Response) bool {
	if s.status == http.StatusRequestTimeout || s.status >= http.StatusInternalServerError {
		return s.c.options.Refused(s.status, resp.Header)
	}
	return s.status >= http.StatusBadRequest
}

// afterPending asks again when the service is not ready yet.
func (s *sending) afterPending(ctx context.Context, resp *http.Response) bool {
	patience := s.call.Patience
	if patience == 0 {
		patience = 10 * time.Minute
	}
	if s.pending.IsZero() {
		s.pending = time.Now()
	}
	s.err = fmt.Errorf("not ready: %w", syncer.ErrLocked)
	wait, asked := RetryAfter(resp.Header)
	if !asked || wait == 0 {
		wait = time.Second
	}
	if time.Since(s.pending)+wait > patience || late(ctx, wait) {
		s.doubt(true)
		return false
	}
	s.wait = wait
	return true
}

// renew asks for another token, once. It returns false with s.err set if there is none.
func (s *sending) renew(ctx context.Context) bool {
	if s.renewed {
		s.err = signIn("a new token was refused too", nil)
		return false
	}
	s.renewed = true
	if err := s.c.options.Tokens.Refused(ctx, s.token); err != nil {
		if s.err = err; !errors.Is(err, ErrSignIn) {
			s.err = signIn("the token was refused", err)
		}
		return false
	}
	s.wait = 0
	return true
}

// doubt notes that the effect of a try that changes something is not known.
func (s *sending) doubt(unknown bool) {
	if unknown && s.call.repeat() != Harmless {
		s.unknown, s.lost = true, time.Now()
	}
}

// mayRepeat reports whether the call may be sent again after a try whose effect is not known.
func (s *sending) mayRepeat() bool { return s.call.repeat() != Once || s.call.Look != nil }

// again notes that the call is sent again after wait, unless that is too often or too late.
func (s *sending) again(ctx context.Context, wait time.Duration) bool {
	o := s.c.options
	switch {
	case s.failed >= o.Attempts || late(ctx, wait):
		return false
	case wait > o.Longest:
		s.err = fmt.Errorf("%w; to be asked again in %s: %w", s.err, wait.Round(time.Second), syncer.ErrBusy)
		return false
	}
	s.wait = wait
	o.Log.WarnContext(ctx, "call is repeated", "op", s.call.Op, "method", s.call.method(), "path", s.call.place(),
		"status", s.status, "request", s.id, "wait", wait, "error", s.err)
	return true
}

// late reports whether ctx ends before wait is over.
func late(ctx context.Context, wait time.Duration) bool {
	end, ends := ctx.Deadline()
	return ends && time.Until(end) <= wait
}

// decode makes an error of an answer, and leaves what was read of it to be drained.
func (s *sending) decode(resp *http.Response) error {
	data, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20)) // what came must do
	resp.Body.Close()
	if s.token != "" { // some services repeat what they were sent
		data = bytes.ReplaceAll(data, []byte(s.token), []byte("(hidden)"))
	}
	resp.Body = io.NopCloser(bytes.NewReader(data))
	err := s.c.options.Decode(resp.StatusCode, resp.Header, data)
	if err == nil {
		err = StatusError(resp.StatusCode, resp.Header, data)
	}
	if resp.StatusCode == http.StatusTooManyRequests && !errors.Is(err, syncer.ErrBusy) {
		err = fmt.Errorf("%w: %w", err, syncer.ErrBusy)
	}
	return err
}

// temporary reports whether it makes sense to try again later.
func temporary(status int, err error) bool {
	switch status {
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported, http.StatusInsufficientStorage:
		return false
	}
	var says interface{ Temporary() bool }
	return status >= http.StatusInternalServerError || errors.Is(err, syncer.ErrBusy) ||
		errors.As(err, &says) && says.Temporary()
}
