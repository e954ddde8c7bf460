package syncer

import (
	"cmp"
	"context"
	"fmt"
)

// Elsewhere is what a program knows of an item that left the root of a pair: another pair may have it now.
type Elsewhere struct {
	// Kept says that another pair has the item on both its sides, durably. What the other side still has
	// here may go to its trash then: it is deleted like any other item, by the same rules and limits.
	Kept bool
	// Reason says, for a report, where the item is, and if it is not kept why what the other side has
	// stays for now. Empty if nothing is known of it: then a person decides.
	Reason string
}

// askElsewhere asks the program what became of the items that left a root. It is asked in each run anew,
// and before anything is planned.
func (r *run) askElsewhere(ctx context.Context) error {
	if r.e.opts.Elsewhere == nil {
		return nil
	}
	for _, n := range r.w.touched() {
		for _, side := range sides {
			if n.sight[side] != out || !n.known {
				continue
			}
			found, err := r.e.opts.Elsewhere(ctx, side, n.rec.Half(side).ID)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				found = Elsewhere{Reason: fmt.Sprintf("moved out of the root on %s, and nobody can tell where it is: %v", r.w.says(side), err)}
			}
			n.elsewhere[side] = found
		}
	}
	return nil
}

// movedAway reports whether all that is lost on a side was seen outside of the root: nothing of it is gone,
// and each item waits for a person or is kept elsewhere.
func (w *world) movedAway(side Side) bool {
	for _, n := range w.nodes {
		if n.touched && n.rec.ID != RootRecord && n.rec.Half(side).Presence == Present && !n.there(side) && n.sight[side] != out {
			return false
		}
	}
	return true
}

// leftRoot says why the delete of n, which left the root of side x, waits for a person, and whether it does.
func (w *world) leftRoot(n *node, x Side) (why string, waits bool) {
	if n.sight[x] != out {
		return "", false
	}
	if e := n.elsewhere[x]; e.Kept {
		n.why = cmp.Or(e.Reason, "kept elsewhere")
		return "", false
	}
	return cmp.Or(n.elsewhere[x].Reason, fmt.Sprintf("moved out of the root on %s", w.says(x))), true
}
