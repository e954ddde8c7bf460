package mapping

import (
	"context"
	"fmt"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// SyncOptions are the settings of [Links.Sync]. The zero value asks for an ordinary one.
type SyncOptions struct {
	// Full asks for a full scan of every tool.
	Full bool
	// Slice bounds how long one tool is worked on before the next one has its turn, and before the feeds are
	// asked what people have changed meanwhile, which comes first then. The zero value means ten minutes.
	// Shorter ones let people's changes of a first sync wait less, and cost more calls.
	Slice syncer.Budget
	// Stop, once it is closed, ends it: nothing new is started, and calls that are under way go on to their
	// end. It may be nil.
	Stop <-chan struct{}
	// Once ends after one slice of each tool, whatever is left.
	Once bool
	// By is what began it, in the program's words, for what is remembered of the runs.
	By string
	// Confirm names the Evidence of Halts that a person has looked at.
	Confirm []string
	// Observe is told how the runs get on, one Event at a time; Event.Pair says which. The first one
	// of PhaseApply tells in Left what the run takes, before anything is done.
	Observe func(syncer.Event)
}

const (
	// slice is how long a tool is worked on at a time.
	slice = 10 * time.Minute
	// patience is how many slices may pass in which nothing was written before a tool is left for another
	// Sync: those of a large first scan. strikes is how many, if what was tried in them has failed.
	patience = 50
	strikes  = 3
	// hops is how often what was dragged between the tools is followed in one Sync.
	hops = 4
)

// Sync keeps a Link in step once: every tool is run until nothing is left that could be done now. It goes by
// what [Links.Poll] has heard before, and asks again between the slices of a long one. A feed that was never
// asked is asked for its position before anything is listed. Sync may be killed at any point: the next one
// goes on from there.
//
// Trouble in one tool is in its Result and keeps nothing from the others; an error is one that concerns the
// Link as a whole. A Link that a person has paused is not synced: the error wraps [syncer.ErrHalted].
func (s *Links) Sync(ctx context.Context, which string, o SyncOptions) ([]Result, error) {
	l, err := s.Get(ctx, which)
	if err != nil {
		return nil, err
	}
	if l.Paused {
		return nil, fmt.Errorf("link %q is paused: %w", l.Name, syncer.ErrHalted)
	}
	parts, err := s.Parts(ctx, l.ID)
	if err != nil {
		s.failed(ctx, l, o.By, err)
		return nil, err
	}
	defer s.forget(ctx, l)
	if err := s.begin(ctx, parts); err != nil {
		// Without a position the listing is all there is, and the next Sync tries again.
		s.log().WarnContext(ctx, "feeds could not be asked for their position", "link", l.Name, "error", err)
	}
	y := &syncing{links: s, o: o}
	if o.Slice == (syncer.Budget{}) {
		y.o.Slice.Time = slice
	}
	for _, p := range parts {
		t := &turn{part: p, due: p.Paused == "", Result: Result{Link: l.Name, Tool: p.Tool, Paused: p.Paused}, record: s.recorder(&p, o.By)}
		if !t.due {
			t.record.end(ctx, &t.Result)
		}
		y.turns = append(y.turns, t)
	}
	err = y.work(ctx)
	results := make([]Result, len(y.turns))
	for i, t := range y.turns {
		t.record.finish(ctx)
		results[i] = t.Result
	}
	return results, err
}

// syncing is one Sync.
type syncing struct {
	links *Links
	o     SyncOptions
	turns []*turn
}

// turn is a tool in a Sync.
type turn struct {
	Result
	part  Part
	due   bool
	whole bool // it has been scanned in full
	idle  int  // slices without a write, one after the other
	vain  int  // those of them in which something was tried and has failed
	// failed says that in this slice something has.
	failed bool

	record *recorder
}

// work gives each tool a slice, again and again, until none is due.
func (y *syncing) work(ctx context.Context) error {
	for round := 0; ; round++ {
		for _, t := range y.turns {
			if y.stopped() {
				return nil
			}
			if !t.due {
				continue
			}
			if err := y.run(ctx, t); err != nil {
				return err
			}
		}
		if y.o.Once || y.stopped() {
			return nil
		}
		due, err := y.due(ctx, round)
		if err != nil || !due {
			return err
		}
		if err := y.links.listen(ctx, y.turns[0].part.Link); err != nil {
			// Whoever asks next is told; what was there before is no worse for it.
			y.links.log().WarnContext(ctx, "feeds could not be asked between two slices", "link", y.turns[0].Link, "error", err)
		}
	}
}

func (y *syncing) stopped() bool {
	select {
	case <-y.o.Stop:
		return true
	default: // a nil channel never is
		return false
	}
}

// due reports whether any tool has something left to do. One that lost items to another tool is due when
// more is known of them.
func (y *syncing) due(ctx context.Context, round int) (bool, error) {
	left := false
	for _, t := range y.turns {
		if !t.due && t.Paused == "" && t.Err == nil && round < hops {
			news, err := t.part.neighbours.news(ctx)
			if err != nil {
				return false, err
			}
			t.due = news
		}
		left = left || t.due
	}
	return left, nil
}

// run works on a tool for one slice, and remembers it. Its error ends the whole Sync.
func (y *syncing) run(ctx context.Context, t *turn) error {
	t.record.start()
	defer t.record.end(ctx, &t.Result)
	return y.slice(ctx, t)
}

func (y *syncing) slice(ctx context.Context, t *turn) error {
	stands, err := y.links.stands(ctx, &t.part)
	if err != nil {
		t.due, t.Err = false, err
		return ctx.Err()
	}
	if !stands {
		t.due, t.Paused = false, t.part.Paused
		return nil
	}
	e, err := y.links.engine(t.part, noting{y.links.o.States, t.record}, func(eo *syncer.Options) { eo.Observe = y.observe(t) })
	if err != nil {
		t.due, t.Err = false, err
		return nil //nolint:nilerr // the tool's trouble, not the others': its Result says so
	}
	deaf := t.part.source.feed() == nil || t.part.destination.feed() == nil
	wasPaused := t.part.Link.Roots[t.part.Tool].Paused != ""
	report, err := e.Run(ctx, &syncer.RunOptions{
		Full: (y.o.Full || wasPaused) && !t.whole || deaf, Budget: y.o.Slice, Stop: y.o.Stop, Confirm: y.o.Confirm,
	})
	t.add(report, err)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return y.links.note(ctx, t)
}

// observe notes which of what was tried in a slice fails, and tells whoever wants to know.
func (y *syncing) observe(t *turn) func(syncer.Event) {
	t.failed = false
	return func(e syncer.Event) {
		t.failed = t.failed || e.Outcome != nil && e.Outcome.Result == syncer.Failed
		if y.o.Observe != nil {
			y.o.Observe(e)
		}
	}
}

// add counts a run.
func (t *turn) add(r *syncer.Report, err error) {
	t.Report, t.Err = plus(t.Report, r), err
	t.whole = t.whole || r.Full
	t.idle++
	if t.failed {
		t.vain++
	}
	if r.Totals.Writes > 0 {
		t.idle, t.vain = 0, 0
	}
	t.due = err == nil && r.More && t.idle < patience && t.vain < strikes
}
