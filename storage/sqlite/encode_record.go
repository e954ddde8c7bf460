package sqlite

import "github.com/procorebox/procorebox/syncer"

// The flags of a stored Half. What most Records do not have takes no space.
const (
	halfProvisional = 1 << iota
	halfBehind
	halfOwnName
	halfSameName   // as the Record is called
	halfSameDigest // as the source's
	halfParent
	halfBirth
	halfFacts
	halfWrote
	halfPhoto
	halfFlags // all that there are
)

func encodeRecord(r *syncer.Record) []byte {
	return encode(func(c *coder) { c.record(r) })
}

func decodeRecord(data []byte) (r syncer.Record, err error) {
	err = decode(data, func(c *coder) { c.record(&r) })
	return r, err
}

func (c *coder) record(r *syncer.Record) {
	whole(c, &r.ID)
	whole(c, &r.ParentID)
	small(c, &r.Kind, syncer.Other)
	str(c, &r.Name)
	c.bool(&r.Dormant)
	c.half(r, &r.Source)
	c.half(r, &r.Destination)
}

func (c *coder) half(r *syncer.Record, h *syncer.Half) {
	small(c, &h.Presence, syncer.Declined)
	flags := halfFlagsOf(r, h)
	c.uint(&flags)
	if flags >= halfFlags {
		c.fail()
		return
	}
	h.Provisional, h.Behind, h.OwnName = flags&halfProvisional != 0, flags&halfBehind != 0, flags&halfOwnName != 0
	str(c, &h.ID)
	str(c, &h.Content)
	if flags&halfSameName != 0 {
		h.Name = r.Name
	} else {
		str(c, &h.Name)
	}
	c.int(&h.Size)
	if flags&halfSameDigest != 0 {
		h.Digest = r.Source.Digest
	} else {
		str(c, &h.Digest)
	}
	str(c, &h.Guard)
	if flags&halfParent != 0 {
		whole(c, &h.Parent)
	}
	if flags&halfBirth != 0 {
		str(c, &h.Birth)
	}
	if flags&halfFacts != 0 {
		c.facts(h)
	}
	if flags&halfWrote != 0 {
		c.time(&h.Wrote)
	}
	if flags&halfPhoto != 0 {
		c.photo(h)
	}
}

func halfFlagsOf(r *syncer.Record, h *syncer.Half) (flags uint64) {
	for bit, is := range [...]bool{
		h.Provisional, h.Behind, h.OwnName, h.Name == r.Name, h != &r.Source && h.Digest == r.Source.Digest,
		h.Parent != 0, h.Birth != "", h.Facts != nil, !h.Wrote.IsZero(),
		h.Facts != nil && (!h.Facts.Taken.IsZero() || h.Facts.Location != "" || h.Facts.Description != ""),
	} {
		if is {
			flags |= 1 << bit
		}
	}
	return flags
}

func (c *coder) facts(h *syncer.Half) {
	var f syncer.Facts
	if h.Facts != nil {
		f = *h.Facts
	}
	c.bools(&f.Private, &f.Tracked, &f.Fixed)
	str(c, &f.Locked)
	str(c, &f.Author)
	c.time(&f.Created)
	c.time(&f.Modified)
	str(c, &f.Link)
	if c.reading {
		h.Facts = &f
	}
}

// photo is what facts there are of photos only.
func (c *coder) photo(h *syncer.Half) {
	if h.Facts == nil {
		c.fail() // they come with the others
		return
	}
	c.time(&h.Facts.Taken)
	str(c, &h.Facts.Location)
	str(c, &h.Facts.Description)
}
