package boxtest

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

const createFolders = "POST /2.0/folders"

func (w *world) inject(f Fault) {
	w.Helper()
	require.NoError(w, w.box.Inject(f))
}

// names are those in the root, as its owner sees it.
func (w *world) names() []string {
	w.Helper()
	list, err := w.box.Home().List("0")
	require.NoError(w, err)
	var all []string
	for _, it := range list {
		all = append(all, it.Name)
	}
	return all
}

func (w *world) makeFolder(name string) result {
	w.Helper()
	return w.makeFolderIn("0", name)
}

func TestAFaultAnswersAStatusAtTheNthCall(t *testing.T) { // section 13
	w := newWorld(t, Options{})
	w.inject(Fault{Route: createFolders, Nth: 2, Times: 2, Status: 503, RetryAfter: 1500 * time.Millisecond})
	w.status(http.StatusCreated, w.makeFolder("1"))
	r := w.makeFolder("2")
	w.refused(r, 503, "unavailable")
	require.Equal(t, "2", r.header.Get("Retry-After"))
	w.refused(w.makeFolder("3"), 503, "unavailable")
	w.status(http.StatusOK, w.get("/2.0/folders/0"))
	w.status(http.StatusCreated, w.makeFolder("4"))
	require.Equal(t, []string{"1", "4"}, w.names())
	require.Equal(t, 4, w.box.Calls()[createFolders])
	w.box.ForgetCalls()
	require.Zero(t, w.box.Calls()[createFolders])
}

func TestAFaultAfterTheEffectHidesIt(t *testing.T) { // section 13
	w := newWorld(t, Options{})
	w.inject(Fault{Route: createFolders, Status: 500, When: AfterEffect})
	w.refused(w.makeFolder("A"), 500, "internal_server_error")
	require.Equal(t, []string{"A"}, w.names())
}

func TestAResetStrikesBeforeOrAfterTheEffect(t *testing.T) { // section 13
	for when, want := range map[Moment][]string{BeforeEffect: nil, AfterEffect: {"A"}} {
		w := newWorld(t, Options{})
		w.inject(Fault{Route: createFolders, Reset: true, When: when, Times: -1})
		_, err := w.try("POST", "/2.0/folders", "application/json", strings.NewReader(`{"name":"A","parent":{"id":"0"}}`))
		require.Error(t, err)
		require.Equal(t, want, w.names())
	}
}

func TestAnEffectMayLandLate(t *testing.T) { // section 13
	clock := NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	w := newWorld(t, Options{Clock: clock})
	w.inject(Fault{Route: "POST /2.0/files/content", Status: 503, When: LateEffect, Delay: time.Minute})
	w.refused(w.upload("0", "a.txt", "hello"), 503, "unavailable")
	require.Empty(t, w.names())
	require.Eventually(t, func() bool { return clock.Waiting() == 1 }, time.Minute, time.Millisecond)
	clock.Advance(time.Minute)
	require.Eventually(t, func() bool { return len(w.names()) == 1 }, time.Minute, time.Millisecond)
}

func TestABodyIsCutOrShort(t *testing.T) { // section 13
	w := newWorld(t, Options{})
	id := w.file("0", "a.txt", "hello world")
	to := w.get("/2.0/files/" + id + "/content").header.Get("Location")
	const route = "GET /d/1/{ticket}/download"
	w.inject(Fault{Route: route, Cut: 5})
	r, err := w.try("GET", to, "", nil)
	require.Error(t, err, "the client notices")
	require.Equal(t, "hello", string(r.body))
	w.inject(Fault{Route: route, Short: 5})
	r, err = w.try("GET", to, "", nil)
	require.NoError(t, err, "the client cannot notice")
	require.Equal(t, "hello", string(r.body))
	require.Equal(t, "hello world", string(w.get(to).body))
}

func TestAGatewayAnswersWithAPage(t *testing.T) { // section 8.1
	w := newWorld(t, Options{})
	w.inject(Fault{Route: "*", Status: 502, Plain: true})
	r := w.get("/2.0/folders/0")
	w.status(http.StatusBadGateway, r)
	require.Contains(t, string(r.body), "<h1>Bad Gateway</h1>")
	w.status(http.StatusOK, w.get("/2.0/folders/0"))
}

func TestASlowAnswerTakesItsTimeByTheClock(t *testing.T) { // section 13
	clock := NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	w := newWorld(t, Options{Clock: clock})
	w.inject(Fault{Slow: time.Hour})
	done := make(chan result)
	go func() { done <- w.get("/2.0/folders/0") }()
	require.Eventually(t, func() bool { return clock.Waiting() == 1 }, time.Minute, time.Millisecond)
	clock.Advance(time.Hour)
	w.status(http.StatusOK, <-done)
}

