package office

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// SignedIn is what is known here of how the program signs in to a service. It holds no secret.
type SignedIn struct {
	// Static says that the environment's token serves, which nobody renews. Nothing else is known then.
	Static  bool
	Way     Way
	Account string
	// Since is when somebody connected, Received when the present tokens came, Expiry when the access
	// token ends; zero means not known.
	Since, Received, Expiry time.Time
	// Ended says why a person must sign in again; it is empty as long as the tokens are good.
	Ended string
}

// SignedIn returns how the program signs in to a service. Nobody is called. If it does not the error
// wraps ErrNotConnected.
func (o *Office) SignedIn(ctx context.Context, s Service) (SignedIn, error) {
	c, err := o.connection(ctx, s)
	if errors.Is(err, fs.ErrNotExist) {
		if o.settings.static(s) == "" {
			return SignedIn{}, ErrNotConnected
		}
		return SignedIn{Static: true}, nil
	}
	if err != nil {
		return SignedIn{}, err
	}
	t, err := o.file.Tokens.Load(ctx, s.credential())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return SignedIn{}, err
	}
	received := t.Since
	if received.IsZero() { // nothing was renewed since
		received = c.Since
	}
	return SignedIn{
		Way: c.Way, Account: c.Account, Since: c.Since, Received: received, Expiry: t.Expiry, Ended: t.Ended,
	}, nil
}

func (s *Settings) static(of Service) string {
	if of == ProcoreService {
		return s.Procore.Token
	}
	return s.Box.Token
}

// Usage returns how much of a service's limits is used up, as far as the calls so far have told; nothing
// before the first.
func (o *Office) Usage(s Service) []connect.Usage {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case s == BoxService && o.box != nil:
		return o.box.governor.Usage()
	case s == ProcoreService && o.procore != nil:
		return o.procore.governor.Usage()
	}
	return nil
}

// Check reads all that the data directory holds and returns an error that wraps syncer.ErrDamaged if
// anything of it is.
func (o *Office) Check(ctx context.Context) error { return o.file.Check(ctx) }

// User is the account itself, as Box told when it was asked first.
func (b *Box) User() box.User { return *b.user }

// Company returns a client for a company, for calls that belong to no pair.
func (p *Procore) Company(id string) (*procore.Client, error) { return p.company(id, house) }

// Me returns whose account it is, as a company sees it.
func (p *Procore) Me(ctx context.Context, in *procore.Client) (*procore.Person, error) {
	return p.person(ctx, in.CompanyID().String())
}

// Send sends one request to a service as it is, within its limits, and returns the answer as it is: no
// redirect is followed, nothing is tried again, and no status is an error. It is for questions on how a
// service behaves. An address without a host is one of the service's API, and gets the account's token
// unless the request says who asks; one with a host gets neither.
func (o *Office) Send(ctx context.Context, s Service, r *http.Request) (*http.Response, error) {
	base, tokens, lane, err := o.wire(ctx, s)
	if err != nil {
		return nil, err
	}
	if r.URL.Host == "" {
		at, err := url.Parse(strings.TrimSuffix(base, "/"))
		if err != nil {
			return nil, err
		}
		r.URL.Scheme, r.URL.Host, r.Host = at.Scheme, at.Host, at.Host
		if r.Header.Get("Authorization") == "" {
			token, err := tokens.Token(ctx)
			if err != nil {
				return nil, err
			}
			r.Header.Set("Authorization", "Bearer "+token)
		}
		if err := lane.Wait(ctx, syncer.Live, syncer.Cost{Calls: 1}); err != nil {
			return nil, err
		}
	}
	return o.transport.RoundTrip(r.WithContext(ctx))
}

func (o *Office) wire(ctx context.Context, s Service) (string, connect.Tokens, connect.Pace, error) {
	if s == ProcoreService {
		p, err := o.Procore(ctx)
		if err != nil {
			return "", nil, nil, err
		}
		base := o.settings.Procore.Bases.API
		if base == "" {
			base = "https://api.procore.com"
		}
		return base, p.tokens, metered{p.governor.Lane(house), &o.procoreCalls, o.lanes.of(ProcoreService, house), ProcoreService, o.traffic}, nil
	}
	b, err := o.Box(ctx)
	if err != nil {
		return "", nil, nil, err
	}
	base := o.settings.Box.Bases.API
	if base == "" {
		base = "https://api.box.com"
	}
	return base, b.tokens, metered{b.governor.Lane(house), &o.boxCalls, o.lanes.of(BoxService, house), BoxService, o.traffic}, nil
}
