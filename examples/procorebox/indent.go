package main

import (
	"bytes"
	"io"
)

// indent writes each line with three blanks before it.
type indent struct {
	out   io.Writer
	start bool // of a line
}

// Write implements io.Writer.
func (w *indent) Write(text []byte) (int, error) {
	var b bytes.Buffer
	for _, c := range text {
		if w.start && c != '\n' {
			b.WriteString("   ")
		}
		w.start = c == '\n'
		b.WriteByte(c)
	}
	if _, err := w.out.Write(b.Bytes()); err != nil {
		return 0, err
	}
	return len(text), nil
}
