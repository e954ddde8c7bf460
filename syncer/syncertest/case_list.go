package syncertest

import (
	"io/fs"
	"reflect"

	"github.com/procorebox/procorebox/syncer"
)

var infoCases = []promise{{
	"info stays as it is",
	"Info never changes during the life of the value: the engine reads it once and plans by it.",
	func(c *check) {
		c.file(c.folder("work"), "plan", "one")
		c.expect(reflect.DeepEqual(c.info, c.fs.Info()), "Info was %+v and is %+v", c.info, c.fs.Info())
	},
}, {
	"abilities to rename and move come with Mover",
	"Rename and Move need Mover: an ability that no call can use makes plans that fail.",
	func(c *check) {
		able := c.info.File.Rename || c.info.File.Move || c.info.Folder.Rename || c.info.Folder.Move
		c.need(able, "side neither renames nor moves")
		_, ok := c.fs.(syncer.Mover)
		c.expect(ok, "Info says that items can be renamed or moved, but there is no Mover")
	},
}, {
	"reusable IDs come with a birth",
	"Entry.Birth tells two uses of one ID apart, also when an Entry is handed back: without it a new item passes for the old one.",
	func(c *check) {
		c.need(c.info.ReusableIDs, "IDs are never used again")
		work := c.folder("work")
		first := c.file(work, "first", "one")
		c.expect(first.Birth != "" && work.Birth != "", "entries carry no Birth")
		c.need(c.info.File.Delete, "side deletes no files")
		_, err := c.fs.Delete(c.ctx, first)
		c.must(err, "delete")
		second := c.file(work, "second", "two")
		c.expect(second.ID != first.ID || second.Birth != first.Birth, "two items have one ID and one Birth")
		_, err = c.fs.Delete(c.ctx, first)
		c.refused(err, "delete the first item once more", missing...)
		c.shown(work, second)
	},
}}

