package main

import (
	"bytes"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vbauerster/mpb/v8"

	"github.com/procorebox/procorebox/syncer"
)

// screen is a terminal that remembers what was drawn.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *screen) drawn() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func TestBarsTellWhatIsLeftAndNeverStopTheRun(t *testing.T) {
	var s screen
	p := newProgress(mpb.WithOutput(&s), mpb.WithAutoRefresh(), mpb.WithWidth(150), mpb.WithRefreshRate(time.Millisecond))
	ended := make(chan struct{})
	const actions = 5000
	go func() {
		defer close(ended)
		for pair := range 2 {
			name := []string{"x/documents", "x/photos"}[pair]
			p.event(syncer.Event{Pair: name, Phase: syncer.PhaseList, Listed: [2]int{3, 4}})
			for i := range actions + 1 {
				p.event(syncer.Event{
					Pair: name, Phase: syncer.PhaseApply, Done: i, Total: actions, Bytes: int64(i) * 1000,
					Left: syncer.Estimate{Source: syncer.Cost{Calls: actions - i}},
				})
			}
		}
		p.end()
	}()
	select {
	case <-ended:
	case <-time.After(longest):
		require.FailNow(t, "the bars hold up the run")
	}
	require.Contains(t, s.drawn(), "Documents")
	require.Contains(t, s.drawn(), "Photos")
	require.Contains(t, s.drawn(), "calls left")
	require.Contains(t, s.drawn(), "Documents: 5000 actions to do, 5000 calls to Procore, 0 to Box, ", "the estimate comes before the first action")
	require.Contains(t, s.drawn(), "in all ")
}

func TestWhatIsLeftOfToolsThatShareALimitAddsUp(t *testing.T) {
	var s screen
	p := newProgress(mpb.WithOutput(&s), mpb.WithWidth(150))
	defer p.end()
	for _, pair := range []string{"x/documents", "x/photos", "x/rfis"} {
		p.event(syncer.Event{Pair: pair, Phase: syncer.PhaseApply, Total: 10, Left: syncer.Estimate{
			Source: syncer.Cost{Calls: 40}, Destination: syncer.Cost{Calls: 2}, Time: 30 * time.Second,
		}})
	}
	require.Equal(t, "in all 126 calls left, 1m30s", p.text())
}

func TestWhereNobodyLooksThereAreNoBars(t *testing.T) {
	c := &console{stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}}
	require.Nil(t, c.progress(false))
	f, err := os.Create(t.TempDir() + "/log")
	require.NoError(t, err)
	defer f.Close()
	c.stderr = f
	p := c.progress(false)
	require.Nil(t, p)
	p.event(syncer.Event{}) // does nothing
	p.end()
}
