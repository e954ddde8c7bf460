package connect

import (
	"errors"

	"github.com/procorebox/procorebox/syncer"
)

// ended is the error of a credential that needs a person. To an engine its side is busy: nothing
// was written, and nothing follows from the silence.
type ended struct {
	why   string
	cause error
}

// signIn returns an error that wraps ErrSignIn and syncer.ErrBusy.
func signIn(why string, cause error) error { return &ended{why, cause} }

func (e *ended) Error() string {
	text := ErrSignIn.Error() + ": " + e.why
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

func (e *ended) Is(target error) bool {
	return target == ErrSignIn || target == syncer.ErrBusy || e.cause != nil && errors.Is(e.cause, target)
}

func (e *ended) As(target any) bool { return e.cause != nil && errors.As(e.cause, target) }
