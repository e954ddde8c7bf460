package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// Tools is a [syncer.Filter] for pairs whose top-level folders are the tools of a project: Documents,
// Photos, RFIs, Submittals. Only the chosen ones are in scope, with all that is in them. What stands
// beside them is neither looked into nor touched: other tools, files outside of any tool, and system
// folders such as a recycle bin.
//
// Where a pair is one tool, as package mapping makes them, no pair is made for a tool that is not
// chosen, and this filter is not needed. The zero value takes everything.
type Tools struct {
	chosen map[syncer.Key]bool
	names  []string
}

var _ syncer.Filter = Tools{}

// NewTools returns a Filter for the tools of these names. Case and Unicode composition do not count.
// At least one is needed.
func NewTools(names ...string) (Tools, error) {
	t := Tools{chosen: map[syncer.Key]bool{}}
	for _, name := range names {
		key := syncer.NameKey(strings.Trim(name, "/"))
		if key == "" || strings.Contains(string(key), "/") {
			return Tools{}, fmt.Errorf("tool %q is not the name of a folder: %w", name, syncer.ErrInvalid)
		}
		t.chosen[key] = true
		t.names = append(t.names, string(key))
	}
	if len(names) == 0 {
		return Tools{}, fmt.Errorf("no tool is chosen: %w", syncer.ErrInvalid)
	}
	slices.Sort(t.names)
	t.names = slices.Compact(t.names)
	return t, nil
}

// Filter implements [syncer.Filter].
func (t Tools) Filter(i syncer.Item) string {
	tool, _, below := strings.Cut(strings.Trim(i.Path, "/"), "/")
	switch {
	case tool == "" || len(t.chosen) == 0:
		return ""
	case !below && i.Entry.Kind != syncer.Folder:
		return "stands in no tool"
	case !t.chosen[syncer.NameKey(tool)]:
		return fmt.Sprintf("tool %q is not chosen", tool)
	}
	return ""
}

// Fingerprint implements [syncer.Filter].
func (t Tools) Fingerprint() string { return fmt.Sprintf("tools/1 %q", t.names) }
