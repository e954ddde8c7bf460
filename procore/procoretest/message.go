package procoretest

import (
	"strconv"
	"time"
)

// microTime is the form of times in messages.
const microTime = "2006-01-02T15:04:05.000000Z"

// A message is what a delivery sends: the same bytes at each try and in each copy.
type message struct {
	number int64
	ulid   string
	at     time.Time
	news   news
}

// body writes a message in the shape that its hook asked for (section 11.4).
func (m message) body(h *hook, bare bool) object {
	if h.payload == "v4" {
		return m.words()
	}
	n, project := m.news, m.news.at.projectID()
	o := object{
		"id": m.number, "ulid": m.ulid, "timestamp": m.at.UTC().Format(microTime), "user_id": n.by.ID,
		"company_id": n.at.company.id, "project_id": idOrNull(project), "api_version": h.asked, "event_type": n.what,
		"resource_name": n.resource, "resource_id": n.id,
		"metadata": object{
			"source_user_id": n.by.ID, "source_project_id": idOrNull(project), "source_operation_id": nil,
			"source_company_id": n.at.company.id, "source_application_id": textOrNull(n.app),
		},
	}
	if bare {
		o["metadata"] = nil
	}
	if h.payload == "v3" {
		o["related_resources"] = []object{}
	}
	return o
}

// words is the shape of version 4, in which everything is a string.
func (m message) words() object {
	n := m.news
	o := object{
		"id": m.ulid, "timestamp": m.at.UTC().Format(microTime), "reason": n.what,
		"company_id": decimal(n.at.company.id), "project_id": nil, "user_id": decimal(n.by.ID),
		"resource_type": n.resource, "resource_id": decimal(n.id),
	}
	if n.at.project != nil {
		o["project_id"] = decimal(n.at.project.id)
	}
	return o
}

// projectID is 0 at company level.
func (at *place) projectID() int64 {
	if at.project == nil {
		return 0
	}
	return at.project.id
}

func decimal(id int64) string { return strconv.FormatInt(id, 10) }

func idOrNull(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

func textOrNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}
