package connect

import (
	"fmt"
	"math"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// inTurn is how many live calls may go before bulk calls that wait. Then one of these is next.
const inTurn = 9

// An ask is a call that wants to go, or several that want to go at once.
type ask struct {
	class syncer.Class
	kind  string
	n     int
	pair  string
}

// A draw asks an account for calls.
type draw struct {
	member string        // who asks; empty if nobody else does
	hold   time.Duration // how much later the calls may still go
	delay  time.Duration // how much later than that the service may count them at most
	asks   []ask         // of each class in the order in which they should go
}

// A grant is what became of a draw.
type grant struct {
	given  []bool        // which of the asks may go
	next   time.Duration // how long until it makes sense to ask again; 0 if all may go
	stop   time.Duration // how long nothing may go
	never  error         // why an ask can never go
	hollow int           // the ask that never can
}

// drawing is a draw while it is answered.
type drawing struct {
	*account
	draw
	grant
	now   time.Duration
	me    *member
	lanes [classes]int // how many pairs ask
	wants map[string][classes]int
}

// answer lets go what the windows allow, the most urgent first, and counts it.
func (a *account) answer(now time.Duration, d draw) grant {
	g := &drawing{account: a, draw: d, now: now}
	g.given = make([]bool, len(d.asks))
	g.meet()
	if now < a.stop {
		g.grant.stop = a.stop - now
		g.retry(g.grant.stop)
	} else {
		g.serveAll()
	}
	g.part()
	return g.grant
}

func (g *drawing) serveAll() {
	for _, m := range g.meters {
		m.closed = false
	}
	live, bulk := g.following(-1, syncer.Live), g.following(-1, syncer.Bulk)
	for live < len(g.asks) || bulk < len(g.asks) {
		contested := live < len(g.asks) && bulk < len(g.asks)
		if bulk < len(g.asks) && (!contested || g.passed >= inTurn) {
			g.serve(bulk, contested)
			bulk = g.following(bulk, syncer.Bulk)
		} else {
			g.serve(live, contested)
			live = g.following(live, syncer.Live)
		}
	}
}

// following returns the next ask of a class behind i.
func (g *drawing) following(i int, class syncer.Class) int {
	for i++; i < len(g.asks); i++ {
		if g.asks[i].class == class {
			break
		}
	}
	return i
}

// serve lets one ask go if all its windows allow. Else nobody who comes later may pass it there.
func (g *drawing) serve(i int, contested bool) {
	wait, refused := time.Duration(0), false
	g.counts(g.asks[i].kind, func(m *meter) {
		w := g.wait(m, i)
		if w == 0 && !m.closed {
			return
		}
		refused, wait = true, max(wait, w)
	})
	if !refused {
		g.let(i, contested)
		return
	}
	g.counts(g.asks[i].kind, func(m *meter) {
		if g.wait(m, i) > 0 {
			m.closed = true
			g.want(m, g.asks[i].class)
		}
	})
	if wait > 0 {
		g.retry(wait)
	}
}

// wait returns how long an ask has to wait for one window.
func (g *drawing) wait(m *meter, i int) time.Duration {
	a, most := g.asks[i], m.most(g.now)
	if most == 0 {
		return 0 // nobody knows how many fit in
	}
	if a.n > most {
		g.hollow = i
		g.never = fmt.Errorf("%d calls at once where %d fit into window %q: %w", a.n, most, m.Name, syncer.ErrInvalid)
		return m.Every
	}
	at := m.free(g.now, a.n)
	if a.class == syncer.Bulk && g.passed < inTurn {
		at = m.spread(g.now, a.n)
	}
	if at <= g.now && g.yields(m, a) {
		at = g.now + g.patience()
	}
	return at - g.now
}

// let counts an ask that goes.
func (g *drawing) let(i int, contested bool) {
	a := g.asks[i]
	g.given[i] = true
	g.counts(a.kind, func(m *meter) {
		contested = contested || g.wanted(m, syncer.Bulk)
		m.add(g.now+g.hold+m.slack(g.delay), a.n)
	})
	switch {
	case a.class == syncer.Bulk:
		g.passed = 0
	case contested:
		g.passed += a.n
	}
	if g.me != nil {
		g.me.Served[a.class] += float64(a.n) / float64(g.lanes[a.class])
	}
}

func (g *drawing) retry(wait time.Duration) {
	if len(g.asks) > 0 && (g.next == 0 || wait < g.next) {
		g.next = wait
	}
}

// meet looks at who else waits. Who does not come back when it said it would is forgotten.
func (g *drawing) meet() {
	for name, m := range g.members {
		if name == g.member || m.Back+4*g.patience()+g.hold < g.now {
			delete(g.members, name)
			if name == g.member {
				g.me = m
			}
		}
	}
	if g.member == "" {
		return
	}
	if g.me == nil {
		g.me = &member{}
		for class := range classes {
			g.me.Served[class] = g.least(class)
		}
	}
	pairs := map[ask]bool{}
	for _, a := range g.asks {
		key := ask{class: a.class, pair: a.pair}
		if !pairs[key] {
			pairs[key] = true
			g.lanes[a.class]++
		}
	}
}

// least is what the one of the others has got that has got least.
func (g *drawing) least(class int) float64 {
	least := math.Inf(1)
	for _, m := range g.members {
		least = min(least, m.Served[class])
	}
	if math.IsInf(least, 1) {
		return 0
	}
	return least
}

// part leaves word for the others what is waited for, if anything is.
func (g *drawing) part() {
	if g.me == nil || g.wants == nil {
		return
	}
	g.me.Wants, g.me.Back = g.wants, g.now+g.next
	g.members[g.member] = g.me
}

func (g *drawing) want(m *meter, class syncer.Class) {
	if g.me == nil {
		return
	}
	if g.wants == nil {
		g.wants = map[string][classes]int{}
	}
	w := g.wants[m.Name]
	w[class] = g.lanes[class]
	g.wants[m.Name] = w
}

// wanted says whether another Governor waits for a window.
func (g *drawing) wanted(m *meter, class syncer.Class) bool {
	for _, o := range g.members {
		if o.Wants[m.Name][class] > 0 {
			return true
		}
	}
	return false
}

// yields says whether what there is in a window is for another Governor: one that has more urgent
// calls, or has got less for each of its pairs.
func (g *drawing) yields(m *meter, a ask) bool {
	if g.me == nil {
		return false
	}
	bulkIsNext := g.passed >= inTurn
	if a.class == syncer.Bulk && !bulkIsNext && g.wanted(m, syncer.Live) {
		return true
	}
	if a.class == syncer.Live && bulkIsNext && g.wanted(m, syncer.Bulk) && m.free(g.now, a.n+1) > g.now {
		return true
	}
	lead := max(1, float64(m.most(g.now))/50) / float64(g.lanes[a.class])
	for _, o := range g.members {
		if o.Wants[m.Name][a.class] > 0 && g.me.Served[a.class] >= o.Served[a.class]+lead {
			return true
		}
	}
	return false
}
