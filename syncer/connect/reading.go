package connect

import (
	"math"
	"time"
)

// heard is what one answer told, and when that was in our time.
type heard struct {
	at       time.Duration
	readings []Reading
	refused  bool // the service said no, and did not tell of any window
}

// hear lets the account learn from an answer that came some time ago.
func (a *account) hear(now time.Duration, h heard, ago time.Duration) {
	for _, r := range h.readings {
		if m := a.meant(now, r); m != nil {
			m.hear(now, r, ago)
		}
	}
	if h.refused && a.stop <= now {
		a.cut(now)
	}
}

// meant returns the window that a Reading is about, nil if there is none.
func (a *account) meant(now time.Duration, r Reading) *meter {
	if r.Window != "" {
		return a.meter(r.Window)
	}
	var best *meter
	bestFit := math.Inf(1)
	for _, m := range a.meters {
		if m.Kind != "" || r.Limit <= 0 || r.In > m.Every+time.Second {
			continue
		}
		fit := misfit(m.most(now), r.Limit)
		if fit < bestFit || fit == bestFit && m.Every < best.Every {
			best, bestFit = m, fit
		}
	}
	return best
}

// misfit is how many times larger one limit is than the other, as a logarithm. Limits change; a
// window without one is taken for another that has grown or shrunk fourfold.
func misfit(known, told int) float64 {
	if known <= 0 {
		return math.Log(4)
	}
	return math.Abs(math.Log(float64(told) / float64(known)))
}

// boundless is a limit that nobody reaches.
const boundless = 1 << 30

// hear takes over the limit, and counts the calls that somebody else must have made.
func (m *meter) hear(now time.Duration, r Reading, ago time.Duration) {
	if limit := min(r.Limit, boundless); limit > 0 && limit != m.told {
		m.told, m.cut = limit, 0
	}
	most := m.told
	if most == 0 {
		most = m.Most
	}
	if r.Remaining < 0 || most == 0 {
		return
	}
	others := min(most, boundless) - r.Remaining - m.used
	if others <= 0 {
		return
	}
	at := now
	if m.Fixed && r.In > 0 {
		at = now - ago + min(r.In, m.Every+ago) - m.Every // a later end cannot be
	}
	if at+m.Every > now {
		m.add(at, others)
	}
}

// quick is the longest window that is taken to be the one that a service means when it says no
// without telling: to lower a long one would cost too much if it was another.
const quick = 10 * time.Minute

// cut lowers the limit of the fullest short window. The service says no where there should be room:
// either its limit is lower than we know, or somebody else calls it.
func (a *account) cut(now time.Duration) {
	var fullest *meter
	var most float64
	for _, m := range a.meters {
		limit := m.most(now)
		if m.Kind != "" || m.Every > quick || limit == 0 {
			continue
		}
		if full := float64(m.used) / float64(limit); full > most {
			fullest, most = m, full
		}
	}
	if fullest == nil || most < 0.5 {
		return // it is about something else than how many calls there were
	}
	limit := fullest.most(now)
	wanted := max(1, min(limit, fullest.used)*9/10)
	fullest.cut, fullest.when = 0, now
	fullest.cut = fullest.most(now) - wanted
}
