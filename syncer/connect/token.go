package connect

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Token is what a service gave for a credential. However it is printed or logged, its secrets are
// not shown.
type Token struct {
	// Access is sent with each call.
	Access string
	// Refresh is exchanged for the next Token, once. It is empty where the service gives none.
	Refresh string
	// Expiry is when Access ends; zero means that it is not known to end.
	Expiry time.Time
	// Since is when the Token was received.
	Since time.Time
	// Asked is when Refresh was sent to the service. It is zero unless that is going on right now,
	// or its outcome is not known.
	Asked time.Time
	// Ended says why a person must sign in again; it is empty as long as the Token is good.
	Ended string
}

// TokenStore keeps one Token for each credential, under a name that the program chooses. All methods
// are safe for use by many goroutines and processes.
type TokenStore interface {
	// Load returns the Token of credential, as it is right now. If there is none the error wraps
	// fs.ErrNotExist.
	Load(ctx context.Context, credential string) (Token, error)
	// Update calls change with the Token of credential, the zero Token if there is none, and with
	// a function that replaces it. From before the Token is read until change returns nobody else,
	// in this process or another, is in an Update of the same credential; a process that dies gives
	// its place up, and what it has saved stays. While the place is taken Update waits, until ctx
	// ends.
	//
	// save may be called any number of times while change runs, and fails after that. What it was
	// given is durable when it returns nil, and is what Load returns from then on; if it returns an
	// error, either the Token before or the new one is stored. save works with the context it is
	// given, not with that of Update, and change may outlast the latter. Update returns the error of
	// change, and a panic passes through; what was saved stays in either case. change must not begin
	// an Update of the same credential.
	//
	// A cancelled context starts nothing.
	Update(ctx context.Context, credential string, change func(ctx context.Context, now Token, save SaveToken) error) error
}

// SaveToken replaces the Token of an Update, durably.
type SaveToken func(ctx context.Context, t Token) error

// Encode returns all of t, secrets included, in a form that DecodeToken reads. It is for a
// TokenStore, which must keep it encrypted.
func (t Token) Encode() ([]byte, error) { return json.Marshal(tokenV1(t)) }

// DecodeToken returns the Token that Encode made data of. If it was made of something else the error
// wraps syncer.ErrDamaged and shows nothing of it.
func DecodeToken(data []byte) (Token, error) {
	var t *tokenV1
	if err := json.Unmarshal(data, &t); err != nil || t == nil {
		return Token{}, fmt.Errorf("decode token: %w", syncer.ErrDamaged) // the cause would show parts of it
	}
	return Token(*t), nil
}

// tokenV1 is a Token as it is stored. It has none of its methods.
type tokenV1 struct {
	Access  string    `json:"access"`
	Refresh string    `json:"refresh,omitempty"`
	Expiry  time.Time `json:"expiry,omitzero"`
	Since   time.Time `json:"since,omitzero"`
	Asked   time.Time `json:"asked,omitzero"`
	Ended   string    `json:"ended,omitempty"`
}

// Format writes what String returns, for every verb.
func (t Token) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, t.String()) // fmt has nobody to tell
}

// String says whether there is a token and when it ends, and nothing that must be kept secret.
func (t Token) String() string {
	switch {
	case t.Ended != "":
		return "token (ended)"
	case t.Access == "" && t.Refresh == "":
		return "no token"
	case t.Expiry.IsZero():
		return "token"
	}
	return "token until " + t.Expiry.UTC().Format(time.RFC3339)
}

// LogValue returns what String returns.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText always fails: a Token that finds its way into a document is a mistake. See Encode.
func (t Token) MarshalText() ([]byte, error) {
	return nil, fmt.Errorf("a token is not written in clear: %w", syncer.ErrInvalid)
}

// UnmarshalText always fails, as MarshalText does.
func (t *Token) UnmarshalText([]byte) error {
	return fmt.Errorf("a token is not read in clear: %w", syncer.ErrInvalid)
}
