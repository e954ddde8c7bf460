package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Link says that a Procore project, or the documents of a company, and a folder in Box belong together.
// Whoever makes one fills in what comes before ID.
type Link struct {
	// Name is for people, and unique among Links; the ID if it is left out.
	Name string `json:"name"`
	// Company and Project are Procore's IDs. A Link without Project is about the documents of the
	// company itself.
	Company string `json:"company"`
	Project string `json:"project,omitempty"`
	// Folder is the ID of the Box folder in which the tools have their folders.
	Folder string `json:"folder"`
	// Tools are the chosen ones.
	Tools []Tool `json:"tools"`
	Rules Rules  `json:"rules"`

	// ID names the Link for ever, and with it what is remembered of its pairs.
	ID   string    `json:"id"`
	Made time.Time `json:"made"`
	// Paused says that a person has stopped it.
	Paused bool `json:"paused,omitempty"`
	// Roots are the folders of its tools in Box.
	Roots map[Tool]Root `json:"roots,omitempty"`
}

// Root is the folder of a tool in Box. It is known by its ID: its name and its place are for people to
// change.
type Root struct {
	ID string `json:"id"`
	// Paused says why the tool is not kept in step for now: one of its two roots is in the trash, or
	// not visible. Since is when that was found. It ends by itself when the root is back.
	Paused string    `json:"paused,omitempty"`
	Since  time.Time `json:"since,omitzero"`
}

// Pair returns the name of the pair of a tool: under it a state store keeps what is remembered.
func (l Link) Pair(t Tool) string { return l.ID + "/" + string(t) }

// Target says in words what the Link is about on Procore's side.
func (l Link) Target() string {
	if l.Project == "" {
		return "documents of company " + l.Company
	}
	return "project " + l.Project
}

// Check returns an error that wraps [syncer.ErrInvalid] and names the field, if the Link makes no sense.
func (l Link) Check() error {
	for _, f := range []struct{ name, value string }{
		{"company", l.Company}, {"box-folder", l.Folder},
	} {
		if f.value == "" {
			return fmt.Errorf("%s is empty: %w", f.name, syncer.ErrInvalid)
		}
	}
	for _, f := range []struct{ name, value string }{
		{"company", l.Company}, {"project", l.Project}, {"box-folder", l.Folder}, {"name", l.Name},
	} {
		if strings.TrimSpace(f.value) != f.value || strings.ContainsFunc(f.value, isControl) {
			return fmt.Errorf("%s %q has blanks around it or control characters in it: %w", f.name, f.value, syncer.ErrInvalid)
		}
	}
	if err := checkTools(l.Tools); err != nil {
		return err
	}
	if l.Project == "" && !slices.Equal(l.Tools, []Tool{Documents}) {
		return fmt.Errorf("tools: a company has documents only: %w", syncer.ErrInvalid)
	}
	return l.Rules.Check(l.Tools)
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// clone returns a Link that shares nothing with l.
func (l Link) clone() Link {
	l.Tools, l.Roots = slices.Clone(l.Tools), maps.Clone(l.Roots)
	l.Rules.Directions = maps.Clone(l.Rules.Directions)
	l.Rules.Include, l.Rules.Exclude = slices.Clone(l.Rules.Include), slices.Clone(l.Rules.Exclude)
	if n := l.Rules.DeleteLimit; n != nil {
		l.Rules.DeleteLimit = new(*n)
	}
	return l
}
