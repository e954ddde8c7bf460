package procoretest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

func documentRoutes() []route {
	return []route{
		newRoute("GET /rest/v1.0/projects/{project_id}/documents", byProject, Documents, ReadOnly, listDocuments),
		newRoute("GET /rest/v1.0/companies/{company_id}/documents", byCompany, Documents, ReadOnly, listDocuments),
	}
}

// listDocuments is the flat index of all folders and files (section 4.2).
func listDocuments(c *call) (*reply, error) {
	extended := false
	switch c.query.Get("view") {
	case "", "normal":
	case "extended":
		extended = true
	default:
		return nil, badField("view", "is invalid")
	}
	all, err := c.index()
	if err != nil {
		return nil, err
	}
	v := c.view()
	return list(c, all, func(it *item) any { return v.row(it, extended) })
}

// index is what the query asks for, in its order. Pages of a list that nothing has changed meanwhile
// are cut from the same one.
func (c *call) index() ([]*item, error) {
	query := c.request.URL.Query()
	for _, name := range []string{"page", "per_page", "view"} {
		query.Del(name)
	}
	key := fmt.Sprint(c.user.ID, " ", query.Encode())
	cabinet := c.place.cabinet
	if all, ok := cabinet.lists[key]; ok {
		return all, nil
	}
	f, err := c.indexFilter()
	if err != nil {
		return nil, err
	}
	less, err := indexOrder(c.query.Get("sort"))
	if err != nil {
		return nil, err
	}
	var all []*item
	for _, it := range cabinet.all {
		if f.takes(it) && cabinet.sees(c.user, it) {
			all = append(all, it)
		}
	}
	if less != nil {
		slices.SortStableFunc(all, less)
	}
	if len(cabinet.lists) >= mostLists {
		clear(cabinet.lists)
	}
	cabinet.lists[key] = all
	return all, nil
}

// mostLists is how many lists of an index are kept.
const mostLists = 8

// An indexFilter says which documents are asked for.
type indexFilter struct {
	rules   Switches
	makers  []int64
	created span
	updated span
	kinds   []string
	types   []string
	binned  *bool
	search  string
	folders []*item
	parents []int64
	private *bool
}

func (c *call) indexFilter() (indexFilter, error) {
	f := indexFilter{
		rules: c.procore.options.Switches, kinds: c.filter("document_type"),
		search: strings.ToLower(c.query.Get("filters[search]")),
	}
	for _, one := range c.filter("file_type") {
		f.types = append(f.types, strings.ToUpper(one))
	}
	var err error
	read := func(step func() error) {
		if err == nil {
			err = step()
		}
	}
	read(func() (e error) { f.makers, e = c.filterIDs("created_by_id"); return e })
	read(func() (e error) { f.created, e = c.filterSpan("created_at"); return e })
	read(func() (e error) { f.updated, e = c.filterSpan("updated_at"); return e })
	read(func() (e error) { f.binned, e = c.filterFlag("is_in_recycle_bin"); return e })
	read(func() (e error) { f.private, e = c.filterFlag("private"); return e })
	read(func() (e error) { f.parents, e = c.parentFilter(); return e })
	read(func() (e error) { f.folders, e = c.folderFilter(); return e })
	return f, err
}

// parentFilter is filters[parent_id] and parent_id, which no reference names (section 4.2).
func (c *call) parentFilter() ([]int64, error) {
	if !c.procore.options.Switches.ParentFilter {
		return nil, nil
	}
	if c.query.Get("parent_id") != "" {
		c.query.Set("filters[parent_id]", c.query.Get("parent_id"))
	}
	return c.filterIDs("parent_id")
}

// folderFilter is filters[folder_id]: that folder and all below it.
func (c *call) folderFilter() ([]*item, error) {
	ids, err := c.filterIDs("folder_id")
	if err != nil {
		return nil, err
	}
	var folders []*item
	for _, id := range ids {
		folder, err := c.drive().known(c.user, c.place, folderKind, id)
		if err != nil {
			return nil, err
		}
		folders = append(folders, folder)
	}
	return folders, nil
}

func (f indexFilter) takes(it *item) bool {
	if it.isRoot() && !f.rules.RootIndexed && len(f.folders) == 0 {
		return false
	}
	if it.isBin() && f.rules.BinLeftOut {
		return false
	}
	binned := it.inBin()
	if f.binned == nil && binned && f.rules.RecycledLeftOut {
		return false
	}
	return matches(f.binned, binned) && among(f.kinds, string(it.kind)) && f.takesMaker(it) &&
		(len(f.types) == 0 || it.kind == fileKind && slices.Contains(f.types, fileType(it.name))) &&
		f.created.holds(it.created) && f.updated.holds(it.updated) && matches(f.private, it.private) &&
		f.takesText(it) && f.takesPlace(it)
}

func (f indexFilter) takesMaker(it *item) bool {
	return len(f.makers) == 0 || it.by != nil && slices.Contains(f.makers, it.by.ID)
}

func (f indexFilter) takesText(it *item) bool {
	return f.search == "" || strings.Contains(strings.ToLower(it.name), f.search) ||
		strings.Contains(strings.ToLower(it.description), f.search)
}

func (f indexFilter) takesPlace(it *item) bool {
	if len(f.parents) > 0 && (it.parent == nil || !slices.Contains(f.parents, it.parent.id)) {
		return false
	}
	return len(f.folders) == 0 || slices.ContainsFunc(f.folders, it.within)
}

// indexOrder is how the index is sorted, nil for by id.
func indexOrder(text string) (func(a, b *item) int, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // as it is
	}
	name, falling := strings.CutPrefix(text, "-")
	byKind := func(a, b *item) int { return cmp.Compare(a.kind, b.kind) }
	byCreated := func(a, b *item) int { return cmp.Or(a.created.Compare(b.created), cmp.Compare(a.id, b.id)) }
	byUpdated := func(a, b *item) int { return cmp.Or(a.updated.Compare(b.updated), cmp.Compare(a.id, b.id)) }
	then := func(next func(a, b *item) int) func(a, b *item) int {
		return func(a, b *item) int { return cmp.Or(byKind(a, b), next(a, b)) }
	}
	orders := map[string]func(a, b *item) int{
		"updated_at": byUpdated, "name": byName, "document_type": then(func(a, b *item) int { return cmp.Compare(a.id, b.id) }),
		"document_type_then_name": then(byName), "document_type_then_created_at": then(byCreated),
		"document_type_then_updated_at": then(byUpdated),
	}
	order, ok := orders[name]
	if !ok {
		return nil, badField("sort", "is invalid")
	}
	if falling {
		return func(a, b *item) int { return order(b, a) }, nil
	}
	return order, nil
}
