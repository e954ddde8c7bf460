package procore_test

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer/connect"
)

func TestAnAnswerTellsOfTheNearerLimit(t *testing.T) {
	date := "Thu, 01 Jan 2026 00:00:00 GMT" // 1767225600
	for name, c := range map[string]struct {
		header http.Header
		want   []connect.Reading
	}{
		"of the spike": {
			http.Header{"X-Rate-Limit-Limit": {"25"}, "X-Rate-Limit-Remaining": {"24"}, "X-Rate-Limit-Reset": {"1767225610"}, "Date": {date}},
			[]connect.Reading{{Limit: 25, Remaining: 24, In: 10 * time.Second}},
		},
		"of the hour": {
			http.Header{"X-Rate-Limit-Limit": {"3600"}, "X-Rate-Limit-Remaining": {"0"}, "X-Rate-Limit-Reset": {"1767229200"}, "Date": {date}},
			[]connect.Reading{{Limit: 3600, Remaining: 0, In: time.Hour}},
		},
		"without a time":        {http.Header{"X-Rate-Limit-Limit": {"25"}, "X-Rate-Limit-Remaining": {"24"}}, []connect.Reading{{Limit: 25, Remaining: 24}}},
		"of a time in the past": {http.Header{"X-Rate-Limit-Limit": {"25"}, "X-Rate-Limit-Reset": {"1767225500"}, "Date": {date}}, []connect.Reading{{Limit: 25, Remaining: -1}}},
		"of a time far away": {
			http.Header{"X-Rate-Limit-Limit": {"25"}, "X-Rate-Limit-Reset": {"9767225500"}, "Date": {date}},
			[]connect.Reading{{Limit: 25, Remaining: -1, In: 2 * time.Hour}},
		},
		"nothing":  {http.Header{}, nil},
		"nonsense": {http.Header{"X-Rate-Limit-Limit": {"many"}, "X-Rate-Limit-Remaining": {"1"}}, nil},
		"no limit": {http.Header{"X-Rate-Limit-Limit": {"0"}, "X-Rate-Limit-Remaining": {"0"}}, nil},
	} {
		require.Equal(t, c.want, procore.Readings(200, c.header), name)
	}
}

// limited answers like Procore with two windows on the clock, and tells of the one that is nearer.
type limited struct {
	mu          sync.Mutex
	spike, hour int
	used        map[time.Time]int
	refused     int
	answered    int
	last        time.Time
}

func (l *limited) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	limit, left, reset := l.nearer(now)
	w.Header().Set("X-Rate-Limit-Limit", strconv.Itoa(limit))
	w.Header().Set("X-Rate-Limit-Remaining", strconv.Itoa(max(0, left-1)))
	w.Header().Set("X-Rate-Limit-Reset", strconv.FormatInt(reset.Unix(), 10))
	if left <= 0 {
		l.refused++
		reply(http.StatusTooManyRequests, `{"error":{"error":"You have surpassed the max number of requests for an hour."}}`)(w, nil)
		return
	}
	l.used[now.Truncate(10*time.Second)]++
	l.used[now.Truncate(time.Hour).Add(1)]++
	l.answered, l.last = l.answered+1, now
	reply(200, `{"id":1}`)(w, nil)
}

func (l *limited) nearer(now time.Time) (limit, left int, reset time.Time) {
	ten, hour := now.Truncate(10*time.Second), now.Truncate(time.Hour)
	leftTen, leftHour := l.spike-l.used[ten], l.hour-l.used[hour.Add(1)]
	if leftHour <= leftTen {
		return l.hour, leftHour, hour.Add(time.Hour)
	}
	return l.spike, leftTen, ten.Add(10 * time.Second)
}

func TestAGovernorKeepsToBothLimitsWhateverTheyAre(t *testing.T) {
	for name, c := range map[string]struct{ spike, hour, calls int }{
		"as they are seen most":       {25, 3600, 500},
		"as the guide has them":       {25, 600, 700},
		"as the guide had them":       {100, 3600, 500},
		"lower than anybody has seen": {10, 300, 350},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &limited{spike: c.spike, hour: c.hour, used: map[time.Time]int{}}
				s := newService(t, routes{"GET " + api + "/me": {l.ServeHTTP}})
				governor, err := connect.NewGovernor(connect.GovernorOptions{Windows: procore.Windows(), Read: procore.Readings})
				require.NoError(t, err)
				client, err := procore.New(procore.Options{CompanyID: company, Tokens: procore.Fixed("AT"), HTTP: s.transport(), Pace: governor.Lane("pair")})
				require.NoError(t, err)
				began := time.Now()
				group, ctx := errgroup.WithContext(t.Context())
				group.SetLimit(10)
				for range c.calls {
					group.Go(func() error { return callMe(ctx, client) })
				}
				require.NoError(t, group.Wait())
				require.Equal(t, c.calls, l.answered)
				require.LessOrEqual(t, l.refused, 10, "no more than what was under way before the first answer")
				if c.spike >= 25 {
					require.Zero(t, l.refused)
				}
				require.LessOrEqual(t, time.Since(began), 2*time.Hour)
			})
		})
	}
}

func callMe(ctx context.Context, c *procore.Client) error {
	_, err := c.GetMe(ctx)
	return err
}

func TestARefusalIsWaitedForAsLongAsItSays(t *testing.T) {
	for name, header := range map[string][]string{
		"by Retry-After": {"Retry-After", "7"},
		"by the reset":   {"X-Rate-Limit-Limit", "25", "X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Reset", "946684807"}, // synctest begins at 946684800
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService(t, routes{"GET " + api + "/me": {reply(429, ``, header...), reply(200, `{"id":1}`)}})
				governor, err := connect.NewGovernor(connect.GovernorOptions{Windows: procore.Windows(), Read: procore.Readings})
				require.NoError(t, err)
				client, err := procore.New(procore.Options{CompanyID: company, Tokens: procore.Fixed("AT"), HTTP: s.transport(), Pace: governor.Lane("pair")})
				require.NoError(t, err)
				began := time.Now()
				require.NoError(t, callMe(t.Context(), client))
				require.InDelta(t, 7*time.Second, time.Since(began), float64(time.Second))
			})
		})
	}
}

func TestAgainstAFakeWithoutLimitsNobodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake, err := procoretest.New(procoretest.Options{Limits: procoretest.NoLimits})
		require.NoError(t, err)
		defer fake.Close()
		governor, err := connect.NewGovernor(connect.GovernorOptions{Windows: procore.Windows(), Read: procore.Readings})
		require.NoError(t, err)
		client, err := procore.New(procore.Options{
			Bases:     procore.Bases{API: fake.URLs().API, Login: fake.URLs().Login},
			CompanyID: procore.ID(fake.Company().ID), Tokens: procore.Fixed(fake.Token()), HTTP: fake.HTTPClient().Transport,
			UploadDir: t.TempDir(), Pace: governor.Lane("pair"),
		})
		require.NoError(t, err)
		began := time.Now()
		group := errgroup.Group{}
		group.SetLimit(8)
		calls := 10_000
		if testing.Short() {
			calls = 1000 // with limits they would take four hundred seconds
		}
		for range calls {
			group.Go(func() error {
				_, err := client.GetMe(t.Context())
				return err
			})
		}
		require.NoError(t, group.Wait())
		require.Less(t, time.Since(began), 30*time.Second)
	})
}
