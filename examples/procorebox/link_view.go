package main

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/procorebox/procorebox/mapping"
)

// linkView is a Link with the rules that are in force, chosen or not.
type linkView struct {
	Name    string         `json:"name"`
	ID      string         `json:"id"`
	Company string         `json:"company"`
	Project string         `json:"project,omitempty"`
	Tools   []mapping.Tool `json:"tools"`
	Folder  string         `json:"box_folder"`
	Paused  bool           `json:"paused"`

	Deletes      mapping.Switch                     `json:"deletes"`
	DeleteLimit  int                                `json:"delete_limit"`
	PhotoDeletes mapping.Switch                     `json:"photo_deletes"`
	Names        mapping.NameRule                   `json:"names"`
	Conflict     mapping.ConflictRule               `json:"conflict"`
	Direction    map[mapping.Tool]mapping.Direction `json:"direction"`
	Include      []string                           `json:"include"`
	Exclude      []string                           `json:"exclude"`
	Adopt        mapping.Adoption                   `json:"adopt"`
}

func viewOf(l mapping.Link) linkView {
	r := l.Rules
	v := linkView{
		Name: l.Name, ID: l.ID, Company: l.Company, Project: l.Project, Tools: l.Tools, Folder: l.Folder, Paused: l.Paused,
		Deletes: cmp.Or(r.Deletes, mapping.On), DeleteLimit: r.Limit(), PhotoDeletes: cmp.Or(r.PhotoDeletes, mapping.Off),
		Names: cmp.Or(r.Names, mapping.Lossless), Conflict: cmp.Or(r.Conflict, mapping.KeepBoth), Adopt: cmp.Or(r.Adopt, mapping.AdoptVerified),
		Direction: map[mapping.Tool]mapping.Direction{}, Include: r.Include, Exclude: r.Exclude,
	}
	for _, t := range l.Tools {
		v.Direction[t] = r.Direction(t)
	}
	if v.Include == nil {
		v.Include = []string{}
	}
	if v.Exclude == nil {
		v.Exclude = []string{}
	}
	return v
}

func (c *console) showLink(l mapping.Link, asJSON bool) error {
	v := viewOf(l)
	if asJSON {
		return c.object(v)
	}
	rows := [][]string{
		{"id", v.ID},
		{"procore", "company " + v.Company + ", " + l.Target()},
		{"tools", words(v.Tools)},
		{"box folder", v.Folder},
		{"deletes", string(v.Deletes) + ", at most " + strconv.Itoa(v.DeleteLimit) + " in any 24 hours"},
		{"photo deletes", string(v.PhotoDeletes)},
		{"names", string(v.Names)},
		{"conflict", string(v.Conflict)},
		{"adopt", string(v.Adopt)},
	}
	for _, t := range v.Tools {
		rows = append(rows, []string{"direction", string(t) + "=" + string(v.Direction[t])})
	}
	if len(v.Include) > 0 {
		rows = append(rows, []string{"include", strings.Join(v.Include, "  ")})
	}
	if len(v.Exclude) > 0 {
		rows = append(rows, []string{"exclude", strings.Join(v.Exclude, "  ")})
	}
	if v.Paused {
		rows = append(rows, []string{"paused", "yes, until \"link resume\""})
	}
	return c.table([]string{"link", v.Name}, rows)
}
