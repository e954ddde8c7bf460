package connect_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

func TestARefusalStopsEverythingForAsLongAsItSays(t *testing.T) {
	tests := []struct {
		name   string
		status int
		header http.Header
		stops  time.Duration
	}{
		{"Retry-After in seconds", 429, http.Header{"Retry-After": {"17"}}, 17 * time.Second},
		{"Retry-After as a date", 429, http.Header{"Retry-After": {"Tue, 01 Jan 2030 00:00:30 GMT"}, "Date": {"Tue, 01 Jan 2030 00:00:00 GMT"}}, 30 * time.Second},
		{"a window that is used up", 429, http.Header{"X-Limit": {"25"}, "X-Remaining": {"0"}, "X-Reset": {"1893456008"}, "Date": {"Tue, 01 Jan 2030 00:00:00 GMT"}}, 8 * time.Second},
		{"nothing said", 429, http.Header{}, time.Second},
		{"no time at all", 429, http.Header{"Retry-After": {"0"}}, time.Second},
		{"longer than is believed", 429, http.Header{"Retry-After": {"31536000"}}, time.Hour},
		{"an overload with Retry-After", 503, http.Header{"Retry-After": {"5"}}, 5 * time.Second},
		{"an overload without", 503, http.Header{}, 0},
		{"not ready yet", 202, http.Header{"Retry-After": {"5"}}, 0},
		{"no answer", 0, nil, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				spike := hourly[0]
				spike.Fixed = true
				g := newGovernor(t, connect.GovernorOptions{
					Windows: []connect.Window{spike, hourly[1]}, Read: readNearest, Patience: 24 * time.Hour,
				})
				g.Lane("a").Learn(test.status, test.header)
				begin := time.Now()
				require.NoError(t, g.Lane("b").Wait(t.Context(), syncer.Live, oneCall()))
				require.InDelta(t, test.stops, time.Since(begin), float64(50*time.Millisecond))
				require.LessOrEqual(t, test.stops, g.Lane("c").Estimate(oneCall())+time.Since(begin))
			})
		})
	}
}

func TestRefusalsThatSayNothingStopLongerEachTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lane := newGovernor(t, connect.GovernorOptions{}).Lane("a")
		var stops []time.Duration
		for range 8 {
			lane.Learn(429, nil)
			lane.Learn(429, nil) // another one was under way
			begin := time.Now()
			require.NoError(t, lane.Wait(t.Context(), syncer.Live, oneCall()))
			stops = append(stops, time.Since(begin)/time.Second)
		}
		require.Equal(t, []time.Duration{1, 2, 4, 8, 16, 32, 60, 60}, stops)
		lane.Learn(200, nil)
		lane.Learn(429, nil)
		begin := time.Now()
		require.NoError(t, lane.Wait(t.Context(), syncer.Live, oneCall()))
		require.Equal(t, time.Second, time.Since(begin))
	})
}

func TestNobodyWaitsForAStopThatIsTooLong(t *testing.T) {
	for _, shared := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			both := []*connect.Governor{newGovernor(t, connect.GovernorOptions{Windows: hourly})}
			both = append(both, both[0])
			if shared {
				both = processes(t, 2, hourly...)
			}
			begin := time.Now()
			var wg sync.WaitGroup
			for range 25 {
				require.NoError(t, both[0].Lane("a").Wait(t.Context(), syncer.Live, oneCall()))
			}
			for range 3 { // they wait for the window when the stop comes
				wg.Go(func() { assertErr(t, syncer.ErrBusy, both[0].Lane("a").Wait(t.Context(), syncer.Live, oneCall())) })
			}
			synctest.Wait()
			both[0].Lane("a").Learn(429, http.Header{"Retry-After": {"600"}})
			wg.Wait()
			require.LessOrEqual(t, time.Since(begin), 100*time.Millisecond)
			err := both[1].Lane("b").Wait(t.Context(), syncer.Bulk, oneCall())
			require.ErrorIs(t, err, syncer.ErrBusy)
			require.ErrorContains(t, err, "10m0s")
			require.True(t, syncer.NotDone(err))
			time.Sleep(9*time.Minute + time.Second)
			require.NoError(t, both[1].Lane("b").Wait(t.Context(), syncer.Bulk, oneCall()))
			require.InDelta(t, 10*time.Minute, time.Since(begin), float64(time.Second))
		})
	}
}

