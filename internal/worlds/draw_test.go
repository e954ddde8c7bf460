package worlds_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/syncer"
)

// step is an edit, a run, or time that passes.
type step struct {
	Edit *edit
	Run  *running
	Wait time.Duration
}

func (s step) String() string {
	switch {
	case s.Edit != nil:
		return fmt.Sprintf("edit %v", *s.Edit)
	case s.Run != nil:
		return fmt.Sprintf("run %v", s.Run)
	}
	return fmt.Sprintf("wait %v", s.Wait)
}

func (s setup) String() string {
	var on []string
	for field := range strings.FieldsSeq(fmt.Sprintf("%+v %+v", s.Box, s.Procore)) {
		if name, ok := strings.CutSuffix(strings.Trim(field, "{}"), ":true"); ok {
			on = append(on, name)
		}
	}
	return fmt.Sprintf("memory %v, replay %v, shuffle %v, pace %v, seed %d, switches %q", s.Memory, s.Replay, s.Shuffle, s.Pace, s.Seed, on)
}

// edit is something that a person does: Ann on the source, Bob on Box.
type edit struct {
	// At says, for an edit during a run, before which instant it comes.
	At       int
	On       syncer.Side
	Do       string
	Path, To string // below the root
	Text     string
}

func (e edit) String() string {
	return fmt.Sprintf("{%d, %d, %q, %q, %q, %q}", e.At, e.On, e.Do, e.Path, e.To, e.Text)
}

var errSenseless = errors.New("makes no sense now")

// running is one process, and what happens to it.
type running struct {
	Full    bool
	Confirm bool   // halts
	Kill    int    // the instant at which it dies; 0 means that it does not
	Ambush  [2]int // the write to an item before which a person edits it, by side; 0 means none
	Faults  []fault
	Chance  [2]float64 // of each call to go wrong, by side
	Random  uint64     // draws what goes wrong by chance in memory
	During  []edit
}

func (r *running) String() string {
	text := fmt.Sprintf("{full %v, confirm %v, kill %d, ambush %d", r.Full, r.Confirm, r.Kill, r.Ambush)
	if len(r.Faults) > 0 {
		text += fmt.Sprintf(", faults %+v", r.Faults)
	}
	if r.Chance != [2]float64{} {
		text += fmt.Sprintf(", chance %v from %d", r.Chance, r.Random)
	}
	return text + fmt.Sprintf(", during %v}", r.During)
}

func (r *running) disturbed() bool {
	return r.Kill > 0 || len(r.Faults) > 0 || r.Chance != [2]float64{}
}

// fault is one of either service.
type fault struct {
	On                syncer.Side
	Route             string
	Nth, Times        int
	Status            int
	RetryAfter, Delay time.Duration
	Slow              time.Duration
	Plain, Reset      bool
	When              boxtest.Moment
	Cut, Short        int64
}

// drawer draws a world and its script from a seed.
type drawer struct {
	*rand.Rand

	memory bool // no Procore
	texts  int
	recent []string // where edits were since the last run: there it has something to do
}

func (d *drawer) setup() (s setup) {
	s.Replay, s.Shuffle = d.chance(0.5), d.chance(0.5)
	if s.Memory = d.memory; d.chance(0.2) {
		s.Pace = time.Second
	}
	s.Seed = d.Uint64()
	switch n := d.IntN(8); {
	case n < 4:
		for _, one := range s.Box.All() {
			one.Set(&s.Box, d.chance(0.1))
		}
	case n == 4:
		first := d.IntN(2)
		for i, one := range s.Box.All() {
			one.Set(&s.Box, i%2 == first)
		}
	}
	if !s.Memory && d.chance(0.5) {
		for _, one := range s.Procore.All() {
			one.Set(&s.Procore, d.chance(0.1))
		}
		s.Procore.KindsApart = false // a path would name two items
	}
	return s
}

func (d *drawer) chance(p float64) bool { return d.Float64() < p }

// place draws a path. There are few names, some of which only one side can hold beside the others.
func (d *drawer) place() string {
	names := []string{"a", "b", "c", "A", "d", "e", "D", "q?", "e ", "x:y"}
	at := names[d.IntN(len(names))]
	for d.chance(0.4) {
		at = []string{"d", "e", "D", "f"}[d.IntN(4)] + "/" + at
	}
	return at
}

