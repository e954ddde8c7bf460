package office

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

const (
	// handful is how often a call is sent that a person waits for: after some seconds they are told.
	handful = 3
	// moment is how long a service that could not be asked who we are is not asked again.
	moment = 5 * time.Second
)

// trouble remembers for a moment what went wrong, so that whoever wants the same next does not wait as
// long for the same answer.
type trouble struct {
	err error
	at  time.Time
}

func (t *trouble) recent() error {
	if time.Since(t.at) < moment {
		return t.err
	}
	return nil
}

// note remembers an error, unless it is about whoever asked.
func (t *trouble) note(ctx context.Context, err error) {
	if ctx.Err() == nil {
		t.err, t.at = err, time.Now()
	}
}

// explain says why a run of a tool has ended in words that people know: its link, the tool and the
// service, and not a pair and a side.
func explain(r mapping.Result) error {
	at, ok := errors.AsType[*syncer.Error](r.Err)
	if !ok {
		return fmt.Errorf("%s of link %q: %w", r.Tool, r.Link, r.Err)
	}
	what := at.Op
	if at.Path != "" {
		what += fmt.Sprintf(" %q", at.Path)
	}
	return &said{fmt.Sprintf("%s of link %q: %s in %s: %v", r.Tool, r.Link, what, on(at.Side).Title(), at.Err), r.Err}
}

// said is an error in other words.
type said struct {
	text string
	err  error
}

// Error implements error.
func (s *said) Error() string { return s.text }

// Unwrap returns the cause.
func (s *said) Unwrap() error { return s.err }
