package sqlite_test

import (
	"context"
	"errors"
	"net/rpc"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// Counted is a service that counts the calls of one credential, until there were enough.
type Counted struct {
	mu     sync.Mutex
	calls  []time.Time // when each was let through
	stood  time.Duration
	dies   *child // at a call
	at     int
	enough int
}

// Let is when a call was let through, and the longest for which its process had stood still until then.
type Let struct {
	At    time.Time
	Stood time.Duration
}

// Call counts a call, and tells when there were enough.
func (c *Counted) Call(l Let, enough *bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, l.At)
	c.stood = max(c.stood, l.Stood)
	if len(c.calls) == c.at {
		c.dies.kill()
	}
	*enough = len(c.calls) >= c.enough
	return nil
}

// pulse notices when its process stands still: what was decided before that is told after it.
type pulse struct {
	mu    sync.Mutex
	beat  time.Time
	stood time.Duration
}

func (p *pulse) feel() Let {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if !p.beat.IsZero() {
		p.stood = max(p.stood, now.Sub(p.beat))
	}
	return Let{now, p.stood}
}

// keep beats until ctx ends.
func (p *pulse) keep(ctx context.Context) {
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for ctx.Err() == nil {
		p.feel()
		p.mu.Lock()
		p.beat = time.Now()
		p.mu.Unlock()
		<-ticker.C
	}
}

func spikeWindow() connect.Window {
	return connect.Window{Name: "spike", Most: 60, Every: 2 * time.Second}
}

// call calls as often as its Governor lets it, until the service has enough.
func call(parent *rpc.Client, path string) error {
	b, err := sqlite.OpenBudget(context.Background(), path, sqlite.BudgetOptions{Busy: time.Minute})
	if err != nil {
		return err
	}
	governor, err := connect.NewGovernor(connect.GovernorOptions{
		Windows: []connect.Window{spikeWindow()}, Budget: b, Credential: "box",
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	lane := governor.Lane("pair")
	var alive pulse
	go alive.keep(ctx)
	errs := make(chan error, 8)
	for range cap(errs) {
		go func() {
			for {
				enough := false
				err := lane.Wait(ctx, syncer.Live, syncer.Cost{Calls: 1})
				if err == nil {
					err = parent.Call("Parent.Call", alive.feel(), &enough)
				}
				if enough {
					cancel()
				}
				if err != nil {
					errs <- err
					return
				}
			}
		}()
	}
	for range cap(errs) {
		if err := <-errs; !errors.Is(err, context.Canceled) {
			return err
		}
	}
	return b.Close()
}

func TestProcessesWithOneBudgetKeepToTheLimitOfTheirCredentialAlsoIfOneIsKilled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "budget.db")
	window := spikeWindow()
	service := &Counted{at: window.Most + window.Most/2, enough: 5 * window.Most / 2}
	service.mu.Lock()
	var children []*child
	for range 3 {
		children = append(children, start(t, "call", path, service))
	}
	service.dies = children[0]
	service.mu.Unlock()
	require.Error(t, children[0].wait(), "it was killed")
	for _, c := range children[1:] {
		require.NoError(t, c.wait(), "the others go on")
	}
	require.GreaterOrEqual(t, len(service.calls), service.enough)

	// What passes between a decision of a Governor and the clock that is read after it is more than
	// nothing on a machine that is busy, and as long as it takes where all stands still.
	late := 500*time.Millisecond + service.stood
	slices.SortFunc(service.calls, time.Time.Compare)
	from := 0
	for to, at := range service.calls {
		for from < to && at.Sub(service.calls[from]) >= window.Every-late {
			from++
		}
		require.LessOrEqual(t, to-from+1, window.Most, "calls at once")
	}
	first, last := service.calls[0], service.calls[len(service.calls)-1]
	t.Logf("%d calls in %s; the processes stood still for %s at most", len(service.calls), last.Sub(first), service.stood)
}
