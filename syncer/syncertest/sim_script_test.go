package syncertest_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// simOp is one step of a script: an edit of a user on the side On, or something that happens to the
// pair. An edit that makes no sense when its turn comes is passed over, so that any part of a script
// is a script.
type simOp struct {
	Do     string
	On     syncer.Side
	At, To string
	Text   string
	N      int
	For    time.Duration
	Run    simRun
}

// simRun says how one process lives, from its start to its end or death.
type simRun struct {
	Full, Confirm bool
	// Poll reads the feeds first; with Idle that is all.
	Poll, Idle bool
	Calls      int
	// Faults befall the calls on each side.
	Faults [2]simFaults
	During []simEvent
}

// simFaults are syncertest.Faults as a value.
type simFaults struct {
	Seed                                   uint64
	Refuse, Fail, Lose, Late, Stale, Shift float64
	Cut, Short, Garble, Spoil              float64
	Drop, Repeat, Shuffle, Expire          float64
	Refusals                               []string
}

// simEvent happens at one instant of a process: before or after one of its calls to a service or
// one of its writes to the state, counted from 1.
type simEvent struct {
	At int
	// Kill ends the process: nothing it does from here on has an effect. With Clone the next one
	// finds the state at once, without waiting for the lease to run out.
	Kill, Clone bool
	// Takeover lets the lease run out, a second process do its work, and the first one go on.
	Takeover bool
	// Stop cancels the context, Disk makes a write of the state fail.
	Stop, Disk bool
	Pass       time.Duration
	Edits      []simOp
}

// refusals are what a service may answer instead of doing something.
var refusals = map[string]error{
	"busy": syncer.ErrBusy, "locked": syncer.ErrLocked, "refused": syncer.ErrRefused,
	"quota": syncer.ErrQuota, "stale": syncer.ErrStale, "readonly": syncer.ErrReadOnly,
}

func (f simFaults) faults() syncertest.Faults {
	if f.Seed == 0 {
		return syncertest.Faults{}
	}
	out := syncertest.Faults{
		Rand: rand.New(rand.NewPCG(f.Seed, 1)), Refuse: f.Refuse, Fail: f.Fail, Lose: f.Lose, Late: f.Late,
		Stale: f.Stale, Shift: f.Shift, Cut: f.Cut, Short: f.Short, Garble: f.Garble, Spoil: f.Spoil,
		Drop: f.Drop, Repeat: f.Repeat, Shuffle: f.Shuffle, Expire: f.Expire,
	}
	for _, name := range f.Refusals {
		out.Refusals = append(out.Refusals, refusals[name])
	}
	return out
}

// disturbed reports whether anything but users and a steady clock affects the process.
func (r *simRun) disturbed() bool {
	return len(r.During) > 0 || r.Faults[0].Seed != 0 || r.Faults[1].Seed != 0
}

// literal writes a value as Go source that can be pasted, without what is zero.
func literal(v any) string { return literalOf(reflect.ValueOf(v), true) }

func literalOf(v reflect.Value, named bool) string {
	prefix := ""
	if named {
		prefix = strings.ReplaceAll(v.Type().String(), "syncertest_test.", "")
	}
	switch v.Kind() {
	case reflect.Struct:
		var parts []string
		for i := range v.NumField() {
			if f := v.Field(i); !empty(f) {
				parts = append(parts, v.Type().Field(i).Name+": "+literalOf(f, true))
			}
		}
		return prefix + "{" + strings.Join(parts, ", ") + "}"
	case reflect.Slice, reflect.Array:
		var parts []string
		for i := range v.Len() {
			if f := v.Index(i); v.Kind() == reflect.Slice || !empty(f) {
				key := ""
				if v.Kind() == reflect.Array {
					key = strconv.Itoa(i) + ": "
				}
				parts = append(parts, key+literalOf(f, false))
			}
		}
		return prefix + "{" + strings.Join(parts, ", ") + "}"
	case reflect.Map:
		var parts []string
		for _, k := range v.MapKeys() {
			parts = append(parts, literalOf(k, false)+": "+literalOf(v.MapIndex(k), false))
		}
		slices.Sort(parts)
		return prefix + "{" + strings.Join(parts, ", ") + "}"
	case reflect.String:
		return strconv.QuoteToASCII(v.String())
	case reflect.Int64:
		if d, ok := reflect.TypeAssert[time.Duration](v); ok && d%time.Second == 0 {
			return fmt.Sprintf("%d * time.Second", d/time.Second)
		}
	}
	switch v.Kind() {
	case reflect.Bool, reflect.Float64:
		return fmt.Sprintf("%v", v.Interface())
	}
	return fmt.Sprintf("%d", v.Interface())
}

func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	case reflect.Array:
		for i := range v.Len() {
			if !empty(v.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for _, field := range v.Fields() {
			if !empty(field) {
				return false
			}
		}
		return true
	}
	return v.IsZero()
}
