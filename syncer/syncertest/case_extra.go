package syncertest

import (
	"errors"
	"io"
	"io/fs"
	"slices"

	"github.com/procorebox/procorebox/syncer"
)

var versionCases = []promise{{
	"versions are listed newest first, and can be read and promoted",
	"Versions lists the versions of a file, newest first, opens one, and makes one current again.",
	func(c *check) {
		v, ok := c.fs.(syncer.Versions)
		c.need(ok, "side has no Versions")
		c.need(c.info.File.Update == syncer.UpdateInPlace, "side does not add versions")
		work := c.folder("work")
		first := c.file(work, "plan", "first")
		second, err := c.fs.UpdateFile(c.ctx, first, c.content("second"))
		c.must(err, "update")
		c.settled()
		var all []syncer.Version
		for one, err := range v.Versions(c.ctx, second) {
			c.must(err, "list versions")
			all = append(all, one)
		}
		c.need(len(all) != 1, "side keeps no earlier versions")
		if len(all) != 2 || all[0].Content != second.Content || all[1].Content != first.Content {
			c.halt("versions are %+v", all)
		}
		r, err := v.OpenVersion(c.ctx, second, all[1])
		c.must(err, "open the first version")
		body, err := io.ReadAll(r)
		c.must(errors.Join(err, r.Close()), "read the first version")
		c.expect(string(body) == "first" || second.Size == syncer.UnknownSize, "first version holds %q", body)
		now, err := v.Promote(c.ctx, second, all[1])
		c.must(err, "promote the first version")
		c.expect(now.ID == first.ID && now.Content != second.Content, "promoted file is %+v", now)
		c.holds(now, "first")
		c.shown(work, now)
	},
}, {
	"copy is a file of its own",
	"Copy makes a new file with the bytes of another, and never replaces.",
	func(c *check) {
		cp, ok := c.fs.(syncer.Copier)
		c.need(ok, "side has no Copier")
		c.needFiles()
		work := c.folder("work")
		old := c.file(work, "plan", "bytes")
		made, err := cp.Copy(c.ctx, old, work, "copy"+c.ext())
		c.must(err, "copy")
		c.expect(made.ID != old.ID && made.Name == "copy"+c.ext(), "copy is %+v", made)
		c.holds(made, "bytes")
		c.shown(work, old, made)
		if !c.info.Names.Unique.Twins(syncer.File) {
			_, err = cp.Copy(c.ctx, old, work, made.Name)
			c.refused(err, "copy onto a file", fs.ErrExist)
			c.shown(work, old, made)
		}
	},
}}

var feedCases = []promise{{
	"change after a position is reported from it",
	"Now returns a position such that every later change is reported by Changes from it.",
	func(c *check) {
		f := c.feed()
		work := c.folder("work")
		file := c.file(work, "plan", "first")
		c.settled()
		report := func(what, id string, change func() error) {
			from, err := f.Now(c.ctx)
			c.must(err, "now")
			c.must(change(), what)
			c.settled()
			hints, _ := c.hints(f, from)
			c.expect(slices.ContainsFunc(hints, func(h syncer.Hint) bool { return h.ID == id || h.Full }), "%s: no hint for it among %d", what, len(hints))
		}
		if c.info.File.Update == syncer.UpdateInPlace {
			report("update", file.ID, func() (err error) {
				file, err = c.fs.UpdateFile(c.ctx, file, c.content("second"))
				return err
			})
		}
		if m, ok := c.fs.(syncer.Mover); ok && c.info.File.Rename {
			report("rename", file.ID, func() (err error) {
				file, err = m.Move(c.ctx, file, work, "renamed"+c.ext())
				return err
			})
		}
		if c.info.File.Delete {
			report("delete", file.ID, func() error {
				_, err := c.fs.Delete(c.ctx, file)
				return err
			})
		}
	},
}, {
	"new item is reported with the folders that hold it",
	"Hint.Within names the folders that held the item, innermost first and complete, or nothing: by it hints of other roots cost no call.",
	func(c *check) {
		f := c.feed()
		work := c.folder("work")
		c.settled()
		from, err := f.Now(c.ctx)
		c.must(err, "now")
		file := c.file(work, "plan", "bytes")
		c.settled()
		hints, _ := c.hints(f, from)
		for _, h := range hints {
			if h.ID == file.ID && len(h.Within) > 0 {
				c.expect(h.Within[0] == work.ID && slices.Contains(h.Within, work.ParentID), "hint of a file in %q, which is in %q, says %q", work.ID, work.ParentID, h.Within)
			}
		}
		c.expect(slices.ContainsFunc(hints, func(h syncer.Hint) bool { return h.ID == file.ID || h.Full }), "no hint for a new file among %d", len(hints))
	},
}, {
	"hint tells a token only of the state that has it",
	"Hint.Guard, when not empty, is the token that the item got by the change: whoever knows the item as it was before does not take the hint for old news.",
	func(c *check) {
		f := c.feed()
		work := c.folder("work")
		file := c.file(work, "plan", "first")
		c.settled()
		report := func(what string, change func() error) {
			known := file
			from, err := f.Now(c.ctx)
			c.must(err, "now")
			c.must(change(), what)
			c.settled()
			hints, _ := c.hints(f, from)
			news := func(h syncer.Hint) bool {
				return h.ID == file.ID && (h.Guard == "" || h.Guard != known.Guard) || h.Full
			}
			c.expect(slices.ContainsFunc(hints, news), "%s: each hint has the token %q of before", what, known.Guard)
		}
		if c.info.File.Update == syncer.UpdateInPlace {
			report("update", func() (err error) {
				file, err = c.fs.UpdateFile(c.ctx, file, c.content("second"))
				return err
			})
		}
		if m, ok := c.fs.(syncer.Mover); ok && c.info.File.Rename {
			report("rename", func() (err error) {
				file, err = m.Move(c.ctx, file, work, "renamed"+c.ext())
				return err
			})
		}
		if c.info.File.Delete {
			report("delete", func() error {
				_, err := c.fs.Delete(c.ctx, file)
				return err
			})
		}
	},
}, {
	"position can be read from again",
	"A crash before the cursor is stored reads the same position twice, and finds the same hints.",
	func(c *check) {
		f := c.feed()
		from, err := f.Now(c.ctx)
		c.must(err, "now")
		work := c.folder("work")
		c.settled()
		for range 2 {
			hints, next := c.hints(f, from)
			c.expect(slices.ContainsFunc(hints, func(h syncer.Hint) bool { return h.ID == work.ID || h.Full }), "no hint for a new folder")
			_, _, _, err = f.Changes(c.ctx, next)
			c.must(err, "read from the position after the hints")
		}
	},
}, {
	"position that the feed does not know is refused",
	"A position that is not valid is an error that wraps ErrCursor: a full scan follows, and nothing is lost.",
	func(c *check) {
		_, _, _, err := c.feed().Changes(c.ctx, "no such cursor")
		c.wrong(err, "changes from a foreign cursor", syncer.ErrCursor)
	},
}}

func (c *check) feed() syncer.Feed {
	f, ok := c.fs.(syncer.Feed)
	c.need(ok, "side has no Feed")
	return f
}

// hints reads a feed to its end.
func (c *check) hints(f syncer.Feed, from syncer.Cursor) ([]syncer.Hint, syncer.Cursor) {
	var all []syncer.Hint
	for range 1000 {
		hints, next, more, err := f.Changes(c.ctx, from)
		c.must(err, "changes")
		all, from = append(all, hints...), next
		if !more {
			return all, from
		}
	}
	c.halt("feed has more after 1000 calls")
	return nil, ""
}
