package site

import (
	"io"
	"math/rand/v2"
	"path"
	"strings"
	"time"
)

// A Sheet is what is printed of a record: a title, a table of fields, and texts.
type Sheet struct {
	Title  string
	Fields [][2]string // name and value; those without a value are left out
	Notes  []Note
}

// A Note is a text with the names of the files that came with it.
type Note struct {
	Title, Text string
	Files       []string
}

// Render prints a sheet as a PDF. As in Procore the print says when it was made, so that two prints of
// one record differ. Letters beyond those of Western Europe are printed as dots.
func Render(w io.Writer, s Sheet, printed time.Time) error {
	pdf := newPDF("P", "Letter", s.Title, printed)
	text := western(pdf)
	pdf.SetMargins(20, 20, 20)
	pdf.SetFooterFunc(func() {
		pdf.SetY(-15)
		pdf.SetFont("Helvetica", "", 8)
		pdf.CellFormat(0, 5, text("Printed "+printed.UTC().Format(time.RFC3339Nano)), "T", 0, "R", false, 0, "")
	})
	pdf.AddPage()
	pdf.SetFont("Helvetica", "B", 15)
	pdf.MultiCell(0, 8, text(s.Title), "", "L", false)
	pdf.Ln(3)
	for _, field := range s.Fields {
		if field[1] == "" {
			continue
		}
		pdf.SetFont("Helvetica", "B", 10)
		pdf.CellFormat(35, 6, text(field[0]), "", 0, "L", false, 0, "")
		pdf.SetFont("Helvetica", "", 10)
		pdf.MultiCell(0, 6, text(field[1]), "", "L", false)
	}
	for _, note := range s.Notes {
		pdf.Ln(4)
		pdf.SetFont("Helvetica", "B", 11)
		pdf.MultiCell(0, 6, text(note.Title), "B", "L", false)
		pdf.SetFont("Helvetica", "", 10)
		pdf.MultiCell(0, 5, text(note.Text), "", "L", false)
		for _, file := range note.Files {
			pdf.MultiCell(0, 5, text("Attached: "+file), "", "L", false)
		}
	}
	return pdf.Output(w)
}

// attachment makes a file of a record, of the kind that its name says.
func (b *builder) attachment(thing, name string) Attachment {
	write := note(name, "Attached.")
	switch strings.ToLower(path.Ext(name)) {
	case ".pdf":
		write = b.plan(sheet{number: "SK", title: name, revision: 1, by: b.project.People[engineer].Company})
	case ".csv":
		write = b.columns()
	case ".jpg":
		write = func(w io.Writer, r *rand.Rand) error {
			pic := newPicture(640, 480)
			pick(r, rebar, pipes, wall)(pic, r)
			return pic.jpeg(w, exif{
				maker: "Apple", model: "iPhone 15", taken: b.on(r.IntN(120), r), width: 640, height: 480,
				latitude: siteLatitude, longitude: siteLongitude,
			}, 75)
		}
	}
	return Attachment{Name: name, Open: b.opener(thing, write)}
}

func fileNames(all []Attachment) []string {
	var names []string
	for _, a := range all {
		names = append(names, a.Name)
	}
	return names
}
