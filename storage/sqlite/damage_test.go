package sqlite_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
)

var someDay = time.Date(2026, 5, 4, 9, 30, 15, 0, time.UTC)

// written is everything of a small state that a View shows.
type written struct {
	Header  syncer.Header
	Records []syncer.Record
	Intents []syncer.Intent
	Pending []syncer.Pending
	Holds   []syncer.Hold
	Clashes []syncer.Clash
	Inbox   []syncer.Hinted
	Seen    []syncer.RecordID
	Journal []syncer.Outcome
}

func collect[T any](values iter.Seq2[T, error]) (list []T, err error) {
	for v, err := range values {
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// readAll returns all of the pair, or the first error.
func readAll(ctx context.Context, s *sqlite.Store) (w written, err error) {
	v, err := s.View(ctx, "pair")
	if err != nil {
		return w, err
	}
	steps := []func() error{
		func() (err error) { w.Header, err = v.Header(ctx); return err },
		func() (err error) { w.Records, err = collect(v.Records(ctx)); return err },
		func() (err error) { w.Intents, err = collect(v.Intents(ctx)); return err },
		func() (err error) { w.Pending, err = collect(v.Pending(ctx)); return err },
		func() (err error) { w.Holds, err = collect(v.Holds(ctx)); return err },
		func() (err error) { w.Clashes, err = collect(v.Clashes(ctx, false)); return err },
		func() (err error) { w.Inbox, err = collect(v.Inbox(ctx)); return err },
		func() (err error) { w.Seen, err = collect(v.Seen(ctx, syncer.Source)); return err },
		func() (err error) { w.Journal, err = collect(v.Journal(ctx, syncer.Position{})); return err },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return w, err
		}
	}
	return w, nil
}

// goodFile returns the bytes of a small state file, and what is in it.
func goodFile(tb testing.TB) ([]byte, written) {
	tb.Helper()
	ctx, path := context.Background(), filepath.Join(tb.TempDir(), "good.db")
	s, err := sqlite.Open(ctx, path, sqlite.Options{Clock: func() time.Time { return someDay }, Machine: "one"})
	require.NoError(tb, err)
	state, err := s.Open(ctx, "pair")
	require.NoError(tb, err)
	b := syncer.Batch{
		Header:     &syncer.Header{Source: syncer.Root{ID: "41"}, Destination: syncer.Root{ID: "71"}, Next: 301, Generation: 3, Completed: someDay},
		Intents:    []syncer.Intent{{ID: "intent", Op: syncer.OpUpdate, Record: 3, After: item(3), At: someDay}},
		Tombstones: []syncer.Tombstone{{ID: "gone", Kind: syncer.File, Name: "gone.pdf", At: someDay}},
		Pending:    []syncer.Pending{{PendingKey: syncer.PendingKey{Record: 4}, Path: "Detail 4.pdf", Reason: "locked", Since: someDay}},
		Holds:      []syncer.Hold{{Action: "hold", Op: syncer.OpDelete, Record: 5, Path: "Detail 5.pdf", Reason: "limit", Since: someDay}},
		Clashes:    []syncer.Clash{{ID: "clash", Record: 5, Path: "Detail 5.pdf", Since: someDay, Resolution: syncer.Leave}},
		Seen:       []syncer.Seen{{Records: []syncer.RecordID{1, 2, 3}}},
	}
	for id := syncer.RecordID(1); id <= 300; id++ {
		b.Put = append(b.Put, item(id))
		b.Outcomes = append(b.Outcomes, syncer.Outcome{At: someDay, Action: "done", Op: syncer.OpAdopt, Record: id, Result: syncer.Done})
	}
	require.NoError(tb, state.Commit(ctx, b))
	require.NoError(tb, s.Advance(ctx, "stream", "", "7", map[string][]syncer.Hint{"pair": {{ID: "43", At: someDay}, {Full: true}}}))
	require.NoError(tb, state.Close())
	all, err := readAll(ctx, s)
	require.NoError(tb, err)
	require.NoError(tb, s.Close())
	data, err := os.ReadFile(path)
	require.NoError(tb, err)
	return data, all
}

// harm is one thing that can happen to a file.
type harm uint8

const (
	flip harm = iota
	cut
	insert
	remove
	blank
	harms
)

// do returns data after the harm. with is what is flipped, put in, or how much is taken out.
func (h harm) do(data []byte, at uint32, with []byte) []byte {
	pos := int(at) % len(data)
	data = bytes.Clone(data)
	switch h % harms {
	case cut:
		return data[:pos]
	case insert:
		return append(data[:pos:pos], append(with, data[pos:]...)...)
	case remove:
		return append(data[:pos:pos], data[min(pos+len(with), len(data)):]...)
	case blank:
		clear(data[pos:min(pos+16*len(with), len(data))])
	default:
		for i := range with {
			if pos+i < len(data) {
				data[pos+i] ^= with[i]
			}
		}
	}
	return data
}

// judge opens a harmed file. It must say that it is damaged, or show what was written; whatever the
// checks do not find must be there in full.
func judge(t *testing.T, data []byte, want written) (opened bool) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "harmed.db")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{Clock: func() time.Time { return someDay }, Machine: "one"})
	if err != nil {
		require.ErrorIs(t, err, syncer.ErrDamaged)
		return false
	}
	defer s.Close()
	checked := s.Check(t.Context())
	got, err := readAll(t.Context(), s)
	if checked == nil {
		require.NoError(t, err)
		require.Equal(t, want, got, "the check found nothing")
		return true
	}
	require.ErrorIs(t, checked, syncer.ErrDamaged)
	if err != nil {
		require.ErrorIs(t, err, syncer.ErrDamaged)
		return true
	}
	require.Equal(t, want.Header, got.Header)
	require.Equal(t, want.Records, got.Records, "no record is ever missing in silence")
	require.Equal(t, want.Intents, got.Intents)
	require.Equal(t, want.Holds, got.Holds)
	require.Equal(t, want.Clashes, got.Clashes)
	return true
}

