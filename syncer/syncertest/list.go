package syncertest

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// List yields at and everything below it, folder by folder and page by page. The last entry of
// each page can be resumed from.
func (h *Handle) List(ctx context.Context, at syncer.Entry, from syncer.Token) iter.Seq2[syncer.Entry, error] {
	return func(yield func(syncer.Entry, error) bool) {
		var l *listing
		page, err := perform(ctx, h, Call{Op: "List", ID: at.ID}, nil, func(*Call) ([]syncer.Entry, error) {
			first, err := h.start(at, from)
			if err != nil {
				return nil, err
			}
			l = first
			return append([]syncer.Entry{l.head}, l.page()...), nil
		})
		for {
			if err != nil {
				yield(syncer.Entry{}, err)
				return
			}
			for _, e := range page {
				if !yield(e, nil) {
					return
				}
			}
			if !l.more() {
				return
			}
			page, err = perform(ctx, h, Call{Op: "List", ID: l.folder.id}, nil, func(*Call) ([]syncer.Entry, error) {
				return l.page(), nil
			})
		}
	}
}

// listing walks a tree. The contents of a folder are fixed when its first page is read: what moves
// in later is missed, as it is with a service that has pages.
type listing struct {
	h       *Handle
	at      *node
	head    syncer.Entry // at, as the first page shows it
	folder  *node
	rest    []*node // what of folder is still to come
	stale   bool    // folder is shown as it was
	inner   []*node // folders met in folder
	waiting []*node // folders to list, the next one last
}

// start reads at, and finds the place behind from.
func (h *Handle) start(e syncer.Entry, from syncer.Token) (*listing, error) {
	at, err := h.reach(e)
	if err != nil {
		return nil, err
	}
	l := &listing{h: h, at: at, stale: h.faults.hit(h.faults.Stale)}
	if l.show(at) == nil {
		return nil, fmt.Errorf("item %q: %w", e.ID, fs.ErrNotExist)
	}
	l.head = l.first()
	if from == "" {
		if l.opens(at) {
			l.enter(at)
		}
		return l, nil
	}
	return l, l.resume(from)
}

// resume goes back into the folder that a token names, behind the item that it names.
func (l *listing) resume(from syncer.Token) error {
	parts := strings.SplitN(string(from), "/", 3)
	if len(parts) != 3 {
		return fmt.Errorf("token %q: %w", from, syncer.ErrCursor)
	}
	num, err := strconv.Atoi(parts[1])
	ids := strings.Split(parts[0], ">")
	folder, unseen := l.h.folder(syncer.Entry{ID: ids[len(ids)-1]})
	if err != nil || unseen != nil || !folder.inside(l.at) || l.trail(folder) != parts[0] {
		return fmt.Errorf("token %q: %w", from, syncer.ErrCursor) // gone, or moved: the order is another now
	}
	chain := l.chain(folder)
	for i, n := range chain[:len(chain)-1] {
		l.enter(n)
		l.skip(chain[i+1], false)
	}
	l.enter(folder)
	l.skip(&node{num: num, name: parts[2]}, true)
	return nil
}

// chain returns the folders from the top of the listing down to folder.
func (l *listing) chain(folder *node) []*node {
	var chain []*node
	for n := folder; n != nil && n != l.at.parent; n = n.parent {
		chain = append(chain, n)
	}
	slices.Reverse(chain)
	return chain
}

// trail names the chain of a folder.
func (l *listing) trail(folder *node) string {
	var ids []string
	for _, n := range l.chain(folder) {
		ids = append(ids, n.id)
	}
	return strings.Join(ids, ">")
}

// skip drops what stands up to and including mark. The folders among it are kept for later, or
// else those behind it.
func (l *listing) skip(mark *node, before bool) {
	at := slices.IndexFunc(l.rest, func(n *node) bool { return l.order(n, mark) > 0 })
	if at < 0 {
		at = len(l.rest)
	}
	keep := l.rest[at:]
	if before {
		keep = l.rest[:at]
	}
	l.rest = l.rest[at:]
	for _, n := range keep {
		if l.opens(n) {
			l.inner = append(l.inner, n)
		}
	}
	if !before {
		l.leave()
	}
}

func (l *listing) order(a, b *node) int {
	if l.h.service.o.ByName {
		return cmp.Or(strings.Compare(a.name, b.name), a.num-b.num)
	}
	return a.num - b.num
}

func (l *listing) enter(folder *node) {
	l.folder, l.stale = folder, l.h.faults.hit(l.h.faults.Stale)
	l.rest = l.h.service.holds(folder, l.stale)
	if l.h.service.o.ByName {
		slices.SortFunc(l.rest, l.order)
	}
}

func (l *listing) leave() {
	for _, n := range slices.Backward(l.inner) {
		l.waiting = append(l.waiting, n)
	}
	l.inner, l.rest = l.inner[:0], nil
}

func (l *listing) more() bool {
	if len(l.rest) == 0 && l.folder != nil {
		l.leave()
		l.folder = nil
	}
	for l.folder == nil && len(l.waiting) > 0 {
		last := len(l.waiting) - 1
		next := l.waiting[last]
		l.waiting = l.waiting[:last]
		l.h.service.mu.Lock()
		if l.opens(next) {
			l.enter(next)
		}
		l.h.service.mu.Unlock()
	}
	return l.folder != nil
}

// opens reports whether the contents of an item can be listed now.
func (l *listing) opens(n *node) bool {
	return n.kind == syncer.Folder && !n.flags().dead && !n.flags().closed && !n.trashed() && !n.hidden()
}

// show returns n as the listing shows it, or nil if it does not.
func (l *listing) show(n *node) *node {
	n = l.h.service.seen(n, l.stale)
	if n == nil || n.trashed() || n.hidden() {
		return nil
	}
	return n
}

func (l *listing) first() syncer.Entry {
	e := l.h.service.entry(l.show(l.at))
	if l.at.flags().closed {
		e.Err = fmt.Errorf("folder %q: %w", l.at.id, fs.ErrPermission)
	}
	return e
}

// page reads the next entries of the folder.
func (l *listing) page() []syncer.Entry {
	if l.folder == nil {
		return nil
	}
	s := l.h.service
	if len(l.rest) > 0 && l.h.faults.hit(l.h.faults.Shift) {
		l.rest = l.rest[1:]
	}
	size := min(len(l.rest), s.o.PageSize)
	out := make([]syncer.Entry, 0, size+1)
	for _, item := range l.rest[:size] {
		n := l.show(item)
		if n == nil || n.parent != l.folder {
			continue
		}
		e := s.entry(n)
		if n.flags().closed {
			e.Err = fmt.Errorf("folder %q: %w", n.id, fs.ErrPermission)
		} else if n.kind == syncer.Folder {
			l.inner = append(l.inner, item)
		}
		out = append(out, e)
	}
	if len(out) > 0 {
		last := l.rest[size-1]
		out[len(out)-1].Resume = syncer.Token(l.trail(l.folder) + "/" + strconv.Itoa(last.num) + "/" + last.name)
	}
	l.rest = l.rest[size:]
	return out
}
