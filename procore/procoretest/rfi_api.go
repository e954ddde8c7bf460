package procoretest

import (
	"net/http"
	"slices"
)

// rfiRoutes are section 8.1.
func rfiRoutes() []route {
	const all = "/rest/v1.0/projects/{project_id}/rfis"
	const one, newer = all + "/{id}", "/rest/v1.1/projects/{project_id}/rfis"
	return []route{
		newRoute("GET "+newer, byProject, RFIs, ReadOnly, listNewerRFIs),
		newRoute("GET "+newer+"/{id}", byProject, RFIs, ReadOnly, getNewerRFI),
		newRoute("GET "+all, byProject, RFIs, ReadOnly, listRFIs),
		newRoute("GET "+all+"/recycle_bin", byProject, RFIs, ReadOnly, listRecycledRFIs),
		newRoute("POST "+all, byProject, RFIs, Standard, createRFI),
		newRoute("GET "+one+".pdf", byProject, RFIs, ReadOnly, printRFI),
		newRoute("GET "+one, byProject, RFIs, ReadOnly, getRFI),
		newRoute("PATCH "+one, byProject, RFIs, Standard, patchRFI),
		newRoute("PATCH "+one+"/recycle", byProject, RFIs, Standard, recycleRFI),
		newRoute("PATCH "+one+"/retrieve", byProject, RFIs, Standard, retrieveRFI),
	}
}

func listRFIs(c *call) (*reply, error) { return c.rfiList(false) }

func listRecycledRFIs(c *call) (*reply, error) { return c.rfiList(true) }

// listNewerRFIs is version 1.1 as a sandbox was seen to answer it: the reference does not have it, the
// shape is another, and a status must be an array (section 8.1).
func listNewerRFIs(c *call) (*reply, error) {
	if c.query.Has("filters[status]") {
		return nil, badField("filters[status]", "must be an array")
	}
	f, err := c.rfiFilter()
	if err != nil {
		return nil, err
	}
	return list(c, c.place.rfis.list(f), func(r *rfi) any { return c.view().newerRFI(r) })
}

func getNewerRFI(c *call) (*reply, error) {
	r, err := c.rfi("id")
	if err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.view().newerRFI(r)), nil
}

func (c *call) rfiList(binned bool) (*reply, error) {
	f, err := c.rfiFilter()
	if err != nil {
		return nil, err
	}
	f.binned = binned
	return list(c, c.place.rfis.list(f), func(r *rfi) any { return c.view().rfi(r) })
}

func (c *call) rfiFilter() (f rfiFilter, err error) {
	f.states, f.numbers, f.search = c.filter("status"), c.filter("number"), c.query.Get("search")
	f.attribute, f.descending = c.query.Get("sort[attribute]"), c.query.Get("sort[direction]") == "desc"
	if c.query.Has("filters[status]") && c.procore.options.Switches.StatusNeedsArray {
		return f, badField("filters[status]", "must be an array")
	}
	for _, s := range f.states {
		if !slices.Contains(rfiStates(), s) {
			return f, badField("filters[status]", "is not included in the list")
		}
	}
	for name, into := range map[string]*[]int64{"id": &f.ids, "rfi_manager_id": &f.manager, "assigned_id": &f.assigned} {
		if *into, err = c.filterIDs(name); err != nil {
			return f, err
		}
	}
	if f.created, err = c.filterSpan("created_at"); err != nil {
		return f, err
	}
	f.updated, err = c.filterSpan("updated_at")
	return f, err
}

func (c *call) rfi(name string) (*rfi, error) {
	id, err := c.id(name)
	if err != nil {
		return nil, err
	}
	return c.place.rfis.rfi(id)
}

// rfiChange reads what a request says about an RFI.
func (c *call) rfiChange() (change rfiChange, err error) {
	in, asked := c.params.in("rfi"), c.params.in("rfi").in("question")
	change = rfiChange{
		subject: in.pointer("subject"), number: in.pointer("number"), prefix: in.pointer("prefix"),
		due: in.pointer("due_date"), body: asked.pointer("body"),
	}
	for name, into := range map[string]**bool{"private": &change.private, "draft": &change.draft} {
		if *into, err = in.flag(name); err != nil {
			return change, err
		}
	}
	if change.manager, err = c.person(in, "rfi_manager_id"); err != nil {
		return change, err
	}
	if in.has("assignee_ids") || in.has("assignee_id") {
		people, err := c.people(in, "assignee_ids", "assignee_id")
		if err != nil {
			return change, err
		}
		change.assignees = &people
	}
	change.files, err = c.questionFiles(in, asked)
	return change, err
}

// questionFiles are the files of a question. The ids at the top level take the place of what was there
// (section 8.3).
func (c *call) questionFiles(in, asked params) (func([]*stored) []*stored, error) {
	want, err := c.wanted(asked, append(idLists(), byProstore, byPart))
	if err != nil {
		return nil, err
	}
	if in.has(string(byProstore)) {
		top, err := c.wanted(in, []attachField{byProstore})
		if err != nil {
			return nil, err
		}
		want.listed = top.listed
	}
	return want.files, nil
}

func createRFI(c *call) (*reply, error) {
	change, err := c.rfiChange()
	if err != nil {
		return nil, err
	}
	r, err := c.drive().createRFI(c.user, c.place, change)
	if err != nil {
		return nil, err
	}
	return answer(http.StatusCreated, c.view().rfiAlone(r)), nil
}

func getRFI(c *call) (*reply, error) {
	r, err := c.rfi("id")
	if err != nil {
		return nil, err
	}
	if !r.recycled.IsZero() && c.procore.options.Switches.RecycledNotFound {
		return nil, notFound()
	}
	return answer(http.StatusOK, c.view().rfiAlone(r)), nil
}

func patchRFI(c *call) (*reply, error) {
	r, err := c.rfi("id")
	if err != nil {
		return nil, err
	}
	change, err := c.rfiChange()
	if err != nil {
		return nil, err
	}
	if err := c.drive().editRFI(c.user, c.place, r, change); err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.view().rfiAlone(r)), nil
}

func recycleRFI(c *call) (*reply, error) {
	r, err := c.rfi("id")
	if err != nil {
		return nil, err
	}
	c.drive().recycleRFI(c.user, c.place, r)
	return answer(http.StatusOK, c.view().rfiAlone(r)), nil
}

func retrieveRFI(c *call) (*reply, error) {
	r, err := c.rfi("id")
	if err != nil {
		return nil, err
	}
	c.drive().retrieveRFI(c.user, c.place, r)
	return answer(http.StatusOK, c.view().rfiAlone(r)), nil
}

// printRFI answers where the PDF is, which is rendered anew for each request.
func printRFI(c *call) (*reply, error) {
	r, err := c.rfi("id")
	if err != nil {
		return nil, err
	}
	onlyOfficial, err := asFlag(c.query.Get("only_official"))
	return c.printed(r.sheet(err == nil && onlyOfficial))
}
