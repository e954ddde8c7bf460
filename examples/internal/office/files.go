package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// Same says how the two sides of an item compare.
type Same string

// The answers.
const (
	Equal       Same = "equal"
	NotEqual    Same = "not equal"
	OnlyProcore Same = "only in procore"
	OnlyBox     Same = "only in box"
	LeftOut     Same = "left out" // by a rule of the Link, whatever the sides have
)

// Files is a folder of a Link with both sides side by side.
type Files struct {
	Link string `json:"link"`
	Path string `json:"path"`
	// Paused says which side cannot be seen at all, and why: a root is in the trash or not visible.
	Paused string    `json:"paused,omitempty"`
	Counts Counts    `json:"counts"` // of all files below
	Items  []FileRow `json:"items"`
}

// Counts says how many files compare how.
type Counts struct {
	Equal       int `json:"equal"`
	NotEqual    int `json:"not_equal"`
	OnlyProcore int `json:"only_procore"`
	OnlyBox     int `json:"only_box"`
	LeftOut     int `json:"left_out"`
}

func (c *Counts) add(s Same) {
	switch s {
	case Equal:
		c.Equal++
	case NotEqual:
		c.NotEqual++
	case OnlyProcore:
		c.OnlyProcore++
	case OnlyBox:
		c.OnlyBox++
	case LeftOut:
		c.LeftOut++
	}
}

// FileRow is an item that stands directly in the folder.
type FileRow struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	Same Same   `json:"same"`
	// Note says what is not equal, or why the item waits or is left alone.
	Note string `json:"note,omitempty"`
	// Counts are those of a folder, with all that is below it.
	Counts  *Counts   `json:"counts,omitempty"`
	Procore *FileSide `json:"procore,omitempty"`
	Box     *FileSide `json:"box,omitempty"`
}

// FileSide is an item as one side has it.
type FileSide struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Size     int64     `json:"size"` // of a file; -1 if it is not told
	Modified time.Time `json:"modified,omitzero"`
	Link     string    `json:"link,omitempty"`
}

// Files lists a folder of a Link on both sides. With an empty path that is the tools. It reads all that is
// below the folder.
func (o *Office) Files(ctx context.Context, which, path string) (*Files, error) {
	l, err := o.Links.Get(ctx, which)
	if err != nil {
		return nil, err
	}
	parts, err := o.Links.Parts(ctx, l.ID)
	if err != nil {
		return nil, err
	}
	f := &Files{Link: l.Name, Path: strings.Trim(path, "/"), Items: []FileRow{}}
	if f.Path == "" {
		return f, o.toolRows(ctx, f, parts)
	}
	part, names, err := splitPath(parts, inOurNames(ctx, parts, path))
	if err != nil {
		return nil, err
	}
	c, err := o.compare(ctx, part, names)
	if err != nil {
		return nil, err
	}
	f.Path = strings.Join(append([]string{part.Tool.Folder()}, names...), "/")
	f.Counts, f.Items = c.counts(nil), c.rows()
	if c.unseen {
		f.Paused, err = o.Links.Away(ctx, part)
	}
	return f, err
}

// toolRows makes a row of each tool.
func (o *Office) toolRows(ctx context.Context, f *Files, parts []mapping.Part) error {
	for _, p := range parts {
		row := FileRow{Name: p.Tool.Folder(), Kind: syncer.Folder.String(), Same: NotEqual, Note: p.Paused}
		if p.Paused == "" {
			c, err := o.compare(ctx, p, nil)
			if err != nil {
				return err
			}
			if c.unseen {
				if row.Note, err = o.Links.Away(ctx, p); err != nil {
					return err
				}
			}
			row.Counts = new(c.counts(nil))
			row.Procore, row.Box = c.side(c.top, syncer.Source), c.side(c.top, syncer.Destination)
			if *row.Counts == (Counts{Equal: row.Counts.Equal, LeftOut: row.Counts.LeftOut}) {
				row.Same = Equal
			}
			f.Counts = f.Counts.and(*row.Counts)
		}
		f.Items = append(f.Items, row)
	}
	return nil
}

func (c Counts) and(d Counts) Counts {
	return Counts{c.Equal + d.Equal, c.NotEqual + d.NotEqual, c.OnlyProcore + d.OnlyProcore, c.OnlyBox + d.OnlyBox, c.LeftOut + d.LeftOut}
}

// compare lists what is below a folder on both sides and finds out what belongs together.
func (o *Office) compare(ctx context.Context, p mapping.Part, names []string) (*comparison, error) {
	at, err := o.locate(ctx, p, names)
	if err != nil {
		return nil, err
	}
	view, err := o.file.Store.View(ctx, p.Pair.Name)
	if err != nil {
		return nil, err
	}
	k := &known{view: view}
	if err := k.pending(ctx); err != nil {
		return nil, err
	}
	c := &comparison{view: view, top: &twin{path: at.path}, link: o.webLink, leftOut: p.LeftOut, waits: k.waits}
	for _, side := range bothSides {
		if at.entry[side] == nil {
			continue
		}
		err := c.list(ctx, side, p.Pair.Endpoint(side).FS, *at.entry[side])
		c.unseen = c.unseen || errors.Is(err, fs.ErrNotExist)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("list %s: %w", on(side).Title(), err)
		}
	}
	return c, c.join(ctx)
}

// webLink is where a person opens an item.
func (o *Office) webLink(side syncer.Side, e *syncer.Entry) string {
	if e.Facts != nil && e.Facts.Link != "" {
		return e.Facts.Link
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if side == syncer.Destination && o.box != nil {
		return o.box.Link(e.ID)
	}
	return ""
}

// rows lists what stands directly in the folder, folders first.
func (c *comparison) rows() []FileRow {
	rows := []FileRow{}
	for _, t := range c.top.children {
		row := FileRow{Name: t.name(), Kind: t.kind().String(), Same: t.same, Note: t.note, Procore: c.side(t, syncer.Source), Box: c.side(t, syncer.Destination)}
		if t.kind() == syncer.Folder {
			row.Counts = new(c.counts(t))
		}
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b FileRow) int {
		return cmp.Or(-cmp.Compare(a.Kind, b.Kind), cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.Name, b.Name))
	})
	return rows
}

// side shows an item as one side has it, nil if it has not.
func (c *comparison) side(t *twin, side syncer.Side) *FileSide {
	e := t.entry[side]
	if e == nil {
		return nil
	}
	f := &FileSide{ID: e.ID, Name: e.Name, Modified: e.Modified, Link: c.link(side, e)}
	if e.Kind == syncer.File {
		f.Size = e.Size
	}
	return f
}

// counts adds up the files below an item, or all of them.
func (c *comparison) counts(below *twin) Counts {
	if below == nil {
		below = c.top
	}
	var n Counts
	for _, t := range below.children {
		if t.kind() == syncer.File {
			n.add(t.same)
		} else {
			n = n.and(c.counts(t))
		}
	}
	return n
}
