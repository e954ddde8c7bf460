package connect_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// processes returns Governors of one credential, as so many processes have them.
func processes(t *testing.T, n int, windows ...connect.Window) []*connect.Governor {
	t.Helper()
	budget := memory.NewBudget(memory.Options{})
	var all []*connect.Governor
	for range n {
		all = append(all, newGovernor(t, connect.GovernorOptions{
			Windows: windows, Budget: budget, Credential: "box:robot",
		}))
	}
	return all
}

func TestProcessesShareACredentialWithinItsLimits(t *testing.T) {
	spike, hour := window("spike", 25, 10*time.Second), window("hour", 1200, time.Hour)
	minute := window("minute", 1000, time.Minute)
	tests := []struct {
		name   string
		n      int
		limits []*limit
		bound  int
		run    time.Duration
	}{
		{"two and a rolling spike window", 2, []*limit{rolling(spike)}, 0, 10 * time.Minute},
		{"two and a fixed spike window", 2, []*limit{aligned(spike)}, 0, 10 * time.Minute},
		{"two and a minute", 2, []*limit{rolling(minute)}, 0, 10 * time.Minute},
		{"two, spike and hour", 2, []*limit{rolling(spike), rolling(hour)}, 1, 3 * time.Hour},
		{"five and a minute", 5, []*limit{rolling(minute)}, 0, 10 * time.Minute},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService(test.limits...)
				run := span(test.run)
				ctx, cancel := context.WithTimeout(t.Context(), run)
				defer cancel()
				var wg sync.WaitGroup
				for i, g := range processes(t, test.n, windowsOf(test.limits...)...) {
					s.load(ctx, &wg, g, 20, call{pair: fmt.Sprint(i), class: syncer.Bulk})
				}
				wg.Wait()
				l := test.limits[test.bound]
				used := float64(len(s.calls)) / (float64(run) / float64(l.Every) * float64(l.Most))
				require.Zero(t, s.refused)
				require.GreaterOrEqual(t, used, 0.95)
				t.Logf("%.1f %% of the window used, %d calls", 100*used, len(s.calls))
				for i := range test.n {
					part := float64(s.count(func(c call) bool { return c.pair == fmt.Sprint(i) })) / float64(len(s.calls))
					require.InDelta(t, 1/float64(test.n), part, 0.2/float64(test.n), "process %d", i) // by whose turn the clock begins
				}
			})
		})
	}
}

func TestWhatADeadProcessWasGrantedComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := rolling(window("minute", 60, time.Minute))
		s := newService(l)
		both := processes(t, 2, l.Window)
		dead, alive := both[0].Lane("dead"), both[1]
		for range 60 { // all of them are granted, and none arrives: the process has died
			require.NoError(t, dead.Wait(t.Context(), syncer.Live, syncer.Cost{Calls: 1}))
		}
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 11*time.Minute)
		defer cancel()
		var wg sync.WaitGroup
		s.load(ctx, &wg, alive, 20, call{pair: "alive", class: syncer.Bulk})
		wg.Wait()
		require.Zero(t, s.refused)
		require.Zero(t, s.within(begin, 0, 59*time.Second, every), "nobody knows that the calls were not made")
		require.GreaterOrEqual(t, s.within(begin, time.Minute, 11*time.Minute, every), 95*600/100)
	})
}

func TestAProcessThatDiesWhileItWaitsHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := rolling(window("spike", 25, 10*time.Second))
		s := newService(l)
		both := processes(t, 2, l.Window)
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		dies, die := context.WithTimeout(t.Context(), 5*time.Minute)
		defer die()
		var wg sync.WaitGroup
		s.load(dies, &wg, both[0], 20, call{pair: "dies", class: syncer.Live})
		s.load(ctx, &wg, both[1], 20, call{pair: "lives", class: syncer.Bulk})
		wg.Wait()
		require.Zero(t, s.refused)
		after := s.within(begin, 5*time.Minute+time.Second, 10*time.Minute, every)
		require.GreaterOrEqual(t, float64(after), 0.95*(299*2.5))
	})
}

func TestLiveCallsOfOneProcessGoBeforeBulkCallsOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := rolling(window("spike", 25, 10*time.Second))
		s := newService(l)
		both := processes(t, 2, l.Window)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		var wg sync.WaitGroup
		s.load(ctx, &wg, both[0], 20, call{pair: "first sync", class: syncer.Bulk})
		s.load(ctx, &wg, both[1], 20, call{pair: "people", class: syncer.Live})
		wg.Wait()
		live := s.count(func(c call) bool { return c.class == syncer.Live })
		require.Zero(t, s.refused)
		require.GreaterOrEqual(t, float64(len(s.calls)), 0.95*60*25)
		// Which of two processes comes first at one instant is chance, so a turn of the bulk calls may
		// be missed now and then; none is ever added.
		share := 1 - float64(live)/float64(len(s.calls))
		require.GreaterOrEqual(t, share, 0.05, "bulk calls do not starve")
		require.LessOrEqual(t, share, 0.13, "live calls go first")
	})
}

func TestWhatOneProcessLearnsTheOthersKnow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		both := processes(t, 2, window("minute", 100, time.Minute))
		one, other := both[0].Lane("a"), both[1].Lane("b")
		cost := syncer.Cost{Calls: 1}
		require.NoError(t, one.Wait(t.Context(), syncer.Live, cost))
		one.Learn(429, header("Retry-After", "20"))
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, one.Wait(ctx, syncer.Live, cost), context.DeadlineExceeded)
		require.NoError(t, other.Wait(t.Context(), syncer.Live, cost))
		require.GreaterOrEqual(t, time.Since(begin), 20*time.Second)
	})
}
