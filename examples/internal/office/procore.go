package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"sync"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// Procore is the connection to Procore: one credential, one Governor, and a client for each lane and
// company.
type Procore struct {
	office   *Office
	tokens   connect.Tokens
	governor *connect.Governor
	// Account makes the calls of the house that belong to no company.
	Account *procore.Account

	mu      sync.Mutex
	me      *procore.Person // once somebody asked
	trouble struct {
		trouble

		company string // that was asked
	}
}

// Procore returns the connection to Procore. If nobody is connected the error wraps ErrNotConnected. It
// calls nobody.
func (o *Office) Procore(ctx context.Context) (*Procore, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.procore != nil {
		return o.procore, nil
	}
	p := &Procore{office: o}
	var err error
	s := o.settings.Procore
	if p.tokens, err = o.tokens(ctx, ProcoreService, login{procoreOrigin(s.Bases), s.Token, o.procoreRefresh}); err != nil {
		return nil, err
	}
	if p.governor, err = o.governor(ProcoreService, procore.Windows(), procore.Readings); err != nil {
		return nil, err
	}
	account := p.options(house)
	if s.Company != "" { // a service account must name one
		if account.CompanyID, err = number("company", s.Company); err != nil {
			return nil, err
		}
	}
	if p.Account, err = procore.NewAccount(account); err != nil {
		return nil, err
	}
	o.procore = p
	return p, nil
}

// procoreOrigin is where tokens come from.
func procoreOrigin(b procore.Bases) string { return cmp.Or(b.Login, "https://login.procore.com") }

func (p *Procore) options(lane string) procore.Options {
	o := p.office
	out := procore.Options{
		Bases: o.settings.Procore.Bases, Tokens: p.tokens, HTTP: o.carrier(ProcoreService),
		Pace: metered{p.governor.Lane(lane), &o.procoreCalls, o.lanes.of(ProcoreService, lane), ProcoreService, o.traffic}, Log: o.log, UploadDir: o.uploads(),
	}
	if lane == house {
		out.Attempts = handful
	}
	return out
}

// Company returns a client for a company, as one lane uses it.
func (p *Procore) company(id, lane string) (*procore.Client, error) {
	number, err := number("company", id)
	if err != nil {
		return nil, err
	}
	o := p.options(lane)
	o.CompanyID = number
	return procore.New(o)
}

// number reads an ID of Procore.
func number(what, id string) (procore.ID, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("%s %q is no number of Procore: %w", what, id, syncer.ErrInvalid)
	}
	return procore.ID(n), nil
}

// Company is one that the account belongs to.
type Company struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Active bool   `json:"active"`
}

// Companies returns those of the account.
func (p *Procore) Companies(ctx context.Context) ([]Company, error) {
	var all []Company
	for c, err := range p.Account.GetCompanies(ctx) {
		if err != nil {
			return nil, fmt.Errorf("companies of Procore: %w", err)
		}
		all = append(all, Company{c.ID.String(), c.Name, c.IsActive})
	}
	return all, nil
}

// CheckSignIn asks whether Procore takes the sign-in. The error wraps connect.ErrSignIn or connect.ErrClient if not; of what
// else may be wrong it says nothing.
func (o *Office) CheckSignIn(ctx context.Context) error {
	p, err := o.Procore(ctx)
	if err != nil {
		return err
	}
	for _, err := range p.Account.GetCompanies(ctx) {
		if RefusedSignIn(err) {
			return fmt.Errorf("companies of Procore: %w", err)
		}
		break
	}
	return nil
}

// Project is one that the account may see.
type Project struct {
	Company string `json:"company"`
	ID      string `json:"id"`
	Name    string `json:"name"`
	Number  string `json:"number,omitempty"`
	Active  bool   `json:"active"`
}

// Projects returns those of a company, or of all companies of the account if company is empty. inactive
// adds those that are not active.
func (p *Procore) Projects(ctx context.Context, company string, inactive bool) ([]Project, error) {
	companies := []string{company}
	if company == "" {
		list, err := p.Companies(ctx)
		if err != nil {
			return nil, err
		}
		companies = nil
		for _, c := range list {
			companies = append(companies, c.ID)
		}
	}
	var all []Project
	for _, id := range companies {
		client, err := p.company(id, house)
		if err != nil {
			return nil, err
		}
		for found, err := range client.GetProjects(ctx, procore.ProjectQuery{Inactive: inactive}) {
			if err != nil {
				return nil, fmt.Errorf("projects of company %s of Procore: %w", id, err)
			}
			all = append(all, Project{
				Company: id, ID: found.ID.String(), Name: found.Name, Number: string(found.Number), Active: found.Active,
			})
		}
	}
	return all, nil
}

// Unknown says that Procore has no company or project of that number for the account.
type Unknown struct {
	What string // "company" or "project"
	Err  error
}

// Error implements error.
func (u *Unknown) Error() string {
	return strings.TrimSuffix(u.Err.Error(), ": "+fs.ErrNotExist.Error()) // it is no file
}

