package procore

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// Options say how a Client speaks to Procore. CompanyID and Tokens must be set.
type Options struct {
	Bases Bases
	// CompanyID is named in each request: what belongs to another company is not found. Only an Account
	// may be without.
	CompanyID ID
	// Tokens gives the token for each call: a *connect.Source with a grant of this package, or a Fixed
	// token.
	Tokens connect.Tokens
	// HTTP carries requests; nil means a transport of the Client's own.
	HTTP http.RoundTripper
	// Pace keeps calls within the limits of Procore, see Windows and Readings; nil means that nothing
	// does.
	Pace connect.Pace
	// Log gets a line for each try; nil means none. Tokens and signed URLs are not in it.
	Log *slog.Logger
	// Attempts is how often a call is sent at most; 0 means 5.
	Attempts int
	// SpoolDir is where parts of large uploads are kept while they are sent; empty means the system's
	// own place for temporary files.
	SpoolDir string
	// UploadDir is where unfinished uploads of large files are remembered, so that the next process
	// sends only the parts that Procore does not have. It belongs to one account and is for nobody else
	// to read. Empty means that such an upload begins anew.
	UploadDir string
	// V2 makes GetDocuments read the flat index of REST v2, which is newer, has smaller pages and
	// tells no paths. Everything else is the same.
	V2 bool
}

// Account speaks to Procore about what belongs to no company: who we are, and which companies there
// are. It is safe for use by many goroutines.
type Account struct {
	options Options
	conn    *connect.Client // sends the company with each call, if there is one
	storage *connect.Client // sends to what signed URLs lead to
}

// Client speaks to Procore for one company, which each of its requests names. It is safe for use by
// many goroutines.
type Client struct {
	*Account

	spool   *connect.Spool
	uploads *connect.Uploads
	// simple is the largest upload in one request, segment how large the parts of others are.
	simple, segment int64
	// people are those whom answers have named.
	people connect.People
}

// NewAccount returns an Account. It calls nobody. An error wraps syncer.ErrInvalid and names the field.
func NewAccount(o Options) (*Account, error) {
	bases, err := o.Bases.complete()
	switch {
	case err != nil:
		return nil, err
	case o.Tokens == nil:
		return nil, invalid("Options.Tokens is nil")
	case o.CompanyID < 0:
		return nil, invalid("Options.CompanyID is %d", o.CompanyID)
	}
	header := http.Header{}
	if o.CompanyID > 0 {
		header.Set(companyHeader, o.CompanyID.String())
	}
	o.Bases = bases
	if o.HTTP == nil {
		o.HTTP = connect.NewTransport() // both connections share it, and so do Clients
	}
	conn, err := connect.New(connect.Options{
		Base: bases.API, Trust: bases.trust, HTTP: o.HTTP, Tokens: o.Tokens, Pace: o.Pace, Header: header,
		Decode: decodeAnswer, Refused: refused, Log: o.Log, Attempts: o.Attempts,
	})
	if err != nil {
		return nil, err
	}
	storage, err := connect.New(connect.Options{
		Base: bases.API, HTTP: o.HTTP, Decode: decodeStorage, Refused: refused, Log: o.Log, Attempts: o.Attempts,
	})
	if err != nil {
		return nil, err
	}
	return &Account{o, conn, storage}, nil
}

const companyHeader = "Procore-Company-Id"

// New returns a Client. It calls nobody. An error wraps syncer.ErrInvalid and names the field.
func New(o Options) (*Client, error) {
	if o.CompanyID <= 0 {
		return nil, invalid("Options.CompanyID is %d, it must be that of a company", o.CompanyID)
	}
	account, err := NewAccount(o)
	if err != nil {
		return nil, err
	}
	spool, err := connect.NewSpool(connect.SpoolOptions{
		Dir: o.SpoolDir, Most: segmentSize, Files: segmentsSpooled, Digests: []syncer.Algorithm{syncer.SHA256},
	})
	if err != nil {
		return nil, err
	}
	uploads, err := connect.NewUploads(o.UploadDir)
	if err != nil {
		return nil, fmt.Errorf("procore: Options.UploadDir: %w", err)
	}
	return &Client{Account: account, spool: spool, uploads: uploads, simple: SimpleLimit, segment: segmentSize}, nil
}

// Company returns a Client for a company of the account, with the same options otherwise.
func (a *Account) Company(id ID) (*Client, error) {
	o := a.options
	o.CompanyID = id
	return New(o)
}

// CompanyID is the company that each request of the Client names.
func (c *Client) CompanyID() ID { return c.options.CompanyID }

// Close gives idle connections back, also those of others that share the transport, if it is an
// *http.Transport. The Account and its Clients can still be used.
func (a *Account) Close() {
	if t, ok := a.options.HTTP.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// call is one request.
type call struct {
	op     string
	method string
	// path is the whole path from "/rest" on, see rest.
	path  string
	query url.Values
	// body is sent as JSON.
	body any
	// repeat and look say when the call may be sent again; see connect.Call.
	repeat connect.Repeat
	look   func(context.Context) (bool, error)
	// pending lists statuses by which Procore says that it is not ready, patience how long that is put
	// up with.
	pending  []int
	patience time.Duration
	// told, if not nil, gets the header of each page of a listing.
	told func(http.Header)
	// refused, if not nil, makes more of a refusal than its status and body tell.
	refused func(context.Context, *Error)
}

func (k call) connect() (connect.Call, error) {
	c := connect.Call{
		Op: k.op, Method: k.method, Path: k.path, Query: k.query,
		Repeat: k.repeat, Look: k.look, Pending: k.pending, Patience: k.patience,
	}
	if k.look != nil {
		c.Settle = lateness
	}
	if k.body != nil {
		body, err := connect.JSON(k.body)
		if err != nil {
			return c, fmt.Errorf("%s: %w", k.op, err)
		}
		c.Body = body
	}
	return c, nil
}

// do sends a call and decodes the answer into out, unless that is nil.
func (a *Account) do(ctx context.Context, k call, out any) error {
	wire, err := k.connect()
	if err != nil {
		return err
	}
	err = a.conn.JSON(ctx, wire, out)
	if one, ok := out.(identified); ok && err == nil && one.id() == 0 {
		err = fmt.Errorf("%s: it is told of without its ID: %w", k.op, errReply)
		if k.method != http.MethodGet {
			return unproved(k, err)
		}
		return err
	}
	if k.refused != nil && syncer.NotDone(err) {
		if e, ok := errors.AsType[*Error](err); ok {
			k.refused(ctx, e)
		}
	}
	return err
}

// lateness is how long after a lost answer the effect of a call may still come. Procore heeds no
// precondition, so a call is not sent again before that: an effect that came late would come on top of
// what was done since.
const lateness = 10 * time.Second

// identified is what an answer tells of. One that is empty, or of something else, tells of nothing.
type identified interface{ id() ID }

// rest is the path of a resource.
func rest(version string, segments ...string) string {
	return connect.Path(append([]string{"rest", version}, segments...)...)
}

func invalid(format string, args ...any) error {
	return fmt.Errorf("procore: "+format+": %w", append(args, syncer.ErrInvalid)...)
}

// orNil returns a value that is worth nothing if there was an error as nil.
func orNil[T any](v *T, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
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
	return &connect.Error{Op: k.op, Method: k.method, Path: k.path, Tries: 1, Unknown: true, Err: err}
}
