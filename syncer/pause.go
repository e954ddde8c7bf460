package syncer

import (
	"cmp"
	"errors"
	"math"
)

// pause is what a side has shown that it cannot take for the rest of the run: any write when it is
// read-only; when it is full, uploads that need no less room than the least that was not there.
type pause struct {
	readOnly error
	full     error
	room     int64
}

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
	case upload && p.full != nil && a.room() >= p.room:
		return p.full
	}
	return nil
}

// room is how much more an upload needs than what is there.
func (a *Action) room() int64 {
	switch {
	case a.Size < 0:
		return math.MaxInt64
	case a.Op == OpUpdate && a.Old != nil && a.Old.Size > 0:
		return a.Size - a.Old.Size
	}
	return a.Size
}
