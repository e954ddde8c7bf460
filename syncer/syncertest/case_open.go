package syncertest

import (
	"errors"
	"io"
	"io/fs"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// cutting makes every body end early.
func cutting() Faults { return Faults{Rand: newRand(), Cut: 1} }

var openCases = []promise{{
	"contents that are no longer current are not opened",
	"Open fails with ErrStale if what file.Content names is not current: newer bytes under an old version would be recorded wrongly.",
	func(c *check) {
		work := c.folder("work")
		old := c.file(work, "plan", "first")
		c.edit(old, "second")
		r, err := c.fs.Open(c.ctx, old)
		if err == nil {
			_ = r.Close()
		}
		if c.info.File.Update == syncer.UpdateInPlace {
			c.wrong(err, "open the contents from before an edit", syncer.ErrStale)
		} else {
			c.wrong(err, "open the item from before an edit", missing...)
		}
	},
}, {
	"deleted file cannot be opened",
	"Open fails with fs.ErrNotExist if the file is not visible.",
	func(c *check) {
		c.need(c.info.File.Delete, "side deletes no files")
		old := c.file(c.folder("work"), "plan", "first")
		_, err := c.fs.Delete(c.ctx, old)
		c.must(err, "delete")
		r, err := c.fs.Open(c.ctx, old)
		if err == nil {
			_ = r.Close()
		}
		c.wrong(err, "open a deleted file", fs.ErrNotExist)
	},
}, {
	"each opening starts at the first byte",
	"Open reads the contents from the start, however far other readers of them have come.",
	func(c *check) {
		file := c.file(c.folder("work"), "plan", "the whole body")
		first, err := c.fs.Open(c.ctx, file)
		c.must(err, "open")
		_, err = io.ReadFull(first, make([]byte, 5))
		c.must(err, "read five bytes")
		c.holds(file, "the whole body")
		c.must(first.Close(), "close a body that was not read to its end")
		c.holds(file, "the whole body")
	},
}, {
	"body that was cut short ends with an error",
	"A body that was cut short ends with an error other than io.EOF: a short file must not pass for a whole one.",
	func(c *check) {
		c.need(c.h.Colleague.Cut != nil, "nobody can cut a body short")
		whole := strings.Repeat("x", 1000)
		file := c.file(c.folder("work"), "plan", whole)
		c.must(c.h.Colleague.Cut(c.ctx), "cut")
		r, err := c.fs.Open(c.ctx, file)
		if err != nil {
			return
		}
		body, err := io.ReadAll(r)
		err = errors.Join(err, r.Close())
		c.expect(err != nil || len(body) >= len(whole), "%d of %d bytes, and no error", len(body), len(whole))
	},
}}

var deleteCases = []promise{{
	"deleted file is gone from its folder",
	"Delete moves old to the service's trash, in which Look still finds it if Info.Trash says so, or removes it.",
	func(c *check) {
		c.need(c.info.File.Delete, "side deletes no files")
		work := c.folder("work")
		old, other := c.file(work, "plan", "first"), c.file(work, "other", "second")
		t, err := c.fs.Delete(c.ctx, old)
		c.must(err, "delete")
		c.shown(work, other)
		c.trashed(old, t)
	},
}, {
	"deleted folder is gone from its folder",
	"An empty folder is deleted like a file.",
	func(c *check) {
		c.need(c.info.Folder.Delete, "side deletes no folders")
		old := c.folder("old")
		t, err := c.fs.Delete(c.ctx, old)
		c.must(err, "delete")
		c.shown(syncer.Entry{ID: c.h.Root})
		c.trashed(old, t)
	},
}, {
	"folder that holds anything is not deleted",
	"A folder that holds anything is refused with fs.ErrExist: what nobody planned to delete must not go with it.",
	func(c *check) {
		c.need(c.info.Folder.Delete, "side deletes no folders")
		work := c.folder("work")
		file := c.file(work, "plan", "first")
		_, err := c.fs.Delete(c.ctx, work)
		c.refused(err, "delete a folder that holds a file", fs.ErrExist)
		c.shown(syncer.Entry{ID: c.h.Root}, work, file)
		if c.info.MaxDepth != 1 {
			full := c.folder("full")
			inner := c.mkdir(full, "inner")
			_, err = c.fs.Delete(c.ctx, full)
			c.refused(err, "delete a folder that holds a folder", fs.ErrExist)
			c.shown(syncer.Entry{ID: c.h.Root}, work, file, full, inner)
		}
	},
}, {
	"delete does not take what the caller has not seen",
	"Where Info.Guards.Delete is set Delete fails with ErrStale if old is not current: a colleague's edit beats a delete.",
	func(c *check) {
		c.need(c.info.File.Delete, "side deletes no files")
		c.need(c.info.Guards.Delete, "side does not guard deletes")
		work := c.folder("work")
		old := c.file(work, "plan", "first")
		now := c.edit(old, "second")
		_, err := c.fs.Delete(c.ctx, old)
		c.stale(err, "delete from before an edit")
		c.shown(work, now)
		c.holds(now, "second")
	},
}, {
	"what is gone cannot be deleted again",
	"An item that is not visible is fs.ErrNotExist, so that a repeated delete does not count twice.",
	func(c *check) {
		c.need(c.info.File.Delete, "side deletes no files")
		old := c.file(c.folder("work"), "plan", "first")
		_, err := c.fs.Delete(c.ctx, old)
		c.must(err, "delete")
		_, err = c.fs.Delete(c.ctx, old)
		c.refused(err, "delete again", missing...)
	},
}}

// trashed judges what Look says of a deleted item.
func (c *check) trashed(old syncer.Entry, t syncer.Trashed) {
	l, ok := c.fs.(syncer.Looker)
	if !ok {
		return
	}
	got, err := l.Look(c.ctx, old.ID)
	if !c.info.Trash {
		c.wrong(err, "look at an item that was removed", fs.ErrNotExist)
		return
	}
	c.must(err, "look at an item in the trash")
	c.expect(got.Trashed && got.ID == old.ID && got.Kind == old.Kind, "item in the trash looks like %+v", got)
	if _, ok := c.fs.(syncer.Restorer); ok {
		c.expect(t.ID != "" || t.Handle != "", "Delete does not say where the item is in the trash")
	}
}
