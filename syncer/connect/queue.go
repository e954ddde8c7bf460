package connect

import (
	"maps"
	"slices"

	"github.com/procorebox/procorebox/syncer"
)

// ahead is how many calls of one class and kind are asked for at once.
const ahead = 32

// A waiter is a call that waits.
type waiter struct {
	ask
	number uint64        // in the order in which they came
	gone   bool          // it may go, or err is set
	done   chan struct{} // closed then
	err    error
}

// A row is the calls of one pair and class that wait, by kind.
type row struct {
	kinds  map[string][]*waiter
	served float64 // how many calls it has got; what it starts with is what the others have got
}

// A queue is all calls that wait. Pairs take turns, whoever has the more calls waiting.
type queue struct {
	rows  [classes]map[string]*row // by pair
	size  int
	count uint64
}

// join puts a call behind those of its pair, class and kind.
func (q *queue) join(a ask) *waiter {
	q.count++
	q.size++
	w := &waiter{ask: a, number: q.count, done: make(chan struct{})}
	l := q.rows[a.class][a.pair]
	if l == nil {
		l = &row{kinds: map[string][]*waiter{}, served: q.least(a.class)}
		if q.rows[a.class] == nil {
			q.rows[a.class] = map[string]*row{}
		}
		q.rows[a.class][a.pair] = l
	}
	l.kinds[a.kind] = append(l.kinds[a.kind], w)
	return w
}

// least is what that row of a class has got that has got least.
func (q *queue) least(class syncer.Class) float64 {
	var least float64
	first := true
	for _, l := range q.rows[class] {
		if first || l.served < least {
			least, first = l.served, false
		}
	}
	return least
}

// leave takes a call out. It returns false if the call was not there any more.
func (q *queue) leave(w *waiter) bool {
	l := q.rows[w.class][w.pair]
	if l == nil {
		return false
	}
	waiting := l.kinds[w.kind]
	i := slices.Index(waiting, w)
	if i < 0 {
		return false
	}
	q.size--
	if l.kinds[w.kind] = slices.Delete(waiting, i, i+1); len(l.kinds[w.kind]) > 0 {
		return true
	}
	if delete(l.kinds, w.kind); len(l.kinds) == 0 {
		delete(q.rows[w.class], w.pair)
	}
	return true
}

// serve takes a call out that may go.
func (q *queue) serve(w *waiter, err error) {
	l := q.rows[w.class][w.pair]
	if !q.leave(w) {
		return
	}
	if err == nil {
		l.served += float64(w.n)
	}
	w.gone, w.err = true, err
	close(w.done)
}

// all returns everybody who waits, in no order.
func (q *queue) all() []*waiter {
	var all []*waiter
	for _, rows := range q.rows {
		for _, l := range rows {
			for _, waiting := range l.kinds {
				all = append(all, waiting...)
			}
		}
	}
	return all
}

// next returns who goes next, of each class and kind no more than most, in the order in which they
// should go.
func (q *queue) next(most int) []*waiter {
	var all []*waiter
	for _, rows := range q.rows {
		all = append(all, turns(rows, most)...)
	}
	return all
}

// turn is where a walk through a row has come to.
type turn struct {
	kinds  map[string][]*waiter // what is left, by kind
	served float64
}

// turns lets the rows of a class take turns: whoever has got least is next, and of those who came
// first.
func turns(rows map[string]*row, most int) []*waiter {
	var all []*waiter
	turns := make([]turn, 0, len(rows))
	for _, l := range rows {
		turns = append(turns, turn{kinds: maps.Clone(l.kinds), served: l.served})
	}
	taken := map[string]int{}
	for {
		var next *waiter
		var of int
		for i := range turns {
			head := turns[i].head(taken, most)
			if head == nil || next != nil && turns[i].served > turns[of].served {
				continue
			}
			if next == nil || turns[i].served < turns[of].served || head.number < next.number {
				next, of = head, i
			}
		}
		if next == nil {
			return all
		}
		all = append(all, next)
		taken[next.kind]++
		turns[of].kinds[next.kind] = turns[of].kinds[next.kind][1:]
		turns[of].served += float64(next.n)
	}
}

// head is the call of a row that came first, of the kinds of which there are not enough yet.
func (t turn) head(taken map[string]int, most int) *waiter {
	var first *waiter
	for kind, waiting := range t.kinds {
		if len(waiting) > 0 && taken[kind] < most && (first == nil || waiting[0].number < first.number) {
			first = waiting[0]
		}
	}
	return first
}
