package syncer

import (
	"cmp"
	"container/heap"
	"slices"
)

// sorted puts the steps in an order in which each comes after those it waits for: what only
// records first, then moves and folders from the top, files, and deletes from the bottom.
func (s *steps) sorted() []Action {
	blocked := map[*step]int{}
	blocks := map[*step][]*step{}
	ready := &queue{}
	for _, st := range s.list {
		blocked[st] = len(st.waits)
		for _, w := range st.waits {
			blocks[w] = append(blocks[w], st)
		}
		if len(st.waits) == 0 {
			heap.Push(ready, st)
		}
	}
	out := make([]Action, 0, len(s.list))
	for ready.Len() > 0 {
		st := heap.Pop(ready).(*step)
		st.index = len(out)
		for _, w := range st.waits {
			st.After = append(st.After, w.index)
		}
		slices.Sort(st.After)
		st.After = slices.Compact(st.After)
		out = append(out, st.Action)
		for _, next := range blocks[st] {
			if blocked[next]--; blocked[next] == 0 {
				heap.Push(ready, next)
			}
		}
	}
	return out
}

// queue is a heap of steps that are ready.
type queue []*step

func (q queue) Len() int { return len(q) }

func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

func (q *queue) Push(x any) { *q = append(*q, x.(*step)) }

func (q *queue) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}

func (q queue) Less(i, j int) bool {
	a, b := q[i], q[j]
	da, db := a.depth, b.depth
	if stage(a.Op) == stage(OpDelete) {
		da, db = -da, -db
	}
	return cmp.Or(cmp.Compare(stage(a.Op), stage(b.Op)), cmp.Compare(da, db),
		cmp.Compare(a.Record, b.Record), cmp.Compare(a.On, b.On), cmp.Compare(a.ID, b.ID)) < 0
}

func stage(op Op) int {
	switch op {
	case OpVerify, OpAdopt, OpAgree, OpDecline:
		return 0
	case OpMove, OpCreateFolder:
		return 1
	case OpCreateFile, OpUpdate, OpRestore:
		return 2
	}
	return 3
}
