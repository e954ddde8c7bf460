package fake

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
)

// Faults draws what goes wrong: what was set, and else by chance. It is safe for any number of
// goroutines.
type Faults struct {
	accidents []accident

	mu     sync.Mutex
	rules  []*rule
	rate   float64
	random *rand.Rand
	drawn  map[string]int // accidents, by kind
}

// NewFaults returns Faults of which a share, from 0 to 1, comes by chance, drawn from a seed. Only a fake
// that limits calls ever says that they come too fast.
func NewFaults(rate float64, seed uint64, limited bool) *Faults {
	return &Faults{
		rate: rate, accidents: slices.DeleteFunc(accidents(), func(a accident) bool { return a.busy && !limited }),
		random: rand.New(rand.NewPCG(seed, 2)), //nolint:gosec // repeatable on purpose
		drawn:  map[string]int{},
	}
}

// Inject sets a fault for a fake with these routes, on top of those that are set. An error says what is
// wrong with it.
func (f *Faults) Inject(fault Fault, routes []string) error {
	if err := fault.check(routes); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = append(f.rules, &rule{Fault: fault})
	return nil
}

// Clear takes away the faults that were set. The random ones stay.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = nil
}

// SetRate sets the share that comes by chance.
func (f *Faults) SetRate(rate float64) error {
	if err := CheckRate(rate); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rate = rate
	return nil
}

// CheckRate wants a share from 0 to 1.
func CheckRate(rate float64) error {
	if !(rate >= 0 && rate <= 1) { // so that NaN is wrong, too
		return fmt.Errorf("fault: FaultRate is %g, not from 0 to 1", rate)
	}
	return nil
}

// Draw says what goes wrong with a call, nil for nothing. The fault that was set last counts. Where
// dear says that an answer must not be lost by chance, none is: losing a refresh token costs the
// account.
func (f *Faults) Draw(route string, dear bool) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var strikes *Fault
	for _, set := range f.rules {
		if set.matches(route) && set.strike() {
			strikes = &set.Fault
		}
	}
	if strikes == nil && f.rate > 0 && f.random.Float64() < f.rate {
		strikes = f.accident(dear)
	}
	return strikes
}

// Kinds returns the names of all faults that come by chance.
func (f *Faults) Kinds() []string {
	var kinds []string
	for _, a := range f.accidents {
		kinds = append(kinds, a.kind)
	}
	return kinds
}

// Drawn returns how often each kind of fault has come by chance.
func (f *Faults) Drawn() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.drawn)
}

// accident is one of the things that go wrong for no reason.
func (f *Faults) accident(dear bool) *Fault {
	kinds := f.accidents
	if dear {
		kinds = nil
		for _, a := range f.accidents {
			if !a.loses {
				kinds = append(kinds, a)
			}
		}
	}
	a := kinds[f.random.IntN(len(kinds))]
	f.drawn[a.kind]++
	fault := a.make(f.random)
	return &fault
}
