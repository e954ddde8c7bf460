package site

import (
	"fmt"
	"strconv"
	"time"
)

// A Submittal is what a subcontractor proposes to build in. A revision is a Submittal of its own with
// the number of the one that it replaces.
type Submittal struct {
	Number               string // "3"
	Revision             string // "0", then "1"
	Title, Type          string
	Section, SectionName string // of the specifications
	Status               string // "Draft", "Open" or "Closed"
	Response             string // "Approved", "Revise and Resubmit", or empty
	Current              bool   // the last revision
	Created, Updated     time.Time
	Author, Approver     Person
	Attachments          []Attachment
}

// submittals fills the Submittals tool.
func (b *builder) submittals() {
	for i, s := range []struct {
		title, kind, section, name string
		revisions                  int
		open                       bool
		attach                     []string
	}{
		{"Concrete mix 4000 psi", "Product Data", "03 30 00", "Cast-in-Place Concrete", 2, false, []string{"mix design.pdf", "cylinder tests.csv"}},
		{"Reinforcing steel, level 1", "Shop Drawing", "03 20 00", "Concrete Reinforcing", 1, false, []string{"R-101.pdf"}},
		{"Structural steel, sequence 1/2", "Shop Drawing", "05 12 00", "Structural Steel Framing", 3, false, []string{"E-001.pdf", "E-002.pdf"}},
		{"Roofing membrane & flashing", "Product Data", "07 54 23", "Thermoplastic Roofing", 1, false, []string{"data sheet.pdf"}},
		{"Curtain wall: system CW-1", "Shop Drawing", "08 44 13", "Glazed Aluminum Curtain Walls", 2, true, []string{"CW-1 elevations.pdf", "sample.jpg"}},
		{"Panelboards LP-1 to LP-6", "Product Data", "26 24 16", "Panelboards", 1, true, []string{"data sheet.pdf", "data sheet.pdf"}},
		{"Air handling unit AHU-2", "Product Data", "23 73 13", "Modular Air-Handling Units", 1, true, nil},
		{"Medical gas brazer certificates", "Certificate", "22 60 00", "Gas and Vacuum Systems for Healthcare", 1, false, []string{"certificate.pdf"}},
		{"Lobby terrazzo sample \"Tide\"", "Sample", "09 66 23", "Resinous Matrix Terrazzo Flooring", 2, false, []string{"IMG_1125.jpg"}},
	} {
		for revision := range s.revisions {
			thing := fmt.Sprintf("submittal %d.%d", i+1, revision)
			r := b.draw(thing)
			last := revision == s.revisions-1
			one := Submittal{
				Number: strconv.Itoa(i + 1), Revision: strconv.Itoa(revision), Title: s.title, Type: s.kind,
				Section: s.section, SectionName: s.name, Current: last,
				Status: "Closed", Response: "Revise and Resubmit",
				Author: b.project.People[pick(r, steel, electrician, engineer)], Approver: b.project.People[pick(r, architect, structural)],
				Created: b.on(110-9*i-6*revision, r),
			}
			one.Updated = b.on(107-9*i-6*revision, r)
			switch {
			case last && s.open:
				one.Status, one.Response = "Open", ""
			case last:
				one.Response = "Approved"
			}
			for n, file := range s.attach {
				one.Attachments = append(one.Attachments, b.attachment(fmt.Sprintf("%s %d", thing, n), file))
			}
			b.project.Submittals = append(b.project.Submittals, one)
		}
	}
}

// Sheet is what is printed of the submittal.
func (s Submittal) Sheet() Sheet {
	return Sheet{
		Title: fmt.Sprintf("Submittal %s-%s.%s: %s", s.Section, s.Number, s.Revision, s.Title),
		Fields: [][2]string{
			{"Status", s.Status},
			{"Type", s.Type},
			{"Specification", s.Section + " " + s.SectionName},
			{"From", s.Author.Name + " (" + s.Author.Company + ")"},
			{"Approver", s.Approver.Name + " (" + s.Approver.Company + ")"},
			{"Received", s.Created.Format(time.DateOnly)},
			{"Returned", s.Updated.Format(time.DateOnly)},
		},
		Notes: []Note{{Title: "Response", Text: s.Response, Files: fileNames(s.Attachments)}},
	}
}
