package syncertest_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// everyWayInABubble is everyWay on virtual time.
func everyWayInABubble(f func(t *testing.T, s *stage)) func(*testing.T) {
	return func(t *testing.T) {
		for _, mirrored := range []bool{false, true} {
			for _, w := range []way{scanned, hinted} {
				t.Run(fmt.Sprintf("%s-mirrored-%t", w, mirrored), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { f(t, newStage(t, w, mirrored)) })
				})
			}
		}
	}
}

// counter is what a service does about the calls of one credential: it counts those of the last
// minutes, and tells of the window that has least left.
type counter struct {
	mu      sync.Mutex
	windows []connect.Window
	calls   []time.Time // that were let in
	refused []time.Time
	storm   time.Time // until then every call is refused
}

// call counts one and answers it.
func (c *counter) call() (status int, h http.Header, r connect.Reading) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if now.Before(c.storm) {
		c.refused = append(c.refused, now)
		return http.StatusTooManyRequests, http.Header{"Retry-After": {"60"}}, r
	}
	for i, w := range c.windows {
		used, first := 0, now
		for _, at := range c.calls {
			if now.Sub(at) < w.Every {
				used++
				first = minTime(first, at)
			}
		}
		if left := w.Most - used; i == 0 || left < r.Remaining {
			r = connect.Reading{Limit: w.Most, Remaining: left, In: first.Add(w.Every).Sub(now)}
		}
	}
	if r.Remaining <= 0 {
		c.refused = append(c.refused, now)
		r.Remaining = 0
		return http.StatusTooManyRequests, http.Header{}, r
	}
	r.Remaining--
	c.calls = append(c.calls, now)
	return http.StatusOK, http.Header{}, r
}

func minTime(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// govern makes each call of a side as a connector makes it: through a Governor, and once more if it
// is refused.
func (c *counter) govern(t *testing.T, e *end, known ...connect.Window) *connect.Governor {
	t.Helper()
	var mu sync.Mutex
	var told connect.Reading
	g, err := connect.NewGovernor(connect.GovernorOptions{
		Windows: known, Patience: 24 * time.Hour,
		Read: func(int, http.Header) []connect.Reading { return []connect.Reading{told} },
	})
	require.NoError(t, err)
	lane := g.Lane("pair")
	e.conn.OnCall(func(call syncertest.Call) error {
		if call.Phase != syncertest.Before {
			return nil
		}
		for range 20 {
			if err := lane.Wait(t.Context(), syncer.Bulk, syncer.Cost{Calls: 1}); err != nil {
				return err
			}
			mu.Lock()
			status, h, r := c.call()
			told = r
			lane.Learn(status, h)
			mu.Unlock()
			if status == http.StatusOK {
				return nil
			}
		}
		return fmt.Errorf("refused 20 times: %w", syncer.ErrBusy)
	})
	return g
}

func spikeVersusHour(t *testing.T, _ *stage) {
	everyWayInABubble(func(t *testing.T, s *stage) {
		spike := connect.Window{Name: "spike", Most: 10, Every: 10 * time.Second}
		hour := connect.Window{Name: "hour", Most: 60, Every: time.Hour}
		s.given(syncertest.Tree{"keep": "k"})
		for i := range 150 {
			s.a.Write(fmt.Sprintf("folder %d/file %d", i%5, i), fmt.Sprint(i))
		}
		service := &counter{windows: []connect.Window{spike, hour}}
		g := service.govern(t, s.b, spike, connect.Window{Name: "hour", Every: time.Hour})
		begin := time.Now()
		s.run()
		s.requireEqualTrees()
		require.LessOrEqual(t, len(service.refused), 1, "the answers tell of the hour when the spike has more left")
		most := time.Duration(len(service.calls)/hour.Most+1) * time.Hour
		require.LessOrEqual(t, time.Since(begin), most, "%d calls", len(service.calls))
		require.GreaterOrEqual(t, time.Since(begin), most-2*time.Hour)
		for _, u := range g.Usage() {
			require.NotZero(t, u.Most, "the answers tell of %s", u.Window)
		}
	})(t)
}

func waitForTheReset(t *testing.T) {
	everyWayInABubble(func(t *testing.T, s *stage) {
		base := syncertest.Tree{}
		for i := range 50 {
			base[fmt.Sprint("file ", i)] = "1"
		}
		s.given(base, limited(100))
		for at := range base {
			s.a.Write(at, "2")
		}
		minute := connect.Window{Name: "minute", Most: 1000, Every: time.Minute}
		service := &counter{windows: []connect.Window{minute}, storm: time.Now().Add(5 * time.Minute)}
		service.govern(t, s.b, minute)
		s.run()
		s.requireEqualTrees()
		s.requireCharged(0)
		s.requireSettled()
		parallel := 4 // as many as an engine begins at once
		require.LessOrEqual(t, len(service.refused), parallel+4, "after each reset one call looks whether the storm is over")
		require.GreaterOrEqual(t, service.calls[0].Sub(service.refused[0]), 5*time.Minute)
	})(t)
}

func pollMoreSlowly(t *testing.T) {
	everyWayInABubble(func(t *testing.T, s *stage) {
		const month = 30 * 24 * time.Hour
		s.given(syncertest.Tree{"keep": "k"})
		allowance := connect.Window{Name: "month", Most: 1000, Every: month}
		g, err := connect.NewGovernor(connect.GovernorOptions{Windows: []connect.Window{allowance}})
		require.NoError(t, err)
		lane := g.Lane("pair")
		ctx, cancel := context.WithTimeout(t.Context(), month)
		defer cancel()
		begin := time.Now()
		var polls []time.Duration
		for lane.Wait(ctx, syncer.Bulk, syncer.Cost{Calls: 1}) == nil {
			polls = append(polls, time.Since(begin))
			if len(polls)%100 == 0 { // somebody edits, and that goes out at once
				s.a.Write("keep", fmt.Sprint(len(polls)))
				for range 5 {
					began := time.Now()
					require.NoError(t, lane.Wait(ctx, syncer.Live, syncer.Cost{Calls: 1}))
					require.Zero(t, time.Since(began))
				}
				s.run()
				s.requireEqualTrees()
			}
			time.Sleep(10 * time.Second)
		}
		half := polls[450]
		require.Less(t, half, 2*time.Hour, "at first every ten seconds")
		for i, at := range polls[550:] {
			require.Greater(t, at-polls[550+i-1], 30*time.Minute, "then more slowly")
		}
		used := g.Usage()[0]
		require.LessOrEqual(t, used.Used, used.Most)
		require.GreaterOrEqual(t, used.Used, 95*used.Most/100, "but as often as there are calls")
	})(t)
}
