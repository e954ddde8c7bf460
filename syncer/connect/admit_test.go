package connect_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// queue gives out tokens in order, a new one after each that was refused.
type queue struct {
	list    []string
	refused []string
	fails   error
	stays   error // the answer to Refused
}

func tokens(list ...string) *queue { return &queue{list: list} }

func (q *queue) Token(ctx context.Context) (string, error) {
	if len(q.list) == 0 {
		return "", q.fails
	}
	return q.list[0], ctx.Err()
}

func (q *queue) Refused(_ context.Context, token string) error {
	if q.stays != nil {
		return q.stays
	}
	q.refused = append(q.refused, token)
	q.list = q.list[1:]
	return nil
}

// pace writes down what it is asked and told.
type pace struct {
	log   []string
	until time.Time // set by a 429
	fails error
}

func (p *pace) Wait(ctx context.Context, class syncer.Class, cost syncer.Cost) error {
	time.Sleep(time.Until(p.until))
	p.log = append(p.log, fmt.Sprintf("wait class %d kind %q calls %d bytes %d", class, connect.KindOf(ctx), cost.Calls, cost.Bytes))
	return p.fails
}

func (p *pace) Learn(status int, h http.Header) {
	p.log = append(p.log, fmt.Sprintf("learn %d", status))
	if wait, asked := connect.RetryAfter(h); asked && status == http.StatusTooManyRequests {
		p.until = time.Now().Add(wait)
	}
}

func TestATokenThatIsRefusedIsReplacedOnceForAnyCall(t *testing.T) {
	q, w := tokens("old", "new"), wired(reply(401, ""), reply(201, ""))
	c := client(t, w, func(o *connect.Options) { o.Tokens = q })
	require.NoError(t, c.JSON(t.Context(), connect.Call{Op: "create", Method: "POST"}, nil))
	require.Equal(t, []string{"old"}, q.refused)
	require.Equal(t, "Bearer old", w.seen[0].Header.Get("Authorization"))
	require.Equal(t, "Bearer new", w.seen[1].Header.Get("Authorization"))
}

func TestACredentialWhoseNewTokenIsRefusedTooNeedsAPerson(t *testing.T) {
	w := wired(reply(401, ""))
	c := client(t, w, func(o *connect.Options) { o.Tokens = tokens("old", "new", "newer") })
	err := c.JSON(t.Context(), connect.Call{Op: "create", Method: "POST"}, nil)
	require.ErrorIs(t, err, connect.ErrSignIn)
	require.ErrorIs(t, err, syncer.ErrBusy, "an engine leaves the side in peace")
	require.True(t, syncer.NotDone(err))
	require.Len(t, w.seen, 2)
}

func TestATokenThatCannotBeReplacedEndsTheCall(t *testing.T) {
	fixed := errors.New("the token is a fixed one")
	w := wired(reply(401, ""))
	c := client(t, w, func(o *connect.Options) { o.Tokens = &queue{list: []string{"tok"}, stays: fixed} })
	err := c.JSON(t.Context(), connect.Call{Op: "create", Method: "POST"}, nil)
	require.ErrorIs(t, err, connect.ErrSignIn)
	require.EqualError(t, err, "create: POST /: sign in again: the token was refused: the token is a fixed one (status 401)")
	require.ErrorIs(t, err, fixed)
	require.True(t, syncer.NotDone(err))
	require.Len(t, w.seen, 1)
}

func TestWithoutTokensA401IsWhatTheServiceMeans(t *testing.T) {
	err := client(t, wired(reply(401, "")), func(o *connect.Options) { o.Decode = decode }).JSON(t.Context(), connect.Call{Op: "read"}, nil)
	require.NotErrorIs(t, err, connect.ErrSignIn)
	_, own := errors.AsType[*serviceError](err)
	require.True(t, own)
}

