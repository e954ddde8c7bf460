package boxtest

import (
	"crypto/rand"
	"slices"
	"time"
)

// Lives of what the login hands out (section 2).
const (
	codeLife    = 30 * time.Second
	refreshLife = 60 * 24 * time.Hour
)

// Scopes of an app, and those that a downscoped token can have.
const (
	scopeRead    = "root_readonly"
	scopeWrite   = "root_readwrite"
	scopeWebhook = "manage_webhook"
)

func allScopes() []string {
	return []string{scopeWrite, scopeWebhook, "manage_enterprise_properties", "manage_managed_users"}
}

// A token is an access token.
type token struct {
	value    string
	user     *user
	expires  time.Time // zero: never
	scopes   []string
	resource *item  // a downscoped token reaches no more than this, nil for everything
	login    *login // nil for tokens that cannot be refreshed
	dead     bool
}

// A login is what came of one authorization: a pair of tokens that is renewed again and again.
type login struct {
	user    *user
	scopes  []string
	access  *token
	refresh *refreshToken
	before  *refreshToken // used, and good until access is used, with the switch RefreshGrace
	old     *token        // dies when access is first used
	fresh   bool          // access was not used yet
	revoked bool
}

type refreshToken struct {
	value   string
	login   *login
	expires time.Time
}

// A code is what an authorization leads to; the app turns it into a login.
type code struct {
	user     *user
	redirect string
	scopes   []string
	expires  time.Time
}

// A keyring holds all that opens the drive.
type keyring struct {
	now     func() time.Time
	life    time.Duration
	grace   bool
	access  map[string]*token
	refresh map[string]*refreshToken
	used    map[string]bool // refresh tokens that are no good any more
	codes   map[string]*code
	jtis    map[string]bool
}

func newKeyring(now func() time.Time, life time.Duration, grace bool) *keyring {
	return &keyring{
		now: now, life: life, grace: grace,
		access: map[string]*token{}, refresh: map[string]*refreshToken{}, used: map[string]bool{},
		codes: map[string]*code{}, jtis: map[string]bool{},
	}
}

// issue makes an access token.
func (k *keyring) issue(u *user, scopes []string, life time.Duration) *token {
	t := &token{value: rand.Text(), user: u, scopes: scopes}
	if life > 0 {
		t.expires = k.now().Add(life)
	}
	k.access[t.value] = t
	return t
}

// open makes the first pair of a login.
func (k *keyring) open(u *user, scopes []string) *login {
	l := &login{user: u, scopes: scopes}
	k.renew(l)
	return l
}

func (k *keyring) renew(l *login) {
	l.access = k.issue(l.user, l.scopes, k.life)
	l.access.login = l
	l.refresh = &refreshToken{value: rand.Text(), login: l, expires: k.now().Add(refreshLife)}
	l.fresh = true
	k.refresh[l.refresh.value] = l.refresh
}

// rotate uses a refresh token (section 2.2).
func (k *keyring) rotate(value string) (*login, error) {
	r := k.refresh[value]
	switch {
	case r == nil || r.login.revoked:
		return nil, grant("invalid_grant", "Invalid refresh token")
	case !k.now().Before(r.expires):
		return nil, grant("invalid_grant", "Refresh token has expired")
	}
	l := r.login
	if r == l.before {
		return l, nil // again, within the grace: the same pair
	}
	l.old = l.access
	if l.before != nil {
		delete(k.refresh, l.before.value)
	}
	l.before = nil
	if k.grace {
		l.before = r
	} else {
		delete(k.refresh, value)
	}
	k.renew(l)
	return l, nil
}

// use looks up an access token. The first use of a new one ends the pair before it.
func (k *keyring) use(value string) *token {
	t := k.access[value]
	if t == nil || t.dead || !t.expires.IsZero() && !k.now().Before(t.expires) {
		return nil
	}
	if l := t.login; l != nil && l.access == t && l.fresh {
		l.fresh = false
		if l.old != nil {
			l.old.dead = true
		}
		if l.before != nil {
			delete(k.refresh, l.before.value)
			l.before = nil
		}
	}
	return t
}

// revoke ends a token and what belongs to it. It returns the user whose it was.
func (k *keyring) revoke(value string) *user {
	t := k.access[value]
	if r := k.refresh[value]; r != nil {
		t = r.login.access
	}
	if t == nil {
		return nil
	}
	t.dead = true
	if l := t.login; l != nil {
		l.revoked = true
		l.access.dead = true
		if l.old != nil {
			l.old.dead = true
		}
	}
	return t.user
}

// holds says whether a user has a token left.
func (k *keyring) holds(u *user) bool {
	for _, t := range k.access {
		if t.user == u && !t.dead && (t.expires.IsZero() || k.now().Before(t.expires)) {
			return true
		}
	}
	for _, r := range k.refresh {
		if r.login.user == u && !r.login.revoked && k.now().Before(r.expires) {
			return true
		}
	}
	return false
}

// allows says whether a token's scopes permit a kind of call.
func (t *token) allows(n need) bool {
	if n == needNothing || slices.Contains(n.scopes(), scopeAny) {
		return true
	}
	return slices.ContainsFunc(n.scopes(), func(s string) bool { return slices.Contains(t.scopes, s) })
}
