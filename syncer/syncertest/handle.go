package syncertest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/procorebox/procorebox/syncer"
)

// Handle is an engine's connection to a Service, with a log of its calls, a hook and faults of its
// own. It has every optional interface; FileSystem returns a view with those that are switched on.
type Handle struct {
	service *Service
	root    *node

	// Guarded by the service's lock.
	calls  []*Call
	hook   Hook
	faults Faults
}

var (
	_ syncer.FileSystem = (*Handle)(nil)
	_ syncer.Mover      = (*Handle)(nil)
	_ syncer.Looker     = (*Handle)(nil)
	_ syncer.Finder     = (*Handle)(nil)
	_ syncer.Restorer   = (*Handle)(nil)
	_ syncer.Versions   = (*Handle)(nil)
	_ syncer.Copier     = (*Handle)(nil)
	_ syncer.Feed       = (*Handle)(nil)
)

// Info returns the facts of the service.
func (h *Handle) Info() syncer.Info { return h.service.o.Info }

// Root returns the ID of the handle's root.
func (h *Handle) Root() string { return h.root.id }

// Service returns what the handle is connected to.
func (h *Handle) Service() *Service { return h.service }

// perform runs one call: log, fault, hook, ready (without the lock), effect (with it), hook. What
// effect returns is the reply, unless a fault or the hook takes its place.
func perform[T any](ctx context.Context, h *Handle, c Call, ready func() error, effect func(c *Call) (T, error)) (T, error) {
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	s := h.service
	call, fate := h.begin(c)
	fail := func(err error) (T, error) {
		err = fmt.Errorf("%s on %s: %w", c.Op, s.o.Info.Service, err)
		h.end(call, err)
		return none, err
	}
	switch err := h.ask(call, Before); {
	case errors.Is(err, ErrLate):
		fate = late
	case err != nil:
		return fail(err)
	}
	if err := ctx.Err(); err != nil {
		return fail(err)
	}
	if fate == refused {
		return fail(h.refusal())
	}
	if fate == failed {
		return fail(errReset)
	}
	if ready != nil {
		if err := ready(); err != nil {
			return fail(err)
		}
	}
	s.mu.Lock()
	s.land()
	if fate == late && c.Writes {
		s.postpone(h.share(), func() {
			_, err := effect(call)
			h.took(call, err)
		})
		s.mu.Unlock()
		return fail(errReset)
	}
	reply, err := effect(call)
	h.took(call, err)
	call.Err = err
	s.mu.Unlock()
	if broken := h.ask(call, After); broken != nil {
		return fail(broken)
	}
	if err != nil {
		return fail(err)
	}
	if fate == lost {
		return fail(errReset)
	}
	return reply, nil
}

// took notes whether a write had its effect; one outside of the root is what no engine may do.
func (h *Handle) took(c *Call, err error) {
	c.Done = err == nil && c.Writes
	if c.Done && c.Outside {
		h.service.violate(c, "acts outside of the root")
	}
}

func (h *Handle) refusal() error {
	h.service.mu.Lock()
	defer h.service.mu.Unlock()
	return h.faults.refusal()
}

// share draws how much of the settling time a late effect takes; the lock is held.
func (h *Handle) share() float64 {
	if h.faults.Rand == nil {
		return 1
	}
	return h.faults.Rand.Float64()
}

func (h *Handle) actor() actor { return actor{name: h.service.o.Info.Account, engine: true} }

// reach returns a live item that the handle may see.
func (h *Handle) reach(e syncer.Entry) (*node, error) {
	n, err := h.meet(e)
	if err == nil && n.trashed() {
		return nil, fmt.Errorf("item %q is in the trash: %w", e.ID, fs.ErrNotExist)
	}
	return n, err
}

// meet returns an item that the handle may see, in the trash or not. An ID that has gone over to
// another item does not name it.
func (h *Handle) meet(e syncer.Entry) (*node, error) {
	n := h.service.lookup(e.ID)
	switch {
	case n == nil || n.hidden() || e.Birth != "" && e.Birth != n.born():
		return nil, fmt.Errorf("item %q: %w", e.ID, fs.ErrNotExist)
	case n.shut():
		return nil, fmt.Errorf("item %q: %w", e.ID, fs.ErrPermission)
	}
	return n, nil
}

// folder returns a live folder whose contents the handle may see.
func (h *Handle) folder(e syncer.Entry) (*node, error) {
	n, err := h.reach(e)
	switch {
	case err != nil:
		return nil, err
	case n.kind != syncer.Folder:
		return nil, fmt.Errorf("item %q is no folder: %w", e.ID, fs.ErrNotExist)
	case n.flags().closed:
		return nil, fmt.Errorf("folder %q: %w", e.ID, fs.ErrPermission)
	}
	return n, nil
}
