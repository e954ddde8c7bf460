package doctor

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Witness carries calls and remembers what answers tell beside what they were asked for: the time of the
// service, and that something about it is new. It is safe for use by many goroutines.
type Witness struct {
	Next http.RoundTripper

	mu    sync.Mutex
	clock map[string]time.Duration // of a host: how far ours is ahead of its
	news  map[string]bool
}

// RoundTrip implements http.RoundTripper.
func (w *Witness) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := w.Next.RoundTrip(r)
	if err == nil {
		w.see(r.URL.Host, resp.Header, time.Now())
	}
	return resp, err
}

// CloseIdleConnections gives them back.
func (w *Witness) CloseIdleConnections() {
	if t, ok := w.Next.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// boxVersion is the one that package box was written for.
const boxVersion = "2024.0"

func (w *Witness) see(host string, h http.Header, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.clock == nil {
		w.clock, w.news = map[string]time.Duration{}, map[string]bool{}
	}
	if at, err := http.ParseTime(h.Get("Date")); err == nil {
		w.clock[host] = now.Sub(at)
	}
	if v := h.Get("Box-Version"); v != "" && v != boxVersion {
		w.news[fmt.Sprintf("%s answers in version %s; this program was written for %s", host, v, boxVersion)] = true
	}
	for _, name := range []string{"Deprecation", "Sunset", "Warning"} {
		if v := h.Get(name); v != "" {
			w.news[fmt.Sprintf("%s says %s: %s", host, strings.ToLower(name), v)] = true
		}
	}
}

// A clock that is off by more makes signing in with a key fail, or all of it.
const (
	clockWarning = 30 * time.Second
	clockFailure = 5 * time.Minute
)

// findings tells what was seen.
func (w *Witness) findings() []Finding {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []Finding
	for _, host := range slices.Sorted(maps.Keys(w.clock)) {
		about, off := "clock", w.clock[host].Round(time.Second)
		const set = "set the clock of this machine"
		switch ahead := off.Abs(); {
		case ahead > clockFailure:
			all = append(all, fail(about, set, "ours is %s ahead of that of %s: signing in fails, and times in reports are wrong", off, host))
		case ahead > clockWarning:
			all = append(all, warn(about, set, "ours is %s ahead of that of %s: signing in with a key may fail", off, host))
		default:
			all = append(all, fine(about, "ours agrees with that of %s", host))
		}
	}
	for _, text := range slices.Sorted(maps.Keys(w.news)) {
		all = append(all, warn("versions", "look for a newer version of this program", "%s", text))
	}
	if len(w.clock) > 0 && len(w.news) == 0 {
		all = append(all, fine("versions", "no answer said that something is new or ends"))
	}
	return all
}
