package procoretest

import "net/http"

// replyRoutes are the answers to RFIs (section 8.1).
func replyRoutes() []route {
	const all = "/rest/v1.0/projects/{project_id}/rfis/{rfi_id}/replies"
	return []route{
		newRoute("GET "+all, byProject, RFIs, ReadOnly, listReplies),
		newRoute("POST "+all, byProject, RFIs, Standard, createReply),
		newRoute("GET "+all+"/{id}", byProject, RFIs, ReadOnly, getReply),
		newRoute("PATCH "+all+"/{id}", byProject, RFIs, Standard, patchReply),
		newRoute("DELETE "+all+"/{id}", byProject, RFIs, Standard, deleteReply),
	}
}

func listReplies(c *call) (*reply, error) {
	r, err := c.rfi("rfi_id")
	if err != nil {
		return nil, err
	}
	var all []*answerTo
	for _, q := range r.questions {
		all = append(all, q.answers...)
	}
	return list(c, all, func(a *answerTo) any { return c.view().answer(a) })
}

// createReply adds an answer with its files, which is how a file is added without a risk for others
// (section 8.3).
func createReply(c *call) (*reply, error) {
	r, err := c.rfi("rfi_id")
	if err != nil {
		return nil, err
	}
	in := c.params.in("reply")
	official, err := in.flag("official")
	if err != nil {
		return nil, err
	}
	want, err := c.wanted(in, idLists())
	if err != nil {
		return nil, err
	}
	for _, part := range c.params.files(string(byPart)) { // at the top level, here
		want.added = append(want.added, c.keep(part))
	}
	a := &answerTo{body: in.text("body"), official: deref(official, false), by: c.user, files: want.files(nil)}
	c.drive().reply(c.user, c.place, r, a)
	return answer(http.StatusCreated, c.view().answer(a)), nil
}

func (c *call) reply() (*rfi, *answerTo, error) {
	r, err := c.rfi("rfi_id")
	if err != nil {
		return nil, nil, err
	}
	id, err := c.id("id")
	if err != nil {
		return nil, nil, err
	}
	a, err := r.answer(id)
	return r, a, err
}

func getReply(c *call) (*reply, error) {
	_, a, err := c.reply()
	if err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.view().answer(a)), nil
}

func patchReply(c *call) (*reply, error) {
	r, a, err := c.reply()
	if err != nil {
		return nil, err
	}
	in := c.params.in("reply")
	official, err := in.flag("official")
	if err != nil {
		return nil, err
	}
	want, err := c.wanted(in, idLists())
	if err != nil {
		return nil, err
	}
	a.official, a.body, a.files = deref(official, a.official), deref(in.pointer("body"), a.body), want.files(a.files)
	c.drive().editReply(c.user, c.place, r, a)
	return answer(http.StatusOK, c.view().answer(a)), nil
}

func deleteReply(c *call) (*reply, error) {
	r, a, err := c.reply()
	if err != nil {
		return nil, err
	}
	c.drive().deleteReply(c.user, c.place, r, a)
	return answer(http.StatusOK, nil), nil
}
