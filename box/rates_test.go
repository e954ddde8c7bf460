package box_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/syncer/connect"
)

// refusals counts answers with status 429.
type refusals struct {
	next  http.RoundTripper
	count atomic.Int64
}

// RoundTrip implements http.RoundTripper.
func (r *refusals) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.next.RoundTrip(req)
	if err == nil && resp.StatusCode == http.StatusTooManyRequests {
		r.count.Add(1)
	}
	return resp, err
}

func TestAGovernorThatKnowsTheWindowsOfBoxIsNeverRefused(t *testing.T) {
	for name, c := range map[string]struct {
		calls int
		make  func(t *testing.T, c *box.Client, i int) error
		least time.Duration // that many calls cannot be made faster
		most  time.Duration
	}{
		"calls": {1500, func(t *testing.T, c *box.Client, _ int) error {
			_, err := c.GetUsersMe(t.Context())
			return err
		}, time.Minute, 100 * time.Second},
		"uploads": {300, func(t *testing.T, c *box.Client, i int) error {
			_, err := c.Upload(t.Context(), box.Target{ParentID: "0", Name: fmt.Sprint(i)}, contents("hello", true))
			return err
		}, time.Minute, 90 * time.Second},
		"searches": {80, func(t *testing.T, c *box.Client, _ int) error {
			_, err := collect(c.GetSearch(t.Context(), box.Search{Query: "x"}))
			return err
		}, time.Minute, 90 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fake, err := boxtest.New(boxtest.Options{})
				require.NoError(t, err)
				defer fake.Close()
				governor, err := connect.NewGovernor(connect.GovernorOptions{Windows: box.Windows()})
				require.NoError(t, err)
				counted := &refusals{next: fake.HTTPClient().Transport}
				client, err := box.New(box.Options{
					Bases: basesOf(fake), Tokens: box.Fixed(fake.Token()), HTTP: counted, Pace: governor.Lane("pair"),
				})
				require.NoError(t, err)
				began := time.Now()
				group := errgroup.Group{}
				group.SetLimit(20)
				for i := range c.calls {
					group.Go(func() error { return c.make(t, client, i) })
				}
				require.NoError(t, group.Wait())
				require.Zero(t, counted.count.Load())
				require.GreaterOrEqual(t, time.Since(began), c.least)
				require.LessOrEqual(t, time.Since(began), c.most)
			})
		})
	}
}

func TestAnAnswerMayTellHowWideAWindowIs(t *testing.T) {
	for name, c := range map[string]struct {
		header []string
		want   []connect.Reading
	}{
		"nothing":       {nil, nil},
		"two at once":   {[]string{`"calls";q=5000;w=60, "uploads";q=1000;w=60`}, []connect.Reading{{Window: "calls", Limit: 5000, Remaining: -1}, {Window: "uploads", Limit: 1000, Remaining: -1}}},
		"in two lines":  {[]string{`"calls";q=5000;w=60`, `"searches in a second"; w=1; q=7`}, []connect.Reading{{Window: "calls", Limit: 5000, Remaining: -1}, {Window: "searches in a second", Limit: 7, Remaining: -1}}},
		"of no window":  {[]string{`"burst";q=5000;w=60`}, nil},
		"another time":  {[]string{`"calls";q=5000;w=3600`}, nil},
		"without a sum": {[]string{`"calls";w=60`, `"calls";q=0;w=60`, `"calls";q=-4;w=60`, `"calls"`}, nil},
		"nonsense":      {[]string{`;;=,",q`, "\x00"}, nil},
	} {
		require.Equal(t, c.want, box.Readings(http.StatusOK, http.Header{"Ratelimit-Policy": c.header}), name)
	}
}

func TestAgainstAFakeWithoutLimitsNobodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake, err := boxtest.New(boxtest.Options{Limits: boxtest.NoLimits})
		require.NoError(t, err)
		defer fake.Close()
		governor, err := connect.NewGovernor(connect.GovernorOptions{Windows: box.Windows(), Read: box.Readings})
		require.NoError(t, err)
		client, err := box.New(box.Options{Bases: basesOf(fake), Tokens: box.Fixed(fake.Token()), HTTP: fake.HTTPClient().Transport, Pace: governor.Lane("pair")})
		require.NoError(t, err)
		began := time.Now()
		for i := range 500 {
			_, err := client.Upload(t.Context(), box.Target{ParentID: "0", Name: fmt.Sprint(i)}, contents("hello", true))
			require.NoError(t, err)
		}
		require.Less(t, time.Since(began), time.Second)
	})
}
