package procoretest

import (
	"context"
	"time"

	"github.com/procorebox/procorebox/internal/fake"
)

// Clock is what a fake Procore goes by: for times, for what expires, for rate limits, for everything
// that takes long. A nil *Clock is the time of the machine. One that [NewClock] makes stands still
// until a test moves it, so that a test of an hour takes no time.
type Clock struct{ hands *fake.Clock }

// NewClock returns a Clock that stands at the given time.
func NewClock(start time.Time) *Clock { return &Clock{fake.NewClock(start)} }

// Now returns the time that the clock shows.
func (c *Clock) Now() time.Time { return c.clock().Now() }

// Advance moves the clock on by d and wakes whoever waited for a time up to then. A clock never goes
// back: a negative d moves nothing.
func (c *Clock) Advance(d time.Duration) { c.hands.Advance(d) }

// Waiting returns how many calls wait for the clock to move. A test that wants to move it at the
// right moment waits until somebody waits.
func (c *Clock) Waiting() int { return c.hands.Waiting() }

// wait returns once d has passed, or with the context's error.
func (c *Clock) wait(ctx context.Context, d time.Duration) error { return c.clock().Wait(ctx, d) }

func (c *Clock) clock() *fake.Clock {
	if c == nil {
		return nil
	}
	return c.hands
}