func TestAClientThatGivesUpMayHaveHadItsEffect(t *testing.T) { // section 13, trap 13
	for when, want := range map[Moment][]string{BeforeEffect: nil, AfterEffect: {"A"}} {
		clock := NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
		w := newWorld(t, Options{Clock: clock})
		w.inject(Fault{Route: createFolders, Slow: time.Hour, Status: 503, When: when})
		impatient, giveUp := context.WithCancel(t.Context())
		gone := make(chan error)
		go func() {
			body := strings.NewReader(`{"name":"A","parent":{"id":"0"}}`)
			r, err := http.NewRequestWithContext(impatient, http.MethodPost, w.box.URLs().API+"/2.0/folders", body)
			if err == nil {
				r.Header.Set("Authorization", "Bearer "+w.token)
				var answer *http.Response
				if answer, err = w.client.Do(r); err == nil {
					answer.Body.Close()
				}
			}
			gone <- err
		}()
		require.Eventually(t, func() bool { return clock.Waiting() == 1 }, time.Minute, time.Millisecond)
		giveUp()
		require.ErrorIs(t, <-gone, context.Canceled)
		require.Equal(t, want, w.names())
	}
}

func TestTheAnswerToARefreshMayBeLost(t *testing.T) { // sections 2.2 and 13
	for grace, want := range map[bool]int{false: http.StatusBadRequest, true: http.StatusOK} {
		w := newWorld(t, Options{Switches: Switches{RefreshGrace: grace}})
		w.inject(Fault{Route: "POST /oauth2/token", Reset: true, When: AfterEffect})
		token := w.box.RefreshToken()
		id, secret := w.box.Client()
		body := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {id}, "client_secret": {secret}}
		_, err := w.try("POST", "/oauth2/token", "application/x-www-form-urlencoded", strings.NewReader(body.Encode()))
		require.Error(t, err)
		w.status(want, w.refresh(token))
	}
}

func TestFaultsByChanceAreRepeatable(t *testing.T) { // section 13
	run := func(seed uint64) (answers []int) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, Options{FaultRate: 0.3, Seed: seed})
			for range 200 {
				r, err := w.try("GET", "/2.0/folders/0", "", nil)
				if err != nil {
					r.status = 0
				}
				answers = append(answers, r.status)
			}
		})
		return answers
	}
	one := run(1)
	require.Equal(t, one, run(1))
	require.NotEqual(t, one, run(2))
}

func TestChanceDrawsEveryKindOfFault(t *testing.T) { // section 13
	for _, c := range []struct {
		limits Limits
		kinds  int
	}{{RealLimits, 12}, {NoLimits, 11}} {
		synctest.Test(t, func(t *testing.T) {
			const calls = 600
			w := newWorld(t, Options{FaultRate: 0.3, Limits: c.limits})
			busy := 0
			for range calls {
				if r, err := w.try("GET", "/2.0/folders/0", "", nil); err == nil && r.status == http.StatusTooManyRequests {
					busy++
				}
			}
			drawn, total := w.box.Accidents(), 0
			require.Len(t, w.box.AccidentKinds(), c.kinds)
			for _, kind := range w.box.AccidentKinds() {
				require.Positive(t, drawn[kind], kind)
				total += drawn[kind]
			}
			require.InDelta(t, 0.3*calls, total, 40)
			require.Equal(t, drawn["too many calls"], busy, "with NoLimits nobody is told so")
		})
	}
}

func TestNoRefreshTokenIsLostByChance(t *testing.T) { // section 2.2
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{FaultRate: 0.5})
		id, secret := w.box.Client()
		token := w.box.RefreshToken()
		for range 200 {
			body := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {id}, "client_secret": {secret}}
			r, err := w.try("POST", "/oauth2/token", "application/x-www-form-urlencoded", strings.NewReader(body.Encode()))
			if err != nil || r.status >= http.StatusInternalServerError || r.status == http.StatusTooManyRequests {
				continue // the token is as good as before
			}
			w.status(http.StatusOK, r)
			token = r.at("refresh_token")
		}
		require.Greater(t, len(w.box.Accidents()), 3)
	})
}

func TestAFaultThatCannotBeIsRefused(t *testing.T) {
	w := newWorld(t, Options{})
	for field, f := range map[string]Fault{
		"Route":  {Route: "GET /nowhere", Status: 500},
		"Nth":    {Nth: -1, Status: 500},
		"Status": {Status: 99},
		"Slow":   {},
		"When":   {Slow: time.Second, When: AfterEffect},
		"Delay":  {Status: 500, When: LateEffect},
	} {
		require.ErrorContains(t, w.box.Inject(f), field)
	}
	require.ErrorContains(t, w.box.SetFaultRate(-0.1), "FaultRate")
	require.NoError(t, w.box.SetFaultRate(1))
	require.NoError(t, w.box.SetFaultRate(0))
	w.inject(Fault{Status: 500, Times: -1})
	w.box.ClearFaults()
	w.status(http.StatusOK, w.get("/2.0/folders/0"))
}
