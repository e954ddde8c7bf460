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
type met struct {
	side syncer.Side
	at   uint64 // which chunk
	bits [chunk / 64]uint64
}

func (c *coder) met(m *met) {
	c.side(&m.side)
	c.uint(&m.at)
	for i := range m.bits {
		c.uint(&m.bits[i])
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
	chunks := map[uint64]*met{}
	for _, id := range s.Records {
		if err := fitting(id); err != nil {
			return err
		}
		at := uint64(id / chunk)
		if chunks[at] == nil {
			chunks[at] = &met{side: s.Side, at: at}
		}
		chunks[at].bits[id%chunk/64] |= 1 << (id % 64)
	}
	for _, at := range slices.Sorted(maps.Keys(chunks)) {
		if err := w.add(chunks[at]); err != nil {
			return err
		}
	}
	return nil
}

// add puts the bits of a chunk to those that are stored.
func (w *writer) add(m *met) error {
	row, err := w.one(selectChunk, w.pair, int64(m.side), signed(m.at))
	if err != nil {
		return err
	}
	if row != nil {
		var old met
		if err := decode(bytes(row[0]), func(c *coder) { c.met(&old) }); err != nil {
			return err
		}
		for i := range old.bits {
			m.bits[i] |= old.bits[i]
		}
	}
	_, err = w.exec(upsertChunk, w.pair, int64(m.side), signed(m.at), encode(func(c *coder) { c.met(m) }))
	return err
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

func takeChunk(row []driver.Value) (m met, after []driver.Value, err error) {
	err = decode(bytes(row[2]), func(c *coder) { c.met(&m) })
	return m, slices.Clone(row[:2]), err
}

func (m *met) yield(yield func(syncer.RecordID, error) bool) bool {
	for i, word := range m.bits {
		for ; word != 0; word &= word - 1 {
			at := m.at*chunk + uint64(i)*64 + uint64(bits.TrailingZeros64(word)) //nolint:gosec // neither is negative
			if !yield(syncer.RecordID(at), nil) {
				return false
			}
		}
	}
	return true
}
