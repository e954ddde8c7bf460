package procoretest

import "fmt"

// Company returns the first company.
func (p *Procore) Company() Company {
	p.lock()
	defer p.unlock()
	return p.drive.firms[0].outside()
}

// Project returns the first project of the first company.
func (p *Procore) Project() Project {
	p.lock()
	defer p.unlock()
	return p.drive.firms[0].projects[0].outside()
}

// AddCompany makes a company without projects.
func (p *Procore) AddCompany(name string) Company {
	p.lock()
	defer p.unlock()
	return p.drive.newCompany(name).outside()
}

// AddProject makes a project of a company. It panics if there is no such company.
func (p *Procore) AddProject(companyID int64, name string) Project {
	p.lock()
	defer p.unlock()
	return p.drive.newProject(p.firm(companyID), name).outside()
}

// RenameProject gives a project another name, and its root folder with it. Every path in its documents
// changes. It panics if there is no such project.
func (p *Procore) RenameProject(id int64, name string) Project {
	p.lock()
	defer p.unlock()
	at := p.job(id)
	p.drive.rename(at, name)
	return at.outside()
}

// SetActive ends a project, or takes it up again. It panics if there is no such project.
func (p *Procore) SetActive(id int64, active bool) {
	p.lock()
	defer p.unlock()
	at := p.job(id)
	at.inactive, at.updated = !active, p.drive.now()
}

// SetTool turns a tool of a project or a company on or off. Calls to one that is off are forbidden. It
// panics if there is neither.
func (p *Procore) SetTool(id int64, t Tool, on bool) {
	p.lock()
	defer p.unlock()
	p.place(id).off[t] = !on
}

// SetPrivateByDefault makes new documents of a project or a company private without being asked, or
// not (section 4.4). It panics if there is neither.
func (p *Procore) SetPrivateByDefault(id int64, private bool) {
	p.lock()
	defer p.unlock()
	p.place(id).privates = private
}

// Permit sets what a user may do in a tool of a project or a company. Until then everybody may do
// everything. It panics if there is neither.
func (p *Procore) Permit(u User, id int64, t Tool, level Level) {
	p.lock()
	defer p.unlock()
	at, account := p.place(id), p.who(u)
	if at.levels[account] == nil {
		at.levels[account] = map[Tool]Level{}
	}
	at.levels[account][t] = level
	at.cabinet.changed()
}

// PermitBin lets a user see the recycle bin of the documents of a project or a company without being
// an administrator (section 4.8), or no longer. It panics if there is neither.
func (p *Procore) PermitBin(u User, id int64, see bool) {
	p.lock()
	defer p.unlock()
	at := p.place(id)
	at.bin[p.who(u)] = see
	at.cabinet.changed()
}

// PermitProjects limits a user to some projects, as a service account is. Without any there are none:
// that is how it is right after an app was installed again (section 1.3). It panics if one of them is
// not there.
func (p *Procore) PermitProjects(u User, ids ...int64) {
	p.lock()
	defer p.unlock()
	account := p.who(u)
	account.permitted = map[*project]bool{}
	for _, id := range ids {
		account.permitted[p.job(id)] = true
	}
}

// PermitAllProjects takes the limit of PermitProjects away.
func (p *Procore) PermitAllProjects(u User) {
	p.lock()
	defer p.unlock()
	p.who(u).permitted = nil
}

// SetConnected takes the app out of a company, or puts it back (section 1.3). It panics if there is no
// such company.
func (p *Procore) SetConnected(companyID int64, connected bool) {
	p.lock()
	defer p.unlock()
	p.firm(companyID).away = !connected
}

// firm is a company. A test that names one that is not there is wrong, and so with the others.
func (p *Procore) firm(id int64) *company {
	c := p.drive.companies[id]
	if c == nil {
		panic(fmt.Sprintf("procoretest: no company with id %d", id))
	}
	return c
}

func (p *Procore) job(id int64) *project {
	at := p.drive.projects[id]
	if at == nil {
		panic(fmt.Sprintf("procoretest: no project with id %d", id))
	}
	return at
}

// place is that of a project or of a company.
func (p *Procore) place(id int64) *place {
	if c := p.drive.companies[id]; c != nil {
		return c.place
	}
	return p.job(id).place
}
