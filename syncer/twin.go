package syncer

// pairByTag makes one node of two newcomers of which one bears the name that is invented for the other where
// several of one name are one too many: the tag tells whose it is. An earlier state that is lost had named it
// so; without that each would be taken for a new item and be carried over once more.
func (w *world) pairByTag(lists [2][]*node, taken map[*node]bool) {
	for _, side := range sides {
		if !w.info[side].Names.Unique.Twins(File) {
			continue // what has one name there only was never given another
		}
		type named struct {
			kind Kind
			name string
		}
		tagged, stems := map[named]*node{}, map[named]bool{}
		for _, f := range lists[side.Other()] {
			if plain := untagged(f.rec.Name); plain != f.rec.Name {
				tagged[named{f.rec.Kind, f.rec.Name}], stems[named{f.rec.Kind, plain}] = f, true
			}
		}
		for _, f := range lists[side] {
			_, e := f.origin()
			if !stems[named{f.rec.Kind, untagged(w.rename(f.rec.Name, f.rec.Kind, side))}] {
				continue
			}
			for _, name := range w.tags(f.rec.Name, f.rec.Kind, side, e.ID) {
				if x := tagged[named{f.rec.Kind, name}]; x != nil && !taken[x] {
					w.uniteOn(side, f, x, taken)
					break
				}
			}
		}
	}
}

// tags returns the names that claims.choose may give, on the other side, to an item of a name on side that
// somebody else has there.
func (w *world) tags(name string, kind Kind, side Side, id string) []string {
	rules := [2]Names{w.info[Source].Names, w.info[Destination].Names}
	base := w.rename(name, kind, side)
	var all []string
	for attempt := 1; attempt < 8; attempt++ {
		all = append(all, invent(base, "", id, attempt, rules))
	}
	return all
}

// uniteOn is unite of a newcomer of side with one of the other.
func (w *world) uniteOn(side Side, f, x *node, taken map[*node]bool) {
	if side == Source {
		w.unite(f, x, taken)
	} else {
		w.unite(x, f, taken)
	}
}
