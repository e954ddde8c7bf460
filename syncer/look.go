package syncer

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"time"
)

// look observes what this round is about.
func (r *run) look(ctx context.Context, full bool) (Scan, error) {
	r.w = r.newWorld()
	r.unvisited, r.resting = map[PendingKey]bool{}, resting{}
	r.o = newObserver(r.view, r.ends, r.w, r.budget, r.e.opts.Parallel)
	r.o.progress = r.listed
	next := r.header.Scan
	if _, err := r.o.load(ctx, RootRecord); err != nil {
		return next, err
	}
	if err := r.hearOfRoots(ctx); err != nil {
		return next, err
	}
	if full {
		asked := r.lastFullHint()
		if next == (Scan{}) || !r.canLook() || asked > next.Since {
			// A scan that began before it was asked for would miss what changed in between.
			next = Scan{Generation: r.header.Generation + 1, Since: asked}
		}
		var err error
		if next, err = r.o.scan(ctx, next); err != nil {
			return next, err
		}
		if r.header.Policies != r.e.opts.Policies.fingerprint() && r.header.Generation > 0 {
			if err := r.o.refilter(ctx); err != nil {
				return next, err
			}
		}
	}
	if err := r.followUp(ctx); err != nil {
		return next, err
	}
	if err := r.listAgain(ctx); err != nil {
		return next, err
	}
	if err := r.searchAstray(ctx); err != nil {
		return next, err
	}
	if err := r.o.close(ctx); err != nil {
		return next, err
	}
	if err := r.checkRoots(ctx); err != nil {
		return next, err
	}
	if err := r.askElsewhere(ctx); err != nil {
		return next, err
	}
	r.w.match()
	return next, nil
}

func (r *run) newWorld() *world {
	w := newWorld()
	w.adopt = r.e.opts.Adopt
	w.mode, w.rules, w.now, w.next = r.e.pair.Mode, r.e.opts.Policies, r.now(), r.header.Next
	w.backoff = r.e.opts.Backoff
	w.digests, w.waiting, w.inFlight, w.ghosts = r.digests, r.pending, r.inFlight, r.ghosts
	w.authors = r.authors
	for _, side := range sides {
		w.info[side], w.names[side] = r.ends[side].info, r.ends[side].name
		w.canRestore[side], w.people[side] = r.ends[side].restorer != nil, r.ends[side].people
	}
	for id, h := range r.holds {
		w.approved[id], w.rejected[id] = h.Decision == Approved, h.Decision == Rejected
	}
	for id, c := range r.clashes {
		w.clashing[id] = true
		if c.Chosen {
			w.chosen[id] = c.Choice
		}
	}
	return w
}

func (r *run) listed(side Side, n int) {
	ev := Event{Phase: PhaseList}
	ev.Listed[side] = n
	r.observe(ev)
}

// followUp looks at everything that hints, doubts and the pending set name.
func (r *run) followUp(ctx context.Context) error {
	for _, key := range append(r.doubts, r.again...) {
		if err := r.o.revisit(ctx, key); err != nil {
			return err
		}
	}
	r.doubts, r.again = nil, nil
	type item struct {
		side Side
		id   string
	}
	met := map[item]bool{}
	for i, h := range r.hints {
		if i%crowd == 0 {
			if err := r.foresee(ctx, r.hints[i:min(i+crowd, len(r.hints))]); err != nil {
				return err
			}
		}
		if h.Full || met[item{h.Side, h.ID}] {
			continue
		}
		if i > 0 && r.budget.over(shareOfVisits) {
			r.hints = r.hints[:i] // the rest stays in the inbox
			r.report.More = true
			break
		}
		// A hint is news: what waited for its time to be tried again is tried now.
		r.renew(PendingKey{Side: h.Side, ID: h.ID})
		ours, err := r.o.hint(ctx, &h.Hint)
		if err != nil {
			return err
		}
		n := r.w.byID[h.Side][h.ID]
		met[item{h.Side, h.ID}] = ours && !r.o.echo(n, &h.Hint) // another hint may tell news of it
		if n != nil && n.known {
			r.renew(PendingKey{Record: n.rec.ID})
		}
	}
	if err := r.visitChosen(ctx); err != nil {
		return err
	}
	return r.visitPending(ctx)
}

