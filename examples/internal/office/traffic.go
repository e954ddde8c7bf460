package office

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// Traffic is told what goes on between an Office and the services. Its functions are called by many
// goroutines at once and must return soon; any of them may be nil. None is told a token, a body or a query.
type Traffic struct {
	// Called is told of each answer, and of each call that got none.
	Called func(Call)
	// Waited is told how long a call has waited for room within the limits of a service.
	Waited func(s Service, class syncer.Class, d time.Duration)
	// SignedIn is told whether a service takes the credential: an error that wraps connect.ErrSignIn or
	// connect.ErrClient when it does not, and nil when it has answered a call that bore it.
	SignedIn func(s Service, err error)
}

// Call is one request, as it was answered.
type Call struct {
	Service Service
	// Host and Path are those of the request, without its query.
	Host, Path string
	// Status is that of the answer, 0 if there was none.
	Status int
}

// RefusedSignIn reports whether an error says that a service does not take the account, or the app, that signs in.
func RefusedSignIn(err error) bool {
	return errors.Is(err, connect.ErrSignIn) || errors.Is(err, connect.ErrClient)
}

// Unserved says in words of an error that a service has answered and does not serve for now, "" if it is another one.
func Unserved(err error) string {
	status := 0
	if call, ok := errors.AsType[*connect.Error](err); ok {
		status = call.Status
	}
	if grant, ok := errors.AsType[*connect.GrantError](err); ok {
		status = grant.Status
	}
	switch {
	case status == http.StatusTooManyRequests:
		return "limits calls for now"
	case status >= http.StatusInternalServerError:
		return "is out of order for now"
	}
	return ""
}

// carrier carries the calls of a service, and tells of each.
type carrier struct {
	next    http.RoundTripper
	service Service
	traffic Traffic
	refused *atomic.Int64 // counts how often the sign-in was not taken
}

// carrier returns what carries the calls of a service.
func (o *Office) carrier(s Service) http.RoundTripper {
	return carrier{o.transport, s, o.traffic, o.refusals(s)}
}

// refusals counts how often a service has not taken the sign-in: a call that was on its way then proves nothing.
func (o *Office) refusals(s Service) *atomic.Int64 {
	if s == BoxService {
		return &o.boxRefusals
	}
	return &o.procoreRefusals
}

// RoundTrip implements http.RoundTripper.
func (c carrier) RoundTrip(r *http.Request) (*http.Response, error) {
	before := c.refused.Load()
	answer, err := c.next.RoundTrip(r)
	call := Call{Service: c.service, Host: r.URL.Host, Path: r.URL.Path}
	if err == nil {
		call.Status = answer.StatusCode
	}
	heard(c.service, r, answer)
	if c.traffic.Called != nil {
		c.traffic.Called(call)
	}
	if c.traffic.SignedIn != nil && r.Header.Get("Authorization") != "" && call.Status >= 200 && call.Status < 400 && c.refused.Load() == before {
		c.traffic.SignedIn(c.service, nil)
	}
	return answer, err
}

// attended are tokens of which it is told when a service does not take them.
type attended struct {
	connect.Tokens
	service Service
	traffic Traffic
	// variable is where they come from; empty if it is a stored connection.
	variable string
	refused  *atomic.Int64
}

// VariableError says that a service does not take the token of a variable.
type VariableError struct {
	Variable string
	Err      error
}

// Error implements error.
func (v *VariableError) Error() string { return v.Variable + ": " + v.Err.Error() }

// Unwrap returns the cause.
func (v *VariableError) Unwrap() error { return v.Err }

// Token implements connect.Tokens.
func (a attended) Token(ctx context.Context) (string, error) {
	token, err := a.Tokens.Token(ctx)
	return token, a.tell(err)
}

// Refused implements connect.Tokens.
func (a attended) Refused(ctx context.Context, token string) error {
	return a.tell(a.Tokens.Refused(ctx, token))
}

// tell passes an error on, and tells of it with what a person can do about it.
func (a attended) tell(err error) error {
	if RefusedSignIn(err) && a.variable != "" {
		err = &VariableError{a.variable, err}
	}
	if RefusedSignIn(err) {
		a.refused.Add(1)
	}
	if RefusedSignIn(err) && a.traffic.SignedIn != nil {
		a.traffic.SignedIn(a.service, fmt.Errorf("%w (\"procorebox connect %s\" does that)", err, a.service))
	}
	return err
}