func TestAfterAStopOneCallGoesAndTheOthersWhenItIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGovernor(t, connect.GovernorOptions{Windows: hourly})
		lane := g.Lane("a")
		lane.Learn(429, http.Header{"Retry-After": {"10"}})
		var mu sync.Mutex
		gone := 0
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				_ = lane.Wait(t.Context(), syncer.Live, oneCall())
				mu.Lock()
				defer mu.Unlock()
				gone++
			})
		}
		time.Sleep(11 * time.Second)
		synctest.Wait()
		require.Equal(t, 1, gone)
		lane.Learn(429, http.Header{"Retry-After": {"10"}})
		time.Sleep(11 * time.Second)
		synctest.Wait()
		require.Equal(t, 2, gone)
		lane.Learn(200, nil)
		synctest.Wait()
		require.Equal(t, 5, gone)
		wg.Wait()
	})
}

func TestACallThatIsNeverAnsweredHoldsUpTheOthersForSecondsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lane := newGovernor(t, connect.GovernorOptions{Windows: []connect.Window{window("hour", 0, time.Hour)}}).Lane("a")
		begin := time.Now()
		for range 3 {
			require.NoError(t, lane.Wait(t.Context(), syncer.Live, oneCall()))
		}
		require.Equal(t, 10*time.Second, time.Since(begin))
	})
}

func TestALimitThatIsLowerThanEverybodySaysIsFoundOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(rolling(window("minute", 500, time.Minute)))
		g := newGovernor(t, connect.GovernorOptions{Windows: []connect.Window{window("minute", 1000, time.Minute)}})
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 60*time.Minute)
		defer cancel()
		var wg sync.WaitGroup
		s.load(ctx, &wg, g, 20, call{pair: "a", class: syncer.Bulk})
		wg.Wait()
		t.Logf("%d refused, %.1f %% used", s.refused, float64(s.within(begin, 0, time.Hour, every))/300)
		require.LessOrEqual(t, s.refused, 60)
		require.GreaterOrEqual(t, float64(len(s.calls)), 0.9*60*500)
	})
}

func TestAWaiterThatIsCancelledGivesItsPlaceUp(t *testing.T) {
	for _, budget := range []connect.Budget{nil, memory.NewBudget(memory.Options{})} {
		synctest.Test(t, func(t *testing.T) {
			if budget != nil {
				budget = memory.NewBudget(memory.Options{}) // its clock is that of the bubble
			}
			g := newGovernor(t, connect.GovernorOptions{Windows: []connect.Window{window("minute", 2, time.Minute)}, Budget: budget, Credential: "c"})
			lane := g.Lane("a")
			for range 2 {
				require.NoError(t, lane.Wait(t.Context(), syncer.Live, oneCall()))
			}
			ctx, cancel := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			for range 100 {
				wg.Go(func() {
					assertErr(t, context.Canceled, lane.Wait(ctx, syncer.Live, oneCall()))
				})
			}
			synctest.Wait()
			begin := time.Now()
			wg.Go(func() {
				time.Sleep(time.Second)
				cancel()
			})
			require.NoError(t, lane.Wait(t.Context(), syncer.Live, oneCall()))
			require.LessOrEqual(t, time.Since(begin), 62*time.Second)
			wg.Wait()
			require.ErrorIs(t, lane.Wait(ctx, syncer.Live, oneCall()), context.Canceled)
		})
	}
}

func assertErr(t *testing.T, want, got error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("error is %v, not %v", got, want)
	}
}

func TestABudgetThatFailsLetsNoCallGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("disk is full")
		var failing error
		budget := memory.NewBudget(memory.Options{Fail: func(memory.Op, bool) error { return failing }})
		g := newGovernor(t, connect.GovernorOptions{Windows: hourly, Budget: budget, Credential: "box:robot"})
		lane := g.Lane("a")
		failing = full
		err := lane.Wait(t.Context(), syncer.Live, oneCall())
		require.ErrorIs(t, err, full)
		require.ErrorIs(t, err, syncer.ErrBusy)
		require.ErrorContains(t, err, `"box:robot"`)
		require.True(t, syncer.NotDone(err))
		failing = nil
		require.NoError(t, lane.Wait(t.Context(), syncer.Live, oneCall()))
	})
}

// slowBudget takes its time.
type slowBudget struct {
	connect.Budget
	takes time.Duration
}

func (b slowBudget) Update(ctx context.Context, credential string, change func(time.Time, []byte) ([]byte, error)) error {
	err := b.Budget.Update(ctx, credential, change)
	time.Sleep(b.takes)
	return err
}

// countingBudget counts its updates. The first ones take their time.
type countingBudget struct {
	connect.Budget
	slow    int
	takes   time.Duration
	updates int
}

func (b *countingBudget) Update(ctx context.Context, credential string, change func(time.Time, []byte) ([]byte, error)) error {
	b.updates++
	err := b.Budget.Update(ctx, credential, change)
	if b.updates <= b.slow {
		time.Sleep(b.takes)
	}
	return err
}

func TestAGrantIsGoodForAsLongAsABudgetMayTakeAndNoLonger(t *testing.T) {
	for takes, updates := range map[time.Duration]int{99 * time.Millisecond: 1, 101 * time.Millisecond: 2, 5 * time.Second: 2} {
		t.Run(fmt.Sprint(takes), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				budget := &countingBudget{Budget: memory.NewBudget(memory.Options{}), slow: 1, takes: takes}
				g := newGovernor(t, connect.GovernorOptions{Windows: hourly, Budget: budget, Credential: "c"})
				require.NoError(t, g.Lane("a").Wait(t.Context(), syncer.Live, oneCall()))
				require.Equal(t, updates, budget.updates)
			})
		})
	}
}

func TestCallsThatLeaveLateAndTravelLongAreReckonedWith(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := rolling(hourly[0])
		s := newService(l)
		s.travel = 200 * time.Millisecond
		budget := slowBudget{memory.NewBudget(memory.Options{}), 95 * time.Millisecond}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		var wg sync.WaitGroup
		for range 2 {
			g := newGovernor(t, connect.GovernorOptions{Windows: windowsOf(l), Budget: budget, Credential: "c"})
			s.load(ctx, &wg, g, 10, call{pair: "a", class: syncer.Live})
		}
		wg.Wait()
		require.Zero(t, s.refused)
		require.GreaterOrEqual(t, len(s.calls), 95*360*25/100)
	})
}

func TestABudgetIsNotAskedMoreOftenThanItMakesSense(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		budget := &countingBudget{Budget: memory.NewBudget(memory.Options{})}
		g := newGovernor(t, connect.GovernorOptions{Windows: hourly, Budget: budget, Credential: "c"})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		require.NoError(t, g.Lane("a").Wait(ctx, syncer.Live, syncer.Cost{Calls: 25}))
		var wg sync.WaitGroup
		for range 2000 { // one comes every two milliseconds, and none can go
			wg.Go(func() { assertErr(t, context.DeadlineExceeded, g.Lane("a").Wait(ctx, syncer.Live, oneCall())) })
			time.Sleep(2 * time.Millisecond)
		}
		wg.Wait()
		require.LessOrEqual(t, budget.updates, 45)
	})
}

