package procoretest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

const createFolders = "POST /rest/v1.0/folders"

func (w *world) inject(f Fault) {
	w.Helper()
	require.NoError(w, w.procore.Inject(f))
}

// names are those in the root, as a person sees it.
func (w *world) names() []string {
	w.Helper()
	list, err := w.procore.Home().List(w.project.RootID)
	require.NoError(w, err)
	var all []string
	for _, it := range list {
		all = append(all, it.Name)
	}
	return all
}

func (w *world) makeFolder(name string) result {
	w.Helper()
	return w.post(w.inProject("/folders"), object{"folder": object{"name": name}})
}

func TestAFaultAnswersAStatusAtTheNthCall(t *testing.T) { // section 13
	w := newWorld(t, Options{})
	w.inject(Fault{Route: createFolders, Nth: 2, Times: 2, Status: 503, RetryAfter: 1500 * time.Millisecond})
	w.status(http.StatusCreated, w.makeFolder("1"))
	r := w.makeFolder("2")
	w.status(503, r)
	require.Equal(t, "2", r.header.Get("Retry-After"))
	w.status(503, w.makeFolder("3"))
	w.status(http.StatusOK, w.get(w.inProject("/folders")))
	w.status(http.StatusCreated, w.makeFolder("4"))
	require.Equal(t, []string{"1", "4"}, w.names())
	require.Equal(t, 4, w.procore.Calls()[createFolders])
	w.procore.ForgetCalls()
	require.Zero(t, w.procore.Calls()[createFolders])
}

func TestAFaultStrikesBeforeOrAfterTheEffect(t *testing.T) { // section 13
	for when, want := range map[Moment][]string{BeforeEffect: nil, AfterEffect: {"A"}} {
		w := newWorld(t, Options{})
		w.inject(Fault{Route: createFolders, Status: 500, Message: "no", When: when})
		r := w.makeFolder("A")
		w.status(500, r)
		require.Equal(t, "no", r.at("errors"))
		require.Equal(t, want, w.names())

		w = newWorld(t, Options{})
		w.inject(Fault{Route: createFolders, Reset: true, When: when, Times: -1})
		_, err := w.try("POST", w.inProject("/folders"), "application/json", strings.NewReader(`{"folder":{"name":"A"}}`))
		require.Error(t, err)
		require.Equal(t, want, w.names())
	}
}

func TestAnEffectMayLandLate(t *testing.T) { // section 13
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	uuid := w.upload("a.txt", "hello")
	w.inject(Fault{Route: "POST /rest/v1.0/files", Status: 503, When: LateEffect, Delay: time.Minute})
	w.status(503, w.post(w.inProject("/files"), object{"file": object{"name": "a.txt", "upload_uuid": uuid}}))
	require.Empty(t, w.names())
	require.Eventually(t, func() bool { return clock.Waiting() == 1 }, time.Minute, time.Millisecond)
	clock.Advance(time.Minute)
	require.Eventually(t, func() bool { return len(w.names()) == 1 }, time.Minute, time.Millisecond)
}

func TestABodyIsCutOrShort(t *testing.T) { // sections 6 and 13
	w := newWorld(t, Options{})
	link := w.show(w.file(w.project.RootID, "a.txt", "hello world")).at("file_versions.0.url")
	const route = "GET /pro-core.com/files/{key}"
	target := w.get(link).header.Get("Location")
	w.inject(Fault{Route: route, Cut: 5})
	r, err := w.bare().try("GET", target, "", nil)
	require.Error(t, err, "the client notices")
	require.Equal(t, "hello", string(r.body))
	w.inject(Fault{Route: route, Short: 5})
	r, err = w.bare().try("GET", target, "", nil)
	require.NoError(t, err, "only the size tells")
	require.Equal(t, "hello", string(r.body))
	require.Equal(t, "hello world", string(w.bare().get(target).body))
}

func TestABalancerAnswersWithAPage(t *testing.T) { // section 13, shape 5
	w := newWorld(t, Options{})
	w.inject(Fault{Route: "*", Status: 502, Plain: true})
	r := w.get(me10)
	w.status(http.StatusBadGateway, r)
	require.Contains(t, string(r.body), "<h1>Bad Gateway</h1>")
	w.status(http.StatusOK, w.get(me10))
}

