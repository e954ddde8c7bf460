package connect

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// Sentinels of this package. All are matched with errors.Is.
var (
	// ErrSignIn is syncer.ErrSignIn, and ErrClient is syncer.ErrClient: what is wrong with a credential
	// or with the program is the same for whoever calls and for whoever stores why nothing was done.
	ErrSignIn = syncer.ErrSignIn
	ErrClient = syncer.ErrClient
	// ErrTooLarge: an answer or a spooled body is larger than was agreed to take.
	ErrTooLarge = errors.New("larger than the limit")
	// ErrReply: an answer was received and cannot be understood.
	ErrReply = errors.New("reply cannot be understood")
)

// Error is how a call fails. What it wraps says why: the error of Options.Decode, a transport's
// error without its URL, or one of the sentinels.
//
// syncer.NotDone tells the truth about it. Where Unknown is set, errors.Is finds none of the
// sentinels that would prove that nothing was done, whatever the last try was answered; errors.As
// still finds the service's own error.
type Error struct {
	Op     string
	Method string
	// Path is that of the call without its query; of a Plain call it is the host.
	Path string
	// Status is that of the last answer, 0 if there was none.
	Status int
	// RequestID is the service's name for the last try, empty if it told none.
	RequestID string
	// Tries says how often the call was sent, or was about to be.
	Tries int
	// Unknown says that the call may have had its effect, or may still have it.
	Unknown bool
	Err     error
}

// Error returns one line without any token or query. Status and RequestID are in it once, though the
// service's own error may tell them, too.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s %s: ", e.Op, e.Method, e.Path)
	why := ""
	if e.Err != nil {
		why = e.Err.Error()
	}
	b.WriteString(why)
	if e.Status != 0 && !tells(why, strconv.Itoa(e.Status)) {
		fmt.Fprintf(&b, " (status %d)", e.Status)
	}
	if e.RequestID != "" && !strings.Contains(why, "(request ") { // which may be written in another form
		fmt.Fprintf(&b, " (request %s)", e.RequestID)
	}
	if e.Tries > 1 {
		fmt.Fprintf(&b, " (tried %d times)", e.Tries)
	}
	if e.Unknown {
		b.WriteString("; it may have been carried out")
	}
	return b.String()
}

// tells reports whether a word is in a text.
func tells(text, word string) bool {
	return slices.ContainsFunc(strings.Fields(text), func(w string) bool { return strings.Trim(w, ":;,.()") == word })
}

// Unwrap returns the cause, nil if Unknown is set: see Is and As.
func (e *Error) Unwrap() error {
	if e.Unknown {
		return nil
	}
	return e.Err
}

// Is keeps sentinels from view that prove that nothing was done, if that is not known.
func (e *Error) Is(target error) bool {
	return e.Unknown && !syncer.NotDone(target) && errors.Is(e.Err, target)
}

// As finds the service's own error, whether or not the effect is known.
func (e *Error) As(target any) bool { return e.Unknown && errors.As(e.Err, target) }
