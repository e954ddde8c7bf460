package syncertest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// check is what a case of the suite works with. Its methods end the case when what they need fails;
// they are called on the case's own goroutine only.
type check struct {
	ctx  context.Context
	h    *Harness
	fs   syncer.FileSystem
	info syncer.Info
	errs []error
	// tries counts the folders that name cases made.
	tries int
}

// fail notes what is wrong and goes on.
func (c *check) fail(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf(format, args...))
}

// halt notes what is wrong and ends the case.
func (c *check) halt(format string, args ...any) {
	c.fail(format, args...)
	panic(stop{})
}

// need skips the case unless ok.
func (c *check) need(ok bool, why string) {
	if !ok {
		panic(stop{skip: why})
	}
}

// must ends the case if err is not nil.
func (c *check) must(err error, what string) {
	if err != nil {
		c.halt("%s: %w", what, err)
	}
}

// expect notes a failure unless ok.
func (c *check) expect(ok bool, format string, args ...any) {
	if !ok {
		c.fail(format, args...)
	}
}

// refused notes a failure unless a write failed with one of the sentinels, by which the engine
// knows that it had no effect.
func (c *check) refused(err error, what string, sentinels ...error) {
	c.wrong(err, what, sentinels...)
	if err != nil {
		c.expect(syncer.NotDone(err), "%s: syncer.NotDone is false for %w", what, err)
	}
}

// wrong notes a failure unless err matches one of the sentinels.
func (c *check) wrong(err error, what string, sentinels ...error) {
	if err == nil {
		c.fail("%s: no error", what)
		return
	}
	for _, s := range sentinels {
		if errors.Is(err, s) {
			return
		}
	}
	c.fail("%s: error is %w, not one of %v", what, err, sentinels)
}

// settled waits until reads show what was written.
func (c *check) settled() {
	if c.h.Settled != nil {
		c.must(c.h.Settled(c.ctx), "settle")
	}
}

// root returns the root as a listing shows it.
func (c *check) root() syncer.Entry {
	for e, err := range c.fs.List(c.ctx, syncer.Entry{ID: c.h.Root}, "") {
		c.must(err, "list the root")
		return e
	}
	c.halt("listing of the root yields nothing")
	return syncer.Entry{}
}

// folder makes a folder in the root, where both kinds of items may stand.
func (c *check) folder(name string) syncer.Entry { return c.mkdir(c.root(), name) }

// mkdir makes a folder, by a colleague's hand if the side cannot.
func (c *check) mkdir(parent syncer.Entry, name string) syncer.Entry {
	if c.info.Folder.Create {
		e, err := c.fs.CreateFolder(c.ctx, parent, name)
		c.must(err, "create folder "+name)
		return e
	}
	c.need(c.h.Colleague.Folder != nil, "side creates no folders, and no colleague does")
	id, err := c.h.Colleague.Folder(c.ctx, parent.ID, name)
	c.must(err, "colleague creates folder "+name)
	return c.entry(id)
}

// nested makes a folder inside a folder of the root, if the side holds such.
func (c *check) nested(parent syncer.Entry, name string) syncer.Entry {
	c.need(c.info.MaxDepth != 1, "folders hold no folders on this side")
	return c.mkdir(parent, name)
}

// file makes a file, by a colleague's hand if the side cannot.
func (c *check) file(parent syncer.Entry, name, body string) syncer.Entry {
	name += c.ext()
	if c.info.File.Create {
		e, err := c.fs.CreateFile(c.ctx, parent, name, c.content(body))
		c.must(err, "create file "+name)
		return e
	}
	c.need(c.h.Colleague.File != nil, "side creates no files, and no colleague does")
	id, err := c.h.Colleague.File(c.ctx, parent.ID, name, body)
	c.must(err, "colleague creates file "+name)
	return c.entry(id)
}

// ext returns the extension that files need.
func (c *check) ext() string {
	if len(c.info.Extensions) > 0 {
		return c.info.Extensions[0]
	}
	return ".pdf"
}

// content wraps a body with size and digest, the digest in the side's own algorithm if it has one.
func (c *check) content(body string) syncer.Content {
	return syncer.Content{
		Size: int64(len(body)), Digest: c.info.Digest.Of([]byte(body)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil },
	}
}

// list returns everything from at down.
func (c *check) list(at syncer.Entry) []syncer.Entry {
	c.settled()
	var out []syncer.Entry
	for e, err := range c.fs.List(c.ctx, at, "") {
		c.must(err, "list")
		if len(out) > 0 && (slices.Contains(c.h.Fixed, e.ID) || slices.Contains(c.h.Fixed, e.ParentID)) {
			continue
		}
		out = append(out, e)
	}
	if len(out) == 0 {
		c.halt("listing of %q yields nothing, not even that item", at.ID)
	}
	return out
}

// below returns what a listing shows beneath at, by ID.
func (c *check) below(at syncer.Entry) map[string]syncer.Entry {
	out := map[string]syncer.Entry{}
	for _, e := range c.list(at)[1:] {
		out[e.ID] = e
	}
	return out
}

// entry returns the item with an ID as a listing of the root shows it.
func (c *check) entry(id string) syncer.Entry {
	e, ok := c.below(syncer.Entry{ID: c.h.Root})[id]
	if !ok {
		c.halt("listing does not show the item %q that was made", id)
	}
	return e
}

// same notes a failure unless two entries tell the same of one item.
func (c *check) same(what string, got, want syncer.Entry) {
	plain := func(e syncer.Entry) syncer.Entry {
		return syncer.Entry{
			ID: e.ID, ParentID: e.ParentID, Kind: e.Kind, Name: e.Name, Content: e.Content,
			Size: e.Size, Digest: e.Digest, Birth: e.Birth, Trashed: e.Trashed,
		}
	}
	c.expect(plain(got) == plain(want), "%s: %+v, not %+v", what, plain(got), plain(want))
}

// shown notes a failure unless exactly these entries stand beneath at.
func (c *check) shown(at syncer.Entry, want ...syncer.Entry) {
	got := c.below(at)
	for _, w := range want {
		if g, ok := got[w.ID]; ok {
			c.same("listing shows", g, w)
		} else {
			c.fail("listing lacks %s %q (%s)", w.Kind, w.Name, w.ID)
		}
		delete(got, w.ID)
	}
	for _, g := range got {
		c.fail("listing shows %s %q (%s) that should not be there", g.Kind, g.Name, g.ID)
	}
}

// read returns the contents of a file.
func (c *check) read(e syncer.Entry) string {
	r, err := c.fs.Open(c.ctx, e)
	c.must(err, "open "+e.Name)
	body, err := io.ReadAll(r)
	c.must(errors.Join(err, r.Close()), "read "+e.Name)
	return string(body)
}

// holds notes a failure unless a file has these contents. A rendered body, whose size is not known,
// is never twice the same and only has to be readable.
func (c *check) holds(e syncer.Entry, body string) {
	if got := c.read(e); got != body && e.Size != syncer.UnknownSize {
		c.fail("%s holds %.60q (%d bytes), not %.60q (%d bytes)", e.Name, got, len(got), body, len(body))
	}
}

// gone returns a folder that is no longer there.
func (c *check) gone() syncer.Entry {
	c.need(c.info.Folder.Delete, "side deletes no folders")
	e := c.folder("gone")
	_, err := c.fs.Delete(c.ctx, e)
	c.must(err, "delete an empty folder")
	c.settled()
	return e
}

// missing are the answers for an item that is not there any more.
var missing = []error{fs.ErrNotExist, syncer.ErrStale}
