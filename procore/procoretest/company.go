package procoretest

import (
	"fmt"
	"time"
)

// A Company says which company of Procore one is.
type Company struct {
	ID     int64
	Name   string
	RootID int64 // of the root folder of its own documents
}

// A Project says which project of a company one is.
type Project struct {
	ID        int64
	CompanyID int64
	Name      string
	RootID    int64 // of the root folder of its documents
}

type company struct {
	id       int64
	name     string
	place    *place
	projects []*project
	away     bool // the app is not connected
}

type project struct {
	id               int64
	name             string
	number           string
	company          *company
	place            *place
	created, updated time.Time
	inactive         bool
}

func (d *drive) newCompany(name string) *company {
	c := &company{id: d.next("company"), name: name}
	c.place = newPlace(c, nil)
	c.place.cabinet = d.newCabinet(c.place, name)
	d.companies[c.id] = c
	d.firms = append(d.firms, c)
	return c
}

func (d *drive) newProject(c *company, name string) *project {
	now := d.now()
	p := &project{id: d.next("project"), name: name, company: c, created: now, updated: now}
	p.number = fmt.Sprint(1001 + len(c.projects))
	p.place = newPlace(c, p)
	p.place.cabinet = d.newCabinet(p.place, name)
	p.place.photos = newPhotos(p.place, d.next("album"), now)
	p.place.rfis, p.place.submittals = newRFIs(), newSubmittals()
	c.projects = append(c.projects, p)
	d.projects[p.id] = p
	return p
}

// sees says whether a user knows of a project. A service account knows of those that it is permitted
// (section 1.3).
func (u *user) sees(p *project) bool { return u.permitted == nil || u.permitted[p] }

func (c *company) outside() Company {
	return Company{ID: c.id, Name: c.name, RootID: c.place.cabinet.root.id}
}

func (p *project) outside() Project {
	return Project{ID: p.id, CompanyID: p.company.id, Name: p.name, RootID: p.place.cabinet.root.id}
}

// rename gives a project another name. Its root folder has it, too, so every path changes
// (section 4.4).
func (d *drive) rename(p *project, name string) {
	p.name, p.updated = name, d.now()
	p.place.cabinet.root.name = name
	p.place.cabinet.changed()
}
