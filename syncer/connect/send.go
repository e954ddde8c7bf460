package connect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/procorebox/procorebox/syncer"
)

// sending is one call under way. The loop is that of retryablehttp; what is tried again, when, and
// what is known after it, is decided here.
type sending struct {
	c    *Client
	call Call
	url  string
	read func(*http.Response) error // nil if the body is the caller's to read

	tries   int       // that were begun
	failed  int       // of them, apart from those that were answered "not ready"
	pending time.Time // when "not ready" was answered first
	renewed bool      // another token was asked for
	token   string    // of the try
	line    *line     // of the try
	target  []string  // where the answer to it redirects to
	body    *sendBody // of the try
	judged  bool      // the answer to the try was looked at
	wait    time.Duration

	status  int
	id      string
	err     error     // of the latest try, nil if it succeeded
	unknown bool      // some try may have had its effect
	lost    time.Time // when the latest such try ended
	found   bool      // Look has seen the effect
}

// errStop ends the loop of retryablehttp; why stands in the sending.
var errStop = errors.New("stop")

func (c *Client) send(ctx context.Context, call Call, read func(*http.Response) error) (*http.Response, error) {
	if err := call.check(); err != nil {
		return nil, err
	}
	target, err := c.target(call)
	if err != nil {
		return nil, err
	}
	s := &sending{c: c, call: call, url: target.String(), read: read}
	req, err := s.request(ctx)
	if err != nil {
		return nil, err
	}
	loop := retryablehttp.Client{
		HTTPClient:   &http.Client{Transport: s, CheckRedirect: leaveRedirects},
		RetryMax:     math.MaxInt,
		CheckRetry:   s.check,
		Backoff:      func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return s.wait },
		PrepareRetry: func(req *http.Request) error { return s.settle(req.Context()) },
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	resp, err := loop.Do(req)
	return s.end(ctx, resp, err)
}

// request makes the request that every try begins with.
func (s *sending) request(ctx context.Context) (*retryablehttp.Request, error) {
	var body any
	if s.call.Body.Open != nil {
		body = retryablehttp.ReaderFunc(func() (io.Reader, error) { return s.openBody(ctx), nil })
	}
	req, err := retryablehttp.NewRequestWithContext(ctx, s.call.method(), s.url, body)
	if err != nil {
		return nil, fmt.Errorf("%s: method %q or path make no request: %w", s.call.Op, s.call.method(), syncer.ErrInvalid)
	}
	if body != nil {
		req.ContentLength = s.call.Body.Size
	}
	s.setHeader(req.Header)
	if s.read != nil {
		req.SetResponseHandler(s.handle)
	}
	return req, nil
}

func (s *sending) setHeader(h http.Header) {
	h.Set("User-Agent", "procorebox")
	if !s.call.Plain {
		for name, values := range s.c.options.Header {
			h[http.CanonicalHeaderKey(name)] = values
		}
	}
	if s.call.Body.Type != "" {
		h.Set("Content-Type", s.call.Body.Type)
	}
	if s.read != nil {
		h.Set("Accept", "application/json")
	} else {
		// A transport that decompresses hides how many bytes there should be.
		h.Set("Accept-Encoding", "identity")
	}
	for name, values := range s.call.Header {
		h[http.CanonicalHeaderKey(name)] = values
	}
}

// handle lets the reader of a successful answer read it, within the loop.
func (s *sending) handle(resp *http.Response) error {
	if s.err != nil {
		return nil
	}
	defer resp.Body.Close()
	err := s.read(resp)
	resp.Body = http.NoBody
	return err
}

func (s *sending) paced() bool { return s.c.options.Pace != nil && !s.call.Plain }

// settle returns when the call may be sent again, or errStop.
func (s *sending) settle(ctx context.Context) error {
	if err := s.look(ctx); err != nil || !s.unknown || s.call.Look == nil {
		return err
	}
	rest := s.call.Settle - time.Since(s.lost)
	if rest <= 0 {
		return nil
	}
	if late(ctx, rest) {
		return errStop
	}
	timer := time.NewTimer(rest)
	defer timer.Stop()
	select {
	case <-timer.C:
		return s.look(ctx)
	case <-ctx.Done():
		return errStop
	}
}

// look asks, before the call is sent again, whether that is needed.
func (s *sending) look(ctx context.Context) error {
	if !s.unknown || s.call.Look == nil {
		return nil
	}
	done, err := s.call.Look(ctx)
	if err != nil {
		s.err = fmt.Errorf("look for the effect of a lost answer: %w", err)
		return errStop
	}
	if s.found = done; done {
		return errStop
	}
	return nil
}

// end makes what the caller gets.
func (s *sending) end(ctx context.Context, resp *http.Response, err error) (*http.Response, error) {
	if err == nil && s.err == nil {
		return resp, nil
	}
	if resp != nil {
		resp.Body.Close()
	}
	if s.err == nil && !s.found {
		s.err = s.hide(err)
	}
	if err != nil && ctx.Err() != nil && !errors.Is(s.err, ctx.Err()) {
		s.err = fmt.Errorf("%w: %w", ctx.Err(), s.err)
	}
	if !s.found && s.unknown && !errors.Is(err, errStop) && ctx.Err() == nil {
		_ = s.look(ctx) // what it finds stands in s
	}
	if s.found {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody}, nil
	}
	return nil, &Error{
		Op: s.call.Op, Method: s.call.method(), Path: s.call.place(),
		Status: s.status, RequestID: s.id, Tries: s.tries, Unknown: s.unknown, Err: s.err,
	}
}
