package procoretest

import "time"

// A drive is what Procore knows: companies, projects, people, and what is in their tools. It is plain
// data with the rules of Procore. It knows no HTTP, and has no lock: whoever uses it holds the
// Procore's.
type drive struct {
	rules     Switches
	clock     func() time.Time
	when      time.Time // what the time is said to be, zero for the clock's
	companies map[int64]*company
	firms     []*company // companies as they were added
	projects  map[int64]*project
	users     map[int64]*user
	order     []*user         // users as they were added
	items     map[int64]*item // folders and files of all cabinets
	versions  map[int64]*version
	stored    map[int64]*stored
	keys      map[string]*stored
	last      map[string]int64
	outbox    []news // what happened since the lock was taken
	app       string // client id of the app that acts now, "" for a person in the browser
}

func newDrive(rules Switches, now func() time.Time) *drive {
	return &drive{
		rules: rules, clock: now,
		companies: map[int64]*company{}, projects: map[int64]*project{}, users: map[int64]*user{},
		items: map[int64]*item{}, versions: map[int64]*version{}, stored: map[int64]*stored{},
		keys: map[string]*stored{}, last: map[string]int64{},
	}
}

// now is the time, as whoever acts sees it.
func (d *drive) now() time.Time {
	if !d.when.IsZero() {
		return d.when
	}
	return d.clock()
}

// firstIDs is where the ids of each kind of thing begin. They are greater than 32 bits hold, as some
// of Procore's are (section 1.1), and far apart, so that one that is taken for another is found out.
// Kinds that are not named here share a range of their own.
func firstIDs() map[string]int64 {
	return map[string]int64{
		"user": 8675300, "company": 562949953400000, "project": 598134325900000, "document": 562949960000000,
		"version": 562949970000000, "stored": 562949980000000, "": 562950200000000,
	}
}

// next is a new id for a kind of thing, such as "document" or "rfi".
func (d *drive) next(kind string) int64 {
	if _, ok := firstIDs()[kind]; !ok {
		kind = ""
	}
	if d.last[kind] == 0 {
		d.last[kind] = firstIDs()[kind]
	}
	d.last[kind]++
	return d.last[kind]
}
