package site

import (
	"fmt"
	"time"
)

// An RFI is a question to the designers.
type RFI struct {
	Number              string // "7"
	Subject             string
	Question            string
	Status              string // "open", "closed" or "draft", as Procore says
	Created, Updated    time.Time
	Due                 time.Time
	Author, Responsible Person
	Location            string // empty where there is none
	Attachments         []Attachment
	Answers             []Answer
}

// An Answer to an RFI.
type Answer struct {
	Text        string
	Author      Person
	Time        time.Time
	Official    bool
	Attachments []Attachment
}

// rfis fills the RFIs tool.
func (b *builder) rfis() {
	for i, q := range []struct {
		subject, question, answer, location string
		status                              string
		attach                              []string
	}{
		{"Footing F-2 depth at existing sewer", "The sewer crosses 8\" above the bottom of footing F-2. May the footing step down 12\"?", "Step down as shown on the attached sketch. No change to reinforcing.", "Grid A/2", "closed", []string{"sewer survey.pdf", "IMG_1128.jpg"}},
		{"Anchor bolt conflict at column B/3", "Two anchor bolts collide with the top mat. May they be turned by 45 degrees?", "Accepted. Use template T-3.", "Grid B/3", "closed", []string{"IMG_1128.jpg", "IMG_1128.jpg"}},
		{"Door 204 swing", "Door 204 swings into the corridor and narrows it to 38\".", "Reverse the swing; hardware set 7.", "Level 2", "closed", []string{"A-102 markup.pdf"}},
		{"Slab edge: dimension A-102 vs. S-201", "A-102 shows 7\", S-201 shows 8 1/2\" from grid A. Which governs?", "S-201 governs.", "Grid A", "closed", nil},
		{"Medical gas zone valve height", "The specified height of 60\" conflicts with the nurse call panel.", "", "Suite 310", "open", []string{"elevation sketch.pdf"}},
		{"Curtain wall anchor at deck: shim > 1\"?", "Deck edges are low by 1 1/8\" between C/4 and D/4. Are shims of more than 1\" allowed?", "See attached calculation. Weld plate washers.", "Grid C/4 - D/4", "closed", []string{"survey C4/D4.csv", "shim calc.pdf"}},
		{"Fire damper access", "No access panel is shown at three dampers above the lobby.", "", "Lobby", "open", []string{"IMG_1121.jpg"}},
		{"Paint colour \"Harbor Fog\" discontinued", "The manufacturer replaced the colour. Is \"Harbor Mist\" accepted?", "Accepted.", "", "closed", nil},
		{"Elevator pit waterproofing at sump", "Detail 5/A-501 stops at the sump. Extend into it?", "", "Elevator 1", "open", []string{"detail 5_A-501.pdf", "IMG_1124.jpg"}},
		{"Roof drain RD-3 in the middle of unit AHU-2", "The drain lies below the curb of AHU-2.", "", "Roof", "draft", nil},
		{"Überhöhung der Träger auf Ebene 3", "Camber of beams B-4 to B-7 is 3/4\" less than detailed. Accept?", "Accepted with a levelling pour of at most 1/2\".", "Level 3", "closed", []string{"Träger B-4.csv"}},
		{"Signage: room names in 中文 and español?", "The tenant asks for three languages on room signs.", "", "", "open", nil},
	} {
		number := i + 1
		name := fmt.Sprintf("rfi %d", number)
		r := b.draw(name)
		rfi := RFI{
			Number: fmt.Sprint(number), Subject: q.subject, Question: q.question, Status: q.status, Location: q.location,
			Author: b.project.People[pick(r, engineer, superintendent, electrician)], Responsible: b.project.People[pick(r, architect, structural)],
			Created: b.on(130-10*i, r),
		}
		rfi.Updated, rfi.Due = rfi.Created, rfi.Created.AddDate(0, 0, 7)
		for n, file := range q.attach {
			rfi.Attachments = append(rfi.Attachments, b.attachment(fmt.Sprintf("%s %d", name, n), file))
		}
		if q.answer != "" {
			a := Answer{Text: q.answer, Author: rfi.Responsible, Time: b.on(125-10*i, r), Official: true}
			if i%3 == 0 {
				a.Attachments = []Attachment{b.attachment(name+" answer", fmt.Sprintf("SK-%02d.pdf", number))}
			}
			rfi.Answers, rfi.Updated = []Answer{a}, a.Time
		}
		b.project.RFIs = append(b.project.RFIs, rfi)
	}
}

// Sheet is what is printed of the RFI.
func (q RFI) Sheet() Sheet {
	s := Sheet{
		Title: fmt.Sprintf("RFI #%s: %s", q.Number, q.Subject),
		Fields: [][2]string{
			{"Status", q.Status},
			{"Created", q.Created.Format(time.DateOnly)},
			{"Due", q.Due.Format(time.DateOnly)},
			{"From", q.Author.Name + " (" + q.Author.Company + ")"},
			{"To", q.Responsible.Name + " (" + q.Responsible.Company + ")"},
			{"Location", q.Location},
		},
		Notes: []Note{{Title: "Question", Text: q.Question, Files: fileNames(q.Attachments)}},
	}
	for _, a := range q.Answers {
		s.Notes = append(s.Notes, Note{
			Title: "Response by " + a.Author.Name + ", " + a.Time.Format(time.DateOnly), Text: a.Text, Files: fileNames(a.Attachments),
		})
	}
	return s
}
