package boxtest

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/procorebox/procorebox/internal/fake"
)

// ServeHTTP serves all origins at once.
func (b *Box) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.serve(w, r, anyOrigin) //nolint:contextcheck // an effect that lands late outlives its request
}

// API serves what https://api.box.com does: everything but contents and the pages of the login.
func (b *Box) API() http.Handler { return b.at(apiOrigin) }

// Upload serves what https://upload.box.com/api does, below /2.0 and below /api/2.0.
func (b *Box) Upload() http.Handler { return b.at(uploadOrigin) }

// Login serves what https://account.box.com/api does, below /oauth2 and below /api/oauth2.
func (b *Box) Login() http.Handler { return b.at(loginOrigin) }

// Download serves what https://dl.boxcloud.com does: contents, by the signed URLs that the API hands
// out.
func (b *Box) Download() http.Handler { return b.at(downloadOrigin) }

// Realtime serves long polls.
func (b *Box) Realtime() http.Handler { return b.at(realtimeOrigin) }

func (b *Box) at(o origin) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.serve(w, r, o) //nolint:contextcheck // an effect that lands late outlives its request
	})
}

// serve answers one request: route, fault, token, limit, effect, answer.
func (b *Box) serve(w http.ResponseWriter, r *http.Request, at origin) {
	requestID := b.requestID()
	w.Header().Set("Box-Request-Id", "0"+requestID)
	if b.options.Limits == NoLimits {
		w.Header().Set("RateLimit-Policy", unlimited)
	}
	b.allowOrigin(w, r)
	if b.preflight(w, r) {
		return
	}
	known, ids, err := b.match(r, at)
	if known == nil {
		b.refuse(w, r, "", requestID, err)
		return
	}
	b.counter.Add(known.name)
	fault := b.faults.Draw(known.name, known.dear())
	c := &call{box: b, route: known, request: r, ids: ids, query: r.URL.Query()}
	var done *reply
	if err == nil {
		done, err = b.attempt(c, fault)
	}
	if err != nil {
		b.refuse(w, r, known.name, requestID, err)
		return
	}
	b.log(r, known.name, done.status)
	b.send(w, r, done, fault)
}

// attempt runs a call as far as a fault lets it.
func (b *Box) attempt(c *call, f *fake.Fault) (*reply, error) {
	if !f.Fails() {
		b.slow(c, f)
		return b.answer(c)
	}
	switch f.When {
	case fake.BeforeEffect:
		b.slow(c, f)
	case fake.AfterEffect:
		done, err := b.answer(c)
		if err == nil && done.content != nil {
			done.content.Close()
		}
		b.slow(c, f)
	case fake.LateEffect:
		b.slow(c, f)
		if err := b.postpone(c, f.Delay); err != nil {
			return nil, err
		}
	}
	return nil, problemOf(f)
}

// slow keeps a client waiting. One that goes away meanwhile gets no answer.
func (b *Box) slow(c *call, f *fake.Fault) {
	if f != nil && b.clock.wait(c.request.Context(), f.Slow) != nil {
		panic(http.ErrAbortHandler)
	}
}

// postpone takes in a whole request and carries it out later.
func (b *Box) postpone(c *call, delay time.Duration) error {
	body, err := b.vault.store(c.request.Body)
	if err != nil {
		return err
	}
	content, err := body.Open()
	if err != nil {
		return err
	}
	late := c.request.Clone(b.life.Context())
	late.Body = content
	c.request = late
	b.life.Behind(func() {
		defer body.Drop()
		defer content.Close()
		if b.clock.wait(b.life.Context(), delay) != nil {
			return
		}
		if done, err := b.answer(c); err == nil && done.content != nil {
			done.content.Close()
		}
	})
	return nil
}

// answer runs the handler of a call.
func (b *Box) answer(c *call) (*reply, error) {
	if err := b.admit(c); err != nil {
		return nil, err
	}
	if c.route.stream != nil {
		return c.route.stream(c)
	}
	if err := c.readBody(); err != nil {
		return nil, err
	}
	b.lock()
	defer c.unlock()
	return c.route.handle(c)
}

// admit looks at the token of a call and at the limits of its user.
func (b *Box) admit(c *call) error {
	b.lock()
	defer b.unlock()
	if c.route.need == needNothing {
		return nil
	}
	if err := b.authorize(c); err != nil {
		return err
	}
	if !c.token.allows(c.route.need) {
		return refuse(http.StatusForbidden, "insufficient_scope",
			"The request requires higher privileges than provided by the access token")
	}
	b.drive.clean()
	return b.limiter.take(b.clock.Now(), c.user, c.route.class)
}

// authorize finds out whose token a request has and for whom it acts (section 2.6).
func (b *Box) authorize(c *call) error {
	value, ok := strings.CutPrefix(c.request.Header.Get("Authorization"), "Bearer ")
	if !ok {
		value = c.query.Get("access_token")
	}
	c.token = b.keys.use(value)
	if c.token == nil {
		return b.unauthorized()
	}
	c.user = c.token.user
	other := c.request.Header.Get("As-User")
	if other == "" {
		return nil
	}
	account := b.drive.users[other]
	if account == nil || account == c.token.user {
		p := refuse(http.StatusNotFound, "not_found", "On-Behalf-Of User not found")
		p.context = object{"invalid_user_id": object{"id": other}}
		return p
	}
	c.user = account
	return nil
}

func (b *Box) unauthorized() *problem {
	p := refuse(http.StatusUnauthorized, "unauthorized", "Unauthorized")
	p.empty = !b.options.Switches.UnauthorizedBody
	if b.options.Switches.InvalidTokenCode {
		p.code = "invalid_token"
	}
	p.header = http.Header{"Www-Authenticate": {
		`Bearer realm="Service", error="invalid_token", error_description="The access token provided is invalid."`,
	}}
	return p
}

func (b *Box) refuse(w http.ResponseWriter, r *http.Request, name, requestID string, err error) {
	p, ok := errors.AsType[*problem](err)
	if !ok {
		p = refuse(http.StatusInternalServerError, "internal_server_error", "%v", err)
	}
	b.log(r, name, p.status)
	b.send(w, r, p.reply(requestID), nil)
}

// requestID is the id in the body of an error. The one in the header is another (section 1).
func (b *Box) requestID() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.requests++
	return fmt.Sprintf("%x", 0x2a3f0000000+b.requests)
}
