package main

import (
	"context"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer"
)

// another is how long a watch waits that could not open the data directory again, until a signal or until it
// tries once more.
const another = time.Minute

// handOver lets whoever asks for the data directory have it, as "restore" does, and goes on with whatever
// is in it then. It returns nil if the watch is told to end meanwhile.
func (w *watching) handOver(ctx context.Context, now *session, who syncer.Owner, again, hurry <-chan struct{}) *session {
	w.monitor.Away("the data directory is handed over to " + who.String())
	w.tell.say("the data directory is asked for: nothing new is begun, calls under way may end", "by", who.String(), "within", w.f.drain.String())
	h := now.office.HandOver(ctx)
	if err := w.end(now, hurry, "all calls under way have ended"); err != nil {
		w.tell.trouble(err)
	}
	w.tell.say("handed the data directory over; waiting until it is free again")
	o := w.openAgain(ctx, h, again)
	if o == nil {
		return nil
	}
	next := w.begin(ctx, o)
	if h.Replaced(ctx, o.Office) {
		w.tell.say("goes on with what was restored")
	} else {
		w.tell.say("goes on with what it had: nothing was restored")
	}
	return next
}

// openAgain opens the data directory once it is free. What keeps it from being opened then is told once, and
// may be mended by another command. It returns nil when ctx ends.
func (w *watching) openAgain(ctx context.Context, h *office.Handover, again <-chan struct{}) *opened {
	told := ""
	for h.Over(ctx) == nil {
		o, err := w.open(ctx)
		if err == nil {
			return o
		}
		if ctx.Err() == nil && err.Error() != told {
			told = err.Error()
			w.monitor.Away("the data directory was handed over, and cannot be used since: " + told)
			w.tell.trouble(err)
		}
		retry := time.NewTimer(another)
		select {
		case <-ctx.Done():
		case <-again:
		case <-retry.C:
		}
		retry.Stop()
	}
	return nil
}

// stopped says that the watch ends while nothing is under way.
func (w *watching) stopped() {
	notify(daemon.SdNotifyStopping)
	w.monitor.Stopping()
	w.tell.say("stopped: nothing was under way")
}
