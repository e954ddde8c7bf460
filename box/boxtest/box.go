package boxtest

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/procorebox/procorebox/internal/fake"
)

// A Box is a fake of the Box service. It is an [http.Handler] that serves every route on the bases
// /2.0 and /api/2.0; [Box.API], [Box.Upload] and the others serve those of one origin only. It is safe
// for any number of goroutines.
type Box struct {
	options Options
	clock   *Clock
	routes  []route
	vault   vault
	limiter *limiter
	faults  *fake.Faults
	counter fake.Counter
	home    *user

	life *fake.Life // whatever goes on behind a call: deliveries, effects that land late

	mu       sync.Mutex // guards everything below
	drive    *drive
	keys     *keyring
	sessions map[string]*session
	requests int
	tickets  int
	sent     []Delivery
	channels map[string]*channel
}

// New returns a fake Box with one user, whose tokens [Box.Token] and [Box.RefreshToken] hand out. An
// error names the field of the options that cannot be.
func New(o Options) (*Box, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	b := &Box{
		options:  o,
		life:     fake.NewLife(),
		clock:    o.Clock,
		limiter:  newLimiter(o),
		faults:   fake.NewFaults(o.FaultRate, o.Seed, o.Limits != NoLimits),
		sessions: map[string]*session{},
		channels: map[string]*channel{},
	}
	b.routes = routes()
	b.keys = newKeyring(b.clock.Now, o.TokenLife, o.Switches.RefreshGrace)
	b.drive = newDrive(rules{
		Switches: o.Switches, Space: o.Space, LargestFile: o.LargestFile, NoTrash: o.NoTrash, Purge: o.PurgeAfter,
		Web: o.URLs.Web, Zone: o.Zone, FloatsFrom: o.FloatsFrom,
		Enterprise: o.EnterpriseID,
	}, b.clock.Now)
	b.drive.feed.random = rand.New(rand.NewPCG(o.Seed, 1)) //nolint:gosec // repeatable on purpose
	b.drive.feed.replay, b.drive.feed.shuffle = o.ReplayEvents, o.ShuffleEvents
	b.drive.hooks = hooks{all: map[string]*webhook{}, strict: o.StrictAddresses, active: b.keys.holds}
	b.home = b.drive.newUser("Service Account", "service@boxtest.example")
	return b, nil
}

// Close ends long polls, deliveries and what is still to land, and removes the contents that were
// kept in files.
func (b *Box) Close() error {
	b.life.End()
	b.life.Wait()
	return b.vault.Close()
}

// URLs returns where clients find the fake.
func (b *Box) URLs() URLs { return b.options.URLs }

// Token returns a new access token of the first user. It has all scopes of the app and never expires.
func (b *Box) Token() string { return b.TokenFor(b.home.User, 0) }

// TokenFor returns a new access token of a user, which lives as long as it says; zero is for ever. It
// panics if the Box has no such user.
func (b *Box) TokenFor(u User, life time.Duration) string {
	b.lock()
	defer b.unlock()
	return b.keys.issue(b.who(u), b.options.Scopes, life).value
}

// RefreshToken returns the refresh token of a new login of the first user.
func (b *Box) RefreshToken() string { return b.RefreshTokenFor(b.home.User) }

// RefreshTokenFor returns the refresh token of a new login of a user. It panics if the Box has no such
// user.
func (b *Box) RefreshTokenFor(u User) string {
	b.lock()
	defer b.unlock()
	return b.keys.open(b.who(u), b.options.Scopes).refresh.value
}

// Client returns the id and the secret of the app.
func (b *Box) Client() (id, secret string) { return b.options.ClientID, b.options.ClientSecret }

// who is the account of a user. A test that names somebody who is not there is wrong.
func (b *Box) who(u User) *user {
	account := b.drive.users[u.ID]
	if account == nil {
		panic(fmt.Sprintf("boxtest: no user with id %q", u.ID))
	}
	return account
}

func (b *Box) lock() { b.mu.Lock() }

// unlock releases the lock and sends what waits in the outbox of webhooks.
func (b *Box) unlock() {
	out := b.drive.hooks.outbox
	b.drive.hooks.outbox = nil
	b.mu.Unlock()
	for _, d := range out {
		b.life.Behind(func() { b.deliver(d) })
	}
}

func (b *Box) log(r *http.Request, name string, status int) {
	b.options.Logger.DebugContext(r.Context(), "answer",
		slog.String("method", r.Method), slog.String("route", name), slog.Int("status", status))
}
