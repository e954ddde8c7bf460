package service

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// Health says whether a watch does its work, and why not.
type Health struct {
	OK bool `json:"ok"`
	// Reasons are empty if it is OK.
	Reasons []Reason `json:"reasons"`
	// Since is when the watch began, Asked when it last asked what has changed.
	Since time.Time `json:"since"`
	Asked time.Time `json:"asked,omitzero"`
	Links []Life    `json:"links"`
}

// Reason is one thing that is wrong.
type Reason struct {
	// What is one of "token", "halted", "stale", "store", "handed over" and "stopping".
	What string `json:"what"`
	// Service, Link and Tool say what it is about.
	Service string `json:"service,omitempty"`
	Link    string `json:"link,omitempty"`
	Tool    string `json:"tool,omitempty"`
	// Text says it for people.
	Text string `json:"text"`
}

// Life is how a tool of a link lives.
type Life struct {
	Link string `json:"link"`
	Tool string `json:"tool"`
	// Ran is when its last run, or a slice of a long one, ended; Succeeded when one last did without an error.
	Ran       time.Time `json:"ran,omitzero"`
	Succeeded time.Time `json:"succeeded,omitzero"`
}

// life is what is known of a tool that is kept in step.
type life struct {
	link           mapping.Link
	tool           mapping.Tool
	kept           time.Time // since when
	ran, succeeded time.Time
	halted         string
}

// health judges what was told.
func (m *Monitor) health(ctx context.Context) Health {
	var written error
	if o := m.current(); o != nil {
		written = o.ProbeStore(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	h := Health{Reasons: []Reason{}, Since: m.began.UTC(), Asked: m.asked.UTC(), Links: []Life{}}
	if m.asked.IsZero() {
		h.Asked = time.Time{}
	}
	if m.stopping {
		h.Reasons = append(h.Reasons, Reason{What: "stopping", Text: "the watch is being stopped"})
	}
	if m.away != "" {
		h.Reasons = append(h.Reasons, Reason{What: "handed over", Text: m.away})
	}
	if written != nil {
		h.Reasons = append(h.Reasons, Reason{What: "store", Text: written.Error()})
	}
	for _, s := range slices.Sorted(maps.Keys(m.refused)) {
		h.Reasons = append(h.Reasons, Reason{What: "token", Service: string(s), Text: m.refused[s]})
	}
	now := time.Now()
	if quiet := now.Sub(later(m.asked, m.began)); quiet > m.stale {
		h.Reasons = append(h.Reasons, Reason{What: "stale", Text: fmt.Sprintf("nobody was asked for changes for %s", quiet.Round(time.Second))})
	}
	for _, pair := range slices.Sorted(maps.Keys(m.lives)) {
		l := m.lives[pair]
		h.Links = append(h.Links, Life{Link: l.link.Name, Tool: string(l.tool), Ran: l.ran, Succeeded: l.succeeded})
		h.Reasons = append(h.Reasons, l.reasons(now, m.stale)...)
	}
	h.OK = len(h.Reasons) == 0
	return h
}

// reasons are why a tool is not kept in step.
func (l *life) reasons(now time.Time, stale time.Duration) []Reason {
	var all []Reason
	about := Reason{Link: l.link.Name, Tool: string(l.tool)}
	if l.halted != "" {
		about.What, about.Text = "halted", l.halted
		all = append(all, about)
	}
	if quiet := now.Sub(later(l.ran, l.kept)); quiet > stale {
		about.What, about.Text = "stale", fmt.Sprintf("no run has ended for %s", quiet.Round(time.Second))
		all = append(all, about)
	}
	return all
}

// end notes what became of a run.
func (l *life) end(r mapping.Result, at time.Time) {
	l.halted = ""
	switch {
	case r.Paused != "":
		l.halted = r.Paused
	case errors.Is(r.Err, syncer.ErrHalted):
		l.halted = r.Err.Error()
	case r.Report != nil && r.Err == nil:
		l.succeeded = at
	}
	if r.Report != nil || r.Paused != "" {
		l.ran = at
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
