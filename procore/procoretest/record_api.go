package procoretest

import (
	"net/http"
	"slices"
	"strings"
)

// recordRoutes are the tools of section 10, made of the table.
func recordRoutes() []route {
	var all []route
	for _, r := range registers() {
		if r.list != "" {
			all = append(all, newRoute("GET "+r.list, r.scope, r.tool, ReadOnly, r.listed))
		}
		if r.show != "" {
			all = append(all, newRoute("GET "+r.show, r.scope, r.tool, ReadOnly, r.shown))
		}
		for _, how := range r.calls {
			all = append(all, newRoute(how.name, how.scope, r.tool, Standard, func(c *call) (*reply, error) {
				done, err := r.attach(c, how)
				if how.newer {
					err = unprocessable(err)
				}
				return done, err
			}))
		}
	}
	return all
}

// listed answers with a list. That of daily logs is of today only, unless the request says otherwise
// (section 10).
func (r register) listed(c *call) (*reply, error) {
	var parent int64
	if r.parent != "" {
		var err error
		if parent, err = c.id(r.parent); err != nil {
			return nil, err
		}
	}
	all := c.place.records.list(r.kind, parent)
	if r.tool == DailyLog {
		from, to, err := c.logDates()
		if err != nil {
			return nil, unprocessable(err)
		}
		all = slices.DeleteFunc(all, func(one *record) bool { return one.date < from || one.date > to })
	}
	if r.group != "" {
		return r.grouped(c, all)
	}
	return list(c, all, func(one *record) any { return r.view(c, one) })
}

// grouped is a list whose items come in groups with a title each.
func (r register) grouped(c *call, all []*record) (*reply, error) {
	var titles []string
	groups := map[string][]object{}
	for _, one := range all {
		if groups[one.status] == nil {
			titles = append(titles, one.status)
		}
		groups[one.status] = append(groups[one.status], r.view(c, one))
	}
	return list(c, titles, func(title string) any { return object{"group_title": title, r.group: groups[title]} })
}

func (r register) find(c *call) (*record, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	if r.scope == byCompany {
		return c.drive().recordAnywhere(c.company, r.kind, id)
	}
	return c.place.records.find(r.kind, id)
}

// recordAnywhere finds a record in any project of a company.
func (d *drive) recordAnywhere(at *company, kind string, id int64) (*record, error) {
	for _, p := range at.projects {
		if r, err := p.place.records.find(kind, id); err == nil {
			return r, nil
		}
	}
	return nil, notFound()
}

func (r register) shown(c *call) (*reply, error) {
	one, err := r.find(c)
	if err != nil {
		return nil, err
	}
	return r.answer(c, http.StatusOK, one), nil
}

func (r register) answer(c *call, status int, one *record) *reply {
	if c.route.version() >= 2 {
		return answer(status, object{"data": r.view(c, one)})
	}
	return answer(status, r.view(c, one))
}

// view shows a record as its tool does. Its files have neither size nor hash.
func (r register) view(c *call, one *record) object {
	files := []object{}
	for _, f := range one.files {
		o := c.view().stored(f)
		switch r.tool {
		case DailyLog:
			o["content_type"], o["share_url"], o["viewable_type"], o["viewable_url"] = f.kind, nil, nil, nil
		case PunchList:
			o["viewable_document_id"], o["viewer_url"] = nil, nil
			o["attached_to_item_id"], o["attached_to_item_type"] = one.id, "PunchItem"
		}
		files = append(files, o)
	}
	o := object{
		"id": one.id, "title": one.title, "number": one.number, "status": one.status, "created_by": one.by.mini(),
		"created_at": stamp(one.created), "updated_at": stamp(one.updated), "attachments": files,
	}
	if one.date != "" {
		o["date"] = one.date
	}
	if one.parent != 0 {
		o["bid_package_id"] = one.parent
	}
	if c.route.version() >= 2 {
		return words(o)
	}
	return o
}

// words turns the ids of an object into strings, as REST v2 has them.
func words(o object) object {
	for name, value := range o {
		switch v := value.(type) {
		case object:
			words(v)
		case []object:
			for _, one := range v {
				words(one)
			}
		case int64:
			if name == "id" || strings.HasSuffix(name, "_id") {
				o[name] = decimal(v)
			}
		}
	}
	return o
}

// attach runs a call that attaches files, in the way that the table says.
func (r register) attach(c *call, how attachCall) (*reply, error) {
	if how.form && !c.isForm() {
		return nil, badField("base", "is taken as multipart/form-data only")
	}
	in := c.params
	if how.wrap != "" {
		in = c.params.in(how.wrap)
	}
	one, err := r.subject(c, how, in)
	if err != nil {
		return nil, err
	}
	want, err := c.wanted(in, how.takes)
	if err != nil {
		return nil, err
	}
	for _, part := range c.params.files(string(byPart)) { // parts stand at the top level, too
		if slices.Contains(how.takes, byPart) && how.wrap != "" {
			want.added = append(want.added, c.keep(part))
		}
	}
	s := c.procore.options.Switches
	forgotten := s.PartsForgotten && r.tool == PunchList && len(c.parts) > 0 && strings.HasPrefix(how.name, "PATCH")
	want.adds = s.BidFilesAdd && r.kind == "bid"
	if !s.AttachmentsForgotten && !forgotten {
		one.files = want.files(one.files)
	}
	one.title, one.updated = deref(in.pointer("title"), one.title), c.drive().now()
	what := updated
	if how.creates {
		what = created
	}
	if r.event != "" {
		c.drive().tellOf(c.user, c.place, r.event, one.id, what)
	}
	return r.answer(c, how.status, one), nil
}

// subject is the record that a call is about, found or made.
func (r register) subject(c *call, how attachCall, in params) (*record, error) {
	if how.creates {
		one := &record{id: c.drive().next(r.kind), kind: r.kind, title: in.text("title"), date: in.text("date"), by: c.user}
		if one.title == "" {
			one.title = in.text("comment")
		}
		if r.tool == DailyLog && one.date == "" {
			return nil, badField("date", "can't be blank")
		}
		c.place.records.add(one, c.drive().now())
		return one, nil
	}
	if _, ok := c.ids["id"]; ok {
		return r.find(c)
	}
	text := c.query.Get("id") // add_punch_item_attachments
	if text == "" {
		text = c.params.text("id")
	}
	id, err := asID(text)
	if err != nil {
		return nil, badField("id", "is not a number")
	}
	return c.place.records.find(r.kind, id)
}

// isForm says whether the body is a form with parts.
func (c *call) isForm() bool {
	return strings.HasPrefix(c.request.Header.Get("Content-Type"), "multipart/form-data")
}
