package syncer

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"math/bits"
	"sort"
	"sync"
)

// table is the baseline as a full scan needs it: for every Record and side a hash of the ID and a
// fingerprint of the rest. An entry that is as recorded costs one bit; everything else about a
// Record stays in the store. It holds no pointers, so that a million rows do not occupy the
// garbage collector.
type table struct {
	seed [2]maphash.Seed
	rows []row
	half [2]column
}

type row struct {
	id      RecordID
	present [2]bool
	file    bool
	dormant bool
	owed    bool
}

// column is what the table knows of one side.
type column struct {
	ids   []idHash
	sums  []uint64
	guard []uint64
	slots []int32 // open addressing by ids, a row or -1
	seen  []uint64
	older []uint64 // of those, the ones that an earlier slice of the scan has met
}

// idHash stands for an ID. Its 128 bits come from two seeds that are new in every scan, so that two
// IDs of one side meet in one with a probability that no run will ever see.
type idHash [2]uint64

func (t *table) hash(id string) idHash {
	return idHash{maphash.String(t.seed[0], id), maphash.String(t.seed[1], id)}
}

// loadTable reads all Records once, while two goroutines build the columns of the two sides. There are
// no more of them than numbers were given away.
func loadTable(ctx context.Context, view View, most RecordID, told map[PendingKey]Pending) (*table, error) {
	t := &table{seed: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
	size := int(min(most, maxReserve))
	t.rows = make([]row, 0, size)
	for _, side := range sides {
		t.half[side].reserve(size)
	}
	const chunk = 2048
	var feeds [2]chan []Record
	var wg sync.WaitGroup
	for _, side := range sides {
		feeds[side] = make(chan []Record, 4)
		wg.Go(func() { t.build(side, feeds[side]) })
	}
	var buffer []Record
	flush := func() {
		feeds[Source] <- buffer
		feeds[Destination] <- buffer
		buffer = make([]Record, 0, cap(buffer))
	}
	var failed error
	for r, err := range view.Records(ctx) {
		if err != nil {
			failed = fmt.Errorf("read records: %w", err)
			break
		}
		t.rows = append(t.rows, row{
			id: r.ID, file: r.Kind == File, dormant: r.Dormant, owed: owed(&r) || untold(&r, told),
			present: [2]bool{expected(&r.Source), expected(&r.Destination)},
		})
		if buffer = append(buffer, r); len(buffer) == chunk {
			flush()
		}
	}
	flush()
	close(feeds[Source])
	close(feeds[Destination])
	wg.Wait()
	return t, failed
}

// maxReserve bounds what is reserved on the word of a number: most of the Records may be gone.
const maxReserve = 1 << 20

func (c *column) reserve(size int) {
	c.ids, c.sums, c.guard = make([]idHash, 0, size), make([]uint64, 0, size), make([]uint64, 0, size)
}

func (t *table) build(side Side, feed <-chan []Record) {
	c := &t.half[side]
	for recs := range feed {
		for i := range recs {
			r := &recs[i]
			h := r.Half(side)
			var id idHash
			if h.ID != "" {
				id = t.hash(h.ID)
			}
			c.ids = append(c.ids, id)
			c.guard = append(c.guard, maphash.String(t.seed[0], string(h.Guard)))
			c.sums = append(c.sums, t.sum(r.Kind, r.ParentOn(side), h.Name, h.Content, h.Birth))
		}
	}
	size := 16
	for size < 2*len(c.ids) {
		size *= 2
	}
	c.slots = make([]int32, size)
	for i := range c.slots {
		c.slots[i] = -1
	}
	mask := uint64(size) - 1
	for i, id := range c.ids {
		if id == (idHash{}) {
			continue
		}
		at := id[0] & mask
		for c.slots[at] >= 0 {
			at = (at + 1) & mask
		}
		c.slots[at] = int32(i)
	}
	c.seen = make([]uint64, (len(c.ids)+63)/64)
}

// row returns the row of an ID on side, or -1.
func (t *table) row(side Side, id string) int32 {
	c, want := &t.half[side], t.hash(id)
	mask := uint64(len(c.slots)) - 1
	for at := want[0] & mask; c.slots[at] >= 0; at = (at + 1) & mask {
		if i := c.slots[at]; c.ids[i] == want {
			return i
		}
	}
	return -1
}

// expected reports whether a listing of the side should show the item as recorded.
func expected(h *Half) bool { return h.Presence == Present && !h.Provisional }

// owed reports whether the two sides are known to differ: one lacks what the other has, and that is
// not meant to stay so. A full scan looks at such Records whatever the pending set says.
func owed(r *Record) bool {
	s, d := r.Source.Presence, r.Destination.Presence
	return (s == Present) != (d == Present) && s != Declined && d != Declined && !r.Dormant
}

// untold reports whether a side could not follow, and no pending row says so: a run died in between.
func untold(r *Record, told map[PendingKey]Pending) bool {
	apart := r.Source.Behind || r.Destination.Behind || r.Source.OwnName || r.Destination.OwnName ||
		r.Source.Parent != r.Destination.Parent || r.Source.Presence == Declined || r.Destination.Presence == Declined
	if !apart || r.Dormant {
		return false
	}
	_, ok := told[PendingKey{Record: r.ID}]
	return !ok
}

// sum is the fingerprint of what a listing shows of an item.
func (t *table) sum(kind Kind, parent RecordID, name, content, birth string) uint64 {
	var h maphash.Hash
	h.SetSeed(t.seed[0])
	var fixed [9]byte
	fixed[0] = byte(kind)
	binary.LittleEndian.PutUint64(fixed[1:], uint64(parent))
	h.Write(fixed[:])
	h.WriteString(name)
	h.WriteByte(0)
	h.WriteString(content)
	h.WriteByte(0)
	h.WriteString(birth)
	return h.Sum64()
}

// find returns the row of a Record, or -1.
func (t *table) find(id RecordID) int32 {
	i := sort.Search(len(t.rows), func(i int) bool { return t.rows[i].id >= id })
	if i < len(t.rows) && t.rows[i].id == id {
		return int32(i) //nolint:gosec // as above
	}
	return -1
}

func (t *table) mark(side Side, i int32)     { t.half[side].seen[i/64] |= 1 << (i % 64) }
func (t *table) met(side Side, i int32) bool { return t.half[side].seen[i/64]&(1<<(i%64)) != 0 }

// metBefore reports whether the item was met by an earlier slice of the scan only: it is not missing,
// but nothing is known of it now.
func (t *table) metBefore(side Side, i int32) bool {
	older := t.half[side].older
	return older != nil && older[i/64]&(1<<(i%64)) != 0
}

// count returns how many Records besides the root were met on side.
func (t *table) count(side Side) int {
	n := 0
	for _, word := range t.half[side].seen {
		n += bits.OnesCount64(word)
	}
	if i := t.find(RootRecord); i >= 0 && t.met(side, i) {
		n--
	}
	return n
}
