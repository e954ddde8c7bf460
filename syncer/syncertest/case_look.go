package syncertest

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

func (c *check) looker() syncer.Looker {
	l, ok := c.fs.(syncer.Looker)
	c.need(ok, "side has no Looker")
	return l
}

func (c *check) finder() syncer.Finder {
	f, ok := c.fs.(syncer.Finder)
	c.need(ok, "side has no Finder")
	return f
}

var lookCases = []promise{{
	"look shows what a listing shows",
	"Look reads one item by ID: the same facts as List, or the engine sees changes that are none.",
	func(c *check) {
		l := c.looker()
		work := c.folder("work")
		c.file(work, "plan", "bytes")
		for _, want := range c.list(work) {
			got, err := l.Look(c.ctx, want.ID)
			c.must(err, "look")
			c.same("look", got, want)
		}
	},
}, {
	"look follows an item to its new place",
	"Look finds an item wherever in the account it is: moved is not deleted.",
	func(c *check) {
		l := c.looker()
		if c.h.Elsewhere != "" {
			got, err := l.Look(c.ctx, c.h.Elsewhere)
			c.must(err, "look outside of the root")
			c.expect(got.ID == c.h.Elsewhere && !got.Trashed, "item elsewhere looks like %+v", got)
		}
		m := c.mover()
		c.need(c.info.File.Move, "side moves no files")
		from, to := c.folder("from"), c.folder("to")
		now, err := m.Move(c.ctx, c.file(from, "plan", "bytes"), to, "plan"+c.ext())
		c.must(err, "move")
		c.settled()
		got, err := l.Look(c.ctx, now.ID)
		c.must(err, "look")
		c.same("look", got, now)
	},
}, {
	"look at what is invisible is fs.ErrNotExist",
	"An item that is not visible is an error that wraps fs.ErrNotExist, never a made-up entry.",
	func(c *check) {
		l := c.looker()
		c.need(c.h.Colleague.Hide != nil, "nobody can hide an item")
		work := c.folder("work")
		file := c.file(work, "plan", "bytes")
		c.must(c.h.Colleague.Hide(c.ctx, file.ID), "hide")
		_, err := l.Look(c.ctx, file.ID)
		c.wrong(err, "look at a hidden file", fs.ErrNotExist)
		c.shown(work)
	},
}, {
	"find shows what stands under a name",
	"Find lists what stands directly in parent under names whose NameKey is key, and nothing else.",
	func(c *check) {
		f := c.finder()
		work := c.folder("Work")
		plan, other := c.file(work, "Plan \u00e9", "bytes"), c.file(work, "other", "bytes")
		if c.info.MaxDepth != 1 {
			c.file(c.mkdir(work, "inner"), "Plan \u00e9", "deeper")
		}
		c.found(f, work, plan.Name, plan)
		c.found(f, work, other.Name, other)
		c.found(f, c.root(), strings.ToUpper(work.Name), work) // some sides name what people make
		c.found(f, work, "nothing"+c.ext())
		c.found(f, work, "Pl")
	},
}, {
	"find shows all twins",
	"Find lists every item whose name has the Key, also where the service tells the names apart.",
	func(c *check) {
		f := c.finder()
		c.need(c.info.Names.Unique != syncer.UniqueFolded, "side holds no two names of one Key")
		work := c.folder("work")
		c.found(f, work, "PLAN"+c.ext(), c.file(work, "plan", "one"), c.file(work, "Plan", "two"))
	},
}, {
	"find in a folder that is gone is fs.ErrNotExist",
	"No entry and a nil error mean that parent is visible and holds none; fs.ErrNotExist means that parent is not visible.",
	func(c *check) {
		f := c.finder()
		got, err := f.Find(c.ctx, c.gone(), "plan")
		c.wrong(err, "find in a deleted folder", fs.ErrNotExist)
		c.expect(len(got) == 0, "found %+v", got)
		if r, ok := c.fs.(syncer.FolderReader); ok {
			_, err := r.ReadFolder(c.ctx, c.gone())
			c.wrong(err, "read a deleted folder", fs.ErrNotExist)
		}
	},
}}

func (c *check) found(f syncer.Finder, parent syncer.Entry, name string, want ...syncer.Entry) {
	c.settled()
	got, err := f.Find(c.ctx, parent, syncer.NameKey(name))
	c.must(err, "find "+name)
	c.these(got, name, want)
	r, ok := c.fs.(syncer.FolderReader)
	if !ok {
		return
	}
	all, err := r.ReadFolder(c.ctx, parent)
	c.must(err, "read the folder of "+name)
	c.these(slices.DeleteFunc(all, func(e syncer.Entry) bool { return syncer.NameKey(e.Name) != syncer.NameKey(name) }), name, want)
}

// these wants exactly these items under the key of a name.
func (c *check) these(got []syncer.Entry, name string, want []syncer.Entry) {
	c.expect(len(got) == len(want), "%d items found under the key of %q, not %d", len(got), name, len(want))
	for _, w := range want {
		i := slices.IndexFunc(got, func(e syncer.Entry) bool { return e.ID == w.ID })
		if i < 0 {
			c.fail("%q is not found under its key", name)
			continue
		}
		c.same("found", got[i], w)
	}
}

var restoreCases = []promise{{
	"item comes back out of the trash as itself",
	"Restore takes an item out of the trash, with its ID, into parent under name.",
	func(c *check) {
		r := c.restorer()
		work, to := c.folder("work"), c.folder("to")
		old := c.file(work, "plan", "bytes")
		t := c.remove(old)
		now, err := r.Restore(c.ctx, t, to, "back"+c.ext())
		c.must(err, "restore")
		c.expect(now.ID == old.ID && now.Name == "back"+c.ext() && now.ParentID == to.ID && !now.Trashed, "restored item is %+v", now)
		c.holds(now, "bytes")
		c.shown(syncer.Entry{ID: c.h.Root}, work, to, now)
	},
}, {
	"restore never replaces what has the name",
	"Restore fails with fs.ErrExist if the name is taken, and the item stays in the trash.",
	func(c *check) {
		r := c.restorer()
		c.need(!c.info.Names.Unique.Twins(syncer.File), "names are never taken on this side")
		work := c.folder("work")
		old := c.file(work, "plan", "old")
		t := c.remove(old)
		taken := c.file(work, "plan", "new")
		_, err := r.Restore(c.ctx, t, work, old.Name)
		c.refused(err, "restore under a taken name", fs.ErrExist)
		c.shown(work, taken)
		_, err = r.Restore(c.ctx, t, work, "other"+c.ext())
		c.must(err, "restore under a free name")
	},
}, {
	"what is not in the trash is not restored",
	"Restore fails with fs.ErrNotExist if the trash no longer holds the item.",
	func(c *check) {
		r := c.restorer()
		work := c.folder("work")
		old := c.file(work, "plan", "bytes")
		t := c.remove(old)
		now, err := r.Restore(c.ctx, t, work, old.Name)
		c.must(err, "restore")
		_, err = r.Restore(c.ctx, t, work, "again"+c.ext())
		c.refused(err, "restore what was restored", fs.ErrNotExist)
		c.shown(work, now)
	},
}}

func (c *check) restorer() syncer.Restorer {
	r, ok := c.fs.(syncer.Restorer)
	c.need(ok, "side has no Restorer")
	c.need(c.info.Trash && c.info.File.Delete, "side deletes no files to a trash")
	return r
}

func (c *check) remove(old syncer.Entry) syncer.Trashed {
	t, err := c.fs.Delete(c.ctx, old)
	c.must(err, "delete")
	c.settled()
	return t
}
