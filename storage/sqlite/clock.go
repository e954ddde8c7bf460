package sqlite

import "time"

// mark is a time of the Ledger, and how long the machine had been running then.
type mark struct {
	at   time.Time
	boot string
	up   time.Duration
}

func (l *Ledger) now(c *conn) (time.Time, error) {
	m, err := l.mark(c)
	return m.at, err
}

// mark returns the time, which never runs behind the latest charge that any process has made.
func (l *Ledger) mark(c *conn) (mark, error) {
	latest, err := latestCharge(c)
	if err != nil {
		return mark{}, err
	}
	boot, up := l.uptime()
	return mark{l.advance(latest, boot, up), boot, up}, nil
}

// latestCharge returns the zero mark if there never was a charge.
func latestCharge(c *conn) (mark, error) {
	row, err := c.one(selectClock)
	switch {
	case err != nil:
		return mark{}, err
	case row == nil:
		return mark{}, damaged("the time of the latest charge is gone")
	case row[0] == nil:
		return mark{}, nil
	}
	m := mark{at: instant(number(row[0]))}
	if row[1] != nil {
		m.boot, m.up = text(row[1]), time.Duration(number(row[2]))
	}
	return m, nil
}

// advance goes on from what is known for certain. Differences of times that one process has read
// from the system's clock do not change when the clock is set, nor does how long the machine runs.
func (l *Ledger) advance(latest mark, boot string, up time.Duration) time.Time {
	switch {
	case l.confirmed != nil:
		return l.told(latest.at)
	case boot != "" && boot == latest.boot:
		return latest.at.Add(max(up-latest.up, 0))
	}
	return later(l.opened.Round(0).Add(l.clock().Sub(l.opened)), latest.at)
}

// told goes on from what a service has told, or from the latest charge.
func (l *Ledger) told(latest time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	clock := l.clock()
	if known := later(latest, l.confirmed()); known.After(l.at(clock)) {
		l.known, l.learnt = known, clock
	}
	if l.known.IsZero() {
		return clock // nothing was charged yet, and nobody has told the time
	}
	return l.at(clock)
}

// at returns how late it is at least when the clock shows a time.
func (l *Ledger) at(clock time.Time) time.Time {
	if l.known.IsZero() {
		return time.Time{}
	}
	return l.known.Round(0).Add(clock.Sub(l.learnt))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