var listCases = []promise{{
	"listing begins with the item it was asked for",
	"List yields at first, freshly read: the engine learns from it that the root is still there.",
	func(c *check) {
		work := c.folder("work")
		c.file(work, "plan", "one")
		c.same("first entry", c.list(syncer.Entry{ID: work.ID})[0], work)
		root := c.list(syncer.Entry{ID: c.h.Root})[0]
		c.same("root by its ID", c.list(syncer.Entry{ID: root.ID})[0], root)
		c.expect(root.Kind == syncer.Folder && root.ID != "", "root is listed as %+v", root)
		c.expect(work.ParentID == root.ID, "folder in the root has the parent %q, the root the ID %q", work.ParentID, root.ID)
	},
}, {
	"listing of a file yields that file only",
	"List yields at first and then what is below it, and nothing is below a file.",
	func(c *check) {
		file := c.file(c.folder("work"), "plan", "one")
		got := c.list(file)
		c.same("first entry", got[0], file)
		c.expect(len(got) == 1, "%d entries", len(got))
	},
}, {
	"listing shows each item once, and folders before what they hold",
	"List yields everything below at, each folder before its contents; a repeated or missing item is a change that nobody made.",
	func(c *check) {
		work := c.folder("work")
		want := []syncer.Entry{work}
		for _, name := range []string{"a", "b", "c"} {
			want = append(want, c.file(work, name, name))
		}
		if c.info.MaxDepth != 1 {
			one := c.mkdir(work, "one")
			want = append(want, one, c.mkdir(work, "two"), c.file(one, "deep", "deep"))
		}
		other := c.folder("other")
		want = append(want, other, c.file(other, "a", "elsewhere"))
		seen := map[string]bool{}
		for i, e := range c.list(syncer.Entry{ID: c.h.Root}) {
			c.expect(!seen[e.ID], "%s %q (%s) is listed twice", e.Kind, e.Name, e.ID)
			c.expect(i == 0 || seen[e.ParentID], "%s %q comes before the folder that holds it", e.Kind, e.Name)
			seen[e.ID] = true
		}
		c.shown(syncer.Entry{ID: c.h.Root}, want...)
	},
}, {
	"listing tells the truth about contents",
	"Size, Digest and Content decide without a download; folders have no Content.",
	func(c *check) {
		work := c.folder("work")
		made := c.file(work, "plan", "some bytes")
		file := c.below(work)[made.ID]
		c.expect(work.Content == "", "folder has the content version %q", work.Content)
		c.expect(file.Kind == syncer.File && file.Content != "", "file is listed as %+v", file)
		if file.Size != syncer.UnknownSize {
			c.expect(file.Size == 10, "file of 10 bytes has the size %d", file.Size)
			c.expect(file.Digest == c.info.Digest.Of([]byte("some bytes")), "digest is %q", file.Digest)
		}
		if c.info.Guards != (syncer.Guards{}) {
			c.expect(file.Guard != "" && work.Guard != "", "side guards calls, but entries carry no Guard")
		}
	},
}, {
	"folder that cannot be read is listed with the reason",
	"Unreadable folders are yielded with Err set, and the listing goes on: what is in them is unseen, not gone.",
	func(c *check) {
		c.need(c.h.Colleague.Bar != nil, "nobody can make a folder unreadable")
		barred, open := c.folder("barred"), c.folder("open")
		c.file(barred, "unseen", "one")
		seen := c.file(open, "seen", "two")
		c.must(c.h.Colleague.Bar(c.ctx, barred.ID), "bar")
		got := c.below(syncer.Entry{ID: c.h.Root})
		c.expect(got[barred.ID].Err != nil, "unreadable folder is listed as %+v", got[barred.ID])
		c.expect(len(got) == 3 && got[seen.ID].ID != "", "%d entries, not the 2 folders and the file in the other one", len(got))
	},
}, {
	"item that cannot be synced is listed with the reason",
	"Items that cannot be synced are yielded with Skip set; one that is left out blocks nothing and is lost.",
	func(c *check) {
		c.need(c.h.Colleague.Other != nil, "nobody can make such an item")
		work := c.folder("work")
		id, err := c.h.Colleague.Other(c.ctx, work.ID, "link")
		c.must(err, "make a link")
		e, ok := c.below(work)[id]
		c.expect(ok && e.Skip != "" && e.Kind == syncer.Other, "link is listed as %+v", e)
	},
}, {
	"listing of what is not there is fs.ErrNotExist",
	"If at is not visible the error wraps fs.ErrNotExist: an empty listing would look as if all had been deleted.",
	func(c *check) {
		for e, err := range c.fs.List(c.ctx, c.gone(), "") {
			c.wrong(err, "list a deleted folder", fs.ErrNotExist)
			c.expect(e.ID == "", "listing yields %+v", e)
		}
	},
}, {
	"listing may be left at any time",
	"A listing is an iterator: a run that stops early leaves nothing behind.",
	func(c *check) {
		work := c.folder("work")
		file := c.file(work, "plan", "one")
		for range c.fs.List(c.ctx, work, "") {
			break
		}
		c.shown(work, file)
	},
}}

var resumeCases = []promise{{
	"listing goes on behind the entry it is resumed from",
	"A listing from Entry.Resume yields at first and then what came after that entry; a scan of days survives restarts.",
	func(c *check) {
		work := c.folder("work")
		for i := range 12 {
			c.file(work, string(rune('a'+i)), "x")
		}
		if c.info.MaxDepth != 1 {
			for _, name := range []string{"one", "two"} {
				dir := c.mkdir(work, name)
				c.file(dir, "deep", "x")
				if c.info.MaxDepth == 0 || c.info.MaxDepth > 2 {
					c.file(c.mkdir(dir, "deeper"), "deepest", "x")
				}
			}
		}
		all, resumed := c.list(work), false
		for i, from := range all {
			if from.Resume == "" {
				continue
			}
			resumed = true
			var got []syncer.Entry
			for e, err := range c.fs.List(c.ctx, work, from.Resume) {
				c.must(err, "resume")
				got = append(got, e)
			}
			want := append([]syncer.Entry{all[0]}, all[i+1:]...)
			c.expect(len(got) == len(want), "resumed behind entry %d of %d: %d entries, not %d", i, len(all), len(got), len(want))
			for j := range min(len(got), len(want)) {
				c.same("resumed listing", got[j], want[j])
			}
		}
		c.need(resumed, "no entry of a short listing can be resumed from")
	},
}, {
	"listing refuses a token that it did not give",
	"A refused from is an error that wraps ErrCursor: a guess at the place would leave items out.",
	func(c *check) {
		var last error
		work := c.folder("work")
		c.settled()
		for _, err := range c.fs.List(c.ctx, work, "no such token") {
			last = err
		}
		c.wrong(last, "list from a foreign token", syncer.ErrCursor)
	},
}}
