package connect

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// ErrOtherKey is wrapped where a Token was sealed with another TokenKey than the one at hand.
var ErrOtherKey = errors.New("sealed with another key")

// TokenKeySize is how many bytes make a TokenKey.
const TokenKeySize = 32

// sealVersion begins what Seal returns.
const sealVersion = 1

// TokenKey seals Tokens for a TokenStore, so that whoever reads the store, or a copy of it, learns no
// secret. However it is printed or logged it shows its ID only. The zero TokenKey is no key.
type TokenKey struct {
	aead cipher.AEAD // behind a pointer, where no printing looks
	id   string
}

// NewTokenKey returns the key that TokenKeySize random bytes make. Any other number of bytes is an
// error that wraps syncer.ErrInvalid.
func NewTokenKey(secret []byte) (TokenKey, error) {
	if len(secret) != TokenKeySize {
		return TokenKey{}, fmt.Errorf("token key of %d bytes, not %d: %w", len(secret), TokenKeySize, syncer.ErrInvalid)
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return TokenKey{}, fmt.Errorf("make token key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return TokenKey{}, fmt.Errorf("make token key: %w", err)
	}
	// The ID names the key without telling anything about it.
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("procorebox token key id"))
	return TokenKey{aead, string(mac.Sum(nil)[:8])}, nil
}

// ParseTokenKey returns the key whose bytes are written in base64 or in hexadecimal digits, as in a
// variable of the environment. An error wraps syncer.ErrInvalid and shows nothing of the text.
func ParseTokenKey(text string) (TokenKey, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return TokenKey{}, fmt.Errorf("token key is empty: %w", syncer.ErrInvalid)
	}
	if secret, err := hex.DecodeString(text); err == nil {
		return NewTokenKey(secret)
	}
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	secret, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return TokenKey{}, fmt.Errorf("token key is neither base64 nor hexadecimal: %w", syncer.ErrInvalid)
	}
	return NewTokenKey(secret)
}

// IsZero reports whether k is no key.
func (k TokenKey) IsZero() bool { return k.aead == nil }

// ID names the key, and tells nothing about it. Equal keys have equal IDs.
func (k TokenKey) ID() string { return hex.EncodeToString([]byte(k.id)) }

// Seal encrypts t with AES-256-GCM under a nonce of its own. What it returns is opened with the same
// key for the same credential only.
func (k TokenKey) Seal(credential string, t Token) ([]byte, error) {
	if k.IsZero() {
		return nil, errNoKey(credential)
	}
	plain, err := t.Encode()
	if err != nil {
		return nil, fmt.Errorf("seal token of %q: %w", credential, err)
	}
	head := k.head()
	return k.aead.Seal(head, nil, plain, about(head, credential)), nil //nolint:gosec // a nonce is drawn for each call
}

// Open returns the Token that Seal was given. If it was sealed with another key the error wraps
// ErrOtherKey; if sealed is not what Seal returned for the credential it wraps syncer.ErrDamaged.
func (k TokenKey) Open(credential string, sealed []byte) (Token, error) {
	head := k.head()
	switch {
	case k.IsZero():
		return Token{}, errNoKey(credential)
	case len(sealed) < len(head) || sealed[0] != sealVersion:
		return Token{}, fmt.Errorf("token of %q is not sealed as it should be: %w", credential, syncer.ErrDamaged)
	case !bytes.Equal(sealed[:len(head)], head):
		return Token{}, fmt.Errorf("token of %q: this key is %s, that one was %x: %w", credential, k.ID(), sealed[1:len(head)], ErrOtherKey)
	}
	plain, err := k.aead.Open(nil, nil, sealed[len(head):], about(head, credential))
	if err != nil {
		return Token{}, fmt.Errorf("token of %q does not open with its key: %w", credential, syncer.ErrDamaged)
	}
	t, err := DecodeToken(plain)
	if err != nil {
		return Token{}, fmt.Errorf("token of %q: %w", credential, err)
	}
	return t, nil
}

// head is what stands before the nonce: how it is sealed, and with which key.
func (k TokenKey) head() []byte { return append([]byte{sealVersion}, k.id...) }

// about is what a sealed Token is bound to besides its key.
func about(head []byte, credential string) []byte {
	return append(bytes.Clone(head), "procorebox token of "+credential...)
}

func errNoKey(credential string) error {
	return fmt.Errorf("token of %q: there is no key: %w", credential, syncer.ErrInvalid)
}

// String returns the ID.
func (k TokenKey) String() string {
	if k.IsZero() {
		return "no token key"
	}
	return "token key " + k.ID()
}

// Format writes what String returns, for every verb.
func (k TokenKey) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, k.String()) }

// LogValue returns what String returns.
func (k TokenKey) LogValue() slog.Value { return slog.StringValue(k.String()) }
