package box_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// sim is a service in memory and a Box that is spoken to over HTTP, with an engine between them. Ann
// works on the service and Bob on Box, where he owns the folder that is synced.
type sim struct {
	source  *syncertest.Service
	ann     *syncertest.User
	bob     bob
	account *account
	root    string // on Box
	store   *memory.Store

	process *process   // that is alive; nil when none is
	moment  sync.Mutex // one instant at a time: the lease is renewed beside the calls
	handles []*syncertest.Handle
	writes  int // requests to Box that change something

	known   map[string]map[string]bool // contents that a user wrote, and the files on Box that held them
	ended   map[string]bool            // contents that a user replaced or deleted
	outside string                     // what stands beside the root on Box
	log     *slog.Logger
	failure string // the first thing that should not be
}

// setup is what a seed draws of Box.
type setup struct {
	Switches        boxtest.Switches
	Replay, Shuffle bool          // of events
	Pace            time.Duration // of folders
	Seed            uint64        // of what goes wrong by chance, and of replays
}

// process is one run of an engine as its machine sees it.
type process struct {
	world    *sim
	cancel   context.CancelFunc
	run      *running
	instants int
	targets  int // writes about an item that is there
	dead     bool
	during   []edit
}

var errDead = errors.New("the process is dead")

func newSim(t *testing.T, s setup, log *slog.Logger) (*sim, error) {
	t.Helper()
	w := &sim{log: log, known: map[string]map[string]bool{}, ended: map[string]bool{}}
	w.account = newAccount(t, boxtest.Options{
		Limits: boxtest.NoLimits, Switches: s.Switches, ReplayEvents: s.Replay, ShuffleEvents: s.Shuffle,
		FolderPace: s.Pace, Seed: s.Seed, Logger: log,
	})
	w.root = w.account.root(t).ID
	w.bob = bob{w.account.ann, "Root 1"}
	elsewhere := w.account.root(t)
	if _, err := w.account.ann.Upload(elsewhere.ID, "a", []byte("outside")); err != nil {
		return nil, err
	}
	w.outside = w.beside()
	info := syncertest.Ordinary()
	info.Names.Unique, info.Settle = syncer.UniqueExact, 10*time.Second
	w.source = syncertest.New(syncertest.Options{Info: info, Now: time.Now, Prefix: "s"}, nil)
	w.ann = w.source.User("ann")
	w.store = memory.New(memory.Options{Fail: func(op memory.Op, _ bool) error { return w.instant("store: " + string(op)) }})
	return w, nil
}

func (w *sim) fail(format string, args ...any) {
	if w.failure == "" {
		w.failure = fmt.Sprintf(format, args...)
		w.log.Error(w.failure)
	}
}

// instant is before and after each call and each write of the state. There users edit, and processes die.
func (w *sim) instant(at string) error {
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

// line is the network between one process and Box.
type line struct {
	world *sim
	next  http.RoundTripper
}

// RoundTrip lets a process die before a request is sent and before its answer comes.
func (l line) RoundTrip(r *http.Request) (*http.Response, error) {
	at := r.Method + " " + r.URL.Path
	if r.Method != http.MethodGet && r.Method != http.MethodOptions {
		l.world.writes++
		l.world.ambush(r.URL.Path)
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

// engine starts what a new process has: connections of its own, and nothing but the store remembered.
func (w *sim) engine(ctx context.Context, faults syncertest.Faults) (*syncer.Engine, []syncer.Stream, error) {
	handle := w.source.Connect()
	handle.Inject(faults)
	handle.OnCall(func(c syncertest.Call) error { return w.instant("source: " + c.Op) })
	w.handles = append(w.handles, handle)
	urls := w.account.URLs()
	client, err := box.New(box.Options{
		Bases:  box.Bases{API: urls.API, Upload: urls.Upload, Login: urls.Login},
		Tokens: box.Fixed(w.account.token), HTTP: line{w, w.account.HTTPClient().Transport},
	})
	if err != nil {
		return nil, nil, err
	}
	home := w.account.Home()
	files, err := box.NewFileSystem(ctx, client, &box.FileSystemOptions{User: &box.User{ID: home.ID, Name: home.Name}, Listings: 1})
	if err != nil {
		return nil, nil, err
	}
	engine, err := syncer.New(w.store, syncer.Pair{
		Name:        "pair",
		Source:      syncer.Endpoint{FS: handle.FileSystem(), Root: handle.Root()},
		Destination: syncer.Endpoint{FS: files, Root: w.root},
	}, &syncer.Options{Parallel: 1, Policies: syncer.Policies{Namer: policy.Replace{}}})
	return engine, []syncer.Stream{
		{Name: "source", Feed: handle, Side: syncer.Source, Pairs: []string{"pair"}},
		{Name: "box", Feed: files, Side: syncer.Destination, Pairs: []string{"pair"}},
	}, err
}

// play lets a process live, which asks the feeds and runs. It returns nil in place of a report that no
// living process made.
func (w *sim) play(ctx context.Context, r *running) *syncer.Report {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for _, f := range r.Faults {
		if err := w.account.Inject(f); err != nil {
			w.fail("%v", err)
		}
	}
	if err := w.account.SetFaultRate(r.Chance); err != nil {
		w.fail("%v", err)
	}
	faults := r.Source
	if r.Random != 0 {
		faults.Rand = rand.New(rand.NewPCG(r.Random, 1))
	}
	p := &process{world: w, cancel: cancel, run: r, during: r.During}
	w.process = p
	defer func() { w.process = nil }()
	report, err := w.live(ctx, r, faults)
	w.log.Info("ran", "report", report, "error", err, "instants", p.instants)
	w.account.ClearFaults()
	if err := w.account.SetFaultRate(0); err != nil {
		w.fail("%v", err)
	}
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

func (w *sim) live(ctx context.Context, r *running, faults syncertest.Faults) (*syncer.Report, error) {
	engine, streams, err := w.engine(ctx, faults)
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
