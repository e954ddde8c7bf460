package boxtest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Bounds of searches (section 10).
const (
	searchLag      = 10 * time.Minute
	defaultResults = 30
	mostResults    = 200
	deepestResult  = 10000
)

func searchRoutes() []route {
	return []route{
		newRoute("GET /2.0/search", apiOrigin, needRead, search).of(searching),
		newRoute("GET /2.0/shared_items", apiOrigin, needRead, sharedItem),
	}
}

// A query is what a search looks for.
type query struct {
	words      []string
	kinds      []kind
	ancestors  []string
	extensions []string
	before     time.Time // items that changed later are not found yet
}

// search looks for beginnings of words in names (section 10).
func search(c *call) (*reply, error) {
	want, err := c.searchQuery()
	if err != nil {
		return nil, err
	}
	limit, err := count(c.query, "limit", defaultResults)
	if err != nil {
		return nil, err
	}
	offset, err := count(c.query, "offset", 0)
	if err != nil {
		return nil, err
	}
	if offset > deepestResult {
		return nil, badField("offset", "Invalid value '%d'.", offset)
	}
	var found []*item
	for _, it := range c.box.drive.items {
		if c.box.drive.rights(c.user, it).see && !it.inTrash() && c.reaches(it) == nil && want.fits(it) {
			found = append(found, it)
		}
	}
	found = merge(nil, found, byName)
	asked := fieldsOf(c.query)
	entries := []any{}
	for _, it := range found[min(offset, len(found)):min(offset+min(limit, mostResults), len(found))] {
		entries = append(entries, c.view().show(it, asked, standardFields(it.kind)))
	}
	return answer(http.StatusOK, object{
		"type": "search_results_items", "total_count": len(found), "entries": entries,
		"limit": min(limit, mostResults), "offset": offset,
	}), nil
}

func (c *call) searchQuery() (query, error) {
	q := c.query
	if q.Get("query") == "" && q.Get("mdfilters") == "" {
		p := refuse(http.StatusBadRequest, "bad_request", "Bad Request")
		return query{}, because(p, "missing_parameter", "query", "query or mdfilters is needed")
	}
	want := query{
		words:      strings.Fields(strings.ToLower(strings.Trim(q.Get("query"), `"`))),
		ancestors:  split(q.Get("ancestor_folder_ids")),
		extensions: split(strings.ToLower(q.Get("file_extensions"))),
	}
	for _, k := range split(q.Get("type")) {
		want.kinds = append(want.kinds, kind(k))
	}
	if c.box.options.Switches.SearchLags {
		want.before = c.box.drive.now().Add(-searchLag)
	}
	return want, nil
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

func (q query) fits(it *item) bool {
	switch {
	case !q.before.IsZero() && it.modified.After(q.before):
		return false
	case len(q.kinds) > 0 && !slices.Contains(q.kinds, it.kind):
		return false
	case len(q.extensions) > 0 && !slices.Contains(q.extensions, strings.ToLower(it.extension())):
		return false
	case len(q.ancestors) > 0 && !slices.ContainsFunc(q.ancestors, func(id string) bool { return it.below(id) }):
		return false
	}
	words := strings.FieldsFunc(strings.ToLower(it.name), func(r rune) bool { return strings.ContainsRune(" ._-", r) })
	for _, wanted := range q.words {
		begins := func(word string) bool { return strings.HasPrefix(word, wanted) }
		if !slices.ContainsFunc(words, begins) && !strings.HasPrefix(strings.ToLower(it.name), wanted) {
			return false
		}
	}
	return true
}

// below says whether the item lies below a folder with that id.
func (it *item) below(folderID string) bool {
	for at := range it.lineage() {
		if at != it && at.kind == folderKind && at.id == folderID {
			return true
		}
	}
	return false
}

// sharedItem resolves a shared link (section 9).
func sharedItem(c *call) (*reply, error) {
	it, err := c.linked()
	if err != nil {
		return nil, err
	}
	if it == nil {
		return nil, badField("BoxApi", "the header with the shared link is missing")
	}
	if c.unchanged(it) {
		return answer(http.StatusNotModified, nil), nil
	}
	return c.show(http.StatusOK, it)
}

// linked is the item of the shared link that a request came with, nil if it came with none.
func (c *call) linked() (*item, error) {
	var link, password string
	for part := range strings.SplitSeq(c.request.Header.Get("BoxApi"), "&") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "shared_link":
			link = value
		case "shared_link_password":
			password = value
		}
	}
	if link == "" {
		return nil, nil //nolint:nilnil // no link is no error
	}
	return c.box.drive.linked(c.user, link, password)
}

// viaLink returns the item that the path names, by the user's own rights or by a shared link to it or
// to a folder above it.
func (c *call) viaLink(k kind) (*item, error) {
	top, err := c.linked()
	if err != nil {
		return nil, err
	}
	if top != nil {
		it := c.box.drive.items[key{k, c.ids[string(k)+"_id"]}]
		if it != nil && it.within(top) && !it.inTrash() {
			return it, nil
		}
	}
	return c.active(k)
}
