package office

import (
	"context"
	"time"
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
