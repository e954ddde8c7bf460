package boxtest

import (
	"net/http"
	"slices"
)

// The shapes that context_info.conflicts takes. Box is not consistent here (section 8.2).
const (
	conflictObject shape = iota // files and preflight
	conflictList                // folders
	conflictOther               // PUT, copy, restore, sessions: nobody knows
)

type shape int

// inUse is the answer to a name that somebody else holds.
func (d *drive) inUse(u *user, held *item, s shape) error {
	p := refuse(http.StatusConflict, "item_name_in_use", "Item with the same name already exists")
	mini := viewer{d, u}.mini(held)
	if s == conflictOther {
		switch {
		case d.rules.ConflictOmitted:
			return p
		case d.rules.ConflictAsList:
			s = conflictList
		}
	}
	if s == conflictList {
		p.context = object{"conflicts": []any{mini}}
	} else {
		p.context = object{"conflicts": mini}
	}
	return p
}

// merge adds items to a sorted list and leaves the list itself alone.
func merge(list, more []*item, by order) []*item {
	if len(more) == 0 {
		return list
	}
	all := append(slices.Clone(list), more...)
	slices.SortFunc(all, func(a, b *item) int { return compare(a, b, by) })
	return all
}