func (d *drawer) edit() edit {
	e := edit{On: syncer.Side(d.IntN(2)), Path: d.place()}
	switch n := d.IntN(20); {
	case n < 7:
		d.texts++
		e.Do, e.Text = "write", fmt.Sprint("text ", d.texts)
	case n < 10:
		e.Do, e.Path = "mkdir", path.Join(path.Dir(e.Path), []string{"d", "e", "D", "f"}[d.IntN(4)])
	case n < 13:
		e.Do = "remove"
	case n < 15:
		e.Do, e.To = "rename", path.Base(d.place())
	case n < 18:
		e.Do, e.To = "move", path.Join(path.Dir(d.place()), path.Base(e.Path))
	default:
		e.Do = "restore"
	}
	return e
}

func (d *drawer) run() *running {
	r := &running{Full: d.chance(0.4), Confirm: d.chance(0.5)}
	if d.chance(0.3) {
		r.Kill = 1 + d.IntN(120)
	}
	for side := range r.Ambush {
		if d.chance(0.3) {
			r.Ambush[side] = 1 + d.IntN(3)
		}
	}
	if d.chance(0.5) {
		for range 1 + d.IntN(5) {
			r.Faults = append(r.Faults, d.fault())
		}
	}
	for side := range r.Chance {
		if d.chance(0.2) {
			r.Chance[side], r.Random = []float64{0.03, 0.1}[d.IntN(2)], d.Uint64()
		}
	}
	if d.chance(0.4) {
		for range 1 + d.IntN(4) {
			r.During = append(r.During, d.during())
		}
		slices.SortStableFunc(r.During, func(a, b edit) int { return a.At - b.At })
	}
	return r
}

// during draws an edit beside a run, mostly where the run has something to do.
func (d *drawer) during() edit {
	e := d.edit()
	if len(d.recent) > 0 && d.chance(0.7) {
		at := d.recent[d.IntN(len(d.recent))]
		if e.Do == "write" && d.chance(0.3) {
			at += "/" + path.Base(e.Path) // in what may be a folder that goes
		}
		e.Path = at
	}
	e.At = 1 + d.IntN(80)
	return e
}

func (d *drawer) fault() fault {
	late := time.Duration(1+d.IntN(9)) * time.Second
	kinds := []fault{
		{Status: http.StatusInternalServerError},
		{Status: http.StatusServiceUnavailable, RetryAfter: time.Second},
		{Status: http.StatusTooManyRequests, RetryAfter: 5 * time.Second},
		{Reset: true},
		{Reset: true, When: boxtest.AfterEffect},
		{Reset: true, When: boxtest.LateEffect, Delay: late},
		{Status: http.StatusBadGateway, Plain: true, When: boxtest.AfterEffect},
		{Cut: 1 + d.Int64N(200)},
		{Short: 1 + d.Int64N(200)},
		{Slow: 30 * time.Second},
	}
	f := kinds[d.IntN(len(kinds))]
	if f.On = syncer.Side(d.IntN(2)); d.memory {
		f.On = syncer.Destination
	}
	routes := []string{"", "", "POST*", "PATCH*", "DELETE*", "GET /rest/*"}
	if f.On == syncer.Destination {
		routes = []string{"", "", "POST*", "PUT*", "DELETE*", "GET /2.0/f*"}
	}
	f.Route = routes[d.IntN(len(routes))]
	f.Nth, f.Times = 1+d.IntN(30), []int{1, 1, 2, 6}[d.IntN(4)]
	return f
}

func (d *drawer) script() (all []step) {
	edits := func(n int) {
		d.recent = nil
		for range n {
			e := d.edit()
			d.recent = append(d.recent, e.Path)
			all = append(all, step{Edit: &e})
		}
	}
	edits(3 + d.IntN(8))
	for range 3 + d.IntN(5) {
		all = append(all, step{Run: d.run()})
		all = append(all, step{Wait: []time.Duration{time.Second, 20 * time.Second, time.Minute, time.Hour}[d.IntN(4)]})
		edits(d.IntN(7))
	}
	return all
}
