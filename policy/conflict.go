package policy

import (
	"fmt"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Always is a [syncer.Resolver] that gives every Conflict the same Resolution.
type Always syncer.Resolution

const (
	// KeepBoth keeps both versions, one of them under a conflict name. It is what happens without
	// a Resolver, and the only answer that never needs a version history.
	KeepBoth = Always(syncer.KeepBoth)
	// Leave changes neither side and reports the conflict until a person settles it.
	Leave = Always(syncer.Leave)
)

// Prefer returns the Resolver that takes the version of side. The other one stays in the history of
// the side that loses, if that side keeps one.
func Prefer(side syncer.Side) Always {
	if side == syncer.Source {
		return Always(syncer.TakeSource)
	}
	return Always(syncer.TakeDestination)
}

// Resolve implements [syncer.Resolver].
func (a Always) Resolve(syncer.Conflict) syncer.Resolution { return syncer.Resolution(a) }

// Rule implements [syncer.Ruler]: "keep both", "leave", "source" or "destination".
func (a Always) Rule(syncer.Conflict) string {
	switch syncer.Resolution(a) {
	case syncer.TakeSource:
		return syncer.Source.String()
	case syncer.TakeDestination:
		return syncer.Destination.String()
	}
	return syncer.Resolution(a).String()
}

// Newest is a [syncer.Resolver] that takes the version with the later Entry.Modified.
//
// It compares the clocks of two services, or of the people's computers where a service believes
// those: the one rule in this package that trusts time. Where a time is missing, or the two are
// equal, it keeps both versions.
type Newest struct {
	// Apart is the least distance that counts; times closer to each other are taken for equal. 0
	// means that any difference counts.
	Apart time.Duration
}

// Resolve implements [syncer.Resolver].
func (n Newest) Resolve(c syncer.Conflict) syncer.Resolution {
	source, destination := c.Source.Modified, c.Destination.Modified
	ahead := source.Sub(destination)
	switch {
	case source.IsZero() || destination.IsZero() || ahead == 0 || ahead.Abs() < n.Apart:
		return syncer.KeepBoth
	case ahead > 0:
		return syncer.TakeSource
	}
	return syncer.TakeDestination
}

// Rule implements [syncer.Ruler]: "newest".
func (Newest) Rule(syncer.Conflict) string { return "newest" }

// ByFolder is a [syncer.Resolver] that asks another one, depending on where the item stands.
type ByFolder struct {
	folders folders[syncer.Resolver]
}

// NewByFolder returns a Resolver. The table goes from a folder's path to the Resolver for
// everything in it; the longest path counts, "" is the default for all, and what no path covers
// keeps both versions.
func NewByFolder(table map[string]syncer.Resolver) (ByFolder, error) {
	for folder, r := range table {
		if r == nil {
			return ByFolder{}, fmt.Errorf("resolver of folder %q is missing: %w", folder, syncer.ErrInvalid)
		}
	}
	f, err := newFolders(table)
	return ByFolder{f}, err
}

// Resolve implements [syncer.Resolver].
func (b ByFolder) Resolve(c syncer.Conflict) syncer.Resolution {
	if _, r, found := b.folders.find(c.Path); found {
		return r.Resolve(c)
	}
	return syncer.KeepBoth
}

// Rule implements [syncer.Ruler]: what the Resolver of the folder says, empty if it says nothing.
func (b ByFolder) Rule(c syncer.Conflict) string {
	_, r, found := b.folders.find(c.Path)
	if !found {
		return KeepBoth.Rule(c)
	}
	if r, ok := r.(syncer.Ruler); ok {
		return r.Rule(c)
	}
	return ""
}

var (
	_ syncer.Ruler    = KeepBoth
	_ syncer.Ruler    = Newest{}
	_ syncer.Ruler    = ByFolder{}
	_ syncer.Resolver = KeepBoth
	_ syncer.Resolver = Newest{}
	_ syncer.Resolver = ByFolder{}
)
