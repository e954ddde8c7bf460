package connect_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// serviceError is a connector's own error.
type serviceError struct {
	status    int
	sentinel  error
	temporary bool
}

func (e *serviceError) Error() string   { return "service says " + http.StatusText(e.status) }
func (e *serviceError) Unwrap() error   { return e.sentinel }
func (e *serviceError) Temporary() bool { return e.temporary }

func decode(status int, h http.Header, body []byte) error {
	e := &serviceError{status: status, temporary: string(body) == "tree is locked"}
	e.sentinel = errors.Unwrap(connect.StatusError(status, h, body))
	if e.temporary {
		e.sentinel = syncer.ErrLocked
	}
	return e
}

// looks answers in order; the last one again and again.
func looks(answers ...any) func(context.Context) (bool, error) {
	n := 0
	return func(context.Context) (bool, error) {
		answer := answers[min(n, len(answers)-1)]
		n++
		err, _ := answer.(error)
		return answer == true, err
	}
}

func TestACallIsSentAgainOnlyIfThatCannotDoHarm(t *testing.T) {
	errLook := errors.New("cannot look")
	for _, c := range []struct {
		name    string
		call    connect.Call // GET unless it says otherwise
		steps   []step
		tries   int
		took    time.Duration
		is      error // nil: it succeeds
		unknown bool
	}{
		{
			name:  "a read is repeated after an error of the service",
			steps: []step{reply(500, ""), reply(502, "<html>"), reply(200, "{}")},
			tries: 3, took: 3 * time.Second,
		},
		{name: "a read is repeated after a lost answer", steps: []step{lost, reply(200, "{}")}, tries: 2, took: time.Second},
		{name: "a read gives up in the end", steps: []step{lost}, tries: 5, took: 15 * time.Second, is: errAny},
		{name: "a read that is not found is not repeated", steps: []step{reply(404, "")}, tries: 1, is: fs.ErrNotExist},
		{
			name: "a write is not repeated after an error of the service", call: connect.Call{Method: "POST"},
			steps: []step{reply(503, "", "Retry-After: 1"), reply(201, "{}")},
			tries: 1, is: errAny, unknown: true,
		},
		{
			name: "nor after a request that took too long", call: connect.Call{Method: "POST"},
			steps: []step{reply(408, ""), reply(201, "{}")}, tries: 1, is: errAny, unknown: true,
		},
		{
			name: "a write is not repeated after a lost answer", call: connect.Call{Method: "DELETE"},
			steps: []step{lost, reply(204, "")}, tries: 1, is: errAny, unknown: true,
		},
		{
			name: "a write that never had a connection is repeated", call: connect.Call{Method: "POST"},
			steps: []step{unreached, reply(201, "{}")}, tries: 2, took: time.Second,
		},
		{
			name: "a write that never had a connection was not done", call: connect.Call{Method: "POST"},
			steps: []step{unreached}, tries: 5, took: 15 * time.Second, is: syncer.ErrBusy,
		},
		{
			name: "a read that never had a connection says so", call: connect.Call{Method: "GET"},
			steps: []step{unreached}, tries: 5, took: 15 * time.Second, is: syncer.ErrUnreached,
		},
		{
			name: "a write that was too much is repeated when the service says", call: connect.Call{Method: "POST"},
			steps: []step{reply(429, "", "Retry-After: 3"), reply(201, "{}")}, tries: 2, took: 3150 * time.Millisecond,
		},
		{
			name: "a write that was too much was not done", call: connect.Call{Method: "POST"},
			steps: []step{reply(429, "")}, tries: 5, took: 15 * time.Second, is: syncer.ErrBusy,
		},
		{
			name: "a refusal that is temporary is waited for", call: connect.Call{Method: "POST"},
			steps: []step{reply(409, "tree is locked"), reply(201, "{}")}, tries: 2, took: time.Second,
		},
		{
			name: "a refusal that stays temporary is what the connector calls it", call: connect.Call{Method: "POST"},
			steps: []step{reply(409, "tree is locked")}, tries: 5, took: 15 * time.Second, is: syncer.ErrLocked,
		},
		{
			name: "a refusal for good is final", call: connect.Call{Method: "POST"},
			steps: []step{reply(409, "")}, tries: 1, is: fs.ErrExist,
		},
		{
			name: "a query by POST is repeated like a read", call: connect.Call{Method: "POST", Repeat: connect.Harmless},
			steps: []step{lost, reply(500, ""), reply(200, "{}")}, tries: 3, took: 3 * time.Second,
		},
		{
			name: "what has the effect of one is repeated", call: connect.Call{Method: "PUT", Repeat: connect.Again},
			steps: []step{lost, reply(500, ""), reply(200, "{}")}, tries: 3, took: 3 * time.Second,
		},
		{
			name: "a refusal after a lost answer proves nothing", call: connect.Call{Method: "DELETE", Repeat: connect.Again},
			steps: []step{lost, reply(404, "")}, tries: 2, took: time.Second, is: errAny, unknown: true,
		},
		{
			name: "a create whose effect is found has succeeded", call: connect.Call{Method: "POST", Look: looks(true)},
			steps: []step{lost, reply(201, "{}")}, tries: 1, took: time.Second,
		},
		{
			name: "a create whose effect is not there is repeated", call: connect.Call{Method: "POST", Look: looks(false)},
			steps: []step{reply(503, ""), reply(201, "{}")}, tries: 2, took: time.Second,
		},
		{
			name:  "a create that nothing guards is repeated when no effect can come any more",
			call:  connect.Call{Method: "POST", Look: looks(false), Settle: 10 * time.Second},
			steps: []step{lost, reply(201, "{}")}, tries: 2, took: 10 * time.Second,
		},
		{
			name:  "nor is it repeated then if the effect came meanwhile",
			call:  connect.Call{Method: "POST", Look: looks(false, true), Settle: 10 * time.Second},
			steps: []step{lost, reply(201, "{}")}, tries: 1, took: 10 * time.Second,
		},
		{
			name:  "an effect that is there at once is not waited for",
			call:  connect.Call{Method: "POST", Look: looks(true), Settle: 10 * time.Second},
			steps: []step{lost, reply(201, "{}")}, tries: 1, took: time.Second,
		},
		{
			name:  "what was refused needs no time to settle",
			call:  connect.Call{Method: "POST", Look: looks(false), Settle: 10 * time.Second},
			steps: []step{reply(429, ""), reply(201, "{}")}, tries: 2, took: time.Second,
		},
		{
			name: "an effect that came late is found before the call is given up", call: connect.Call{Method: "POST", Look: looks(false, true)},
			steps: []step{lost, reply(409, "")}, tries: 2, took: time.Second,
		},
		{
			name: "a name that is taken after a lost answer proves nothing", call: connect.Call{Method: "POST", Look: looks(false)},
			steps: []step{lost, reply(409, "")}, tries: 2, took: time.Second, is: errAny, unknown: true,
		},
		{
			name: "a call whose effect cannot be looked for is not repeated", call: connect.Call{Method: "POST", Look: looks(errLook)},
			steps: []step{lost, reply(201, "{}")}, tries: 1, took: time.Second, is: errLook, unknown: true,
		},
		{
			name: "nobody looks for the effect of what was refused", call: connect.Call{Method: "POST", Look: looks(true)},
			steps: []step{reply(409, "")}, tries: 1, is: fs.ErrExist,
		},
		{
			name:  "a wait that is too long is not begun",
			steps: []step{reply(429, "", "Retry-After: 3600")}, tries: 1, is: syncer.ErrBusy,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := wired(c.steps...)
				c.call.Op, c.call.Path = "test", "/items/1"
				start := time.Now()
				err := client(t, w, func(o *connect.Options) { o.Decode = decode }).JSON(t.Context(), c.call, nil)
				require.Equal(t, c.took, time.Since(start))
				require.Len(t, w.seen, c.tries)
				requireTruth(t, err, c.is, c.unknown)
			})
		})
	}
}

