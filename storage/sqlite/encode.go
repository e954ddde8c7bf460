package sqlite

import "github.com/procorebox/procorebox/syncer"

func (c *coder) stamp(s *syncer.Stamp) {
	str(c, &s.ID)
	str(c, &s.Content)
}

func (c *coder) trashed(t *syncer.Trashed) {
	str(c, &t.ID)
	str(c, &t.Handle)
}

func (c *coder) side(s *syncer.Side) { small(c, s, syncer.Destination) }

// kind and op may be zero.
func (c *coder) kind(k *syncer.Kind) { small(c, k, syncer.Other) }
func (c *coder) op(o *syncer.Op)     { small(c, o, syncer.OpDelete) }

func (c *coder) header(h *syncer.Header) {
	for _, root := range []*syncer.Root{&h.Source, &h.Destination} {
		str(c, &root.Locator)
		str(c, &root.ID)
		str(c, &root.Parent)
	}
	str(c, &h.Policies)
	whole(c, &h.Next)
	c.uint(&h.Generation)
	c.time(&h.Completed)
	c.uint(&h.Scan.Generation)
	c.uint(&h.Scan.Since)
	c.bool(&h.Scan.Gaps)
	for _, f := range []*syncer.Frontier{&h.Scan.Source, &h.Scan.Destination} {
		str(c, &f.From)
		c.bool(&f.Done)
	}
	if c.later(len(h.Unlisted) > 0) {
		c.unlisted(h)
	}
}

func (c *coder) unlisted(h *syncer.Header) {
	n := uint64(len(h.Unlisted))
	c.uint(&n)
	if c.reading {
		if n > uint64(len(c.in)) {
			c.fail()
			return
		}
		h.Unlisted = make([]syncer.Unlisted, n)
	}
	for i := range h.Unlisted {
		u := &h.Unlisted[i]
		c.side(&u.Side)
		str(c, &u.Path)
		str(c, &u.Cause)
		str(c, &u.Reason)
	}
}

func (c *coder) intent(i *syncer.Intent) {
	str(c, &i.ID)
	c.op(&i.Op)
	c.side(&i.On)
	whole(c, &i.Record)
	c.kind(&i.Kind)
	str(c, &i.Parent)
	str(c, &i.Name)
	c.bool(&i.Temporary)
	c.stamp(&i.Old)
	c.int(&i.Size)
	str(c, &i.Digest)
	c.record(&i.After)
	c.record(&i.Split)
	c.uint(&i.Fence)
	c.time(&i.At)
	c.trashed(&i.Trash)
	if c.later(i.By != syncer.Author{}) {
		c.author(&i.By)
	}
}

func (c *coder) tombstone(t *syncer.Tombstone) {
	c.side(&t.Side)
	str(c, &t.ID)
	str(c, &t.Content)
	c.kind(&t.Kind)
	str(c, &t.Name)
	str(c, &t.OtherID)
	str(c, &t.OtherName)
	str(c, &t.Handle)
	str(c, &t.Birth)
	c.time(&t.At)
	c.bool(&t.Replaced)
}

func (c *coder) pending(p *syncer.Pending) {
	whole(c, &p.Record)
	c.side(&p.Side)
	str(c, &p.ID)
	c.side(&p.On)
	str(c, &p.Path)
	str(c, &p.Reason)
	c.time(&p.Since)
	for _, n := range []*int{&p.Attempts, &p.Undone} {
		number := int64(*n)
		c.int(&number)
		*n = int(number)
	}
	c.time(&p.NotBefore)
	small(c, &p.Result, syncer.Dropped)
	c.bools(&p.Quiet, &p.Conflict)
	c.op(&p.Op)
	for i := range p.Verified {
		c.stamp(&p.Verified[i].Stamp)
		str(c, &p.Verified[i].Digest)
	}
	if c.later(p.Did != 0 || p.By != syncer.Author{} || p.Cause != "") {
		c.deed(&p.Did, &p.By)
	}
	if c.later(p.Cause != "") {
		str(c, &p.Cause)
	}
}

func (c *coder) hold(h *syncer.Hold) {
	str(c, &h.Action)
	c.op(&h.Op)
	c.side(&h.On)
	whole(c, &h.Record)
	c.kind(&h.Kind)
	str(c, &h.Path)
	str(c, &h.Reason)
	c.time(&h.Since)
	small(c, &h.Decision, syncer.Rejected)
	if c.reading && c.in != "" || !c.reading && h.Run != 0 { // came later, and is left out where there is none
		c.uint(&h.Run)
	}
}

func (c *coder) hinted(h *syncer.Hinted) {
	c.uint(&h.Seq)
	c.side(&h.Side)
	str(c, &h.ID)
	n := uint64(len(h.Within))
	c.uint(&n)
	if c.reading {
		if n > uint64(len(c.in)) {
			c.fail()
			return
		}
		if n > 0 {
			h.Within = make([]string, n)
		}
	}
	for i := range h.Within {
		str(c, &h.Within[i])
	}
	c.bool(&h.Full)
	c.time(&h.At)
	told := h.Did != 0 || h.By != syncer.Author{}
	if c.later(h.Guard != "" || told) {
		str(c, &h.Guard)
	}
	if c.later(told) {
		c.deed(&h.Did, &h.By)
	}
}

// later reports whether fields follow that came to a type later. They stand at its end, and are left out
// where there is nothing in them.
func (c *coder) later(written bool) bool {
	if c.reading {
		return c.in != ""
	}
	return written
}

func (c *coder) deed(did *syncer.Deeds, by *syncer.Author) {
	small(c, did, syncer.DidWrite|syncer.DidMove|syncer.DidDelete|syncer.DidRestore)
	c.author(by)
}

func (c *coder) author(a *syncer.Author) {
	str(c, &a.ID)
	str(c, &a.Name)
	c.time(&a.At)
}

func (c *coder) outcome(o *syncer.Outcome) {
	c.uint(&o.Position.Fence)
	c.uint(&o.Position.Seq)
	c.time(&o.At)
	str(c, &o.Action)
	c.op(&o.Op)
	c.side(&o.On)
	whole(c, &o.Record)
	c.kind(&o.Kind)
	str(c, &o.Path)
	str(c, &o.From)
	small(c, &o.Result, syncer.Clashed)
	c.int(&o.Bytes)
	str(c, &o.Reason)
	str(c, &o.Err)
	c.stamp(&o.Before)
	c.stamp(&o.After)
	c.trashed(&o.Undo)
	if c.later(o.By != syncer.Author{}) {
		c.author(&o.By)
	}
}
