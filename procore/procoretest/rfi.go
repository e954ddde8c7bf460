package procoretest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An rfi is a question to the designers with what was answered.
type rfi struct {
	id        int64
	number    string
	prefix    string
	revision  string
	subject   string
	status    string // one of rfiStates
	private   bool
	due       string // a date
	manager   *user
	assignees []*user
	by        *user
	questions []*inquiry
	created   time.Time
	updated   time.Time
	initiated time.Time
	resolved  time.Time
	recycled  time.Time
}

// rfiStates are the values of an RFI's status (section 8.2).
func rfiStates() []string {
	return []string{"open", "closed", "draft", "closed_with_revision", "closed_draft"}
}

// An inquiry is what an RFI asks. The web makes one; revisions add more.
type inquiry struct {
	id      int64
	body    string
	by      *user
	at      time.Time
	files   []*stored
	answers []*answerTo
}

// An answerTo is a reply to an RFI.
type answerTo struct {
	id       int64
	body     string
	official bool
	by       *user
	at       time.Time
	files    []*stored
}

// rfis are the RFIs of a project.
type rfis struct {
	all  map[int64]*rfi
	last int // number given last
}

func newRFIs() *rfis { return &rfis{all: map[int64]*rfi{}} }

// An rfiChange is what a request says about an RFI. What is nil stays.
type rfiChange struct {
	subject, number, prefix, due, status *string
	private, draft                       *bool
	manager                              *user
	assignees                            *[]*user
	body                                 *string
	files                                func(old []*stored) []*stored // of the first question
}

// addRFI makes an RFI. Without a number it gets the next one.
func (s *rfis) addRFI(newID func() int64, c rfiChange, by *user, now time.Time) (*rfi, error) {
	if c.subject == nil || *c.subject == "" {
		return nil, badField("subject", "can't be blank")
	}
	if c.manager == nil {
		return nil, badField("rfi_manager", "can't be blank")
	}
	if c.body == nil || *c.body == "" {
		return nil, badField("question", "can't be blank")
	}
	r := &rfi{id: newID(), status: "open", revision: "0", by: by, created: now, initiated: now}
	r.questions = []*inquiry{{id: newID(), by: by, at: now}}
	number := strconv.Itoa(s.last + 1)
	if c.number == nil {
		c.number = &number
	}
	if err := s.changeRFI(r, c, now); err != nil {
		return nil, err
	}
	s.last++
	s.all[r.id] = r
	return r, nil
}

// changeRFI edits an RFI, wholly or not at all.
func (s *rfis) changeRFI(r *rfi, c rfiChange, now time.Time) error {
	number, prefix := deref(c.number, r.number), deref(c.prefix, r.prefix)
	for _, other := range s.all {
		if other != r && other.number == number && other.prefix == prefix && other.revision == r.revision {
			return badField("number", "has already been taken")
		}
	}
	if c.status != nil && !slices.Contains(rfiStates(), *c.status) {
		return badField("status", "is not included in the list")
	}
	asked := r.questions[0]
	files := asked.files
	if c.files != nil {
		files = c.files(files)
	}
	asked.files, asked.body = files, deref(c.body, asked.body)
	r.number, r.prefix, r.subject = number, prefix, deref(c.subject, r.subject)
	r.due, r.private = deref(c.due, r.due), deref(c.private, r.private)
	r.assignees = deref(c.assignees, r.assignees)
	if c.manager != nil {
		r.manager = c.manager
	}
	r.setState(c, now)
	r.updated = now
	return nil
}

func (r *rfi) setState(c rfiChange, now time.Time) {
	was := r.status
	switch {
	case c.status != nil:
		r.status = *c.status
	case c.draft != nil && *c.draft:
		r.status = "draft"
	case c.draft != nil && r.status == "draft":
		r.status = "open"
	}
	switch closed := strings.HasPrefix(r.status, "closed"); {
	case closed && !strings.HasPrefix(was, "closed"):
		r.resolved = now
	case !closed:
		r.resolved = time.Time{}
	}
}

// reply adds an answer to the first question.
func (r *rfi) reply(a *answerTo, now time.Time) {
	a.at = now
	r.questions[0].answers = append(r.questions[0].answers, a)
}

func (r *rfi) answer(id int64) (*answerTo, error) {
	for _, q := range r.questions {
		for _, a := range q.answers {
			if a.id == id {
				return a, nil
			}
		}
	}
	return nil, notFound()
}

func (r *rfi) dropAnswer(a *answerTo) {
	for _, q := range r.questions {
		q.answers = slices.DeleteFunc(q.answers, func(other *answerTo) bool { return other == a })
	}
}

func (r *rfi) fullNumber() string { return r.prefix + r.number }

func (r *rfi) moveToBin(now time.Time)   { r.recycled, r.updated = now, now }
func (r *rfi) moveFromBin(now time.Time) { r.recycled, r.updated = time.Time{}, now }

// rfi returns an RFI, in the bin or not.
func (s *rfis) rfi(id int64) (*rfi, error) {
	if r := s.all[id]; r != nil {
		return r, nil
	}
	return nil, notFound()
}

// An rfiFilter says which RFIs a list shows.
type rfiFilter struct {
	ids              []int64
	states           []string
	numbers          []string
	manager          []int64
	assigned         []int64
	search           string
	created, updated span
	binned           bool
	attribute        string
	descending       bool
}

func (f rfiFilter) takes(r *rfi) bool {
	people := func(want []int64, have ...*user) bool {
		return len(want) == 0 || slices.ContainsFunc(have, func(u *user) bool { return slices.Contains(want, u.ID) })
	}
	switch {
	case f.binned == r.recycled.IsZero():
		return false
	case len(f.ids) > 0 && !slices.Contains(f.ids, r.id), len(f.states) > 0 && !slices.Contains(f.states, r.status):
		return false
	case len(f.numbers) > 0 && !slices.Contains(f.numbers, r.number):
		return false
	case !people(f.manager, r.manager), !people(f.assigned, r.assignees...):
		return false
	}
	return f.created.holds(r.created) && f.updated.holds(r.updated) &&
		strings.Contains(strings.ToLower(r.subject), strings.ToLower(f.search))
}

// list returns the RFIs that a filter takes, in its order.
func (s *rfis) list(f rfiFilter) []*rfi { return filtered(s.all, f.takes, f.compare) }

func (f rfiFilter) compare(a, b *rfi) int {
	var c int
	switch f.attribute {
	case "updated_at":
		c = a.updated.Compare(b.updated)
	case "created_at":
		c = a.created.Compare(b.created)
	case "subject":
		c = cmp.Compare(a.subject, b.subject)
	case "number":
		c = cmp.Or(cmp.Compare(len(a.number), len(b.number)), cmp.Compare(a.number, b.number))
	}
	if f.descending {
		c = -c
	}
	return cmp.Or(c, cmp.Compare(a.id, b.id))
}
