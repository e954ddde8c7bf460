package connect_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

var (
	seeds = flag.Int("seeds", 10, "how many schedules are tried")
	seed  = flag.Uint64("seed", 0, "the first schedule")
)

// schedule is a service with limits, and processes that call it, drawn at random.
type schedule struct {
	*rand.Rand
	t         *testing.T
	service   *service
	full      atomic.Bool // the disk of the Budget, at the moment
	calls     sync.WaitGroup
	governors []*connect.Governor
}

func (r *schedule) between(least, most int) int { return least + r.IntN(most-least+1) }

// windows are up to four limits, each of which lets through less a second than the shorter ones.
func (r *schedule) windows() (known []connect.Window, all []*limit) {
	rate := float64(r.between(1, 50))
	for i, length := range []time.Duration{time.Second, 10 * time.Second, time.Minute, time.Hour} {
		if r.IntN(2) == 0 && (i < 3 || len(all) > 0) {
			continue
		}
		w := window(fmt.Sprint(length), max(1, int(rate*length.Seconds())), length)
		if r.IntN(5) == 0 {
			w.Kind = "search"
		}
		all = append(all, &limit{Window: w, aligned: r.IntN(2) == 0})
		known = append(known, w)
		rate *= 0.2 + 0.8*r.Float64()
	}
	return known, all
}

// caller makes calls now and then, in crowds, and sometimes loses patience.
func (r *schedule) caller(ctx context.Context, g *connect.Governor, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 0))
	pair := fmt.Sprint("pair ", random.IntN(4))
	lane := g.Lane(pair)
	for ctx.Err() == nil {
		time.Sleep(time.Duration(random.ExpFloat64() * float64(5*time.Second)))
		c := call{pair: pair, class: syncer.Class(random.IntN(2))}
		if random.IntN(4) == 0 {
			c.kind = "search"
		}
		for range random.IntN(20) {
			one, cancel := ctx, context.CancelFunc(func() {})
			if random.IntN(10) == 0 {
				one, cancel = context.WithTimeout(ctx, time.Duration(random.IntN(3000))*time.Millisecond)
			}
			err := r.service.do(one, lane, c)
			cancel()
			if errors.Is(err, syncer.ErrBusy) {
				time.Sleep(time.Second)
			}
			if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, syncer.ErrBusy) {
				r.t.Errorf("wait: %v", err)
			}
		}
	}
}

// A property: whatever the limits, however many processes call, whoever gives up, dies or cannot
// write to its Budget, the service has nothing to refuse, and everybody who waits gets through.
func TestWhateverTheScheduleNothingIsRefusedAndNobodyIsForgotten(t *testing.T) {
	schedules := *seeds
	if testing.Short() {
		schedules = min(schedules, 5)
	}
	for n := range schedules {
		seed := *seed + uint64(n)
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &schedule{Rand: rand.New(rand.NewPCG(seed, 1)), t: t}
				known, all := r.windows()
				r.service = newService(all...)
				r.service.random = rand.New(rand.NewPCG(seed, 2))
				r.service.failing = 0.1 * r.Float64()
				if r.IntN(2) == 0 {
					r.service.travel, r.service.work = 0, 0
				}
				var budget connect.Budget
				processes := 1
				if r.IntN(3) > 0 {
					processes = r.between(1, 3)
					budget = memory.NewBudget(memory.Options{Fail: func(memory.Op, bool) error {
						if r.full.Load() {
							return errors.New("disk is full")
						}
						return nil
					}})
				}
				run := time.Duration(r.between(1, 10)) * time.Minute
				ctx, cancel := context.WithTimeout(t.Context(), run)
				defer cancel()
				if r.IntN(3) == 0 {
					defer time.AfterFunc(run/2, func() { r.full.Store(true) }).Stop()
					defer time.AfterFunc(run*2/3, func() { r.full.Store(false) }).Stop()
				}
				for range processes {
					g := newGovernor(t, connect.GovernorOptions{Windows: known, Budget: budget, Credential: "c"})
					life := ctx
					if r.IntN(3) == 0 {
						var die context.CancelFunc
						life, die = context.WithTimeout(ctx, time.Duration(r.Float64()*float64(run)))
						defer die()
					}
					for range r.between(1, 30) {
						first := r.Uint64()
						r.calls.Go(func() { r.caller(life, g, first) })
					}
					r.governors = append(r.governors, g)
				}
				r.calls.Wait()
				cancel()
				time.Sleep(run)
				require.Zero(t, r.service.refused)
				// Whoever comes when all is quiet gets through.
				g := r.governors[r.IntN(processes)]
				for _, class := range []syncer.Class{syncer.Live, syncer.Bulk} {
					ctx, cancel := context.WithTimeout(t.Context(), time.Hour+time.Minute)
					defer cancel()
					require.NoError(t, g.Lane("last").Wait(connect.WithKind(ctx, "search"), class, oneCall()))
				}
			})
		})
	}
}
