package connect

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Repeat says when a call may be sent once more after a try that did not bring the answer.
type Repeat uint8

const (
	// ByMethod is Harmless for GET, HEAD and OPTIONS, and Once for every other method.
	ByMethod Repeat = iota
	// Harmless calls change nothing (a search by POST): they may be sent again after anything.
	Harmless
	// Again is for calls of which two have the effect of one (a part of an upload, at its offset).
	// They may be sent again after anything, too; that a later try is refused does not prove that
	// an earlier one had no effect, and the error says so.
	Again
	// Once is for all others. They are sent again only after proof that the try before was not
	// carried out, or when Look says so.
	Once
)

// Call is one request to a service.
type Call struct {
	// Op is what is attempted, for errors: "create folder".
	Op string
	// Method is GET if it is empty.
	Method string
	// Path is what stands behind Options.Base, escaped (see [Path]), or a whole URL, which must lie
	// in an origin that Options.Base or Options.Trust name unless Plain is set.
	Path   string
	Query  url.Values
	Header http.Header
	Body   Body
	// Repeat says when the call may be sent again.
	Repeat Repeat
	// Look, if not nil, is asked before a call that is Once is sent again after a try whose answer
	// was lost, and before the call is given up. If done is true its effect is there: the call has
	// succeeded, and what it would have answered is for Look to keep. Look must prove what it says:
	// the folder that is there is ours, the file has our digest.
	Look func(ctx context.Context) (done bool, err error)
	// Settle is how long after a try whose answer was lost the call is sent again at the earliest,
	// and Look is asked once more by then; 0 means as soon as Look has not seen the effect. It is
	// for calls that the service does not guard: an effect that comes late would come on top of what
	// was done since.
	Settle time.Duration
	// Plain is for signed URLs and other origins: no token, no Options.Header, no pacing, and
	// nothing but the host in errors and logs.
	Plain bool
	// Accept lists the statuses that are success; nil means every 2xx that Pending does not list.
	Accept []int
	// Pending lists statuses by which the service says that it is not ready (202). The same call is
	// sent again after Retry-After, for no longer than Patience.
	Pending []int
	// Patience is how long Pending answers are put up with; 0 means 10 minutes.
	Patience time.Duration
	// Follow is how many redirects of a GET or HEAD are followed; see [Client.Do].
	Follow int
	// Kind names what is counted in a limit of its own ("upload", "search"), for Options.Pace; empty
	// means the kind that the context carries.
	Kind string
	// Timeout is how long the first byte of an answer may take after the request has been sent; 0
	// means Options.Timeout.
	Timeout time.Duration

	redirected bool // Path came from an answer
}

// Path joins segments to a path that begins with a slash. Each is escaped, so that no ID or name
// can lead anywhere else.
func Path(segments ...string) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteByte('/')
		switch s {
		case ".", "..":
			b.WriteString(strings.ReplaceAll(s, ".", "%2E"))
		default:
			b.WriteString(url.PathEscape(s))
		}
	}
	return b.String()
}

func (c Call) method() string {
	if c.Method == "" {
		return http.MethodGet
	}
	return c.Method
}

func (c Call) repeat() Repeat {
	if c.Repeat != ByMethod {
		return c.Repeat
	}
	switch c.method() {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return Harmless
	}
	return Once
}

func (c Call) accepts(status int) bool {
	switch {
	case c.Follow > 0 && redirects(status):
		return true
	case c.Accept != nil:
		return slices.Contains(c.Accept, status)
	}
	return status >= 200 && status < 300 && !c.pends(status)
}

func (c Call) pends(status int) bool { return slices.Contains(c.Pending, status) }

// check returns an error that names the field of c that makes no sense.
func (c Call) check() error {
	switch {
	case c.Op == "":
		return fmt.Errorf("call of %s %s: Op is empty: %w", c.method(), c.place(), syncer.ErrInvalid)
	case c.Repeat > Once:
		return fmt.Errorf("%s: Repeat is %d: %w", c.Op, c.Repeat, syncer.ErrInvalid)
	case c.Settle < 0:
		return fmt.Errorf("%s: Settle is %s: %w", c.Op, c.Settle, syncer.ErrInvalid)
	case c.Follow < 0:
		return fmt.Errorf("%s: Follow is %d: %w", c.Op, c.Follow, syncer.ErrInvalid)
	case c.Follow > 0 && c.method() != http.MethodGet && c.method() != http.MethodHead:
		return fmt.Errorf("%s: Follow is for GET and HEAD, not %s: %w", c.Op, c.method(), syncer.ErrInvalid)
	case c.Body.Open == nil && (c.Body.Size != 0 || c.Body.Type != ""):
		return fmt.Errorf("%s: Body has no Open: %w", c.Op, syncer.ErrInvalid)
	case c.Body.Size < syncer.UnknownSize:
		return fmt.Errorf("%s: Body.Size is %d: %w", c.Op, c.Body.Size, syncer.ErrInvalid)
	}
	return nil
}

// place says where c goes in a way that can be shown to anybody: never a query, and of a Plain call, or
// of an address that an answer told, only the host: what gives access may be in its path.
func (c Call) place() string {
	u, err := url.Parse(c.Path)
	if err != nil {
		return "(unreadable path)"
	}
	if c.Plain || c.redirected {
		return u.Host
	}
	if u.EscapedPath() == "" {
		return "/"
	}
	return u.EscapedPath()
}
