package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// quiet is a teller for any number of goroutines. That a service does not take the sign-in it tells once, and once that it
// does again, however many runs and questions meet that in between.
type quiet struct {
	mu      sync.Mutex
	to      teller
	refused map[office.Service]bool
}

func newQuiet(to teller) *quiet { return &quiet{to: to, refused: map[office.Service]bool{}} }

// signedIn is for [office.Traffic].
func (q *quiet) signedIn(s office.Service, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch was := q.refused[s]; {
	case err != nil && !was:
		q.refused[s] = true
		q.to.trouble(&advised{
			fmt.Errorf("%s does not take the sign-in, so nothing is synced for now: %w", s.Title(), err),
			`sign in with "procorebox connect ` + string(s) + `" while this watch runs, and it goes on`,
		})
	case err == nil && was:
		delete(q.refused, s)
		q.to.say(s.Title() + " takes the sign-in again")
	}
}

func (q *quiet) event(e syncer.Event) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.to.event(e)
}

func (q *quiet) looked(kept []mapping.Link) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.to.looked(kept)
}

func (q *quiet) say(text string, args ...any) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.to.say(text, args...)
}

func (q *quiet) trouble(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err = q.unsaid(err); err != nil {
		q.to.trouble(patient(err))
	}
}

func (q *quiet) told(l mapping.Link, s *office.Synced) {
	q.mu.Lock()
	defer q.mu.Unlock()
	rest := *s
	rest.Err = patient(q.unsaid(s.Err))
	rest.Results = slices.DeleteFunc(slices.Clone(s.Results), func(r mapping.Result) bool { return r.Err != nil && q.unsaid(r.Err) == nil })
	if rest.Err != nil || len(rest.Results) > 0 || len(s.Results) == 0 && s.Err == nil {
		q.to.told(l, &rest)
	}
}

// unsaid leaves out of an error what was told already, and returns nil if nothing is left.
func (q *quiet) unsaid(err error) error {
	if err == nil || len(q.refused) == 0 {
		return err
	}
	return errors.Join(slices.DeleteFunc(each(err), office.RefusedSignIn)...)
}

// patient takes the advice to run it again out of an error: a watch does so by itself.
func patient(err error) error {
	if err == nil {
		return nil
	}
	parts := each(err)
	for i, part := range parts {
		if before, _, found := strings.Cut(advice(part), "so run it again "); found {
			parts[i] = &advised{part, before + "and it is tried again"}
		}
	}
	return errors.Join(parts...)
}
