package office

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/procorebox/procorebox/procore"
)

// A roll remembers when the people of each project of a company were listed: Procore's messages tell the number of
// an account and no name. The zero value has listed nobody.
type roll struct {
	mu       sync.Mutex
	listed   map[procore.Scope]time.Time
	stranger map[procore.Scope]bool // somebody is told of there whom nobody knows
}

const (
	rollCall = 24 * time.Hour // from listing to listing
	rollSoon = time.Hour      // because of a stranger
)

// lacks reports whether people should be listed, because one was told of who is not known.
func (r *roll) lacks(c *procore.Client, d *procore.Delivery) bool {
	if d.UserID <= 0 || c.Person(d.UserID.String()) != "" {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stranger == nil {
		r.stranger = map[procore.Scope]bool{}
	}
	r.stranger[d.Scope()] = true
	return r.due(d.Scope())
}

// due reports whether it is time to list the people of a place.
func (r *roll) due(in procore.Scope) bool {
	wait := rollCall
	if r.stranger[in] {
		wait = rollSoon
	}
	return time.Since(r.listed[in]) >= wait
}

// begin reports whether it is time to list the people of a place, and takes it for done.
func (r *roll) begin(in procore.Scope) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.due(in) {
		return false
	}
	if r.listed == nil {
		r.listed = map[procore.Scope]time.Time{}
	}
	r.listed[in] = time.Now()
	delete(r.stranger, in)
	return true
}

// call lists the people of each place where it is time for it. A name is for people to read: what goes wrong
// leaves numbers.
func (r *roll) call(ctx context.Context, c *procore.Client, places []procore.Scope) error {
	var errs []error
	for _, in := range places {
		if !r.begin(in) {
			continue
		}
		for _, err := range c.GetUsers(ctx, in) {
			if err != nil {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}
