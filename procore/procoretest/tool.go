package procoretest

// The tools of a project or a company that the fake knows.
const (
	Documents      Tool = "documents"
	Photos         Tool = "photos"
	RFIs           Tool = "rfis"
	Submittals     Tool = "submittals"
	Emails         Tool = "emails"
	Bidding        Tool = "bidding"
	PrimeContracts Tool = "prime contracts"
	Commitments    Tool = "commitments"
	ChangeOrders   Tool = "change orders"
	ChangeEvents   Tool = "change events"
	Meetings       Tool = "meetings"
	DailyLog       Tool = "daily log"
	Drawings       Tool = "drawings"
	Directory      Tool = "directory"
	PunchList      Tool = "punch list"
	Webhooks       Tool = "webhooks"
)

// A Tool is one of the parts that a project or a company has. Each can be turned off, and each user has
// a Level in it.
type Tool string

// What a user may do in a tool. Each may do what the one before may. Who is only Standard may not
// delete, and sees what is private only if it is their own.
const (
	NoAccess Level = iota
	ReadOnly
	Standard
	Admin
)

// A Level is what a user may do in a tool.
type Level int

// A place is where tools are: a project, or a company for those that it has itself.
type place struct {
	company  *company
	project  *project // nil for the company's own
	off      map[Tool]bool
	levels   map[*user]map[Tool]Level
	bin      map[*user]bool // "See Recycle Bin"
	cabinet  *cabinet       // Documents
	privates bool           // what is new is private

	photos     *photos // nil at company level, as what follows but for the records
	rfis       *rfis
	submittals *submittals
	records    *records // of the tools to which files are attached
}

func newPlace(c *company, p *project) *place {
	return &place{
		company: c, project: p,
		off: map[Tool]bool{}, levels: map[*user]map[Tool]Level{}, bin: map[*user]bool{}, records: newRecords(),
	}
}

// level is what a user may do in a tool of the place. Everybody is an administrator until told
// otherwise.
func (at *place) level(u *user, t Tool) Level {
	if level, ok := at.levels[u][t]; ok {
		return level
	}
	return Admin
}

// permits says whether the user may do in a tool what a call needs (section 13).
func (at *place) permits(u *user, t Tool, need Level) error {
	if t == "" {
		return nil
	}
	if at.off[t] || at.level(u, t) < need {
		return forbidden()
	}
	return nil
}

// mayBin says whether the user sees the recycle bin of the documents (section 4.8).
func (at *place) mayBin(u *user) bool {
	return at.level(u, Documents) >= Admin || at.bin[u]
}
