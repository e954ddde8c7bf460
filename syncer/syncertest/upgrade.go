package syncertest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"

	"github.com/procorebox/procorebox/syncer"
)

// Move renames and moves.
func (h *Handle) Move(ctx context.Context, old, parent syncer.Entry, name string) (syncer.Entry, error) {
	call := Call{Op: "Move", ID: old.ID, Parent: parent.ID, Name: name, Content: old.Content, Guard: old.Guard, Writes: true}
	return perform(ctx, h, call, nil, func(c *Call) (syncer.Entry, error) {
		s := h.service
		guards := s.o.Info.Guards
		n, err := h.target(c, old, guards.Move || guards.Rename && parent.ID == old.ParentID)
		if err != nil {
			return syncer.Entry{}, err
		}
		to, err := h.folder(parent)
		if err != nil {
			return syncer.Entry{}, err
		}
		h.judge(c, to)
		stored, err := s.admit(to, n.kind, name, n)
		if err != nil {
			return syncer.Entry{}, err
		}
		can := s.o.Info.Abilities(n.kind)
		if n.name != stored && !can.Rename || n.parent != to && !can.Move {
			return syncer.Entry{}, errors.ErrUnsupported
		}
		s.relocate(h.actor(), n, to, stored)
		return s.entry(n), nil
	})
}

// Restore takes an item out of the trash.
func (h *Handle) Restore(ctx context.Context, t syncer.Trashed, parent syncer.Entry, name string) (syncer.Entry, error) {
	call := Call{Op: "Restore", ID: t.ID, Parent: parent.ID, Name: name, Writes: true}
	return perform(ctx, h, call, nil, func(c *Call) (syncer.Entry, error) {
		s := h.service
		to, err := h.folder(parent)
		if err != nil {
			return syncer.Entry{}, err
		}
		h.judge(c, to)
		n, err := h.meet(syncer.Entry{ID: t.ID})
		switch {
		case err != nil:
		case !n.trashed() || t.Handle != "" && t.Handle != n.flags().handle():
			err = fmt.Errorf("item %q is not in the trash: %w", t.ID, fs.ErrNotExist)
		default:
			err = h.allow(true)
		}
		if err != nil {
			return syncer.Entry{}, err
		}
		stored, err := s.admit(to, n.kind, name, n)
		if err != nil {
			return syncer.Entry{}, err
		}
		s.revive(h.actor(), n, to, stored)
		return s.entry(n), nil
	})
}

// Copy copies a file within the service.
func (h *Handle) Copy(ctx context.Context, file, parent syncer.Entry, name string) (syncer.Entry, error) {
	call := Call{Op: "Copy", ID: file.ID, Parent: parent.ID, Name: name, Content: file.Content, Writes: true}
	return perform(ctx, h, call, nil, func(c *Call) (syncer.Entry, error) {
		n, err := h.file(file)
		if err == nil && n.version.name() != file.Content {
			err = fmt.Errorf("%q: %w", n.name, syncer.ErrStale)
		}
		if err != nil {
			return syncer.Entry{}, err
		}
		return h.create(c, parent, syncer.File, syncer.Content{Modified: n.modified}, n.body)
	})
}

// Versions lists the versions of a file, newest first.
func (h *Handle) Versions(ctx context.Context, file syncer.Entry) iter.Seq2[syncer.Version, error] {
	return func(yield func(syncer.Version, error) bool) {
		call := Call{Op: "Versions", ID: file.ID}
		all, err := perform(ctx, h, call, nil, func(*Call) ([]syncer.Version, error) {
			n, err := h.file(file)
			if err != nil {
				return nil, err
			}
			out := []syncer.Version{n.version.show()}
			for _, v := range slices.Backward(n.older) {
				out = append(out, v.show())
			}
			return out, nil
		})
		if err != nil {
			yield(syncer.Version{}, err)
			return
		}
		for _, v := range all {
			if !yield(v, nil) {
				return
			}
		}
	}
}

func (v version) show() syncer.Version {
	return syncer.Version{
		Content: v.name(), Size: int64(len(v.body)), Digest: v.digest, Modified: v.stamped, Author: v.author,
	}
}

// find returns the version of n with a name.
func (n *node) find(content string) (version, error) {
	for _, v := range append([]version{n.version}, n.older...) {
		if v.name() == content {
			return v, nil
		}
	}
	return version{}, fmt.Errorf("version %s of %q: %w", content, n.name, fs.ErrNotExist)
}

// OpenVersion reads a version.
func (h *Handle) OpenVersion(ctx context.Context, file syncer.Entry, v syncer.Version) (io.ReadCloser, error) {
	call := Call{Op: "OpenVersion", ID: file.ID, Content: v.Content}
	return perform(ctx, h, call, nil, func(*Call) (io.ReadCloser, error) {
		n, err := h.file(file)
		if err != nil {
			return nil, err
		}
		found, err := n.find(v.Content)
		if err != nil {
			return nil, err
		}
		return h.body(ctx, n, found), nil
	})
}

// Promote makes the contents of a version current again, as a new version.
func (h *Handle) Promote(ctx context.Context, file syncer.Entry, v syncer.Version) (syncer.Entry, error) {
	call := Call{Op: "Promote", ID: file.ID, Content: v.Content, Guard: file.Guard, Writes: true}
	return perform(ctx, h, call, nil, func(c *Call) (syncer.Entry, error) {
		n, err := h.target(c, file, h.service.o.Info.Guards.Update)
		if err != nil {
			return syncer.Entry{}, err
		}
		found, err := n.find(v.Content)
		if err != nil {
			return syncer.Entry{}, err
		}
		s := h.service
		return s.entry(s.put(h.actor(), n, found.body, found.modified)), nil
	})
}
