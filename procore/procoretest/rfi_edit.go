package procoretest

import "strings"

func (d *drive) createRFI(u *user, at *place, c rfiChange) (*rfi, error) {
	r, err := at.rfis.addRFI(func() int64 { return d.next("rfi") }, c, u, d.now())
	if err != nil {
		return nil, err
	}
	d.tellOf(u, at, "RFIs", r.id, created)
	return r, nil
}

func (d *drive) editRFI(u *user, at *place, r *rfi, c rfiChange) error {
	if err := at.rfis.changeRFI(r, c, d.now()); err != nil {
		return err
	}
	d.tellOf(u, at, "RFIs", r.id, updated)
	return nil
}

func (d *drive) recycleRFI(u *user, at *place, r *rfi) {
	if r.recycled.IsZero() {
		r.moveToBin(d.now())
		d.tellOf(u, at, "RFIs", r.id, deleted)
	}
}

func (d *drive) retrieveRFI(u *user, at *place, r *rfi) {
	if !r.recycled.IsZero() {
		r.moveFromBin(d.now())
		d.tellOf(u, at, "RFIs", r.id, created)
	}
}

func (d *drive) reply(u *user, at *place, r *rfi, a *answerTo) {
	a.id = d.next("reply")
	r.reply(a, d.now())
	d.tellOf(u, at, "RFI Replies", a.id, created)
	d.touchRFI(u, at, r)
}

// touchRFI tells of an RFI whose replies changed. Whether its time moves then is not known.
func (d *drive) touchRFI(u *user, at *place, r *rfi) {
	if !d.rules.RepliesKeepUpdated {
		r.updated = d.now()
		d.tellOf(u, at, "RFIs", r.id, updated)
	}
}

func (d *drive) editReply(u *user, at *place, r *rfi, a *answerTo) {
	d.tellOf(u, at, "RFI Replies", a.id, updated)
	d.touchRFI(u, at, r)
}

func (d *drive) deleteReply(u *user, at *place, r *rfi, a *answerTo) {
	r.dropAnswer(a)
	d.tellOf(u, at, "RFI Replies", a.id, deleted)
	d.touchRFI(u, at, r)
}

// sheet is what is printed of an RFI.
func (r *rfi) sheet(onlyOfficial bool) Sheet {
	s := Sheet{Tool: "RFIs", Title: r.fullNumber() + " rev. " + r.revision + " " + r.subject, Lines: []string{"Status: " + r.status}}
	for _, q := range r.questions {
		s.Lines = append(s.Lines, "", "Question by "+q.by.Name)
		s.Lines = append(s.Lines, strings.Split(q.body, "\n")...)
		s.Lines = append(s.Lines, namesOf(q.files)...)
		for _, a := range q.answers {
			if onlyOfficial && !a.official {
				continue
			}
			s.Lines = append(s.Lines, "", "Answer by "+a.by.Name)
			s.Lines = append(s.Lines, strings.Split(a.body, "\n")...)
			s.Lines = append(s.Lines, namesOf(a.files)...)
		}
	}
	return s
}

func namesOf(files []*stored) []string {
	var all []string
	for _, f := range files {
		all = append(all, "Attachment: "+f.name)
	}
	return all
}
