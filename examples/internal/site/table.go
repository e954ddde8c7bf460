package site

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"time"
)

// table is a CSV file of a heading and so many rows.
func table(heading []string, rows int, row func(i int, r *rand.Rand) []string) body {
	return func(w io.Writer, r *rand.Rand) error {
		c := csv.NewWriter(w)
		if err := c.Write(heading); err != nil {
			return err
		}
		for i := range rows {
			if err := c.Write(row(i, r)); err != nil {
				return err
			}
		}
		c.Flush()
		return c.Error()
	}
}

// tasks is a schedule.
func (b *builder) tasks(n int) body {
	return table([]string{"ID", "Task", "Start", "Days", "Percent"}, n, func(i int, r *rand.Rand) []string {
		return []string{
			strconv.Itoa(1000 + 10*i), sentence(r), b.now.AddDate(0, 0, r.IntN(90)-60).Format(time.DateOnly),
			strconv.Itoa(1 + r.IntN(20)), strconv.Itoa(5 * r.IntN(21)),
		}
	})
}

// log is the list of change orders.
func (b *builder) log() body {
	return table([]string{"Number", "Amount", "Status"}, 6, func(i int, r *rand.Rand) []string {
		return []string{fmt.Sprintf("CO-%03d", i+1), money(r, 60_000), pick(r, "Approved", "Pending", "Void")}
	})
}

// budget is what each division may cost.
func (b *builder) budget() body {
	return table([]string{"Division", "Budget", "Committed", "Paid"}, 23, func(i int, r *rand.Rand) []string {
		return []string{fmt.Sprintf("%02d", i+1), money(r, 900_000), money(r, 800_000), money(r, 300_000)}
	})
}

// columns is a schedule of steel columns.
func (b *builder) columns() body {
	return table([]string{"Grid", "Size", "Base plate", "Splice"}, 30, func(i int, r *rand.Rand) []string {
		return []string{
			fmt.Sprintf("%c/%d", 'A'+i/5, 1+i%5), pick(r, "W14x90", "W14x120", "W12x65", "HSS8x8x1/2"),
			pick(r, "20x20x1-1/2", "18x18x1-1/4"), "level 3",
		}
	})
}

// checklist is what is due at the end.
func (b *builder) checklist() body {
	items := []string{"As-built drawings", "O&M manuals", "Warranty letters", "Keys, 3 sets", "Attic stock", "Air balance report"}
	return table([]string{"Item", "Responsible", "Done"}, len(items), func(i int, _ *rand.Rand) []string {
		return []string{items[i], b.project.People[engineer].Name, "no"}
	})
}

func money(r *rand.Rand, most int) string {
	return fmt.Sprintf("%d.%02d", 1000+r.IntN(most), r.IntN(100))
}

// bundle is a ZIP file of notes.
func (b *builder) bundle() body {
	return func(w io.Writer, r *rand.Rand) error {
		z := zip.NewWriter(w)
		for i := range 4 {
			f, err := z.CreateHeader(&zip.FileHeader{
				Name: fmt.Sprintf("package %d/contents.txt", i+1), Method: zip.Deflate, Modified: b.now.AddDate(0, 0, -35),
			})
			if err != nil {
				return err
			}
			if _, err := io.WriteString(f, paragraph(r)); err != nil {
				return err
			}
		}
		return z.Close()
	}
}

// plate is a DXF drawing of a steel plate with four holes: R12, the form that every program reads.
func (b *builder) plate() body {
	return func(w io.Writer, r *rand.Rand) error {
		width, height := float64(200+10*r.IntN(20)), float64(200+10*r.IntN(10))
		var d bytes.Buffer
		d.WriteString("0\r\nSECTION\r\n2\r\nENTITIES\r\n")
		line := func(x1, y1, x2, y2 float64) {
			fmt.Fprintf(&d, "0\r\nLINE\r\n8\r\nPLATE\r\n10\r\n%.1f\r\n20\r\n%.1f\r\n11\r\n%.1f\r\n21\r\n%.1f\r\n", x1, y1, x2, y2)
		}
		line(0, 0, width, 0)
		line(width, 0, width, height)
		line(width, height, 0, height)
		line(0, height, 0, 0)
		for _, at := range [][2]float64{{40, 40}, {width - 40, 40}, {40, height - 40}, {width - 40, height - 40}} {
			fmt.Fprintf(&d, "0\r\nCIRCLE\r\n8\r\nHOLES\r\n10\r\n%.1f\r\n20\r\n%.1f\r\n40\r\n11.0\r\n", at[0], at[1])
		}
		d.WriteString("0\r\nENDSEC\r\n0\r\nEOF\r\n")
		_, err := d.WriteTo(w)
		return err
	}
}