func FuzzOpenOfADamagedFileSaysSoOrShowsWhatWasWritten(f *testing.F) {
	good, want := goodFile(f)
	f.Add(uint8(cut), uint32(0), []byte{})
	f.Add(uint8(flip), uint32(18), []byte{0xff})
	f.Fuzz(func(t *testing.T, h uint8, at uint32, with []byte) {
		judge(t, harm(h).do(good, at, with), want)
	})
}

// sampled returns whether a damage is tried: each one, or every fifth where tests shall be short.
func sampled() func() bool {
	n := 0
	return func() bool {
		n++
		return !testing.Short() || n%5 == 0
	}
}

func TestADamagedFileSaysSoOrShowsWhatWasWritten(t *testing.T) {
	t.Parallel()
	good, want := goodFile(t)
	page := int(binary.BigEndian.Uint16(good[16:]))
	opened, refused, wanted := 0, 0, sampled()
	try := func(h harm, at int, with ...byte) {
		if !wanted() {
			return
		}
		if judge(t, h.do(good, uint32(at), with), want) {
			opened++
		} else {
			refused++
		}
	}
	for at := range 100 {
		try(flip, at, 0x01)
	}
	for at := 0; at < len(good); at += page {
		try(cut, at)
		try(cut, at+page/2)
		try(blank, at, make([]byte, page/16)...)
		for _, i := range []int{0, 3, 5} { // kind of page, number of cells, where they begin
			try(flip, at+i, 0x5a)
		}
		try(flip, at+page-20, 0x5a, 0x5a)
		try(insert, at, 'x')
		try(remove, at, 'x')
	}
	require.Positive(t, opened)
	require.Positive(t, refused)
	t.Logf("%d files refused, %d opened", refused, opened)
}

func TestAFileThatIsNoStateIsSaidToBeNone(t *testing.T) {
	t.Parallel()
	good, _ := goodFile(t)
	number := func(at int, n uint32) []byte {
		data := bytes.Clone(good)
		binary.BigEndian.PutUint32(data[at:], n)
		return data
	}
	for name, tc := range map[string]struct {
		data []byte
		says string
	}{
		"empty":                   {nil, "the file is empty"},
		"no database":             {[]byte(fmt.Sprintf("%05000d", 7)), "not a database"},
		"of another program":      {number(68, 7), "application id 0x7"},
		"a ledger":                {number(68, 0x50426c64), "application id 0x50426c64"},
		"of a newer version":      {number(60, 1000), "newer version"},
		"half as long":            {good[:len(good)/2], "malformed"},
		"without a version":       {number(60, 0), "no version"},
		"of an impossible schema": {number(60, 1<<31+1), "schema"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "state.db")
			require.NoError(t, os.WriteFile(path, tc.data, 0o600))
			for range 2 {
				_, err := sqlite.Open(t.Context(), path, sqlite.Options{})
				require.ErrorIs(t, err, syncer.ErrDamaged)
				require.ErrorContains(t, err, tc.says)
				require.ErrorContains(t, err, path)
				require.Equal(t, name == "of a newer version", errors.Is(err, sqlite.ErrNewer))
			}
			left, err := os.ReadFile(path)
			require.NoError(t, err)
			require.True(t, bytes.Equal(tc.data, left), "the file is left as it is")
		})
	}
}

func TestALogWithoutItsFileIsDamage(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	require.NoError(t, os.WriteFile(path+"-wal", []byte("commits"), 0o600))
	_, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	require.ErrorIs(t, err, syncer.ErrDamaged)
}