// errAny stands for an error of whatever kind.
var errAny = errors.New("any error")

// requireTruth holds an error to what it must be, and to what it may make people believe.
func requireTruth(t *testing.T, err, is error, unknown bool) {
	t.Helper()
	if is == nil {
		require.NoError(t, err)
		return
	}
	require.Error(t, err)
	if !errors.Is(is, errAny) {
		require.ErrorIs(t, err, is)
	}
	failed, ok := errors.AsType[*connect.Error](err)
	require.True(t, ok)
	require.Equal(t, unknown, failed.Unknown)
	if unknown {
		require.False(t, syncer.NotDone(err), "%v", err)
		require.ErrorContains(t, err, "may have been carried out")
	} else if syncer.NotDone(is) {
		require.True(t, syncer.NotDone(err), "%v", err)
	}
}

func TestTheServicesOwnErrorIsFoundEvenIfItProvesNothing(t *testing.T) {
	w := wired(reply(503, "", "X-Request-Id: r-77"))
	err := client(t, w, func(o *connect.Options) { o.Decode = decode }).
		JSON(t.Context(), connect.Call{Op: "create folder", Method: "POST", Path: "/folders"}, nil)
	require.NotErrorIs(t, err, syncer.ErrBusy)
	own, ok := errors.AsType[*serviceError](err)
	require.True(t, ok)
	require.Equal(t, 503, own.status)
	require.EqualError(t, err, "create folder: POST /folders: service says Service Unavailable (status 503) (request r-77); it may have been carried out")
}

func TestAServiceThatPromisesNotToHaveActedIsBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := wired(reply(503, "", "Retry-After: 1"), reply(201, ""))
		c := client(t, w, func(o *connect.Options) {
			o.Refused = func(status int, h http.Header) bool { return status == 503 && h.Get("Retry-After") != "" }
		})
		require.NoError(t, c.JSON(t.Context(), connect.Call{Op: "create", Method: "POST"}, nil))
		require.Len(t, w.seen, 2)
	})
}

func TestACallIsSentAsOftenAsTheOptionsSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := wired(reply(500, ""))
		err := client(t, w, func(o *connect.Options) { o.Attempts = 2 }).JSON(t.Context(), connect.Call{Op: "read"}, nil)
		require.ErrorIs(t, err, syncer.ErrBusy)
		require.ErrorContains(t, err, "tried 2 times")
		require.Len(t, w.seen, 2)
	})
}

func TestNobodyWaitsPastTheEndOfTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		start := time.Now()
		err := client(t, wired(reply(429, "", "Retry-After: 3"))).JSON(ctx, connect.Call{Op: "create", Method: "POST"}, nil)
		require.ErrorIs(t, err, syncer.ErrBusy)
		require.True(t, syncer.NotDone(err), "the service has refused it")
		require.Zero(t, time.Since(start))
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		w := wired(lost)
		err := client(t, w).JSON(ctx, connect.Call{Op: "create", Method: "POST", Look: looks(false), Settle: 10 * time.Second}, nil)
		requireTruth(t, err, errAny, true)
		require.Len(t, w.seen, 1)
		require.Equal(t, time.Second, time.Since(start))
	})
}

func TestCancellingEndsTheWaitAndProvesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(500*time.Millisecond, cancel)
		start := time.Now()
		err := client(t, wired(reply(500, ""))).JSON(ctx, connect.Call{Op: "read"}, nil)
		require.ErrorIs(t, err, context.Canceled)
		require.False(t, syncer.NotDone(err))
		require.Equal(t, 500*time.Millisecond, time.Since(start))
	})
}

func TestACancelledContextSendsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := wired(reply(200, ""))
	err := client(t, w).JSON(ctx, connect.Call{Op: "read"}, nil)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, w.seen)
}

func TestAnAnswerThatIsNotReadyIsAskedForAgain(t *testing.T) {
	wait := reply(202, "", "Retry-After: 10")
	for _, c := range []struct {
		name    string
		call    connect.Call
		steps   []step
		tries   int
		took    time.Duration
		is      error
		unknown bool
	}{
		{"until it is, however often", connect.Call{}, append(repeat(wait, 20), reply(200, "{}")), 21, 200 * time.Second, nil, false},
		{"every second if the service names no time", connect.Call{}, []step{reply(202, ""), reply(202, ""), reply(200, "")}, 3, 2 * time.Second, nil, false},
		{"for as long as the caller is patient", connect.Call{Patience: 35 * time.Second}, []step{wait}, 4, 30 * time.Second, syncer.ErrLocked, false},
		{"and may be done some day", connect.Call{Method: "POST", Repeat: connect.Again}, []step{wait}, 61, 10 * time.Minute, errAny, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := wired(c.steps...)
				c.call.Op, c.call.Pending = "commit", []int{http.StatusAccepted}
				start := time.Now()
				err := client(t, w).JSON(t.Context(), c.call, nil)
				require.Equal(t, c.took, time.Since(start))
				require.Len(t, w.seen, c.tries)
				requireTruth(t, err, c.is, c.unknown)
			})
		})
	}
}

func repeat(s step, n int) []step {
	all := make([]step, n)
	for i := range all {
		all[i] = s
	}
	return all
}

func TestACallThatMakesNoSenseNamesTheField(t *testing.T) {
	for field, call := range map[string]connect.Call{
		"Op is empty":        {},
		"Repeat is 9":        {Op: "x", Repeat: 9},
		"Settle is -1s":      {Op: "x", Settle: -time.Second},
		"Follow is -1":       {Op: "x", Follow: -1},
		"Follow is for GET":  {Op: "x", Method: "POST", Follow: 1},
		"Body has no Open":   {Op: "x", Body: connect.Body{Size: 3}},
		"Body.Size is -2":    {Op: "x", Body: connect.Body{Open: connect.Bytes("", nil).Open, Size: -2}},
		"method \"B D\"":     {Op: "x", Method: "B D"},
		"Path is no URL":     {Op: "x", Path: "/%zz"},
		"must not get the":   {Op: "x", Path: "https://evil.example.com/2.0/files"},
		"is no https or":     {Op: "x", Path: "ftp://api.example.com/"},
		"Path is no https":   {Op: "x", Path: "files/1"},
		"leads to api.examp": {Op: "x", Path: "http://api.example.com/2.0/files"},
	} {
		w := wired(reply(200, ""))
		err := fails(client(t, w).Do(t.Context(), call))
		require.ErrorIs(t, err, syncer.ErrInvalid, field)
		require.ErrorContains(t, err, field)
		require.Empty(t, w.seen)
	}
}

func TestOptionsThatMakeNoSenseNameTheField(t *testing.T) {
	for field, o := range map[string]connect.Options{
		"Base":     {},
		"no https": {Base: "api.example.com"},
		"than an":  {Base: "https://user:secret@api.example.com"},
		"origin":   {Base: "https://api.example.com?x=1"},
		"Attempts": {Base: "https://a", Attempts: -1},
		"Longest":  {Base: "https://a", Longest: -1},
		"Timeout":  {Base: "https://a", Timeout: -1},
		"Most":     {Base: "https://a", Most: -1},
	} {
		_, err := connect.New(o)
		require.ErrorIs(t, err, syncer.ErrInvalid, field)
		require.ErrorContains(t, err, field)
		require.NotContains(t, err.Error(), "secret")
	}
}
