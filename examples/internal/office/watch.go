package office

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"sync"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// How long a watch waits for what.
const (
	defaultEvery = time.Minute      // between two questions to a service that cannot be listened to
	breath       = 2 * time.Second  // between being told of a change and asking which
	soon         = time.Minute      // until what waits is looked at again
	late         = 15 * time.Minute // until what is settled, or waits for a person, is looked at again
)

// WatchOptions may be left zero.
type WatchOptions struct {
	// Every is how often Procore is asked for changes; 0 means once a minute. Box tells them by itself.
	Every time.Duration
	// Stop, once it is closed, ends the watch: nothing new is started, and calls that are under way go on
	// to their end. It may be nil.
	Stop <-chan struct{}
	// Observe is told how runs get on, Told of the end of each; both by one goroutine at a time. Looked is
	// told, before each question to the services, which Links are kept in step. What is wrong beside the runs
	// is told to Trouble. All four may be nil.
	Observe func(syncer.Event)
	Told    func(l mapping.Link, s *Synced)
	Looked  func(kept []mapping.Link)
	Trouble func(err error)
	// Hooks, if not nil, are the webhooks that the watch keeps: what they tell of is looked at within seconds, and
	// Procore is asked less often. Hooked is told what became of them, whenever that has changed; it may be nil.
	Hooks  *Hooks
	Hooked func([]HookState)
}

// Watch keeps all Links in step that no person has paused until it is stopped or ctx ends, and returns nil
// then. Links that are made, changed, paused or removed in the meantime, and connections that are made, by other processes too, count from
// the next question on: a service that does not take the sign-in ends nothing. Each Link is worked on by itself: a long first sync of one keeps nobody waiting. A
// ctx that ends cuts calls off; the next run looks what became of them.
func (o *Office) Watch(ctx context.Context, opts WatchOptions) error {
	if opts.Every <= 0 {
		opts.Every = defaultEvery
	}
	w := &watch{office: o, opts: opts, workers: map[string]*worker{}}
	defer w.running.Wait()
	idle, end := until(ctx, opts.Stop)
	defer end()
	if h := opts.Hooks; h != nil {
		h.onWake(w.heard)
		defer h.onWake(nil)
		w.running.Go(func() { w.keepHooks(idle) })
	}
	for idle.Err() == nil {
		if err := w.look(ctx, idle); err != nil && idle.Err() == nil {
			w.trouble(err)
		}
		w.rest(idle)
	}
	w.crew.Lock()
	defer w.crew.Unlock()
	for _, k := range w.workers {
		k.leave()
	}
	return nil
}

// until returns a context for what need not come to its end: it ends with ctx, and with stop.
func until(ctx context.Context, stop <-chan struct{}) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if stop != nil {
		go func() {
			select {
			case <-stop:
				cancel()
			case <-ctx.Done():
			}
		}()
	}
	return ctx, cancel
}

type watch struct {
	office  *Office
	opts    WatchOptions
	crew    sync.Mutex // for workers
	workers map[string]*worker
	since   map[Service]time.Time // when the stored connections were made
	running sync.WaitGroup
	mu      sync.Mutex // for those who are told
}

// A worker keeps one Link in step.
type worker struct {
	nudge chan struct{}
	news  chan struct{} // of a webhook
	stop  chan struct{} // closed when it should leave
	gone  chan struct{} // closed when it has left
	once  sync.Once
}

// leave lets the worker end the calls that are under way, and no more.
func (k *worker) leave() { k.once.Do(func() { close(k.stop) }) }

func (k *worker) left() bool {
	select {
	case <-k.gone:
		return true
	default:
		return false
	}
}

func (w *watch) trouble(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.opts.Trouble != nil {
		w.opts.Trouble(err)
	}
}

// look sees which Links there are, and asks the services what has changed. The questions end with idle,
// the workers with ctx.
func (w *watch) look(ctx, idle context.Context) error {
	renewed, err := w.connections(idle)
	if err != nil {
		return err
	}
	chosen, err := w.office.Choose(idle, "")
	if err != nil {
		return err
	}
	w.looked(chosen)
	w.staff(ctx, chosen)
	if renewed {
		w.wakeAll() // perhaps it was that which they waited for
	}
	if h := w.opts.Hooks; h != nil {
		if renewed {
			h.forget()
		}
		h.follow(idle, chosen)
	}
	_, unheard := w.office.Links.Poll(idle)
	var ended endings
	ended.poll(unheard, chosen, func(l mapping.Link, t mapping.Tool) bool { return l.Roots[t].Paused != "" })
	for _, l := range chosen {
		if err := w.call(idle, l); err != nil {
			return errors.Join(ended.err(), err)
		}
	}
	return ended.err()
}

