package syncer

import "time"

// A patch is what an outcome changes in a Record. Each op touches only the attributes that it
// settled; all others stay as they were agreed before.

// recordFor returns the Record of n to patch: the stored one, or a new one.
func recordFor(n *node) Record {
	r := n.rec
	if !n.known {
		r = Record{ID: n.rec.ID, Kind: n.rec.Kind, Name: n.rec.Name}
	}
	return r
}

// putContent sets what a Half says of contents.
func putContent(h *Half, e *Entry, digest Digest) {
	was := h.Stamp()
	h.Content, h.Size, h.Behind = e.Content, e.Size, false
	switch {
	case e.Digest != "":
		h.Digest = e.Digest
	case digest != "":
		h.Digest = digest
	case was != e.Stamp():
		h.Digest = ""
	}
	putSelf(h, e)
}

// putPlace sets what a Half says of name and folder. folder is the Record that holds the item on
// that side.
func putPlace(r *Record, side Side, e *Entry, folder RecordID) {
	h := r.Half(side)
	h.Name, h.Provisional = e.Name, false
	h.Parent = 0
	if folder != r.ParentID {
		h.Parent = folder
	}
	putSelf(h, e)
}

func putSelf(h *Half, e *Entry) {
	h.Presence, h.ID, h.Birth, h.Guard, h.Facts = Present, e.ID, e.Birth, e.Guard, e.Facts
}

// standsInRecords reports whether the folders that hold n have Records.
func (w *world) standsInRecords(n *node) bool {
	for _, side := range sides {
		if p := w.parentOn(n, side); p != nil && !p.known {
			return false
		}
	}
	return n.parent == nil || n.parent.known
}

// folderOf returns the Record of the folder that holds n on side.
func (w *world) folderOf(n *node, side Side) RecordID {
	if p := w.parentOn(n, side); p != nil {
		return p.rec.ID
	}
	return n.rec.ParentID
}

// settled returns the Record of n as an action without a call leaves it.
func (w *world) settled(a *Action) Record {
	n := a.node
	r := recordFor(n)
	attrs := a.attrs
	if a.Op == OpAdopt {
		attrs |= attrContent | attrPlace
	}
	if !w.standsInRecords(n) {
		attrs &^= attrPlace // its folder waits for a Record of its own: then the place is agreed
	}
	if attrs&attrPlace != 0 && n.parent != nil {
		r.ParentID = n.parent.rec.ID
	}
	for _, side := range sides {
		h := r.Half(side)
		if e := n.entry[side]; e != nil {
			// What is about to be overwritten, or to overwrite, is not agreed: the side that sends
			// counts as changed until it has.
			if attrs&attrContent != 0 && !n.flow[side.Other()] {
				putContent(h, e, w.carried(n, side))
			}
			if attrs&attrPlace != 0 {
				putPlace(&r, side, e, w.folderOf(n, side))
				h.OwnName = w.ownName(n, side)
			}
			if attrs&attrIdentity != 0 && n.known {
				if h.Presence != Present && attrs&attrPlace == 0 {
					h.Name, h.Provisional = e.Name, true // it is here again, and its place is yet to be agreed
				}
				putSelf(h, e)
			}
			if differs(&r, side, e, w.folderOf(n, side)) {
				h.Guard = "" // something of it is yet to be agreed: a hint that names it is no echo
			}
		}
		if attrs&attrBehind(side) != 0 {
			h.Behind = true
		}
		if t := side.Other(); attrs&attrPlace != 0 && !n.there(side) && n.there(t) && n.nameOn(t) != n.rec.Half(t).Name {
			h.Name = "" // the name it had there belongs to one that it has no more
		}
		switch {
		case attrs&attrGone(side) != 0:
			h.Presence = Gone
		case attrs&attrDeclined(side) != 0:
			h.Presence = Declined
		case attrs&attrNever(side) != 0:
			*h = Half{Name: h.Name} // it is to come back under the name that it had
		}
	}
	switch {
	case attrs&attrDormant != 0:
		r.Dormant = true
	case attrs&attrAwake != 0:
		r.Dormant = false
	}
	r.Name = w.title(n, r.Name)
	return r
}

