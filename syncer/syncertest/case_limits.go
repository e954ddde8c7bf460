package syncertest

import (
	"context"
	"io"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// modest is the largest body that the suite sends to find a limit.
const modest = 64 << 20

var limitCases = []promise{{
	"file at the size limit is taken, and one above it is refused",
	"Info.MaxSize is the limit: what is above it is ErrRefused, and is planned as a skip.",
	func(c *check) {
		c.needFiles()
		limit := c.info.MaxSize
		c.need(limit > 0, "side has no size limit")
		c.need(limit <= modest, "the size limit is too far to be tried")
		work := c.folder("work")
		made := c.file(work, "fits", strings.Repeat("x", int(limit)))
		_, err := c.fs.CreateFile(c.ctx, work, "larger"+c.ext(), c.content(strings.Repeat("x", int(limit)+1)))
		c.refused(err, "create a file above the size limit", syncer.ErrRefused)
		c.shown(work, made)
	},
}, {
	"accepted types are taken, and others are refused",
	"Info.Extensions are the only ones accepted: another is ErrRefused, and is planned as a skip.",
	func(c *check) {
		c.needFiles()
		c.need(len(c.info.Extensions) > 0, "side takes every type of file")
		work := c.folder("work")
		var made []syncer.Entry
		for _, ext := range c.info.Extensions {
			e, err := c.fs.CreateFile(c.ctx, work, "plan"+ext, c.content("x"))
			c.must(err, "create a file of type "+ext)
			made = append(made, e)
		}
		_, err := c.fs.CreateFile(c.ctx, work, "plan.neverheardof", c.content("x"))
		c.refused(err, "create a file of another type", syncer.ErrRefused)
		c.shown(work, made...)
	},
}, {
	"root that holds folders only refuses a file",
	"Info.FoldersOnlyAtRoot says so: a file in the root is ErrRefused, and is planned as a skip.",
	func(c *check) {
		c.needFiles()
		root := c.root()
		if c.info.FoldersOnlyAtRoot {
			_, err := c.fs.CreateFile(c.ctx, root, "plan"+c.ext(), c.content("x"))
			c.refused(err, "create a file in the root", syncer.ErrRefused)
			c.shown(root)
			return
		}
		c.shown(root, c.file(root, "plan", "x"))
	},
}, {
	"folders nest as deep as the side says",
	"Info.MaxDepth folders may stand inside each other: one more is ErrRefused, and is planned as a skip.",
	func(c *check) {
		c.needFolders()
		limit := c.info.MaxDepth
		c.need(limit > 0 && limit <= 100, "the depth of folders has no limit that can be tried")
		at, made := c.root(), []syncer.Entry(nil)
		for range limit {
			at = c.mkdir(at, "deeper")
			made = append(made, at)
		}
		_, err := c.fs.CreateFolder(c.ctx, at, "too deep")
		c.refused(err, "create a folder below the depth limit", syncer.ErrRefused)
		c.shown(syncer.Entry{ID: c.h.Root}, made...)
	},
}, {
	"what the side cannot do is refused",
	"A change that Info says a side cannot make has no effect, should it be asked for.",
	func(c *check) {
		work := c.folder("work")
		file, tried := c.file(work, "plan", "theirs"), false
		try := func(able bool, what string, call func() error) {
			if !able {
				tried = true
				err := call()
				c.expect(err != nil && syncer.NotDone(err), "%s, which Info says cannot be done: error is %w", what, err)
			}
		}
		try(c.info.File.Create, "create a file", func() error {
			_, err := c.fs.CreateFile(c.ctx, work, "new"+c.ext(), c.content("x"))
			return err
		})
		try(c.info.Folder.Create, "create a folder", func() error {
			_, err := c.fs.CreateFolder(c.ctx, c.root(), "new")
			return err
		})
		try(c.info.File.Update != syncer.UpdateNever, "update a file", func() error {
			_, err := c.fs.UpdateFile(c.ctx, file, c.content("x"))
			return err
		})
		try(c.info.File.Delete, "delete a file", func() error {
			_, err := c.fs.Delete(c.ctx, file)
			return err
		})
		if m, ok := c.fs.(syncer.Mover); ok {
			try(c.info.File.Rename, "rename a file", func() error {
				_, err := m.Move(c.ctx, file, work, "renamed"+c.ext())
				return err
			})
			try(c.info.Folder.Rename, "rename a folder", func() error {
				_, err := m.Move(c.ctx, work, c.root(), "renamed")
				return err
			})
		}
		c.need(tried, "side can do everything")
		c.shown(syncer.Entry{ID: c.h.Root}, work, file)
		c.holds(file, "theirs")
	},
}, {
	"item that somebody holds is not changed",
	"An item that somebody else holds is ErrLocked: it is tried again later, never forced.",
	func(c *check) {
		c.need(c.h.Colleague.Lock != nil, "nobody can lock an item")
		work := c.folder("work")
		file := c.file(work, "plan", "theirs")
		c.must(c.h.Colleague.Lock(c.ctx, file.ID), "lock")
		file = c.below(work)[file.ID]
		c.expect(file.Facts != nil && file.Facts.Locked != "", "locked file is listed as %+v", file)
		if c.info.File.Update != syncer.UpdateNever {
			_, err := c.fs.UpdateFile(c.ctx, file, c.content("ours"))
			c.refused(err, "update a locked file", syncer.ErrLocked)
		}
		if c.info.File.Delete {
			_, err := c.fs.Delete(c.ctx, file)
			c.refused(err, "delete a locked file", syncer.ErrLocked)
		}
		c.holds(file, "theirs")
	},
}}

// nasty are bodies that are not what the caller said of them.
var nasty = map[string]func(syncer.Content, string) syncer.Content{
	"is shorter than its size": func(c syncer.Content, body string) syncer.Content {
		c.Size++
		return c
	},
	"is shorter than its size, and has no digest": func(c syncer.Content, body string) syncer.Content {
		c.Size++
		c.Digest = ""
		return c
	},
	"has another digest": func(c syncer.Content, body string) syncer.Content {
		c.Digest = syncer.SHA1.Of([]byte("another body"))
		return c
	},
	"has another digest of another algorithm": func(c syncer.Content, body string) syncer.Content {
		c.Digest = syncer.SHA256.Of([]byte("another body"))
		return c
	},
	"breaks in the middle": func(c syncer.Content, body string) syncer.Content {
		c.Open = func(context.Context) (io.ReadCloser, error) { return broken(body), nil }
		return c
	},
	"breaks in the middle, and has no size or digest": func(c syncer.Content, body string) syncer.Content {
		c.Size, c.Digest = syncer.UnknownSize, ""
		c.Open = func(context.Context) (io.ReadCloser, error) { return broken(body), nil }
		return c
	},
	"cannot be opened": func(c syncer.Content, body string) syncer.Content {
		c.Open = func(context.Context) (io.ReadCloser, error) { return nil, errReset }
		return c
	},
}

// broken returns a body that ends in the middle with an error.
func broken(contents string) io.ReadCloser {
	return &body{contents: contents[:len(contents)/2], end: errReset}
}
