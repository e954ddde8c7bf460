package connect

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Options say how a Client speaks to a service. Only Base must be set.
type Options struct {
	// Base is the origin, and the path if there is one, that the paths of calls are added to:
	// "https://api.example.com/2.0".
	Base string
	// Trust says which other origins get the token and Header too; nil means none. It is never asked
	// about one that is not https when Base is.
	Trust func(u *url.URL) bool
	// HTTP carries requests; nil means a transport of the Client's own, see [NewTransport].
	HTTP http.RoundTripper
	// Tokens gives the token for each try; nil means that calls carry none.
	Tokens Tokens
	// Pace keeps calls within the service's limits; nil means that nothing does.
	Pace Pace
	// Header is sent with each call that is not Plain, unless the call has its own.
	Header http.Header
	// Decode makes an error of an answer that is no success. It should wrap the sentinels that
	// [StatusError] wraps where it knows no better, and syncer.ErrBusy where a refusal is
	// temporary: then the call is sent again. nil means StatusError.
	Decode func(status int, h http.Header, body []byte) error
	// Refused says whether an answer with this status proves that the call was not carried out. It
	// is asked about 408 and what is 500 or above; every other status above 399 is such a proof. nil
	// means that none is.
	Refused func(status int, h http.Header) bool
	// RequestID lists the headers that may hold the service's name for a request; nil means
	// X-Request-Id.
	RequestID []string
	// Log gets a line for each try, at level debug, and for each repetition, at level warn; nil
	// means none.
	Log *slog.Logger
	// Attempts is how often a call is sent at most; 0 means 5.
	Attempts int
	// Longest is the longest wait before one repetition; 0 means a minute. If the service asks for
	// more the call fails with syncer.ErrBusy at once.
	Longest time.Duration
	// Timeout is how long the first byte of an answer may take after the request has been sent; 0
	// means a minute.
	Timeout time.Duration
	// Most is how many bytes of an answer are read by Client.JSON; 0 means 32 MiB.
	Most int64
	// Random draws from 0 to below 1, to spread repetitions; nil means math/rand.
	Random func() float64
}

// Tokens gives the token for a call. *Source is one.
type Tokens interface {
	// Token returns a token that is good as far as is known. An error of it fails the call, which
	// has not been sent.
	Token(ctx context.Context) (string, error)
	// Refused tells that the service has not taken token, and returns nil if it makes sense to ask
	// for another one. If it does not the call fails with ErrSignIn and the error that it returns.
	Refused(ctx context.Context, token string) error
}

// Pace keeps the calls of a pair within the limits of a credential.
type Pace interface {
	// Wait returns when a call of this cost may be sent, or with the context's error. KindOf tells
	// which kind of call it is.
	Wait(ctx context.Context, class syncer.Class, cost syncer.Cost) error
	// Learn is told what became of each call that Wait let through: status and header, or 0 and nil
	// if there was no answer. After a 429, or a 503 with Retry-After, Wait must not return before the
	// time that the answer names; the Client leaves that waiting to it.
	Learn(status int, h http.Header)
}

// Client sends calls to a service. It is safe for use by many goroutines.
type Client struct {
	options Options
	base    *url.URL
	own     *http.Transport // nil if the program gave one
}

// New returns a Client. An error wraps syncer.ErrInvalid and names the field.
func New(o Options) (*Client, error) {
	base, err := url.Parse(o.Base)
	switch {
	case err != nil:
		return nil, fmt.Errorf("connect: Base is no URL: %w", syncer.ErrInvalid)
	case base.Scheme != "https" && base.Scheme != "http" || base.Host == "":
		return nil, fmt.Errorf("connect: Base %q is no https or http URL: %w", base.Redacted(), syncer.ErrInvalid)
	case base.User != nil || base.RawQuery != "" || base.Fragment != "":
		return nil, fmt.Errorf("connect: Base %q has more than an origin and a path: %w", base.Host, syncer.ErrInvalid)
	case o.Attempts < 0:
		return nil, fmt.Errorf("connect: Attempts is %d: %w", o.Attempts, syncer.ErrInvalid)
	case o.Longest < 0:
		return nil, fmt.Errorf("connect: Longest is %s: %w", o.Longest, syncer.ErrInvalid)
	case o.Timeout < 0:
		return nil, fmt.Errorf("connect: Timeout is %s: %w", o.Timeout, syncer.ErrInvalid)
	case o.Most < 0:
		return nil, fmt.Errorf("connect: Most is %d: %w", o.Most, syncer.ErrInvalid)
	}
	c := &Client{base: base}
	if o.HTTP == nil {
		c.own = NewTransport()
		o.HTTP = c.own
	}
	c.options = o.withDefaults()
	return c, nil
}

func (o Options) withDefaults() Options {
	if o.Decode == nil {
		o.Decode = StatusError
	}
	if o.Refused == nil {
		o.Refused = func(int, http.Header) bool { return false }
	}
	if o.RequestID == nil {
		o.RequestID = []string{"X-Request-Id"}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Attempts == 0 {
		o.Attempts = 5
	}
	if o.Longest == 0 {
		o.Longest = time.Minute
	}
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	if o.Most == 0 {
		o.Most = 32 << 20
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	return o
}

// Do sends a call, repeats it where Call.Repeat and Call.Look allow, and returns the answer, whose
// body the caller must close. A body that is cut short ends with an error other than io.EOF. It is
// not decompressed: what was sent is what is read.
//
// Redirects are answers like others, unless Call.Follow is set: then the target of up to that many
// is fetched. A target in an origin that Options.Trust does not name gets no token and no header
// but Range, If-Range and Accept, and none may lead from https to http.
//
// If Call.Look found the effect of a call whose answer was lost the answer has status 200, an empty
// body and no header. An error is an *Error, unless the call makes no sense.
func (c *Client) Do(ctx context.Context, call Call) (*http.Response, error) {
	for {
		resp, err := c.send(ctx, call, nil)
		if err != nil || call.Follow == 0 || !redirects(resp.StatusCode) {
			return resp, err
		}
		resp.Body.Close()
		if call, err = c.follow(call, resp); err != nil {
			return nil, err
		}
	}
}

// JSON sends a call, decodes the answer into out, if it is not nil, and repeats the call like one
// that was not answered if the answer is cut off. An answer of more than Options.Most bytes, after
// decompression, is ErrTooLarge; one that is not JSON is ErrReply. An empty answer leaves out as it
// is, and so does one that Call.Look stood in for. Redirects are not followed.
func (c *Client) JSON(ctx context.Context, call Call, out any) error {
	call.Follow = 0
	resp, err := c.send(ctx, call, func(resp *http.Response) error {
		return c.readJSON(resp, out)
	})
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// Close gives idle connections back, if the transport is the Client's own.
func (c *Client) Close() {
	if c.own != nil {
		c.own.CloseIdleConnections()
	}
}
