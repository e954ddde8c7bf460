package procoretest

import "time"

// A Submittal is what a Person sees of one. Each revision is a submittal of its own.
type Submittal struct {
	ID       int64
	Number   string
	Revision string
	Title    string
	Status   string // "Open", "Draft", "Closed" or "Distributed"
	Current  bool
	Updated  time.Time
	Files    []Attachment // without their contents
	Deleted  bool
}

// Submittals are those of a project as they were made, without those in the recycle bin.
func (p *Person) Submittals(projectID int64) []Submittal {
	var all []Submittal
	p.begin()
	defer p.end()
	for _, s := range p.procore.place(projectID).submittals.list(submittalFilter{}) {
		all = append(all, s.outside())
	}
	return all
}

// AddSubmittal makes a submittal. One with the number of another and a higher revision becomes the
// current one.
func (p *Person) AddSubmittal(projectID int64, s Submittal) (Submittal, error) {
	return p.submittal(projectID, func(d *drive, at *place, files []*stored) (*submittal, error) {
		c := s.change()
		c.number = &s.Number
		c.files = d.associating(files)
		return d.createSubmittal(p.account, at, c)
	}, s.Files...)
}

// EditSubmittal sets title and status of a submittal where they are not empty, and attaches files.
func (p *Person) EditSubmittal(projectID int64, s Submittal, files ...Attachment) (Submittal, error) {
	return p.submittal(projectID, func(d *drive, at *place, files []*stored) (*submittal, error) {
		one, err := at.submittals.submittal(s.ID)
		if err != nil {
			return nil, err
		}
		c := s.change()
		c.files = d.associating(files)
		return one, d.editSubmittal(p.account, at, one, c)
	}, files...)
}

// DeleteSubmittal puts a submittal into the recycle bin.
func (p *Person) DeleteSubmittal(projectID, id int64) error {
	_, err := p.submittal(projectID, func(d *drive, at *place, _ []*stored) (*submittal, error) {
		one, err := at.submittals.submittal(id)
		if err == nil {
			d.deleteSubmittal(p.account, at, one)
		}
		return one, err
	})
	return err
}

// AddPackage makes a submittal package and puts submittals into it. It returns the package's id.
func (p *Person) AddPackage(projectID int64, title string, submittals ...int64) (int64, error) {
	var id int64
	err := p.with(projectID, nil, func(d *drive, at *place, _ []*stored) error {
		one := &pack{id: d.next("submittal package"), number: decimal(int64(len(at.submittals.packs) + 1)), title: title, updated: d.now()}
		at.submittals.packs[one.id] = one
		id = one.id
		for _, member := range submittals {
			s, err := at.submittals.submittal(member)
			if err != nil {
				return err
			}
			if err := d.editSubmittal(p.account, at, s, submittalChange{pack: &one.id}); err != nil {
				return err
			}
		}
		d.tellOf(p.account, at, "Submittal Packages", one.id, created)
		return nil
	})
	return id, err
}

// AddApprover adds somebody to the workflow of a submittal, with the files of their step. It returns
// the step's id.
func (p *Person) AddApprover(projectID, submittalID int64, who User, files ...Attachment) (int64, error) {
	var id int64
	err := p.with(projectID, files, func(d *drive, at *place, kept []*stored) error {
		s, err := at.submittals.submittal(submittalID)
		if err != nil {
			return err
		}
		id = d.next("approver")
		s.approvers = append(s.approvers, &approver{id: id, user: p.procore.who(who), files: kept})
		d.touchSubmittal(p.account, at, s)
		return nil
	})
	return id, err
}

// change holds what of a submittal can be edited, where it is not empty.
func (s Submittal) change() submittalChange {
	var c submittalChange
	for value, into := range map[*string]**string{&s.Title: &c.title, &s.Revision: &c.revision} {
		if *value != "" {
			*into = value
		}
	}
	for _, state := range submittalStates() {
		if state.name == s.Status {
			c.status = &state.id
		}
	}
	return c
}

// associating puts files behind those that are there.
func (d *drive) associating(files []*stored) func([]*associated) []*associated {
	return func(old []*associated) []*associated {
		for _, f := range files {
			old = append(old, &associated{id: d.next("association"), file: f, at: d.now()})
		}
		return old
	}
}

func (s *submittal) outside() Submittal {
	out := Submittal{
		ID: s.id, Number: s.number, Revision: s.revision, Title: s.title, Status: s.state().name, Current: s.current,
		Updated: s.updated, Deleted: !s.deleted.IsZero(),
	}
	for _, a := range s.attachments {
		out.Files = append(out.Files, Attachment{ID: a.file.id, Name: a.file.name})
	}
	return out
}

func (p *Person) submittal(projectID int64, do func(*drive, *place, []*stored) (*submittal, error), files ...Attachment) (Submittal, error) {
	var out Submittal
	err := p.with(projectID, files, func(d *drive, at *place, kept []*stored) error {
		s, err := do(d, at, kept)
		if err == nil {
			out = s.outside()
		}
		return err
	})
	return out, err
}
