package procoretest

func (d *drive) createSubmittal(u *user, at *place, c submittalChange) (*submittal, error) {
	s, err := at.submittals.addSubmittal(d.next("submittal"), c, u, d.now())
	if err != nil {
		return nil, err
	}
	d.tellOf(u, at, "Submittals", s.id, created)
	return s, nil
}

func (d *drive) editSubmittal(u *user, at *place, s *submittal, c submittalChange) error {
	if err := at.submittals.changeSubmittal(s, c, d.now()); err != nil {
		return err
	}
	d.tellOf(u, at, "Submittals", s.id, updated)
	return nil
}

func (d *drive) touchSubmittal(u *user, at *place, s *submittal) {
	s.updated = d.now()
	d.tellOf(u, at, "Submittals", s.id, updated)
}

func (d *drive) deleteSubmittal(u *user, at *place, s *submittal) {
	at.submittals.drop(s, d.now())
	d.tellOf(u, at, "Submittals", s.id, deleted)
}

// sheet is what is printed of a submittal.
func (s *submittal) sheet() Sheet {
	out := Sheet{
		Tool: "Submittals", Title: s.formatted() + " rev. " + s.revision + " " + s.title,
		Lines: []string{"Status: " + s.state().name},
	}
	var files []*stored
	for _, a := range s.attachments {
		files = append(files, a.file)
	}
	out.Lines = append(out.Lines, namesOf(files)...)
	for _, a := range s.approvers {
		out.Lines = append(out.Lines, "Approver: "+a.user.Name)
		out.Lines = append(out.Lines, namesOf(a.files)...)
	}
	return out
}
