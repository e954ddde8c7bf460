package office

import (
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// Fold puts the deletes of what is in a folder under the delete of that folder: each group begins with a
// hold that stands by itself, and what waits below it follows. Groups are in the order of their first
// items. Held tells what one of all is about; those of different sorts are not put together.
func Fold[T any](all []T, held func(T) (h Held, sort string)) [][]T {
	type place struct {
		link string
		tool mapping.Tool
		on   Service
		sort string
		path string
	}
	at := func(one T) (place, bool) {
		h, sort := held(one)
		return place{h.Link, h.Tool, h.On, sort, h.Path}, h.Op == syncer.OpDelete.String()
	}
	folders := map[place]bool{}
	for _, one := range all {
		if h, _ := held(one); h.Kind == syncer.Folder.String() {
			p, deletes := at(one)
			folders[p] = deletes
		}
	}
	var groups [][]T
	group := map[place]int{} // the number of each topmost folder's
	for _, one := range all {
		p, deletes := at(one)
		top := p
		for i := range p.path {
			if above := p.path[:i]; deletes && p.path[i] == '/' && folders[place{p.link, p.tool, p.on, p.sort, above}] {
				top.path = above
				break
			}
		}
		n, known := group[top]
		switch {
		case !deletes || !known && !folders[top]:
			groups = append(groups, []T{one})
		case !known:
			group[top] = len(groups)
			groups = append(groups, []T{one})
		case top == p:
			groups[n] = append([]T{one}, groups[n]...) // what is in it came before it
		default:
			groups[n] = append(groups[n], one)
		}
	}
	return groups
}
