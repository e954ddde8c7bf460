package procoretest

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const me10 = "/rest/v1.0/me"

// limitHeaders are limit, remaining and reset of an answer; reset from now on.
func limitHeaders(t *testing.T, clock *Clock, r result) [3]int {
	t.Helper()
	var all [3]int
	for i, name := range []string{"Limit", "Remaining", "Reset"} {
		n, err := strconv.Atoi(r.header.Get("X-Rate-Limit-" + name))
		require.NoError(t, err)
		all[i] = n
	}
	all[2] -= int(clock.Now().Unix())
	return all
}

func TestTheSpikeLimitIsHitLongBeforeTheHour(t *testing.T) { // section 3, trap 19
	clock := newClock()
	w := newWorld(t, Options{Clock: clock, SpikeCalls: 25, HourlyCalls: 3600})
	for i := range 25 {
		r := w.get(me10)
		w.status(http.StatusOK, r)
		require.Equal(t, [3]int{25, 24 - i, 10}, limitHeaders(t, clock, r))
	}
	refused := w.get(me10)
	w.status(http.StatusTooManyRequests, refused)
	require.Equal(t, [3]int{25, 0, 10}, limitHeaders(t, clock, refused))
	require.Equal(t, "10", refused.header.Get("Retry-After"))
	require.Contains(t, refused.at("errors"), "You have surpassed the max number of requests for an hour")
	ann := w.procore.AddUser("Ann", "ann@x.example")
	w.status(http.StatusOK, w.as(ann).get(me10))
	clock.Advance(9 * time.Second)
	w.status(http.StatusTooManyRequests, w.get(me10))
	clock.Advance(time.Second)
	w.status(http.StatusOK, w.get(me10))
}

func TestTheHeadersSwitchToTheHourWhenItIsNearer(t *testing.T) { // section 3
	clock := newClock()
	w := newWorld(t, Options{Clock: clock, SpikeCalls: 4, HourlyCalls: 10})
	var limits []int
	for range 10 {
		r := w.get(me10)
		w.status(http.StatusOK, r)
		limits = append(limits, limitHeaders(t, clock, r)[0])
		clock.Advance(3 * time.Second)
	}
	require.Equal(t, []int{4, 4, 4, 4, 4, 4, 4, 4, 10, 10}, limits)
	refused := w.get(me10)
	w.status(http.StatusTooManyRequests, refused)
	require.Equal(t, [3]int{10, 0, 3570}, limitHeaders(t, clock, refused))
	clock.Advance(3570 * time.Second)
	require.Equal(t, 4, limitHeaders(t, clock, w.get(me10))[0])
}

func TestEveryRequestCountsAndBytesDoNot(t *testing.T) { // section 3
	clock := newClock()
	w := newWorld(t, Options{Clock: clock, SpikeCalls: 10, HourlyCalls: 3600})
	left := func() int { return limitHeaders(t, clock, w.get(me10))[1] }
	require.Equal(t, 9, left())
	w.status(http.StatusNotFound, w.get(w.inProject("/files/1")))
	require.Equal(t, 7, left(), "a failed call counts")
	link := w.show(w.file(w.project.RootID, "a.txt", "x")).at("file_versions.0.url")
	require.Equal(t, 3, left(), "upload, create, show; the storage does not count")
	w.status(http.StatusOK, w.download(link))
	require.Equal(t, 2, left())
}

func TestWithoutLimitsNothingIsRefusedAndBothWindowsAreToldAsWide(t *testing.T) { // issue: --limits off
	w := newWorld(t, Options{Limits: NoLimits})
	told := map[string]int{}
	for range 5000 {
		r := w.get(me10)
		w.status(http.StatusOK, r)
		told[r.header.Get("X-Rate-Limit-Limit")+" of "+r.header.Get("X-Rate-Limit-Remaining")]++
		require.NotEmpty(t, r.header.Get("X-Rate-Limit-Reset"))
	}
	require.Equal(t, map[string]int{"1000000000 of 1000000000": 2500, "100000 of 100000": 2500}, told)
}
