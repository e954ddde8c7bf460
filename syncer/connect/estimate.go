package connect

import (
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Estimate says how long it would take until the last of cost's calls may go, as bulk calls, if
// nobody else called and each were made as soon as it may. It reckons with what the windows hold
// now, and with nothing where no limit is known. How long calls take is not in it.
func (l *Lane) Estimate(cost syncer.Cost) time.Duration {
	g := l.governor
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.account.advance(g.now() + g.offset)
	var longest time.Duration
	for _, m := range g.account.meters {
		n := 0
		switch m.Kind {
		case "":
			n = cost.Calls
		case KindUpload:
			n = cost.Uploads
		}
		if n > 0 {
			longest = max(longest, m.takes(now, n, m.slack(g.options.Delay)))
		}
	}
	if cost.Calls > 0 {
		longest = max(longest, g.stop-g.now(), g.account.stop-now)
	}
	return longest
}

// takes is how long it takes until the last of n bulk calls may go. A window is filled again and
// again, each time as the time before, after what it holds now has left it.
func (m *meter) takes(now time.Duration, n int, slack time.Duration) time.Duration {
	most := m.most(now)
	if most == 0 {
		return 0
	}
	rounds := (n - 1) / most
	n -= rounds * most
	if float64(rounds) > float64(end)/float64(m.Every+slack) {
		return end // it will not be over in a hundred years
	}
	even := float64(m.Every) * (1 - float64(most-n+1)/(kept*float64(most)))
	return time.Duration(rounds)*(m.Every+slack) + max(m.free(now, n)-now, time.Duration(even))
}

// Usage is how much of a window is used up. Used may be more than Most, if Most has fallen.
type Usage struct {
	Window string
	Used   int
	Most   int           // 0 if nobody knows it
	Free   time.Duration // until a live call fits in again
}

// Usage tells how much of each window is used up, for reports. With a Budget it knows of other
// processes what it saw when it asked for calls last.
func (g *Governor) Usage() []Usage {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.account.advance(g.now() + g.offset)
	var all []Usage
	for _, m := range g.account.meters {
		u := Usage{Window: m.Name, Used: m.used, Most: m.most(now)}
		if u.Most > 0 {
			u.Free = m.free(now, 1) - now
		}
		all = append(all, u)
	}
	return all
}
