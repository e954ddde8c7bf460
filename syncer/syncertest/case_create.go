package syncertest

import (
	"io/fs"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

func (c *check) needFiles()   { c.need(c.info.File.Create, "side creates no files") }
func (c *check) needFolders() { c.need(c.info.Folder.Create, "side creates no folders") }

var createCases = []promise{{
	"created folder is there and empty",
	"CreateFolder makes an empty folder and returns the Entry that is there afterwards.",
	func(c *check) {
		c.needFolders()
		made := c.folder("made")
		c.expect(made.Kind == syncer.Folder && made.Name == "made", "returned entry is %+v", made)
		c.shown(syncer.Entry{ID: c.h.Root}, made)
	},
}, {
	"created file is there with its bytes",
	"CreateFile makes a file with the contents of c and returns the Entry that is there afterwards.",
	func(c *check) {
		c.needFiles()
		work := c.folder("work")
		body := strings.Repeat("all bytes \x00\xff\r\n", 5000)
		if c.info.MaxSize > 0 {
			body = body[:min(len(body), int(c.info.MaxSize))]
		}
		made := c.file(work, "made", body)
		c.expect(made.Name == "made"+c.ext() && made.ParentID == work.ID, "returned entry is %+v", made)
		c.holds(made, body)
		c.shown(work, made)
	},
}, {
	"our own writes are told apart",
	"Info.Account is what Facts.Author says of our own writes: by it a lost reply is recognised, and an echo is not taken for an edit.",
	func(c *check) {
		c.needFiles()
		c.need(c.info.Account != "", "service does not tell who wrote a file")
		work := c.folder("work")
		made := c.file(work, "made", "ours")
		for _, e := range []syncer.Entry{made, c.below(work)[made.ID]} {
			c.expect(e.Facts != nil && e.Facts.Author == c.info.Account, "author of our own file is told by %+v", e.Facts)
		}
		if c.h.Colleague.Edit != nil {
			now := c.edit(made, "theirs")
			c.expect(now.Facts == nil || now.Facts.Author != c.info.Account, "a colleague's edit passes for ours")
		}
	},
}, {
	"empty file is a file",
	"A file of zero bytes is a file like any other.",
	func(c *check) {
		c.needFiles()
		work := c.folder("work")
		made := c.file(work, "empty", "")
		c.holds(made, "")
		c.shown(work, made)
	},
}, {
	"file of unknown size and digest is stored whole",
	"Content.Size is UnknownSize and Content.Digest is empty if they are not known.",
	func(c *check) {
		c.needFiles()
		work := c.folder("work")
		content := c.content("never measured")
		content.Size, content.Digest = syncer.UnknownSize, ""
		made, err := c.fs.CreateFile(c.ctx, work, "made"+c.ext(), content)
		c.must(err, "create a file of unknown size")
		c.holds(made, "never measured")
		c.shown(work, made)
	},
}, {
	"file never replaces a file",
	"CreateFile never replaces: where names are unique a taken one is fs.ErrExist, where they are not a second item is made.",
	func(c *check) {
		c.needFiles()
		work := c.folder("work")
		old := c.file(work, "plan", "theirs")
		made, err := c.fs.CreateFile(c.ctx, work, "plan"+c.ext(), c.content("ours"))
		c.beside(work, old, syncer.File, made, err)
		c.holds(old, "theirs")
	},
}, {
	"folder never passes for a folder that was there",
	"CreateFolder never returns a folder that was there before: the engine would take it for its own.",
	func(c *check) {
		c.needFolders()
		work := c.folder("work")
		made, err := c.fs.CreateFolder(c.ctx, c.root(), "work")
		c.beside(syncer.Entry{ID: c.h.Root}, work, syncer.Folder, made, err)
	},
}, {
	"file never replaces a folder",
	"If the name is taken CreateFile fails with fs.ErrExist, whatever has the name.",
	func(c *check) {
		c.needFiles()
		work := c.folder("work")
		old := c.nested(work, "plan"+c.ext())
		made, err := c.fs.CreateFile(c.ctx, work, "plan"+c.ext(), c.content("ours"))
		c.beside(work, old, syncer.File, made, err)
	},
}, {
	"folder never replaces a file",
	"If the name is taken CreateFolder fails with fs.ErrExist and changes nothing, whatever has the name.",
	func(c *check) {
		c.needFolders()
		c.need(c.info.MaxDepth != 1, "folders hold no folders on this side")
		work := c.folder("work")
		old := c.file(work, "plan", "theirs")
		made, err := c.fs.CreateFolder(c.ctx, work, "plan"+c.ext())
		c.beside(work, old, syncer.Folder, made, err)
		c.holds(old, "theirs")
	},
}, {
	"names clash as the side says",
	"Names.Unique says which names a folder refuses to hold side by side: wrongly folded, twins get needless tags; wrongly exact, plans fail.",
	func(c *check) {
		c.needFiles()
		for _, twins := range [][2]string{{"plan", "PLAN"}, {"caf\u00e9", "cafe\u0301"}} {
			work := c.folder(twins[0] + " and twin")
			old := c.file(work, twins[0], "theirs")
			name := twins[1] + c.ext()
			if old.Name != twins[0]+c.ext() || c.info.Names.Check(name) != nil {
				continue // stored in another form, so that the two are not twins here
			}
			made, err := c.fs.CreateFile(c.ctx, work, name, c.content("ours"))
			if err == nil && made.Name != name {
				continue
			}
			if c.clash(old, name) || err != nil {
				c.refusedUnless(old, name, err)
				c.shown(work, old)
				continue
			}
			c.shown(work, old, made)
		}
	},
}, {
	"nothing is created in a folder that is gone",
	"A parent that is not visible is fs.ErrNotExist: a service that makes parents up revives deleted folders.",
	func(c *check) {
		gone := c.gone()
		if c.info.File.Create {
			_, err := c.fs.CreateFile(c.ctx, gone, "orphan"+c.ext(), c.content("x"))
			c.refused(err, "create a file in a deleted folder", fs.ErrNotExist)
		}
		if c.info.Folder.Create && c.info.MaxDepth != 1 {
			_, err := c.fs.CreateFolder(c.ctx, gone, "orphan")
			c.refused(err, "create a folder in a deleted folder", fs.ErrNotExist)
		}
		c.shown(syncer.Entry{ID: c.h.Root})
	},
}}

// refusedUnless judges the answer to a second name.
func (c *check) refusedUnless(old syncer.Entry, name string, err error) {
	if c.clash(old, name) {
		c.refused(err, "create "+name+" beside "+old.Name, fs.ErrExist)
		return
	}
	c.fail("create %q beside %q: the two do not clash by Names.Unique, but: %w", name, old.Name, err)
}

// clash reports whether a file of that name may not stand beside an item.
func (c *check) clash(old syncer.Entry, name string) bool {
	return c.info.Names.Unique.Clash(old.Name, old.Kind, name, syncer.File)
}

// beside judges what came of a second item of old's name.
func (c *check) beside(folder, old syncer.Entry, kind syncer.Kind, made syncer.Entry, err error) {
	if !c.info.Names.Unique.Clash(old.Name, old.Kind, old.Name, kind) {
		c.must(err, "create a second item of one name")
		c.expect(made.ID != old.ID, "the second item has the ID of the first")
		c.shown(folder, old, made)
		return
	}
	c.refused(err, "create what is there", fs.ErrExist)
	c.shown(folder, old)
}