// connections sees whether somebody has connected to a service since it was looked last, and lets that count from now on.
func (w *watch) connections(ctx context.Context) (renewed bool, err error) {
	now := map[Service]time.Time{}
	for _, s := range []Service{BoxService, ProcoreService} {
		c, err := w.office.connection(ctx, s)
		switch {
		case err == nil:
			now[s] = c.Since
		case !errors.Is(err, fs.ErrNotExist):
			return false, err
		}
	}
	if renewed = w.since != nil && !maps.Equal(w.since, now); renewed {
		w.office.reconnect()
	}
	w.since = now
	return renewed, nil
}

// call wakes the worker of a Link that hints wait for, whoever has heard them: a run of another Link or
// another process asks for all.
func (w *watch) call(ctx context.Context, l mapping.Link) error {
	for _, t := range l.Tools {
		n, err := w.office.Inbox(ctx, l, t)
		if err != nil {
			return err
		}
		if n > 0 {
			w.worker(l.ID).wake()
		}
	}
	return nil
}

func (w *watch) looked(kept []mapping.Link) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.opts.Looked != nil {
		w.opts.Looked(kept)
	}
}

// staff gives each of the Links a worker, and sends those of others home. One that is still on its way is
// not replaced before it has left: two would be in each other's way.
func (w *watch) staff(ctx context.Context, chosen []mapping.Link) {
	here := map[string]bool{}
	for _, l := range chosen {
		here[l.ID] = true
	}
	w.crew.Lock()
	defer w.crew.Unlock()
	for id, k := range w.workers {
		if !here[id] {
			k.leave()
		}
		if k.left() {
			delete(w.workers, id)
		}
	}
	for id := range here {
		if w.workers[id] == nil {
			w.start(ctx, id)
		}
	}
}

// worker returns that of a Link, nil if there is none.
func (w *watch) worker(id string) *worker {
	w.crew.Lock()
	defer w.crew.Unlock()
	return w.workers[id]
}

func (k *worker) wake() { signal(k.nudge) }

// signal never waits: one that was not heard yet is as good as two.
func signal(to chan struct{}) {
	select {
	case to <- struct{}{}:
	default:
	}
}

// rest waits until there is something to ask for.
func (w *watch) rest(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, w.opts.Every)
	defer cancel()
	if w.office.awaitBox(ctx) != nil {
		<-ctx.Done()
		return
	}
	// Changes come in swarms, and many are our own.
	pause := time.NewTimer(breath)
	defer pause.Stop()
	select {
	case <-pause.C:
	case <-ctx.Done():
	}
}

// awaitBox returns nil when something has happened in Box since it was asked last.
func (o *Office) awaitBox(ctx context.Context) error {
	b, err := o.Box(ctx)
	if err != nil {
		return err
	}
	at, err := o.file.Store.Cursor(ctx, o.stream(BoxService, b.user.ID))
	if err != nil {
		return err
	}
	if at == "" {
		return errors.New("nobody has asked yet")
	}
	return b.Files.Wait(ctx, at)
}

func (w *watch) start(ctx context.Context, id string) {
	k := &worker{nudge: make(chan struct{}, 1), news: make(chan struct{}, 1), stop: make(chan struct{}), gone: make(chan struct{})}
	w.workers[id] = k
	w.running.Go(func() {
		defer close(k.gone)
		for ctx.Err() == nil && !closed(k.stop) {
			seen := w.office.nudged(ctx, id)
			k.pause(ctx, w.sync(ctx, id, k.stop), func() bool { return w.office.nudged(ctx, id) != seen })
		}
	})
}

// closed reports whether a channel that nothing is sent on is closed; a nil one never is.
func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// pause waits for a nudge, of the watch or of a person, for news, and no longer than d. With the first news
// others come, which the same run should look at.
func (k *worker) pause(ctx context.Context, d time.Duration, nudged func() bool) {
	timer, tick, news := time.NewTimer(d), time.NewTicker(glance), k.news
	defer timer.Stop()
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-k.stop:
			return
		case <-k.nudge:
			return
		case <-news:
			timer.Reset(breath)
			news = nil
		case <-timer.C:
			return
		case <-tick.C:
			if nudged() {
				return
			}
		}
	}
}

// sync runs a Link once and returns when to do so again.
func (w *watch) sync(ctx context.Context, id string, stop <-chan struct{}) time.Duration {
	done, err := w.office.Sync(ctx, id, SyncOptions{By: "watch", Stop: stop, Observe: w.observe})
	if err != nil {
		if ctx.Err() == nil && !errors.Is(err, fs.ErrNotExist) { // one that was removed is no trouble
			w.trouble(err)
		}
		return soon
	}
	l, err := w.office.Links.Get(context.WithoutCancel(ctx), id)
	if err != nil {
		return soon // it was removed just now
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.opts.Told != nil {
		w.opts.Told(l, done)
	}
	if done.leftToPeople() {
		return late
	}
	return soon
}

func (w *watch) observe(e syncer.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.opts.Observe != nil {
		w.opts.Observe(e)
	}
}

// wakeAll has every worker begin at once.
func (w *watch) wakeAll() {
	w.crew.Lock()
	defer w.crew.Unlock()
	for _, k := range w.workers {
		k.wake()
	}
}
