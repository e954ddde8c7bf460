package syncer

import "fmt"

// Adoption says when two files that stand at one place, and were never one item before, are taken for
// equal although no digests tell. Files of different size are never equal, and never adopted.
type Adoption uint8

const (
	// AdoptVerified reads what has no digest that can be compared, and compares. One read is enough where
	// the other side tells a digest.
	AdoptVerified Adoption = iota
	// AdoptTrusted takes files of one name and size for equal. Nothing is read. Two that differ all the
	// same stay as they are on both sides, until one of them is changed and overwrites the other.
	AdoptTrusted
	// AdoptAsked holds each such pair of files until a person approves that they are one. Rejected, they are
	// two files that differ: a Conflict, which is settled as any other is.
	AdoptAsked
)

// judgeAdoption settles contents that are new on both sides, of one size, and which no digest tells apart.
// It reports whether there is nothing to be read.
func (w *world) judgeAdoption(n *node) bool {
	s, d := n.entry[Source], n.entry[Destination]
	if s == nil || d == nil || s.Size < 0 || d.Size < 0 {
		return false // nobody knows what would be trusted
	}
	switch w.adopt {
	case AdoptTrusted:
		n.agree |= attrContent
	case AdoptAsked:
		w.askAdoption(n)
	default:
		return false
	}
	return true
}

// adoptRendered settles contents that are new on both sides, where one side makes them anew at each reading. It
// reports whether there was such a side. What has the time of what they are made from was made from it; anything
// else is older, or somebody's edit, and is put right if the other side is only there to receive.
func (w *world) adoptRendered(n *node) bool {
	for _, t := range sides {
		a, b := n.entry[t], n.entry[t.Other()]
		dir := w.direction(n, Source)
		if a == nil || b == nil || !a.Rendered || dir.Wrong != PutBack || !dir.Mode.allows(t.Other()) || dir.Mode.allows(t) {
			continue
		}
		if !a.Modified.IsZero() && a.Modified.Unix() == b.Modified.Unix() && b.Size != 0 {
			n.agree |= attrContent
			return true
		}
		n.why = fmt.Sprintf("%s makes it anew at each reading", w.says(t))
		w.overwrite(n, t.Other())
		return true
	}
	return false
}

// askAdoption holds the adoption of n, unless a person has decided. A rejection is a word on the contents; what
// remembers it, once the hold is gone, is the conflict that it leads to.
func (w *world) askAdoption(n *node) {
	id := adoptID(n)
	switch {
	case w.approved[id]:
		n.agree |= attrContent
		return
	case w.rejected[id] || w.clashing[clashID(n.entry[Source].Stamp(), n.entry[Destination].Stamp())]:
		w.settleConflict(n)
		return
	}
	reason := fmt.Sprintf("of one name and size on both sides: %s tells no digest, so a person says whether they are one", w.says(w.digestless()))
	n.leave(reason, false)
	n.soon = false
	n.hold = &Hold{Action: id, Op: OpAdopt, On: Destination, Kind: n.rec.Kind, Path: w.pathOn(n, Destination), Reason: reason, Since: w.now}
	if n.known {
		n.hold.Record = n.rec.ID
	}
}

// adoptID is the ActionID of taking n's items for one.
func adoptID(n *node) ActionID {
	record := RecordID(0)
	if n.known {
		record = n.rec.ID
	}
	return actionID(Action{Op: OpAdopt, On: Destination, Old: n.entry[Destination], Other: n.entry[Source]}, "", record)
}

func (w *world) digestless() Side {
	if w.info[Source].Digest == "" {
		return Source
	}
	return Destination
}
