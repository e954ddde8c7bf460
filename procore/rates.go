package procore

import (
	"net/http"
	"strconv"
	"time"

	"github.com/procorebox/procorebox/syncer/connect"
)

// Windows returns the two limits that Procore has for the calls of a credential, both at once: one for
// ten seconds (a spike) and one for an hour. How many calls fit in differs from app to app; these
// numbers are what was seen most, and what answers tell counts more: see Readings. Calls that somebody
// else made are forgotten when a window begins anew, at the time that answers tell.
func Windows() []connect.Window {
	return []connect.Window{
		{Name: "spike", Most: 25, Every: 10 * time.Second, Fixed: true},
		{Name: "hour", Most: 3600, Every: time.Hour, Fixed: true},
	}
}

// Readings takes from an answer of Procore what it tells of the Windows. An answer tells of one of
// them, of that which is nearer to its end, and does not say which; a connect.Governor finds it out:
//
//	governor, err := connect.NewGovernor(connect.GovernorOptions{Windows: procore.Windows(), Read: procore.Readings})
func Readings(_ int, h http.Header) []connect.Reading {
	limit, err := strconv.Atoi(h.Get("X-Rate-Limit-Limit"))
	if err != nil || limit <= 0 {
		return nil
	}
	r := connect.Reading{Limit: limit, Remaining: -1}
	if left, err := strconv.Atoi(h.Get("X-Rate-Limit-Remaining")); err == nil && left >= 0 {
		r.Remaining = left
	}
	r.In = resetIn(h)
	return []connect.Reading{r}
}

// resetIn is when a window begins anew, counted from the answer by its own clock; 0 if it is not told.
func resetIn(h http.Header) time.Duration {
	at, err := strconv.ParseInt(h.Get("X-Rate-Limit-Reset"), 10, 64)
	if err != nil || at <= 0 {
		return 0
	}
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	// Date is cut to a second, so the true distance is up to one shorter; longer is never wrong.
	return max(0, min(time.Unix(at, 0).Sub(date), 2*time.Hour))
}