// crowd is how many hints are looked at together.
const crowd = 256

// foresee looks at once at what hints name, those apart that tell nothing new or are about another pair.
func (r *run) foresee(ctx context.Context, hints []Hinted) error {
	var list []version
	for _, h := range hints {
		if h.Full || r.budget.over(shareOfVisits) {
			continue
		}
		n, err := r.o.byID(ctx, h.Side, h.ID)
		news := n != nil && n.sight[h.Side] == assumed && !r.o.echo(n, &h.Hint)
		if err == nil && n == nil {
			news, err = r.o.concerns(ctx, h.Side, h.Within)
		}
		if err != nil {
			return err
		}
		if news {
			list = append(list, version{h.Side, Stamp{ID: h.ID}})
		}
	}
	r.o.prefetch(ctx, list)
	return nil
}

// visitPending looks at the pending set, as far as the budget allows.
func (r *run) visitPending(ctx context.Context) error {
	// An earlier slice of the scan has met what is unseen.
	isUnseen := func(key PendingKey) bool { return key.Record == 0 && r.o.t != nil && !r.o.whole[key.Side] }
	r.resting = r.rest(ctx)
	visits := slices.DeleteFunc(sortedKeys(r.pending), func(key PendingKey) bool {
		p := r.pending[key]
		return r.resting.rows[key] || p.Quiet && !isUnseen(key) || p.waits(r.now(), r.e.opts.Backoff)
	})
	for i, key := range visits {
		unseen := isUnseen(key)
		if i%crowd == 0 && !r.budget.over(shareOfVisits) {
			r.foreseePending(ctx, visits[i:min(i+crowd, len(visits))])
		}
		if i > 0 && r.budget.over(shareOfVisits) {
			r.report.More = true
			r.unvisited[key] = true
			continue
		}
		if unseen {
			r.renew(key) // if it is gone, nothing else will tell
		}
		if err := r.o.revisit(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// foreseePending looks at once at pending items that no Record holds. Those that were met in one folder are
// looked at by a reading of it, where the side can do that: what a first sync has not come to is many.
func (r *run) foreseePending(ctx context.Context, keys []PendingKey) {
	type place struct {
		side Side
		path string
	}
	var list []version
	var order []place
	together := map[place][]version{}
	for _, key := range keys {
		if key.Record != 0 {
			continue
		}
		v := version{key.Side, Stamp{ID: key.ID}}
		list = append(list, v)
		at := place{key.Side, path.Dir(r.pending[key].Path)}
		if together[at] == nil {
			order = append(order, at)
		}
		together[at] = append(together[at], v)
	}
	for _, at := range order {
		if len(together[at]) >= crowdOfFolder {
			r.o.prefetchFolder(ctx, together[at])
		}
	}
	r.o.prefetch(ctx, list)
}

// crowdOfFolder is how many items are worth a reading of their folder, and a look at one that tells which it is.
const crowdOfFolder = 4

// renew lets news about a pending item count: it is neither waited for nor left alone any more.
func (r *run) renew(key PendingKey) {
	if p, ok := r.pending[key]; ok {
		p.NotBefore, p.Quiet = time.Time{}, false
		r.pending[key] = p
		r.woken[key] = true
	}
}

// listAgain lists folders whose contents may have come into scope or left it.
func (r *run) listAgain(ctx context.Context) error {
	list := r.relist
	r.relist = nil
	for _, id := range list {
		n, err := r.o.load(ctx, id)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for _, side := range sides {
			if err := r.o.look(ctx, n, side); err != nil {
				return err
			}
			if err := r.o.listBelow(ctx, n, side); err != nil {
				return err
			}
		}
	}
	return nil
}
