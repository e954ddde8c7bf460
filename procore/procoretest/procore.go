package procoretest

import (
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/procorebox/procorebox/internal/fake"
)

// A Procore is a fake of the Procore service. It is an [http.Handler] that serves every route;
// [Procore.API], [Procore.Login], [Procore.Files] and [Procore.Storage] serve those of one origin
// only. It is safe for any number of goroutines.
type Procore struct {
	options Options
	clock   *Clock
	routes  []route
	vault   fake.Vault
	limiter *limiter
	faults  *fake.Faults
	counter fake.Counter
	life    *fake.Life // whatever goes on behind a call: deliveries, effects that land late

	mu       sync.Mutex // guards everything below
	drive    *drive
	keys     *keyring
	uploads  map[string]*upload
	home     *user
	requests int
	hooks    hooks
	sent     []Delivery
	printed  int // PDFs

	listeners []func(news)
}

// New returns a fake Procore with one company, one project in it, and one user who is an administrator
// of all its tools. [Procore.Token] and [Procore.RefreshToken] hand out that user's tokens. An error
// names the field of the options that cannot be.
func New(o Options) (*Procore, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	p := &Procore{
		options: o,
		clock:   o.Clock,
		limiter: newLimiter(o),
		faults:  fake.NewFaults(o.FaultRate, o.Seed, o.Limits != NoLimits),
		life:    fake.NewLife(),
		uploads: map[string]*upload{},
	}
	p.routes = routes()
	p.keys = newKeyring(p.clock.Now, o)
	p.drive = newDrive(o.Switches, p.clock.Now)
	company := p.drive.newCompany(o.CompanyName)
	p.home = p.drive.newUser("Sync Robot", "sync@procoretest.example")
	p.drive.newProject(company, o.ProjectName)
	p.hooks = newHooks(o)
	return p, nil
}

// Close ends what goes on behind calls, and removes the contents that were kept in files.
func (p *Procore) Close() error {
	p.life.End()
	p.life.Wait()
	return p.vault.Close()
}

// URLs returns where clients find the fake.
func (p *Procore) URLs() URLs { return p.options.URLs }

// Token returns a new access token of the first user. It never expires.
func (p *Procore) Token() string { return p.TokenFor(p.home.User, 0) }

// TokenFor returns a new access token of a user, which lives as long as it says; zero is for ever. It
// panics if the Procore has no such user.
func (p *Procore) TokenFor(u User, life time.Duration) string {
	p.lock()
	defer p.unlock()
	return p.keys.issue(p.who(u), life).value
}

// RefreshToken returns the refresh token of a new login of the first user.
func (p *Procore) RefreshToken() string { return p.RefreshTokenFor(p.home.User) }

// RefreshTokenFor returns the refresh token of a new login of a user. It panics if the Procore has no
// such user.
func (p *Procore) RefreshTokenFor(u User) string {
	p.lock()
	defer p.unlock()
	return p.keys.open(p.who(u)).refresh.value
}

// Client returns the id and the secret of the app.
func (p *Procore) Client() (id, secret string) { return p.options.ClientID, p.options.ClientSecret }

func (p *Procore) lock() { p.mu.Lock() }

// unlock releases the lock, once those who listen were told what happened meanwhile.
func (p *Procore) unlock() {
	for _, n := range p.drive.outbox {
		p.hooks.tell(n, p.clock.Now())
		for _, tell := range p.listeners {
			tell(n)
		}
	}
	p.drive.outbox = nil
	ready := p.hooks.ready
	p.hooks.ready = nil
	p.mu.Unlock()
	p.wake(ready)
}

// listen has somebody told of all that happens, under the lock.
func (p *Procore) listen(tell func(news)) {
	p.lock()
	defer p.unlock()
	p.listeners = append(p.listeners, tell)
}

func (p *Procore) log(r *http.Request, name string, status int) {
	p.options.Logger.DebugContext(r.Context(), "answer",
		slog.String("method", r.Method), slog.String("route", name), slog.Int("status", status))
}
