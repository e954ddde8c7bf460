package syncertest

import (
	"io/fs"

	"github.com/procorebox/procorebox/syncer"
)

func (c *check) mover() syncer.Mover {
	m, ok := c.fs.(syncer.Mover)
	c.need(ok, "side has no Mover")
	return m
}

var moveCases = []promise{{
	"renamed file is the same file",
	"The ID stays, and so does Content: a rename moves no bytes and is no edit.",
	func(c *check) {
		m := c.mover()
		c.need(c.info.File.Rename, "side renames no files")
		work := c.folder("work")
		old := c.file(work, "old", "bytes")
		now, err := m.Move(c.ctx, old, work, "new"+c.ext())
		c.must(err, "rename")
		old.Name = "new" + c.ext()
		c.same("returned", now, old)
		c.holds(now, "bytes")
		c.shown(work, now)
	},
}, {
	"moved file is the same file",
	"The ID stays, and so does Content, also in another folder.",
	func(c *check) {
		m := c.mover()
		c.need(c.info.File.Move, "side moves no files")
		from, to := c.folder("from"), c.folder("to")
		old := c.file(from, "plan", "bytes")
		now, err := m.Move(c.ctx, old, to, old.Name)
		c.must(err, "move")
		old.ParentID = to.ID
		c.same("returned", now, old)
		c.holds(now, "bytes")
		c.shown(syncer.Entry{ID: c.h.Root}, from, to, now)
	},
}, {
	"renamed folder keeps what it holds",
	"One call renames a folder with everything in it.",
	func(c *check) {
		m := c.mover()
		c.need(c.info.Folder.Rename, "side renames no folders")
		old := c.folder("old")
		file := c.file(old, "plan", "bytes")
		now, err := m.Move(c.ctx, old, c.root(), "new")
		c.must(err, "rename")
		old.Name = "new"
		c.same("returned", now, old)
		c.shown(syncer.Entry{ID: c.h.Root}, now, file)
	},
}, {
	"moved folder keeps what it holds",
	"One call moves a folder with everything in it, and never into itself.",
	func(c *check) {
		m := c.mover()
		c.need(c.info.Folder.Move, "side moves no folders")
		to, old := c.folder("to"), c.folder("old")
		c.need(c.info.MaxDepth != 1, "folders hold no folders on this side")
		file := c.file(old, "plan", "bytes")
		now, err := m.Move(c.ctx, old, to, "old")
		c.must(err, "move")
		old.ParentID = to.ID
		c.same("returned", now, old)
		_, err = m.Move(c.ctx, to, now, "to")
		c.expect(err != nil, "folder was moved into itself")
		c.shown(syncer.Entry{ID: c.h.Root}, to, now, file)
	},
}, {
	"letters of a name can change case",
	"A rename that changes only the case of a name does not clash with the item itself.",
	func(c *check) {
		m := c.mover()
		c.need(c.info.File.Rename, "side renames no files")
		work := c.folder("work")
		now, err := m.Move(c.ctx, c.file(work, "plan", "bytes"), work, "PLAN"+c.ext())
		c.must(err, "rename plan to PLAN")
		c.expect(now.Name == "PLAN"+c.ext(), "name is %q", now.Name)
		c.shown(work, now)
	},
}, {
	"move never replaces what has the name",
	"A taken name is fs.ErrExist for Move, whatever has the name.",
	func(c *check) {
		m := c.mover()
		c.need(c.info.File.Rename || c.info.File.Move, "side neither renames nor moves files")
		c.need(!c.info.Names.Unique.Twins(syncer.File), "names are never taken on this side")
		work, to := c.folder("work"), c.folder("to")
		file, taken := c.file(work, "plan", "ours"), c.file(work, "taken", "theirs")
		there := c.file(to, "plan", "theirs too")
		if c.info.File.Rename {
			_, err := m.Move(c.ctx, file, work, taken.Name)
			c.refused(err, "rename onto a file", fs.ErrExist)
		}
		if c.info.File.Move {
			_, err := m.Move(c.ctx, file, to, there.Name)
			c.refused(err, "move onto a file", fs.ErrExist)
		}
		c.shown(syncer.Entry{ID: c.h.Root}, work, to, file, taken, there)
		c.holds(taken, "theirs")
		c.holds(there, "theirs too")
	},
}, {
	"move does not take what the caller has not seen",
	"Where Info.Guards says so Move fails with ErrStale if old is not current.",
	func(c *check) {
		m := c.mover()
		c.need(c.info.File.Rename, "side renames no files")
		c.need(c.info.Guards.Move || c.info.Guards.Rename, "side does not guard renames")
		work := c.folder("work")
		old := c.file(work, "plan", "first")
		now, err := m.Move(c.ctx, old, work, "theirs"+c.ext())
		c.must(err, "rename")
		_, err = m.Move(c.ctx, old, work, "ours"+c.ext())
		c.refused(err, "rename from before a rename", syncer.ErrStale)
		c.shown(work, now)
	},
}, {
	"nothing moves into a folder that is gone",
	"A parent that is not visible is fs.ErrNotExist for Move, and what is gone does not move.",
	func(c *check) {
		m := c.mover()
		c.need(c.info.File.Move, "side moves no files")
		work := c.folder("work")
		file, gone := c.file(work, "plan", "bytes"), c.gone()
		_, err := m.Move(c.ctx, file, gone, file.Name)
		c.refused(err, "move into a deleted folder", fs.ErrNotExist)
		c.shown(work, file)
		c.need(c.info.File.Delete, "side deletes no files")
		_, err = c.fs.Delete(c.ctx, file)
		c.must(err, "delete")
		_, err = m.Move(c.ctx, file, work, file.Name)
		c.refused(err, "move a deleted file", missing...)
		c.shown(work)
	},
}, {
	"item is not renamed to what the side cannot hold",
	"Names that Info.Names refuses are ErrName for Move too.",
	func(c *check) {
		m := c.mover()
		c.need(c.info.File.Rename, "side renames no files")
		work := c.folder("work")
		file := c.file(work, "plan", "bytes")
		for _, name := range []string{"", "..", "a/b" + c.ext()} {
			_, err := m.Move(c.ctx, file, work, name)
			c.refused(err, "rename to "+name, syncer.ErrName)
		}
		c.shown(work, file)
	},
}}
