package site

import (
	"io"
	"slices"
	"strings"
	"time"
)

// documents fills the Documents tool.
func (b *builder) documents() {
	b.contract()
	b.drawings()
	b.specifications()
	b.schedule()
	b.meetings()
	b.safety()
	b.cost()
	b.closeout()
	b.difficult()
}

// A shelf is a folder that files are put into.
type shelf struct {
	b    *builder
	path []string
}

// folder makes a folder in the root, and those below it that have names, too.
func (b *builder) folder(names ...string) shelf {
	s := shelf{b: b}
	for _, name := range names {
		s = s.folder(name)
	}
	return s
}

// folder makes a folder, unless it is there.
func (s shelf) folder(name string) shelf {
	below := shelf{s.b, join(s.path, name)}
	for _, f := range s.b.project.Folders {
		if slices.Equal(f.Path, below.path) {
			return below
		}
	}
	s.b.project.Folders = append(s.b.project.Folders, Folder{Path: below.path})
	return below
}

// put adds a file that was last changed some days ago.
func (s shelf) put(name string, days, author int, write body) {
	thing := strings.Join(join(s.path, name), "\x00")
	s.open(name, days, author, s.b.opener(thing, write))
}

// open adds a file with an Open of its own.
func (s shelf) open(name string, days, author int, open func() (io.ReadCloser, error)) {
	s.b.project.Files = append(s.b.project.Files, File{
		Path:     join(s.path, name),
		Modified: s.when(name, days),
		Author:   s.b.project.People[author],
		Open:     open,
	})
}

// copyOf adds a file with the name and the bytes of another, as people do who send a set of drawings.
func (s shelf) copyOf(from shelf, name string, days, author int) {
	path := join(from.path, name)
	for _, f := range s.b.project.Files {
		if slices.Equal(f.Path, path) {
			s.open(name, days, author, f.Open)
			return
		}
	}
}

// twin marks what was added last.
func (b *builder) twin() { b.project.Files[len(b.project.Files)-1].Twin = true }

func (s shelf) when(name string, days int) time.Time {
	return s.b.on(days, s.b.draw("when "+strings.Join(join(s.path, name), "\x00")))
}

// join returns a path that shares no memory with the one it begins with.
func join(path []string, name string) []string {
	return append(append(make([]string, 0, len(path)+1), path...), name)
}
