package syncer

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Subject names the item that [Engine.Explain] is asked about: by Path, or by ID and Side.
type Subject struct {
	// Path begins below the roots. In each step the name of either side will do, whatever its case. An item
	// that was moved, renamed or deleted is found by a path that it had, unless another stands there now.
	// Empty means the roots, if ID is empty too.
	Path string
	// ID is that of the item on Side, as its connector gives it. Path does not count then.
	ID   string
	Side Side
}

// Explanation says why an item is in step or is not: what a run would find, what earlier runs have left
// and done, and what the next one would do. It is a snapshot, and true for as long as nobody changes
// anything.
type Explanation struct {
	Pair string `json:"pair"`
	// Condition is what holds of the item, Reason is why, in the words of reports, and Side is the side that
	// the reason is about where it is about one. Reason is empty if there is nothing to say.
	Condition Condition `json:"condition"`
	Reason    string    `json:"reason,omitempty"`
	Side      Side      `json:"side"`
	// Evidence lets a run go on that is Stopped, if RunOptions.Confirm names it; empty if a person must
	// mend what is wrong.
	Evidence string `json:"evidence,omitempty"`
	// Record is 0 if the item was never in step.
	Record RecordID `json:"record,omitempty"`
	Kind   Kind     `json:"kind,omitempty"`
	// Source and Destination are what each side shows now.
	Source      Standing `json:"source"`
	Destination Standing `json:"destination"`
	// Pending, Holds, Intents, Hints and Clashes are what the state has about the item: what is not
	// settled, what waits for a person, writes whose outcome nobody knows, news that no run has looked at,
	// and conflicts. Hints that ask for a full scan are among them.
	Pending []Pending `json:"pending,omitempty"`
	Holds   []Hold    `json:"holds,omitempty"`
	Intents []Intent  `json:"intents,omitempty"`
	Hints   []Hinted  `json:"hints,omitempty"`
	Clashes []Clash   `json:"clashes,omitempty"`
	// Outcomes are the last of what was done about the item, oldest first, at most [OutcomesTold].
	Outcomes []Outcome `json:"outcomes,omitempty"`
	// Moves are how the item, or a folder above it, came away from the path that was asked about, oldest first and
	// as many at most. There are some only if the item was found by a path that it had once.
	Moves []Outcome `json:"moves,omitempty"`
	// Next are the actions on the item that a run would carry out now, in their order. Those of its folders
	// may have to come first: Before are they.
	Next   []Action `json:"next,omitempty"`
	Before []Action `json:"before,omitempty"`
	// Foreseen is what a run would hold back now, if no run has held it yet.
	Foreseen *Hold `json:"foreseen,omitempty"`
	// Header is that of the pair: when it was last read as a whole, and with which roots.
	Header Header `json:"-"`
}

// OutcomesTold is how many Outcomes an Explanation has at most.
const OutcomesTold = 20

// Standing returns what side shows.
func (x *Explanation) Standing(side Side) *Standing {
	if side == Source {
		return &x.Source
	}
	return &x.Destination
}

// Standing is what a side shows of an item now.
type Standing struct {
	Whereabouts Whereabouts `json:"whereabouts"`
	// Path is where it stands, or stood, below the side's root.
	Path string `json:"path,omitempty"`
	// Entry is the item, nil unless the side has shown it.
	Entry *Entry `json:"-"`
	// Err is why the side could not be asked, Cause its kind.
	Err   string `json:"error,omitempty"`
	Cause Cause  `json:"cause,omitempty"`
}

// Whereabouts say where an item is on a side.
type Whereabouts uint8

const (
	// Nowhere: the side shows none, and none is remembered there.
	Nowhere Whereabouts = iota
	// Here: within the root.
	Here
	// Outside: elsewhere in the account.
	Outside
	// InTrash: in the trash of the side.
	InTrash
	// Invisible: it was there and does not show. It may be gone, or hidden from the account.
	Invisible
	// Unreachable: the side could not be asked.
	Unreachable
)

