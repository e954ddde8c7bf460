package procoretest

import (
	"net/http"
	"strconv"
)

// locate finds out which company and project a call is about, and whether its user may do that there
// (sections 1.4 and 13).
func (c *call) locate() error {
	if c.route.scope == open {
		return nil
	}
	if err := c.locateCompany(); err != nil || c.company == nil {
		return err
	}
	id, asked, err := c.projectID()
	if err != nil {
		return err
	}
	c.place = c.company.place
	if asked {
		if err := c.locateProject(id); err != nil {
			return err
		}
	}
	return c.place.permits(c.user, c.route.tool, c.route.level)
}

// locateCompany reads the header Procore-Company-Id. Without it only two calls are answered, and with
// client credentials not even those.
func (c *call) locateCompany() error {
	text := c.request.Header.Get("Procore-Company-Id")
	if text == "" {
		if c.route.origin&filesOrigin != 0 || c.route.scope == personal && !c.token.service {
			return nil
		}
		return c.procore.noHeader()
	}
	id, err := strconv.ParseInt(text, 10, 64)
	c.company = c.drive().companies[id]
	if err != nil || c.company == nil {
		return notFound()
	}
	if c.company.away {
		return refuse(http.StatusForbidden, "App is not connected to this company")
	}
	asked := c.ids["company_id"]
	if c.route.scope == byEither || c.route.scope == byHeader {
		asked = c.query.Get("company_id")
	}
	if asked != "" && asked != strconv.FormatInt(id, 10) {
		return notFound()
	}
	return nil
}

// noHeader is the answer to a call without the header (section 1.4). The exact one is not known.
func (p *Procore) noHeader() error {
	if p.options.Switches.HeaderMissingText {
		e := refuse(http.StatusBadRequest, "Missing Procore-Company-Id header! Please provide it.")
		e.plain = true
		return e
	}
	return refuse(http.StatusNotFound, "Item not found")
}

// projectID is the project that a call names. Where that is said differs by call (section 0.3, fact 3).
func (c *call) projectID() (id int64, asked bool, err error) {
	text := ""
	switch c.route.scope {
	case byProject:
		text = c.ids["project_id"]
	case byQuery:
		text = c.query.Get("project_id")
	case byBody, byEither:
		if text = c.query.Get("project_id"); text == "" {
			text = c.params.text("project_id")
		}
	case byCompany:
		text = c.ids["project_id"]
	case open, personal, byHeader:
	}
	if text == "" {
		if c.route.scope == byQuery || c.route.scope == byBody {
			return 0, false, badField("project_id", "is missing")
		}
		return 0, false, nil
	}
	id, err = strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, false, notFound()
	}
	return id, true, nil
}

// locateProject finds a project. One that the user does not see is one that is not there.
func (c *call) locateProject(id int64) error {
	p := c.drive().projects[id]
	if p == nil || p.company != c.company {
		return notFound()
	}
	if !c.user.sees(p) {
		if c.procore.options.Switches.ProjectForbidden {
			return forbidden()
		}
		return notFound()
	}
	c.project, c.place = p, p.place
	return nil
}
