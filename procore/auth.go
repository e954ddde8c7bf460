package procore

import (
	"context"
	"fmt"
	"io"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// Fixed returns an access token that somebody else takes care of, for tests and short programs. It is
// not renewed. However it is printed, logged or encoded, alone or in what it is a part of, the token is
// not shown.
func Fixed(token string) connect.Tokens { return &fixed{token} }

// fixed is behind a pointer: in a field that is not exported fmt calls no Format.
type fixed struct{ token string }

func (f *fixed) Token(context.Context) (string, error) {
	if f.token == "" {
		return "", fmt.Errorf("fixed token is empty: %w: %w", connect.ErrSignIn, syncer.ErrBusy)
	}
	return f.token, nil
}

// Refused always fails: there is no other token.
func (f *fixed) Refused(context.Context, string) error {
	return fmt.Errorf("procore does not take the fixed token: %w: %w", connect.ErrSignIn, syncer.ErrBusy)
}

// Format writes no token, for every verb.
func (f *fixed) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "fixed token") }
