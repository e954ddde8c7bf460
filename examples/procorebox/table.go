package main

import (
	"strings"
	"unicode/utf8"
)

// widest is how wide a column is made. A cell that is wider pushes the rest of its line to the right, and
// not those of all others.
const widest = 56

// table writes rows under a head, in columns. Without a head there are rows only.
func (c *console) table(head []string, rows [][]string) error {
	var width []int
	all := rows
	if head != nil {
		all = append([][]string{head}, rows...)
	}
	for _, row := range all {
		for i, cell := range row {
			row[i] = readable(cell)
			if i == len(width) {
				width = append(width, 0)
			}
			if n := utf8.RuneCountInString(row[i]); n <= widest {
				width[i] = max(width[i], n)
			}
		}
	}
	for _, row := range all {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell)
			line.WriteString(strings.Repeat(" ", 2+max(0, width[i]-utf8.RuneCountInString(cell))))
		}
		if err := c.print("%s\n", strings.TrimRight(line.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}
