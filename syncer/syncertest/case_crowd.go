package syncertest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"sync/atomic"

	"github.com/procorebox/procorebox/syncer"
)

var contextCases = []promise{{
	"cancelled context starts nothing",
	"A cancelled context starts nothing: a stopped run must not write, and must not open a body.",
	func(c *check) {
		work := c.folder("work")
		file := c.file(work, "plan", "theirs")
		ctx, cancel := context.WithCancel(c.ctx)
		cancel()
		content := c.content("ours")
		opened := atomic.Bool{}
		content.Open = func(context.Context) (io.ReadCloser, error) {
			opened.Store(true)
			return nil, errReset
		}
		for what, call := range c.calls(ctx, work, file, content) {
			err := call()
			ok := errors.Is(err, context.Canceled) || errors.Is(err, errors.ErrUnsupported)
			c.expect(ok, "%s: error is %w, not context.Canceled", what, err)
		}
		c.expect(!opened.Load(), "a body was opened")
		c.shown(syncer.Entry{ID: c.h.Root}, work, file)
		c.holds(file, "theirs")
	},
}, {
	"listing ends when its context is cancelled",
	"A cancelled context starts nothing: a listing that goes on tells so with an error, so that it is not taken for complete.",
	func(c *check) {
		work := c.folder("work")
		for _, name := range []string{"a", "b", "c"} {
			c.file(work, name, "x")
		}
		whole := len(c.list(work))
		ctx, cancel := context.WithCancel(c.ctx)
		defer cancel()
		seen, ended := 0, error(nil)
		for _, err := range c.fs.List(ctx, work, "") {
			if ended = err; err == nil {
				seen++
			}
			cancel()
		}
		c.expect(seen == whole || ended != nil, "%d of %d entries, and no error", seen, whole)
	},
}}

// calls returns every method that the file system has, by name.
func (c *check) calls(ctx context.Context, work, file syncer.Entry, content syncer.Content) map[string]func() error {
	calls := map[string]func() error{
		"List": func() error {
			for _, err := range c.fs.List(ctx, work, "") {
				return err
			}
			return nil
		},
		"Open":         func() error { _, err := c.fs.Open(ctx, file); return err },
		"CreateFolder": func() error { _, err := c.fs.CreateFolder(ctx, work, "new"); return err },
		"CreateFile":   func() error { _, err := c.fs.CreateFile(ctx, work, "new"+c.ext(), content); return err },
		"UpdateFile":   func() error { _, err := c.fs.UpdateFile(ctx, file, content); return err },
		"Delete":       func() error { _, err := c.fs.Delete(ctx, file); return err },
	}
	if m, ok := c.fs.(syncer.Mover); ok {
		calls["Move"] = func() error { _, err := m.Move(ctx, file, work, "new"+c.ext()); return err }
	}
	if l, ok := c.fs.(syncer.Looker); ok {
		calls["Look"] = func() error { _, err := l.Look(ctx, file.ID); return err }
	}
	if f, ok := c.fs.(syncer.Finder); ok {
		calls["Find"] = func() error { _, err := f.Find(ctx, work, "plan"); return err }
	}
	if r, ok := c.fs.(syncer.Restorer); ok {
		calls["Restore"] = func() error { _, err := r.Restore(ctx, syncer.Trashed{ID: file.ID}, work, "new"); return err }
	}
	if cp, ok := c.fs.(syncer.Copier); ok {
		calls["Copy"] = func() error { _, err := cp.Copy(ctx, file, work, "new"+c.ext()); return err }
	}
	if f, ok := c.fs.(syncer.Feed); ok {
		calls["Now"] = func() error { _, err := f.Now(ctx); return err }
		calls["Changes"] = func() error { _, _, _, err := f.Changes(ctx, ""); return err }
	}
	return calls
}

// crowd is how many goroutines act at once.
const crowd = 8

// together runs f in a crowd and returns what each got.
func together(f func(i int) (syncer.Entry, error)) ([]syncer.Entry, []error) {
	entries, errs := make([]syncer.Entry, crowd), make([]error, crowd)
	var group sync.WaitGroup
	for i := range crowd {
		group.Go(func() { entries[i], errs[i] = f(i) })
	}
	group.Wait()
	return entries, errs
}

var crowdCases = []promise{{
	"many goroutines may work at once",
	"All methods are safe for use by many goroutines.",
	func(c *check) {
		c.needFiles()
		work := c.folder("work")
		made, errs := together(func(i int) (syncer.Entry, error) {
			for range c.fs.List(c.ctx, work, "") {
				continue
			}
			e, err := c.fs.CreateFile(c.ctx, work, fmt.Sprintf("file-%d%s", i, c.ext()), c.content(fmt.Sprint("body ", i)))
			if err != nil {
				return e, err
			}
			r, err := c.fs.Open(c.ctx, e)
			if err != nil {
				return e, err
			}
			_, err = io.Copy(io.Discard, r)
			return e, errors.Join(err, r.Close())
		})
		c.must(errors.Join(errs...), "create and read at once")
		for i, e := range made {
			c.holds(e, fmt.Sprint("body ", i))
		}
		c.shown(work, made...)
	},
}, {
	"one of many creates of a name wins",
	"CreateFile never replaces, also if others create the name at the same time.",
	func(c *check) {
		c.needFiles()
		c.need(!c.info.Names.Unique.Twins(syncer.File), "names are never taken on this side")
		work := c.folder("work")
		made, errs := together(func(i int) (syncer.Entry, error) {
			return c.fs.CreateFile(c.ctx, work, "plan"+c.ext(), c.content(fmt.Sprint("body ", i)))
		})
		c.oneOf(work, made, errs, fs.ErrExist)
	},
}, {
	"one of many updates of a state wins",
	"Where Info.Guards.Update is set, an update succeeds only on the state it was made for, also if others write at the same time.",
	func(c *check) {
		c.needUpdates()
		c.need(c.info.Guards.Update, "side does not guard updates")
		work := c.folder("work")
		old := c.file(work, "plan", "first")
		made, errs := together(func(i int) (syncer.Entry, error) {
			return c.fs.UpdateFile(c.ctx, old, c.content(fmt.Sprint("body ", i)))
		})
		c.oneOf(work, made, errs, missing...)
	},
}}

// oneOf judges a race that exactly one wins.
func (c *check) oneOf(folder syncer.Entry, made []syncer.Entry, errs []error, sentinels ...error) {
	winners := 0
	for i, err := range errs {
		if err != nil {
			c.refused(err, "come too late", sentinels...)
			continue
		}
		winners++
		c.shown(folder, made[i])
		c.holds(made[i], fmt.Sprint("body ", i))
	}
	c.expect(winners == 1, "%d of %d succeeded", winners, len(errs))
}
