package syncertest

import (
	"fmt"
	"io/fs"

	"github.com/procorebox/procorebox/syncer"
)

var lookupCases = []statePromise{{
	"record that does not exist is an error",
	"Record and ByID return an error that wraps fs.ErrNotExist, never an empty Record.",
	func(c *stateCheck) {
		s := c.with(aRecord(2, 1, "two"))
		_, err := s.Record(c.ctx, 3)
		c.wrong(err, "record that never was", fs.ErrNotExist)
		_, err = s.ByID(c.ctx, syncer.Source, itemID(syncer.Source, 3))
		c.wrong(err, "ID that never was", fs.ErrNotExist)
		_, err = s.ByID(c.ctx, syncer.Source, itemID(syncer.Destination, 2))
		c.wrong(err, "ID of the other side", fs.ErrNotExist)
	},
}, {
	"record is found by its ID whatever its presence",
	"ByID returns the Record whose Half on side has the ID, whatever its Presence: a replayed event about a deleted item must find it.",
	func(c *stateCheck) {
		for presence := syncer.Never; presence <= syncer.Declined; presence++ {
			s := c.openPair(presence.String())
			r := aRecord(2, 1, "two")
			r.Source.Presence, r.Destination.Presence = presence, presence
			c.put(s, aRoot(), r)
			for side := syncer.Source; side <= syncer.Destination; side++ {
				got, err := s.ByID(c.ctx, side, itemID(side, 2))
				c.must(err, "find an item that is "+presence.String())
				c.equal("record", got, r)
			}
		}
	},
}, {
	"record is not found by an ID that it had before",
	"An update may give an item a new ID; the old one leads nowhere from then on.",
	func(c *stateCheck) {
		s := c.with(aRecord(2, 1, "two"))
		r := aRecord(2, 1, "two")
		r.Destination.ID = "new"
		c.put(s, r)
		_, err := s.ByID(c.ctx, syncer.Destination, itemID(syncer.Destination, 2))
		c.wrong(err, "ID that the record had before", fs.ErrNotExist)
		got, err := s.ByID(c.ctx, syncer.Destination, "new")
		c.must(err, "find the new ID")
		c.equal("record", got, r)
	},
}, {
	"IDs are compared byte by byte",
	"An ID is opaque: case and blanks tell two apart.",
	func(c *stateCheck) {
		ids := []string{"a", "A", "a ", "a\x00", "é", "e\u0301", "1", "01"}
		var put []syncer.Record
		for i, id := range ids {
			r := aRecord(syncer.RecordID(2+i), 1, fmt.Sprint(i))
			r.Source.ID = id
			put = append(put, r)
		}
		s := c.with(put...)
		for i, id := range ids {
			c.leadsTo(s, id, syncer.RecordID(2+i))
		}
	},
}, {
	"names are found by their key",
	"ByName yields Records under names of that Key: case and composition do not count, everything else does.",
	func(c *stateCheck) {
		s := c.with(aRecord(2, 1, "Café Plan"), aRecord(3, 1, "cafe\u0301 plan"), aRecord(4, 1, "CAFÉ PLAN"), aRecord(5, 1, "Cafe Plan"))
		for side := syncer.Source; side <= syncer.Destination; side++ {
			c.ids("names on "+side.String(), s.ByName(c.ctx, side, 1, syncer.NameKey("café plan")), 2, 3, 4)
			c.ids("names in another folder", s.ByName(c.ctx, side, 2, syncer.NameKey("café plan")))
			c.ids("names that nothing has", s.ByName(c.ctx, side, 1, "plan"))
		}
	},
}, {
	"only what is present has its name",
	"ByName yields Records that are Present on side: a name is free again when its item is gone.",
	func(c *stateCheck) {
		var put []syncer.Record
		for presence := syncer.Never; presence <= syncer.Declined; presence++ {
			r := aRecord(10+syncer.RecordID(presence), 1, "plan")
			r.Source.Presence = presence
			put = append(put, r)
		}
		s := c.with(put...)
		c.ids("names on source", s.ByName(c.ctx, syncer.Source, 1, "plan"), 10+syncer.RecordID(syncer.Present))
		c.ids("names on destination", s.ByName(c.ctx, syncer.Destination, 1, "plan"), 10, 11, 12, 13)
		gone := put[syncer.Present]
		gone.Source.Presence = syncer.Gone
		c.put(s, gone)
		c.ids("names on source after the item went", s.ByName(c.ctx, syncer.Source, 1, "plan"))
	},
}, {
	"names are those of the side, in the folder of the side",
	"A Half has its own name and may have its own parent; the Record's name is for people only.",
	func(c *stateCheck) {
		r := aPlainRecord(3, 1, "for people")
		r.Source.Name, r.Destination.Name, r.Destination.Parent = "here", "there", 2
		s := c.with(aPlainRecord(2, 1, "folder"), r)
		c.ids("name on source", s.ByName(c.ctx, syncer.Source, 1, "here"), 3)
		c.ids("name on destination", s.ByName(c.ctx, syncer.Destination, 2, "there"), 3)
		c.ids("source's name on destination", s.ByName(c.ctx, syncer.Destination, 2, "here"))
		c.ids("destination's name in the source's folder", s.ByName(c.ctx, syncer.Destination, 1, "there"))
		c.ids("name for people", s.ByName(c.ctx, syncer.Source, 1, syncer.NameKey("for people")))
		r.Destination.Parent, r.Source.Name = 0, "new"
		c.put(s, r)
		c.ids("name after a rename", s.ByName(c.ctx, syncer.Source, 1, "new"), 3)
		c.ids("name before the rename", s.ByName(c.ctx, syncer.Source, 1, "here"))
		c.ids("name after a move", s.ByName(c.ctx, syncer.Destination, 1, "there"), 3)
		c.ids("name before the move", s.ByName(c.ctx, syncer.Destination, 2, "there"))
	},
}}

