package syncertest_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"sync/atomic"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// simHistory judges each write of the engine at the moment when it takes effect, by what the
// services know and the engine may not.
type simHistory struct {
	s      *sim
	probes [2]*syncertest.Handle // see everything, and are logged nowhere
	bodies map[version]string
	// verdict is what is wrong with the write that is on its way, should it take effect.
	verdict *simFailure
	read    [2]syncertest.Call // the last reading call of the present process on each side
	deletes []simDelete
}

type version struct {
	side    syncer.Side
	content string
}

// simDelete is a delete that was sent.
type simDelete struct {
	side syncer.Side
	seq  int
	at   time.Duration // since the beginning, by a clock that is never set back
}

func newSimHistory(s *sim) *simHistory {
	return &simHistory{
		s: s, probes: [2]*syncertest.Handle{s.world.Source.Connect(), s.world.Destination.Connect()},
		bodies: map[version]string{},
	}
}

// call is the hook of both handles.
func (s *sim) call(side syncer.Side, c syncertest.Call) error {
	p := s.process
	if p == nil {
		s.underWay.note(c)
		return nil
	}
	if p.dead {
		return errKilled
	}
	before := c.Phase == syncertest.Before
	if !before {
		s.note("    %s %s %s in %s %q: done %t, %v", side, c.Op, c.ID, c.Parent, c.Name, c.Done, c.Err)
	}
	looks := c.Op == "List" || c.Op == "Look" || c.Op == "Find"
	err := p.instant(before && looks)
	s.process = p // a second process may have come and gone
	if before {
		if err == nil {
			s.history.begins(p, side, c)
		} else {
			s.note("    %s %s %s in %s %q: never began, %v", side, c.Op, c.ID, c.Parent, c.Name, err)
		}
		return err
	}
	s.history.ended(p, c)
	return err
}

// simUnderWay counts the calls that are under way at once.
type simUnderWay struct{ now, most atomic.Int64 }

func (u *simUnderWay) note(c syncertest.Call) {
	if c.Phase == syncertest.After {
		u.now.Add(-1)
		return
	}
	for n := u.now.Add(1); ; {
		most := u.most.Load()
		if n <= most || u.most.CompareAndSwap(most, n) {
			return
		}
	}
}

func (h *simHistory) begins(p *simProcess, side syncer.Side, c syncertest.Call) {
	h.verdict = nil
	if !c.Writes {
		if c.Op != "Open" {
			h.read[side] = c
		}
		return
	}
	if p.fenced || p.broken {
		if p.writes++; p.broken || p.writes > 1 {
			h.s.fail(6, "%s on %s begins after the lease was lost or the state could not be written", c.Op, side)
		}
	}
	h.judgePlace(p, side, c)
	switch c.Op {
	case "Delete":
		h.deletes = append(h.deletes, simDelete{side, c.Seq, h.s.elapsed})
		h.reread(p, side, c, h.s.setup.Sides[side].NoGuards)
		h.judgeDelete(p, side, c)
	case "UpdateFile":
		h.reread(p, side, c, h.s.setup.Sides[side].NoGuards)
		h.judgeUpdate(side, c)
	case "Move":
		h.reread(p, side, c, h.s.setup.Sides[side].NoGuards)
	}
}

// ended speaks the verdict on a write that took effect.
func (h *simHistory) ended(p *simProcess, c syncertest.Call) {
	if h.verdict != nil && c.Done && !p.fenced {
		h.s.fail(h.verdict.Invariant, "%s", h.verdict.Text)
	}
	h.verdict = nil
}

// reread: (9) a call that the service does not guard comes right after a look at the item.
func (h *simHistory) reread(p *simProcess, side syncer.Side, c syncertest.Call, needed bool) {
	last := h.read[side]
	if needed && p.run.Faults[side].Spoil == 0 && last.Op != "List" && last.Op != "Find" && (last.Op != "Look" || last.ID != c.ID) {
		h.s.fail(9, "%s of %s on %s has no guard, and comes after %s of %s", c.Op, c.ID, side, last.Op, last.ID)
	}
}

// judgePlace: (7) what a write acts on, and the folder that it writes into, stand below the root.
// Services guard items and not the folders above them: what a user moves out while the process runs
// may be between its look and its call.
func (h *simHistory) judgePlace(p *simProcess, side syncer.Side, c syncertest.Call) {
	for _, id := range []string{c.ID, c.Parent} {
		if id != "" && c.Op != "Restore" && !h.below(side, id) && !p.sawMovedOut(side) {
			h.convict(7, "%s of %s in %s on %s acts outside of the root", c.Op, c.ID, c.Parent, side)
		}
	}
}

// below reports whether a live item is the root or stands below it. Of one that is not there nothing
// is said: no call does anything to it.
func (h *simHistory) below(side syncer.Side, id string) bool {
	probe := h.probes[side]
	for id != probe.Root() {
		e, err := probe.Look(context.Background(), id)
		if err != nil || e.Trashed {
			return true
		}
		if id = e.ParentID; id == "" {
			return false
		}
	}
	return true
}

// judgeUpdate: (2) contents are replaced only if a user has replaced them, somewhere where he saw them.
func (h *simHistory) judgeUpdate(side syncer.Side, c syncertest.Call) {
	body, ok := h.body(side, c.ID)
	if ok && h.s.users.live(body) && !h.s.setup.overwrites() && !h.elsewhere(side, c.ID, body) {
		h.convict(2, "UpdateFile of %s on %s replaces %q, which no user has replaced", c.ID, side, body)
	}
}

