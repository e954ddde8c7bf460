package procoretest

import (
	"net/http"
	"slices"
)

func (c *call) submittalFilter() (f submittalFilter, err error) {
	f.numbers, f.kinds, f.query = c.filter("number"), c.filter("type"), c.query.Get("filters[query]")
	for name, into := range map[string]*[]int64{
		"id": &f.ids, "status_id": &f.states, "submittal_package_id": &f.packs,
	} {
		if *into, err = c.filterIDs(name); err != nil {
			return f, err
		}
	}
	if f.current, err = c.filterFlag("current_revision"); err != nil {
		return f, err
	}
	if f.created, err = c.filterSpan("created_at"); err != nil {
		return f, err
	}
	f.updated, err = c.filterSpan("updated_at")
	return f, err
}

func (c *call) submittalChange() (change submittalChange, err error) {
	in := c.params.in("submittal")
	if in.has("workflow_data") && len(c.parts) == 0 && !c.isForm() {
		return change, refuse(http.StatusBadRequest, "workflow_data is taken in a form only")
	}
	change = submittalChange{
		number: in.pointer("number"), title: in.pointer("title"), revision: in.pointer("revision"), kind: in.pointer("type"),
	}
	if change.private, err = in.flag("private"); err != nil {
		return change, err
	}
	for name, into := range map[string]**int64{"status_id": &change.status, "submittal_package_id": &change.pack} {
		if *into, err = in.idPointer(name); err != nil {
			return change, err
		}
	}
	change.files, err = c.submittalFiles(in)
	return change, err
}

// submittalFiles reads which files a submittal is to have. It has no field for uploads: a file must be
// one that Procore has already (section 9).
func (c *call) submittalFiles(in params) (func([]*associated) []*associated, error) {
	takes := []attachField{byProstore}
	if !c.procore.options.Switches.PartsForgotten {
		takes = append(takes, byPart)
	}
	want, err := c.wanted(in, takes)
	if err != nil {
		return nil, err
	}
	now := c.drive().now()
	return func(old []*associated) []*associated {
		var files []*stored
		for _, a := range old {
			files = append(files, a.file)
		}
		var all []*associated
		for _, f := range want.files(files) {
			i := slices.IndexFunc(old, func(a *associated) bool { return a.file == f })
			if i >= 0 {
				all = append(all, old[i])
				continue
			}
			all = append(all, &associated{id: c.drive().next("association"), file: f, at: now})
		}
		return all
	}, nil
}
