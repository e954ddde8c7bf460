package site

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"
)

// contract adds the agreements.
func (b *builder) contract() {
	s := b.folder("01 Contract")
	s.put("Prime contract - executed.pdf", 190, manager, b.letter("Owner-Contractor Agreement", 14,
		"Contract sum: $18,462,000", "Substantial completion: 11 December 2026"))
	s.put("General conditions.pdf", 190, manager, b.letter("General Conditions of the Contract", 22))
	s.put("Insurance certificate 2026.pdf", 70, manager, b.letter("Certificate of Liability Insurance", 1,
		"General liability: $2,000,000 each occurrence"))
	s.put("Notice to proceed.pdf", 183, owner, b.letter("Notice to Proceed", 1, "Effective date: "+b.day(180)))
	orders := s.folder("Change orders")
	for i, what := range []string{
		"Relocate grease interceptor", "Add standby generator pad", "Upgrade lobby glazing",
		"Credit for roof hatch", "Medical gas at suite 310", "Overtime for slab on metal deck",
	} {
		number := fmt.Sprintf("CO-%03d", i+1)
		orders.put(number+" "+what+".pdf", 120-15*i, manager, b.letter("Change Order "+number, 2, what))
	}
	orders.put("Change order log.csv", 12, manager, b.log())
}

// drawings adds the sheets of the contract set, what replaced them, and a set sent for permit.
func (b *builder) drawings() {
	all := b.folder("02 Drawings")
	architectural := all.folder("Architectural")
	for level := range 5 {
		number := fmt.Sprintf("A-10%d", level+1)
		title := fmt.Sprintf("Level %d Floor Plan", level+1)
		architectural.put(number+" "+title+".pdf", 60-level, architect, b.plan(sheet{number: number, title: title, revision: 3, by: "Haddad Lind Architects"}))
	}
	architectural.put("A-201 Elevations: north & south.pdf", 61, architect, b.elevation(sheet{number: "A-201", title: "Elevations", revision: 2, by: "Haddad Lind Architects"}))
	frame := all.folder("Structural")
	for level := range 4 {
		number := fmt.Sprintf("S-20%d", level+1)
		title := fmt.Sprintf("Level %d Framing Plan", level+2)
		frame.put(number+" "+title+".pdf", 75-level, structural, b.plan(sheet{number: number, title: title, revision: 1, by: "Northspan Structural"}))
	}
	frame.put("S-301 Column schedule.csv", 75, structural, b.columns())
	frame.put("Embed plate EP-4.dxf", 40, steel, b.plate())
	for _, trade := range []struct{ name, letter, title string }{
		{"Mechanical", "M", "HVAC Plan"}, {"Electrical", "E", "Power Plan"}, {"Plumbing", "P", "Waste and Vent Plan"},
	} {
		s := all.folder("MEP").folder(trade.name)
		for level := range 3 {
			number := fmt.Sprintf("%s-10%d", trade.letter, level+1)
			title := fmt.Sprintf("Level %d %s", level+1, trade.title)
			s.put(number+" "+title+".pdf", 55-level, engineer, b.plan(sheet{number: number, title: title, revision: 1, by: "Corvid Engineers"}))
		}
	}
	old := all.folder("Superseded")
	old.put("A-101 Level 1 Floor Plan.pdf", 140, architect, b.plan(sheet{number: "A-101", title: "Level 1 Floor Plan", revision: 1, by: "Haddad Lind Architects"}))
	old.put("A-101 Level 1 Floor Plan (2).pdf", 100, architect, b.plan(sheet{number: "A-101", title: "Level 1 Floor Plan", revision: 2, by: "Haddad Lind Architects"}))
	permit := all.folder("Permit set")
	for level := range 3 {
		name := fmt.Sprintf("A-10%d Level %d Floor Plan.pdf", level+1, level+1)
		permit.copyOf(architectural, name, 50, manager)
	}
	all.put("Site orthophoto.jpg", 21, engineer, b.orthophoto())
	all.open("Level 2 point cloud.las", 20, engineer, b.scan("level 2", 1_200_000))
}

// specifications adds one file for each section.
func (b *builder) specifications() {
	s := b.folder("03 Specifications")
	for i, section := range []string{
		"03 30 00 Cast-in-Place Concrete", "05 12 00 Structural Steel Framing", "07 54 23 Thermoplastic Roofing",
		"08 44 13 Glazed Aluminum Curtain Walls", "09 29 00 Gypsum Board", "21 13 13 Wet-Pipe Sprinkler Systems",
		"22 60 00 Gas and Vacuum Systems for Healthcare", "23 31 00 HVAC Ducts", "26 24 16 Panelboards",
	} {
		s.put(section+".pdf", 170-i, architect, b.letter("Section "+section, 6+i%4, "Part 1 - General", "Part 2 - Products", "Part 3 - Execution"))
	}
}

// schedule adds what is planned.
func (b *builder) schedule() {
	s := b.folder("04 Schedule")
	s.put("Baseline schedule.csv", 175, manager, b.tasks(140))
	s.put("Milestones.ics", 90, manager, b.calendar())
	ahead := s.folder("3 week look-ahead")
	for week := range 8 {
		ahead.put(fmt.Sprintf("Look-ahead %s.csv", b.day(7*week)), 7*week, superintendent, b.tasks(18))
	}
}

