package procore

import (
	"sync"
	"time"
)

// shelfLife is how long a record counts as read whose list tells no change: whether each change moves
// the time is not documented.
const shelfLife = 24 * time.Hour

// shelf is what was read of records that have not changed since. It saves a listing one call for each of
// them. The zero value is empty.
type shelf struct {
	mu  sync.Mutex
	all map[ID]shelved
}

// shelved is a record without its fields and links.
type shelved struct {
	record record
	at     time.Time
	// settled says that it was read so long after its change that no other can have the same time.
	settled bool
}

// find returns a record as it was read before, if a list tells the same of it still.
func (s *shelf) find(row *record, now time.Time) (*record, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	had, ok := s.all[row.id]
	one := had.record
	if !ok || !had.settled || now.Sub(had.at).Abs() > shelfLife || one.updated != row.updated || one.status != row.status ||
		one.called() != row.called() || one.private != row.private {
		return nil, false
	}
	return &one, true
}

// put keeps a record that was read after clock, a time of Procore.
func (s *shelf) put(one *record, clock int64, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[ID]shelved{}
	}
	kept := *one
	kept.fields, kept.files = nil, nil
	for _, f := range one.files {
		kept.files = append(kept.files, attached{id: f.id, name: f.name})
	}
	s.all[one.id] = shelved{record: kept, at: now, settled: clock > one.updated+1}
}

// files are the attachments that a record had when it was read last.
func (s *shelf) files(id ID) []attached {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all[id].record.files
}

// keep forgets all records but these.
func (s *shelf) keep(rows []record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	there := make(map[ID]bool, len(rows))
	for i := range rows {
		there[rows[i].id] = true
	}
	for id := range s.all {
		if !there[id] {
			delete(s.all, id)
		}
	}
}
