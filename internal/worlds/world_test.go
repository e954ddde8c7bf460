package worlds_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// world is the documents of a project, or a service in memory, and a folder of Box, with an engine between
// them. Ann works on the source, and Bob on Box.
type world struct {
	desks [2]desk // by side
	store *memory.Store

	process *process   // that is alive; nil when none is
	moment  sync.Mutex // one instant at a time: the lease is renewed beside the calls
	writes  int        // requests that change something

	known   map[string]map[string]bool // contents that a user wrote, and the files that held them
	ended   map[string]bool            // contents that a user replaced or deleted
	outside string                     // what stands beside the roots
	log     *slog.Logger
	failure string // the first thing that should not be
}

// desk is a side as its people and its network see it.
type desk interface {
	// tree is what stands below the root, by path.
	tree() (map[string]found, error)
	// do lets the person do something. What the service refuses is an error.
	do(e edit) error
	// quick lets the person edit what a request is about, and returns the new contents and those before.
	quick(request, text string) (id, old string, ok bool)
	// holds reports whether a file has text still, be it in a trash or as an earlier version.
	holds(id, text string) bool
	// beside tells what is in the account outside of the root.
	beside() string
	// connect returns what a new process has of the side. Its requests go through a line.
	connect(ctx context.Context, l func(http.RoundTripper) http.RoundTripper) (syncer.FileSystem, syncer.Feed, error)
	root() string
	inject(f fault) error
	// chance lets calls of the process that comes next go wrong, as seed says.
	chance(rate float64, seed uint64) error
	clear()
	// ends are the calls made that end something for good, or should not be made at all.
	ends() []string
}

// found is what stands at a path of a side.
type found struct {
	kind       syncer.Kind
	id, parent string
	body       string
}

// setup is what a seed draws of the services.
type setup struct {
	Box             boxtest.Switches
	Procore         procoretest.Switches
	Replay, Shuffle bool          // of Box's events
	Pace            time.Duration // of Box's folders
	Seed            uint64        // of what goes wrong by chance, and of replays
	Memory          bool          // the source is a service in memory, and not Procore
}

// process is one run of an engine as its machine sees it.
type process struct {
	cancel   context.CancelFunc
	run      *running
	instants int
	targets  [2]int // writes about an item that is there, by side
	dead     bool
	during   []edit
}

var errDead = errors.New("the process is dead")

func newWorld(t *testing.T, s setup, log *slog.Logger) (*world, error) {
	t.Helper()
	w := &world{log: log, known: map[string]map[string]bool{}, ended: map[string]bool{}}
	account, err := newBoxDesk(t, s, log)
	if err != nil {
		return nil, err
	}
	w.desks[syncer.Destination] = account
	if s.Memory {
		w.desks[syncer.Source] = newMemoryDesk(w.call)
	} else if w.desks[syncer.Source], err = newProjectDesk(t, s, log); err != nil {
		return nil, err
	}
	w.outside = w.beside()
	w.store = memory.New(memory.Options{Fail: func(op memory.Op, _ bool) error { return w.instant("store: " + string(op)) }})
	return w, nil
}

func (w *world) beside() string { return w.desks[0].beside() + w.desks[1].beside() }

func (w *world) fail(format string, args ...any) {
	if w.failure == "" {
		w.failure = fmt.Sprintf(format, args...)
		w.log.Error(w.failure)
	}
}

// instant is before and after each call and each write of the state. There users edit, and processes die.
func (w *world) instant(at string) error {
	w.moment.Lock()
	defer w.moment.Unlock()
	p := w.process
	if p == nil {
		return nil // a test looks, and no process
	}
	if p.dead {
		return errDead
	}
	p.instants++
	for len(p.during) > 0 && p.during[0].At <= p.instants {
		now := p.during[0]
		p.during = p.during[1:]
		w.edit(now)
	}
	if p.instants == p.run.Kill {
		w.log.Info("killed", "at", at)
		p.dead = true
		p.cancel()
		return errDead
	}
	return nil
}

// call is a moment of a call to a service in memory.
func (w *world) call(c syncertest.Call) error {
	if c.Writes && c.Phase == syncertest.Before {
		w.writes++
	}
	return w.instant("memory: " + c.Op)
}

// line is the network between one process and a service.
type line struct {
	world *world
	side  syncer.Side
	next  http.RoundTripper
}

