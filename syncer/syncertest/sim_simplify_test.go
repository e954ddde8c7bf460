package syncertest_test

import (
	"maps"
	"reflect"
	"slices"

	"github.com/procorebox/procorebox/syncer/syncertest"
)

// simplifySetup makes the world more ordinary.
func (sh *shrinker) simplifySetup() {
	for side := range sh.setup.Sides {
		for i := range reflect.TypeFor[simSide]().NumField() {
			next := sh.setup
			reflect.ValueOf(&next.Sides[side]).Elem().Field(i).SetZero()
			if next.Sides[side] != sh.setup.Sides[side] {
				sh.try(next, sh.script)
			}
		}
	}
	for _, simpler := range []func(d *simSetup){
		func(d *simSetup) { d.Mode, d.Wrong = 0, 0 },
		func(d *simSetup) { d.Wrong = 0 },
		func(d *simSetup) { d.NoNamer = false },
		func(d *simSetup) { d.Lossless = false },
		func(d *simSetup) { d.Deletes = 0 },
		func(d *simSetup) { d.Exclude = nil },
		func(d *simSetup) { d.Resolver = "" },
		func(d *simSetup) { d.Chooses = 0 },
	} {
		next := sh.setup
		simpler(&next)
		if len(literal(next)) < len(literal(sh.setup)) {
			sh.try(next, sh.script)
		}
	}
	for side := range sh.setup.Trees {
		for _, at := range slices.Sorted(maps.Keys(sh.setup.Trees[side])) {
			next := sh.setup
			next.Trees = [2]syncertest.Tree{maps.Clone(next.Trees[0]), maps.Clone(next.Trees[1])}
			delete(next.Trees[side], at)
			if !sh.try(next, sh.script) {
				continue
			}
		}
	}
}
