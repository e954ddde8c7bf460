package connect_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// limit is a limit of the fake service.
type limit struct {
	connect.Window
	aligned bool // it begins anew at full multiples of Every; else it rolls

	told  time.Time   // when the client was told of it; zero if it was not
	calls []time.Time // that were let in
}

// left drops what has left the window, and returns how many calls fit in and when that changes.
func (l *limit) left(now time.Time) (int, time.Duration) {
	since := now.Add(-l.Every)
	if l.aligned {
		since = now.Truncate(l.Every).Add(-1)
	}
	for len(l.calls) > 0 && !l.calls[0].After(since) {
		l.calls = l.calls[1:]
	}
	if l.aligned {
		return l.Most - len(l.calls), now.Truncate(l.Every).Add(l.Every).Sub(now)
	}
	if len(l.calls) == 0 {
		return l.Most, l.Every
	}
	return l.Most - len(l.calls), l.calls[0].Add(l.Every).Sub(now)
}

// service is a fake that counts each call exactly, at the moment when it arrives.
type service struct {
	mu      sync.Mutex
	random  *rand.Rand
	limits  []*limit
	tells   func(s *service, now time.Time, h http.Header) // what its answers tell
	travel  time.Duration                                  // the longest way of a call
	work    time.Duration                                  // the longest time until its answer
	failing float64                                        // the part of calls that fail with status 500

	calls     []call
	refused   int
	avoidable int // of these, calls that were let go though the limits were known
}

// call is one that was let in.
type call struct {
	let   time.Time // go
	at    time.Time
	pair  string
	class syncer.Class
	kind  string
}

func newService(limits ...*limit) *service {
	return &service{
		random: rand.New(rand.NewPCG(1, 2)),
		limits: limits, travel: 150 * time.Millisecond, work: 700 * time.Millisecond,
	}
}

func rolling(w connect.Window) *limit { return &limit{Window: w} }
func aligned(w connect.Window) *limit { return &limit{Window: w, aligned: true} }

// tellsNearest is what the answers of one service are like: of all limits they tell the one that
// has least left, by one set of headers.
func tellsNearest(s *service, now time.Time, h http.Header) {
	var nearest *limit
	least := 0
	for _, l := range s.limits {
		if left, _ := l.left(now); l.Kind == "" && (nearest == nil || left < least) {
			nearest, least = l, left
		}
	}
	_, in := nearest.left(now)
	h.Set("X-Limit", strconv.Itoa(nearest.Most))
	h.Set("X-Remaining", strconv.Itoa(max(0, least)))
	h.Set("X-Reset", strconv.FormatInt(now.Add(in+time.Second-1).Unix(), 10))
}

// readNearest reads what tellsNearest writes.
func readNearest(_ int, h http.Header) []connect.Reading {
	most, err := strconv.Atoi(h.Get("X-Limit"))
	if err != nil {
		return nil
	}
	left, _ := strconv.Atoi(h.Get("X-Remaining"))
	reset, _ := strconv.ParseInt(h.Get("X-Reset"), 10, 64)
	now, _ := http.ParseTime(h.Get("Date"))
	return []connect.Reading{{Limit: most, Remaining: left, In: time.Unix(reset, 0).Sub(now)}}
}

func (s *service) draw(most time.Duration) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Duration(s.random.Float64() * float64(most))
}

// arrive counts a call and answers it.
func (s *service) arrive(c call) (int, http.Header) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	c.at = now
	avoidable := true
	h := http.Header{"Date": {now.UTC().Format(http.TimeFormat)}}
	status := http.StatusOK
	var wait time.Duration
	for _, l := range s.limits {
		if left, in := l.left(now); left <= 0 && (l.Kind == "" || l.Kind == c.kind) {
			status, wait = http.StatusTooManyRequests, max(wait, in)
			avoidable = avoidable && !l.told.IsZero() && c.let.After(l.told)
		}
	}
	if status == http.StatusOK {
		for _, l := range s.limits {
			if l.Kind == "" || l.Kind == c.kind {
				l.calls = append(l.calls, now)
			}
		}
		s.calls = append(s.calls, c)
		if s.random.Float64() < s.failing {
			status = http.StatusInternalServerError
		}
	} else {
		s.refused++
		if avoidable {
			s.avoidable++
		}
		h.Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
	}
	if s.tells != nil {
		s.tells(s, now, h)
	}
	return status, h
}

// do makes one call through a lane, as a connector would.
func (s *service) do(ctx context.Context, l *connect.Lane, c call) error {
	if err := l.Wait(connect.WithKind(ctx, c.kind), c.class, syncer.Cost{Calls: 1}); err != nil {
		return err
	}
	c.let = time.Now()
	time.Sleep(s.draw(s.travel))
	status, h := s.arrive(c)
	time.Sleep(s.draw(s.work))
	s.tell(h)
	l.Learn(status, h)
	return nil
}

// tell notes which limit the client is told of.
func (s *service) tell(h http.Header) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.limits {
		if l.told.IsZero() && h.Get("X-Limit") == strconv.Itoa(l.Most) {
			l.told = time.Now()
		}
	}
}

// span is how long a load lasts: a quarter of the usual time where tests shall be quick.
func span(usual time.Duration) time.Duration {
	if testing.Short() {
		return usual / 4
	}
	return usual
}

// load keeps workers calling until ctx ends.
func (s *service) load(ctx context.Context, wg *sync.WaitGroup, g *connect.Governor, workers int, c call) {
	lane := g.Lane(c.pair)
	for range workers {
		wg.Go(func() {
			for ctx.Err() == nil {
				if errors.Is(s.do(ctx, lane, c), syncer.ErrBusy) {
					time.Sleep(time.Second) // as between two runs
				}
			}
		})
	}
}

// within counts the calls that fit f in a time from the test's beginning.
func (s *service) within(begin time.Time, from, to time.Duration, f func(c call) bool) int {
	n := 0
	for _, c := range s.calls {
		if at := c.at.Sub(begin); at >= from && at < to && f(c) {
			n++
		}
	}
	return n
}

func every(call) bool { return true }

func newGovernor(t *testing.T, o connect.GovernorOptions) *connect.Governor {
	t.Helper()
	g, err := connect.NewGovernor(o)
	require.NoError(t, err)
	return g
}

// windowsOf is what a connector knows of the limits.
func windowsOf(limits ...*limit) []connect.Window {
	var windows []connect.Window
	for _, l := range limits {
		windows = append(windows, l.Window)
	}
	return windows
}

func (s *service) count(f func(c call) bool) int {
	n := 0
	for _, c := range s.calls {
		if f(c) {
			n++
		}
	}
	return n
}

func header(name, value string) http.Header {
	h := http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}}
	h.Set(name, value)
	return h
}
