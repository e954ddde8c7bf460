package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"iter"
	"maps"
	"math/bits"
	"slices"

	"github.com/procorebox/procorebox/syncer"
)

// chunk is how many Records one row of what was seen stands for.
const chunk = 4096

const (
	selectChunk  = "SELECT data FROM seen WHERE pair = ? AND side = ? AND chunk = ?"
	selectChunks = "SELECT side, chunk, data FROM seen WHERE pair = ? AND side = ? AND chunk > ? ORDER BY chunk LIMIT ?"
	upsertChunk  = "INSERT INTO seen (pair, side, chunk, data) VALUES (?, ?, ?, ?) " +
		"ON CONFLICT (pair, side, chunk) DO UPDATE SET data = excluded.data"
)

// met has a bit for each Record of a chunk.
type met [chunk / 64]uint64

func (c *coder) met(m *met) {
	for i := range m {
		c.uint(&m[i])
	}
}

func (w *writer) seen(b *syncer.Batch) error {
	if b.Unseen {
		if _, err := w.exec(deleteSeen, w.pair); err != nil {
			return err
		}
	}
	for _, s := range b.Seen {
		if s.Side > syncer.Destination {
			return fmt.Errorf("seen on side %d: %w", s.Side, syncer.ErrInvalid)
		}
		if err := w.see(s); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) see(s syncer.Seen) error {
	chunks := map[int64]*met{}
	for _, id := range s.Records {
		if err := fitting(id); err != nil {
			return err
		}
		at := int64(id / chunk) //nolint:gosec // it fits 43 bits
		if chunks[at] == nil {
			chunks[at] = new(met)
		}
		chunks[at][id%chunk/64] |= 1 << (id % 64)
	}
	for _, at := range slices.Sorted(maps.Keys(chunks)) {
		m := chunks[at]
		row, err := w.one(selectChunk, w.pair, int64(s.Side), at)
		if err != nil {
			return err
		}
		if row != nil {
			var old met
			if err := decode(bytes(row[0]), func(c *coder) { c.met(&old) }); err != nil {
				return err
			}
			for i := range old {
				m[i] |= old[i]
			}
		}
		if _, err := w.exec(upsertChunk, w.pair, int64(s.Side), at, encode(func(c *coder) { c.met(m) })); err != nil {
			return err
		}
	}
	return nil
}

// Seen implements [syncer.View]. The Records come by RecordID.
func (v view) Seen(ctx context.Context, side syncer.Side) iter.Seq2[syncer.RecordID, error] {
	return func(yield func(syncer.RecordID, error) bool) {
		for m, err := range list(ctx, v, "seen records", selectChunks,
			[]driver.Value{int64(side), int64(-1)}, takeChunk) {
			if err != nil {
				yield(0, err)
				return
			}
			if !m.yield(yield) {
				return
			}
		}
	}
}

// chunkOf is a chunk with its place.
type chunkOf struct {
	at int64
	met
}

func takeChunk(row []driver.Value) (m chunkOf, after []driver.Value, err error) {
	m.at = number(row[1])
	err = decode(bytes(row[2]), func(c *coder) { c.met(&m.met) })
	return m, slices.Clone(row[:2]), err
}

func (m *chunkOf) yield(yield func(syncer.RecordID, error) bool) bool {
	for i, word := range m.met {
		for ; word != 0; word &= word - 1 {
			id := m.at*chunk + int64(i*64+bits.TrailingZeros64(word))
			if !yield(syncer.RecordID(id), nil) { //nolint:gosec // chunks are not negative
				return false
			}
		}
	}
	return true
}
