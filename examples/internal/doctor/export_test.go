package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/procorebox/procorebox/mapping"
)

// Pass makes a Doctor go on at once where a second should go by.
func (d *Doctor) Pass(pass func(context.Context) error) { d.pass = pass }

// At sets what time it is.
func (d *Doctor) At(now time.Time) { d.now = func() time.Time { return now } }

// SettleOne is Settle for the question of that name.
func (d *Doctor) SettleOne(ctx context.Context, l mapping.Link, s Scratch, name string) (Fact, error) {
	facts, err := d.settle(ctx, l, s, slices.DeleteFunc(probes(), func(p probe) bool { return p.Name != name }))
	if len(facts) != 1 {
		return Fact{}, errors.Join(err, fmt.Errorf("%d questions have the name %q", len(facts), name))
	}
	return facts[0], err
}
