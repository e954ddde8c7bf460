package connect

import (
	"context"
	"fmt"
	"io"
)

// Fixed returns an access token that somebody else takes care of, for tests and short programs. It is
// not renewed. However it is printed, logged or encoded, alone or in what it is a part of, the token is
// not shown.
func Fixed(token string) Tokens { return &fixed{token} }

// fixed is behind a pointer: in a field that is not exported fmt calls no Format.
type fixed struct{ token string }

// Token implements Tokens.
func (f *fixed) Token(context.Context) (string, error) {
	if f.token == "" {
		return "", signIn("the access token is empty", nil)
	}
	return f.token, nil
}

// Refused implements Tokens. It always fails: there is no other token.
func (f *fixed) Refused(context.Context, string) error {
	return signIn("the access token is not taken, and there is no other", nil)
}

// Format writes no token, for every verb.
func (f *fixed) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "fixed token") }