var childCases = []statePromise{{
	"children are those of either side",
	"Children yields the Records that stand in parent on either side, each once: a folder is judged by all that is in it.",
	func(c *stateCheck) {
		move := func(id syncer.RecordID, side syncer.Side) syncer.Record {
			r := aPlainRecord(id, 2, fmt.Sprint(id))
			r.Half(side).Parent = 3
			return r
		}
		away := aPlainRecord(7, 2, "away")
		away.Source.Parent, away.Destination.Parent = 3, 3
		s := c.with(aPlainRecord(2, 1, "two"), aPlainRecord(3, 1, "three"), aPlainRecord(4, 2, "four"),
			move(5, syncer.Source), move(6, syncer.Destination), away)
		c.ids("children of the root", s.Children(c.ctx, 1), 2, 3)
		c.ids("children of two", s.Children(c.ctx, 2), 4, 5, 6)
		c.ids("children of three", s.Children(c.ctx, 3), 5, 6, 7)
		c.ids("children of a file", s.Children(c.ctx, 4))
		c.ids("children of nothing", s.Children(c.ctx, 99))
	},
}, {
	"children follow moves",
	"An item that has moved is no longer a child of the folder that it was in.",
	func(c *stateCheck) {
		s := c.with(aPlainRecord(2, 1, "two"), aPlainRecord(3, 1, "three"), aPlainRecord(4, 2, "four"), aPlainRecord(5, 2, "five"))
		c.put(s, aPlainRecord(4, 3, "four"))
		c.ids("children of the old folder", s.Children(c.ctx, 2), 5)
		c.ids("children of the new folder", s.Children(c.ctx, 3), 4)
		half := aPlainRecord(4, 3, "four")
		half.Source.Parent = 2
		c.put(s, half)
		c.ids("children of the folder on one side", s.Children(c.ctx, 2), 4, 5)
		c.commit(s, syncer.Batch{Drop: []syncer.RecordID{4, 5}})
		c.ids("children after they were dropped", s.Children(c.ctx, 2))
		c.ids("children after they were dropped", s.Children(c.ctx, 3))
	},
}, {
	"children are there whatever their presence",
	"Children does not ask whether the item is there now: what is held back belongs to its folder too.",
	func(c *stateCheck) {
		r := aPlainRecord(2, 1, "two")
		r.Source.Presence, r.Destination.Presence = syncer.Gone, syncer.Never
		c.ids("children", c.with(r).Children(c.ctx, 1), 2)
	},
}}

var orderCases = []statePromise{{
	"records come by number",
	"Records, Children and ByName yield by RecordID, in whatever order they were put: the same state gives the same plan.",
	func(c *stateCheck) {
		const n = 1500
		var put []syncer.Record
		var want []syncer.RecordID
		for i := range syncer.RecordID(n) {
			put = append(put, aPlainRecord(2+(i*1013)%n, 1, "twin"))
			want = append(want, 2+i)
		}
		s := c.with(put...)
		c.ids("records", s.Records(c.ctx), append([]syncer.RecordID{1}, want...)...)
		c.ids("children", s.Children(c.ctx, 1), want...)
		c.ids("names", s.ByName(c.ctx, syncer.Source, 1, "twin"), want...)
		for i := range put {
			put[i].Name = "changed"
		}
		c.put(s, put[:n/2]...)
		c.ids("records after changes", s.Records(c.ctx), append([]syncer.RecordID{1}, want...)...)
	},
}, {
	"sequence may be left early and read again",
	"Every range over a sequence reads the state anew.",
	func(c *stateCheck) {
		s := c.with(aPlainRecord(2, 1, "two"), aPlainRecord(3, 1, "three"))
		records := s.Records(c.ctx)
		for r, err := range records {
			c.must(err, "read the records")
			c.expect(r.ID == 1, "first record is %d", r.ID)
			break
		}
		c.put(s, aPlainRecord(4, 1, "four"))
		c.ids("records read again", records, 1, 2, 3, 4)
	},
}, {
	"loop over records may call the other methods",
	"All methods are safe for use at any time: a loop that looks up what it meets, and commits, must not wait for itself.",
	func(c *stateCheck) {
		var put []syncer.Record
		for id := range syncer.RecordID(600) {
			put = append(put, aPlainRecord(2+id, 1, fmt.Sprint(id)))
		}
		s := c.with(put...)
		c.within("loop that reads and commits", func() error {
			for r, err := range s.Records(c.ctx) {
				if err != nil {
					return err
				}
				if r.ID == 1 || r.ID%100 != 0 {
					continue
				}
				if _, err := s.Record(c.ctx, r.ParentID); err != nil {
					return err
				}
				if _, err := s.ByID(c.ctx, syncer.Source, r.Source.ID); err != nil {
					return err
				}
				r.Name = "changed"
				if err := s.Commit(c.ctx, syncer.Batch{Put: []syncer.Record{r}}); err != nil {
					return err
				}
				for child, err := range s.Children(c.ctx, 1) {
					if err != nil || child.ID > 3 {
						return err
					}
				}
			}
			return nil
		})
		c.equal("record that the loop changed", c.record(s, 100).Name, "changed")
	},
}}
