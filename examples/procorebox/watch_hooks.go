package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/examples/internal/service"
)

// A door leads what the services send to whoever takes it now. It stands while settings are read again.
type door struct{ hooks atomic.Pointer[office.Hooks] }

// ServeHTTP implements http.Handler.
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := d.hooks.Load()
	if h == nil {
		http.Error(w, "not now", http.StatusServiceUnavailable) // the services send it again
		return
	}
	h.ServeHTTP(w, r)
}

// hooks returns the webhooks that are asked for, nil if none are.
func (w *watching) hooks(ctx context.Context, o *office.Office, getenv func(string) string) (*office.Hooks, error) {
	address, listen := w.publicly(getenv)
	switch {
	case address == "" && listen == "":
		return nil, nil //nolint:nilnil // none is no error
	case address == "":
		return nil, errors.New("--hooks-listen says where webhooks arrive: --hooks must say by which address the services reach that")
	case address != office.HooksOff && listen == "":
		return nil, errors.New("--hooks says where the services send webhooks: --hooks-listen must say at which address of this machine they arrive")
	}
	h, err := o.Hooks(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("--hooks: %w", err)
	}
	return h, nil
}

// publicly returns where the services send webhooks, and where they arrive.
func (w *watching) publicly(getenv func(string) string) (address, listen string) {
	address, listen = w.f.hooks, w.f.hooksListen
	if address == "" {
		address = getenv("PROCOREBOX_HOOKS")
	}
	if listen == "" {
		listen = getenv("PROCOREBOX_HOOKS_LISTEN")
	}
	return address, listen
}

// listen opens the ports of a watch. What it returns closes them, also after an error.
func (w *watching) listen(ctx context.Context) (closing func() error, err error) {
	var open []*service.Server
	closing = func() error { //nolint:contextcheck // they end after the watch
		var all []error
		for _, s := range open {
			all = append(all, s.Close())
		}
		return errors.Join(all...)
	}
	getenv, err := w.environment()
	if err != nil {
		return closing, err
	}
	address, public := w.publicly(getenv)
	for _, port := range []struct {
		flag, addr, say string
		handler         http.Handler
	}{
		{"--listen", w.f.listen, "serving /healthz and /metrics", w.monitor.Handler()},
		{"--hooks-listen", public, "taking webhooks that are sent to " + address, &w.door},
	} {
		if port.addr == "" {
			continue
		}
		s, err := service.Listen(ctx, port.addr, port.handler, w.logger())
		if err != nil {
			return closing, unheard(port.flag, port.addr, err)
		}
		open = append(open, s)
		w.tell.say(port.say, "at", s.Addr().String())
	}
	return closing, nil
}

// hooked tells what became of the webhooks.
func (w *watching) hooked(states []office.HookState) {
	stand, gone := map[office.Service]int{}, map[office.Service]int{}
	for _, s := range states {
		switch {
		case errors.Is(s.Err, office.ErrNoHookKeys):
			w.tell.say("Box tells of changes by its event stream alone, since " + s.Err.Error())
		case s.Err != nil:
			w.tell.trouble(hookTrouble(s))
		case s.Gone:
			gone[s.Service]++
		default:
			stand[s.Service]++
		}
	}
	for _, s := range []office.Service{office.ProcoreService, office.BoxService} {
		if stand[s] > 0 {
			w.tell.say("webhooks stand", "service", s.Title(), "number", stand[s])
		}
		if gone[s] > 0 {
			w.tell.say("webhooks were taken away", "service", s.Title(), "number", gone[s])
		}
	}
}

// hookTrouble says what is missing, and what that costs.
func hookTrouble(s office.HookState) error {
	what := "webhook of " + s.Where + " at " + s.Service.Title()
	switch {
	case s.Gone:
		return fmt.Errorf("%s may still be there: %w", what, s.Err)
	case s.Service == office.ProcoreService:
		return fmt.Errorf("%s does not stand, so Procore is asked as without, and does not tell who deletes: %w", what, s.Err)
	}
	return fmt.Errorf("%s does not stand, so Box tells of changes by its event stream alone: %w", what, s.Err)
}
