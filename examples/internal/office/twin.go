package office

import (
	"cmp"
	"context"
	"errors"
	"io/fs"

	"github.com/procorebox/procorebox/syncer"
)

// twin is an item on both sides, or on one.
type twin struct {
	entry    [2]*syncer.Entry
	record   *syncer.Record
	children []*twin
	path     [2]string // on each side, below its root
	same     Same
	note     string
}

func (t *twin) any() *syncer.Entry {
	if t.entry[syncer.Source] != nil {
		return t.entry[syncer.Source]
	}
	return t.entry[syncer.Destination]
}

func (t *twin) name() string      { return t.any().Name }
func (t *twin) kind() syncer.Kind { return t.any().Kind }

// comparison is what is below a folder on both sides.
type comparison struct {
	view syncer.View
	top  *twin
	link func(side syncer.Side, e *syncer.Entry) string
	// leftOut says why a rule keeps an item out.
	leftOut func(i syncer.Item) string
	// waits says why items wait or are left alone.
	waits map[syncer.RecordID]string
	// unseen says that a side was asked for, and is not there.
	unseen bool
	// found are the items of each side in the order of its listing, without the top.
	found [2][]*syncer.Entry
	byID  [2]map[string]*twin
}

// list reads one side.
func (c *comparison) list(ctx context.Context, side syncer.Side, in syncer.Reader, at syncer.Entry) error {
	c.byID[side] = map[string]*twin{}
	for e, err := range in.List(ctx, at, "") {
		if err != nil {
			return err
		}
		if c.top.entry[side] == nil {
			c.top.entry[side] = &e
			c.byID[side][e.ID] = c.top
			continue
		}
		c.found[side] = append(c.found[side], &e)
	}
	return nil
}

// join finds out what belongs together: by the Record that knows both, or else by place and name.
func (c *comparison) join(ctx context.Context) error {
	for _, side := range bothSides {
		for _, e := range c.found[side] {
			r, err := c.view.ByID(ctx, side, e.ID)
			known := err == nil
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			parent := c.byID[side][e.ParentID]
			if parent == nil {
				parent = c.top // its folder is out of scope
			}
			t := c.twin(side, e, parent, r, known)
			t.entry[side] = e
			c.byID[side][e.ID] = t
			if known {
				t.record = &r
			}
		}
	}
	c.judge(c.top, "")
	return nil
}

// twin returns the item of the other side that belongs to e, or a new one.
func (c *comparison) twin(side syncer.Side, e *syncer.Entry, parent *twin, r syncer.Record, known bool) *twin {
	if side == syncer.Destination {
		if known {
			if t := c.byID[syncer.Source][r.Source.ID]; t != nil {
				return t
			}
		}
		key := syncer.NameKey(e.Name)
		for _, t := range parent.children {
			if t.entry[side] == nil && t.record == nil && !known && t.kind() == e.Kind && syncer.NameKey(t.name()) == key {
				return t
			}
		}
	}
	t := &twin{}
	parent.children = append(parent.children, t)
	return t
}

// judge compares the sides of all that is below t, which is left out itself for a reason or is not.
func (c *comparison) judge(t *twin, out string) {
	for _, child := range t.children {
		why := out
		for _, side := range bothSides {
			if e := child.entry[side]; e != nil {
				child.path[side] = under(t.path[side], e.Name)
				why = cmp.Or(why, c.leftOut(syncer.Item{Side: side, Path: child.path[side], Entry: *e}))
			}
		}
		c.judge(child, why)
		child.compare()
		switch {
		case why != "":
			child.same, child.note = LeftOut, why
		case child.same != Equal && child.note == "" && child.record != nil:
			child.note = c.waits[child.record.ID]
		}
	}
}

func (t *twin) compare() {
	source, destination := t.entry[syncer.Source], t.entry[syncer.Destination]
	switch {
	case destination == nil:
		t.same, t.note = OnlyProcore, source.Skip
	case source == nil:
		t.same, t.note = OnlyBox, destination.Skip
	case t.renamed():
		t.same, t.note = NotEqual, "has another name or place in Box: "+destination.Name
	case source.Kind != syncer.File:
		t.same = Equal
	default:
		t.contents(source, destination)
	}
}

// renamed reports whether one side has been given a name that the other has not followed yet. Names that
// differ because one side cannot hold the other's are remembered in the Record.
func (t *twin) renamed() bool {
	if t.record == nil {
		return t.entry[syncer.Source].Name != t.entry[syncer.Destination].Name
	}
	for _, side := range bothSides {
		if t.record.Half(side).Name != t.entry[side].Name {
			return true
		}
	}
	return false
}

// contents compares two files: by hashes that both sides tell, or by what is remembered of when they were
// equal. What proves nothing is not called equal.
func (t *twin) contents(source, destination *syncer.Entry) {
	t.same = NotEqual
	r := t.record
	switch {
	case source.Digest.Comparable(destination.Digest):
		if source.Digest == destination.Digest {
			t.same = Equal
			return
		}
		t.note = "other contents"
	case r != nil && r.Source.Content == source.Content && r.Destination.Content == destination.Content && !r.Source.Behind && !r.Destination.Behind:
		t.same = Equal
	case source.Size != destination.Size && source.Size >= 0 && destination.Size >= 0:
		t.note = "other contents"
	default:
		t.note = "same size, not compared yet"
	}
}
