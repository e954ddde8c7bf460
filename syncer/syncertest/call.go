package syncertest

import (
	"errors"
	"slices"

	"github.com/procorebox/procorebox/syncer"
)

// Phase says when a hook is asked.
type Phase uint8

const (
	// Before: the service has not seen the call yet. An error of the hook is the reply, and the
	// call has no effect.
	Before Phase = iota
	// After: the effect, if any, took place. An error of the hook takes the place of the reply.
	After
)

// Call is one call of a Handle as a service would count it; List makes one for each page.
type Call struct {
	// Seq counts the calls of the Handle from 1.
	Seq   int
	Phase Phase
	// Op is the name of the method, such as "CreateFile".
	Op string
	// ID is the item acted on, Parent and Name say where it is to stand.
	ID     string
	Parent string
	Name   string
	// Content and Guard are what the caller sent of the item.
	Content string
	Guard   syncer.Precondition
	// Writes says that the method changes something.
	Writes bool
	// Done says that the effect took place, whatever the reply was.
	Done bool
	// Outside says that, when the call arrived, something it acts on was not below the root.
	Outside bool
	// Err is the reply.
	Err error
}

// Hook is asked twice for every call. It may edit through a User, move the clock or cancel a
// context. It runs without any lock, on the goroutine of the call.
type Hook func(c Call) error

// ErrLate is what a Hook returns before a write to make the call fail at once while its effect lands
// within the settling time, or when Service.Land is called.
var ErrLate = errors.New("effect lands late")

// errReset is the reply that says nothing.
var errReset = errors.New("connection reset by peer")

// begin logs a call and draws its fault.
func (h *Handle) begin(c Call) (*Call, fault) {
	h.service.mu.Lock()
	defer h.service.mu.Unlock()
	c.Seq = len(h.calls) + 1
	call := &c
	h.calls = append(h.calls, call)
	return call, h.faults.draw(c.Writes)
}

// ask asks the hook.
func (h *Handle) ask(c *Call, p Phase) error {
	h.service.mu.Lock()
	hook, seen := h.hook, *c
	h.service.mu.Unlock()
	if hook == nil {
		return nil
	}
	seen.Phase = p
	return hook(seen)
}

// end notes the reply.
func (h *Handle) end(c *Call, err error) {
	h.service.mu.Lock()
	defer h.service.mu.Unlock()
	c.Err = err
}

// OnCall sets the hook that is asked for every call; nil removes it.
func (h *Handle) OnCall(hook Hook) {
	h.service.mu.Lock()
	defer h.service.mu.Unlock()
	h.hook = hook
}

// Inject sets the faults; the zero value ends them.
func (h *Handle) Inject(f Faults) {
	h.service.mu.Lock()
	defer h.service.mu.Unlock()
	h.faults = f
}

// Calls returns what was called so far, in order.
func (h *Handle) Calls() []Call {
	h.service.mu.Lock()
	defer h.service.mu.Unlock()
	out := make([]Call, len(h.calls))
	for i, c := range h.calls {
		out[i] = *c
	}
	return out
}

// Writes returns the calls that would change something, whether they did or not.
func (h *Handle) Writes() []Call {
	return slices.DeleteFunc(h.Calls(), func(c Call) bool { return !c.Writes })
}

// Count returns how many calls of the given methods were made, or of all if none are given.
func (h *Handle) Count(ops ...string) int {
	h.service.mu.Lock()
	defer h.service.mu.Unlock()
	count := 0
	for _, c := range h.calls {
		if len(ops) == 0 || slices.Contains(ops, c.Op) {
			count++
		}
	}
	return count
}

// Clear empties the log; counting starts at 1 again.
func (h *Handle) Clear() {
	h.service.mu.Lock()
	defer h.service.mu.Unlock()
	h.calls = nil
}
