package connect_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

func window(name string, most int, every time.Duration) connect.Window {
	return connect.Window{Name: name, Most: most, Every: every}
}

func TestUnderLoadTheBindingWindowIsUsedAndNothingIsRefused(t *testing.T) {
	spike, hour := window("spike", 25, 10*time.Second), window("hour", 1200, time.Hour)
	minute, uploads := window("minute", 1000, time.Minute), window("uploads", 240, time.Minute)
	uploads.Kind = connect.KindUpload
	tests := []struct {
		name   string
		limits []*limit
		kind   string
		bound  int // the limit that binds
		run    time.Duration
	}{
		{"a rolling spike window", []*limit{rolling(spike)}, "", 0, 20 * time.Minute},
		{"a fixed spike window", []*limit{aligned(spike)}, "", 0, 20 * time.Minute},
		{"a rolling minute", []*limit{rolling(minute)}, "", 0, 20 * time.Minute},
		{"a fixed minute", []*limit{aligned(minute)}, "", 0, 20 * time.Minute},
		{"spike and hour, both rolling", []*limit{rolling(spike), rolling(hour)}, "", 1, 4 * time.Hour},
		{"spike and hour, both fixed", []*limit{aligned(spike), aligned(hour)}, "", 1, 4 * time.Hour},
		{"uploads of all calls", []*limit{rolling(minute), rolling(uploads)}, connect.KindUpload, 1, 20 * time.Minute},
		{"a month", []*limit{rolling(minute), rolling(window("month", 5000, 30*24*time.Hour))}, "", 1, 60 * 24 * time.Hour},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService(test.limits...)
				s.failing = 0.1
				g := newGovernor(t, connect.GovernorOptions{Windows: windowsOf(test.limits...)})
				run := span(test.run)
				ctx, cancel := context.WithTimeout(t.Context(), run)
				defer cancel()
				var wg sync.WaitGroup
				s.load(ctx, &wg, g, 30, call{pair: "a", class: syncer.Bulk, kind: test.kind})
				wg.Wait()
				l := test.limits[test.bound]
				used := float64(len(s.calls)) / (float64(run) / float64(l.Every) * float64(l.Most))
				require.Zero(t, s.refused)
				require.GreaterOrEqual(t, used, 0.95)
				t.Logf("%.1f %% of the window used, %d calls", 100*used, len(s.calls))
			})
		})
	}
}
