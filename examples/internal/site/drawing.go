package site

import (
	"fmt"
	"io"
	"math/rand/v2"

	"codeberg.org/go-pdf/fpdf"
)

// A sheet is what stands in the title block of a drawing.
type sheet struct {
	number, title string
	revision      int
	by            string
}

// The plan's place on the sheet, in mm.
const (
	planLeft, planTop     = 45.0, 40.0
	planWidth, planHeight = 270.0, 195.0
)

// start begins a drawing with its frame and title block.
func (b *builder) start(s sheet, r *rand.Rand) *fpdf.Fpdf {
	pdf := newPDF("L", "A3", s.number+" "+s.title, b.now.AddDate(0, 0, -60-r.IntN(60)))
	text := western(pdf)
	pdf.SetAutoPageBreak(false, 0)
	pdf.AddPage()
	pdf.SetLineWidth(0.8)
	pdf.Rect(10, 10, 400, 277, "D")
	pdf.SetLineWidth(0.3)
	pdf.Line(340, 10, 340, 287)
	for i, line := range []struct {
		size float64
		text string
	}{
		{14, s.by},
		{10, b.project.Number + " " + b.project.City},
		{12, b.project.Name},
		{10, b.project.Address},
		{10, "Scale 1/8\" = 1'-0\""},
		{10, fmt.Sprintf("Revision %d", s.revision)},
		{13, s.title},
		{28, s.number},
	} {
		pdf.SetFont("Helvetica", "B", line.size)
		pdf.SetXY(342, 120+20*float64(i))
		pdf.MultiCell(66, 6, text(line.text), "", "L", false)
	}
	north(pdf)
	return pdf
}

// plan is a floor plan: a grid, walls, rooms with doors, dimensions.
func (b *builder) plan(s sheet) body {
	return func(w io.Writer, r *rand.Rand) error {
		pdf := b.start(s, r)
		grid(pdf)
		pdf.SetLineWidth(1.2)
		pdf.Rect(planLeft, planTop, planWidth, planHeight, "D")
		pdf.SetLineWidth(0.6)
		number := 101
		rooms(pdf, r, planLeft, planTop, planWidth, planHeight, &number)
		return pdf.Output(w)
	}
}

// elevation is the front of the building: storeys, windows, ground.
func (b *builder) elevation(s sheet) body {
	return func(w io.Writer, r *rand.Rand) error {
		pdf := b.start(s, r)
		pdf.SetFillColor(222, 226, 230)
		pdf.Rect(planLeft, 90, planWidth, 150, "FD")
		pdf.SetFillColor(150, 190, 220)
		pdf.SetFont("Helvetica", "", 8)
		for level := range 5 {
			y := 210 - 30*float64(level)
			for bay := range 12 {
				pdf.Rect(planLeft+6+22*float64(bay), y, 16, 20, "FD")
			}
			pdf.Text(planLeft+planWidth+2, y+24, fmt.Sprintf("Level %d", level+1))
			pdf.Text(planLeft-20, y+24, fmt.Sprintf("+%.1f'", 14.5*float64(level)))
		}
		pdf.SetLineWidth(1.5)
		pdf.Line(25, 240, 335, 240)
		return pdf.Output(w)
	}
}

// grid draws the lines that everything on a site is measured from.
func grid(pdf *fpdf.Fpdf) {
	pdf.SetFont("Helvetica", "", 9)
	pdf.SetLineWidth(0.1)
	pdf.SetDrawColor(120, 120, 120)
	for i := range 6 {
		x := planLeft + planWidth*float64(i)/5
		pdf.Line(x, planTop-12, x, planTop+planHeight+6)
		pdf.Circle(x, planTop-16, 4, "D")
		pdf.Text(x-1.2, planTop-15, string(rune('A'+i)))
	}
	for i := range 5 {
		y := planTop + planHeight*float64(i)/4
		pdf.Line(planLeft-12, y, planLeft+planWidth+6, y)
		pdf.Circle(planLeft-16, y, 4, "D")
		pdf.Text(planLeft-17, y+1, fmt.Sprint(i+1))
	}
	pdf.SetDrawColor(0, 0, 0)
	for i := range 5 {
		pdf.Text(planLeft+planWidth*(float64(i)+0.4)/5, planTop+planHeight+12, "28'-0\"")
	}
}

// rooms divides a rectangle until it has the size of rooms, and draws their walls, doors and numbers.
func rooms(pdf *fpdf.Fpdf, r *rand.Rand, x, y, width, height float64, number *int) {
	if width < 45 && height < 45 {
		pdf.SetFont("Helvetica", "", 7)
		pdf.Text(x+3, y+height/2, pick(r, "EXAM", "OFFICE", "STORAGE", "LAB", "WAITING", "MECH", "CORRIDOR"))
		pdf.Text(x+3, y+height/2+4, fmt.Sprint(*number))
		*number++
		return
	}
	cut := 0.35 + 0.3*r.Float64()
	if width > height {
		at := x + width*cut
		pdf.Line(at, y, at, y+height-8)
		pdf.Arc(at, y+height-8, 7, 7, 0, 0, 90, "D")
		rooms(pdf, r, x, y, width*cut, height, number)
		rooms(pdf, r, at, y, width*(1-cut), height, number)
		return
	}
	at := y + height*cut
	pdf.Line(x, at, x+width-8, at)
	pdf.Arc(x+width-8, at, 7, 7, 0, 270, 360, "D")
	rooms(pdf, r, x, y, width, height*cut, number)
	rooms(pdf, r, x, at, width, height*(1-cut), number)
}

// north draws the arrow.
func north(pdf *fpdf.Fpdf) {
	pdf.Circle(375, 50, 12, "D")
	pdf.Polygon([]fpdf.PointType{{X: 375, Y: 34}, {X: 370, Y: 58}, {X: 375, Y: 53}, {X: 380, Y: 58}}, "D")
	pdf.SetFont("Helvetica", "B", 12)
	pdf.Text(373.5, 30, "N")
}
