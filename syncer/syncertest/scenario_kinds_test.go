package syncertest_test

import (
	"testing"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// each runs f once for each kind of service, on a new stage that looks as this one does.
func (s *stage) each(f func(t *testing.T, s *stage, on option), kinds ...kind) {
	for _, k := range kinds {
		s.t.Run(k.name, func(t *testing.T) { f(t, newStage(t, s.way, s.mirrored), k.on) })
	}
}

// kind is a way in which a service differs from Ordinary.
type kind struct {
	name string
	on   option
}

func digestless(o *syncertest.Options) { o.Info.Digest = "" }
func bare(o *syncertest.Options)       { o.Without = syncertest.Everything }
func exact(o *syncertest.Options)      { o.Info.Names.Unique = syncer.UniqueExact }

// reusing is a service as a disk is: IDs are given again, and there is no trash.
func reusing(o *syncertest.Options) { o.Info.ReusableIDs, o.Info.Trash = true, false }

var (
	ordinary     = kind{"ordinary", func(*config) {}}
	digestlessA  = kind{"no digests on A", onA(digestless)}
	digestlessB  = kind{"no digests on B", onB(digestless)}
	digestlessAB = kind{"no digests", onBoth(digestless)}
	bareA        = kind{"A can do the least", onA(bare)}
	bareB        = kind{"B can do the least", onB(bare)}
	reusingA     = kind{"A reuses IDs", onA(reusing)}
	reusingB     = kind{"B reuses IDs", onB(reusing)}
)
