package syncer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// occupants brings in whoever stands, on both sides, where n stands on side, and where it may have to
// go with the name it has on the other side. On a side that only receives a move is undone: there n keeps
// a name that the side cannot change.
func (o *observer) occupants(ctx context.Context, n *node, side Side) error {
	p, x := o.w.parentOn(n, side), side.Other()
	if err := o.occupantsOf(ctx, n, p, side, true); err != nil {
		return err
	}
	moved := n.known && p != nil && p.rec.ID != n.rec.ParentOn(side)
	if back := o.w.parentOn(n, x); moved && back != p && !o.w.direction(n, Source).Mode.allows(x) && !o.w.info[side].Abilities(n.rec.Kind).Rename {
		if err := o.occupantsOf(ctx, n, back, side, false); err != nil {
			return err
		}
	}
	if e := n.entry[x]; moved && e != nil && e.Name != o.w.rename(n.nameOn(side), n.rec.Kind, side) {
		return o.occupantsOf(ctx, n, p, x, false)
	}
	return nil
}

// occupantsOf brings in whoever stands in p, on both sides, under the name that n has on side. here
// says that n itself stands there.
func (o *observer) occupantsOf(ctx context.Context, n, p *node, side Side, here bool) error {
	if p == nil || !p.known {
		return nil
	}
	names := [2]string{}
	names[side] = n.nameOn(side)
	names[side.Other()] = o.w.rename(names[side], n.rec.Kind, side)
	for _, at := range sides {
		taken, err := o.occupantRecords(ctx, p, at, names[at], n)
		if err != nil {
			return err
		}
		ghost := slices.Contains(o.w.ghosts[at][p.idOn(at)], names[at]) // whatever a listing showed, somebody is there
		if taken || ghost {
			if err := o.tagOccupants(ctx, p, at, names[at], n); err != nil {
				return err
			}
		}
		if !p.there(at) || o.whole[at] && !ghost || at == side && here {
			continue
		}
		held, err := o.ask(ctx, n, p, at, names[at], o.standing)
		if err == nil && at != side && !n.there(at) {
			err = o.askForTwin(ctx, n, p, at, names[at], held)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// askForTwin brings in what may be n itself on a side where nobody knows of it: under its name with a tag if somebody
// else has the name, and under its name without one.
func (o *observer) askForTwin(ctx context.Context, n, p *node, at Side, name string, held bool) error {
	if held {
		if _, err := o.ask(ctx, n, p, at, o.w.tagName(name, n, at, 1), o.standing); err != nil {
			return err
		}
	}
	own := n.nameOn(at.Other())
	if plain := untagged(own); plain != own {
		if _, err := o.ask(ctx, n, p, at, o.w.rename(plain, n.rec.Kind, at.Other()), o.standing); err != nil {
			return err
		}
	}
	return nil
}

// finding returns who stands in a folder of a side under a name.
type finding func(ctx context.Context, side Side, p *node, name string) ([]Entry, error)

// standing is find for crowds: a side that can read a folder at once is asked once in a round for all
// names in it.
func (o *observer) standing(ctx context.Context, side Side, p *node, name string) ([]Entry, error) {
	if o.ends[side].folders == nil {
		return o.standingNow(ctx, side, p, name)
	}
	there, err := o.readFolder(ctx, side, Entry{ID: p.idOn(side), Kind: Folder, Name: p.nameOn(side)})
	return there[NameKey(name)], err
}

// readFolder reads what stands in a folder of a side that can do that, once in a round.
func (o *observer) readFolder(ctx context.Context, side Side, folder Entry) (map[Key][]Entry, error) {
	if there, ok := o.read[side][folder.ID]; ok {
		return there, nil
	}
	end := o.ends[side]
	if err := end.busy.why(); err != nil {
		return nil, err
	}
	o.budget.spend()
	all, err := end.folders.ReadFolder(ctx, folder)
	end.heard(ctx, err)
	if err != nil {
		return nil, err
	}
	there := map[Key][]Entry{}
	for _, e := range all {
		there[NameKey(e.Name)] = append(there[NameKey(e.Name)], e)
	}
	o.read[side][folder.ID] = there
	return there, nil
}

// standingNow asks anew.
func (o *observer) standingNow(ctx context.Context, side Side, p *node, name string) ([]Entry, error) {
	o.budget.spend()
	return o.find(ctx, side, p, name)
}

// ask brings in whoever stands in p under a name, as the side itself tells, and reports whether anybody but n does.
func (o *observer) ask(ctx context.Context, n, p *node, at Side, name string, find finding) (held bool, err error) {
	found, err := find(ctx, at, p, name)
	if errors.Is(err, fs.ErrNotExist) {
		if p.sight[at] == assumed {
			o.touch(p) // the folder itself needs a look
		}
		return false, nil
	}
	if err != nil {
		n.doubt = fmt.Sprintf("who stands there on %s could not be read: %v", o.w.says(at), err)
		return false, ctx.Err()
	}
	for i := range found {
		held = held || found[i].ID != n.idOn(at)
		if x := o.w.byID[at][found[i].ID]; x == nil || x.sight[at] == assumed {
			if err := o.feed(ctx, at, &found[i]); err != nil {
				return held, err
			}
		}
	}
	return held, nil
}

// successor brings in whoever stands on side where the file n stood, which it lost, before n is made anew
// there: pages shift and hints get lost, so a listing without it is no proof that nothing took its place.
func (o *observer) successor(ctx context.Context, n *node, side Side) error {
	p, t := o.w.parentOn(n, side), side.Other()
	if p == nil || !p.there(side) || n.rec.Kind != File || n.sight[t] != observed {
		return nil
	}
	if o.w.direction(n, t).Mode.allows(t) && o.w.contentChange(n, t) != hasChanged && !n.rec.Half(side).Behind {
		return nil // it is deleted
	}
	_, err := o.ask(ctx, n, p, side, n.nameOn(side), o.standingNow)
	return err
}

// tagOccupants brings in whoever has the first names that n would get instead of a taken one.
func (o *observer) tagOccupants(ctx context.Context, p *node, at Side, name string, n *node) error {
	rules := [2]Names{o.w.info[Source].Names, o.w.info[Destination].Names}
	for attempt := 1; attempt <= 3; attempt++ {
		if _, err := o.occupantRecords(ctx, p, at, invent(name, "", o.w.seed(n, at), attempt, rules), n); err != nil {
			return err
		}
	}
	return nil
}

// occupantRecords brings in the Records of a name, and reports whether there are any but that of n.
func (o *observer) occupantRecords(ctx context.Context, p *node, at Side, name string, n *node) (taken bool, err error) {
	var found []Record
	for r, err := range o.view.ByName(ctx, at, p.rec.ID, NameKey(name)) {
		if err != nil {
			return false, fmt.Errorf("find %q in record %d: %w", name, p.rec.ID, err)
		}
		found = append(found, r)
	}
	for _, r := range found {
		if n.known && r.ID == n.rec.ID {
			continue
		}
		taken = true
		x, err := o.adopt(ctx, r)
		if err != nil {
			return taken, err
		}
		// Somebody who is only assumed to stand there may have left: it is looked at.
		if x.sight[at] == assumed {
			o.touch(x)
		}
	}
	return taken, nil
}
