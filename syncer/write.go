package syncer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// write carries out an action that changes something on a side: the lease outlives the call, the
// gates admit it, the item is as planned, the Intent is durable, then the call is made, and its
// outcome is stored in one Batch that removes the Intent.
func (x *executor) write(ctx context.Context, a *Action, out *Outcome) error {
	end := x.r.ends[a.On]
	if end.fs == nil {
		return x.failure(a, fmt.Errorf("side is read-only: %w", fs.ErrPermission))
	}
	if err := x.r.lease.outlives(ctx, end.info.callTimeout()); err != nil {
		return fatal(err)
	}
	in, err := x.intent(a)
	if err != nil {
		return x.failure(a, err)
	}
	var t *transfer
	if a.Op == OpCreateFile || a.Op == OpUpdate {
		var dog *watchdog
		var stop func()
		ctx, dog, stop = watch(ctx, x.r.e.opts.Stall)
		defer stop()
		if t, err = x.transfer(ctx, a, dog); err != nil {
			return x.failure(a, stalled(ctx, err))
		}
		defer t.close()
		in.Size = t.length
	}
	if err := x.admit(ctx, a); err != nil {
		return err
	}
	admitted := x.r.now()
	if err := x.unchanged(ctx, a, end); err != nil {
		if e := x.takeBack(ctx, a, Batch{}); e != nil {
			return fatal(e)
		}
		return x.failure(a, err)
	}
	if err := x.r.commit.now(ctx, Batch{Intents: []Intent{in}}); err != nil {
		return fatal(err)
	}
	if err := x.admitAnew(ctx, a, admitted); err != nil {
		if e := x.r.commit.now(ctx, Batch{Settled: []ActionID{in.ID}}); e != nil {
			return fatal(e)
		}
		return err
	}
	x.r.budget.spend()
	got, trashed, err := x.call(ctx, a, end, t)
	if err = stalled(ctx, err); err != nil {
		return x.failed(ctx, a, &in, err)
	}
	if a.Op == OpRestore { // somebody may have edited it in the same moment
		if got, err = x.r.asRestored(ctx, &in, got); err != nil {
			return fatal(err)
		}
	}
	if t != nil {
		if err := x.check(ctx, a, end, &got, t); err != nil {
			return x.spoilt(ctx, a, &in, &got, err)
		}
		out.Bytes = t.length
	}
	out.After, out.Undo, out.Result, out.At = got.Stamp(), trashed, Done, x.r.now()
	return x.succeeded(ctx, a, &in, &got, trashed, t, out)
}

// failure says what a failed to do on which item.
func (x *executor) failure(a *Action, err error) error {
	return &Error{a.Op.String(), a.On, a.Path, err, x.r.w.says(a.On)}
}

// intent says what is about to be done.
func (x *executor) intent(a *Action) (Intent, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	n := a.node
	in := Intent{
		ID: a.ID, Op: a.Op, On: a.On, Record: n.rec.ID, Kind: n.rec.Kind, Name: a.Name, Temporary: a.Temporary,
		Size: UnknownSize, By: a.By, Fence: x.r.state.Fence(), At: x.r.now(), After: x.r.w.planned(a),
	}
	if e := n.entry[a.On]; e != nil {
		in.Old = e.Stamp()
		if a.Op == OpDelete {
			in.Name = e.Name // which may not be recorded, nor its folder
		}
	}
	if e := n.entry[a.On.Other()]; e != nil && (a.Op == OpCreateFile || a.Op == OpUpdate) {
		in.Digest = e.Digest
	}
	if up := x.r.w.target(a); up != nil {
		if in.Parent = up.idOn(a.On); in.Parent == "" {
			return in, fmt.Errorf("its folder: %w", fs.ErrNotExist)
		}
	}
	if o := n.parted; o != nil && o.known && a.Op == OpMove && o.rec.Half(a.On).ID == in.Old.ID {
		in.Split = o.rec
		*in.Split.Half(a.On) = Half{}
	}
	if n.tomb != nil {
		in.Trash = Trashed{ID: n.tomb.OtherID, Handle: n.tomb.Handle}
	}
	return in, nil
}

