package syncer

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Result is how an action ended.
type Result uint8

const (
	// Done: it had its effect.
	Done Result = iota + 1
	// Failed: it had none, or may have had one that the next run looks for.
	Failed
	// Held: a Gate kept it back at the last moment.
	Held
	// Blocked: an action that it needs did not end well.
	Blocked
	// Dropped: the item had changed since it was read; it is planned anew.
	Dropped
	// Left: nothing is done about the item until somebody changes something, for the Reason that is told.
	Left
	// Clashed: both sides had been changed. The Reason says how that is settled, or why it is left.
	Clashed
)

var resultNames = [...]string{"", "done", "failed", "held", "blocked", "dropped", "left", "conflict"}

// String returns the lower-case name.
func (r Result) String() string { return resultNames[r] }

// MarshalText makes a Result readable in journals.
func (r Result) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Outcome is what became of one action: the journal's row. It also tells once what a run found and did not
// act on: an action that is held, an item that is left, and a conflict. The Op of the last two is 0.
type Outcome struct {
	Position Position  `json:"position"`
	At       time.Time `json:"at"`
	Action   ActionID  `json:"action"`
	Op       Op        `json:"op"`
	On       Side      `json:"on"`
	Record   RecordID  `json:"record"`
	Kind     Kind      `json:"kind"`
	Path     string    `json:"path"`
	From     string    `json:"from,omitempty"`
	Result   Result    `json:"result"`
	Bytes    int64     `json:"bytes,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Err      string    `json:"error,omitempty"`
	// Before and After are the item's Stamps on side On; After is zero unless Done.
	Before Stamp `json:"before"`
	After  Stamp `json:"after"`
	// By is who made the change that was carried over, as in Action; At of it is when, by that side's clock.
	By Author `json:"by,omitzero"`
	// Undo is where a deleted item was put.
	Undo Trashed `json:"undo,omitzero"`
}

// Totals count what a run did.
type Totals struct {
	Writes    int   `json:"writes"`
	Uploads   int   `json:"uploads"`
	Moves     int   `json:"moves"`
	Deletes   int   `json:"deletes"`
	Conflicts int   `json:"conflicts"`
	Held      int   `json:"held"`
	Skipped   int   `json:"skipped"`
	Failed    int   `json:"failed"`
	Bytes     int64 `json:"bytes"`
}

// Report is what a run says in the end. Its size follows what is left unsettled, not what was
// done; what was done is in the journal.
type Report struct {
	Pair    string    `json:"pair"`
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended"`
	// Full says that the run ended a full scan.
	Full   bool   `json:"full"`
	Totals Totals `json:"totals"`
	// Conflicts met in this run, and how each was settled.
	Conflicts []Conflict `json:"conflicts,omitempty"`
	Holds     []Hold     `json:"holds,omitempty"`
	// Every difference that is left between the sides is in one of Holds, Skips and Failures, with its
	// reason. The At of a Failure is since when it is pending.
	Skips    []Skip    `json:"skips,omitempty"`
	Failures []Outcome `json:"failures,omitempty"`
	// Incomplete says which folders could not be listed, in this run or in the last full scan, and which
	// side was not listed to its end. Each Path of a side is there once.
	Incomplete []Unlisted `json:"incomplete,omitempty"`
	// More says that another run at once would get on: the budget ended before the work did, or a listing
	// broke off and had come further than in the run before. One that breaks off where it did is in
	// Incomplete only: it wants time.
	More bool `json:"more,omitempty"`
}

// Settled reports whether the sides agree: nothing held, skipped, failed or left to do.
func (r *Report) Settled() bool {
	return len(r.Holds)+len(r.Skips)+len(r.Failures)+len(r.Incomplete) == 0 && !r.More
}

// Waits reports whether something is left for a person or another run. Skips for which only a change is
// looked at do not count, however many there are: see [Skip.Waits].
func (r *Report) Waits() bool {
	return len(r.Holds)+len(r.Failures)+len(r.Incomplete) > 0 || r.More || slices.ContainsFunc(r.Skips, Skip.Waits)
}

// String is the report for people: a line of figures and a line for everything that is left.
func (r *Report) String() string {
	var b strings.Builder
	t := r.Totals
	fmt.Fprintf(&b, "%s: %d writes (%d uploads, %d moves, %d deletes), %d conflicts, %d held, %d skipped, %d failed\n",
		r.Pair, t.Writes, t.Uploads, t.Moves, t.Deletes, t.Conflicts, t.Held, t.Skipped, t.Failed)
	for _, h := range r.Holds {
		fmt.Fprintf(&b, "held: %s %q on %s: %s\n", h.Op, h.Path, h.On, h.Reason)
	}
	for _, s := range r.Skips {
		fmt.Fprintf(&b, "left: %q on %s: %s\n", s.Path, s.Side, s.Reason)
	}
	for _, f := range r.Failures {
		fmt.Fprintf(&b, "%s: %s %q on %s: %s\n", f.Result, f.Op, f.Path, f.On, f.Err)
	}
	for _, u := range r.Incomplete {
		fmt.Fprintf(&b, "incomplete: %s\n", u)
	}
	return b.String()
}

// Phase is a stage of a run.
type Phase uint8

const (
	PhaseSettle Phase = iota + 1 // open Intents are looked into
	PhaseList                    // sides are listed or looked at
	PhasePlan
	PhaseApply
	PhaseDone
)

var phaseNames = [...]string{"", "settle", "list", "plan", "apply", "done"}

// String returns the lower-case name.
func (p Phase) String() string { return phaseNames[p] }

// Event tells an observer how a run gets on. Events of one run arrive one at a time.
type Event struct {
	Pair  string
	Phase Phase
	// Listed counts entries per side in PhaseList.
	Listed [2]int
	// Actions done so far and in the plan, and bytes transferred, in PhaseApply.
	Done, Total int
	Bytes       int64
	// Left is what the rest of the plan takes, in PhaseApply. The first Event of it, before any action
	// has begun, tells what all of the plan takes.
	Left Estimate
	// Outcome is set when an action has ended.
	Outcome *Outcome
}
