package connect_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

func TestAnEstimateIsWhatItTakes(t *testing.T) {
	uploads := connect.Window{Name: "uploads", Kind: connect.KindUpload, Most: 240, Every: time.Minute}
	tests := []struct {
		name    string
		windows []connect.Window
		before  int // calls that were made already
		cost    syncer.Cost
	}{
		{"one call", hourly, 0, syncer.Cost{Calls: 1}},
		{"what an empty window lets through at once", hourly[:1], 0, syncer.Cost{Calls: 12}},
		{"a window full", hourly[:1], 0, syncer.Cost{Calls: 25}},
		{"many windows full", hourly[:1], 0, syncer.Cost{Calls: 1000}},
		{"after a rush", hourly[:1], 25, syncer.Cost{Calls: 10}},
		{"hours of calls", hourly, 0, syncer.Cost{Calls: 10_000}},
		{"hours of calls after many", hourly, 3000, syncer.Cost{Calls: 5000}},
		{"uploads", []connect.Window{window("minute", 1000, time.Minute), uploads}, 0, syncer.Cost{Calls: 2000, Uploads: 2000}},
		{"a few uploads among many calls", []connect.Window{window("minute", 1000, time.Minute), uploads}, 0, syncer.Cost{Calls: 9000, Uploads: 10}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				lane := newGovernor(t, connect.GovernorOptions{Windows: test.windows}).Lane("a")
				for range test.before {
					require.NoError(t, lane.Wait(t.Context(), syncer.Live, oneCall()))
				}
				estimate := lane.Estimate(test.cost)
				begin := time.Now()
				upload := connect.WithKind(t.Context(), connect.KindUpload)
				for i := range test.cost.Calls {
					ctx := t.Context()
					if i < test.cost.Uploads {
						ctx = upload
					}
					require.NoError(t, lane.Wait(ctx, syncer.Bulk, oneCall()))
				}
				took := time.Since(begin)
				require.InDelta(t, took, estimate, 0.05*float64(took)+float64(time.Second), "took %s, and %s were estimated", took, estimate)
			})
		})
	}
}

func TestAnEstimateOfNothingIsNothing(t *testing.T) {
	lane := newGovernor(t, connect.GovernorOptions{Windows: []connect.Window{window("hour", 0, time.Hour)}}).Lane("a")
	require.Zero(t, lane.Estimate(syncer.Cost{}))
	require.Zero(t, lane.Estimate(syncer.Cost{Calls: 1000}), "nobody knows the limit")
	lane = newGovernor(t, connect.GovernorOptions{Windows: hourly}).Lane("a")
	require.Greater(t, lane.Estimate(syncer.Cost{Calls: 1 << 60}), 100*365*24*time.Hour)
}

func TestAnEstimateKnowsWhatOtherProcessesHaveUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		both := processes(t, 2, window("minute", 60, time.Minute))
		for range 60 {
			require.NoError(t, both[0].Lane("a").Wait(t.Context(), syncer.Live, oneCall()))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		lane := both[1].Lane("b")
		require.Error(t, lane.Wait(ctx, syncer.Live, oneCall()))
		require.InDelta(t, time.Minute, lane.Estimate(oneCall()), float64(3*time.Second))
	})
}

func TestWhatIsRememberedDoesNotGrowWithTheCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		budget := memory.NewBudget(memory.Options{})
		g := newGovernor(t, connect.GovernorOptions{
			Windows: []connect.Window{window("minute", 1000, time.Minute), window("month", 100_000, 30*24*time.Hour)},
			Budget:  budget, Credential: "c",
		})
		s := newService()
		ctx, cancel := context.WithTimeout(t.Context(), 20*24*time.Hour)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				_ = s.do(ctx, g.Lane("pair "+string(rune('a'+n%26))), call{class: syncer.Bulk}) // only ctx ends a wait
				time.Sleep(2 * time.Minute)
			}
		})
		wg.Wait()
		require.Greater(t, len(s.calls), 14_000)
		require.NoError(t, budget.Update(t.Context(), "c", func(_ time.Time, account []byte) ([]byte, error) {
			require.Less(t, len(account), 4<<10)
			return account, nil
		}))
	})
}

// A bubble ends only when each goroutine in it has, and all time is up at the latest then.
func TestNoGoroutineOutlivesTheWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, g := range append(processes(t, 1, hourly...), newGovernor(t, connect.GovernorOptions{Windows: hourly})) {
			ctx, cancel := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			for range 100 {
				wg.Go(func() { _ = g.Lane("a").Wait(ctx, syncer.Live, oneCall()) })
			}
			synctest.Wait()
			begin := time.Now()
			cancel()
			wg.Wait()
			require.Zero(t, time.Since(begin))
		}
	})
}

func BenchmarkWait(b *testing.B) {
	for _, kind := range []string{"empty", "half full"} {
		b.Run(kind, func(b *testing.B) {
			const many = 1 << 30
			g, err := connect.NewGovernor(connect.GovernorOptions{Windows: []connect.Window{
				window("spike", many, time.Second), window("minute", many, time.Minute), window("hour", many, time.Hour),
			}})
			require.NoError(b, err)
			lane, ctx := g.Lane("a"), b.Context()
			if kind != "empty" {
				require.NoError(b, lane.Wait(ctx, syncer.Live, syncer.Cost{Calls: many / 2}))
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := lane.Wait(ctx, syncer.Live, oneCall()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestWhatIsUsedUpCanBeReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGovernor(t, connect.GovernorOptions{Windows: []connect.Window{
			window("minute", 10, time.Minute), window("month", 1000, 30*24*time.Hour), window("untold", 0, time.Hour),
		}})
		for range 10 {
			require.NoError(t, g.Lane("a").Wait(t.Context(), syncer.Live, oneCall()))
			g.Lane("a").Learn(200, nil)
		}
		usage := g.Usage()
		require.InDelta(t, time.Minute, usage[0].Free, float64(2*time.Second))
		usage[0].Free = 0
		require.Equal(t, []connect.Usage{
			{Window: "minute", Used: 10, Most: 10}, {Window: "month", Used: 10, Most: 1000}, {Window: "untold", Used: 10},
		}, usage)
		time.Sleep(2 * time.Minute)
		require.Equal(t, connect.Usage{Window: "minute", Most: 10}, g.Usage()[0])
	})
}
