package syncer

import "context"

// Policies are the user's rules. The zero value syncs everything both ways under unchanged names,
// keeps both versions of a conflict, and holds nothing back. A policy may leave out, hold or refuse
// what the planner wants; it can never add to it.
type Policies struct {
	Filter   Filter
	Namer    Namer
	Resolver Resolver
	Director Director
	Guards   []Guard
	Gates    []Gate
}

// fingerprint changes whenever items may enter or leave the scope or be named otherwise. Director and
// Resolver do not count: a change of them shows as soon as an item is decided upon again.
func (p Policies) fingerprint() string {
	out := ""
	if p.Filter != nil {
		out += "filter:" + p.Filter.Fingerprint()
	}
	if p.Namer != nil {
		out += "namer:" + p.Namer.Fingerprint()
	}
	return out
}

// Item is what policies see of an entry: where it stands, below the side's root, under the names
// of that side, separated by slashes.
type Item struct {
	Side  Side
	Path  string
	Entry Entry
}

// Filter says why an item stays out of sync, or "" if it is in scope. What is below a folder that
// is out is out too, and not asked about. The same Item always gets the same answer.
type Filter interface {
	Filter(i Item) (reason string)
	// Fingerprint changes whenever answers may have changed.
	Fingerprint() string
}

// Namer proposes the name that an item called name on a side with the rules from gets on a side
// with the rules to. It is asked only when an item is new or was renamed. A proposal that the side
// cannot hold makes the item a Skip; one that is taken gets a tag.
type Namer interface {
	Name(name string, kind Kind, from, to Names) string
	// Fingerprint changes whenever answers may have changed.
	Fingerprint() string
}

// Resolver settles a Conflict.
type Resolver interface {
	Resolve(c Conflict) Resolution
}

// Resolution is the answer to a Conflict.
type Resolution uint8

const (
	// KeepBoth keeps both versions on both sides, one of them under a conflict name.
	KeepBoth Resolution = iota
	// TakeSource overwrites the destination's version, which stays in its history.
	TakeSource
	// TakeDestination overwrites the source's version, which stays in its history.
	TakeDestination
	// Leave waits for a person; both sides stay as they are.
	Leave
)

// String returns the name in words.
func (r Resolution) String() string {
	return [...]string{"keep both", "take source", "take destination", "leave"}[r]
}

// MarshalText makes a Resolution readable in exported plans.
func (r Resolution) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Conflict is an item whose contents were changed on both sides to different bytes, or which is
// new on both with different bytes.
type Conflict struct {
	Path        string     `json:"path"`
	Record      RecordID   `json:"record,omitempty"`
	Source      Entry      `json:"-"`
	Destination Entry      `json:"-"`
	Resolution  Resolution `json:"resolution"`
	// Rule says what decided, and Left why both sides are left as they are, if they are.
	Rule string `json:"rule,omitempty"`
	Left string `json:"left,omitempty"`
	// Copy is the name that one of the two versions got, with KeepBoth.
	Copy string `json:"copy,omitempty"`

	node *node
}

// Mode says which way changes flow.
type Mode uint8

const (
	TwoWay Mode = iota
	ToDestination
	ToSource
)

// allows reports whether the mode lets the engine write on side.
func (m Mode) allows(on Side) bool {
	return m == TwoWay || (m == ToDestination) == (on == Destination)
}

// String returns the name in words.
func (m Mode) String() string {
	return [...]string{"two-way", "to destination", "to source"}[m]
}

// WrongSide says what becomes of an edit made on the side that only receives.
type WrongSide uint8

const (
	// KeepAside gives the edited version a conflict name there, and restores the original beside it.
	KeepAside WrongSide = iota
	// PutBack overwrites it with the original; the edit stays in the version history.
	PutBack
	// LeaveEdit lets it stand until the sending side changes the file.
	LeaveEdit
)

// Direction is which way an item flows, and what becomes of edits on the wrong side.
type Direction struct {
	Mode  Mode
	Wrong WrongSide
}

// Director gives items a Direction of their own, within what Pair.Mode allows. path is as in Item,
// on the source where the item is there. What it says of a folder does not bind what is below.
type Director interface {
	Direction(path string, kind Kind) Direction
}

// Guard judges a whole plan before anything of it is done: a delete limit's forecast, a brake. An
// error that is a Halt stops the pair unless its Evidence was confirmed; any other ends the run.
//
// A run that follows hints asks it first about a plan of nothing but the deletes and other actions that are
// held, without their Old and After, to see which of them it would hold again; an error is no more then than
// a reason to look at all of them. Judge must change nothing.
type Guard interface {
	Judge(ctx context.Context, p *Plan) ([]Verdict, error)
}

// Verdict keeps one action of a plan back: held until somebody approves or the Guard no longer
// objects, or refused for good. Approved actions are not held.
type Verdict struct {
	Action ActionID
	Refuse bool
	Reason string
}

// Gate is asked at the last moment before an action's call. An error that wraps ErrHeld holds the
// action; any other makes it fail. It decides where a Guard only forecasts.
type Gate interface {
	// Admit lets the action's call go out, having durably counted whatever it counts. approved
	// says that a person approved the action. The call starts within a minute, or Admit is asked
	// again: it must count an action that it has counted already once, and from then on.
	Admit(ctx context.Context, a Action, approved bool) error
	// Withdraw undoes Admit for a call that is proved not to have been carried out.
	Withdraw(ctx context.Context, a Action) error
}
