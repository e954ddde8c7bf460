package sqlite_test

import (
	"context"
	"errors"
	"net/rpc"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// Counted is a service that counts the calls of one credential.
type Counted struct {
	mu    sync.Mutex
	calls []time.Time
	dies  *child // at a call
	at    int
}

// Call counts one.
func (c *Counted) Call(struct{}, *struct{}) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, time.Now())
	if len(c.calls) == c.at {
		c.dies.kill()
	}
	return nil
}

func spikeWindow() connect.Window {
	return connect.Window{Name: "spike", Most: 60, Every: 2 * time.Second}
}

const callFor = 5 * time.Second

// call calls as often as its Governor lets it.
func call(parent *rpc.Client, path string) error {
	b, err := sqlite.OpenBudget(context.Background(), path, sqlite.BudgetOptions{})
	if err != nil {
		return err
	}
	governor, err := connect.NewGovernor(connect.GovernorOptions{
		Windows: []connect.Window{spikeWindow()}, Budget: b, Credential: "box",
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), callFor)
	defer cancel()
	lane := governor.Lane("pair")
	errs := make(chan error, 8)
	for range cap(errs) {
		go func() {
			for {
				err := lane.Wait(ctx, syncer.Live, syncer.Cost{Calls: 1})
				if err == nil {
					err = parent.Call("Parent.Call", struct{}{}, &struct{}{})
				}
				if err != nil {
					errs <- err
					return
				}
			}
		}()
	}
	for range cap(errs) {
		if err := <-errs; !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
	}
	return b.Close()
}

func TestProcessesWithOneBudgetKeepToTheLimitOfTheirCredentialAlsoIfOneIsKilled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "budget.db")
	window := spikeWindow()
	service := &Counted{at: window.Most + window.Most/2}
	service.mu.Lock()
	var children []*child
	for range 3 {
		children = append(children, start(t, "call", path, service))
	}
	service.dies = children[0]
	service.mu.Unlock()
	require.Error(t, children[0].wait(), "it was killed")
	for _, c := range children[1:] {
		require.NoError(t, c.wait())
	}

	// A machine that is busy delays calls for longer than a Governor reckons with.
	const late = 500 * time.Millisecond
	from := 0
	for to, at := range service.calls {
		for at.Sub(service.calls[from]) >= window.Every-late {
			from++
		}
		require.LessOrEqual(t, to-from+1, window.Most, "calls at once")
	}
	spent := len(service.calls)
	require.Greater(t, spent, 2*window.Most, "the others go on")
	t.Logf("%d calls in %s, %d fit in", spent, callFor, window.Most*int(1+callFor/window.Every))
}