// carried is a digest that is known of n's contents on side without the side telling it.
func (w *world) carried(n *node, side Side) Digest {
	if d := w.digests[version{side, n.entry[side].Stamp()}]; d != "" {
		return d
	}
	if equal, _ := w.equal(n); equal {
		for _, d := range w.digestsOf(n, side.Other()) {
			return d
		}
	}
	if h := n.rec.Half(side); n.known && w.contentChange(n, side) == onlyTouched {
		return h.Digest
	}
	return ""
}

// title is the name that people read in reports: the one a user gave.
func (w *world) title(n *node, old string) string {
	for _, side := range sides {
		if e := n.entry[side]; e != nil && (!n.known || e.Name != n.rec.Half(side).Name) {
			return e.Name
		}
	}
	if old == "" {
		return n.rec.Name
	}
	return old
}

// planned returns the Record of n as a writing action shall leave it, all but what only the
// service can tell of the side it acts on.
func (w *world) planned(a *Action) Record {
	n, x := a.node, a.On
	t := x.Other()
	r := recordFor(n)
	if a.Temporary {
		return r
	}
	if n.parent != nil && a.Op != OpUpdate {
		r.ParentID = n.parent.rec.ID
	}
	r.Name = w.title(n, r.Name)
	if e := n.entry[t]; e != nil {
		h := r.Half(t)
		if a.Op != OpMove {
			putContent(h, e, w.carried(n, t))
		}
		switch arrived := n.name[t] == e.Name && n.up[t] == w.parentOn(n, t); {
		case a.Op == OpUpdate:
		case arrived || !n.known:
			putPlace(&r, t, e, w.folderOf(n, t))
		default:
			// The other side has a move of its own to make. Where it stands until then is nobody's wish.
			if h.Parent = n.rec.ParentOn(t); h.Parent == r.ParentID {
				h.Parent = 0
			}
			h.Provisional = true
		}
	}
	for _, side := range sides {
		h := r.Half(side)
		if n.agree&attrDeclined(side) != 0 {
			h.Presence = Declined
		}
		h.OwnName = w.ownName(n, side)
	}
	return r
}

// ownName reports whether n goes on to have a name on side that the other side would not give it.
func (w *world) ownName(n *node, side Side) bool {
	if n.agree&attrOwnName(side) != 0 {
		return true
	}
	h, t := n.rec.Half(side), side.Other()
	return h.OwnName && n.name[side] == h.Name &&
		NameKey(w.rename(n.name[t], n.rec.Kind, t)) != NameKey(h.Name) && NameKey(w.rename(h.Name, n.rec.Kind, side)) != NameKey(n.name[t])
}

// fill completes a planned Record with what the service returned.
func fill(r Record, in *Intent, e *Entry, folder RecordID, digest Digest, now time.Time) Record {
	h := r.Half(in.On)
	if in.Temporary {
		h.Name, h.Provisional = e.Name, true
		putSelf(h, e)
		h.Wrote = now
		return r
	}
	switch in.Op {
	case OpCreateFile, OpRestore:
		*h = Half{OwnName: h.OwnName}
		putContent(h, e, digest)
		putPlace(&r, in.On, e, folder)
	case OpCreateFolder:
		*h = Half{OwnName: h.OwnName}
		putPlace(&r, in.On, e, folder)
	case OpUpdate:
		putContent(h, e, digest)
	case OpMove:
		if h.Presence != Present && r.Kind == File && r.Half(in.On.Other()).Presence != Present {
			putContent(h, e, digest) // with something on the other side, contents are not agreed by a move
		}
		putPlace(&r, in.On, e, folder)
	}
	h.Wrote = now
	if digest != "" {
		if o := r.Half(in.On.Other()); o.Presence == Present && o.Digest == "" && in.Op != OpMove {
			o.Digest = digest
		}
	}
	return r
}
