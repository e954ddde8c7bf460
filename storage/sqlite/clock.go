package sqlite

import (
	"sync"
	"time"
)

// mark is a time of a timekeeper, and how long the machine had been running then.
type mark struct {
	at   time.Time
	boot string
	up   time.Duration
}

// latestCharge returns the zero mark if there never was a charge.
func latestCharge(c *conn) (m mark, err error) {
	row, err := c.one(selectClock)
	switch {
	case err != nil:
		return mark{}, err
	case row == nil:
		return mark{}, damaged("the time of the latest charge is gone")
	case row[0] != nil:
		err = decode(bytes(row[0]), func(c *coder) { c.mark(&m) })
		return m, err
	case row[1] == nil:
		return mark{}, nil
	}
	m.at = instant(number(row[1])) // of an earlier version
	if row[2] != nil {
		m.boot, m.up = text(row[2]), time.Duration(number(row[3]))
	}
	return m, nil
}

func (c *coder) mark(m *mark) {
	c.time(&m.at)
	str(c, &m.boot)
	up := int64(m.up)
	c.int(&up)
	m.up = time.Duration(up)
}

// timekeeper tells a time that all processes with a file agree upon, and that no clock which is set
// hurries. It goes on from the latest mark in the file.
type timekeeper struct {
	clock     func() time.Time
	confirmed func() time.Time // nil if no service tells the time
	uptime    func() (boot string, up time.Duration)
	opened    time.Time // by the clock

	mu     sync.Mutex
	known  time.Time // what was certain when it was learnt: what the file or a service told
	learnt time.Time // by the clock
}

// newTimekeeper returns one that goes by clock, nil for the system's, and by uptime, nil for what the
// system tells with its own clock and for nothing with another one.
func newTimekeeper(clock func() time.Time, uptime func() (boot string, up time.Duration)) *timekeeper {
	switch {
	case uptime != nil:
	case clock == nil:
		uptime = systemUptime
	default:
		uptime = func() (string, time.Duration) { return "", 0 }
	}
	if clock == nil {
		clock = time.Now
	}
	return &timekeeper{clock: clock, uptime: uptime, opened: clock()}
}

// now returns the time, which never runs behind the latest mark. It goes on from what is known for
// certain. Differences of times that one process has read from the system's clock do not change when
// the clock is set, nor does how long the machine runs.
func (k *timekeeper) now(latest mark) mark {
	boot, up := k.uptime()
	var at time.Time
	switch {
	case k.confirmed != nil:
		at = k.told(later(latest.at, k.confirmed()))
	case boot != "" && boot == latest.boot:
		at = latest.at.Add(max(up-latest.up, 0))
	default:
		at = later(latest.at, k.passed())
	}
	return mark{at, boot, up}
}

// steady is now for whoever must not stand still behind a mark of a clock that was ahead: where the
// machine does not tell how long it runs, it goes on from that mark.
func (k *timekeeper) steady(latest mark) mark {
	boot, up := k.uptime()
	if boot != "" && boot == latest.boot {
		return mark{latest.at.Add(max(up-latest.up, 0)), boot, up}
	}
	return mark{k.told(later(latest.at, k.passed())), boot, up}
}

// passed is the time by the clock of then and by what has passed since.
func (k *timekeeper) passed() time.Time { return k.opened.Round(0).Add(k.clock().Sub(k.opened)) }

// told goes on from what is known, if that is later than what is known already.
func (k *timekeeper) told(known time.Time) time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	clock := k.clock()
	if known.After(k.at(clock)) {
		k.known, k.learnt = known, clock
	}
	if k.known.IsZero() {
		return clock // nothing was noted yet, and nobody has told the time
	}
	return k.at(clock)
}

// at returns how late it is at least when the clock shows a time.
func (k *timekeeper) at(clock time.Time) time.Time {
	if k.known.IsZero() {
		return time.Time{}
	}
	return k.known.Round(0).Add(clock.Sub(k.learnt))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