func TestWithoutATokenNothingIsSent(t *testing.T) {
	w := wired(reply(200, ""))
	failure := fmt.Errorf("store is gone: %w", syncer.ErrBusy)
	c := client(t, w, func(o *connect.Options) { o.Tokens = &queue{fails: failure} })
	err := c.JSON(t.Context(), connect.Call{Op: "create", Method: "POST"}, nil)
	require.ErrorIs(t, err, failure)
	require.True(t, syncer.NotDone(err))
	require.Empty(t, w.seen)
}

func TestEveryTryIsPacedAndWhatBecameOfItIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pace{}
		w := wired(reply(500, ""), lost, reply(200, ""))
		c := client(t, w, func(o *connect.Options) { o.Pace = p })
		ctx := connect.WithClass(t.Context(), syncer.Bulk)
		require.NoError(t, c.JSON(ctx, connect.Call{Op: "search", Method: "POST", Repeat: connect.Harmless, Kind: "search", Body: connect.Bytes("", []byte("abc"))}, nil))
		require.Equal(t, []string{
			`wait class 1 kind "search" calls 1 bytes 3`, "learn 500",
			`wait class 1 kind "search" calls 1 bytes 3`, "learn 0",
			`wait class 1 kind "search" calls 1 bytes 3`, "learn 200",
		}, p.log)
	})
}

func TestTheKindOfACallIsItsOwnOrThatOfTheContext(t *testing.T) {
	p := &pace{}
	c := client(t, wired(reply(200, "")), func(o *connect.Options) { o.Pace = p })
	ctx := connect.WithKind(t.Context(), "listing")
	require.NoError(t, c.JSON(ctx, connect.Call{Op: "list"}, nil))
	require.NoError(t, c.JSON(ctx, connect.Call{Op: "search", Kind: "search"}, nil))
	require.Equal(t, []string{`wait class 0 kind "listing" calls 1 bytes 0`, `wait class 0 kind "search" calls 1 bytes 0`}, []string{p.log[0], p.log[2]})
}

func TestTheWaitAfterARefusalIsLeftToWhoeverPacesAllCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := wired(reply(429, "", "Retry-After: 7"), reply(200, ""))
		c := client(t, w, func(o *connect.Options) { o.Pace = &pace{} })
		start := time.Now()
		require.NoError(t, c.JSON(t.Context(), connect.Call{Op: "read"}, nil))
		require.Equal(t, 7*time.Second, time.Since(start), "two who wait do not add up")
	})
}

func TestACallThatMayNotGoIsNotSent(t *testing.T) {
	w := wired(reply(200, ""))
	c := client(t, w, func(o *connect.Options) { o.Pace = &pace{fails: context.DeadlineExceeded} })
	require.ErrorIs(t, c.JSON(t.Context(), connect.Call{Op: "read"}, nil), context.DeadlineExceeded)
	require.Empty(t, w.seen)
}

func TestSignedURLsAreNotPaced(t *testing.T) {
	p := &pace{}
	c := client(t, wired(reply(200, "")), func(o *connect.Options) { o.Pace = p })
	resp, err := c.Do(t.Context(), connect.Call{Op: "download", Path: "https://dl.example.net/x", Plain: true})
	require.NoError(t, err)
	resp.Body.Close()
	require.Empty(t, p.log)
}

func TestCallsAreLiveUnlessTheContextSaysOtherwise(t *testing.T) {
	require.Equal(t, syncer.Live, connect.ClassOf(t.Context()))
	require.Equal(t, syncer.Bulk, connect.ClassOf(connect.WithClass(t.Context(), syncer.Bulk)))
	require.Empty(t, connect.KindOf(t.Context()))
}

func TestHeadersOfTheCallComeBeforeThoseOfAllCalls(t *testing.T) {
	w := wired(reply(200, ""))
	c := client(t, w, func(o *connect.Options) {
		o.Header = http.Header{"as-user": {"7"}, "User-Agent": {"mine"}, "Accept": {"all/calls"}}
	})
	require.NoError(t, c.JSON(t.Context(), connect.Call{Op: "read", Header: http.Header{"accept": {"this/call"}}}, nil))
	require.Equal(t, "7", w.seen[0].Header.Get("As-User"))
	require.Equal(t, "mine", w.seen[0].Header.Get("User-Agent"))
	require.Equal(t, "this/call", w.seen[0].Header.Get("Accept"))
}

