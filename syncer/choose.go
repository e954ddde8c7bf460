package syncer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
)

// ChooseOptions are the settings of [Engine.Choose]. The zero value works.
type ChooseOptions struct {
	// DropCopy moves the copy to the trash that one of the versions has become, once the chosen version
	// stands under the name of the file.
	DropCopy bool
}

// Chosen is what came of a choice.
type Chosen struct {
	Clash Clash
	// Waits says that the conflict was open: nothing is written yet, and the next run settles it so.
	Waits bool
	// Wrote is the file that has the chosen version now, on side On, nil if it had it already; the next run
	// carries it over. Of KeepBoth it is the copy that was made of the other version.
	On    Side
	Wrote *Entry
	// Dropped is the copy that went to the trash of side On, nil if none did.
	Dropped *Entry
}

// Choose settles a conflict as a person wants it: by one of the two versions, or by both. One that is open
// is left to the next run, which does it if both sides still have the versions that met; Leave takes such
// a word back. For one that was settled otherwise the chosen version becomes a new version of the file, and
// nothing is lost by that: the other one stays below it, or as the copy that it has become.
//
// A file that anybody has edited since, and one that is not in step, is refused with ErrStale. One that
// is gone, or whose other version is, is fs.ErrNotExist, and one that may not be written errors.ErrUnsupported.
// Choose needs no lease: to a run that works beside it, it is a person.
func (e *Engine) Choose(ctx context.Context, id ClashID, r Resolution, o *ChooseOptions) (*Chosen, error) {
	if o == nil {
		o = &ChooseOptions{}
	}
	out, err := e.choose(ctx, id, r, o)
	if err != nil {
		return nil, fmt.Errorf("choose for conflict %s of %q: %w", id, e.pair.Name, err)
	}
	return out, nil
}

func (e *Engine) choose(ctx context.Context, id ClashID, r Resolution, o *ChooseOptions) (*Chosen, error) {
	if r > Leave {
		return nil, fmt.Errorf("resolution %d: %w", r, ErrInvalid)
	}
	view, err := e.store.View(ctx, e.pair.Name)
	if err != nil {
		return nil, err
	}
	clash, err := clashOf(ctx, view, id)
	if err != nil {
		return nil, err
	}
	if err := e.mayWrite(clash, r); err != nil {
		return nil, err
	}
	out := &Chosen{Clash: *clash, Waits: clash.Open()}
	switch {
	case clash.Open() && o.DropCopy:
		return nil, fmt.Errorf("there is no copy yet that could be dropped: %w", ErrInvalid)
	case clash.Open():
	case r == Leave:
		return nil, fmt.Errorf("it is settled: %w", ErrInvalid)
	default:
		c := &chooser{e: e, view: view, clash: clash, out: out}
		if err := c.again(ctx, r, o); err != nil {
			return nil, err
		}
	}
	return out, e.store.Choose(ctx, e.pair.Name, id, r)
}

func clashOf(ctx context.Context, view View, id ClashID) (*Clash, error) {
	for c, err := range view.Clashes(ctx, false) {
		if err != nil {
			return nil, err
		}
		if c.ID == id {
			return &c, nil
		}
	}
	return nil, fs.ErrNotExist
}

// says is what people call a side.
func (e *Engine) says(side Side) string { return cmp.Or(e.pair.Endpoint(side).Name, side.String()) }

// mayWrite refuses what the direction forbids.
func (e *Engine) mayWrite(c *Clash, r Resolution) error {
	var dir Direction
	if d := e.opts.Policies.Director; d != nil {
		dir = d.Direction(c.Path, c.Kind)
	}
	if e.pair.Mode != TwoWay {
		dir.Mode = e.pair.Mode
	}
	switch {
	case dir.Mode == TwoWay || r == Leave:
	case c.Open() && (r == KeepBoth || r == TakeSource && dir.Mode.allows(Destination) || r == TakeDestination && dir.Mode.allows(Source)):
	default:
		return fmt.Errorf("%q flows one way only: %w", c.Path, errors.ErrUnsupported)
	}
	return nil
}
