//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/procorebox/procorebox/examples/localdir/localfs"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
)

// Exit codes.
const (
	agree  = 0 // the sides agree
	left   = 1 // something was left, with its reason
	failed = 2 // the command could not run
)

// pairName names the one pair of a state file.
const pairName = "localdir"

// parallel is how many files are written at once. They share the commits of the state, each of which
// waits for the disk.
const parallel = 64

// run is the command. It returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	s, err := parse(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return agree
	}
	if err != nil {
		say(stderr, "%v; -h tells how it is used", err)
		return failed
	}
	code, err := s.run(ctx, stdout, stderr)
	if err != nil {
		say(stderr, "%v", err)
		return failed
	}
	return code
}

// say tells people what no result can. Where nobody listens the exit code remains.
func say(stderr io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(stderr, "localdir: "+format+"\n", args...)
}

func (s *settings) run(ctx context.Context, stdout, stderr io.Writer) (code int, err error) {
	a, b, err := s.sides()
	if err != nil {
		return failed, err
	}
	defer func() { err = errors.Join(err, a.Close(), b.Close()) }()
	m, err := s.remember(ctx)
	if err != nil {
		return failed, err
	}
	defer func() { err = errors.Join(err, m.close()) }()
	if err := ours(ctx, m.store, s.state, a, b); err != nil {
		return failed, err
	}
	policies, err := s.policies(m.ledger)
	if err != nil {
		return failed, err
	}
	out := &printer{out: stdout, json: s.json}
	engine, err := syncer.New(m.store, syncer.Pair{
		Name:        pairName,
		Source:      syncer.Endpoint{FS: a, Root: a.Root()},
		Destination: syncer.Endpoint{FS: b, Root: b.Root()},
	}, &syncer.Options{
		Policies: policies, Parallel: parallel, Observe: out.event,
		Backoff: time.Nanosecond, // whoever runs the command again wants it to be tried again
	})
	if err != nil {
		return failed, err
	}
	if s.dryRun {
		code, err = s.preview(ctx, engine, out, stderr)
	} else {
		if err := errors.Join(a.Recover(), b.Recover()); err != nil {
			return failed, err
		}
		code, err = s.sync(ctx, engine, out, stderr)
	}
	return code, errors.Join(err, out.err)
}

// sides opens both directories and makes sure that neither is in the other's way.
func (s *settings) sides() (a, b *localfs.FS, err error) {
	began := time.Now() // names the folder in the trash
	clock := func() time.Time { return began }
	if a, err = localfs.New(s.a, &localfs.Options{Trash: s.trash, Label: "a", Sync: true, Clock: clock}); err != nil {
		return nil, nil, err
	}
	if b, err = localfs.New(s.b, &localfs.Options{Trash: s.trash, Label: "b", Sync: true, Clock: clock}); err != nil {
		return nil, nil, err
	}
	if err := localfs.Apart(a, b); err != nil {
		return nil, nil, err
	}
	for _, own := range []struct{ flag, path string }{{"-state", s.state}, {"-trash", s.trash}} {
		for _, side := range []*localfs.FS{a, b} {
			inside, err := side.Holds(own.path)
			if err != nil {
				return nil, nil, err
			}
			if inside {
				return nil, nil, fmt.Errorf("%s %q lies in %q, which is to be kept in step: %w", own.flag, own.path, side.Root(), syncer.ErrOverlap)
			}
		}
	}
	return a, b, nil
}

// memories are what outlives a run.
type memories struct {
	store  syncer.StateStore
	ledger syncer.Ledger
	closes []func() error
}

func (m *memories) close() error {
	var all error
	for _, c := range m.closes {
		all = errors.Join(all, c())
	}
	return all
}

// remember opens the state, and the ledger where one is needed. A dry run makes no files.
func (s *settings) remember(ctx context.Context) (*memories, error) {
	m := &memories{}
	if s.dryRun && !there(s.state) {
		m.store = memory.New(memory.Options{})
	} else {
		store, err := sqlite.Open(ctx, s.state, sqlite.Options{})
		if err != nil {
			return nil, fmt.Errorf("-state %q: %w", s.state, err)
		}
		m.store, m.closes = store, append(m.closes, store.Close)
	}
	path := s.state + ".deletes"
	switch {
	case !s.limited:
	case s.dryRun && !there(path):
		m.ledger = memory.NewLedger(memory.Options{})
	default:
		ledger, err := sqlite.OpenLedger(ctx, path, sqlite.LedgerOptions{})
		if err != nil {
			return nil, errors.Join(fmt.Errorf("count of deletes in %q: %w", path, err), m.close())
		}
		m.ledger, m.closes = ledger, append(m.closes, ledger.Close)
	}
	return m, nil
}

func there(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// ours fails if the state remembers other directories: it would be taken for a first sync.
func ours(ctx context.Context, store syncer.StateStore, path string, a, b *localfs.FS) error {
	view, err := store.View(ctx, pairName)
	if err != nil {
		return fmt.Errorf("-state %q: %w", path, err)
	}
	h, err := view.Header(ctx)
	if err != nil {
		return fmt.Errorf("-state %q: %w", path, err)
	}
	if h.Next != 0 && (h.Source.Locator != a.Root() || h.Destination.Locator != b.Root()) {
		return fmt.Errorf("-state %q is of %q and %q, not of %q and %q", path, h.Source.Locator, h.Destination.Locator, a.Root(), b.Root())
	}
	return nil
}

// sync brings the sides in step. A halt ends it unless it is confirmed; then the run goes on for
// exactly what was found.
func (s *settings) sync(ctx context.Context, engine *syncer.Engine, out *printer, stderr io.Writer) (int, error) {
	o := &syncer.RunOptions{}
	for {
		report, err := engine.Run(ctx, o)
		halt, halted := errors.AsType[*syncer.Halt](err)
		if halted && s.goOn(o, halt, stderr) {
			continue
		}
		out.report(report)
		switch {
		case halted:
			say(stderr, "%s; -confirm lets it go on", halt.Why)
			return left, nil
		case err != nil:
			return failed, err
		case report.Settled():
			return agree, nil
		}
		return left, nil
	}
}

// goOn adds what was found to what is confirmed, if anything may be.
func (s *settings) goOn(o *syncer.RunOptions, halt *syncer.Halt, stderr io.Writer) bool {
	if !s.confirm || len(o.Confirm) == 8 {
		return false // what is different each time can nobody confirm
	}
	say(stderr, "confirmed: %s", halt.Why)
	o.Confirm = append(o.Confirm, halt.Evidence)
	return true
}

// preview says what a run would do.
func (s *settings) preview(ctx context.Context, engine *syncer.Engine, out *printer, stderr io.Writer) (int, error) {
	o := &syncer.RunOptions{}
	for {
		plan, err := engine.Plan(ctx, o)
		halt, halted := errors.AsType[*syncer.Halt](err)
		switch {
		case halted && s.goOn(o, halt, stderr):
			continue
		case halted:
			out.plan(&syncer.Plan{})
			say(stderr, "%s; -confirm lets it go on", halt.Why)
			return left, nil
		case err != nil:
			return failed, err
		}
		out.plan(plan)
		if len(plan.Holds)+len(plan.Skips) > 0 {
			return left, nil
		}
		return agree, nil
	}
}
