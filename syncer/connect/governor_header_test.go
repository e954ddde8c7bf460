package connect_test

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

func TestLimitsThatOnlyAnswersTellAreKept(t *testing.T) {
	spike, hour := window("spike", 25, 10*time.Second), window("hour", 1200, time.Hour)
	unknown := func(w connect.Window) connect.Window { w.Most = 0; return w }
	tests := []struct {
		name  string
		knows []connect.Window
	}{
		{"all are known", []connect.Window{spike, hour}},
		{"the long one is told late", []connect.Window{spike, unknown(hour)}},
		{"nothing is known before the first answer", []connect.Window{unknown(spike), unknown(hour)}},
		{"what is known of the short one is too low", []connect.Window{window("spike", 20, 10*time.Second), hour}},
		{"what is known of the long one is too high", []connect.Window{spike, window("hour", 12_000, time.Hour)}},
	}
	for _, test := range tests {
		for _, kind := range []string{"rolling", "fixed"} {
			t.Run(test.name+", "+kind, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newService(&limit{Window: spike, aligned: kind == "fixed"}, &limit{Window: hour, aligned: kind == "fixed"})
					s.tells = tellsNearest
					g := newGovernor(t, connect.GovernorOptions{Windows: test.knows, Read: readNearest})
					run := span(4 * time.Hour)
					ctx, cancel := context.WithTimeout(t.Context(), run)
					defer cancel()
					var wg sync.WaitGroup
					s.load(ctx, &wg, g, 20, call{pair: "a", class: syncer.Bulk})
					wg.Wait()
					require.Zero(t, s.avoidable)
					require.LessOrEqual(t, s.refused, 20, "no more than what was under way")
					require.GreaterOrEqual(t, len(s.calls), 95*int(run/time.Hour)*1200/100)
					t.Logf("%.1f %% used, %d refused", float64(len(s.calls))/run.Hours()/12, s.refused)
				})
			})
		}
	}
}

func TestALimitThatChangesIsKeptFromTheFirstAnswerThatTellsIt(t *testing.T) {
	for _, most := range []int{10, 40} {
		t.Run(strconv.Itoa(most), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				spike := window("spike", 25, 10*time.Second)
				l := rolling(spike)
				s := newService(l)
				s.tells = tellsNearest
				g := newGovernor(t, connect.GovernorOptions{Windows: []connect.Window{spike}, Read: readNearest})
				begin := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
				defer cancel()
				var wg sync.WaitGroup
				s.load(ctx, &wg, g, 6, call{pair: "a", class: syncer.Bulk})
				var late int
				time.AfterFunc(5*time.Minute, func() {
					s.mu.Lock()
					defer s.mu.Unlock()
					l.Most = most
				})
				time.AfterFunc(5*time.Minute+2*time.Second, func() {
					s.mu.Lock()
					defer s.mu.Unlock()
					late = s.refused
				})
				wg.Wait()
				require.LessOrEqual(t, late, 6, "no more than what was under way")
				require.Equal(t, late, s.refused)
				last := s.within(begin, 10*time.Minute, 20*time.Minute, every)
				require.GreaterOrEqual(t, last, 95*60*most/100)
			})
		})
	}
}

func TestCallsOfAnotherProgramAreSeenInTheAnswers(t *testing.T) {
	for _, fixed := range []bool{false, true} {
		t.Run(strconv.FormatBool(fixed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := window("minute", 300, time.Minute)
				w.Fixed = fixed
				l := &limit{Window: w, aligned: fixed}
				s := newService(l)
				s.tells = tellsNearest
				g := newGovernor(t, connect.GovernorOptions{Windows: []connect.Window{w}, Read: readNearest})
				begin := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
				defer cancel()
				var wg sync.WaitGroup
				s.load(ctx, &wg, g, 4, call{pair: "we", class: syncer.Bulk})
				wg.Go(func() { // a call each second, on the second: a fifth of what fits in
					for ctx.Err() == nil {
						time.Sleep(time.Second)
						s.arrive(call{pair: "they"})
					}
				})
				wg.Wait()
				all := s.within(begin, time.Minute, 20*time.Minute, every)
				require.LessOrEqual(t, s.refused, 4*20, "what was under way when they took the last call of a window")
				require.GreaterOrEqual(t, all, 90*19*300/100)
				t.Logf("%d refused, %.1f %% used", s.refused, float64(all)/19/3)
			})
		})
	}
}

