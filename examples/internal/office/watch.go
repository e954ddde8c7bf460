package office

import (
	"context"
	"errors"
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
	late         = 15 * time.Minute // until what is settled is looked at again
)

// WatchOptions may be left zero.
type WatchOptions struct {
	// Every is how often Procore is asked for changes; 0 means once a minute. Box tells them by itself.
	Every time.Duration
	// Observe is told how runs get on, Told of the end of each; both by one goroutine at a time. What is
	// wrong beside the runs is told to Trouble. All three may be nil.
	Observe func(syncer.Event)
	Told    func(l mapping.Link, s *Synced)
	Trouble func(err error)
}

// Watch keeps all Links in step that no person has paused until ctx ends, and returns nil then. Links that
// are made, changed, paused or removed in the meantime, by other processes too, count from the next
// question on. Each Link is worked on by itself: a long first sync of one keeps nobody waiting.
func (o *Office) Watch(ctx context.Context, opts WatchOptions) error {
	if opts.Every <= 0 {
		opts.Every = defaultEvery
	}
	w := &watch{office: o, opts: opts, workers: map[string]*worker{}}
	defer w.end()
	for ctx.Err() == nil {
		if err := w.look(ctx); err != nil && ctx.Err() == nil {
			w.trouble(err)
		}
		w.rest(ctx)
	}
	return nil
}

type watch struct {
	office  *Office
	opts    WatchOptions
	workers map[string]*worker
	running sync.WaitGroup
	mu      sync.Mutex // for those who are told
}

// A worker keeps one Link in step.
type worker struct {
	stop  context.CancelFunc
	nudge chan struct{}
}

func (w *watch) end() {
	for _, k := range w.workers {
		k.stop()
	}
	w.running.Wait()
}

func (w *watch) trouble(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.opts.Trouble != nil {
		w.opts.Trouble(err)
	}
}

// look sees which Links there are, and asks the services what has changed.
func (w *watch) look(ctx context.Context) error {
	chosen, err := w.office.Choose(ctx, "")
	if err != nil {
		return err
	}
	here := map[string]bool{}
	for _, l := range chosen {
		here[l.ID] = true
		if w.workers[l.ID] == nil {
			w.start(ctx, l.ID)
		}
	}
	for id, k := range w.workers {
		if !here[id] {
			k.stop()
			delete(w.workers, id)
		}
	}
	hints, err := w.office.Links.Poll(ctx)
	for _, l := range chosen {
		for _, t := range l.Tools {
			if hints[l.Pair(t)] > 0 {
				w.workers[l.ID].wake()
			}
		}
	}
	return err
}

func (k *worker) wake() {
	select {
	case k.nudge <- struct{}{}:
	default: // it will look anyway
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
	ctx, stop := context.WithCancel(ctx)
	k := &worker{stop: stop, nudge: make(chan struct{}, 1)}
	w.workers[id] = k
	w.running.Go(func() {
		for ctx.Err() == nil {
			k.pause(ctx, w.sync(ctx, id))
		}
	})
}

// pause waits for a nudge, and no longer than d.
func (k *worker) pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-k.nudge:
	case <-timer.C:
	}
}

// sync runs a Link once and returns when to do so again.
func (w *watch) sync(ctx context.Context, id string) time.Duration {
	done, err := w.office.Sync(ctx, id, SyncOptions{Observe: w.observe})
	if ctx.Err() != nil {
		return 0
	}
	if err != nil {
		w.trouble(err)
		return soon
	}
	l, err := w.office.Links.Get(ctx, id)
	if err != nil {
		return soon // it was removed just now
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.opts.Told != nil {
		w.opts.Told(l, done)
	}
	if done.Settled() {
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
