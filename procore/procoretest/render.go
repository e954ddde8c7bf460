package procoretest

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"
)

// A Sheet is what the PDF of a record is made from.
type Sheet struct {
	Tool  string // "RFIs" or "Submittals"
	Title string // number, revision and title
	Lines []string
	At    time.Time // when the PDF was asked for
	Copy  int       // how many PDFs were rendered before it
}

// A Render writes the PDF of a record. It is called for each request for one, so that it may write
// something else each time, as Procore does.
type Render func(to io.Writer, s Sheet) error

const (
	sheetLines = 50 // that fit on a page
	sheetWidth = 95 // characters that fit on a line
)

// RenderSheet is the Render that is used where the options name none. It writes a small, valid PDF of
// one page. The date of the printing and the number of the copy are on it, so no two are equal.
func RenderSheet(to io.Writer, s Sheet) error {
	stamp := s.At.UTC().Format("20060102150405")
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
		streamOf(s.page()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
		fmt.Sprintf("<< /Title (%s) /Producer (procoretest) /CreationDate (D:%sZ) >>", pdfText(s.Title), stamp),
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, 0, len(objects))
	for i, o := range objects {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R /ID [<%016x> <%016x>] >>\nstartxref\n%d\n%%%%EOF\n",
		len(objects)+1, uint64(s.At.UnixNano()), s.Copy, table)
	if _, err := b.WriteTo(to); err != nil {
		return fmt.Errorf("write a PDF: %w", err)
	}
	return nil
}

// page is the text of the page in PDF's own words.
func (s Sheet) page() string {
	lines := append([]string{s.Tool, s.Title, ""}, s.Lines...)
	lines = lines[:min(len(lines), sheetLines)]
	lines = append(lines, "", fmt.Sprintf("Printed on %s, copy %d", s.At.UTC().Format(time.RFC3339), s.Copy+1))
	var b strings.Builder
	b.WriteString("BT /F 11 Tf 14 TL 40 800 Td\n")
	for _, line := range lines {
		fmt.Fprintf(&b, "(%s) Tj T*\n", pdfText(line))
	}
	b.WriteString("ET")
	return b.String()
}

func streamOf(content string) string {
	return fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content)
}

// pdfText writes a string between PDF's parentheses. What Latin-1 does not have becomes a question
// mark.
func pdfText(text string) string {
	var b strings.Builder
	for i, r := range []rune(text) {
		switch {
		case i == sheetWidth:
			return b.String()
		case r == '(' || r == ')' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r >= ' ' && r < 0x7f:
			b.WriteRune(r)
		case r >= 0xa0 && r <= 0xff:
			b.WriteByte(byte(r)) // WinAnsiEncoding has Latin-1 there
		default:
			b.WriteByte('?')
		}
	}
	return b.String()
}
