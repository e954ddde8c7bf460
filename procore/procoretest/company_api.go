package procoretest

import (
	"net/http"
	"slices"
	"strings"
)

func companyRoutes() []route {
	return []route{
		newRoute("GET /rest/v1.0/me", personal, "", NoAccess, me),
		newRoute("GET /rest/v1.0/companies", personal, "", NoAccess, listCompanies),
		newRoute("GET /rest/v1.0/projects", byHeader, "", NoAccess, listProjects),
		newRoute("GET /rest/v1.1/projects", byHeader, "", NoAccess, listProjects),
		newRoute("GET /rest/v1.0/projects/{project_id}", byProject, "", NoAccess, showProject),
		newRoute("PATCH /rest/v1.0/projects/{project_id}", byProject, "", NoAccess, editProject),
		newRoute("GET /rest/v1.0/companies/{company_id}/projects", byCompany, "", NoAccess, listProjects),
	}
}

// me is section 1.5.
func me(c *call) (*reply, error) {
	return answer(http.StatusOK, object{"id": c.user.ID, "login": c.user.Login, "name": c.user.Name}), nil
}

// listCompanies is section 1.6. One that the app is not connected to is not listed.
func listCompanies(c *call) (*reply, error) {
	var all []*company
	for _, one := range c.drive().firms {
		if !one.away {
			all = append(all, one)
		}
	}
	return list(c, all, func(one *company) any {
		return object{
			"id": one.id, "name": one.name, "is_active": true, "logo_url": nil,
			"pcn_business_experience": false, "my_company": one == c.drive().firms[0],
		}
	})
}

// listProjects is section 1.7.
func listProjects(c *call) (*reply, error) {
	if c.route.scope == byHeader && c.query.Get("company_id") == "" {
		return nil, badField("company_id", "is missing")
	}
	ids, err := c.filterIDs("id")
	if err != nil {
		return nil, err
	}
	changed, err := c.filterSpan("updated_at")
	if err != nil {
		return nil, err
	}
	made, err := c.filterSpan("created_at")
	if err != nil {
		return nil, err
	}
	state := strings.ToLower(c.query.Get("filters[by_status]"))
	name := c.query.Get("filters[name]")
	var all []*project
	for _, p := range c.company.projects {
		wanted := state == "all" || p.inactive == (state == "inactive")
		if c.user.sees(p) && wanted && among(ids, p.id) && changed.holds(p.updated) && made.holds(p.created) &&
			(name == "" || name == p.name) {
			all = append(all, p)
		}
	}
	return list(c, c.sortedProjects(all), c.projectView())
}

func (c *call) sortedProjects(all []*project) []*project {
	by, falling := strings.CutPrefix(c.query.Get("sort"), "-")
	if by != "name" && by != "display_name" {
		return all
	}
	key := func(p *project) string {
		if by == "name" {
			return p.name
		}
		return p.displayName()
	}
	slices.SortStableFunc(all, func(a, b *project) int { return strings.Compare(key(a), key(b)) })
	if falling {
		slices.Reverse(all)
	}
	return all
}

// projectView is how projects are shown: the two versions of the API have views of their own.
func (c *call) projectView() func(*project) any {
	if c.route.scope == byCompany {
		return func(p *project) any { return p.brief() }
	}
	view := c.query.Get("serializer_view")
	if strings.HasPrefix(c.route.name, "GET /rest/v1.1/") {
		view = c.query.Get("view")
	}
	switch view {
	case "ids":
		return func(p *project) any { return p.id }
	case "compact":
		return func(p *project) any { return object{"id": p.id, "name": p.name, "display_name": p.displayName()} }
	}
	return func(p *project) any { return p.view() }
}

func showProject(c *call) (*reply, error) {
	return answer(http.StatusOK, c.project.view()), nil
}

// editProject gives a project another name or number, or ends it; the other fields are taken and not kept. Who may do
// that in Procore is a matter of its Admin tool, which is not played.
func editProject(c *call) (*reply, error) {
	id, err := c.params.id("company_id")
	switch {
	case err != nil:
		return nil, err
	case id == 0:
		return nil, badField("company_id", "is missing")
	case id != c.company.id:
		return nil, badField("company_id", "is invalid")
	}
	wanted, p := c.params.in("project"), c.project
	active, err := wanted.flag("active")
	if err != nil {
		return nil, err
	}
	if wanted.has("name") && wanted.text("name") == "" {
		return nil, badField("name", "can't be blank")
	}
	if name := wanted.text("name"); name != "" {
		c.drive().rename(p, name)
	}
	if number := wanted.text("project_number"); number != "" {
		p.number = number
	}
	if active != nil {
		p.inactive = !*active
	}
	p.updated = c.drive().now()
	return answer(http.StatusOK, p.view()), nil
}

func (p *project) displayName() string { return p.number + " - " + p.name }

func (p *project) view() object {
	stage := "Construction"
	return object{
		"id": p.id, "name": p.name, "display_name": p.displayName(), "project_number": p.number,
		"address": "1 Main St", "city": "Austin", "state_code": "TX", "country_code": "US", "zip": "78701", "county": nil,
		"time_zone": "US/Central", "latitude": 30.2, "longitude": -97.7, "stage": stage,
		"project_stage": object{"id": 1, "name": stage}, "phone": nil, "active": !p.inactive, "is_demo": false,
		"created_at": stamp(p.created), "updated_at": stamp(p.updated),
		"origin_id": nil, "origin_data": nil, "origin_code": nil, "start_date": nil, "completion_date": nil,
		"total_value": nil, "store_number": nil, "company": object{"id": p.company.id, "name": p.company.name},
		"custom_fields": object{},
	}
}

// brief is a project as its company lists it, in a shape of its own (section 1.7).
func (p *project) brief() object {
	return object{
		"id": p.id, "name": p.name, "stage_name": "Construction", "status_name": map[bool]string{true: "Inactive", false: "Active"}[p.inactive],
		"type_name": nil, "open_items": []any{}, "created_by": nil, "address": object{
			"street": "1 Main St", "city": "Austin", "state_code": "TX", "zip": "78701", "country_code": "US",
		},
	}
}
