package office

import (
	"context"
	"sync"
	"time"

	"github.com/procorebox/procorebox/procore"
)

// A roll remembers when the people of a company were listed: Procore's messages tell the number of an account
// and no name.
type roll struct {
	mu       sync.Mutex
	listed   time.Time
	stranger bool // somebody was told of whom nobody knows
}

const (
	rollCall = 24 * time.Hour // from listing to listing
	rollSoon = time.Hour      // because of a stranger
)

// lacks reports whether the people should be listed, because one was told of who is not known.
func (r *roll) lacks(c *procore.Client, d *procore.Delivery) bool {
	if d.UserID <= 0 || c.Person(d.UserID.String()) != "" {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stranger = true
	return time.Since(r.listed) >= rollSoon
}

// call lists the people of a project or a company if it is time for it. A name is for people to read: what
// goes wrong leaves numbers.
func (r *roll) call(ctx context.Context, c *procore.Client, places []procore.Scope) error {
	r.mu.Lock()
	wait := rollCall
	if r.stranger {
		wait = rollSoon
	}
	due := r.listed.IsZero() || time.Since(r.listed) >= wait
	if due {
		r.listed, r.stranger = time.Now(), false
	}
	r.mu.Unlock()
	if !due {
		return nil
	}
	for _, in := range places {
		for _, err := range c.GetUsers(ctx, in) {
			if err != nil {
				return err
			}
		}
	}
	return nil
}
