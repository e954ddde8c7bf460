package procoretest

import (
	"net/http"
	"slices"
)

// submittalRoutes are section 9: version 1.1, and its older twin without PDF and without DELETE.
func submittalRoutes() []route {
	const all, old = "/rest/v1.1/projects/{project_id}/submittals", "/rest/v1.0/projects/{project_id}/submittals"
	const one = all + "/{id}"
	return []route{
		newRoute("GET "+all, byProject, Submittals, ReadOnly, listSubmittals),
		newRoute("GET "+old, byProject, Submittals, ReadOnly, listSubmittals),
		newRoute("GET /rest/v2.0/companies/{company_id}/projects/{project_id}/submittals", byProject, Submittals, ReadOnly, listSubmittals),
		newRoute("GET "+all+"/recycle_bin", byProject, Submittals, ReadOnly, listDeletedSubmittals),
		newRoute("GET "+all+"/next_available_number", byProject, Submittals, ReadOnly, nextSubmittalNumber),
		newRoute("POST "+all, byProject, Submittals, Standard, createSubmittal),
		newRoute("POST "+old, byProject, Submittals, Standard, createSubmittal),
		newRoute("GET "+one+".pdf", byProject, Submittals, ReadOnly, printSubmittal),
		newRoute("GET "+one, byProject, Submittals, ReadOnly, getSubmittal),
		newRoute("GET "+old+"/{id}", byProject, Submittals, ReadOnly, getSubmittal),
		newRoute("PATCH "+one, byProject, Submittals, Standard, patchSubmittal),
		newRoute("PATCH "+old+"/{id}", byProject, Submittals, Standard, patchSubmittal),
		newRoute("DELETE "+one, byProject, Submittals, Standard, deleteSubmittal),
		newRoute("GET "+one+"/revisions", byProject, Submittals, ReadOnly, listSubmittalRevisions),
		newRoute("GET "+one+"/attachments_with_markup", byProject, Submittals, ReadOnly, listMarkups),
		newRoute("GET /rest/v1.0/projects/{project_id}/submittal_packages", byProject, Submittals, ReadOnly, listPackages),
		newRoute("GET /rest/v1.0/submittal_associated_attachments", byQuery, Submittals, ReadOnly, listAssociated),
		newRoute("GET /rest/v1.0/companies/{company_id}/submittal_statuses", byCompany, "", ReadOnly, listStatuses),
		newRoute("GET /rest/v1.0/companies/{company_id}/submittal_types", byCompany, "", ReadOnly, listTypes),
		newRoute("PATCH /rest/v1.0/submittal_approvers/{id}", byBody, Submittals, Standard, patchApprover),
	}
}

func listSubmittals(c *call) (*reply, error) { return c.submittalList(false) }

func listDeletedSubmittals(c *call) (*reply, error) { return c.submittalList(true) }

func (c *call) submittalList(binned bool) (*reply, error) {
	f, err := c.submittalFilter()
	if err != nil {
		return nil, err
	}
	f.binned = binned
	return list(c, c.place.submittals.list(f), func(s *submittal) any {
		if c.route.version() >= 2 {
			return words(c.view().submittal(s))
		}
		return c.view().submittal(s)
	})
}

func (c *call) submittal() (*submittal, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	return c.place.submittals.submittal(id)
}

// unprocessable turns what is wrong with a field into the status of the newer tools (section 9).
func unprocessable(err error) error {
	if p, ok := err.(*problem); ok && p.field != "" { //nolint:errorlint // it is never wrapped
		return p.unprocessable()
	}
	return err
}

func createSubmittal(c *call) (*reply, error) {
	change, err := c.submittalChange()
	if err != nil {
		return nil, unprocessable(err)
	}
	s, err := c.drive().createSubmittal(c.user, c.place, change)
	if err != nil {
		return nil, unprocessable(err)
	}
	return answer(http.StatusCreated, c.view().submittalAlone(s)), nil
}

func getSubmittal(c *call) (*reply, error) {
	s, err := c.submittal()
	if err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.view().submittalAlone(s)), nil
}

func patchSubmittal(c *call) (*reply, error) {
	s, err := c.submittal()
	if err != nil {
		return nil, err
	}
	change, err := c.submittalChange()
	if err != nil {
		return nil, unprocessable(err)
	}
	if err := c.drive().editSubmittal(c.user, c.place, s, change); err != nil {
		return nil, unprocessable(err)
	}
	return answer(http.StatusOK, c.view().submittalAlone(s)), nil
}

func deleteSubmittal(c *call) (*reply, error) {
	s, err := c.submittal()
	if err != nil {
		return nil, err
	}
	c.drive().deleteSubmittal(c.user, c.place, s)
	return answer(http.StatusOK, nil), nil
}

func printSubmittal(c *call) (*reply, error) {
	s, err := c.submittal()
	if err != nil {
		return nil, err
	}
	return c.printed(s.sheet())
}

func listSubmittalRevisions(c *call) (*reply, error) {
	s, err := c.submittal()
	if err != nil {
		return nil, err
	}
	return list(c, c.place.submittals.revisions(s), func(s *submittal) any { return c.view().submittal(s) })
}

func listMarkups(c *call) (*reply, error) {
	s, err := c.submittal()
	if err != nil {
		return nil, err
	}
	return list(c, s.attachments, func(a *associated) any {
		return object{
			"id": a.id, "polling_url": nil, "original_url": c.procore.linkOf(a.file), "submittal_id": s.id, "name": a.file.name,
		}
	})
}

func nextSubmittalNumber(c *call) (*reply, error) {
	return answer(http.StatusOK, object{"next_available_number": c.place.submittals.nextNumber()}), nil
}

func listPackages(c *call) (*reply, error) {
	ids, err := c.filterIDs("id")
	if err != nil {
		return nil, err
	}
	updated, err := c.filterSpan("updated_at")
	if err != nil {
		return nil, err
	}
	all := slices.DeleteFunc(c.place.submittals.packages(), func(p *pack) bool {
		return !among(ids, p.id) || !updated.holds(p.updated)
	})
	return list(c, all, func(p *pack) any { return c.view().pack(c.place.submittals, p) })
}

// listAssociated is the flat list of all files of submittals.
func listAssociated(c *call) (*reply, error) {
	var all []*associated
	for _, s := range c.place.submittals.list(submittalFilter{}) {
		all = append(all, s.attachments...)
	}
	return list(c, all, func(a *associated) any { return c.view().associated([]*associated{a})[0] })
}

func listStatuses(c *call) (*reply, error) {
	return list(c, submittalStates(), func(s submittalState) any {
		return object{"id": s.id, "name": s.name, "status": s.is}
	})
}

func listTypes(c *call) (*reply, error) {
	return list(c, []string{"Shop Drawing", "Product Information"}, func(name string) any {
		return object{"id": len(name), "name": name, "translated_name": name}
	})
}

// patchApprover attaches files to a step of the workflow (section 9, way 3).
func patchApprover(c *call) (*reply, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	s, a := c.place.submittals.approver(id)
	if a == nil {
		return nil, notFound()
	}
	want, err := c.wanted(c.params.in("submittal_approver"), []attachField{byUpload, keeping})
	if err != nil {
		return nil, err
	}
	a.files = want.files(a.files)
	c.drive().touchSubmittal(c.user, c.place, s)
	return answer(http.StatusOK, c.view().approvers([]*approver{a})[0]), nil
}
