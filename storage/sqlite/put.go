package sqlite

import (
	"database/sql/driver"
	"fmt"
	"slices"

	"github.com/procorebox/procorebox/syncer"
)

const (
	selectLast   = "SELECT max(key) FROM record WHERE key > ? AND key <= ?"
	selectExists = "SELECT 1 FROM record WHERE key = ?"
	insertRecord = `INSERT INTO record (data, parent, source_parent, destination_parent,
		source_id, destination_id, source_name, destination_name, key, pair) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	// What is not moved, renamed or replaced keeps its place in every index.
	updateData = `UPDATE record SET data = ? WHERE parent = ? AND source_parent IS ? AND destination_parent IS ?
		AND source_id IS ? AND destination_id IS ? AND source_name IS ? AND destination_name IS ? AND key = ?`
	updateRecord = `UPDATE record SET data = ?, parent = ?, source_parent = ?, destination_parent = ?,
		source_id = ?, destination_id = ?, source_name = ?, destination_name = ? WHERE key = ?`
	freeRecord   = "UPDATE record SET source_id = NULL, destination_id = NULL WHERE key = ?"
	deleteRecord = "DELETE FROM record WHERE key = ?"
)

// selectChild finds a Record that stands in a folder, on both sides or on one.
func selectChild(column string) string {
	return "SELECT key FROM record WHERE " + column + " = ? LIMIT 1"
}

// putRecords puts and drops Records, and looks whether each still stands in one that exists.
func (w *writer) putRecords(b *syncer.Batch) error {
	if len(b.Put)+len(b.Drop) == 0 {
		return nil
	}
	put, err := lastWords(b)
	if err != nil {
		return err
	}
	if w.free {
		if err := w.freeIDs(put); err != nil {
			return err
		}
	}
	for _, id := range b.Drop {
		if fitting(id) != nil {
			continue // it cannot be there
		}
		n, err := w.exec(deleteRecord, keyOf(w.pair, id))
		if err != nil {
			return err
		}
		w.records -= n
	}
	row, err := w.one(selectLast, keyOf(w.pair, 0), keyOf(w.pair, maxRecord))
	if err != nil {
		return err
	}
	last := number(row[0])
	for _, r := range put {
		if err := w.put(r, last); err != nil {
			return fmt.Errorf("record %d: %w", r.ID, err)
		}
	}
	if err := w.parents(put); err != nil {
		return err
	}
	return w.orphans(b.Drop)
}

// lastWords returns the Records that a Batch leaves behind, by number.
func lastWords(b *syncer.Batch) ([]*syncer.Record, error) {
	at := make(map[syncer.RecordID]int, len(b.Put))
	for i := range b.Put {
		at[b.Put[i].ID] = i
	}
	for _, id := range b.Drop {
		delete(at, id)
	}
	put := make([]*syncer.Record, 0, len(at))
	for i := range b.Put {
		r := &b.Put[i]
		if last, kept := at[r.ID]; !kept || last != i {
			continue
		}
		switch {
		case r.ID == 0:
			return nil, fmt.Errorf("record of %q has no number: %w", r.Name, syncer.ErrInvalid)
		case (r.ID == syncer.RootRecord) != (r.ParentID == 0):
			return nil, fmt.Errorf("record %d stands in record %d: %w", r.ID, r.ParentID, syncer.ErrInvalid)
		}
		for _, id := range []syncer.RecordID{r.ID, r.ParentID, r.Source.Parent, r.Destination.Parent} {
			if err := fitting(id); err != nil {
				return nil, err
			}
		}
		put = append(put, r)
	}
	slices.SortFunc(put, func(a, b *syncer.Record) int { return int(int64(a.ID) - int64(b.ID)) }) //nolint:gosec // they fit 43 bits
	return put, nil
}

func (w *writer) freeIDs(put []*syncer.Record) error {
	for _, r := range put {
		if _, err := w.exec(freeRecord, keyOf(w.pair, r.ID)); err != nil {
			return err
		}
	}
	return nil
}

// put writes one Record. One that is behind the last is new.
func (w *writer) put(r *syncer.Record, last int64) error {
	key, args := keyOf(w.pair, r.ID), w.columns(r)
	if key <= last {
		for _, query := range []string{updateData, updateRecord} {
			if n, err := w.exec(query, args[:9]...); err != nil || n > 0 {
				return err
			}
		}
	}
	w.records++
	_, err := w.exec(insertRecord, args...)
	return err
}

// columns returns the values of insertRecord.
func (w *writer) columns(r *syncer.Record) []driver.Value {
	elsewhere := func(side syncer.Side) driver.Value {
		if p := r.Half(side).Parent; p != 0 {
			return keyOf(w.pair, p)
		}
		return nil
	}
	name := func(side syncer.Side) driver.Value {
		h := r.Half(side)
		if h.Presence != syncer.Present {
			return nil
		}
		return nameHash(keyOf(w.pair, r.ParentOn(side)), syncer.NameKey(h.Name))
	}
	return []driver.Value{
		encodeRecord(r), keyOf(w.pair, r.ParentID), elsewhere(syncer.Source), elsewhere(syncer.Destination),
		optional(r.Source.ID), optional(r.Destination.ID), name(syncer.Source), name(syncer.Destination),
		keyOf(w.pair, r.ID), w.pair,
	}
}

// parents returns an error unless the folder of each Record exists.
func (w *writer) parents(put []*syncer.Record) error {
	known := map[syncer.RecordID]bool{0: true}
	for _, r := range put {
		known[r.ID] = true
	}
	for _, r := range put {
		for _, parent := range []syncer.RecordID{r.ParentID, r.Source.Parent, r.Destination.Parent} {
			if known[parent] {
				continue
			}
			row, err := w.one(selectExists, keyOf(w.pair, parent))
			if err != nil {
				return err
			}
			if row == nil {
				return fmt.Errorf("record %d stands in record %d, which does not exist: %w", r.ID, parent, syncer.ErrInvalid)
			}
			known[parent] = true
		}
	}
	return nil
}

// orphans returns an error if a Record stands in one that was dropped.
func (w *writer) orphans(drop []syncer.RecordID) error {
	for _, id := range drop {
		if fitting(id) != nil {
			continue
		}
		for _, column := range []string{"parent", "source_parent", "destination_parent"} {
			row, err := w.one(selectChild(column), keyOf(w.pair, id))
			if err != nil {
				return err
			}
			if row != nil {
				return fmt.Errorf("record %d stands in record %d, which is dropped: %w", recordOf(number(row[0])), id, syncer.ErrInvalid)
			}
		}
	}
	return nil
}
