package site

import (
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// newPDF starts a document that says the same about itself each time it is made.
func newPDF(orientation, size, title string, made time.Time) *fpdf.Fpdf {
	pdf := fpdf.New(orientation, "mm", size, "")
	pdf.SetTitle(title, true)
	pdf.SetProducer("Tamarack Builders", true)
	pdf.SetCreationDate(made)
	pdf.SetModificationDate(made)
	pdf.SetCatalogSort(true)
	return pdf
}

// western turns text into the encoding of the fonts that every reader has.
func western(pdf *fpdf.Fpdf) func(string) string { return pdf.UnicodeTranslatorFromDescriptor("") }

// letter is a document of so many pages of text, whose first page says some lines.
func (b *builder) letter(title string, pages int, lines ...string) body {
	return func(w io.Writer, r *rand.Rand) error {
		pdf := newPDF("P", "Letter", title, b.now.AddDate(0, 0, -r.IntN(180)))
		text := western(pdf)
		pdf.SetMargins(25, 25, 25)
		pdf.SetFooterFunc(func() {
			pdf.SetY(-18)
			pdf.SetFont("Helvetica", "", 8)
			pdf.CellFormat(0, 5, text(fmt.Sprintf("%s %s - page %d", b.project.Number, b.project.Name, pdf.PageNo())), "T", 0, "C", false, 0, "")
		})
		for page := range pages {
			pdf.AddPage()
			if page == 0 {
				pdf.SetFont("Helvetica", "B", 18)
				pdf.MultiCell(0, 9, text(title), "", "L", false)
				pdf.Ln(4)
				pdf.SetFont("Helvetica", "B", 10)
				for _, line := range lines {
					pdf.MultiCell(0, 6, text(line), "", "L", false)
				}
				pdf.Ln(4)
			}
			for article := range 6 {
				pdf.SetFont("Times", "B", 11)
				pdf.MultiCell(0, 6, fmt.Sprintf("%d.%d", page+1, article+1), "", "L", false)
				pdf.SetFont("Times", "", 11)
				pdf.MultiCell(0, 5, text(paragraph(r)), "", "L", false)
				pdf.Ln(2)
			}
		}
		return pdf.Output(w)
	}
}
