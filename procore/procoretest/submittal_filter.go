package procoretest

import (
	"cmp"
	"slices"
	"strings"
)

// A submittalFilter says which submittals a list shows.
type submittalFilter struct {
	ids, states, packs []int64
	numbers, kinds     []string
	current            *bool
	query              string
	created, updated   span
	binned             bool
}

func (f submittalFilter) takes(s *submittal) bool {
	switch {
	case f.binned == s.deleted.IsZero():
		return false
	case len(f.ids) > 0 && !slices.Contains(f.ids, s.id), len(f.states) > 0 && !slices.Contains(f.states, s.status):
		return false
	case len(f.packs) > 0 && (s.pack == nil || !slices.Contains(f.packs, s.pack.id)):
		return false
	case len(f.numbers) > 0 && !slices.Contains(f.numbers, s.number), len(f.kinds) > 0 && !slices.Contains(f.kinds, s.kind):
		return false
	case f.current != nil && *f.current != s.current:
		return false
	}
	return f.created.holds(s.created) && f.updated.holds(s.updated) &&
		strings.Contains(strings.ToLower(s.title), strings.ToLower(f.query))
}

// list returns the submittals that a filter takes, as they were made.
func (s *submittals) list(f submittalFilter) []*submittal {
	return filtered(s.all, f.takes, func(a, b *submittal) int { return cmp.Compare(a.id, b.id) })
}
