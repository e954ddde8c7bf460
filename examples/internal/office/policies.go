package office

import (
	"fmt"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
)

// policies makes policies of what the people of a Link have chosen. Procore is the source, Box the
// destination. What halts a pair is the same for all: more than half of its files are to change at once.
func (o *Office) policies(l mapping.Link, t mapping.Tool) (syncer.Policies, error) {
	deletes := o.deletes(l, t)
	p := syncer.Policies{
		Namer:    namer(l.Rules),
		Resolver: resolver(l.Rules),
		Guards:   []syncer.Guard{policy.Brake{}, deletes},
		Gates:    []syncer.Gate{deletes},
	}
	if l.Rules.DeletesIn(t) {
		if err := o.careful(l, &p); err != nil {
			return p, err
		}
	}
	if include, exclude := l.Rules.Patterns(t); len(include)+len(exclude) > 0 {
		globs, err := policy.NewGlobs(policy.GlobOptions{Include: include, Exclude: exclude, Fold: true})
		if err != nil {
			return p, fmt.Errorf("--include or --exclude: %w", err)
		}
		p.Filter = globs
	}
	if t.Records() {
		// Records belong to Procore: what people add beside them stays, what they change in them is put
		// back and remains as a version.
		records, err := policy.NewDirections(map[string]syncer.Direction{
			"": {Mode: syncer.ToDestination, Wrong: syncer.PutBack},
		})
		if err != nil {
			return p, err
		}
		p.Director = records
	}
	return p, nil
}

// deletes bounds those of a whole Link: its tools share the limit.
func (o *Office) deletes(l mapping.Link, t mapping.Tool) policy.DeleteRule {
	if !l.Rules.DeletesIn(t) {
		return policy.DeletesOff{}
	}
	name := fmt.Sprintf("link %q", l.Name)
	return policy.DeleteLimit{
		Ledger: o.file.Ledger, Scope: l.Pair(t), Most: l.Rules.Limit(), Name: name,
		Also: []syncer.Limit{{Scope: l.ID, Most: l.Rules.Limit(), Name: name}},
	}
}

func namer(r mapping.Rules) syncer.Namer {
	if r.Names == mapping.Hyphen {
		return policy.Hyphens()
	}
	return policy.Lossless{}
}

func resolver(r mapping.Rules) syncer.Resolver {
	switch r.Conflict {
	case mapping.Newest:
		return policy.Newest{}
	case mapping.PreferProcore:
		return policy.Prefer(syncer.Source)
	case mapping.PreferBox:
		return policy.Prefer(syncer.Destination)
	case mapping.LeaveConflict:
		return policy.Leave
	}
	return policy.KeepBoth
}
