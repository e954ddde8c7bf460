package syncer

import (
	"path"
	"time"
)

// Cost counts what an operation takes from a service.
type Cost struct {
	Calls   int
	Uploads int // how many of Calls send contents: many services limit these by themselves
	Bytes   int64
}

func (c Cost) plus(d Cost) Cost {
	return Cost{Calls: c.Calls + d.Calls, Uploads: c.Uploads + d.Uploads, Bytes: c.Bytes + d.Bytes}
}

func (c Cost) minus(d Cost) Cost { return c.plus(Cost{-d.Calls, -d.Uploads, -d.Bytes}) }

// Estimate is what carrying out a plan takes.
type Estimate struct {
	Source, Destination Cost
	// Time is the longer of what the two sides' Pacers say; zero without Pacers.
	Time time.Duration
}

// Calls says how many calls to the service each deed takes that limits count, its own looks included; 0 means one.
// To make a folder is one call.
type Calls struct {
	Open   int // a file's contents
	Create int // a file
	Update int
	Move   int
	Delete int
}

// toll is what a side's facts say of the price of a deed.
type toll struct {
	calls  Calls
	guards Guards
}

// write returns how many calls it takes to carry out a, the engine's own look before it included.
func (t *toll) write(a *Action) int {
	n, looks := 1, false
	switch a.Op {
	case OpCreateFile:
		n = t.calls.Create
	case OpUpdate:
		n, looks = t.calls.Update, !t.guards.Update
	case OpMove:
		n, looks = t.calls.Move, !t.guards.Move && (!t.guards.Rename || a.leavesFolder())
	case OpDelete:
		n, looks = t.calls.Delete, !t.guards.Delete
	}
	n = max(n, 1)
	if looks {
		n++
	}
	return n
}

// leavesFolder reports whether a move has another folder to go to.
func (a *Action) leavesFolder() bool { return path.Dir(a.From) != path.Dir(a.Path) }

// Cost adds up what the plan's writes and verifying reads take from side: the calls that Info.Calls tells of each,
// and the bytes of bodies whose size is known. What it takes to observe both sides is not in it.
func (p *Plan) Cost(side Side) Cost {
	var c Cost
	for i := range p.Actions {
		c = c.plus(p.CostOf(i, side))
	}
	return c
}

// CostOf is what the action of an index takes from side.
func (p *Plan) CostOf(i int, side Side) Cost {
	a, toll := &p.Actions[i], &p.tolls[side]
	carries := a.Op == OpCreateFile || a.Op == OpUpdate
	var c Cost
	switch {
	case a.On == side && a.Op.Writes():
		c.Calls = toll.write(a)
	case carries, a.On == side && a.Op == OpVerify:
		c.Calls = max(toll.calls.Open, 1)
	}
	if carries || a.Op == OpVerify && a.On == side {
		c.Bytes = max(a.Size, 0)
	}
	if carries && a.On == side {
		c.Uploads = 1
	}
	return c
}
