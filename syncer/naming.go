package syncer

import (
	"cmp"
	"fmt"
)

// choose finds names for n. The name it has on a side stays if nobody else claimed it.
func (c *claims) choose(n *node) {
	w := c.w
	rules := [2]Names{w.info[Source].Names, w.info[Destination].Names}
	if c.waits(n) {
		return
	}
	label := ""
	if n.parted != nil {
		label = "conflict "
	}
	for attempt := range attempts {
		name := n.name
		for _, side := range sides {
			if !n.there(side) && !n.want[side] {
				continue
			}
			if n.parted == nil {
				name[side] = c.fit(n, side, name[side]) // which may be somebody else's
			}
			switch {
			case n.parted != nil:
				name[side] = invent(name[side], label, w.seed(n, side), attempt, rules)
			case attempt > 0 && c.taken(side, n.up[side], name[side], n):
				if n.why == "" {
					n.why = fmt.Sprintf("another item has the name %q on %s", name[side], c.w.says(side))
				}
				name[side] = invent(name[side], label, w.seed(n, side), attempt, rules)
			}
			name[side] = c.fit(n, side, name[side])
		}
		if !c.free(n, name) {
			continue
		}
		if why := c.unfit(n, name); why != "" {
			n.leave(why, true)
			c.takeWhereItStands(n)
			return
		}
		c.take(n, name)
		return
	}
	n.leave("no free name was found", false)
	c.takeWhereItStands(n)
}

// waits leaves n where it stands if a name it is to have is held by an item that only waits itself. A
// version that gets a conflict name leaves the one it has.
func (c *claims) waits(n *node) bool {
	if n.parted != nil {
		return false
	}
	for _, side := range sides {
		if !n.there(side) && !n.want[side] {
			continue
		}
		if x := c.holder(side, n.up[side], n.name[side], n); x != nil && x.aboutToMove() {
			n.leave(fmt.Sprintf("its name %q on %s is about to be free", n.name[side], c.w.says(side)), false)
			c.takeWhereItStands(n)
			return true
		}
	}
	return false
}

// aboutToMove reports whether n only waits where it stands, is read first, or could not be dealt with
// in this round and will be looked at again.
func (n *node) aboutToMove() bool {
	return n.fate == leave && n.soon || n.verify != [2]bool{} || n.again || n.result == Failed
}

func (c *claims) free(n *node, name [2]string) bool {
	for _, side := range sides {
		if (n.there(side) || n.want[side]) && c.taken(side, n.up[side], name[side], n) {
			return false
		}
	}
	return true
}

// fit returns the name that n gets on a side in place of one that the side refuses. Users of a side may give
// names that it claims to refuse; made anew, or with a tag, such a name is one for the Namer.
func (c *claims) fit(n *node, side Side, name string) string {
	if n.there(side) && name == n.nameOn(side) {
		return name
	}
	return c.w.fit(name, n.rec.Kind, side)
}

// fit returns name, or what the Namer makes of it if a side refuses it.
func (w *world) fit(name string, kind Kind, side Side) string {
	if w.info[side].Names.Check(name) != nil {
		return w.rename(name, kind, side.Other())
	}
	return name
}

// unfit says why a name that n would have to get cannot be given.
func (c *claims) unfit(n *node, name [2]string) string {
	for _, side := range sides {
		has := n.there(side) && name[side] == n.nameOn(side)
		if has || !n.there(side) && !n.want[side] {
			continue
		}
		if err := c.w.info[side].Names.Check(name[side]); err != nil {
			return fmt.Sprintf("%s cannot hold it: %v", c.w.says(side), err)
		}
		if n.there(side) && !c.w.info[side].Abilities(n.rec.Kind).Rename {
			return fmt.Sprintf("its name is taken and %s cannot rename it", c.w.says(side))
		}
	}
	return ""
}

// seed is what n's tag on side is made from: the contents for a conflict, else the ID on the other side, which
// tells whose name it is even when nothing is remembered.
func (w *world) seed(n *node, side Side) string {
	if n.parted == nil {
		x := side.Other()
		return cmp.Or(n.idOn(x), n.idOn(side), n.rec.Half(x).ID, n.rec.Half(side).ID)
	}
	at, e := n.origin()
	if d := w.digestsOf(n, at); len(d) > 0 {
		return string(d[0])
	}
	return e.Content
}
