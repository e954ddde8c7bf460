package syncer

import (
	"context"
	"errors"
	"io/fs"
)

// Cause is the kind of an error, as far as its sentinel tells: what a program may store, count and look up in
// a table of its own, where the text of the error is for people. Its text is one or two words, and stays
// what it is from version to version.
type Cause string

// The causes, each with its sentinel in CauseOf.
const (
	CauseUnknown     Cause = ""
	CauseSignIn      Cause = "sign in"
	CauseClient      Cause = "registration"
	CauseUnreached   Cause = "not reached"
	CauseReadOnly    Cause = "read-only"
	CauseQuota       Cause = "out of space"
	CauseName        Cause = "name"
	CauseRefused     Cause = "refused"
	CausePermission  Cause = "permission"
	CauseUnsupported Cause = "unsupported"
	CauseHalted      Cause = "halted"
	CauseHeld        Cause = "held"
	CauseFenced      Cause = "taken over"
	CauseDamaged     Cause = "damaged"
	CauseOverlap     Cause = "overlap"
	CauseInvalid     Cause = "invalid"
	CauseLocked      Cause = "locked"
	CauseBusy        Cause = "busy"
	CauseStale       Cause = "changed"
	CauseExists      Cause = "name taken"
	CauseMissing     Cause = "not found"
	CauseStopped     Cause = "stopped"
	CauseTimeout     Cause = "no answer"
)

// CauseOf returns the kind of an error, CauseUnknown if no sentinel tells it. Of several it is the one that
// says most about what to do: an account that must sign in again is busy, too.
func CauseOf(err error) Cause {
	for _, known := range [...]struct {
		sentinel error
		cause    Cause
	}{
		{ErrSignIn, CauseSignIn},
		{ErrClient, CauseClient},
		{ErrUnreached, CauseUnreached},
		{ErrReadOnly, CauseReadOnly},
		{ErrQuota, CauseQuota},
		{ErrName, CauseName},
		{ErrRefused, CauseRefused},
		{ErrHalted, CauseHalted},
		{ErrHeld, CauseHeld},
		{ErrFenced, CauseFenced},
		{ErrDamaged, CauseDamaged},
		{ErrOverlap, CauseOverlap},
		{ErrInvalid, CauseInvalid},
		{ErrLocked, CauseLocked},
		{ErrStale, CauseStale},
		{fs.ErrPermission, CausePermission},
		{errors.ErrUnsupported, CauseUnsupported},
		{ErrBusy, CauseBusy},
		{fs.ErrExist, CauseExists},
		{fs.ErrNotExist, CauseMissing},
		{context.Canceled, CauseStopped},
		{context.DeadlineExceeded, CauseTimeout},
	} {
		if errors.Is(err, known.sentinel) {
			return known.cause
		}
	}
	return CauseUnknown
}