func (x *executor) transfer(ctx context.Context, a *Action, dog *watchdog) (*transfer, error) {
	t := a.On.Other()
	algos := []Algorithm{x.r.w.pairAlgorithm()}
	for _, side := range sides {
		if d := x.r.ends[side].info.Digest; d.New() != nil && d != algos[0] {
			algos = append(algos, d)
		}
	}
	x.mu.Lock()
	e := *a.node.entry[t]
	x.mu.Unlock()
	return newTransfer(ctx, x.r.ends[t].reader, e, dog, &x.r.e.opts, algos...)
}

// promptly is how long after its admission a call may start.
const promptly = time.Minute

// unchanged re-reads an item before a call whose precondition the service does not check.
// RACE: an edit between this look and the call is not seen; the service keeps the older version.
func (x *executor) unchanged(ctx context.Context, a *Action, end *endpoint) error {
	old, stays := a.node.entry[a.On], false
	if a.Op == OpMove && old != nil {
		_, parent := x.ends(a)
		stays = parent.ID == old.ParentID
	}
	guards := end.info.Guards
	guarded := map[Op]bool{OpUpdate: guards.Update, OpMove: guards.Move || guards.Rename && stays, OpDelete: guards.Delete}
	checked, acts := guarded[a.Op]
	if !acts || checked || old == nil {
		return nil
	}
	x.r.budget.spend()
	e, err := end.lookNow(ctx, old.ID, Entry{ID: old.ParentID, Kind: Folder}, old.Name)
	if err != nil {
		return err
	}
	if e.Trashed || e.Stamp() != old.Stamp() || e.Name != old.Name || e.ParentID != old.ParentID || e.Birth != old.Birth {
		return fmt.Errorf("re-read before the call: %w", ErrStale)
	}
	x.mu.Lock()
	a.node.entry[a.On] = &e
	x.mu.Unlock()
	return nil
}

// call makes the one external write of an action.
func (x *executor) call(ctx context.Context, a *Action, end *endpoint, t *transfer) (Entry, Trashed, error) {
	old, parent := x.ends(a)
	n := a.node
	switch a.Op {
	case OpCreateFolder:
		e, err := end.fs.CreateFolder(ctx, parent, a.Name)
		return e, Trashed{}, err
	case OpCreateFile:
		e, err := end.fs.CreateFile(ctx, parent, a.Name, t.content())
		return e, Trashed{}, err
	case OpUpdate:
		e, err := end.fs.UpdateFile(ctx, old, t.content())
		return e, Trashed{}, err
	case OpMove:
		e, err := end.mover.Move(ctx, old, parent, a.Name)
		return e, Trashed{}, err
	case OpRestore:
		e, err := end.restorer.Restore(ctx, Trashed{ID: n.tomb.OtherID, Handle: n.tomb.Handle}, parent, a.Name)
		return e, Trashed{}, err
	case OpDelete:
		trashed, err := end.fs.Delete(ctx, old)
		return Entry{}, trashed, err
	}
	return Entry{}, Trashed{}, fmt.Errorf("%v: %w", a.Op, errors.ErrUnsupported)
}

// target returns the folder in which an action leaves its item: nobody goes anywhere under a temporary name.
func (w *world) target(a *Action) *node {
	if a.Temporary {
		return w.parentOn(a.node, a.On)
	}
	return a.node.up[a.On]
}

// ends returns the item that an action is about and the folder it ends in, zero where there is none.
func (x *executor) ends(a *Action) (old, parent Entry) {
	x.mu.Lock()
	defer x.mu.Unlock()
	n := a.node
	if e := n.entry[a.On]; e != nil {
		old = *e
	}
	if up := x.r.w.target(a); up != nil {
		parent = x.folder(up, a.On)
	}
	return old, parent
}

func (x *executor) folder(n *node, side Side) Entry {
	if e := n.entry[side]; e != nil {
		return *e
	}
	return *entryOf(&n.rec, side, "")
}
