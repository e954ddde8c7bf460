package procore

import "net/url"

// Scope says whose tool is meant: that of a project, or that of the company itself. The zero Scope is
// neither, and no call takes it.
type Scope struct {
	project ID
	company bool
}

// InProject is the Scope of a project.
func InProject(id ID) Scope { return Scope{project: id} }

// InCompany is the Scope of the company itself.
func InCompany() Scope { return Scope{company: true} }

// ProjectID is that of the project, 0 for the company itself.
func (s Scope) ProjectID() ID { return s.project }

// String names the Scope: "project 316469", "company".
func (s Scope) String() string {
	if s.company {
		return "company"
	}
	return "project " + s.project.String()
}

func (s Scope) check() error {
	if s.project < 0 || s.project == 0 != s.company {
		return invalid("Scope is neither InProject with the ID of a project nor InCompany")
	}
	return nil
}

// flat is where a resource is found that a project has as a query parameter, and a company in the
// path.
func (s Scope) flat(c *Client, segments ...string) (string, url.Values) {
	if s.company {
		return s.nested(c, "v1.0", segments...), url.Values{}
	}
	return rest("v1.0", segments...), url.Values{"project_id": {s.project.String()}}
}

// nested is where a resource is found that both have in the path.
func (s Scope) nested(c *Client, version string, segments ...string) string {
	if s.company {
		return rest(version, append([]string{"companies", c.CompanyID().String()}, segments...)...)
	}
	return rest(version, append([]string{"projects", s.project.String()}, segments...)...)
}

// within is where a resource of REST v2 is found, which has company and project in the path.
func (s Scope) within(c *Client, segments ...string) string {
	at := []string{"companies", c.CompanyID().String()}
	if !s.company {
		at = append(at, "projects", s.project.String())
	}
	return rest("v2.0", append(at, segments...)...)
}

// checkID keeps a number that Procore cannot have given out from becoming part of a path.
func checkID(what string, id ID) error {
	if id <= 0 {
		return invalid("%s ID %d is not above zero", what, id)
	}
	return nil
}

// check looks at what a call about one thing goes by.
func (c *Client) check(s Scope, what string, id ID) error {
	if err := s.check(); err != nil {
		return err
	}
	return checkID(what, id)
}
