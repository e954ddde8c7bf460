package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Store is a [syncer.StateStore] in a file. Close it when it is not needed any more.
type Store struct {
	database *database
	shared   bool     // with the other parts of a File
	names    sync.Map // of pairs, to their numbers

	opening sync.Mutex
	held    map[int64]*holding // pairs that this Store has open, by number
}

// holding is a pair that a State of this Store has, or had when it was forgotten.
type holding struct {
	fence uint64
	lock  *fileLock
}

// How often, and how long after each other, the lock of a pair is tried.
const (
	lockTries = 3
	lockPause = 5 * time.Millisecond
)

var _ syncer.StateStore = (*Store)(nil)

const (
	selectPair  = "SELECT id FROM pair WHERE name = ?"
	insertPair  = "INSERT INTO pair (name) VALUES (?)"
	selectLease = "SELECT fence, machine, ends FROM pair WHERE id = ?"
	updateLease = "UPDATE pair SET fence = fence + 1, machine = ?, ends = ?, owner = ? WHERE id = ?"
)

// Open opens the Store in the file at path, and makes the file if there is none; its folder must be
// there. A file that is damaged, empty, of another program or of a newer version is an error that wraps
// [syncer.ErrDamaged], and is left as it is.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	d, err := openDatabase(ctx, path, stateFormat, o)
	if err != nil {
		return nil, fmt.Errorf("open state in %s: %w", path, err)
	}
	s := newStore(d)
	if err := d.read(ctx, s.sound); err != nil {
		return nil, fmt.Errorf("open state in %s: %w", path, errors.Join(err, d.close()))
	}
	return s, nil
}

func newStore(d *database) *Store { return &Store{database: d, held: map[int64]*holding{}} }

// Close closes the file. Pairs that are still open stay leased, as after the end of the process: on
// this machine they can be opened again at once. Close does nothing to the Store of a File.
func (s *Store) Close() error {
	if s.shared {
		return nil
	}
	s.abandon()
	return s.database.close()
}

// abandon lets the pairs go that are still open, as the end of the process would.
func (s *Store) abandon() {
	s.opening.Lock()
	defer s.opening.Unlock()
	for _, h := range s.held {
		h.lock.abandon()
	}
	clear(s.held)
}

// pair returns the number of the pair called name, 0 if there is none.
func (s *Store) pair(c *conn, name string) (int64, error) {
	if id, known := s.names.Load(name); known {
		return id.(int64), nil //nolint:forcetypeassert // nothing else is put there
	}
	row, err := c.one(selectPair, name)
	if err != nil || row == nil {
		return 0, err
	}
	return number(row[0]), nil
}

// ensure returns the number of the pair called name, which it enters if it is new. It must be called
// within a transaction that writes, which may yet fail: so the number is not remembered here.
func (s *Store) ensure(c *conn, name string) (int64, error) {
	id, err := s.pair(c, name)
	if err != nil || id != 0 {
		return id, err
	}
	if _, err := c.exec(insertPair, name); err != nil {
		return 0, err
	}
	return s.pair(c, name)
}

// Open implements [syncer.StateStore]. On one machine a pair is locked for as long as its owner
// lives, and no longer. Whoever finds it so gets a [syncer.Locked], which says who has it.
func (s *Store) Open(ctx context.Context, name string) (syncer.State, error) {
	opened, err := s.open(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("open pair %q: %w", name, err)
	}
	return opened, nil
}

func (s *Store) open(ctx context.Context, name string) (*state, error) {
	s.opening.Lock()
	defer s.opening.Unlock()
	var id int64
	err := s.database.write(ctx, func(c *conn) (err error) {
		id, err = s.ensure(c, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.names.Store(name, id)
	h, mine := s.held[id]
	if !mine {
		lock, err := s.lock(ctx, id)
		if errors.Is(err, errHeld) {
			return nil, s.database.read(ctx, func(c *conn) error { return locked(c, id, time.Time{}) })
		}
		if err != nil {
			return nil, err
		}
		h = &holding{lock: lock}
	}
	err = s.database.write(ctx, func(c *conn) error { return s.lease(c, id, h, !mine) })
	if err != nil {
		if !mine {
			h.lock.release()
		}
		return nil, err
	}
	s.held[id] = h
	return &state{view: view{s, name}, pair: id, fence: h.fence}, nil
}

func (s *Store) lockPath(pair int64) string { return fmt.Sprintf("%s-lock-%d", s.database.path, pair) }

// lock takes the lock of a pair. Somebody who asks whether a pair has an owner has its lock for a moment, so
// one that is held is tried again.
func (s *Store) lock(ctx context.Context, pair int64) (*fileLock, error) {
	for range lockTries - 1 {
		lock, err := lockFile(s.lockPath(pair))
		if !errors.Is(err, errHeld) {
			return lock, err
		}
		select {
		case <-time.After(lockPause):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return lockFile(s.lockPath(pair))
}

// lease gives the lease of a pair to h, unless somebody else's lasts. alone says that h has the lock
// of this machine without having had it before: whoever has a lease on this machine is dead.
func (s *Store) lease(c *conn, id int64, h *holding, alone bool) error {
	row, err := c.one(selectLease, id)
	switch {
	case err != nil:
		return err
	case row == nil:
		return damaged("pair number %d is gone", id)
	}
	o := s.database.options
	now, machine := o.Clock(), text(row[1])
	if ends := instant(number(row[2])); row[2] != nil && now.Before(ends) && (!alone || machine != o.Machine) {
		return locked(c, id, ends)
	}
	self := o.self()
	owner := encode(func(c *coder) { c.owner(&self) })
	if _, err := c.exec(updateLease, o.Machine, nanos(now.Add(o.Lease)), owner, id); err != nil {
		return err
	}
	h.fence = unsigned(number(row[0])) + 1
	return nil
}

// View implements [syncer.StateStore].
func (s *Store) View(ctx context.Context, name string) (syncer.View, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return view{s, name}, nil
}
