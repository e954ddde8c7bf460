package policy

import (
	"fmt"

	"github.com/procorebox/procorebox/syncer"
)

// Directions is a [syncer.Director] by folder: some folders flow one way, the others both ways.
type Directions struct {
	folders folders[syncer.Direction]
}

var _ syncer.Director = Directions{}

// NewDirections returns a Director. The table goes from a folder's path to the Direction of
// everything in it; the longest path counts, "" is the default for all, and what no path covers
// flows both ways. Paths are those of the source.
func NewDirections(table map[string]syncer.Direction) (Directions, error) {
	for folder, d := range table {
		if d.Mode > syncer.ToSource || d.Wrong > syncer.LeaveEdit {
			return Directions{}, fmt.Errorf("direction of folder %q: %w", folder, syncer.ErrInvalid)
		}
	}
	f, err := newFolders(table)
	return Directions{f}, err
}

// Direction implements [syncer.Director].
func (d Directions) Direction(path string, _ syncer.Kind) syncer.Direction {
	_, direction, _ := d.folders.find(path)
	return direction
}
