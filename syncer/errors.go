package syncer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
)

// Sentinels of this package, beside the standard ones that connectors use first: fs.ErrNotExist
// (not visible: proves nothing), fs.ErrExist (the name is taken), fs.ErrPermission,
// errors.ErrUnsupported. All are matched with errors.Is.
var (
	// ErrStale: the item is no longer as the Entry says. Nothing was written; it is planned anew.
	ErrStale = errors.New("item has changed since it was read")
	// ErrLocked: somebody else holds the item, or another run holds the pair. Try again later.
	ErrLocked = errors.New("locked")
	// ErrBusy: the service cannot serve now. Nothing was written; the side is left in peace for the
	// rest of the run.
	ErrBusy = errors.New("service is busy")
	// ErrUnreached: the service was not reached. An error that wraps it wraps ErrBusy too.
	ErrUnreached = errors.New("service was not reached")
	// ErrSignIn: the service no longer takes the credential, and a person must sign in again. An
	// error that wraps it wraps ErrBusy too: nothing was written, nothing can be concluded from
	// silence, and the side is left in peace.
	ErrSignIn = errors.New("sign in again")
	// ErrClient: the service does not take the program itself: its ID, its secret or its key, or not
	// for such a request. Somebody must set that right; nobody need sign in again. An error that wraps
	// it wraps ErrBusy too.
	ErrClient = errors.New("the program is not registered as it says")
	// ErrName: the side cannot hold such a name.
	ErrName = errors.New("name is not allowed")
	// ErrRefused: the service will not take this item as it is (type, size, rule).
	ErrRefused = errors.New("refused by the service")
	// ErrQuota: the side is out of space.
	ErrQuota = errors.New("out of space")
	// ErrReadOnly: the account may not write to this side at all.
	ErrReadOnly = errors.New("side is read-only")
	// ErrHeld: a policy keeps the action back until a person or time releases it.
	ErrHeld = errors.New("held")
	// ErrHalted: the pair is stopped before anything was written, with the evidence in the text.
	ErrHalted = errors.New("halted")
	// ErrCursor: the feed no longer knows the cursor. A full scan follows; nothing is lost.
	ErrCursor = errors.New("cursor is not valid any more")
	// ErrFenced: a newer owner has taken the pair over; this one may not write.
	ErrFenced = errors.New("lease was taken over")
	// ErrDamaged: stored state cannot be read as what it should be. It is never taken for empty.
	ErrDamaged = errors.New("stored state is damaged")
	// ErrOverlap: the roots of two pairs lie inside each other.
	ErrOverlap = errors.New("roots overlap")
	// ErrInvalid: a setting makes no sense; the text names the field.
	ErrInvalid = errors.New("invalid")
)

// Error says what was attempted on which side and item. Path is for people; it is relative to the
// side's root.
type Error struct {
	Op   string
	Side Side
	Path string
	Err  error
	// Where is what people call the side, see Endpoint.Name; empty stands for the word for Side.
	Where string
}

// Error returns "op side path: cause".
func (e *Error) Error() string {
	where := cmp.Or(e.Where, e.Side.String())
	if e.Path == "" {
		return fmt.Sprintf("%s on %s: %v", e.Op, where, e.Err)
	}
	return fmt.Sprintf("%s %q on %s: %v", e.Op, e.Path, where, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// notDone lists the errors by which a side says for certain that a write did not happen.
var notDone = [...]error{
	ErrStale, ErrLocked, ErrBusy, ErrName, ErrRefused, ErrQuota, ErrReadOnly, ErrHeld, ErrFenced,
	fs.ErrExist, fs.ErrNotExist, fs.ErrPermission, errors.ErrUnsupported,
}

// NotDone reports whether err proves that the write it came from had no effect. Any other error
// (a timeout, a broken connection, a cancelled context) leaves that open, and the next run looks.
func NotDone(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	for _, known := range notDone {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}
