package syncertest_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
)

// simStore keeps the state of a simulated pair.
type simStore interface {
	syncer.StateStore
	// clone returns a store with the same state, as a new process finds it when all others are dead.
	clone() (simStore, error)
	close()
}

// openStore opens an empty store, in memory or in a file as the setup says.
func (s *sim) openStore(now func() time.Time) (simStore, error) {
	if s.setup.Folder == "" {
		return simMemory{memory.New(memory.Options{Clock: now, Lease: simLease, Fail: s.disk})}, nil
	}
	return s.openFile(filepath.Join(s.setup.Folder, fmt.Sprintf("state %d.db", s.files())), now)
}

// openLedger opens an empty ledger of the same kind.
func (s *sim) openLedger(now func() time.Time) (syncer.Ledger, error) {
	if s.setup.Folder == "" {
		return memory.NewLedger(memory.Options{Clock: now, Fail: s.disk}), nil
	}
	path := filepath.Join(s.setup.Folder, fmt.Sprintf("ledger %d.db", s.files()))
	ledger, err := sqlite.OpenLedger(context.Background(), path, sqlite.LedgerOptions{Clock: now})
	return simFileLedger{ledger, s}, err
}

// files counts what is in the folder, so that names are new.
func (s *sim) files() int {
	entries, err := os.ReadDir(s.setup.Folder)
	if err != nil {
		s.fail(0, "%v", err)
	}
	return len(entries)
}

type simMemory struct{ *memory.Store }

func (m simMemory) clone() (simStore, error) { return simMemory{m.Clone()}, nil }
func (m simMemory) close()                   {}

// simFile is a store in a file whose writes fail when the simulation says so, as those of
// memory.Options.Fail do.
type simFile struct {
	*sqlite.Store
	sim  *sim
	path string
	now  func() time.Time
}

func (s *sim) openFile(path string, now func() time.Time) (simStore, error) {
	store, err := sqlite.Open(context.Background(), path, sqlite.Options{Clock: now, Lease: simLease})
	return simFile{store, s, path, now}, err
}

func (f simFile) close() { _ = f.Close() }

// clone copies the file and what is not taken over into it yet. Nobody writes meanwhile.
func (f simFile) clone() (simStore, error) {
	path := filepath.Join(f.sim.setup.Folder, fmt.Sprintf("state %d.db", f.sim.files()))
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(f.path + suffix)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = os.WriteFile(path+suffix, data, 0o600)
		}
		if err != nil {
			return nil, err
		}
	}
	return f.sim.openFile(path, f.now)
}

// around carries out an operation between the two questions to sim.disk.
// An operation that has begun goes on, though the process may be asked to stop in between.
func (s *sim) around(ctx context.Context, op memory.Op, f func(ctx context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.disk(op, false); err != nil { //nolint:contextcheck // what happens at an instant is no part of the call
		return err
	}
	if err := f(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	return s.disk(op, true) //nolint:contextcheck // what happens at an instant is no part of the call
}

func (f simFile) Open(ctx context.Context, pair string) (opened syncer.State, err error) {
	err = f.sim.around(ctx, memory.OpOpen, func(ctx context.Context) (err error) {
		opened, err = f.Store.Open(ctx, pair)
		return err
	})
	if err != nil {
		return nil, err
	}
	return simFileState{simView{opened, f.sim}, opened}, nil
}

func (f simFile) View(ctx context.Context, pair string) (syncer.View, error) {
	v, err := f.Store.View(ctx, pair)
	return simView{v, f.sim}, err
}

func (f simFile) Cursor(ctx context.Context, stream string) (syncer.Cursor, error) {
	return reading(ctx, f.sim, func() (syncer.Cursor, error) { return f.Store.Cursor(ctx, stream) })
}

func (f simFile) Append(ctx context.Context, pair string, hints ...syncer.Hint) error {
	return f.sim.around(ctx, memory.OpAppend, func(ctx context.Context) error { return f.Store.Append(ctx, pair, hints...) })
}

func (f simFile) Advance(ctx context.Context, stream string, from, to syncer.Cursor, hints map[string][]syncer.Hint) error {
	return f.sim.around(ctx, memory.OpAdvance, func(ctx context.Context) error { return f.Store.Advance(ctx, stream, from, to, hints) })
}

func (f simFile) Decide(ctx context.Context, pair string, action syncer.ActionID, d syncer.Decision) error {
	return f.sim.around(ctx, memory.OpDecide, func(ctx context.Context) error { return f.Store.Decide(ctx, pair, action, d) })
}

func (f simFile) Choose(ctx context.Context, pair string, id syncer.ClashID, r syncer.Resolution) error {
	return f.sim.around(ctx, memory.OpChoose, func(ctx context.Context) error { return f.Store.Choose(ctx, pair, id, r) })
}

type simFileState struct {
	simView
	state syncer.State
}

func (f simFileState) Fence() uint64 { return f.state.Fence() }

func (f simFileState) Renew(ctx context.Context) (until time.Time, err error) {
	err = f.sim.around(ctx, memory.OpRenew, func(ctx context.Context) (err error) {
		until, err = f.state.Renew(ctx)
		return err
	})
	return until, err
}

func (f simFileState) Commit(ctx context.Context, b syncer.Batch) error {
	return f.sim.around(ctx, memory.OpCommit, func(ctx context.Context) error { return f.state.Commit(ctx, b) })
}

func (f simFileState) Close() error {
	return f.sim.around(context.Background(), memory.OpClose, func(context.Context) error { return f.state.Close() })
}

type simFileLedger struct {
	*sqlite.Ledger
	sim *sim
}

func (f simFileLedger) Charge(ctx context.Context, c syncer.Charge) error {
	return f.sim.around(ctx, memory.OpCharge, func(ctx context.Context) error { return f.Ledger.Charge(ctx, c) })
}

func (f simFileLedger) Refund(ctx context.Context, action syncer.ActionID) error {
	return f.sim.around(ctx, memory.OpRefund, func(ctx context.Context) error { return f.Ledger.Refund(ctx, action) })
}

func (f simFileLedger) Used(ctx context.Context, scope string, window time.Duration) (int, time.Time, error) {
	if err := f.sim.disk(memory.OpRead, false); err != nil { //nolint:contextcheck // what happens at an instant is no part of the call
		return 0, time.Time{}, err
	}
	return f.Ledger.Used(ctx, scope, window)
}

func (f simFileLedger) Charged(ctx context.Context, scope string, window time.Duration) iter.Seq2[syncer.ActionID, error] {
	return listing(ctx, f.sim, f.Ledger.Charged(ctx, scope, window))
}
