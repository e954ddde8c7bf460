package procoretest

import "net/http"

// emailRoutes are the Emails tool (section 10): of a project, with its singular path, and of a company.
// A mail that was sent is never edited: to attach a file is to send another.
func emailRoutes() []route {
	var all []route
	for _, at := range []struct {
		base  string
		scope scope
	}{
		{"/rest/v1.0/project/{project_id}/email_communications", byProject},
		{"/rest/v1.0/companies/{company_id}/email_communications", byCompany},
	} {
		all = append(all,
			newRoute("GET "+at.base+"/emails", at.scope, Emails, ReadOnly, listEmails),
			newRoute("POST "+at.base, at.scope, Emails, Standard, createThread),
			newRoute("GET "+at.base+"/{id}", at.scope, Emails, ReadOnly, getThread),
			newRoute("POST "+at.base+"/{id}/emails", at.scope, Emails, Standard, sendEmail),
		)
	}
	return all
}

const (
	threadKind = "email_communication"
	emailKind  = "email"
)

// listEmails is no list but an object.
func listEmails(c *call) (*reply, error) {
	all := []object{}
	for _, r := range c.place.records.list(emailKind, 0) {
		if topic := c.query.Get("topic_id"); topic == "" || topic == r.date {
			all = append(all, c.view().email(r))
		}
	}
	return answer(http.StatusOK, object{"emails": all, "total": len(all), "new_communication_email": ""}), nil
}

func (v viewer) email(r *record) object {
	files := []object{}
	for _, f := range r.files {
		files = append(files, v.stored(f))
	}
	return object{
		"id": r.id, "communication_id": r.parent, "subject": r.title, "body": r.status, "created_at": stamp(r.created),
		"from": r.by.mini(), "attachments": files,
	}
}

func (v viewer) thread(s *records, r *record) object {
	mails := []object{}
	for _, one := range s.list(emailKind, r.id) {
		mails = append(mails, v.email(one))
	}
	return object{"id": r.id, "subject": r.title, "created_at": stamp(r.created), "emails": mails}
}

func getThread(c *call) (*reply, error) {
	r, err := c.thread()
	if err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.view().thread(c.place.records, r)), nil
}

func (c *call) thread() (*record, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	return c.place.records.find(threadKind, id)
}

// createThread sends the first mail of a new thread, about a topic.
func createThread(c *call) (*reply, error) {
	subject := c.params.in("communication").text("subject")
	if subject == "" {
		return nil, badField("subject", "can't be blank")
	}
	r := &record{id: c.drive().next(threadKind), kind: threadKind, title: subject, by: c.user, date: c.query.Get("topic_id")}
	if err := c.mail(r); err != nil {
		return nil, err
	}
	c.place.records.add(r, c.drive().now())
	return answer(http.StatusCreated, c.view().thread(c.place.records, r)), nil
}

func sendEmail(c *call) (*reply, error) {
	r, err := c.thread()
	if err != nil {
		return nil, err
	}
	if err := c.mail(r); err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.view().thread(c.place.records, r)), nil
}

// mail sends a mail with its files in a thread.
func (c *call) mail(thread *record) error {
	in := c.params.in("email")
	want, err := c.wanted(in, idLists(byProstore))
	if err != nil {
		return err
	}
	one := &record{
		id: c.drive().next(emailKind), kind: emailKind, title: thread.title, status: in.text("body"), parent: thread.id,
		date: thread.date, by: c.user,
	}
	if !c.procore.options.Switches.AttachmentsForgotten {
		one.files = want.files(nil)
	}
	c.place.records.add(one, c.drive().now())
	return nil
}
