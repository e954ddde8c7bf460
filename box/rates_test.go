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
