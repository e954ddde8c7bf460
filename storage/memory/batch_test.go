package memory_test

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
)

func TestSequenceShowsThePairAsItWasWhenTheLoopBegan(t *testing.T) {
	t.Parallel()
	s, err := memory.New(memory.Options{}).Open(t.Context(), "pair")
	require.NoError(t, err)
	var b syncer.Batch
	for id := range syncer.RecordID(500) {
		b.Put = append(b.Put, item(id+1))
	}
	require.NoError(t, s.Commit(t.Context(), b))
	n := 0
	for r, err := range s.Records(t.Context()) {
		require.NoError(t, err)
		require.Equal(t, item(r.ID), r)
		n++
		later := item(1 + (r.ID+100)%500)
		later.Name = "changed"
		require.NoError(t, s.Commit(t.Context(), syncer.Batch{Put: []syncer.Record{later, item(500 + r.ID)}}))
	}
	require.Equal(t, 500, n)
	require.Len(t, ids(t, s), 1000)
}

func TestWhatOneBatchAddsAndRemovesIsRemoved(t *testing.T) {
	t.Parallel()
	s, err := memory.New(memory.Options{}).Open(t.Context(), "pair")
	require.NoError(t, err)
	key := syncer.PendingKey{Record: 2}
	require.NoError(t, s.Commit(t.Context(), syncer.Batch{
		Put: []syncer.Record{item(1), item(2)}, Drop: []syncer.RecordID{2},
		Intents: []syncer.Intent{{ID: "i"}}, Settled: []syncer.ActionID{"i"},
		Pending: []syncer.Pending{{PendingKey: key}}, Cleared: []syncer.PendingKey{key},
		Holds: []syncer.Hold{{Action: "h"}}, Lifted: []syncer.ActionID{"h"},
	}))
	require.Equal(t, []syncer.RecordID{1}, ids(t, s))
	for range s.Intents(t.Context()) {
		require.Fail(t, "an intent is left")
	}
	for range s.Pending(t.Context()) {
		require.Fail(t, "something is pending")
	}
	for range s.Holds(t.Context()) {
		require.Fail(t, "something is held")
	}
}

func TestAHoldThatIsPutAgainIsAsOldAsBefore(t *testing.T) {
	t.Parallel()
	s, err := memory.New(memory.Options{}).Open(t.Context(), "pair")
	require.NoError(t, err)
	monday := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	for day := range 3 {
		require.NoError(t, s.Commit(t.Context(), syncer.Batch{Holds: []syncer.Hold{{Action: "h", Since: monday.AddDate(0, 0, day)}}}))
	}
	for h := range s.Holds(t.Context()) {
		require.Equal(t, monday, h.Since)
	}
}

// model is a pair's Records in the simplest form there is.
type model map[syncer.RecordID]syncer.Record

// apply returns what is there after a Batch, and whether that makes sense.
func (m model) apply(b syncer.Batch) (model, bool) {
	next := maps.Clone(m)
	if b.Fresh {
		clear(next)
	}
	for _, r := range b.Put {
		next[r.ID] = r
	}
	for _, id := range b.Drop {
		delete(next, id)
	}
	type key struct {
		side syncer.Side
		id   string
	}
	taken := map[key]bool{}
	for _, r := range next {
		for _, parent := range []syncer.RecordID{r.ParentID, r.Source.Parent, r.Destination.Parent} {
			if _, exists := next[parent]; parent != 0 && !exists {
				return m, false
			}
		}
		for side := syncer.Source; side <= syncer.Destination; side++ {
			k := key{side, r.Half(side).ID}
			if k.id != "" && taken[k] {
				return m, false
			}
			taken[k] = true
		}
	}
	return next, true
}

func (m model) sorted(keep func(r *syncer.Record) bool) (list []syncer.Record) {
	for _, r := range m {
		if keep(&r) {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b syncer.Record) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// draw returns a Record that is likely to clash with others.
func draw(r *rand.Rand) syncer.Record {
	half := func() syncer.Half {
		h := syncer.Half{Presence: syncer.Presence(r.IntN(4)), Name: []string{"a", "A", "b", "É", "e\u0301"}[r.IntN(5)]}
		if r.IntN(4) > 0 {
			h.ID = fmt.Sprint(r.IntN(40))
		}
		if r.IntN(5) == 0 {
			h.Parent = syncer.RecordID(1 + r.IntN(12))
		}
		return h
	}
	return syncer.Record{
		ID: syncer.RecordID(2 + r.IntN(30)), ParentID: syncer.RecordID(1 + r.IntN(12)), Source: half(), Destination: half(),
	}
}

func TestAStoreHoldsWhatASimpleModelHolds(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 3))
	s, err := memory.New(memory.Options{}).Open(t.Context(), "pair")
	require.NoError(t, err)
	m, refused := model{}, 0
	for range 800 {
		b := syncer.Batch{Fresh: r.IntN(100) == 0}
		if len(m) == 0 || b.Fresh {
			b.Put = append(b.Put, syncer.Record{ID: 1})
		}
		for range r.IntN(4) {
			b.Put = append(b.Put, draw(r))
		}
		for range r.IntN(2) {
			b.Drop = append(b.Drop, syncer.RecordID(2+r.IntN(30)))
		}
		next, valid := m.apply(b)
		err := s.Commit(t.Context(), b)
		if valid {
			require.NoError(t, err, "%+v", b)
		} else {
			require.ErrorIs(t, err, syncer.ErrInvalid, "%+v", b)
			refused++
		}
		m = next
		m.compare(t, s)
	}
	require.Greater(t, refused, 100)
	require.Less(t, refused, 700)
}

func (m model) compare(t *testing.T, v syncer.View) {
	t.Helper()
	ctx := t.Context()
	var all []syncer.Record
	for r, err := range v.Records(ctx) {
		require.NoError(t, err)
		all = append(all, r)
	}
	require.Equal(t, m.sorted(func(*syncer.Record) bool { return true }), all)
	for parent := range syncer.RecordID(13) {
		var children []syncer.Record
		for r := range v.Children(ctx, parent) {
			children = append(children, r)
		}
		require.Equal(t, m.sorted(func(r *syncer.Record) bool {
			return r.ParentOn(syncer.Source) == parent || r.ParentOn(syncer.Destination) == parent
		}), children)
	}
	for side := syncer.Source; side <= syncer.Destination; side++ {
		for id := range 40 {
			want := m.sorted(func(r *syncer.Record) bool { return r.Half(side).ID == fmt.Sprint(id) })
			got, err := v.ByID(ctx, side, fmt.Sprint(id))
			require.Equal(t, len(want) == 0, errors.Is(err, fs.ErrNotExist))
			if err == nil {
				require.Equal(t, want[0], got)
			}
		}
		for _, name := range []string{"a", "b", "é"} {
			key, parent := syncer.NameKey(name), syncer.RecordID(1+len(m)%3)
			var found []syncer.Record
			for r := range v.ByName(ctx, side, parent, key) {
				found = append(found, r)
			}
			require.Equal(t, m.sorted(func(r *syncer.Record) bool {
				h := r.Half(side)
				return h.Presence == syncer.Present && r.ParentOn(side) == parent && syncer.NameKey(h.Name) == key
			}), found)
		}
	}
}
