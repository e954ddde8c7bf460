package site

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strings"
)

// A body writes contents. All its chances come from r.
type body func(w io.Writer, r *rand.Rand) error

// opener returns an Open that writes the contents of a thing into memory.
func (b *builder) opener(thing string, write body) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		var buffer bytes.Buffer
		if err := write(&buffer, b.draw(thing)); err != nil {
			return nil, err
		}
		return io.NopCloser(&buffer), nil
	}
}

// words is a body of fixed text, with the line ends of the system it came from.
func words(lines ...string) body {
	return func(w io.Writer, _ *rand.Rand) error {
		_, err := io.WriteString(w, strings.Join(lines, "\r\n"))
		return err
	}
}

// pick draws one of several.
func pick[T any](r *rand.Rand, from ...T) T {
	return from[r.IntN(len(from))]
}
