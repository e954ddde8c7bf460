package mapping

import (
	"fmt"

	"github.com/procorebox/procorebox/syncer"
)

// apart leaves out of a pair what is the ground of another one. Links are refused if they overlap when they
// are made, but people may move one's folder into another's afterwards: it goes on by itself then, and is
// not carried over a second time.
type apart struct {
	own    syncer.Filter     // the Link's own; nil takes everything
	ground map[string]string // folders in Box by their IDs, and whose they are
}

var _ syncer.Filter = apart{}

// Filter implements [syncer.Filter].
func (a apart) Filter(i syncer.Item) string {
	if whose := a.ground[i.Entry.ID]; i.Side == syncer.Destination && whose != "" {
		return "it is " + whose + ", which is kept in step by itself"
	}
	if a.own == nil {
		return ""
	}
	return a.own.Filter(i)
}

// Fingerprint implements [syncer.Filter]. Whose ground there is does not count: a Link that is made has
// none in common with others, and when its folder is moved the hint of that asks about it.
func (a apart) Fingerprint() string {
	if a.own == nil {
		return "apart/1"
	}
	return "apart/1 " + a.own.Fingerprint()
}

// around returns the ground of all other pairs than that of a tool, as far as they are in the same Box.
func around(l Link, t Tool, all []Link) map[string]string {
	ground := map[string]string{}
	for _, o := range all {
		for _, g := range o.ground() {
			ground[g.id] = fmt.Sprintf("%s of link %q", g.what, o.Name)
		}
	}
	delete(ground, l.Roots[t].ID)
	return ground
}

// firstMeeting keeps both of two files that were never one item, whatever the Link's rule for conflicts is:
// a rule that takes the newer version is about edits of one file.
type firstMeeting struct{ syncer.Resolver }

// Resolve implements [syncer.Resolver].
func (f firstMeeting) Resolve(c syncer.Conflict) syncer.Resolution {
	if r := f.Resolver.Resolve(c); c.Record != 0 || r == syncer.Leave {
		return r
	}
	return syncer.KeepBoth
}

// Rule implements [syncer.Ruler].
func (f firstMeeting) Rule(c syncer.Conflict) string {
	if r := f.Resolver.Resolve(c); c.Record == 0 && r != syncer.Leave {
		return "first meeting"
	}
	if r, ok := f.Resolver.(syncer.Ruler); ok {
		return r.Rule(c)
	}
	return ""
}
