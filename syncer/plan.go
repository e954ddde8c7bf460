package syncer

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"
)

// Op is what an Action does.
type Op uint8

const (
	// OpVerify reads contents to learn a digest that decides; nothing is written.
	OpVerify Op = iota + 1
	// OpAdopt records two items that are equal already.
	OpAdopt
	// OpAgree records that both sides changed alike, or that a change needs no call.
	OpAgree
	// OpDecline records a change that the other side cannot follow.
	OpDecline
	// OpForget drops the Record of an item that is gone on both sides.
	OpForget
	// OpCreateFolder, OpCreateFile, OpUpdate, OpMove, OpRestore and OpDelete call the service.
	OpCreateFolder
	OpCreateFile
	OpUpdate
	OpMove
	OpRestore
	OpDelete
)

var opNames = [...]string{
	"", "verify", "adopt", "agree", "decline", "forget", "create folder", "create file", "update", "move", "restore", "delete",
}

// String returns the name in words.
func (o Op) String() string {
	if int(o) < len(opNames) {
		return opNames[o]
	}
	return fmt.Sprintf("op(%d)", uint8(o))
}

// MarshalText makes an Op readable in exported plans and journals.
func (o Op) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// Writes reports whether the Op changes anything on a side.
func (o Op) Writes() bool { return o >= OpCreateFolder }

// ActionID is the hash of what an Action would do to what: Record, op, side, both Stamps and the
// target. An equal ActionID in a later plan means the same deed on the same state.
type ActionID string

// Action is one step of a plan. It says On which side it acts; contents come from the other.
type Action struct {
	ID     ActionID `json:"id"`
	Op     Op       `json:"op"`
	On     Side     `json:"on"`
	Record RecordID `json:"record"`
	Kind   Kind     `json:"kind"`
	// Path is where the item will stand on that side, From where it stands now if elsewhere.
	Path string `json:"path"`
	From string `json:"from,omitempty"`
	// Name is the name to give; Temporary says that a later action gives the right one.
	Name      string `json:"name,omitempty"`
	Temporary bool   `json:"temporary,omitempty"`
	// Size is how many bytes will be sent, or UnknownSize.
	Size   int64  `json:"size"`
	Reason string `json:"reason,omitempty"`
	// Since is when a policy first held the same deed back, zero if none ever did; Approved says
	// that a person has approved it.
	Since    time.Time `json:"since,omitzero"`
	Approved bool      `json:"approved,omitempty"`
	// By is who made the change that the action carries over, on the other side: who wrote the contents, who
	// moved, deleted or restored the item, or a folder above it. Zero where that side does not tell.
	By Author `json:"by,omitzero"`
	// Try counts the earlier calls for the same deed that are over, as Pending.Undone does. A limit
	// counts each by itself.
	Try int `json:"try,omitempty"`
	// After holds the indexes, in the plan, of the actions that must be done before.
	After []int `json:"after,omitempty"`
	// Old is the item on side On as planned with, Other the item on the other side; nil where there
	// is none.
	Old   *Entry `json:"-"`
	Other *Entry `json:"-"`

	node  *node
	attrs attr // what an OpAgree or OpDecline settles
	free  bool // a delete of what we made ourselves: no policy counts it
}

// Free reports whether the action only clears away something that the engine itself left behind,
// so that no limit counts it.
func (a Action) Free() bool { return a.free }

// actionID hashes what identifies an action.
func actionID(a Action, parent string, record RecordID) ActionID {
	h := sha256.New()
	fmt.Fprintf(h, "%d|%d|%d|%q|%q|%q|%q", a.Op, a.On, record, stampOf(a.Old), stampOf(a.Other), parent, a.Name)
	return ActionID(hex.EncodeToString(h.Sum(nil)[:12]))
}

func stampOf(e *Entry) Stamp {
	if e == nil {
		return Stamp{}
	}
	return e.Stamp()
}

// Skip is something that was left alone on a side, with the reason.
type Skip struct {
	Side   Side     `json:"side"`
	Path   string   `json:"path"`
	Record RecordID `json:"record,omitempty"`
	ID     string   `json:"item,omitempty"`
	Reason string   `json:"reason"`
	// Retry says that the next run looks again; otherwise only a change brings it back.
	Retry bool `json:"retry,omitempty"`
	// Conflict says that both sides were changed, and that a person has to settle it.
	Conflict bool `json:"conflict,omitempty"`
}

// Waits reports whether the next run looks again, or a person has to settle a conflict. Where it is false
// the rules or the other side rule the item out, and it is left for good unless it or they change.
func (s Skip) Waits() bool { return s.Retry || s.Conflict }

// Tally counts what is known of a side when a plan is made.
type Tally struct {
	// Known items of the baseline that are Present on the side, without its root, and how many of
	// them are Files. Both are 0 in a run that follows hints, unless it is to update or delete 100
	// files or more, and there are Guards.
	Known int `json:"known"`
	Files int `json:"files"`
	// Listed items, if Plan.Full; skipped ones too, without the root.
	Listed int `json:"listed"`
}

// Plan is what a run would do, as a value: print it, send it for approval, hand it to
// [Engine.Apply]. Its order is a valid order of execution.
type Plan struct {
	Pair string `json:"pair"`
	// Full says that both sides were listed completely.
	Full bool `json:"full"`
	// Confirmed is what RunOptions.Confirm said.
	Confirmed   []string   `json:"confirmed,omitempty"`
	Actions     []Action   `json:"actions"`
	Conflicts   []Conflict `json:"conflicts,omitempty"`
	Holds       []Hold     `json:"holds,omitempty"`
	Skips       []Skip     `json:"skips,omitempty"`
	Source      Tally      `json:"source"`
	Destination Tally      `json:"destination"`

	names [2]string
	tolls [2]toll
}

// Name is what people call a side, see Endpoint.Name.
func (p *Plan) Name(side Side) string { return cmp.Or(p.names[side], side.String()) }

// Tally returns that of side.
func (p *Plan) Tally(side Side) *Tally {
	if side == Source {
		return &p.Source
	}
	return &p.Destination
}

// Hash is equal for two plans exactly if they would do the same to the same, in the same order.
func (p *Plan) Hash() string {
	h := sha256.New()
	io.WriteString(h, p.Pair)
	for _, a := range p.Actions {
		fmt.Fprintf(h, "|%s%v", a.ID, a.After)
	}
	for _, hold := range p.Holds {
		io.WriteString(h, "|held:"+string(hold.Action))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Writes counts the actions that call a service to change something.
func (p *Plan) Writes() int {
	n := 0
	for _, a := range p.Actions {
		if a.Op.Writes() {
			n++
		}
	}
	return n
}

// String lists the plan for people, a line an action.
func (p *Plan) String() string {
	var b strings.Builder
	for _, a := range p.Actions {
		fmt.Fprintf(&b, "%s %q on %s", a.Op, a.Path, p.Name(a.On))
		if a.From != "" && a.From != a.Path {
			fmt.Fprintf(&b, " from %q", a.From)
		}
		if a.Reason != "" {
			fmt.Fprintf(&b, " (%s)", a.Reason)
		}
		b.WriteByte('\n')
	}
	for _, h := range p.Holds {
		fmt.Fprintf(&b, "held: %s %q on %s (%s)\n", h.Op, h.Path, p.Name(h.On), h.Reason)
	}
	for _, s := range p.Skips {
		fmt.Fprintf(&b, "skipped: %q on %s (%s)\n", s.Path, p.Name(s.Side), s.Reason)
	}
	return b.String()
}
