package syncer

import (
	"cmp"
	"errors"
	"math"
)

// pause is what a side has shown that it cannot take for the rest of the run: any write when it is
// read-only; when it is full, uploads that need no less room than one that did not fit.
type pause struct {
	readOnly error
	full     error
	room     need
}

// need is the room that an upload takes: more is what it adds to the version before it, whole is all of
// it. Nobody tells which of the two counts: where old versions stay, an edit that makes a file smaller
// takes room too.
type need struct{ more, whole int64 }

// note learns from a failed action.
func (p *pause) note(a *Action, err error) {
	switch {
	case errors.Is(err, ErrReadOnly):
		p.readOnly = cmp.Or(p.readOnly, errors.Unwrap(err))
	case errors.Is(err, ErrQuota):
		p.room, p.full = a.room(), errors.Unwrap(err)
	}
}

// why returns the reason that an action need not be tried, nil if there is none.
func (p *pause) why(a *Action) error {
	switch upload := a.Op == OpCreateFile || a.Op == OpUpdate; {
	case a.Op.Writes() && p.readOnly != nil:
		return p.readOnly
	case upload && p.full != nil && a.room().covers(p.room):
		return p.full
	}
	return nil
}

// covers reports whether n takes no less room than other, whichever way a side counts.
func (n need) covers(other need) bool { return n.more >= other.more && n.whole >= other.whole }

// room is what an upload needs. What has no size yet may need any.
func (a *Action) room() need {
	switch {
	case a.Size < 0:
		return need{math.MaxInt64, math.MaxInt64}
	case a.Op == OpUpdate && a.Old != nil && a.Old.Size > 0:
		return need{a.Size - a.Old.Size, a.Size}
	}
	return need{a.Size, a.Size}
}
