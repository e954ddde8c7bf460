package box

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// List implements syncer.Reader. It costs one call for at and one for each folder, and one more for
// every further thousand items in a folder. Several folders are read at a time, as far as the client's
// Pace allows; they are bulk calls there. What is in a folder comes in one run, but for its folders,
// each of which stands at the head of its own.
//
// A listing can go on behind each folder. It finds its place by the folders above, in the order of
// their numbers; if one of them has moved since, from is refused.
func (f *FileSystem) List(ctx context.Context, at syncer.Entry, from syncer.Token) iter.Seq2[syncer.Entry, error] {
	return func(yield func(syncer.Entry, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(syncer.Entry{}, err)
			return
		}
		kind, number, err := f.itemID(at.ID)
		if err != nil {
			yield(syncer.Entry{}, fmt.Errorf("list: %w", err))
			return
		}
		ctx, cancel := context.WithCancel(connect.WithClass(ctx, syncer.Bulk))
		defer cancel()
		item, err := f.client.getItem(ctx, kind, number)
		if err != nil {
			yield(syncer.Entry{}, fmt.Errorf("list %s %s: %w", kind, number, err))
			return
		}
		first := f.entry(item)
		if kind != TypeFolder {
			if from != "" {
				first, err = syncer.Entry{}, fmt.Errorf("list %s %s: there is nothing below it: %w", kind, number, syncer.ErrCursor)
			}
			yield(first, err)
			return
		}
		w := &walk{f: f, yield: yield, reads: newReads(ctx, f)}
		defer func() {
			cancel()
			w.reads.wait()
		}()
		if from == "" {
			w.folder(ctx, step{first, number, trail{number}})
		} else {
			w.resume(ctx, first, number, from)
		}
		w.rest(ctx)
	}
}

// walk is a listing under way. It goes through a folder, and then through the folders in it.
type walk struct {
	f     *FileSystem
	yield func(syncer.Entry, error) bool
	reads *reads
	over  bool
	held  *syncer.Entry // the last entry, until it is known whether more of its folder follows
	next  []step        // folders to go through, the next one last
}

// step is a folder to go through.
type step struct {
	entry  syncer.Entry
	number string
	trail  trail // the folders from the start down to this one
}

// rest goes through all folders that are left.
func (w *walk) rest(ctx context.Context) {
	for !w.over && len(w.next) > 0 {
		if err := ctx.Err(); err != nil {
			w.fail(err)
			return
		}
		w.reads.begin(w.next)
		last := len(w.next) - 1
		s := w.next[last]
		w.next = w.next[:last]
		w.folder(ctx, s)
	}
	w.flush("")
}

// folder tells of a folder and what is in it, and notes its folders for later.
func (w *walk) folder(ctx context.Context, s step) {
	pages := w.reads.pages(s.number)
	page, more := <-pages
	if more && unreadable(page.err) {
		s.entry.Err = page.err
		w.tell(s.entry)
		w.flush(s.trail.token())
		return
	}
	if more && page.err == nil {
		w.tell(s.entry)
	}
	var folders []step
	for ; more && !w.over; page, more = <-pages {
		if page.err != nil {
			w.fail(fmt.Errorf("list folder %s: %w", s.number, page.err))
			return
		}
		for _, item := range page.items {
			e := w.f.child(s.number, &item)
			if e.Kind != syncer.Folder {
				w.tell(e)
				continue
			}
			folders = append(folders, step{e, item.ID, s.trail.below(item.ID)})
		}
	}
	if err := ctx.Err(); err != nil {
		w.fail(err)
		return
	}
	w.flush(s.trail.token())
	w.later(folders)
}

// unreadable reports whether an error is about this one folder.
func unreadable(err error) bool {
	refusal, ok := errors.AsType[*Error](err)
	return ok && (refusal.Status == http.StatusForbidden || refusal.Status == http.StatusNotFound)
}

// tell holds an entry back until it is known whether more of its folder follows.
func (w *walk) tell(e syncer.Entry) {
	w.flush("")
	w.held = &e
}

// flush yields the entry that was held back. It is the last of its folder if from is set.
func (w *walk) flush(from syncer.Token) {
	if w.held == nil || w.over {
		return
	}
	e := *w.held
	w.held, e.Resume = nil, from
	w.over = !w.yield(e, nil)
}

func (w *walk) fail(err error) {
	w.flush("")
	if !w.over {
		w.over = true
		w.yield(syncer.Entry{}, err)
	}
}
