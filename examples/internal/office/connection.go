package office

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// Service names one of the two.
type Service string

// The services.
const (
	BoxService     Service = "box"
	ProcoreService Service = "procore"
)

// Title is the name that people know.
func (s Service) Title() string {
	if s == ProcoreService {
		return "Procore"
	}
	return "Box"
}

// Other returns the other one.
func (s Service) Other() Service {
	if s == ProcoreService {
		return BoxService
	}
	return ProcoreService
}

// Way is how a connection gets its tokens.
type Way string

// The ways to connect.
const (
	Browser           Way = "browser" // a person signed in; refresh tokens follow each other
	ClientCredentials Way = "client-credentials"
	JWT               Way = "jwt"
)

// Connection is how the program signs in to a service, secrets included. However it is printed, they
// are not shown.
type Connection struct {
	Service      Service
	Way          Way
	ClientID     string
	ClientSecret string
	// Config is the developer console's file of an app that signs in with a key.
	Config []byte
	// Enterprise or User say whom a server acts as.
	Enterprise string
	User       string
	// Origin is where it signs in: its tokens go nowhere else.
	Origin string
	// Account names whose tokens they are, AccountID is the service's name for it.
	Account   string
	AccountID string
	Since     time.Time
}

// Format names the connection and shows no secret, for every verb.
func (c Connection) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, fmt.Sprintf("connection to %s by %s", c.Service.Title(), c.Way))
}

// MarshalText returns what Format writes, so that no document that a Connection finds its way into holds
// its secrets.
func (c Connection) MarshalText() ([]byte, error) { return fmt.Append(nil, c), nil }

// secret is a Connection as it is sealed.
type secret struct {
	Service      Service   `json:"service"`
	Way          Way       `json:"way"`
	ClientID     string    `json:"client_id,omitempty"`
	ClientSecret string    `json:"client_secret,omitempty"`
	Config       []byte    `json:"config,omitempty"`
	Enterprise   string    `json:"enterprise,omitempty"`
	User         string    `json:"user,omitempty"`
	Origin       string    `json:"origin"`
	Account      string    `json:"account"`
	AccountID    string    `json:"account_id"`
	Since        time.Time `json:"since"`
}

// credential names a service's tokens in the data directory, appCredential what signs in to get them.
func (s Service) credential() string    { return string(s) }
func (s Service) appCredential() string { return string(s) + " app" }

// connection returns what was stored of a service, or an error that wraps fs.ErrNotExist.
func (o *Office) connection(ctx context.Context, s Service) (*Connection, error) {
	sealed, err := o.file.Tokens.Load(ctx, s.appCredential())
	switch {
	case errors.Is(err, connect.ErrOtherKey):
		return nil, fmt.Errorf("the key file of the data directory is not the one that the connection to %s was sealed with; bring it back, or connect again: %w", s.Title(), err)
	case err != nil:
		return nil, err
	}
	var c secret
	if err := json.Unmarshal([]byte(sealed.Access), &c); err != nil {
		return nil, fmt.Errorf("stored connection to %s: %w", s.Title(), syncer.ErrDamaged)
	}
	return new(Connection(c)), nil
}

// remember stores a connection and its first token, in place of whatever was there.
func (o *Office) remember(ctx context.Context, c Connection, t connect.Token) error {
	text, err := json.Marshal(secret(c)) //nolint:gosec // it is sealed before it is stored
	if err != nil {
		return err
	}
	now := time.Now()
	app := connect.Token{Access: string(text), Since: now}
	// The connection comes last: without it the token is of no use, and asks for nobody's sign-in.
	for _, put := range []struct {
		name  string
		token connect.Token
	}{{c.Service.credential(), t}, {c.Service.appCredential(), app}} {
		if err := o.put(ctx, put.name, put.token); err != nil {
			return fmt.Errorf("store the connection to %s: %w", c.Service.Title(), err)
		}
	}
	return nil
}

// put replaces a token, also one that was sealed with a key that is lost.
func (o *Office) put(ctx context.Context, name string, t connect.Token) error {
	replace := func(ctx context.Context, _ connect.Token, save connect.SaveToken) error { return save(ctx, t) }
	err := o.file.Tokens.Update(ctx, name, replace)
	if errors.Is(err, connect.ErrOtherKey) || errors.Is(err, syncer.ErrDamaged) {
		if err := o.file.Tokens.Forget(ctx, name); err != nil {
			return err
		}
		return o.file.Tokens.Update(ctx, name, replace)
	}
	return err
}

// Connected returns what is stored of the connection to a service, without its secrets; the error wraps
// fs.ErrNotExist if nothing is.
func (o *Office) Connected(ctx context.Context, s Service) (*Connection, error) {
	c, err := o.connection(ctx, s)
	if err != nil {
		return nil, err
	}
	c.ClientSecret, c.Config = "", nil
	return c, nil
}

// login is what a service needs to give tokens.
type login struct {
	origin, static string
	refresh        func(*Connection) (connect.Refresh, error)
}

// tokens gives those of a stored connection, or else the static one of the environment.
func (o *Office) tokens(ctx context.Context, s Service, from login) (connect.Tokens, error) {
	c, err := o.connection(ctx, s)
	switch {
	case errors.Is(err, fs.ErrNotExist) && from.static != "":
		return attended{connect.Fixed(from.static), s, o.traffic, s.tokenVariable(), o.refusals(s)}, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w to %s: run \"procorebox connect %s\", or set %s", ErrNotConnected, s.Title(), s, s.tokenVariable())
	case err != nil:
		return nil, err
	case c.Origin != from.origin:
		return nil, fmt.Errorf("the connection to %s is for %s and not for %s: connect again: %w", s.Title(), c.Origin, from.origin, syncer.ErrInvalid)
	}
	r, err := from.refresh(c)
	if err != nil {
		return nil, err
	}
	source, err := connect.NewSource(connect.SourceOptions{
		Store: o.file.Tokens, Credential: s.credential(), Refresh: r, Log: o.log,
	})
	if err != nil {
		return nil, err
	}
	return attended{source, s, o.traffic, "", o.refusals(s)}, nil
}

func (s Service) tokenVariable() string {
	if s == ProcoreService {
		return "PROCORE_TOKEN"
	}
	return "BOX_TOKEN"
}
