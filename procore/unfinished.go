package procore

import (
	"fmt"
	"sync"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// unfinished is one upload in parts, and what an earlier try has done of it. What is remembered is of no
// use without a token of the account: the URLs that contents go to are asked for anew.
type unfinished struct {
	UUID  string    `json:"uuid"`
	Since time.Time `json:"since"`
	// Tags are what storage has answered to each part, empty for those that were not sent.
	Tags []string `json:"tags"`

	mu    sync.Mutex
	begun *connect.Begun
}

// begun returns what is remembered of an upload. It is nobody else's until done is called.
func (c *Client) begun(in Scope, name string, size int64, sum syncer.Digest) *unfinished {
	b := c.uploads.Take(c.CompanyID(), in.String(), name, size, sum)
	u := &unfinished{begun: b}
	if !b.Load(u) || checkUUID(u.UUID) != nil || !u.fresh() {
		return &unfinished{begun: b} // what cannot be used any more is as good as nothing
	}
	return u
}

func (u *unfinished) fresh() bool {
	age := time.Since(u.Since)
	return age >= 0 && age < lifetime-time.Hour
}

// begin remembers a new upload.
func (u *unfinished) begin(uuid string, since time.Time, parts int) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.UUID, u.Since, u.Tags = uuid, since, make([]string, parts)
	return u.keep()
}

// sent remembers that a part was sent.
func (u *unfinished) sent(part int, tag string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.Tags[part] = tag
	return u.keep()
}

func (u *unfinished) tag(part int) string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.Tags[part]
}

func (u *unfinished) keep() error {
	if err := u.begun.Keep(u); err != nil {
		return fmt.Errorf("remember upload: %w", err)
	}
	return nil
}

// forget removes what is remembered.
func (u *unfinished) forget() error {
	if u == nil {
		return nil
	}
	if err := u.begun.Forget(); err != nil {
		return fmt.Errorf("forget upload: %w", err)
	}
	return nil
}

// done lets others take it.
func (u *unfinished) done() { u.begun.Done() }
