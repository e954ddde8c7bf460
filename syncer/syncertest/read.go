package syncertest

import (
	"context"
	"fmt"
	"io"
	"io/fs"

	"github.com/procorebox/procorebox/syncer"
)

// Open reads the contents that file.Content names.
func (h *Handle) Open(ctx context.Context, file syncer.Entry) (io.ReadCloser, error) {
	call := Call{Op: "Open", ID: file.ID, Content: file.Content}
	return perform(ctx, h, call, nil, func(*Call) (io.ReadCloser, error) {
		n, err := h.file(file)
		if err != nil {
			return nil, err
		}
		if file.Content != n.version.name() {
			return nil, fmt.Errorf("%q is now %s: %w", n.name, n.version.name(), syncer.ErrStale)
		}
		return h.body(ctx, n, n.version), nil
	})
}

// file returns a live file that the handle may read.
func (h *Handle) file(e syncer.Entry) (*node, error) {
	n, err := h.reach(e)
	if err == nil && n.kind != syncer.File {
		err = fmt.Errorf("%q is no file: %w", n.name, fs.ErrNotExist)
	}
	return n, err
}

func (h *Handle) body(ctx context.Context, n *node, v version) io.ReadCloser {
	contents := v.body
	if s := h.service; s.rendered(n) {
		s.renders++
		contents = fmt.Sprintf("%s%%rendered %d", contents, s.renders)
	}
	return reading{ctx, h.faults.body(contents)}
}

// reading ends a body when its context does.
type reading struct {
	ctx context.Context
	io.ReadCloser
}

func (r reading) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.ReadCloser.Read(p)
}

// Look reads one item by ID, in the trash or not.
func (h *Handle) Look(ctx context.Context, id string) (syncer.Entry, error) {
	return perform(ctx, h, Call{Op: "Look", ID: id}, nil, func(*Call) (syncer.Entry, error) {
		s := h.service
		stale := h.faults.hit(h.faults.Stale)
		n, err := h.meet(syncer.Entry{ID: id})
		if err != nil && stale {
			n = s.buried(id)
		}
		if n != nil {
			if n = s.seen(n, stale); n != nil {
				return s.entry(n), nil
			}
			err = fmt.Errorf("item %q: %w", id, fs.ErrNotExist)
		}
		return syncer.Entry{}, err
	})
}

// buried returns an item that an engine removed for good so lately that a stale view shows it.
func (s *Service) buried(id string) *node {
	for i := range s.recent {
		if n := s.recent[i].item; n.id == id && n.flags().dead && s.seen(n, true) != nil {
			return n
		}
	}
	return nil
}

// Find lists what stands directly in parent under names with the key.
func (h *Handle) Find(ctx context.Context, parent syncer.Entry, key syncer.Key) ([]syncer.Entry, error) {
	call := Call{Op: "Find", Parent: parent.ID, Name: string(key)}
	return perform(ctx, h, call, nil, func(*Call) ([]syncer.Entry, error) {
		folder, err := h.folder(parent)
		if err != nil {
			return nil, err
		}
		s, stale := h.service, h.faults.hit(h.faults.Stale)
		if stale && s.seen(folder, true) == nil {
			return nil, fmt.Errorf("folder %q: %w", parent.ID, fs.ErrNotExist)
		}
		found := folder.kids.named(key)
		if stale {
			found = s.holds(folder, true)
		}
		var out []syncer.Entry
		for _, n := range found {
			n = s.seen(n, stale)
			if n != nil && n.parent == folder && syncer.NameKey(n.name) == key && !n.trashed() && !n.hidden() {
				out = append(out, s.entry(n))
			}
		}
		return out, nil
	})
}
