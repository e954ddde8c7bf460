package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/examples/internal/service"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// errSaid ends a command whose trouble is in the log.
var errSaid = errors.New("it was logged")

// watching is a watch with all that belongs to it, from its start to its end. What is read again on SIGHUP
// is in its session.
type watching struct {
	c       *console
	program string
	f       watchFlags
	level   slog.LevelVar
	log     *slog.Logger // nil if nobody asked for one
	tell    *quiet
	monitor *service.Monitor
	door    door
}

// opened is a data directory that can be watched.
type opened struct {
	*office.Office

	hooks *office.Hooks // nil if none are asked for
}

// session is a watch of an open data directory.
type session struct {
	office *opened
	stop   chan struct{}
	cancel context.CancelFunc
	done   chan error
	asked  chan syncer.Owner // who wants to have the data directory
}

// watch keeps all links in step until ctx ends, which drains it.
func (c *console) watch(ctx context.Context, program string, f watchFlags) error {
	w := &watching{c: c, program: program, f: f, monitor: service.NewMonitor(f.stale)}
	p := c.printer(f.json, true)
	w.tell = newQuiet(&paper{p, map[string]map[string]bool{}})
	switch {
	case f.log != "":
		w.log = newLogger(c.stderr, f.log, &w.level)
		w.tell = newQuiet(&logbook{w.log, map[string]place{}})
	case c.verbose:
		w.log = newLogger(c.stderr, "text", slog.LevelDebug)
	}
	err := w.run(ctx)
	if err == nil {
		err = p.err
	}
	if err != nil && f.log != "" {
		w.log.Error("could not go on", "error", err.Error())
		return errSaid
	}
	return err
}

func (w *watching) run(ctx context.Context) (err error) {
	again, hurry, end := signals()
	defer end()
	o, err := w.open(ctx)
	if err != nil && ctx.Err() != nil { // it was told to end before it had begun
		w.stopped()
		return nil
	}
	if err != nil {
		return err
	}
	closing, err := w.listen(ctx)
	defer func() { err = errors.Join(err, closing()) }() // after the watch
	if err != nil {
		return errors.Join(err, o.Close())
	}
	now := w.begin(ctx, o)
	notify(daemon.SdNotifyReady)
	w.tell.say("keeping all links in step; interrupt to stop")
	for {
		select {
		case <-ctx.Done():
			notify(daemon.SdNotifyStopping)
			w.monitor.Stopping()
			w.tell.say("stopping: nothing new is begun, calls under way may end", "within", w.f.drain.String())
			return w.end(now, hurry, "stopped: all calls have ended")
		case <-again:
			if now, err = w.reread(ctx, now, hurry); err != nil {
				return err
			}
		case who := <-now.asked:
			if now = w.handOver(ctx, now, who, again, hurry); now == nil {
				w.stopped()
				return nil
			}
		}
	}
}

// signals tells of those that a service gets: to read settings again, and a second one to stop. The first
// one to stop ends the context that the command got.
func signals() (again, hurry <-chan struct{}, end func()) {
	got := make(chan os.Signal, 8)
	signal.Notify(got, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	reread, second, over := make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	go func() {
		stops := 0
		for {
			select {
			case <-over:
				return
			case s := <-got:
				switch s {
				case syscall.SIGHUP:
					select {
					case reread <- struct{}{}:
					default: // it will be read anyway
					}
				default:
					if stops++; stops == 2 {
						close(second)
					}
				}
			}
		}
	}()
	return reread, second, func() {
		signal.Stop(got)
		close(over)
	}
}

// notify tells systemd, where there is one.
func notify(state string) {
	_, _ = daemon.SdNotify(false, state) // without systemd nobody listens
}

func (w *watching) logger() *slog.Logger {
	if w.log != nil {
		return w.log
	}
	return slog.New(slog.DiscardHandler)
}

// begin watches an open data directory. The end of ctx is not the end of its calls: see end.
func (w *watching) begin(ctx context.Context, o *opened) *session {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s := &session{office: o, stop: make(chan struct{}), cancel: cancel, done: make(chan error, 1), asked: make(chan syncer.Owner, 1)}
	w.monitor.Watch(o.Office)
	opts := office.WatchOptions{
		Every: w.f.every, Stop: s.stop, Trouble: w.tell.trouble,
		Looked: both(w.tell.looked, w.monitor.Looked), Observe: both(w.tell.event, w.monitor.Observe),
		Told: func(l mapping.Link, done *office.Synced) {
			w.tell.told(l, done)
			w.monitor.Told(l, done)
		},
		Hooks: o.hooks, Hooked: w.hooked,
	}
	w.door.hooks.Store(o.hooks)
	go func() { s.done <- o.Watch(ctx, opts) }()
	go func() {
		if who, err := o.Asked(ctx); err == nil {
			s.asked <- who
		}
	}()
	return s
}

// both lets two be told.
func both[T any](a, b func(T)) func(T) {
	return func(t T) {
		a(t)
		b(t)
	}
}

// end drains a session, and says over when that went well: calls that are not over in time, or when somebody
// is in a hurry, are cut off.
func (w *watching) end(s *session, hurry <-chan struct{}, over string) error {
	w.door.hooks.CompareAndSwap(s.office.hooks, nil)
	close(s.stop)
	timer := time.NewTimer(w.f.drain)
	defer timer.Stop()
	defer s.cancel()
	var err error
	select {
	case err = <-s.done:
		w.tell.say(over)
	case <-timer.C:
		w.tell.say("calls that have not ended are cut off; the next run looks what became of them", "after", w.f.drain.String())
		s.cancel()
		err = <-s.done
	case <-hurry:
		w.tell.say("calls that have not ended are cut off at once; the next run looks what became of them")
		s.cancel()
		err = <-s.done
	}
	w.monitor.Watch(nil)
	return errors.Join(err, s.office.Close())
}

// reread opens everything anew and goes on with that, or goes on as before if it cannot be used.
func (w *watching) reread(ctx context.Context, now *session, hurry <-chan struct{}) (*session, error) {
	notify(daemon.SdNotifyReloading + "\n" + daemon.SdNotifyMonotonicUsec())
	defer notify(daemon.SdNotifyReady)
	o, err := w.openAnew(ctx)
	w.monitor.Reloaded(err)
	if err != nil {
		w.tell.trouble(fmt.Errorf("read settings again: going on as before: %w", err))
		return now, nil
	}
	if err := w.end(now, hurry, "reading again: all calls under way have ended"); err != nil {
		return nil, errors.Join(err, o.Close())
	}
	next := w.begin(ctx, o)
	w.tell.say("read again: environment file, key, connections, links and log level", "log_level", w.level.Level().String())
	return next, nil
}