func TestAProcessThatStartsAnewLearnsWhatTheOneBeforeHasUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := window("hour", 600, time.Hour)
		w.Fixed = true
		l := aligned(w)
		s := newService(l)
		s.tells = tellsNearest
		for range 590 {
			s.arrive(call{pair: "before"})
		}
		begin := time.Now()
		g := newGovernor(t, connect.GovernorOptions{Windows: []connect.Window{{Name: "hour", Every: time.Hour, Fixed: true}}, Read: readNearest})
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Hour)
		defer cancel()
		var wg sync.WaitGroup
		s.load(ctx, &wg, g, 10, call{pair: "a", class: syncer.Live})
		wg.Wait()
		require.Zero(t, s.refused)
		left := time.Until(begin.Truncate(time.Hour).Add(time.Hour)) + time.Since(begin)
		require.Equal(t, 10, s.within(begin, 0, left, func(c call) bool { return c.pair == "a" }))
		require.GreaterOrEqual(t, s.within(begin, left, left+time.Hour, every), 570)
	})
}

func TestAReadingMayNameItsWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGovernor(t, connect.GovernorOptions{
			Windows: []connect.Window{window("calls", 0, time.Minute), {Name: "searches", Kind: "search", Most: 60, Every: time.Minute}},
			Read: func(_ int, h http.Header) []connect.Reading {
				left, _ := strconv.Atoi(h.Get("Search-Left"))
				return []connect.Reading{{Window: "searches", Remaining: left}, {Window: "unheard of", Limit: 1}}
			},
		})
		lane := g.Lane("a")
		search := connect.WithKind(t.Context(), "search")
		require.NoError(t, lane.Wait(search, syncer.Live, syncer.Cost{Calls: 1}))
		lane.Learn(200, header("Search-Left", "2"))
		begin := time.Now()
		for range 2 {
			require.NoError(t, lane.Wait(search, syncer.Live, syncer.Cost{Calls: 1}))
		}
		require.Zero(t, time.Since(begin))
		require.NoError(t, lane.Wait(t.Context(), syncer.Live, syncer.Cost{Calls: 1}))
		require.Zero(t, time.Since(begin), "other calls do not count as searches")
		require.NoError(t, lane.Wait(search, syncer.Live, syncer.Cost{Calls: 1}))
		require.GreaterOrEqual(t, time.Since(begin), time.Minute)
	})
}

func TestAnAnswerCannotCloseAWindowForLongerThanItIs(t *testing.T) {
	for _, in := range []time.Duration{time.Hour, 365 * 24 * time.Hour, math.MaxInt64} {
		synctest.Test(t, func(t *testing.T) {
			g := newGovernor(t, connect.GovernorOptions{
				Windows: []connect.Window{{Name: "minute", Most: 60, Every: time.Minute, Fixed: true}},
				Read: func(int, http.Header) []connect.Reading {
					return []connect.Reading{{Window: "minute", Limit: 60, In: in}}
				},
			})
			lane := g.Lane("a")
			lane.Learn(200, nil)
			begin := time.Now()
			require.NoError(t, lane.Wait(t.Context(), syncer.Live, syncer.Cost{Calls: 1}))
			require.GreaterOrEqual(t, time.Since(begin), time.Minute)
			require.LessOrEqual(t, time.Since(begin), time.Minute+5*time.Second)
		})
	}
}