// Unwrap returns the cause.
func (u *Unknown) Unwrap() error { return u.Err }

// CheckTarget looks whether the company and the project of a Link are there for the account. If not the error
// is an Unknown. It costs one call, and one more for each two thousand projects.
func (p *Procore) CheckTarget(ctx context.Context, l mapping.Link) error {
	client, err := p.company(l.Company, house)
	if err != nil {
		return &Unknown{"company", err}
	}
	in, err := ScopeOf(l)
	if err != nil {
		return &Unknown{"project", err}
	}
	for found, err := range client.GetProjects(ctx, procore.ProjectQuery{Inactive: true}) {
		switch {
		case errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist):
			return &Unknown{"company", fmt.Errorf("company %s: %w", l.Company, err)}
		case err != nil:
			return fmt.Errorf("projects of company %s of Procore: %w", l.Company, err)
		case l.Project == "" || found.ID == in.ProjectID():
			return nil
		}
	}
	if l.Project == "" {
		return nil // a company without projects has documents, too
	}
	return &Unknown{"project", fmt.Errorf("company %s shows the account no project %s: %w", l.Company, l.Project, fs.ErrNotExist)}
}

// procorePlace opens a tool of Procore for a Link: its tools share a lane.
func (o *Office) procorePlace(ctx context.Context, l mapping.Link, t mapping.Tool) (mapping.Place, error) {
	p, err := o.Procore(ctx)
	if err != nil {
		return mapping.Place{}, err
	}
	return o.places.get("procore "+l.Pair(t), p, func() (mapping.Place, error) {
		client, err := p.company(l.Company, l.ID)
		if err != nil {
			return mapping.Place{}, err
		}
		in, err := ScopeOf(l)
		if err != nil {
			return mapping.Place{}, err
		}
		files, err := p.tool(ctx, client, in, t)
		if err != nil {
			return mapping.Place{}, err
		}
		stream := fmt.Sprintf("%s of %s of company %s", t, in, l.Company)
		return mapping.Place{
			Endpoint: syncer.Endpoint{FS: files, Root: procore.RootID, Pacer: p.governor.Lane(l.ID)},
			Stream:   o.stream(ProcoreService, stream),
		}, nil
	})
}

// ScopeOf is the project of a Link, or its company. An error wraps syncer.ErrInvalid.
func ScopeOf(l mapping.Link) (procore.Scope, error) {
	if l.Project == "" {
		return procore.InCompany(), nil
	}
	id, err := number("project", l.Project)
	return procore.InProject(id), err
}

// tool opens one tool.
func (p *Procore) tool(ctx context.Context, client *procore.Client, in procore.Scope, t mapping.Tool) (syncer.Reader, error) {
	me, err := p.person(ctx, client.CompanyID().String())
	if err != nil {
		return nil, err
	}
	opts := &procore.FileSystemOptions{User: me}
	if opts.Trust, err = p.office.trust(client.CompanyID().String()); err != nil {
		return nil, err
	}
	switch t {
	case mapping.Documents:
		return p.sooner(procore.NewDocuments(ctx, client, in, opts))
	case mapping.RFIs:
		return procore.NewRFIs(ctx, client, in.ProjectID(), opts)
	case mapping.Submittals:
		return procore.NewSubmittals(ctx, client, in.ProjectID(), opts)
	case mapping.Photos:
		return p.soonerPhotos(procore.NewPhotos(ctx, client, in, opts))
	}
	return nil, fmt.Errorf("%s of Procore: %w", t, errors.ErrUnsupported)
}

// sooner is for fakes, which settle sooner than the real ones.
func (p *Procore) sooner(files *procore.Documents, err error) (syncer.Reader, error) {
	if err != nil || p.office.settings.Settle == nil {
		return files, err
	}
	return quickDocuments{files, p.office}, nil
}

func (p *Procore) soonerPhotos(files *procore.Photos, err error) (syncer.Reader, error) {
	if err != nil || p.office.settings.Settle == nil {
		return files, err
	}
	return quickPhotos{files, p.office}, nil
}

// person returns whose account it is, as one of its companies tells, and asks once.
func (p *Procore) person(ctx context.Context, company string) (*procore.Person, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.me != nil {
		return p.me, nil
	}
	if t := p.trouble; t.company == company || !aboutCompany(t.err) {
		if err := t.recent(); err != nil {
			return nil, err
		}
	}
	client, err := p.company(company, house)
	if err != nil {
		return nil, err
	}
	me, err := client.GetMe(ctx)
	if err != nil {
		err = fmt.Errorf("ask company %s of Procore whose account it is: %w", company, err)
		p.trouble.note(ctx, err)
		p.trouble.company = company
		return nil, err
	}
	p.me = me
	return me, nil
}

// aboutCompany reports whether an error may be about one company, and another one would answer.
func aboutCompany(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission)
}