func TestAGrantThatComesTooLateHasLapsed(t *testing.T) {
	for _, takes := range []time.Duration{5 * time.Millisecond, 300 * time.Millisecond, 2 * time.Second} {
		t.Run(fmt.Sprint(takes), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := rolling(window("minute", 300, time.Minute))
				s := newService(l)
				budget := slowBudget{memory.NewBudget(memory.Options{}), takes}
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
				defer cancel()
				var wg sync.WaitGroup
				for range 2 {
					g := newGovernor(t, connect.GovernorOptions{Windows: windowsOf(l), Budget: budget, Credential: "c"})
					s.load(ctx, &wg, g, 20, call{pair: "a", class: syncer.Bulk})
				}
				wg.Wait()
				require.Zero(t, s.refused)
				require.GreaterOrEqual(t, len(s.calls), 85*3000/100)
				t.Logf("%.1f %% used", float64(len(s.calls))/30)
			})
		})
	}
}

func TestWhoeverAsksForAllIsNotKeptFromGoing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		budget := slowBudget{memory.NewBudget(memory.Options{}), 5 * time.Millisecond}
		g := newGovernor(t, connect.GovernorOptions{
			Windows: []connect.Window{window("minute", 1_000_000, time.Minute)}, Budget: budget, Credential: "c",
		})
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		var wg sync.WaitGroup
		var mu sync.Mutex
		var longest time.Duration
		for i := range 20 {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond)
				for n := 0; ctx.Err() == nil; n++ {
					began := time.Now()
					_ = g.Lane("a").Wait(ctx, syncer.Live, oneCall())
					mu.Lock()
					longest = max(longest, time.Since(began))
					mu.Unlock()
					time.Sleep(time.Duration(1+(i+n)%4) * time.Millisecond)
				}
			})
		}
		wg.Wait()
		require.LessOrEqual(t, longest, 20*time.Millisecond)
	})
}

func TestARefusalLastsUntilAllWindowsThatAreUsedUpFreeCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGovernor(t, connect.GovernorOptions{
			Read: func(int, http.Header) []connect.Reading {
				return []connect.Reading{
					{Window: "minute", Limit: 10, In: 20 * time.Second},
					{Window: "hour", Limit: 10, In: 40 * time.Second},
					{Window: "day", Limit: 10, Remaining: 5, In: time.Hour},
				}
			},
		})
		begin := time.Now()
		g.Lane("a").Learn(429, nil)
		require.NoError(t, g.Lane("a").Wait(t.Context(), syncer.Live, oneCall()))
		require.Equal(t, 40*time.Second, time.Since(begin))
	})
}

func TestSettingsThatMakeNoSenseAreNamed(t *testing.T) {
	tests := map[string]connect.GovernorOptions{
		"Name":       {Windows: []connect.Window{{Most: 1, Every: time.Minute}}},
		"Most":       {Windows: []connect.Window{{Name: "a", Most: -1, Every: time.Minute}}},
		"Every":      {Windows: []connect.Window{{Name: "a", Most: 1}}},
		`called "a"`: {Windows: []connect.Window{window("a", 1, time.Minute), window("a", 1, time.Hour)}},
		"Credential": {Budget: memory.NewBudget(memory.Options{})},
		"Delay":      {Delay: -1},
		"Longest":    {Longest: -1},
		"Patience":   {Patience: -1},
	}
	for name, o := range tests {
		_, err := connect.NewGovernor(o)
		require.ErrorIs(t, err, syncer.ErrInvalid)
		require.ErrorContains(t, err, name)
	}
	lane := newGovernor(t, connect.GovernorOptions{Windows: hourly}).Lane("a")
	require.ErrorIs(t, lane.Wait(t.Context(), syncer.Class(7), oneCall()), syncer.ErrInvalid)
	require.ErrorIs(t, lane.Wait(t.Context(), syncer.Live, syncer.Cost{Calls: -1}), syncer.ErrInvalid)
	require.NoError(t, lane.Wait(t.Context(), syncer.Live, syncer.Cost{Bytes: 1}))
	err := lane.Wait(t.Context(), syncer.Live, syncer.Cost{Calls: 26})
	require.ErrorIs(t, err, syncer.ErrInvalid)
	require.ErrorContains(t, err, `"spike"`)
}