func TestASlowAnswerTakesItsTimeByTheClock(t *testing.T) { // section 13
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	w.inject(Fault{Slow: time.Hour})
	done := make(chan result)
	go func() { done <- w.get(me10) }()
	require.Eventually(t, func() bool { return clock.Waiting() == 1 }, time.Minute, time.Millisecond)
	clock.Advance(time.Hour)
	w.status(http.StatusOK, <-done)
}

func TestTheAnswerToARefreshMayBeLost(t *testing.T) { // section 1.2, trap 3
	w := newWorld(t, Options{})
	w.inject(Fault{Route: "POST /oauth/token", Reset: true, When: AfterEffect})
	token := w.procore.RefreshToken()
	id, secret := w.procore.Client()
	body := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {id}, "client_secret": {secret}}
	_, err := w.try("POST", "/oauth/token", "application/x-www-form-urlencoded", strings.NewReader(body.Encode()))
	require.Error(t, err)
	w.status(http.StatusUnauthorized, w.refresh(token))
}

func TestFaultsByChanceAreRepeatableAndOfEveryKind(t *testing.T) { // section 13
	run := func(t *testing.T, seed uint64, limits Limits) (answers []int, met map[string]int) {
		t.Helper()
		w := newWorld(t, Options{FaultRate: 0.3, Seed: seed, Limits: limits, SpikeCalls: 1 << 20, HourlyCalls: 1 << 20})
		for range 500 {
			r, err := w.try("POST", w.inProject("/folders"), "application/json", strings.NewReader(`{}`))
			if err != nil {
				r.status = 0
			}
			answers = append(answers, r.status)
		}
		require.Subset(t, w.procore.AccidentKinds(), slices.Collect(mapKeys(w.procore.Accidents())))
		require.Len(t, w.procore.Accidents(), len(w.procore.AccidentKinds()))
		return answers, w.procore.Accidents()
	}
	synctest.Test(t, func(t *testing.T) {
		one, met := run(t, 1, RealLimits)
		again, same := run(t, 1, RealLimits)
		require.Equal(t, one, again)
		require.Equal(t, met, same)
		require.Contains(t, one, http.StatusTooManyRequests)
		two, met := run(t, 2, NoLimits)
		require.NotEqual(t, one, two)
		require.NotContains(t, two, http.StatusTooManyRequests)
		require.NotContains(t, met, "too many calls")
	})
}

func mapKeys(m map[string]int) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for name := range m {
			if !yield(name) {
				return
			}
		}
	}
}

func TestNoRefreshTokenIsLostByChance(t *testing.T) { // trap 3
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{FaultRate: 1})
		token := w.procore.RefreshToken()
		id, secret := w.procore.Client()
		body := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {id}, "client_secret": {secret}}
		for range 100 {
			r, err := w.try("POST", "/oauth/token", "application/x-www-form-urlencoded", strings.NewReader(body.Encode()))
			if err == nil && r.status == http.StatusOK {
				body.Set("refresh_token", r.at("refresh_token")) // it was only slow
			}
		}
		w.procore.lock()
		defer w.procore.unlock()
		require.Contains(t, w.procore.keys.refresh, body.Get("refresh_token"))
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
		require.ErrorContains(t, w.procore.Inject(f), field)
	}
	w.inject(Fault{Status: 500, Times: -1})
	w.procore.ClearFaults()
	w.status(http.StatusOK, w.get(me10))
	require.ErrorContains(t, w.procore.SetFaultRate(-1), "FaultRate")
	require.NoError(t, w.procore.SetFaultRate(1))
	w.procore.faults.Draw("x", false)
	require.Len(t, w.procore.Accidents(), 1)
}

func TestOptionsThatCannotBeAreRefused(t *testing.T) {
	for field, o := range map[string]Options{
		"FaultRate": {FaultRate: 2}, "TokenLife": {TokenLife: -1}, "LinkLife": {LinkLife: -1}, "TargetLife": {TargetLife: -1},
		"SmallestSegment": {SmallestSegment: -1}, "HourlyCalls": {HourlyCalls: -1}, "SpikeCalls": {SpikeCalls: -1},
		"URLs.API": {URLs: URLs{Login: "http://x"}}, "URLs.Storage": {URLs: URLs{API: "http://x", Login: "http://x"}},
	} {
		_, err := New(o)
		require.ErrorContains(t, err, field)
	}
}
