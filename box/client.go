package box

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// Options say how a Client speaks to Box. Only Tokens must be set.
type Options struct {
	Bases Bases
	// Tokens gives the token for each call: a *connect.Source with a Grant of this package, or a
	// Fixed token.
	Tokens connect.Tokens
	// AsUser is the ID of the user on whose behalf calls are made; empty means the token's own. The app
	// needs the right to do so.
	AsUser string
	// HTTP carries requests; nil means a transport of the Client's own.
	HTTP http.RoundTripper
	// Pace keeps calls within the limits of Box, see Windows; nil means that nothing does.
	Pace connect.Pace
	// Log gets a line for each try; nil means none. Tokens and signed URLs are not in it.
	Log *slog.Logger
	// Attempts is how often a call is sent at most; 0 means 5.
	Attempts int
	// SpoolDir is where parts of large uploads are kept while they are sent; empty means the system's
	// own place for temporary files.
	SpoolDir string
	// SessionDir is where unfinished uploads of large files are remembered, so that the next process
	// sends only the parts that Box does not have. It belongs to one account and is for nobody else to
	// read. Empty means that such an upload begins anew.
	SessionDir string
}

// Client speaks to Box. Its methods bear the names that the operations have in Box's own description
// of its interface: get_folders_id_items is GetFoldersIDItems. It is safe for use by many goroutines.
type Client struct {
	options  Options
	conn     *connect.Client
	spool    *connect.Spool
	sessions *connect.Uploads
}

// New returns a Client. It calls nobody. An error wraps syncer.ErrInvalid and names the field.
func New(o Options) (*Client, error) {
	bases, err := o.Bases.complete()
	if err != nil {
		return nil, err
	}
	if o.Tokens == nil {
		return nil, invalid("Options.Tokens is nil")
	}
	header := http.Header{}
	if o.AsUser != "" {
		if err := checkID("Options.AsUser: user", o.AsUser); err != nil {
			return nil, err
		}
		header.Set("As-User", o.AsUser)
	}
	o.Bases = bases
	if o.HTTP == nil {
		o.HTTP = connect.NewTransport() // As shares it
	}
	conn, err := connect.New(connect.Options{
		Base: bases.API, Trust: bases.trust, HTTP: o.HTTP, Tokens: o.Tokens, Pace: o.Pace, Header: header,
		Decode: decodeAnswer, Refused: refused, RequestID: []string{"Box-Request-Id"}, Log: o.Log, Attempts: o.Attempts, Most: mostAnswer,
	})
	if err != nil {
		return nil, err
	}
	spool, err := connect.NewSpool(connect.SpoolOptions{
		Dir: o.SpoolDir, Most: partMost, Files: partsSpooled, Digests: []syncer.Algorithm{syncer.SHA1},
	})
	if err != nil {
		return nil, err
	}
	unfinished, err := connect.NewUploads(o.SessionDir)
	if err != nil {
		return nil, fmt.Errorf("box: Options.SessionDir: %w", err)
	}
	return &Client{o, conn, spool, unfinished}, nil
}

// As returns a Client that makes the same calls on behalf of another user.
func (c *Client) As(userID string) (*Client, error) {
	o := c.options
	o.AsUser = userID
	other, err := New(o)
	if err != nil {
		return nil, err
	}
	other.spool = c.spool
	return other, nil
}

// Close gives idle connections back, also those of the Clients that As has returned, if the transport
// is an *http.Transport. The Client can still be used.
func (c *Client) Close() { c.conn.Close() }

const version = "/2.0"

// mostAnswer is how many bytes of JSON are read. The largest answers are pages of a thousand items and of
// five hundred events, each of which is a few KiB; a long path makes it ten.
const mostAnswer = 16 << 20

// call is one request.
type call struct {
	op     string
	method string
	// path stands behind the version of the general API, unless it is a whole URL.
	path   string
	query  url.Values
	header http.Header
	// body is sent as JSON, as bodyType or else application/json; raw is sent as it is.
	body     any
	bodyType string
	raw      connect.Body
	// repeat and look say when the call may be sent again; see connect.Call.
	repeat connect.Repeat
	look   func(context.Context) (bool, error)
	// unguarded says that Box would carry the call out twice if it came late.
	unguarded bool
	kind      string
	// pending lists statuses by which Box says that it is not ready, patience how long that is put up
	// with.
	pending  []int
	patience time.Duration
	// most is the highest offset that a listing may be asked for, 0 for no limit.
	most int64
}

func (k call) connect() (connect.Call, error) {
	c := connect.Call{
		Op: k.op, Method: k.method, Path: k.path, Query: k.query, Header: k.header, Body: k.raw,
		Repeat: k.repeat, Look: k.look, Kind: k.kind, Pending: k.pending, Patience: k.patience,
	}
	if strings.HasPrefix(k.path, "/") {
		c.Path = version + k.path
	}
	if k.unguarded {
		c.Settle = settle
	}
	if k.body != nil {
		body, err := connect.JSON(k.body)
		if err != nil {
			return c, fmt.Errorf("%s: %w", k.op, err)
		}
		body.Type = cmp.Or(k.bodyType, body.Type)
		c.Body = body
	}
	return c, nil
}

// do sends a call and decodes the answer into out, unless that is nil.
func (c *Client) do(ctx context.Context, k call, out any) error {
	wire, err := k.connect()
	if err != nil {
		return err
	}
	return c.conn.JSON(ctx, wire, out)
}

// checkID keeps an ID that Box cannot have given out from becoming part of a path.
func checkID(what, id string) error {
	if id == "" || strings.Trim(id, "0123456789") != "" {
		return invalid("%s ID %q is not a number", what, id)
	}
	return nil
}

// checkWord does the same for what is not a number.
func checkWord(what, word string) error {
	if word == "" || word == "." || word == ".." || strings.ContainsFunc(word, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`/\?#%`, r)
	}) {
		return invalid("%s %q is no plain word", what, word)
	}
	return nil
}

func invalid(format string, args ...any) error {
	return fmt.Errorf("box: "+format+": %w", append(args, syncer.ErrInvalid)...)
}

// failed is a sequence of nothing but an error.
func failed[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		yield(zero, err)
	}
}

// unproved says of an error that came after a call that the call may have had its effect.
func unproved(k call, err error) error {
	if err == nil {
		return nil
	}
	return &connect.Error{Op: k.op, Method: k.method, Path: pathOf(k.path), Tries: 1, Unknown: true, Err: err}
}

// pathOf is what an error may show of where a call went.
func pathOf(at string) string {
	u, err := url.Parse(at)
	if err != nil {
		return ""
	}
	return u.EscapedPath()
}
