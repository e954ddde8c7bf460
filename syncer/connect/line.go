package connect

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// noTimeout is for tries that somebody else ends.
const noTimeout = 24 * time.Hour

// errNoReply ends a try whose answer does not begin in time.
var errNoReply = errors.New("no answer in time")

// notSent is the error of a try that ended before anything was sent.
type notSent struct{ err error }

func (e *notSent) Error() string { return e.err.Error() }
func (e *notSent) Unwrap() error { return e.err }

// RoundTrip is one try: paced, with a token of its own, and with an end.
func (s *sending) RoundTrip(req *http.Request) (*http.Response, error) {
	s.tries++
	s.status, s.id, s.judged, s.token = 0, "", false, ""
	ctx, cancel := context.WithCancelCause(req.Context())
	req, err := s.admit(ctx, req)
	if err != nil {
		cancel(nil)
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, &notSent{s.hide(err)}
	}
	s.line = &line{timeout: s.call.Timeout, cancel: cancel}
	if s.line.timeout == 0 {
		s.line.timeout = s.c.options.Timeout
	}
	start := time.Now()
	resp, err := s.c.options.HTTP.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, s.line.trace())))
	s.line.stop()
	s.log(ctx, resp, err, time.Since(start))
	if err != nil {
		if errors.Is(context.Cause(ctx), errNoReply) {
			err = errNoReply
		}
		cancel(nil)
		s.learn(0, nil)
		return nil, err
	}
	s.learn(resp.StatusCode, resp.Header)
	// net/http would read the target, though it is not to follow it, and repeat it in its error.
	s.target = resp.Header["Location"]
	delete(resp.Header, "Location")
	resp.Body = &replyBody{ReadCloser: resp.Body, cancel: cancel}
	return resp, nil
}

// admit waits until the try may be made and gives it its token. It returns a request in any case.
func (s *sending) admit(ctx context.Context, req *http.Request) (*http.Request, error) {
	req = req.Clone(ctx)
	if s.call.Plain {
		return req, ctx.Err()
	}
	if err := s.authorize(ctx, req); err != nil {
		return req, err
	}
	if !s.paced() {
		return req, ctx.Err()
	}
	if s.call.Kind != "" {
		ctx = WithKind(ctx, s.call.Kind)
	}
	cost := syncer.Cost{Calls: 1, Bytes: max(0, s.call.Body.Size)}
	if err := s.c.options.Pace.Wait(ctx, ClassOf(ctx), cost); err != nil {
		return req, err
	}
	// The wait may have been long. Refreshing once it is over would hold up a call that counts.
	if err := errors.Join(s.authorize(ctx, req), ctx.Err()); err != nil {
		s.learn(0, nil)
		return req, err
	}
	return req, nil
}

// authorize gives the try a token.
func (s *sending) authorize(ctx context.Context, req *http.Request) error {
	if s.c.options.Tokens == nil {
		return nil
	}
	token, err := s.c.options.Tokens.Token(ctx)
	if err != nil {
		return err
	}
	s.token = token
	req.Header.Set("Authorization", "Bearer "+token)
	return nil
}

// learn tells what became of a call that was let through.
func (s *sending) learn(status int, h http.Header) {
	if s.paced() {
		s.c.options.Pace.Learn(status, h)
	}
}

func (s *sending) log(ctx context.Context, resp *http.Response, err error, took time.Duration) {
	status, id := 0, ""
	if resp != nil {
		status, id = resp.StatusCode, s.c.requestID(resp.Header)
	}
	if err != nil {
		err = s.hide(err)
	}
	s.c.options.Log.DebugContext(ctx, "call", "op", s.call.Op, "method", s.call.method(), "path", s.call.place(),
		"try", s.tries, "status", status, "request", id, "took", took, "error", err)
}

// line is what is known of the connection of one try.
type line struct {
	timeout time.Duration
	cancel  context.CancelCauseFunc
	asked   atomic.Bool // the transport tells about connections
	got     atomic.Bool // it had one

	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
}

func (l *line) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn:      func(string) { l.asked.Store(true) },
		GotConn:      func(httptrace.GotConnInfo) { l.got.Store(true) },
		WroteRequest: func(httptrace.WroteRequestInfo) { l.start() },
	}
}

// start begins to wait for the answer.
func (l *line) start() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped {
		return
	}
	if l.timer != nil {
		l.timer.Stop()
	}
	l.timer = time.AfterFunc(l.timeout, func() { l.cancel(errNoReply) })
}

func (l *line) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stopped = true
	if l.timer != nil {
		l.timer.Stop()
	}
}

// sent reports whether the service may have seen the request of a try that ended with err. It
// cannot have if there never was a connection.
func (l *line) sent(err error) bool {
	if l == nil {
		return false
	}
	if l.asked.Load() {
		return l.got.Load()
	}
	op, is := errors.AsType[*net.OpError](err)
	return !is || op.Op != "dial"
}

// replyBody gives the try's context back when the answer has been read.
type replyBody struct {
	io.ReadCloser
	cancel context.CancelCauseFunc
}

func (b *replyBody) Close() error {
	err := b.ReadCloser.Close()
	b.cancel(nil)
	return err
}
