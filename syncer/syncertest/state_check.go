package syncertest

import (
	"encoding/json"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// stateCheck is what a case about a StateStore works with.
type stateCheck struct {
	*check
	h *StoreHarness
}

// The pairs that the cases work with.
const thePair, otherPair = "pair", "other pair"

func (c *stateCheck) open() syncer.State { return c.openPair(thePair) }

func (c *stateCheck) openPair(name string) syncer.State {
	s, err := c.h.Store.Open(c.ctx, name)
	c.must(err, "open "+name)
	return s
}

func (c *stateCheck) view() syncer.View { return c.viewPair(thePair) }

func (c *stateCheck) viewPair(name string) syncer.View {
	v, err := c.h.Store.View(c.ctx, name)
	c.must(err, "view "+name)
	return v
}

func (c *stateCheck) commit(s syncer.State, b syncer.Batch) { c.must(s.Commit(c.ctx, b), "commit") }

// put commits Records.
func (c *stateCheck) put(s syncer.State, records ...syncer.Record) {
	c.commit(s, syncer.Batch{Put: records})
}

// with opens the pair with these Records in it, below the root.
func (c *stateCheck) with(records ...syncer.Record) syncer.State {
	s := c.open()
	c.put(s, append([]syncer.Record{aRoot()}, records...)...)
	return s
}

// expire lets every lease run out.
func (c *stateCheck) expire() {
	c.need(c.h.Advance != nil && c.h.Lease > 0, "harness cannot let a lease run out")
	c.h.Advance(c.h.Lease + time.Second)
}

// reopen goes on with the store as another process finds it.
func (c *stateCheck) reopen() {
	c.need(c.h.Reopen != nil, "harness cannot reopen the store")
	store, err := c.h.Reopen(c.ctx)
	c.must(err, "reopen the store")
	c.h.Store = store
}

// contents is everything that a View shows, but for Tombstones, which it shows one by one.
type contents struct {
	Header              syncer.Header
	Records             []syncer.Record
	Intents             []syncer.Intent
	Pending             []syncer.Pending
	Holds               []syncer.Hold
	Clashes             []syncer.Clash
	Inbox               []syncer.Hinted
	Source, Destination []syncer.RecordID
	Journal             []syncer.Outcome
}

func (c *stateCheck) read(v syncer.View) contents {
	header, err := v.Header(c.ctx)
	c.must(err, "read the header")
	return contents{
		Header:      header,
		Records:     drain(c.check, "read the records", v.Records(c.ctx)),
		Intents:     drain(c.check, "read the intents", v.Intents(c.ctx)),
		Pending:     drain(c.check, "read what is pending", v.Pending(c.ctx)),
		Holds:       drain(c.check, "read the holds", v.Holds(c.ctx)),
		Clashes:     drain(c.check, "read the conflicts", v.Clashes(c.ctx, false)),
		Inbox:       drain(c.check, "read the inbox", v.Inbox(c.ctx)),
		Source:      c.seen(v, syncer.Source),
		Destination: c.seen(v, syncer.Destination),
		Journal:     drain(c.check, "read the journal", v.Journal(c.ctx, syncer.Position{})),
	}
}

// seen returns the Records that were seen, sorted.
func (c *stateCheck) seen(v syncer.View, side syncer.Side) []syncer.RecordID {
	ids := drain(c.check, "read what was seen", v.Seen(c.ctx, side))
	slices.Sort(ids)
	return ids
}

func (c *stateCheck) record(v syncer.View, id syncer.RecordID) syncer.Record {
	r, err := v.Record(c.ctx, id)
	c.must(err, fmt.Sprintf("read record %d", id))
	return r
}

// ids notes a failure unless a sequence yields just these Records in this order.
func (c *stateCheck) ids(what string, seq iter.Seq2[syncer.Record, error], want ...syncer.RecordID) {
	var ids []syncer.RecordID
	for _, r := range drain(c.check, what, seq) {
		ids = append(ids, r.ID)
	}
	c.equal(what, ids, want)
}

// drain reads a sequence to its end.
func drain[T any](c *check, what string, seq iter.Seq2[T, error]) []T {
	var list []T
	for v, err := range seq {
		c.must(err, what)
		list = append(list, v)
	}
	return list
}

// equal notes a failure unless got is want. Times are equal if they name the same instant, and an
// empty list is equal to none.
func (c *stateCheck) equal(what string, got, want any) {
	if !alike(reflect.ValueOf(got), reflect.ValueOf(want)) {
		c.fail("%s: %s, not %s", what, printed(got), printed(want))
	}
}

func printed(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%+v", v)
	}
	return string(text)
}

func alike(a, b reflect.Value) bool {
	if a.IsValid() != b.IsValid() || a.IsValid() && a.Type() != b.Type() {
		return false
	}
	if !a.IsValid() {
		return true
	}
	switch a.Kind() {
	case reflect.Struct:
		if t, ok := reflect.TypeAssert[time.Time](a); ok {
			u, _ := reflect.TypeAssert[time.Time](b)
			return t.Equal(u)
		}
		for i := range a.NumField() {
			if !alike(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Slice:
		for i := range min(a.Len(), b.Len()) {
			if !alike(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return a.Len() == b.Len()
	case reflect.Pointer:
		return a.IsNil() == b.IsNil() && (a.IsNil() || alike(a.Elem(), b.Elem()))
	}
	return a.Equal(b)
}
