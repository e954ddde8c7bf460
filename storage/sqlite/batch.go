package sqlite

import (
	"database/sql/driver"

	"github.com/procorebox/procorebox/syncer"
)

// writer applies one Batch within a transaction.
type writer struct {
	*conn
	pair     int64
	fence    int64
	free     bool  // take IDs away from the Records of the Batch before they are given out
	records  int64 // how many there are
	outcomes int64 // the number of the last one
}

const (
	updateHeader    = "UPDATE pair SET header = ? WHERE id = ?"
	updateCounts    = "UPDATE pair SET records = ?, outcomes = ? WHERE id = ?"
	deleteRecords   = "DELETE FROM record WHERE key > ? AND key <= ?"
	deleteIntents   = "DELETE FROM intent WHERE pair = ?"
	deleteTombs     = "DELETE FROM tombstone WHERE pair = ?"
	deletePendings  = "DELETE FROM pending WHERE pair = ?"
	deleteHolds     = "DELETE FROM hold WHERE pair = ?"
	deleteSeen      = "DELETE FROM seen WHERE pair = ?"
	insertIntent    = "INSERT OR REPLACE INTO intent (pair, action, data) VALUES (?, ?, ?)"
	deleteIntent    = "DELETE FROM intent WHERE pair = ? AND action = ?"
	upsertTombstone = "INSERT INTO tombstone (pair, side, item, expires, data) VALUES (?, ?, ?, ?, ?) " +
		"ON CONFLICT (pair, side, item) DO UPDATE SET expires = excluded.expires, data = excluded.data"
	expireTombstones = "DELETE FROM tombstone WHERE pair = ? AND expires < ?"
	deleteHint       = "DELETE FROM inbox WHERE pair = ? AND seq = ?"
	upsertPending    = "INSERT INTO pending (pair, record, side, item, data) VALUES (?, ?, ?, ?, ?) " +
		"ON CONFLICT (pair, record, side, item) DO UPDATE SET data = excluded.data"
	deletePending = "DELETE FROM pending WHERE pair = ? AND record = ? AND side = ? AND item = ?"
	selectHold    = "SELECT data FROM hold WHERE pair = ? AND action = ?"
	upsertHold    = "INSERT INTO hold (pair, action, since, data) VALUES (?, ?, ?, ?) " +
		"ON CONFLICT (pair, action) DO UPDATE SET since = excluded.since, data = excluded.data"
	deleteHold    = "DELETE FROM hold WHERE pair = ? AND action = ?"
	insertOutcome = "INSERT INTO journal (pair, fence, seq, data) VALUES (?, ?, ?, ?)"
)

// apply carries out a Batch part by part, in the order of its fields. What one Batch both adds and
// removes is therefore removed.
func (w *writer) apply(b syncer.Batch) error {
	records, outcomes := w.records, w.outcomes
	for _, part := range []func(b *syncer.Batch) error{
		w.fresh, w.header, w.putRecords, w.intents, w.tombstones, w.inbox, w.pendings, w.holds, w.clashes, w.seen, w.journal,
	} {
		if err := part(&b); err != nil {
			return err
		}
	}
	if w.records == records && w.outcomes == outcomes {
		return nil
	}
	_, err := w.exec(updateCounts, w.records, w.outcomes, w.pair)
	return err
}

func (w *writer) fresh(b *syncer.Batch) error {
	if !b.Fresh {
		return nil
	}
	if _, err := w.exec(deleteRecords, keyOf(w.pair, 0), keyOf(w.pair, maxRecord)); err != nil {
		return err
	}
	w.records = 0
	for _, query := range []string{deleteIntents, deleteTombs, deletePendings, deleteHolds, deleteSeen} {
		if _, err := w.exec(query, w.pair); err != nil {
			return err
		}
	}
	h, err := readHeader(w.conn, w.pair)
	if err != nil || h.Scan == (syncer.Scan{}) && len(h.Unlisted) == 0 {
		return err
	}
	h.Scan, h.Unlisted = syncer.Scan{}, nil
	return w.putHeader(&h)
}

func (w *writer) header(b *syncer.Batch) error {
	if b.Header == nil {
		return nil
	}
	return w.putHeader(b.Header)
}

func (w *writer) putHeader(h *syncer.Header) error {
	_, err := w.exec(updateHeader, encode(func(c *coder) { c.header(h) }), w.pair)
	return err
}

func (w *writer) intents(b *syncer.Batch) error {
	for i := range b.Intents {
		intent := &b.Intents[i]
		data := encode(func(c *coder) { c.intent(intent) })
		if _, err := w.exec(insertIntent, w.pair, string(intent.ID), data); err != nil {
			return err
		}
	}
	for _, action := range b.Settled {
		if _, err := w.exec(deleteIntent, w.pair, string(action)); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) tombstones(b *syncer.Batch) error {
	for i := range b.Tombstones {
		t := &b.Tombstones[i]
		var expires driver.Value
		if !t.Replaced {
			expires = nanos(t.At)
		}
		data := encode(func(c *coder) { c.tombstone(t) })
		if _, err := w.exec(upsertTombstone, w.pair, int64(t.Side), t.ID, expires, data); err != nil {
			return err
		}
	}
	if b.Expire.IsZero() {
		return nil
	}
	_, err := w.exec(expireTombstones, w.pair, nanos(b.Expire))
	return err
}

func (w *writer) inbox(b *syncer.Batch) error {
	for _, seq := range b.Taken {
		if _, err := w.exec(deleteHint, w.pair, signed(seq)); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) pendings(b *syncer.Batch) error {
	for i := range b.Pending {
		p := &b.Pending[i]
		data := encode(func(c *coder) { c.pending(p) })
		if _, err := w.exec(upsertPending, w.pair, signed(uint64(p.Record)), int64(p.Side), p.ID, data); err != nil {
			return err
		}
	}
	for _, key := range b.Cleared {
		if _, err := w.exec(deletePending, w.pair, signed(uint64(key.Record)), int64(key.Side), key.ID); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) holds(b *syncer.Batch) error {
	for i := range b.Holds {
		h := b.Holds[i]
		old, found, err := holdOf(w.conn, w.pair, h.Action)
		if err != nil {
			return err
		}
		if found {
			h.Since = old.Since
			if old.Decision != syncer.Waiting {
				h.Decision = old.Decision
			}
		}
		if err := putHold(w.conn, w.pair, &h); err != nil {
			return err
		}
	}
	for _, action := range b.Lifted {
		if _, err := w.exec(deleteHold, w.pair, string(action)); err != nil {
			return err
		}
	}
	return nil
}

func holdOf(c *conn, pair int64, action syncer.ActionID) (h syncer.Hold, found bool, err error) {
	row, err := c.one(selectHold, pair, string(action))
	if err != nil || row == nil {
		return h, false, err
	}
	err = decode(bytes(row[0]), func(c *coder) { c.hold(&h) })
	return h, true, err
}

func putHold(c *conn, pair int64, h *syncer.Hold) error {
	data := encode(func(c *coder) { c.hold(h) })
	_, err := c.exec(upsertHold, pair, string(h.Action), nanos(h.Since), data)
	return err
}

func (w *writer) journal(b *syncer.Batch) error {
	for i := range b.Outcomes {
		o := b.Outcomes[i]
		w.outcomes++
		o.Position = syncer.Position{Fence: unsigned(w.fence), Seq: unsigned(w.outcomes)}
		if _, err := w.exec(insertOutcome, w.pair, w.fence, w.outcomes, encode(func(c *coder) { c.outcome(&o) })); err != nil {
			return err
		}
	}
	return nil
}
