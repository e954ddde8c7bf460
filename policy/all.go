package policy

import (
	"fmt"
	"slices"

	"github.com/procorebox/procorebox/syncer"
)

// All is a [syncer.Filter] of several: an item is in scope if it is for each of them. The first that
// leaves it out gives the reason.
type All []syncer.Filter

var _ syncer.Filter = All{}

// Filter implements [syncer.Filter].
func (all All) Filter(i syncer.Item) string {
	for _, f := range all {
		if why := f.Filter(i); why != "" {
			return why
		}
	}
	return ""
}

// Fingerprint implements [syncer.Filter]. The order does not count.
func (all All) Fingerprint() string {
	var prints []string
	for _, f := range all {
		prints = append(prints, f.Fingerprint())
	}
	slices.Sort(prints)
	return fmt.Sprintf("all/1 %q", prints)
}
