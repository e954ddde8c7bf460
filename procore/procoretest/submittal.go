package procoretest

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// A submittal is a document that the designers must approve. Each revision of it is a submittal of its
// own, with the same number (section 9).
type submittal struct {
	id          int64
	at          *submittals
	number      string
	title       string
	revision    string
	current     bool
	private     bool
	status      int64 // of submittalStates
	kind        string
	section     *section
	pack        *pack
	by          *user
	attachments []*associated
	approvers   []*approver
	created     time.Time
	updated     time.Time
	closed      time.Time
	distributed time.Time
	deleted     time.Time
}

// A section is a part of the specifications.
type section struct {
	id                  int64
	number, description string
}

// A pack is a submittal package.
type pack struct {
	id            int64
	number, title string
	updated       time.Time
}

// An associated is a file of a submittal. The association has an id of its own.
type associated struct {
	id   int64
	file *stored
	at   time.Time
}

// An approver is a step of the workflow.
type approver struct {
	id    int64
	user  *user
	files []*stored
}

// A submittalState is a status as the company has defined it.
type submittalState struct {
	id   int64
	name string
	is   string // "Draft", "Open" or "Closed"
}

func submittalStates() []submittalState {
	return []submittalState{{1, "Open", "Open"}, {2, "Draft", "Draft"}, {3, "Closed", "Closed"}, {4, "Distributed", "Closed"}}
}

func (s *submittal) state() submittalState {
	all := submittalStates()
	i := slices.IndexFunc(all, func(one submittalState) bool { return one.id == s.status })
	return all[max(0, i)]
}

// formatted is the number with that of its section before it.
func (s *submittal) formatted() string {
	if s.section == nil {
		return s.number
	}
	return s.section.number + "-" + s.number
}

// submittals are the Submittals of a project.
type submittals struct {
	all   map[int64]*submittal
	packs map[int64]*pack
}

func newSubmittals() *submittals {
	return &submittals{all: map[int64]*submittal{}, packs: map[int64]*pack{}}
}

// A submittalChange is what a request says about a submittal. What is nil stays.
type submittalChange struct {
	number, title, revision, kind *string
	private                       *bool
	status, pack                  *int64
	section                       *section
	files                         func(old []*associated) []*associated
}

// addSubmittal makes a submittal. A higher revision of one that is there takes its place as the
// current one.
func (s *submittals) addSubmittal(id int64, c submittalChange, by *user, now time.Time) (*submittal, error) {
	if c.number == nil || *c.number == "" {
		return nil, badField("number", "can't be blank")
	}
	one := &submittal{id: id, at: s, revision: "0", status: 1, by: by, created: now}
	if err := s.changeSubmittal(one, c, now); err != nil {
		return nil, err
	}
	s.all[id] = one
	s.rank(one, now)
	return one, nil
}

// changeSubmittal edits a submittal, wholly or not at all.
func (s *submittals) changeSubmittal(one *submittal, c submittalChange, now time.Time) error {
	number, revision, part := deref(c.number, one.number), deref(c.revision, one.revision), one.section
	if c.section != nil {
		part = c.section
	}
	for _, other := range s.all {
		if other != one && other.deleted.IsZero() && other.number == number && other.revision == revision && same(other.section, part) {
			return badField("number", "has already been taken")
		}
	}
	status := deref(c.status, one.status)
	if !slices.ContainsFunc(submittalStates(), func(st submittalState) bool { return st.id == status }) {
		return badField("status", "must exist")
	}
	pack := one.pack
	if c.pack != nil {
		if pack = s.packs[*c.pack]; pack == nil {
			return badField("submittal_package", "must exist")
		}
	}
	files := one.attachments
	if c.files != nil {
		files = c.files(files)
	}
	one.number, one.revision, one.section, one.pack, one.attachments = number, revision, part, pack, files
	one.title, one.kind, one.private = deref(c.title, one.title), deref(c.kind, one.kind), deref(c.private, one.private)
	one.close(status, now)
	one.updated = now
	return nil
}

func (s *submittal) close(status int64, now time.Time) {
	was := s.state().is
	s.status = status
	switch is := s.state().is; {
	case is == "Closed" && was != "Closed":
		s.closed = now
	case is != "Closed":
		s.closed = time.Time{}
	}
}

func same(a, b *section) bool {
	return a == b || a != nil && b != nil && a.number == b.number
}

// revisions are all submittals of the number of one, by revision.
func (s *submittals) revisions(of *submittal) []*submittal {
	var all []*submittal
	for _, other := range s.all {
		if other.number == of.number && same(other.section, of.section) && other.deleted.IsZero() {
			all = append(all, other)
		}
	}
	slices.SortFunc(all, func(a, b *submittal) int {
		return cmp.Or(cmp.Compare(len(a.revision), len(b.revision)), cmp.Compare(a.revision, b.revision), cmp.Compare(a.id, b.id))
	})
	return all
}

// rank makes the highest revision the current one, and touches what is so no longer.
func (s *submittals) rank(of *submittal, now time.Time) {
	all := s.revisions(of)
	for i, one := range all {
		current := i == len(all)-1
		if one.current && !current {
			one.updated = now
		}
		one.current = current
	}
}

// nextNumber is the lowest number beyond all that are taken.
func (s *submittals) nextNumber() string {
	highest := 0
	for _, one := range s.all {
		if n, err := strconv.Atoi(one.number); err == nil {
			highest = max(highest, n)
		}
	}
	return strconv.Itoa(highest + 1)
}

// drop moves a submittal to the bin.
func (s *submittals) drop(one *submittal, now time.Time) {
	one.deleted, one.updated, one.current = now, now, false
	s.rank(one, now)
}

// submittal returns one that is not deleted.
func (s *submittals) submittal(id int64) (*submittal, error) {
	if one := s.all[id]; one != nil && one.deleted.IsZero() {
		return one, nil
	}
	return nil, notFound()
}

// packages lists the submittal packages as they were made.
func (s *submittals) packages() []*pack {
	var all []*pack
	for _, p := range s.packs {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *pack) int { return cmp.Compare(a.id, b.id) })
	return all
}

// approver finds a step of the workflow of any submittal.
func (s *submittals) approver(id int64) (*submittal, *approver) {
	for _, one := range s.all {
		for _, a := range one.approvers {
			if a.id == id {
				return one, a
			}
		}
	}
	return nil, nil
}
