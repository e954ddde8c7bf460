package connect_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

var hourly = []connect.Window{window("spike", 25, 10*time.Second), window("hour", 3600, time.Hour)}

func oneCall() syncer.Cost { return syncer.Cost{Calls: 1} }

func TestALiveCallHardlyWaitsWhileAFirstSyncRuns(t *testing.T) {
	for _, bulk := range []string{"the same pair", "another pair"} {
		t.Run(bulk, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService(rolling(hourly[0]), rolling(hourly[1]))
				g := newGovernor(t, connect.GovernorOptions{Windows: hourly})
				run := span(3 * time.Hour)
				ctx, cancel := context.WithTimeout(t.Context(), run)
				defer cancel()
				var wg sync.WaitGroup
				s.load(ctx, &wg, g, 30, call{pair: bulk, class: syncer.Bulk})
				var waits []time.Duration
				lane := g.Lane("the same pair")
				for range int(run/time.Minute) - 1 { // somebody saves a file every minute
					time.Sleep(time.Minute)
					began := time.Now()
					require.NoError(t, lane.Wait(t.Context(), syncer.Live, oneCall()))
					waits = append(waits, time.Since(began))
					s.arrive(call{pair: "people", class: syncer.Live})
				}
				wg.Wait()
				require.Zero(t, s.refused)
				slices.Sort(waits)
				require.LessOrEqual(t, waits[len(waits)/2], 2*time.Second)
				require.LessOrEqual(t, waits[len(waits)-1], 15*time.Second)
				t.Logf("live calls wait %s, at most %s", waits[len(waits)/2], waits[len(waits)-1])
			})
		})
	}
}

func TestHalfOfAnEmptyWindowIsRushedThroughAndTheRestIsSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := rolling(window("hour", 3600, time.Hour))
		s := newService(l)
		s.travel, s.work = 0, 0
		g := newGovernor(t, connect.GovernorOptions{Windows: windowsOf(l)})
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		var wg sync.WaitGroup
		s.load(ctx, &wg, g, 1, call{pair: "a", class: syncer.Bulk})
		wg.Wait()
		require.InDelta(t, 1800, s.within(begin, 0, time.Second, every), 20)
		for quarter := range 4 {
			from := time.Second + time.Duration(quarter)*15*time.Minute
			require.InDelta(t, 450, s.within(begin, from, from+15*time.Minute, every), 20)
		}
	})
}

func TestOfTenCallsOneIsBulkWhereBothWaitAllTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(rolling(hourly[0]))
		g := newGovernor(t, connect.GovernorOptions{Windows: hourly[:1]})
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
		defer cancel()
		var wg sync.WaitGroup
		s.load(ctx, &wg, g, 20, call{pair: "people", class: syncer.Live})
		s.load(ctx, &wg, g, 20, call{pair: "first sync", class: syncer.Bulk})
		wg.Wait()
		require.Zero(t, s.refused)
		bulk := s.count(func(c call) bool { return c.class == syncer.Bulk })
		require.InDelta(t, 0.1, float64(bulk)/float64(len(s.calls)), 0.01)
		require.GreaterOrEqual(t, len(s.calls), 95*120*25/100)
	})
}

func TestPairsTakeTurnsWhoeverHasMoreCallsWaiting(t *testing.T) {
	for _, class := range []syncer.Class{syncer.Live, syncer.Bulk} {
		synctest.Test(t, func(t *testing.T) {
			s := newService(rolling(hourly[0]))
			g := newGovernor(t, connect.GovernorOptions{Windows: hourly[:1]})
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
			defer cancel()
			var wg sync.WaitGroup
			s.load(ctx, &wg, g, 1000, call{pair: "large", class: class})
			s.load(ctx, &wg, g, 30, call{pair: "small", class: class})
			wg.Wait()
			small := s.count(func(c call) bool { return c.pair == "small" })
			require.InDelta(t, 0.5, float64(small)/float64(len(s.calls)), 0.02)
		})
	}
}

func TestAPairThatComesLaterHasNoClaimOnWhatItMissed(t *testing.T) {
	for _, n := range []int{1, 2} {
		synctest.Test(t, func(t *testing.T) {
			s := newService(rolling(hourly[0]))
			all := processes(t, n, hourly[0])
			begin := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
			defer cancel()
			var wg sync.WaitGroup
			s.load(ctx, &wg, all[0], 30, call{pair: "first", class: syncer.Live})
			time.Sleep(10 * time.Minute)
			s.load(ctx, &wg, all[n-1], 30, call{pair: "later", class: syncer.Live})
			wg.Wait()
			first := s.within(begin, 11*time.Minute, 14*time.Minute, func(c call) bool { return c.pair == "first" })
			require.InDelta(t, 0.5, float64(first)/float64(s.within(begin, 11*time.Minute, 14*time.Minute, every)), 0.05)
		})
	}
}

func TestThePairWithOneCallIsNextThoughAnotherHasAThousandWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGovernor(t, connect.GovernorOptions{Windows: hourly[:1]})
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() { _ = g.Lane("large").Wait(ctx, syncer.Live, oneCall()) })
		}
		synctest.Wait()
		begin := time.Now()
		require.NoError(t, g.Lane("small").Wait(ctx, syncer.Live, oneCall()))
		require.LessOrEqual(t, time.Since(begin), 10*time.Second+300*time.Millisecond, "it goes with the first that go at all")
		cancel()
		wg.Wait()
	})
}

func TestACallOfAKindThatHasToWaitLetsOthersPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		uploads := connect.Window{Name: "uploads", Kind: connect.KindUpload, Most: 2, Every: time.Minute}
		g := newGovernor(t, connect.GovernorOptions{Windows: []connect.Window{window("minute", 1000, time.Minute), uploads}})
		lane := g.Lane("a")
		upload := connect.WithKind(t.Context(), connect.KindUpload)
		var wg sync.WaitGroup
		begin := time.Now()
		for range 100 {
			wg.Go(func() { _ = lane.Wait(upload, syncer.Live, oneCall()) })
		}
		synctest.Wait()
		for range 100 {
			require.NoError(t, lane.Wait(t.Context(), syncer.Live, oneCall()))
		}
		require.Zero(t, time.Since(begin))
		wg.Wait()
		require.InDelta(t, 49*time.Minute, time.Since(begin), float64(2*time.Minute))
	})
}

func TestSeveralCallsAtOnceAreNotPassedBySingleOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(rolling(hourly[0]))
		g := newGovernor(t, connect.GovernorOptions{Windows: hourly[:1]})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		var wg sync.WaitGroup
		s.load(ctx, &wg, g, 20, call{pair: "singles", class: syncer.Live})
		time.Sleep(time.Minute)
		begin := time.Now()
		require.NoError(t, g.Lane("several").Wait(ctx, syncer.Live, syncer.Cost{Calls: 20}))
		require.LessOrEqual(t, time.Since(begin), 11*time.Second)
		for range 20 {
			s.arrive(call{pair: "several"})
		}
		wg.Wait()
		require.Zero(t, s.refused)
	})
}
