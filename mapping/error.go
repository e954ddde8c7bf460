package mapping

import "github.com/procorebox/procorebox/syncer"

// OverlapError says that a Link would have something in common with another one, which both would sync. It wraps
// [syncer.ErrOverlap].
type OverlapError struct {
	// With is the name of the other Link.
	With string
	// Tool is what both have of one project or company; empty if it is a folder in Box.
	Tool Tool

	what string
}

// Error says what they would have in common, and names the other Link.
func (e *OverlapError) Error() string { return e.what }

// Unwrap returns syncer.ErrOverlap.
func (e *OverlapError) Unwrap() error { return syncer.ErrOverlap }

// OpenError says that the account of a Link on a side could not be opened.
type OpenError struct {
	Side syncer.Side
	Err  error
}

// Error names the service, and the cause.
func (e *OpenError) Error() string {
	if e.Side == syncer.Destination {
		return "open Box: " + e.Err.Error()
	}
	return "open Procore: " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *OpenError) Unwrap() error { return e.Err }

// PollError says that a feed could not be asked what has changed. What was heard before is no worse for it,
// and the next [Links.Poll] asks again.
type PollError struct {
	// Side is that of the feed, Pairs are the names of all pairs that it would have told: see [Link.Pair].
	Side  syncer.Side
	Pairs []string
	Err   error
}

// Error is that of the cause.
func (e *PollError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *PollError) Unwrap() error { return e.Err }
