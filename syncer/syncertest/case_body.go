package syncertest

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/procorebox/procorebox/syncer"
)

var bodyCases = []promise{{
	"body that is not what was said becomes no file",
	"A body that ends early or with another digest than c.Digest must not become a file: half a drawing is worse than none.",
	func(c *check) {
		c.needFiles()
		work := c.folder("work")
		for _, what := range slices.Sorted(maps.Keys(nasty)) {
			_, err := c.fs.CreateFile(c.ctx, work, "made"+c.ext(), nasty[what](c.content("the body"), "the body"))
			c.expect(err != nil, "body that %s: no error", what)
			if got := c.below(work); len(got) != 0 {
				c.halt("body that %s: became %+v", what, got)
			}
		}
	},
}, {
	"body that is not what was said becomes no version",
	"A body that ends early or with another digest than c.Digest must not become the contents of a file.",
	func(c *check) {
		c.needUpdates()
		work := c.folder("work")
		old := c.file(work, "plan", "theirs")
		for _, what := range slices.Sorted(maps.Keys(nasty)) {
			_, err := c.fs.UpdateFile(c.ctx, old, nasty[what](c.content("the body"), "the body"))
			c.expect(err != nil, "body that %s: no error", what)
			if now := c.below(work)[old.ID]; now.Content != old.Content {
				c.halt("body that %s: became %+v", what, now)
			}
		}
		c.shown(work, old)
		c.holds(old, "theirs")
	},
}, {
	"body is opened afresh when its first reading breaks",
	"Content.Open may be called any number of times and starts at the first byte each time: a retry sends all, or nothing becomes a file.",
	func(c *check) {
		c.needFiles()
		work := c.folder("work")
		content, opened := c.content("the whole body"), atomic.Int32{}
		good := content.Open
		content.Open = func(ctx context.Context) (io.ReadCloser, error) {
			if opened.Add(1) == 1 {
				return broken("the whole body"), nil
			}
			return good(ctx)
		}
		made, err := c.fs.CreateFile(c.ctx, work, "made"+c.ext(), content)
		if err != nil {
			c.shown(work)
			return
		}
		c.holds(made, "the whole body")
		c.shown(work, made)
	},
}, {
	"body is read from a context that is cancelled under way",
	"A cancelled call leaves open whether it took place; what is there is whole, or not there.",
	func(c *check) {
		c.needFiles()
		work := c.folder("work")
		ctx, cancel := context.WithCancel(c.ctx)
		defer cancel()
		contents := strings.Repeat("x", 1000)
		content := c.content(contents)
		content.Open = func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader(contents[:500]), ending(cancel), strings.NewReader(contents[500:]))), nil
		}
		_, _ = c.fs.CreateFile(ctx, work, "made"+c.ext(), content)
		for _, e := range c.below(work) {
			c.holds(e, contents)
		}
	},
}}

// ending is an empty body that does something when it is reached.
type ending func()

func (e ending) Read([]byte) (int, error) {
	e()
	return 0, io.EOF
}

func (c *check) needUpdates() {
	c.need(c.info.File.Update != syncer.UpdateNever, "side never changes contents")
}

var updateCases = []promise{{
	"update gives a file new contents",
	"UpdateFile gives old the contents of c and returns the Entry that is there afterwards; Content changes whenever the bytes do.",
	func(c *check) {
		c.needUpdates()
		work := c.folder("work")
		old := c.file(work, "plan", "first")
		now, err := c.fs.UpdateFile(c.ctx, old, c.content("second!"))
		c.must(err, "update")
		c.expect(now.Stamp() != old.Stamp(), "ID and Content are what they were, but the bytes are not")
		c.expect(now.Name == old.Name && now.ParentID == old.ParentID, "file has become %+v", now)
		if c.info.File.Update == syncer.UpdateInPlace {
			c.expect(now.ID == old.ID, "update in place changed the ID from %q to %q", old.ID, now.ID)
			c.expect(now.Content != old.Content, "Content is still %q", now.Content)
		} else {
			c.expect(now.ID != old.ID, "update by replacement kept the ID")
		}
		c.holds(now, "second!")
		c.shown(work, now)
	},
}, {
	"entry that an update returns serves for the next one",
	"A connector is handed back the Entry it gave out: a write returns one that is current.",
	func(c *check) {
		c.needUpdates()
		work := c.folder("work")
		at := c.file(work, "plan", "0")
		for _, body := range []string{"one", "", "three"} {
			next, err := c.fs.UpdateFile(c.ctx, at, c.content(body))
			c.must(err, "update again")
			at = next
		}
		c.holds(at, "three")
		c.shown(work, at)
	},
}, {
	"update of unknown size and digest is stored whole",
	"Content.Size is UnknownSize and Content.Digest is empty if they are not known.",
	func(c *check) {
		c.needUpdates()
		work := c.folder("work")
		content := c.content("never measured")
		content.Size, content.Digest = syncer.UnknownSize, ""
		now, err := c.fs.UpdateFile(c.ctx, c.file(work, "plan", "first"), content)
		c.must(err, "update with a body of unknown size")
		c.holds(now, "never measured")
		c.shown(work, now)
	},
}, {
	"update does not overwrite what the caller has not seen",
	"Where Info.Guards.Update is set UpdateFile fails with ErrStale if old is not current: a colleague's edit is never lost.",
	func(c *check) {
		c.needUpdates()
		c.need(c.info.Guards.Update, "side does not guard updates")
		work := c.folder("work")
		old := c.file(work, "plan", "first")
		now := c.edit(old, "second")
		_, err := c.fs.UpdateFile(c.ctx, old, c.content("third"))
		c.stale(err, "update from before an edit")
		c.shown(work, now)
		c.holds(now, "second")
	},
}, {
	"update of a deleted file brings nothing back",
	"An item that is not visible is fs.ErrNotExist: an update that makes it up anew undoes a delete.",
	func(c *check) {
		c.needUpdates()
		c.need(c.info.File.Delete, "side deletes no files")
		work := c.folder("work")
		old := c.file(work, "plan", "first")
		_, err := c.fs.Delete(c.ctx, old)
		c.must(err, "delete")
		_, err = c.fs.UpdateFile(c.ctx, old, c.content("second"))
		c.refused(err, "update a deleted file", missing...)
		c.shown(work)
	},
}}

// edit changes a file behind the back of whoever holds the entry.
func (c *check) edit(old syncer.Entry, body string) syncer.Entry {
	if c.h.Colleague.Edit != nil {
		c.must(c.h.Colleague.Edit(c.ctx, old.ID, body), "colleague edits")
		for _, e := range c.below(c.root()) {
			if e.ParentID == old.ParentID && e.Name == old.Name {
				return e
			}
		}
		c.halt("listing lacks the file that a colleague edited")
	}
	c.needUpdates()
	now, err := c.fs.UpdateFile(c.ctx, old, c.content(body))
	c.must(err, "update")
	return now
}

// stale judges the answer to a guarded call. Where an edit makes a new item the old one is missing.
func (c *check) stale(err error, what string) {
	if c.info.File.Update == syncer.UpdateInPlace {
		c.refused(err, what, syncer.ErrStale)
		return
	}
	c.refused(err, what, missing...)
}