// judgeDelete: (8) a delete names an item that the baseline has, as it has it, and whose other half
// is not there.
func (h *simHistory) judgeDelete(p *simProcess, side syncer.Side, c syncertest.Call) {
	ctx := context.Background()
	h.s.process = nil
	defer func() { h.s.process = p }()
	view, err := h.s.store.View(ctx, h.s.world.Pair.Name)
	if err != nil {
		h.s.fail(0, "%v", err)
		return
	}
	body, isFile := h.body(side, c.ID)
	r, err := view.ByID(ctx, side, c.ID)
	if errors.Is(err, fs.ErrNotExist) {
		t, err := view.Tombstone(ctx, side, c.ID)
		ours := err == nil && t.Replaced || isFile && !slices.Contains(h.s.service(side).Written(), body) ||
			h.inPlace(ctx, view, side, c.ID, body)
		if !ours && p.run.Faults[side].Spoil == 0 {
			h.convict(8, "Delete of %s on %s: the baseline does not have it", c.ID, side)
		}
		return
	}
	if err != nil {
		h.s.fail(0, "%v", err)
		return
	}
	half, other := r.Half(side), r.Half(side.Other())
	e, err := h.probes[side].Look(ctx, c.ID)
	switch {
	case err != nil, h.s.setup.Mode != syncer.TwoWay && h.s.setup.overwrites():
	case isFile && e.Content != half.Content && half.Digest.Algorithm().Of([]byte(body)) != half.Digest:
		h.convict(8, "Delete of %s on %s: it has changed since %s (%q)", c.ID, side, half.Content, body)
	case isFile && h.s.users.live(body) && !h.elsewhere(side, c.ID, body) && !h.elsewhere(side.Other(), "", body) &&
		!h.movedOut(side.Other(), body) && !h.blind(p, side.Other()):
		h.convict(8, "Delete of %s on %s: no user has deleted %q", c.ID, side, body)
	case !p.edited && other.ID != "" && h.inRoot(side.Other(), other):
		h.convict(8, "Delete of %s on %s: its other half %s is still there", c.ID, side, other.ID)
	}
}

// inPlace reports whether an item stands, with the agreed bytes, where the baseline has another ID:
// a user replaced it by itself.
func (h *simHistory) inPlace(ctx context.Context, view syncer.View, side syncer.Side, id, body string) bool {
	e, err := h.probes[side].Look(ctx, id)
	if err != nil {
		return false
	}
	for r, err := range view.Records(ctx) {
		half := r.Half(side)
		same := r.Kind == syncer.Folder || half.Digest.Algorithm().Of([]byte(body)) == half.Digest
		if err == nil && r.Kind == e.Kind && half.Name == e.Name && same {
			return true
		}
	}
	return false
}

func (h *simHistory) convict(invariant int, format string, args ...any) {
	failure := h.s.failure
	h.s.failure = nil
	tracing := h.s.tracing
	h.s.tracing = false
	h.s.fail(invariant, format, args...)
	h.verdict, h.s.failure, h.s.tracing = h.s.failure, failure, tracing
}

// inRoot reports whether an item is within the root.
func (h *simHistory) inRoot(side syncer.Side, half *syncer.Half) bool {
	for _, e := range h.s.items(side) {
		if e.ID == half.ID && e.Birth == half.Birth {
			return true
		}
	}
	return false
}

// elsewhere reports whether contents stand on a side in another item too.
func (h *simHistory) elsewhere(side syncer.Side, id, body string) bool {
	for _, e := range h.s.items(side) {
		if e.Kind == syncer.File && e.body == body && e.ID != id {
			return true
		}
	}
	return false
}

// movedOut reports whether contents stand beside the root, and a delete may follow from that: it was
// approved, or the side cannot be asked where an item went, or gives it a new ID with each edit.
func (h *simHistory) movedOut(side syncer.Side, body string) bool {
	replaced := h.s.setup.Sides[side].Update != syncer.UpdateInPlace
	if !h.s.approved && !h.s.setup.Sides[side].blind() && !replaced {
		return false
	}
	for _, contents := range h.s.service(side).Outside() {
		if contents == body {
			return true
		}
	}
	return false
}

// blind reports whether a user may have moved things about while a side was listed that cannot be
// asked where an item is.
func (h *simHistory) blind(p *simProcess, side syncer.Side) bool {
	return p.edited && h.s.setup.Sides[side].blind()
}

// body returns the present contents of a file.
func (h *simHistory) body(side syncer.Side, id string) (string, bool) {
	ctx := context.Background()
	e, err := h.probes[side].Look(ctx, id)
	if err != nil || e.Kind != syncer.File || e.Trashed {
		return "", false
	}
	return h.contents(ctx, side, e), true
}

// version returns the contents that a Half names, if they are current or were ever looked at.
func (h *simHistory) version(ctx context.Context, side syncer.Side, half *syncer.Half) (string, bool) {
	if body, ok := h.bodies[version{side, half.Content}]; ok {
		return body, true
	}
	e, err := h.probes[side].Look(ctx, half.ID)
	if err != nil || e.Trashed || e.Content != half.Content {
		return "", false
	}
	return h.contents(ctx, side, e), true
}

// contents reads the version that an entry names.
func (h *simHistory) contents(ctx context.Context, side syncer.Side, e syncer.Entry) string {
	key := version{side, e.Content}
	if body, ok := h.bodies[key]; ok {
		return body
	}
	r, err := h.probes[side].Open(ctx, e)
	if err != nil {
		return "?" + err.Error()
	}
	body, err := io.ReadAll(r)
	if err != nil {
		return "?" + err.Error()
	}
	h.bodies[key] = string(body)
	return string(body)
}
