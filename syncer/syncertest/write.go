package syncertest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/procorebox/procorebox/syncer"
)

// CreateFolder makes an empty folder.
func (h *Handle) CreateFolder(ctx context.Context, parent syncer.Entry, name string) (syncer.Entry, error) {
	call := Call{Op: "CreateFolder", Parent: parent.ID, Name: name, Writes: true}
	return perform(ctx, h, call, nil, func(c *Call) (syncer.Entry, error) {
		return h.create(c, parent, syncer.Folder, syncer.Content{}, "")
	})
}

// CreateFile makes a new file.
func (h *Handle) CreateFile(ctx context.Context, parent syncer.Entry, name string, content syncer.Content) (syncer.Entry, error) {
	call := Call{Op: "CreateFile", Parent: parent.ID, Name: name, Writes: true}
	var body string
	ready := func() (err error) {
		body, err = h.receive(ctx, content)
		return err
	}
	return perform(ctx, h, call, ready, func(c *Call) (syncer.Entry, error) {
		return h.create(c, parent, syncer.File, content, body)
	})
}

func (h *Handle) create(c *Call, at syncer.Entry, kind syncer.Kind, content syncer.Content, body string) (syncer.Entry, error) {
	s := h.service
	parent, err := h.folder(at)
	if err != nil {
		return syncer.Entry{}, err
	}
	h.judge(c, parent)
	if err := h.allow(s.o.Info.Abilities(kind).Create); err != nil {
		return syncer.Entry{}, err
	}
	name, err := s.admit(parent, kind, c.Name, nil)
	if err == nil {
		err = s.fits(int64(len(body)), 0)
	}
	if err != nil {
		return syncer.Entry{}, err
	}
	return s.entry(s.add(h.actor(), parent, kind, name, body, content.Modified)), nil
}

// UpdateFile gives a file new contents in the way that Info.File.Update names.
func (h *Handle) UpdateFile(ctx context.Context, old syncer.Entry, content syncer.Content) (syncer.Entry, error) {
	call := Call{Op: "UpdateFile", ID: old.ID, Content: old.Content, Guard: old.Guard, Writes: true}
	var body string
	ready := func() (err error) {
		body, err = h.receive(ctx, content)
		return err
	}
	return perform(ctx, h, call, ready, func(c *Call) (syncer.Entry, error) {
		s := h.service
		n, err := h.target(c, old, s.o.Info.Guards.Update)
		switch {
		case err != nil:
		case n.kind != syncer.File:
			err = fmt.Errorf("%q is no file: %w", n.name, syncer.ErrRefused)
		case s.o.Info.File.Update == syncer.UpdateNever:
			err = errors.ErrUnsupported
		default:
			err = s.fits(int64(len(body)), int64(len(n.body)))
		}
		if err != nil {
			return syncer.Entry{}, err
		}
		return s.entry(s.put(h.actor(), n, body, content.Modified)), nil
	})
}

// Delete moves an item to the trash, or removes it where there is none.
func (h *Handle) Delete(ctx context.Context, old syncer.Entry) (syncer.Trashed, error) {
	call := Call{Op: "Delete", ID: old.ID, Content: old.Content, Guard: old.Guard, Writes: true}
	return perform(ctx, h, call, nil, func(c *Call) (syncer.Trashed, error) {
		s := h.service
		n, err := h.target(c, old, s.o.Info.Guards.Delete)
		switch {
		case err != nil:
		case n.kind == syncer.Folder && len(n.kids.list) > 0:
			err = fmt.Errorf("folder %q is not empty: %w", n.name, fs.ErrExist)
		default:
			err = h.allow(s.o.Info.Abilities(n.kind).Delete)
		}
		if err != nil {
			return syncer.Trashed{}, err
		}
		return s.discard(h.actor(), n), nil
	})
}

// target returns the item that a call changes, if the caller may and its precondition holds.
func (h *Handle) target(c *Call, old syncer.Entry, guarded bool) (*node, error) {
	n, err := h.reach(old)
	if err != nil {
		return nil, err
	}
	h.judge(c, n)
	s := h.service
	if guarded && c.Guard == "" {
		s.violate(c, "was sent without a guard")
	}
	switch {
	case n == s.top || n == h.root:
		s.violate(c, "acts on a root")
		return nil, fmt.Errorf("%q is a root: %w", n.name, fs.ErrPermission)
	case s.o.ReadOnly:
		return nil, fmt.Errorf("account may only read: %w", errors.Join(syncer.ErrReadOnly, fs.ErrPermission))
	case n.flags().fixed:
		return nil, fmt.Errorf("%q stays as it is: %w", n.name, syncer.ErrRefused)
	case n.flags().lock != "":
		return nil, fmt.Errorf("%q is held by %s: %w", n.name, n.flags().lock, syncer.ErrLocked)
	case guarded && c.Guard != "" && c.Guard != s.entry(n).Guard:
		return nil, fmt.Errorf("%q: %w", n.name, syncer.ErrStale)
	}
	return n, nil
}

func (h *Handle) allow(able bool) error {
	switch {
	case h.service.o.ReadOnly:
		return fmt.Errorf("account may only read: %w", errors.Join(syncer.ErrReadOnly, fs.ErrPermission))
	case !able:
		return errors.ErrUnsupported
	}
	return nil
}

// judge notes whether a write stays below the handle's root.
func (h *Handle) judge(c *Call, nodes ...*node) {
	for _, n := range nodes {
		if !n.inside(h.root) || n == h.root && c.ID == n.id {
			c.Outside = true
		}
	}
}

func (s *Service) violate(c *Call, what string) {
	s.violations = append(s.violations,
		fmt.Sprintf("call %d %s item %q parent %q name %q: %s", c.Seq, c.Op, c.ID, c.Parent, c.Name, what))
}

// receive reads a body and holds it to what the caller said of it.
func (h *Handle) receive(ctx context.Context, c syncer.Content) (string, error) {
	body, err := h.read(ctx, c)
	if err == nil && h.service.o.Reopen {
		var again string
		if again, err = h.read(ctx, c); err == nil && again != body {
			err = fmt.Errorf("body differs when it is read again: %w", syncer.ErrStale)
		}
	}
	if err != nil {
		return "", err
	}
	if c.Size != syncer.UnknownSize && c.Size != int64(len(body)) {
		return "", fmt.Errorf("body has %d bytes, not %d: %w", len(body), c.Size, syncer.ErrStale)
	}
	h.service.mu.Lock()
	if h.faults.hit(h.faults.Spoil) {
		body = h.faults.garble(body)
	}
	h.service.mu.Unlock()
	if sum := c.Digest.Algorithm().Of([]byte(body)); c.Digest.Comparable(sum) && c.Digest != sum {
		return "", fmt.Errorf("body has digest %s, not %s: %w", sum, c.Digest, syncer.ErrStale)
	}
	return body, nil
}

func (h *Handle) read(ctx context.Context, c syncer.Content) (string, error) {
	r, err := c.Open(ctx)
	if err != nil {
		return "", fmt.Errorf("open body: %w", err)
	}
	body, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close(), ctx.Err()); err != nil {
		return "", fmt.Errorf("read body: %w", err)
	}
	return string(body), nil
}
