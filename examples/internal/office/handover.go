package office

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/procorebox/procorebox/syncer"
)

// Whoever wants to have the data directory alone asks for it with a sign that counts while its process lives.
// A watch sees the sign, comes to an end of what is under way, closes the directory, and waits until the
// sign is gone: so a request can be lost only together with whoever made it, and keeps nobody waiting then.

// tryAgain is how often a Restore tries whether the others have gone.
const tryAgain = 250 * time.Millisecond

// claimed is a data directory that nobody else has open.
type claimed struct {
	alone *flock.Flock
	asked *sign
}

// claim waits until nobody else has the data directory open, and asks for it if somebody has.
func claim(ctx context.Context, data string, opts RestoreOptions) (c claimed, err error) {
	if c.alone, err = lockAlone(data); err != nil || c.alone != nil {
		return c, err
	}
	if opts.Wait <= 0 {
		return c, inUse(data)
	}
	if c.asked, err = putUp(data, wantsIt, opts.Program); err != nil {
		return c, fmt.Errorf("ask for the data directory: %w", err)
	}
	if c.alone, err = lockSoon(ctx, data, opts); err != nil {
		c.asked.takeDown()
	}
	return c, err
}

// lockSoon locks the data directory when all others have closed it, within a time.
func lockSoon(ctx context.Context, data string, opts RestoreOptions) (*flock.Flock, error) {
	deadline, tick := time.NewTimer(opts.Wait), time.NewTicker(tryAgain)
	defer deadline.Stop()
	defer tick.Stop()
	told := ""
	for {
		who := signsIn(data, hasOpen)
		if now := byName(who); opts.Waiting != nil && now != told {
			told = now
			opts.Waiting(who)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-deadline.C:
			return nil, inUse(data)
		case <-tick.C:
		}
		if alone, err := lockAlone(data); err != nil || alone != nil {
			return alone, err
		}
	}
}

// release gives the directory back, and then says so.
func (c *claimed) release() {
	_ = c.alone.Close()
	c.asked.takeDown()
}

// inUse says who keeps the data directory open.
func inUse(data string) error {
	return fmt.Errorf("the data directory %s is in use by %s; nothing was touched; try again when that has ended: %w",
		data, byName(signsIn(data, hasOpen)), syncer.ErrLocked)
}

// byName names those who have the data directory open.
func byName(all []syncer.Owner) string {
	names := make([]string, len(all))
	for i, o := range all {
		names[i] = o.String()
	}
	if len(names) == 0 {
		return "a process that does not say which" // of an earlier version, or on a full disk
	}
	return strings.Join(names, ", ")
}

// Asked waits until somebody asks for the data directory, as Restore does, and returns who. It looks as
// often as a watch looks at its Links, and fails only when ctx ends.
func (o *Office) Asked(ctx context.Context) (syncer.Owner, error) {
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		if all := signsIn(o.settings.Data, wantsIt); len(all) > 0 {
			return all[0], nil
		}
		select {
		case <-ctx.Done():
			return syncer.Owner{}, ctx.Err()
		case <-tick.C:
		}
	}
}

// Handover is a data directory that somebody has asked for.
type Handover struct{ data, was string }

// HandOver begins to hand the data directory over. The caller closes the Office then.
func (o *Office) HandOver(ctx context.Context) *Handover {
	return &Handover{o.settings.Data, o.incarnation(ctx)}
}

// Over waits until nobody asks for the data directory any more and nobody has it alone, whether they have
// done what they wanted, have given up or have died. It fails only when ctx ends.
func (h *Handover) Over(ctx context.Context) error {
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		if len(signsIn(h.data, wantsIt)) == 0 {
			if shared, err := lockShared(h.data); !errors.Is(err, syncer.ErrLocked) {
				if err == nil {
					_ = shared.Close()
				}
				return ctx.Err() // what else is wrong is told to whoever opens it
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Replaced reports whether what is in the data directory now was put back from a backup meanwhile.
func (h *Handover) Replaced(ctx context.Context, now *Office) bool {
	return now.incarnation(ctx) != h.was
}

// incarnationNote is another one after each Restore.
const incarnationNote = "incarnation"

// incarnation tells a state that was put back from the one before.
func (o *Office) incarnation(ctx context.Context) string {
	found, err := o.file.Notes.Read(ctx, incarnationNote)
	if err != nil {
		return "" // it is damaged
	}
	return string(found[incarnationNote])
}

// reincarnate begins a new one.
func (o *Office) reincarnate(ctx context.Context) error {
	return o.file.Notes.Change(ctx, incarnationNote, func(map[string][]byte) (map[string][]byte, error) {
		return map[string][]byte{incarnationNote: []byte(rand.Text())}, nil
	})
}
