package doctor

import (
	"context"
	"time"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
)

// A Doctor examines an open Office.
type Doctor struct {
	office  *office.Office
	witness *Witness
	now     func() time.Time
	pass    func(context.Context) error // lets a second go by
}

// New returns a Doctor. The witness must be what carries the calls of the office (see office.Options).
func New(o *office.Office, w *Witness) *Doctor { return &Doctor{o, w, time.Now, pass} }

// Examine makes all checks, in a fixed order, of the links given. It reads, and writes nothing but a file
// in the data directory that it removes. What cannot be asked is a finding; an error means that the
// context ended.
func (d *Doctor) Examine(ctx context.Context, links []mapping.Link) ([]Finding, error) {
	all := d.directory(ctx)
	box := d.box(ctx)
	procore, answers := d.procore(ctx)
	all = append(append(all, box...), procore...)
	for _, l := range links {
		if answers {
			all = append(all, d.inProcore(ctx, l)...)
		}
		if Healthy(box) {
			all = append(all, d.inBox(ctx, l)...)
		}
	}
	for _, s := range []office.Service{office.BoxService, office.ProcoreService} {
		all = append(all, d.limits(s)...)
	}
	all = append(all, d.witness.findings()...)
	return all, ctx.Err()
}

// pass waits until the second is another one.
func pass(ctx context.Context) error {
	timer := time.NewTimer(1100 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
