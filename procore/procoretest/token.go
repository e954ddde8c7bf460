package procoretest

import (
	"crypto/rand"
	"time"
)

// Lives of what the login hands out (section 1.2).
const (
	codeLife = 10 * time.Minute
	// idleLife is how long a refresh token may lie unused, with the switch RefreshExpires.
	idleLife = 180 * 24 * time.Hour
)

// A token is an access token.
type token struct {
	value   string
	user    *user
	created time.Time
	expires time.Time // zero: never
	service bool      // of client credentials
	login   *login    // nil for tokens that cannot be refreshed
	dead    bool
}

// A login is what came of one authorization: a pair of tokens that is renewed again and again.
type login struct {
	user    *user
	access  *token
	refresh *refreshToken
}

type refreshToken struct {
	value   string
	login   *login
	created time.Time
}

// A code is what an authorization leads to; the app turns it into a login.
type code struct {
	user     *user
	redirect string
	expires  time.Time
}

// A keyring holds all that opens the drive.
type keyring struct {
	now      func() time.Time
	life     time.Duration
	switches Switches
	access   map[string]*token
	refresh  map[string]*refreshToken
	codes    map[string]*code
}

func newKeyring(now func() time.Time, o Options) *keyring {
	return &keyring{
		now: now, life: o.TokenLife, switches: o.Switches,
		access: map[string]*token{}, refresh: map[string]*refreshToken{}, codes: map[string]*code{},
	}
}

// issue makes an access token. It looks like a JWT, and is none.
func (k *keyring) issue(u *user, life time.Duration) *token {
	t := &token{value: "eyJhbGciOiJFUzUxMiJ9." + rand.Text() + "." + rand.Text(), user: u, created: k.now()}
	if life > 0 {
		t.expires = t.created.Add(life)
	}
	k.access[t.value] = t
	return t
}

// open makes the first pair of a login.
func (k *keyring) open(u *user) *login {
	l := &login{user: u}
	k.renew(l)
	return l
}

func (k *keyring) renew(l *login) {
	l.access = k.issue(l.user, k.life)
	l.access.login = l
	l.refresh = &refreshToken{value: rand.Text(), login: l, created: k.now()}
	k.refresh[l.refresh.value] = l.refresh
}

// rotate uses a refresh token. It is good for one use (section 1.2).
func (k *keyring) rotate(value string) (*login, error) {
	r := k.refresh[value]
	if r == nil || k.switches.RefreshExpires && k.now().Sub(r.created) > idleLife {
		return nil, k.invalidGrant("The refresh token is invalid")
	}
	delete(k.refresh, value)
	k.renew(r.login)
	return r.login, nil
}

// invalidGrant is what the token endpoint says to a code or a token that is no good. Sources differ in
// the status.
func (k *keyring) invalidGrant(message string) *problem {
	if k.switches.GrantBadRequest {
		return grant(400, "invalid_grant", message)
	}
	return grant(401, "invalid_grant", message)
}

// use looks up an access token, nil if it is no good.
func (k *keyring) use(value string) *token {
	t := k.access[value]
	if t == nil || t.dead || !t.expires.IsZero() && !k.now().Before(t.expires) {
		return nil
	}
	return t
}

// revoke ends a token, and its twin unless the switch keeps that.
func (k *keyring) revoke(value string) {
	if r := k.refresh[value]; r != nil {
		delete(k.refresh, value)
		r.login.access.dead = !k.switches.RevokeKeepsAccess
		return
	}
	if t := k.access[value]; t != nil {
		t.dead = true
		if t.login != nil {
			delete(k.refresh, t.login.refresh.value)
		}
	}
}
