package connect

import (
	"fmt"
	"slices"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// KindUpload is the kind of calls that send contents (see [WithKind]), which [syncer.Cost] counts
// apart.
const KindUpload = "upload"

// Window is one limit of a service: how many calls it takes within a time. Whether the service
// counts over the time before each call, or anew each hour on the hour, does not matter: what keeps
// to the first keeps to the second.
type Window struct {
	// Name tells the windows of a credential apart: "spike", "hour".
	Name string
	// Kind says which calls count, as Call.Kind names them; empty means all of them.
	Kind string
	// Most is how many calls fit in as far as is known; 0 means that answers will tell. What an
	// answer tells counts more.
	Most int
	// Every is how long the window is: more than 0, and less than ten years.
	Every time.Duration
	// Fixed says that the service forgets all calls at once when the window is over, at the time
	// that its answers tell. It matters only for calls that the Governor has not let go itself.
	Fixed bool
}

// Reading is what an answer tells of a Window.
type Reading struct {
	// Window is the window's name. If the service does not say which one it means it is empty: then
	// it is the one whose length and limit fit best.
	Window string
	// Limit is how many calls fit in; 0 means that the answer does not tell, and then the Reading
	// counts only if Window names one whose limit is known.
	Limit int
	// Remaining is how many are left; less than 0 means that the answer does not tell.
	Remaining int
	// In is when the window ends or begins to free calls, counted from the answer. It should be
	// taken from the answer's own Date, so that no clock of ours matters, and rounded up. 0 means that
	// the answer does not tell.
	In time.Duration
}

const longest = 10 * 365 * 24 * time.Hour

func (w Window) check() error {
	switch {
	case w.Name == "":
		return fmt.Errorf("window without Name: %w", syncer.ErrInvalid)
	case w.Most < 0:
		return fmt.Errorf("window %q: Most is %d: %w", w.Name, w.Most, syncer.ErrInvalid)
	case w.Every <= 0 || w.Every > longest:
		return fmt.Errorf("window %q: Every is %s: %w", w.Name, w.Every, syncer.ErrInvalid)
	}
	return nil
}

// grains is into how many parts the memory of a window is cut. A call is remembered for up to one
// part more than the window is long, never for less.
const grains = 200

// A meter is a Window and what was counted in it. Times are those of an account: durations since
// an origin that does not matter.
type meter struct {
	Window

	told int           // the limit, as an answer told it last; 0 before
	cut  int           // by how much the limit seems to be lower than that, since the service says no
	when time.Duration // when cut was found out
	log  []grain       // of the last Every, in the order of time
	used int           // all of log

	closed bool // while a draw is answered: somebody waits for it whom nobody may pass
}

// A grain is the calls of one part of a window. at is the end of the part: they are forgotten when
// that is Every ago.
type grain struct {
	at time.Duration
	n  int
}

// most is how many calls fit in at a time, 0 if that is not known. What was cut off grows again by a
// hundredth of the limit in each Every.
func (m *meter) most(now time.Duration) int {
	most := m.Most
	if m.told > 0 {
		most = m.told
	}
	if m.cut == 0 || most == 0 {
		return most
	}
	regained := int(float64(most) / 100 * (float64(now-m.when) / float64(m.Every)))
	return max(1, most-max(0, m.cut-regained))
}

// counts says whether a call counts in m.
func (m *meter) counts(kind string) bool { return m.Kind == "" || m.Kind == kind }

// slack is how much later than it was let go a call may arrive at the service, to be counted there.
func (m *meter) slack(longest time.Duration) time.Duration {
	const least = 200 * time.Millisecond
	return min(longest, max(least, m.Every/50))
}

// length is how long one part is.
func (m *meter) length() time.Duration { return max(1, m.Every/grains) }

// add counts n calls at a time, which is not before the origin.
func (m *meter) add(at time.Duration, n int) {
	at = max(at, 0)
	if over := at % m.length(); over > 0 {
		at += m.length() - over
	}
	i := len(m.log)
	for i > 0 && m.log[i-1].at > at {
		i--
	}
	if i > 0 && m.log[i-1].at == at {
		m.log[i-1].n += n
	} else {
		m.log = slices.Insert(m.log, i, grain{at, n})
	}
	m.used += n
}

// forget drops what has left the window.
func (m *meter) forget(now time.Duration) {
	gone := 0
	for gone < len(m.log) && m.log[gone].at+m.Every <= now {
		m.used -= m.log[gone].n
		gone++
	}
	m.log = slices.Delete(m.log, 0, gone)
}

// free returns when n more calls fit in, now or later.
func (m *meter) free(now time.Duration, n int) time.Duration {
	room := m.most(now) - m.used
	for _, g := range m.log {
		if room >= n {
			break
		}
		room += g.n
		now = max(now, g.at+m.Every)
	}
	return now
}

// kept is the part of a window that is kept for live calls.
const kept = 0.5

// spread returns when n more bulk calls may go. They leave what live calls need to go on at kept of
// the even pace from now on, until enough calls leave the window again. So bulk calls rush through the
// first half of an empty window, and go at an even pace through the rest; where they come at a
// steady pace they may have all of it.
func (m *meter) spread(now time.Duration, n int) time.Duration {
	most := m.most(now)
	each := float64(m.Every) / (kept * float64(most)) // the time in which live calls need one
	left := most - m.used - n + 1
	at := m.free(now, n)
	for _, g := range m.log {
		at = max(at, g.at+m.Every-time.Duration(float64(left)*each))
		left += g.n
	}
	return at
}
