package syncer

import "slices"

// claims keeps which item stands, or shall stand, under which name in which folder.
type claims struct {
	w  *world
	at [2]map[slot][]claim
}

type slot struct {
	parent *node
	key    Key
}

type claim struct {
	name string
	by   *node
}

// claimNames gives every item that stays a name that is free on both sides. What cannot be renamed
// claims first, then what keeps its name, then what the baseline knows, then newcomers, then what is
// made again; within each by Record. Whoever finds a name taken gets a tag.
func (w *world) claimNames(list []*node) {
	for again := true; again; {
		for _, n := range list {
			n.name = n.wish
		}
		// Somebody may have to wait where it stands, and be in another's way: then all claim again.
		again = w.claimOnce(list)
	}
}

// claimOnce reports whether an item was left alone that was to get another name.
func (w *world) claimOnce(list []*node) bool {
	c := &claims{w: w, at: [2]map[slot][]claim{{}, {}}}
	for _, n := range w.bystanders() {
		c.takeWhereItStands(n)
	}
	var rest []*node
	for _, n := range list {
		switch {
		case n.fate == leave, n.verify != [2]bool{}:
			c.takeWhereItStands(n) // what is yet to be read goes nowhere before that
		case n.fate != stay:
		case c.keepsPlace(n):
			c.take(n, n.name)
		default:
			rest = append(rest, n)
		}
	}
	for _, n := range rest {
		for _, side := range sides {
			if n.there(side) && !w.info[side].Abilities(n.rec.Kind).Rename {
				c.put(side, n.up[side], n.name[side], n)
			}
		}
	}
	slices.SortStableFunc(rest, func(a, b *node) int { return rank(a) - rank(b) })
	left := false
	for _, n := range rest {
		c.choose(n)
		left = left || n.fate == leave
	}
	return left
}

// rank orders claims. What has to be made again on a side claims after what stands there now.
func rank(n *node) int {
	switch {
	case n.parted != nil:
		return 3
	case !n.known:
		return 1
	case n.want != [2]bool{}:
		return 2
	}
	return 0
}

// bystanders are nodes that were loaded only because something points at them.
func (w *world) bystanders() []*node {
	var list []*node
	for _, n := range w.nodes {
		if !n.touched && n.rec.ID != RootRecord {
			list = append(list, n)
		}
	}
	return list
}

func (c *claims) keepsPlace(n *node) bool {
	for _, side := range sides {
		if n.want[side] || !n.there(side) || n.name[side] != n.nameOn(side) || n.up[side] != c.w.parentOn(n, side) {
			return false
		}
	}
	return n.known
}

func (c *claims) takeWhereItStands(n *node) {
	for _, side := range sides {
		if n.there(side) {
			c.put(side, c.w.parentOn(n, side), n.nameOn(side), n)
		}
	}
}

func (c *claims) take(n *node, name [2]string) {
	n.name = name
	for _, side := range sides {
		if n.there(side) || n.want[side] {
			c.put(side, n.up[side], name[side], n)
		}
	}
}

func (c *claims) put(side Side, parent *node, name string, n *node) {
	if parent == nil {
		return
	}
	s := slot{parent, NameKey(name)}
	c.at[side][s] = append(c.at[side][s], claim{name, n})
}

// holder returns the item that has the name in that folder, nil if none has.
func (c *claims) holder(side Side, parent *node, name string, n *node) *node {
	rule := c.w.info[side].Names.Unique
	for _, x := range c.at[side][slot{parent, NameKey(name)}] {
		if x.by != n && rule.Clash(x.name, x.by.rec.Kind, name, n.rec.Kind) {
			return x.by
		}
	}
	return nil
}

// taken reports whether another item has the name in that folder.
func (c *claims) taken(side Side, parent *node, name string, n *node) bool {
	if c.holder(side, parent, name, n) != nil {
		return true
	}
	rule := c.w.info[side].Names.Unique
	if c.w.haunted(side, parent, name) && !c.w.seenAt(side, parent, name) {
		return true
	}
	for _, s := range c.w.strangers[side][parent.idOn(side)] {
		if rule.Clash(s.Name, s.Kind, name, n.rec.Kind) {
			return true
		}
	}
	return false
}

// haunted reports whether a side has refused a name as taken twice. Whoever had it the first time may
// be gone, and was looked for since. Of a name that was invented once is enough: nobody waits for it,
// and another is as good.
func (w *world) haunted(side Side, parent *node, name string) bool {
	times := 0
	for _, refused := range w.ghosts[side][parent.idOn(side)] {
		if refused == name {
			times++
		}
	}
	return times > 1 || times == 1 && untagged(name) != name
}

// seenAt reports whether an item was seen under a name that a side had refused as taken: then it is
// known who has it.
func (w *world) seenAt(side Side, parent *node, name string) bool {
	for _, n := range w.nodes {
		if n.entry[side] != nil && n.nameOn(side) == name && w.parentOn(n, side) == parent {
			return true
		}
	}
	return false
}
