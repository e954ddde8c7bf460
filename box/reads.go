package box

import (
	"context"
	"sync"
)

// reads are folders that are being read ahead of a walk. Each holds two pages at most, so that a walk
// that is slow does not fill the memory.
type reads struct {
	ctx  context.Context //nolint:containedctx // it lives as long as the walk
	f    *FileSystem
	open map[string]chan batch
	done sync.WaitGroup
}

// batch is some of what is in a folder, or why there is no more.
type batch struct {
	items []Item
	err   error
}

func newReads(ctx context.Context, f *FileSystem) *reads {
	return &reads{ctx: ctx, f: f, open: map[string]chan batch{}}
}

// begin starts to read the folders that come next, as many as are read at a time.
func (r *reads) begin(next []step) {
	for i := len(next) - 1; i >= 0 && len(r.open) < r.f.atOnce; i-- {
		r.start(next[i].number)
	}
}

func (r *reads) start(number string) {
	if r.open[number] != nil {
		return
	}
	pages := make(chan batch, 1)
	r.open[number] = pages
	r.done.Go(func() {
		defer close(pages)
		r.read(number, pages)
	})
}

// pages returns what is in a folder. It is closed at the end.
func (r *reads) pages(number string) <-chan batch {
	r.start(number)
	pages := r.open[number]
	delete(r.open, number)
	return pages
}

// read sends one batch at least, even of an empty folder.
func (r *reads) read(number string, pages chan<- batch) {
	var b batch
	send := func() bool {
		select {
		case pages <- b:
			b = batch{}
			return true
		case <-r.ctx.Done():
			return false
		}
	}
	for item, err := range r.f.client.GetFoldersIDItems(r.ctx, number) {
		if err != nil {
			b.err = err
			break
		}
		if item.Trashed() {
			continue // some listings show what was trashed; it does not stand there
		}
		b.items = append(b.items, item)
		if len(b.items) == pageSize && !send() {
			return
		}
	}
	items, err := b.items, b.err
	if b.err = nil; err == nil || len(items) > 0 {
		send()
	}
	if err != nil {
		b = batch{err: err}
		send()
	}
}

// wait returns when nothing is read any more.
func (r *reads) wait() { r.done.Wait() }
