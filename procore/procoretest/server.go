package procoretest

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/procorebox/procorebox/internal/fake"
)

// ServeHTTP serves all origins at once.
func (p *Procore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.serve(w, r, anyOrigin) //nolint:contextcheck // an effect that lands late outlives its request
}

// API serves what https://api.procore.com does, the token endpoint included.
func (p *Procore) API() http.Handler { return p.at(apiOrigin) }

// Login serves what https://login.procore.com does.
func (p *Procore) Login() http.Handler { return p.at(loginOrigin) }

// Files serves the links of files. They need a token, and lead on to the storage.
func (p *Procore) Files() http.Handler { return p.at(filesOrigin) }

// Storage serves what the storage service does: signed addresses, to upload to and to download from.
// It refuses requests with a token.
func (p *Procore) Storage() http.Handler { return p.at(storageOrigin) }

func (p *Procore) at(o origin) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.serve(w, r, o) //nolint:contextcheck // an effect that lands late outlives its request
	})
}

// serve answers one request: route, fault, token, limit, effect, answer.
func (p *Procore) serve(w http.ResponseWriter, r *http.Request, at origin) {
	began := time.Now()
	known, ids, err := p.match(r, at)
	if known == nil {
		p.refuse(w, r, nil, err)
		return
	}
	if known.origin&(apiOrigin|filesOrigin) != 0 {
		w.Header().Set("X-Request-Id", p.requestID())
		w.Header().Set("Date", p.clock.Now().UTC().Format(http.TimeFormat))
		w.Header().Set("X-Runtime", fmt.Sprintf("%.6f", time.Since(began).Seconds()))
	}
	p.counter.Add(known.name)
	fault := p.faults.Draw(known.name, known.dear())
	c := &call{procore: p, route: known, request: r, ids: ids, query: r.URL.Query()}
	done, err := p.attempt(w, c, fault)
	if err != nil {
		p.refuse(w, r, known, err)
		return
	}
	p.log(r, known.name, done.status)
	p.send(w, r, done, fault)
}

// attempt runs a call as far as a fault lets it.
func (p *Procore) attempt(w http.ResponseWriter, c *call, f *fake.Fault) (*reply, error) {
	if !f.Fails() {
		p.slow(c, f)
		return p.answer(w, c)
	}
	switch f.When {
	case fake.BeforeEffect:
		p.slow(c, f)
	case fake.AfterEffect:
		done, err := p.answer(w, c)
		if err == nil && done.content != nil {
			done.content.Close()
		}
		p.slow(c, f)
	case fake.LateEffect:
		p.slow(c, f)
		if err := p.postpone(c, f.Delay); err != nil {
			return nil, err
		}
	}
	return nil, problemOf(f)
}

// slow keeps a client waiting. One that goes away meanwhile gets no answer.
func (p *Procore) slow(c *call, f *fake.Fault) {
	if f != nil && p.clock.wait(c.request.Context(), f.Slow) != nil {
		panic(http.ErrAbortHandler)
	}
}

// postpone takes in a whole request and carries it out later.
func (p *Procore) postpone(c *call, delay time.Duration) error {
	body, err := p.vault.Store(c.request.Body)
	if err != nil {
		return err
	}
	content, err := body.Open()
	if err != nil {
		return err
	}
	late := c.request.Clone(p.life.Context())
	late.Body = content
	c.request = late
	p.life.Behind(func() {
		defer body.Drop()
		defer content.Close()
		if p.clock.wait(p.life.Context(), delay) != nil {
			return
		}
		if done, err := p.answer(nil, c); err == nil && done.content != nil {
			done.content.Close()
		}
	})
	return nil
}

// answer runs the handler of a call. The headers of limits go to w, if there is one left.
func (p *Procore) answer(w http.ResponseWriter, c *call) (*reply, error) {
	header, err := p.admit(c)
	if w != nil {
		maps.Copy(w.Header(), header)
	}
	if err != nil {
		return nil, err
	}
	if c.route.stream != nil {
		return c.route.stream(c)
	}
	err = c.readBody()
	p.lock()
	defer p.unlock()
	defer c.drop()
	if err != nil {
		return nil, err
	}
	if err := c.locate(); err != nil {
		return nil, err
	}
	p.drive.app = p.options.ClientID
	defer func() { p.drive.app = "" }()
	done, err := c.route.handle(c)
	if err == nil {
		c.took()
	}
	return done, err
}

// admit looks at the token of a call, and at the limits of its user.
func (p *Procore) admit(c *call) (http.Header, error) {
	if c.route.scope == open {
		return nil, nil
	}
	p.lock()
	defer p.unlock()
	value, _ := strings.CutPrefix(c.request.Header.Get("Authorization"), "Bearer ")
	c.token = p.keys.use(value)
	if c.token == nil {
		if c.route.origin&filesOrigin != 0 && value == "" && p.options.Switches.LinksOpen {
			return nil, nil
		}
		return nil, refuse(http.StatusUnauthorized, "The access token is invalid")
	}
	c.user = c.token.user
	if c.route.origin&apiOrigin == 0 && !p.options.Switches.LinksCount {
		return nil, nil
	}
	return p.limiter.take(p.clock.Now(), c.user)
}

func (p *Procore) refuse(w http.ResponseWriter, r *http.Request, known *route, err error) {
	wrong, ok := errors.AsType[*problem](err)
	if !ok {
		wrong = refuse(http.StatusInternalServerError, "%v", err)
	}
	name := ""
	if known != nil {
		name = known.name
	}
	p.log(r, name, wrong.status)
	p.send(w, r, wrong.reply(p.options.Switches, known.version()), nil)
}

// requestID is the header X-Request-Id.
func (p *Procore) requestID() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests++
	return fmt.Sprintf("%08x-0000-4000-8000-000000000000", p.requests)
}
