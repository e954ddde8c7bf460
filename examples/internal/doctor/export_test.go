package doctor

import (
	"context"
	"time"
)

// Pass makes a Doctor go on at once where a second should go by.
func (d *Doctor) Pass(pass func(context.Context) error) { d.pass = pass }

// At sets what time it is.
func (d *Doctor) At(now time.Time) { d.now = func() time.Time { return now } }