func TestRetryAfterIsReadInAllItsForms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now().UTC()
		for _, c := range []struct {
			value, date string
			want        time.Duration
			asked       bool
		}{
			{"", "", 0, false},
			{"0", "", 0, true},
			{" 120 ", "", 2 * time.Minute, true},
			{"1.2", "", 2 * time.Second, true},
			{"-5", "", 0, false},
			{"NaN", "", 0, false},
			{"1e300", "", 365 * 24 * time.Hour, true},
			{"+Inf", "", 365 * 24 * time.Hour, true},
			{"soon", "", 0, false},
			{now.Add(90 * time.Second).Format(http.TimeFormat), "", 90 * time.Second, true},
			{now.Add(-time.Hour).Format(http.TimeFormat), "", 0, true},
			{"Sun, 06 Nov 1994 08:50:07 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", 30 * time.Second, true},
			{"Fri, 31 Dec 9999 23:59:59 GMT", "", 365 * 24 * time.Hour, true},
			{"Sunday, 06-Nov-94 08:49:37 GMT", "", 0, true},
		} {
			wait, asked := connect.RetryAfter(http.Header{"Retry-After": {c.value}, "Date": {c.date}})
			require.Equal(t, c.asked, asked, c.value)
			require.Equal(t, c.want, wait, c.value)
		}
	})
}

func TestWaitsAreSpreadAndNeverShorterThanWasAskedFor(t *testing.T) {
	for random, want := range map[float64][2]time.Duration{
		0:      {10 * time.Second, 500 * time.Millisecond},
		0.5:    {10500 * time.Millisecond, time.Second},
		0.9999: {10999900 * time.Microsecond, 1499900 * time.Microsecond},
	} {
		for i, first := range []step{reply(429, "", "Retry-After: 10"), reply(500, "")} {
			synctest.Test(t, func(t *testing.T) {
				c := client(t, wired(first, reply(200, "")), func(o *connect.Options) { o.Random = func() float64 { return random } })
				start := time.Now()
				require.NoError(t, c.JSON(t.Context(), connect.Call{Op: "read"}, nil))
				require.Equal(t, want[i], time.Since(start).Round(time.Microsecond))
			})
		}
	}
}

func TestAStatusStandsForASentinel(t *testing.T) {
	for status, want := range map[int]error{
		403: fs.ErrPermission, 404: fs.ErrNotExist, 409: fs.ErrExist, 410: fs.ErrNotExist, 412: syncer.ErrStale, 413: syncer.ErrRefused,
		418: syncer.ErrRefused, 423: syncer.ErrLocked, 429: syncer.ErrBusy, 501: errors.ErrUnsupported, 503: syncer.ErrBusy,
		507: syncer.ErrQuota, 599: syncer.ErrBusy, 302: syncer.ErrRefused, 408: syncer.ErrBusy,
	} {
		require.ErrorIs(t, connect.StatusError(status, nil, nil), want, status)
	}
}

func FuzzRetryAfterIsAWaitOrNothing(f *testing.F) {
	for _, value := range []string{"", "0", "120", "1.5", "-1", "1e400", "Sun, 06 Nov 1994 08:49:37 GMT", "Inf", "0x10", "９"} {
		f.Add(value, "Sun, 06 Nov 1994 08:49:37 GMT")
	}
	f.Fuzz(func(t *testing.T, value, date string) {
		wait, asked := connect.RetryAfter(http.Header{"Retry-After": {value}, "Date": {date}})
		require.GreaterOrEqual(t, wait, time.Duration(0))
		require.True(t, asked || wait == 0)
	})
}
