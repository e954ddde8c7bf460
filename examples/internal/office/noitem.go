package office

import (
	"fmt"
	"io/fs"
)

// NoItem says that neither side has what a path or a number names. It wraps fs.ErrNotExist.
type NoItem struct {
	// Link is its name. Path is what was asked for, with the tool, and Folder the one it would stand in; or Number is, and
	// both are empty.
	Link, Path, Folder, Number string
	// Forgotten says that nothing is remembered of it either.
	Forgotten bool
}

// Error implements error.
func (n *NoItem) Error() string {
	if n.Number != "" {
		return fmt.Sprintf("no item of link %q has the number %q", n.Link, n.Number)
	}
	text := fmt.Sprintf("neither Procore nor Box has %q", n.Path)
	if n.Forgotten {
		text += ", and nothing is remembered of it"
	}
	return text
}

// Unwrap returns fs.ErrNotExist.
func (n *NoItem) Unwrap() error { return fs.ErrNotExist }