// String returns the name in words.
func (w Whereabouts) String() string {
	return [...]string{"nowhere", "here", "outside", "in trash", "invisible", "unreachable"}[w]
}

// MarshalText makes Whereabouts readable in exports.
func (w Whereabouts) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// Explain says why an item is in step or is not. It looks at the item on both sides and plans what a run
// would do about it, by the same rules; it writes nothing and needs no lease. What a side does not tell,
// because it cannot be reached, is said in the Explanation and is no error; what remains is what was
// remembered. A Subject that nothing is known of has the Condition Unknown.
//
// Guards judge as if nothing but this item were to be done. So a delete that was held before is told as
// held, whatever others wait in front of it; and what only the whole of a plan would halt, such as a mass
// change, is not told.
func (e *Engine) Explain(ctx context.Context, s Subject) (*Explanation, error) {
	view, err := e.store.View(ctx, e.pair.Name)
	if err != nil {
		return nil, fmt.Errorf("explain %q: %w", e.pair.Name, err)
	}
	if s.ID != "" && s.Side > Destination {
		return nil, fmt.Errorf("explain %q: Subject.Side is %d: %w", e.pair.Name, s.Side, ErrInvalid)
	}
	x := &explainer{r: e.newRun(view, nil), view: view, out: &Explanation{Pair: e.pair.Name}}
	if err := x.explain(ctx, s); err != nil {
		return nil, fmt.Errorf("explain %q: %w", e.pair.Name, err)
	}
	return x.out, nil
}

// explainer gathers what there is to say of one item.
type explainer struct {
	r    *run
	view View
	out  *Explanation

	rec Record // its ID is 0 if there is none
	// chain are the item and the folders above it, empty if the side does not show it; met is all that
	// was met on the way there.
	chain [2][]Entry
	met   [2][]Entry
	paths [2]string
	// trail is how the item is met in the journal, where nothing stands at the path.
	trail trail
	// trouble is why the pair or the sides could not be looked at.
	trouble error
	node    *node
	plan    *Plan
}

func (x *explainer) explain(ctx context.Context, s Subject) error {
	if err := x.r.prepare(ctx); err != nil {
		if !x.tells(ctx, err) {
			return err
		}
	}
	x.out.Header = x.r.header
	if x.trouble == nil || x.r.header.Next != 0 {
		if err := x.locate(ctx, s); err != nil {
			return err
		}
	}
	if !x.found() {
		if err := x.follow(ctx, s); err != nil {
			return err
		}
	}
	if err := x.past(ctx); err != nil {
		return err
	}
	x.stand(ctx)
	if err := x.recall(ctx); err != nil {
		return err
	}
	if x.found() && x.trouble == nil {
		if err := x.foresee(ctx); err != nil && !x.tells(ctx, err) {
			return err
		}
	}
	x.judge()
	return ctx.Err()
}

// tells notes an error of a side, which is part of the explanation; the store's and the caller's are not.
func (x *explainer) tells(ctx context.Context, err error) bool {
	_, side := errors.AsType[*Error](err)
	if ctx.Err() != nil || !side && !errors.Is(err, ErrHalted) {
		return false
	}
	x.trouble = err
	return true
}

// found reports whether the item is anywhere, or is remembered.
func (x *explainer) found() bool {
	return x.rec.ID != 0 || len(x.chain[Source])+len(x.chain[Destination]) > 0
}

// entry is the item as side shows it, nil if it does not.
func (x *explainer) entry(side Side) *Entry { return x.out.Standing(side).Entry }

// id is the item's on a side, as it shows or is remembered.
func (x *explainer) id(side Side) string {
	if e := x.entry(side); e != nil {
		return e.ID
	}
	return x.rec.Half(side).ID
}

// segments are the names in a path.
func segments(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}