// meetings adds minutes and mails.
func (b *builder) meetings() {
	s := b.folder("05 Meetings").folder("OAC")
	for i := range 10 {
		day := 14 * i
		title := fmt.Sprintf("OAC meeting #%d", 12-i)
		s.put(fmt.Sprintf("%s %s - minutes.pdf", b.day(day), title), day, engineer, b.letter(title, 2,
			"Present: D. Whitfield, L. Ortega, N. Haddad, G. Tan", "Old business", "New business"))
	}
	s.put("Agenda (template).md", 160, engineer, words("# OAC meeting", "", "1. Safety", "2. Schedule", "3. RFIs and submittals", "4. Change orders", ""))
	mail := b.folder("05 Meetings", "Mail")
	for i, subject := range []string{"Crane inspection moved", "Parking on Wharf Street", "Noise complaint, second floor slab"} {
		mail.put("RE: "+subject+".eml", 33-9*i, manager, b.mail(subject, 33-9*i))
	}
}

// safety adds the reports of the site.
func (b *builder) safety() {
	s := b.folder("06 Safety & quality")
	s.put("Site safety plan.pdf", 178, superintendent, b.letter("Site Safety Plan", 9, "Emergency: gate 2, Wharf Street"))
	talks := s.folder("Toolbox talks")
	for i, topic := range []string{"Ladders", "Silica", "Hot work", "Fall protection", "Trenches", "Heat"} {
		talks.put(topic+".pdf", 80-8*i, superintendent, b.letter("Toolbox Talk: "+topic, 1, "Signed by the crew"))
	}
	daily := s.folder("Daily reports").folder("2026")
	for day := range 14 {
		daily.put("Daily "+b.day(day)+".txt", day, superintendent, b.daily(day))
	}
}

// cost adds the sums.
func (b *builder) cost() {
	s := b.folder("07 Cost")
	s.put("Budget.csv", 30, manager, b.budget())
	for i := range 5 {
		s.folder("Pay applications").put(fmt.Sprintf("Pay app %02d.pdf", i+1), 150-30*i, manager,
			b.letter(fmt.Sprintf("Application and Certificate for Payment no. %d", i+1), 3, "Retainage: 5 %"))
	}
}

// closeout adds what the owner will get, most of which is still empty.
func (b *builder) closeout() {
	s := b.folder("08 Closeout")
	for _, name := range []string{"As-builts", "O&M manuals", "Warranties", "Attic stock"} {
		s.folder(name)
	}
	s.put("Closeout checklist.csv", 45, engineer, b.checklist())
	s.put("Submittal packages.zip", 35, engineer, b.bundle())
}

// day returns the date some days before the end of the project.
func (b *builder) day(days int) string { return b.now.AddDate(0, 0, -days).Format(time.DateOnly) }

// daily is a superintendent's report.
func (b *builder) daily(days int) body {
	return func(w io.Writer, r *rand.Rand) error {
		_, err := fmt.Fprintf(w, "DAILY REPORT %s\r\n\r\nWeather: %s, %d to %d F\r\nCrew: %d on site\r\n\r\n",
			b.day(days), pick(r, "clear", "overcast", "light rain", "rain until noon"), 36+r.IntN(8), 48+r.IntN(10), 18+r.IntN(40))
		for range 3 + r.IntN(4) {
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(w, "- %s\r\n", sentence(r))
		}
		return err
	}
}

// mail is a message as a mail program saves it.
func (b *builder) mail(subject string, days int) body {
	return func(w io.Writer, r *rand.Rand) error {
		from, to := b.project.People[manager], b.project.People[owner]
		_, err := fmt.Fprintf(w, "From: %s <%s>\r\nTo: %s <%s>\r\nDate: %s\r\nSubject: RE: %s\r\n"+
			"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n",
			from.Name, from.Login, to.Name, to.Login, b.now.AddDate(0, 0, -days).Format(time.RFC1123Z), subject, paragraph(r))
		return err
	}
}

// calendar is the milestones for a calendar program.
func (b *builder) calendar() body {
	lines := []string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tamarack Builders//24-117//EN"}
	for i, what := range []string{"Topping out", "Dry-in", "Permanent power", "Elevator inspection", "Substantial completion"} {
		at := b.now.AddDate(0, i+1, 0)
		lines = append(lines, "BEGIN:VEVENT", fmt.Sprintf("UID:milestone-%d@tamarack.example", i+1),
			"DTSTAMP:"+b.now.Format("20060102T150405Z"), "DTSTART;VALUE=DATE:"+at.Format("20060102"),
			"SUMMARY:"+what, "END:VEVENT")
	}
	return words(append(lines, "END:VCALENDAR", "")...)
}

// sentence is something that people say on a site.
func sentence(r *rand.Rand) string {
	return fmt.Sprintf("%s %s %s at grid %s/%d, level %d.",
		pick(r, "Cascade Steel", "Brightline Electric", "The concrete crew", "The architect", "The city inspector", "Pioneer Glazing"),
		pick(r, "finished", "inspected", "started", "rejected", "measured", "repaired", "asked about"),
		pick(r, "the deck edge angle", "embed plates", "sleeves for conduit", "the shear wall", "anchor bolts", "fireproofing", "the storefront sill"),
		pick(r, "A", "B", "C", "D", "E", "F"), 1+r.IntN(5), 1+r.IntN(5))
}

// paragraph is a few of them.
func paragraph(r *rand.Rand) string {
	var all []string
	for range 3 + r.IntN(4) {
		all = append(all, sentence(r))
	}
	return strings.Join(all, " ")
}