// RoundTrip lets a process die before a request is sent and before its answer comes.
func (l line) RoundTrip(r *http.Request) (*http.Response, error) {
	at := r.Method + " " + r.URL.Path
	if r.Method != http.MethodGet && r.Method != http.MethodOptions {
		l.world.write(l.side, r.Method, r.URL.Path)
	}
	if err := l.world.instant(at); err != nil {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, err
	}
	answer, err := l.next.RoundTrip(r)
	if dead := l.world.instant(at + ", answered"); dead != nil {
		if err == nil {
			_ = answer.Body.Close()
		}
		return nil, dead
	}
	return answer, err
}

// write counts a request that changes something, and may let a person be quicker. In Procore nobody is
// quicker than a delete: it guards nothing, and what comes between goes to the recycle bin with the item.
func (w *world) write(side syncer.Side, method, request string) {
	w.moment.Lock()
	defer w.moment.Unlock()
	w.writes++
	p := w.process
	if p == nil || p.dead || p.run.Ambush[side] == 0 || side == syncer.Source && method == http.MethodDelete {
		return
	}
	if p.targets[side]++; p.targets[side] != p.run.Ambush[side] {
		return
	}
	text := fmt.Sprint("ambush ", len(w.known))
	id, old, ok := w.desks[side].quick(request, text)
	if !ok {
		return
	}
	if old != "" {
		w.ended[old] = true
	}
	w.known[text] = map[string]bool{key(side, id): true}
	if side == syncer.Source && p.run.disturbed() {
		w.ended[text] = true // if our answer is lost too, it stays an earlier version in Procore
	}
	w.log.Info("ambush", "request", request, "text", text)
}

// engine starts what a new process has: connections of its own, and nothing but the store remembered.
func (w *world) engine(ctx context.Context) (*syncer.Engine, []syncer.Stream, error) {
	pair := syncer.Pair{Name: "pair"}
	var streams []syncer.Stream
	for _, side := range []syncer.Side{syncer.Source, syncer.Destination} {
		files, feed, err := w.desks[side].connect(ctx, func(next http.RoundTripper) http.RoundTripper { return line{w, side, next} })
		if err != nil {
			return nil, nil, err
		}
		*pair.Endpoint(side) = syncer.Endpoint{FS: files, Root: w.desks[side].root()}
		streams = append(streams, syncer.Stream{Name: side.String(), Feed: feed, Side: side, Pairs: []string{"pair"}})
	}
	engine, err := syncer.New(w.store, pair, &syncer.Options{Parallel: 1, Logger: w.log, Policies: syncer.Policies{Namer: policy.Replace{}}})
	return engine, streams, err
}

// play lets a process live, which asks the feeds and runs. It returns nil in place of a report that no
// living process made.
func (w *world) play(ctx context.Context, r *running) *syncer.Report {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w.disturb(r)
	p := &process{cancel: cancel, run: r, during: r.During}
	w.process = p
	defer func() { w.process = nil }()
	report, err := w.live(ctx, r)
	w.log.Info("ran", "report", report, "error", err, "instants", p.instants)
	w.disturb(&running{})
	switch {
	case p.dead:
		time.Sleep(31 * time.Second) // until its lease is over
		return nil
	case err != nil && !r.disturbed() && !errors.Is(err, syncer.ErrHalted):
		w.fail("a run that nothing disturbs fails: %v", err)
	}
	w.remember()
	return report
}

// disturb lets go wrong what r says, and nothing else.
func (w *world) disturb(r *running) {
	for side, d := range w.desks {
		d.clear()
		if err := d.chance(r.Chance[side], r.Random); err != nil {
			w.fail("%v", err)
		}
	}
	for _, f := range r.Faults {
		if err := w.desks[f.On].inject(f); err != nil {
			w.fail("%v", err)
		}
	}
}

func (w *world) live(ctx context.Context, r *running) (*syncer.Report, error) {
	engine, streams, err := w.engine(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range streams {
		if r.Full {
			break // hints wait
		}
		if _, err := s.Poll(ctx, w.store); err != nil {
			return nil, fmt.Errorf("poll %s: %w", s.Name, err)
		}
	}
	o := &syncer.RunOptions{Full: r.Full}
	for {
		report, err := engine.Run(ctx, o)
		halt, halted := errors.AsType[*syncer.Halt](err)
		if !halted || !r.Confirm || len(o.Confirm) > 9 {
			return report, err
		}
		o.Confirm = append(o.Confirm, halt.Evidence)
	}
}

// logTo returns where a world tells what happens in it.
func logTo(out io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug}))
}
