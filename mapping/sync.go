package mapping

import (
	"context"
	"errors"
	"fmt"

	"github.com/procorebox/procorebox/syncer"
)

// SyncOptions are the settings of [Links.Sync]. The zero value asks for an ordinary one.
type SyncOptions struct {
	// Full asks for a full scan of every tool.
	Full bool
	// Slice bounds how long one tool is worked on before the next one has its turn, and before what
	// people have changed meanwhile is asked for; it comes first then. The zero value means until it is
	// done.
	Slice syncer.Budget
	// Once ends after one slice of each tool, whatever is left.
	Once bool
	// Confirm names the Evidence of Halts that a person has looked at.
	Confirm []string
	// Observe is told how the runs get on, one Event at a time; Event.Pair says which.
	Observe func(syncer.Event)
}

// Result is what became of one tool in a [Links.Sync].
type Result struct {
	Link string `json:"link"`
	Tool Tool   `json:"tool"`
	// Paused says why the tool was not kept in step: a root is in the trash, or not visible.
	Paused string `json:"paused,omitempty"`
	// Report adds up all runs of the tool; nil if there was none.
	Report *syncer.Report `json:"report,omitempty"`
	// Err is what ended its last run, nil if nothing did. A syncer.Halt waits for a person.
	Err error `json:"-"`
}

// Settled reports whether both sides of the tool agree.
func (r Result) Settled() bool {
	return r.Paused == "" && r.Err == nil && r.Report != nil && r.Report.Settled()
}

// Sync keeps a Link in step once: it asks the feeds what has changed, and runs every tool until nothing is
// left that could be done now. Trouble in one tool is in its Result and keeps nothing from the others; an
// error is one that concerns the Link as a whole. A Link that a person has paused is not synced: the error
// wraps [syncer.ErrHalted].
func (s *Links) Sync(ctx context.Context, which string, o SyncOptions) ([]Result, error) {
	l, err := s.Get(ctx, which)
	if err != nil {
		return nil, err
	}
	if l.Paused {
		return nil, fmt.Errorf("link %q is paused: %w", l.Name, syncer.ErrHalted)
	}
	parts, err := s.Parts(ctx, l.ID)
	if err != nil {
		return nil, err
	}
	results := make([]Result, len(parts))
	for i, p := range parts {
		results[i] = Result{Link: l.Name, Tool: p.Tool, Paused: p.Paused}
		if p.Paused != "" {
			continue
		}
		e, err := s.Engine(p, func(eo *syncer.Options) { eo.Observe = o.Observe })
		if err != nil {
			results[i].Err = err
			continue
		}
		results[i].Report, results[i].Err = e.Run(ctx, &syncer.RunOptions{
			Full: o.Full || p.source.feed() == nil || p.destination.feed() == nil, Budget: o.Slice, Confirm: o.Confirm,
		})
		if errors.Is(results[i].Err, context.Canceled) {
			return results, results[i].Err
		}
	}
	return results, nil
}
