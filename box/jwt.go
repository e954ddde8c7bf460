package box

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"

	"github.com/procorebox/procorebox/syncer/connect"
)

// Key is the private key of an app whose public key Box knows. However it is printed, it is not shown.
type Key struct {
	// ID is Box's name for the public key.
	ID string
	// Private is the key itself; see ParseKey.
	Private *rsa.PrivateKey
	// Hash is crypto.SHA256 (RS256) or crypto.SHA512 (RS512); 0 means the former.
	Hash crypto.Hash
}

// Format writes the key's ID, for every verb.
func (k Key) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "key "+k.ID) }

// LogValue returns what Format writes.
func (k Key) LogValue() slog.Value { return slog.StringValue("key " + k.ID) }

// MarshalText returns what Format writes, so that no document that a Key finds its way into holds it.
func (k Key) MarshalText() ([]byte, error) { return []byte("key " + k.ID), nil }

func (k Key) check() error {
	switch {
	case k.ID == "" || k.Private == nil:
		return invalid("Key.ID or Key.Private is empty")
	case k.Hash != 0 && k.Hash != crypto.SHA256 && k.Hash != crypto.SHA512:
		return invalid("Key.Hash is neither SHA-256 nor SHA-512")
	}
	return nil
}

// audience is what Box wants to read in an assertion, wherever that is sent.
const audience = realAPI + "/oauth2/token"

// An assertion may be good for 60 seconds at most.
const assertionLife = 45 * time.Second

// skew is how far our clock may be from Box's before an assertion is made by Box's.
const skew = 5 * time.Second

// JWT is for a connect.Source of a server that signs in with a key. Such tokens have no refresh
// token, so none can be lost. If Box refuses an assertion and its clock is not ours, one more is made
// by Box's.
func (a App) JWT(k Key, s Subject) (connect.Refresh, error) {
	bases, err := a.check()
	if err != nil {
		return nil, err
	}
	if err := k.check(); err != nil {
		return nil, err
	}
	kind, id, err := s.split()
	if err != nil {
		return nil, err
	}
	ask := func(ctx context.Context, now time.Time) (*oauth2.Token, error) {
		assertion, err := k.sign(claims{
			Issuer: a.ClientID, Subject: id, Kind: kind, Audience: audience, // a list of one is refused
			ID: rand.Text() + rand.Text(), Expires: now.Add(assertionLife).Unix(),
		})
		if err != nil {
			return nil, err
		}
		return a.grant(ctx, bases, url.Values{
			"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion},
		})
	}
	return connect.OAuth2(a.HTTP, func(ctx context.Context, _ connect.Token) (*oauth2.Token, error) {
		now := time.Now()
		token, err := ask(ctx, now)
		if there, ok := clockOf(err); ok && there.Sub(now).Abs() > skew {
			return ask(ctx, there)
		}
		return token, err
	}), nil
}

// clockOf returns what time it was at Box when it refused a grant.
func clockOf(err error) (time.Time, bool) {
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok || refused.ErrorCode != "invalid_grant" {
		return time.Time{}, false
	}
	at, err := http.ParseTime(refused.Response.Header.Get("Date"))
	return at, err == nil
}

type claims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Kind     string `json:"box_sub_type"`
	Audience string `json:"aud"`
	ID       string `json:"jti"`
	Expires  int64  `json:"exp"`
}

// sign makes an assertion: header, claims and signature, each in base64.
func (k Key) sign(c claims) (string, error) {
	header := map[string]string{"alg": "RS256", "typ": "JWT", "kid": k.ID}
	if k.Hash == crypto.SHA512 {
		header["alg"] = "RS512"
	}
	var text string
	for _, part := range []any{header, c} {
		data, err := json.Marshal(part)
		if err != nil {
			return "", fmt.Errorf("encode assertion: %w", err)
		}
		if text != "" {
			text += "."
		}
		text += base64.RawURLEncoding.EncodeToString(data)
	}
	signature, err := k.signature(text)
	if err != nil {
		return "", fmt.Errorf("sign assertion: %w", err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

func (k Key) signature(text string) ([]byte, error) {
	if k.Hash == crypto.SHA512 {
		sum := sha512.Sum512([]byte(text))
		return rsa.SignPKCS1v15(rand.Reader, k.Private, crypto.SHA512, sum[:])
	}
	sum := sha256.Sum256([]byte(text))
	return rsa.SignPKCS1v15(rand.Reader, k.Private, crypto.SHA256, sum[:])
}
