package policy

import "github.com/procorebox/procorebox/syncer"

// Recommended returns the rules that we recommend for a pair: names are translated so that they can
// be translated back ([Lossless]), deletes go by the rule that is given, and a pair halts when more
// than half of at least 200 files are to change at once ([Brake]). Both versions of a conflict are
// kept, everything is in scope and flows both ways, as without any rule. A rule of nil is
// [DeletesOn]; where no limit bounds deletes, the Brake counts them.
//
// It is a place to start from: change or add what a pair needs.
func Recommended(deletes DeleteRule) syncer.Policies {
	if deletes == nil {
		deletes = DeletesOn{}
	}
	_, unbounded := deletes.(DeletesOn)
	return syncer.Policies{
		Namer:  Lossless{},
		Guards: []syncer.Guard{deletes, Brake{Deletes: unbounded}},
		Gates:  []syncer.Gate{deletes},
	}
}
