package boxtest

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAThousandCallsAMinuteAreAllowedToEachUser(t *testing.T) { // section 7
	clock := NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	w := newWorld(t, Options{Clock: clock})
	ann := w.box.AddUser("Ann", "ann@x.example")
	for range 1000 {
		w.status(http.StatusOK, w.get("/2.0/users/me"))
		clock.Advance(10 * time.Millisecond)
	}
	r := w.get("/2.0/users/me")
	w.refused(r, 429, "rate_limit_exceeded")
	require.Equal(t, "50", r.header.Get("Retry-After"))
	w.status(http.StatusOK, w.as(ann).get("/2.0/users/me"))
	clock.Advance(49 * time.Second)
	w.refused(w.get("/2.0/users/me"), 429, "rate_limit_exceeded")
	clock.Advance(time.Second)
	w.status(http.StatusOK, w.get("/2.0/users/me"))
	w.refused(w.get("/2.0/users/me"), 429, "rate_limit_exceeded")
}

func TestUploadsAndSearchesHaveLimitsOfTheirOwn(t *testing.T) { // section 7
	clock := NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	w := newWorld(t, Options{Clock: clock})
	for i := range 240 {
		w.status(http.StatusCreated, w.upload("0", strconv.Itoa(i), "x"))
	}
	w.refused(w.upload("0", "more", "x"), 429, "rate_limit_exceeded")
	w.status(http.StatusOK, w.get("/2.0/users/me"))
	for range 6 {
		w.status(http.StatusOK, w.get("/2.0/search?query=x"))
	}
	r := w.get("/2.0/search?query=x")
	w.refused(r, 429, "rate_limit_exceeded")
	require.Equal(t, "1", r.header.Get("Retry-After"))

	for _, name := range []string{"Ann", "Bob"} { // the enterprise has 12 searches a second for all
		other := w.as(w.box.AddUser(name, name+"@x.example"))
		for i := range 6 {
			r := other.get("/2.0/search?query=x")
			if name == "Bob" {
				w.refused(r, 429, "rate_limit_exceeded")
				break
			}
			require.Equal(t, 200, r.status, i)
		}
	}
}

func TestAnUploadIsACallToo(t *testing.T) { // section 7
	clock := NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	w := newWorld(t, Options{Clock: clock})
	for i := range 100 {
		w.status(http.StatusCreated, w.upload("0", strconv.Itoa(i), "x"))
	}
	for range 900 {
		w.status(http.StatusOK, w.get("/2.0/users/me"))
	}
	w.refused(w.get("/2.0/users/me"), 429, "rate_limit_exceeded")
	w.refused(w.upload("0", "more", "x"), 429, "rate_limit_exceeded")
}

func TestWithoutLimitsNothingIsRefused(t *testing.T) { // issue: --limits off
	clock := NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	w := newWorld(t, Options{Clock: clock, Limits: NoLimits})
	for range 1100 {
		r := w.get("/2.0/users/me")
		w.status(http.StatusOK, r)
		require.Contains(t, r.header.Get("RateLimit-Policy"), `"calls";q=1000000000;w=60`)
	}
	limited := newWorld(t, Options{})
	require.Empty(t, limited.get("/2.0/users/me").header.Get("RateLimit-Policy"), "Box sends none")
}

func TestTheMonthsQuotaIsCountedAndByTheSwitchHeld(t *testing.T) { // section 7, section 14 item 13
	for held, want := range map[bool]int{false: http.StatusOK, true: http.StatusTooManyRequests} {
		clock := NewClock(time.Date(2026, 3, 31, 23, 59, 0, 0, time.UTC))
		w := newWorld(t, Options{Clock: clock, MonthlyCalls: 3, Switches: Switches{MonthlyQuota: held}})
		for range 3 {
			w.status(http.StatusOK, w.get("/2.0/users/me"))
		}
		w.status(want, w.get("/2.0/users/me"))
		clock.Advance(time.Minute)
		w.status(http.StatusOK, w.get("/2.0/users/me"))
	}
}
