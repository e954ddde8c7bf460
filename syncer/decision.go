package syncer

import "regexp"

// fate is what shall become of an item.
type fate uint8

const (
	stay   fate = iota // it lives on both sides, as far as both can hold it
	die                // it goes to the trash of decision.on
	forget             // it is gone everywhere
	leave              // hands off in this run
)

// attr names parts of a Record that can be settled without a call.
type attr uint16

const (
	attrContent attr = 1 << iota
	attrPlace
	attrGoneSource
	attrGoneDestination
	attrDeclinedSource
	attrDeclinedDestination
	attrNeverSource
	attrNeverDestination
	attrDormant
	attrAwake
	attrIdentity
	attrBehindSource
	attrBehindDestination
	attrOwnNameSource
	attrOwnNameDestination
	attrCannotFollow // part of attrPlace or attrContent: the other side keeps what it has
)

func attrGone(s Side) attr     { return attrGoneSource << s }
func attrDeclined(s Side) attr { return attrDeclinedSource << s }
func attrNever(s Side) attr    { return attrNeverSource << s }
func attrBehind(s Side) attr   { return attrBehindSource << s }
func attrOwnName(s Side) attr  { return attrOwnNameSource << s }

// decision is what reconciling settles about one item.
type decision struct {
	fate  fate
	on    Side   // of a delete
	why   string // reason for leave, die, revival, decline
	hold  *Hold  // fate is leave because an action is held
	quiet bool   // leave: nothing to do until somebody changes it
	soon  bool   // leave: for a while only
	// contested: leave, both sides were changed, and a person has to settle it.
	contested bool
	free      bool // a delete of our own leftovers
	want      [2]bool
	flow      [2]bool // contents go to that side
	verify    [2]bool
	across    bool // verify: the two sides are compared with each other, not each with what it was
	agree     attr
	clash     *Conflict
	split     *node // the node that the version which gets a conflict name became
	parted    *node // on that node: the one it came from
}

func (n *node) leave(why string, quiet bool) {
	n.fate, n.why, n.quiet, n.contested, n.soon, n.agree = leave, why, quiet, false, !quiet, 0
	n.want, n.flow, n.verify = [2]bool{}, [2]bool{}, [2]bool{}
}

// derived matches what a reason says of the folders on the way to what it is about.
var derived = regexp.MustCompile(`^(?:its folder waits: |(?:holds|held) "(?:[^"\\]|\\.)*": )+`)

// cause is a reason without the folders that wait for it: those of another run would add up.
func cause(why string) string { return derived.ReplaceAllString(why, "") }
