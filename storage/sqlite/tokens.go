package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// Tokens is a [connect.TokenStore] in a file, which all processes that share a credential have open.
// Close it when it is not needed any more.
type Tokens struct {
	database *database
	shared   bool // with the other parts of a File
	key      connect.TokenKey
	turns    turns
}

var _ connect.TokenStore = (*Tokens)(nil)

const (
	selectToken  = "SELECT data FROM token WHERE credential = ?"
	upsertToken  = "INSERT INTO token (credential, data) VALUES (?, ?) ON CONFLICT (credential) DO UPDATE SET data = excluded.data"
	deleteToken  = "DELETE FROM token WHERE credential = ?"
	selectTokens = "SELECT data FROM token"
)

// OpenTokens opens the Tokens in the file at path, and makes the file if there is none; its folder must
// be there. A file that is damaged, empty, of another program or of a newer version is an error that
// wraps [syncer.ErrDamaged], and is left as it is. Tokens that were sealed with another key are no
// error before they are asked for.
func OpenTokens(ctx context.Context, path string, o TokenOptions) (*Tokens, error) {
	if o.Key.IsZero() {
		return nil, fmt.Errorf("open tokens in %s: Key is not set: %w", path, syncer.ErrInvalid)
	}
	d, err := openDatabase(ctx, path, tokenFormat, Options{Busy: o.Busy, Cache: 1 << 20})
	if err != nil {
		return nil, fmt.Errorf("open tokens in %s: %w", path, err)
	}
	t := newTokens(d, o.Key)
	if err := d.read(ctx, t.sound); err != nil {
		return nil, fmt.Errorf("open tokens in %s: %w", path, errors.Join(err, d.close()))
	}
	return t, nil
}

func newTokens(d *database, key connect.TokenKey) *Tokens {
	return &Tokens{database: d, key: key, turns: turns{path: d.path + "-token"}}
}

// sound returns an error if a token may be missing. One that is damaged says so when it is asked for.
func (t *Tokens) sound(c *conn) error { return passes(c, "integrity_check(token)") }

// Close closes the file. It does nothing to the Tokens of a File.
func (t *Tokens) Close() error {
	if t.shared {
		return nil
	}
	return t.database.close()
}

// Load implements [connect.TokenStore]. If the Token was sealed with another key the error wraps
// [connect.ErrOtherKey].
func (t *Tokens) Load(ctx context.Context, credential string) (token connect.Token, err error) {
	err = t.database.read(ctx, func(c *conn) error {
		token, err = t.load(c, credential)
		return err
	})
	if err != nil {
		return connect.Token{}, fmt.Errorf("load token: %w", err)
	}
	return token, nil
}

func (t *Tokens) load(c *conn, credential string) (connect.Token, error) {
	row, err := c.one(selectToken, credential)
	switch {
	case err != nil:
		return connect.Token{}, err
	case row == nil:
		return connect.Token{}, fmt.Errorf("token of %q: %w", credential, fs.ErrNotExist)
	}
	sealed, err := unwrap(bytes(row[0]))
	if err != nil {
		return connect.Token{}, fmt.Errorf("token of %q: %w", credential, err)
	}
	return t.key.Open(credential, []byte(sealed))
}

// Update implements [connect.TokenStore]. Between processes turns are taken by a lock of the operating
// system, which ends with its process. If the Token was sealed with another key change is not called,
// and the error wraps [connect.ErrOtherKey]: see Forget.
func (t *Tokens) Update(ctx context.Context, credential string, change func(ctx context.Context, now connect.Token, save connect.SaveToken) error) error {
	done, err := t.turns.take(ctx, credential)
	if err != nil {
		return fmt.Errorf("wait for the token of %q: %w", credential, err)
	}
	defer done()
	now, err := t.Load(ctx, credential)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	s := &saver{tokens: t, credential: credential}
	defer s.end()
	return change(ctx, now, s.save)
}

// saver stores Tokens for as long as its turn lasts.
type saver struct {
	tokens     *Tokens
	credential string
	mu         sync.Mutex
	over       bool
}

var errOver = errors.New("the update is over")

func (s *saver) save(ctx context.Context, token connect.Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return fmt.Errorf("store token of %q: %w", s.credential, errOver)
	}
	sealed, err := s.tokens.key.Seal(s.credential, token)
	if err != nil {
		return err
	}
	err = s.tokens.database.write(ctx, func(c *conn) error {
		_, err := c.exec(upsertToken, s.credential, wrap(string(sealed)))
		return err
	})
	if err != nil {
		return fmt.Errorf("store token of %q: %w", s.credential, err)
	}
	return nil
}

func (s *saver) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
}

// Forget takes away what is stored of a credential, also if it is damaged or was sealed with a key that
// is lost: afterwards a person can sign in again. It waits for an Update, until ctx ends.
func (t *Tokens) Forget(ctx context.Context, credential string) error {
	done, err := t.turns.take(ctx, credential)
	if err != nil {
		return fmt.Errorf("wait for the token of %q: %w", credential, err)
	}
	defer done()
	err = t.database.write(ctx, func(c *conn) error {
		_, err := c.exec(deleteToken, credential)
		return err
	})
	if err != nil {
		return fmt.Errorf("forget token of %q: %w", credential, err)
	}
	return nil
}

// wrap and unwrap put a checksum around a value that has its own form.
func wrap(value string) []byte { return encode(func(c *coder) { str(c, &value) }) }

func unwrap(data []byte) (value string, err error) {
	err = decode(data, func(c *coder) { str(c, &value) })
	return value, err
}
