package site

import (
	"hash/fnv"
	"io"
	"math/rand/v2"
	"time"
)

// Options say which project is made. The zero value is the project of the demo.
type Options struct {
	// Seed draws what is left to chance: rooms of plans, sums, the light in photos.
	Seed uint64
	// Now is the last day of the project so far; nothing in it is younger. Zero is a day in March 2026.
	Now time.Time
}

// A Project is what a Procore project holds.
type Project struct {
	Name, Number                             string
	Address, City, State, Zip, Country, Zone string
	Latitude, Longitude                      float64
	People                                   []Person
	Folders                                  []Folder // of Documents; a folder comes after the one it is in
	Files                                    []File   // of Documents; each in one of Folders, or in the root
	Albums                                   []Album
	RFIs                                     []RFI
	Submittals                               []Submittal
}

// A Person works on the project. The login is a mail address and differs from person to person.
type Person struct{ Name, Login, Company, Role string }

// A Folder of Documents.
type Folder struct {
	Path []string // names from the root down, its own last
	Twin bool     // as for [File]
}

// A File of Documents.
type File struct {
	Path     []string // names from the root down, its own last
	Modified time.Time
	Author   Person
	// Twin says that the name differs from that of an earlier sibling in nothing but case or Unicode
	// form. A service that takes both for one name refuses it.
	Twin bool
	// Open makes the contents, which are the same each time.
	Open func() (io.ReadCloser, error)
}

// An Attachment of an RFI or a submittal. Several of one record may have the same name.
type Attachment struct {
	Name string
	Open func() (io.ReadCloser, error)
}

// New makes the project of a seed.
func New(o Options) *Project {
	if o.Now.IsZero() {
		o.Now = time.Date(2026, time.March, 13, 22, 30, 0, 0, time.UTC)
	}
	b := &builder{seed: o.Seed, now: o.Now.UTC().Truncate(time.Second)}
	b.project = Project{
		Name: "Harbor Point Medical Office Building", Number: "24-117",
		Address: "2200 Wharf Street", City: "Portland", State: "OR", Zip: "97201", Country: "US",
		Zone:     "America/Los_Angeles",
		Latitude: siteLatitude, Longitude: siteLongitude,
		People: team(),
	}
	b.documents()
	b.photos()
	b.rfis()
	b.submittals()
	return &b.project
}

// Where the building stands.
const (
	siteLatitude  = 45.50621
	siteLongitude = -122.66873
)

// A builder makes a project.
type builder struct {
	seed    uint64
	now     time.Time
	project Project
}

// draw returns the chances of one thing. They depend on nothing but the seed and the thing, so that a
// file is the same whatever else the project gets.
func (b *builder) draw(thing string) *rand.Rand {
	h := fnv.New64a()
	io.WriteString(h, thing)
	return rand.New(rand.NewPCG(b.seed, h.Sum64())) //nolint:gosec // a story, not a secret
}

// on returns an instant of a working day, days before the end of the project.
func (b *builder) on(days int, r *rand.Rand) time.Time {
	t := b.now.AddDate(0, 0, -days)
	switch t.Weekday() {
	case time.Saturday:
		t = t.AddDate(0, 0, -1)
	case time.Sunday:
		t = t.AddDate(0, 0, -2)
	}
	return t.Add(-time.Duration(r.IntN(8*60*60)) * time.Second)
}

// The people of the project, by what they do.
const (
	manager = iota
	engineer
	superintendent
	architect
	structural
	owner
	electrician
	steel
)

func team() []Person {
	return []Person{
		manager:        {"Dana Whitfield", "dana.whitfield@tamarack.example", "Tamarack Builders", "Project Manager"},
		engineer:       {"Luis Ortega", "luis.ortega@tamarack.example", "Tamarack Builders", "Project Engineer"},
		superintendent: {"Bea Kowalski", "bea.kowalski@tamarack.example", "Tamarack Builders", "Superintendent"},
		architect:      {"Noor Haddad", "noor@haddadlind.example", "Haddad Lind Architects", "Architect"},
		structural:     {"Søren Lindqvist", "soren@northspan.example", "Northspan Structural", "Structural Engineer"},
		owner:          {"Grace Tan", "gtan@harborpoint.example", "Harbor Point Health", "Owner's Representative"},
		electrician:    {"Marcus Bell", "mbell@brightline.example", "Brightline Electric", "Foreman"},
		steel:          {"Ana Ferreira", "ana@cascadesteel.example", "Cascade Steel Inc.", "Detailer"},
	}
}
