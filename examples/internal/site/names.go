package site

import "strings"

// difficult adds what people call their files when no program stops them. Each of these names has
// broken some sync.
func (b *builder) difficult() {
	field := b.folder("10 Field office")

	// Separators and what Windows forbids.
	field.put("Grid A/B - slab edge survey.txt", 30, superintendent, note("Slab edge", "Measured at A/2, B/2 and B/3."))
	field.put("RE: door hardware?.txt", 28, manager, note("Door hardware", "Waiting for the keying plan."))
	field.put(`Inspection 3/14 "footing F-2" <draft>.txt`, 27, superintendent, note("Footing F-2", "Passed with two notes."))
	field.put(`backup of C:\jobs\24-117\log.txt`, 26, engineer, note("Log", "Copied from the trailer's computer."))
	field.put("100% CD set * old | do not use.txt", 25, architect, note("Superseded", "See bulletin 4."))
	field.put("#1 - 50% off & more + extras; final~.txt", 24, engineer, note("Quotes", "Three received."))
	rfis := field.folder("Q/A with architect: open items")
	rfis.put("A/E answers 1/3.txt", 23, architect, note("Answers", "Part one of three."))
	rfis.put("A/E answers 2/3.txt", 22, architect, note("Answers", "Part two of three."))

	// Blanks and dots at the ends.
	quotes := field.folder("Vendor quotes ")
	quotes.folder("Acme Steel Inc.").put("quote.txt", 21, engineer, note("Quote", "Valid for 30 days."))
	quotes.put(" scan0001.txt", 20, engineer, note("Scan", "Page 1."))
	quotes.put("scan0001.txt ", 20, engineer, note("Scan", "Page 1, again."))
	quotes.put("no extension.", 19, engineer, note("Quote", "By phone."))
	quotes.put("...", 19, engineer, note("Quote", "Who saved this?"))
	quotes.put("...and one more.txt", 18, engineer, note("Quote", "By mail."))

	// Names that mean something to some system.
	forms := field.folder("CON")
	forms.put("NUL.txt", 17, engineer, note("Form", "Left empty on purpose."))
	forms.put("aux", 17, engineer, note("Form", "For the auxiliary entrance."))
	forms.put(".hidden", 16, engineer, note("Settings", "wall=2x6"))
	forms.put("-rf *.txt", 16, engineer, note("Form", "Read first."))
	forms.put("$(date).txt", 16, engineer, note("Form", "Undated."))
	forms.put("empty.txt", 15, engineer, words())
	forms.put("desktop.ini", 15, engineer, note("View", "IconIndex=0"))

	b.languages(field)
	b.longNames(field)
	b.twins(field)
}

// languages adds names beyond ASCII.
func (b *builder) languages(field shelf) {
	s := field.folder("Überblick – 現場 – موقع 🏗️")
	s.put("施工日志 2026-02.txt", 14, superintendent, note("施工日志", "二月：三层楼板浇筑完成。"))
	s.put("تقرير السلامة.txt", 14, superintendent, note("تقرير السلامة", "لا حوادث."))
	s.put("План этажа 2 – замечания.txt", 13, architect, note("Замечания", "Дверь 204 открывается не туда."))
	s.put("Größenänderung Träger „B-7“.txt", 13, structural, note("Träger", "HEB 240 statt 220."))
	s.put("👷🏽‍♀️ crew list 🚧.txt", 12, superintendent, note("Crew", "Eleven on site."))
	s.put("ﬁre ﬂoor Ⅲ ½″.txt", 12, superintendent, note("Fire floor", "One half inch gap at the third floor."))
	s.put("İstanbul ıssue.txt", 11, engineer, note("Tile", "Shipped from İstanbul."))
	s.put("Straße.txt", 11, engineer, note("Street", "Closed on Friday."))
	s.put("zero\u200bwidth\u00a0blank.txt", 11, engineer, note("Blank", "Copied from a web page."))
}

// longNames adds names near the limits of both services, and a deep folder.
func (b *builder) longNames(field shelf) {
	s := field.folder("Correspondence")
	s.put("FW RE FW RE "+strings.Repeat("Request for clarification of the request for clarification ", 3)+
		"regarding the storefront sill pan flashing at grid line C.txt", 10, manager, note("Flashing", "Answered."))
	s.put(strings.Repeat("現場写真と検査報告書", 12)+".txt", 10, superintendent, note("報告", "第一回。"))
	s.put(strings.Repeat("x", 251)+".txt", 9, engineer, note("x", "The cat did it."))
	deep := s
	for _, name := range []string{"2026", "Q1", "March", "Week 11", "Monday", "AM", "Photos and notes", "Level 3", "Room 312", "North wall"} {
		deep = deep.folder(name)
	}
	deep.put("note.txt", 4, superintendent, note("North wall", "Blocking for grab bars is missing."))
}

// twins adds names that are one name to some services.
func (b *builder) twins(field shelf) {
	s := field.folder("Scans")
	s.put("Readme.txt", 8, engineer, note("Readme", "How we name scans."))
	s.put("README.TXT", 8, engineer, note("README", "How we used to name scans."))
	b.twin()
	s.put("R\u00e9sum\u00e9 of findings.txt", 7, structural, note("Findings", "Cracks under 0.2 mm."))
	s.put("Re\u0301sume\u0301 of findings.txt", 7, structural, note("Findings", "Cracks under 0.2 mm, revised."))
	b.twin()
	s.put("stair-2.txt", 6, engineer, note("Stair 2", "Riser height 6 15/16."))
	s.put("stair-2 (1).txt", 6, engineer, note("Stair 2", "Downloaded twice."))
	// Decomposed, and no twin: what a Mac writes.
	s.put("Cafe\u0301 kitchen hood.txt", 5, engineer, note("Hood", "Duct 14 x 10."))
}

// note is a short text file.
func note(title, text string) body {
	return words(title, strings.Repeat("=", len([]rune(title))), "", text, "")
}
