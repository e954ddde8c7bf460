package policy_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// newPair returns a pair of services in memory that both hold tree, and know it.
func newPair(t *testing.T, tree syncertest.Tree, rules syncer.Policies) *syncertest.World {
	t.Helper()
	clock := &syncertest.Clock{}
	w := syncertest.NewWorld(syncertest.WorldOptions{
		Store: memory.New(memory.Options{Clock: clock.Now}), Clock: clock, SourceTree: tree, DestinationTree: tree,
	})
	require.NoError(t, w.Poll(t.Context()))
	_, err := w.Full(t.Context())
	require.NoError(t, err)
	w.Options.Policies = rules
	return w
}

// files returns a tree of n files in a folder.
func files(folder string, n int) syncertest.Tree {
	tree := syncertest.Tree{}
	for i := range n {
		tree[fmt.Sprintf("%s/%04d", folder, i)] = fmt.Sprint(i)
	}
	return tree
}

// run runs once, on hints or on a full scan.
func run(t *testing.T, w *syncertest.World, o syncer.RunOptions) (*syncer.Report, error) {
	t.Helper()
	if !o.Full {
		require.NoError(t, w.Poll(t.Context()))
	}
	return w.Run(t.Context(), &o)
}

func TestAPairHaltsBeforeAnythingIsWrittenAndGoesOnWhenThatIsConfirmed(t *testing.T) {
	t.Parallel()
	limited := func(w *syncertest.World) {
		limit := policy.DeleteLimit{Ledger: memory.NewLedger(memory.Options{Clock: w.Clock.Now}), Scope: "pair", Most: 10}
		p := &w.Options.Policies
		p.Guards, p.Gates = append(p.Guards, limit), append(p.Gates, limit)
	}
	write := func(w *syncertest.World, n int) {
		for i := range n {
			w.Ann.Write(fmt.Sprintf("d/%04d", i), fmt.Sprint("encrypted ", i))
		}
	}
	for _, c := range []struct {
		name    string
		rules   syncer.Policies
		do      func(w *syncertest.World)
		halted  string // the evidence, "" if the pair goes on
		deletes int    // of the run that is confirmed
	}{
		{"a root that is empty", syncer.Policies{}, func(w *syncertest.World) { w.Ann.Remove("d") }, "root of source is empty", 221},
		{"a root that is empty, and a limit on deletes", syncer.Policies{}, func(w *syncertest.World) { limited(w); w.Ann.Remove("d") }, "root of source is empty", 10},
		{"more than half of the files are edited", syncer.Policies{Guards: []syncer.Guard{policy.Brake{}}}, func(w *syncertest.World) { write(w, 111) }, "111 of 220 files on destination", 0},
		{"half of the files are edited", syncer.Policies{Guards: []syncer.Guard{policy.Brake{}}}, func(w *syncertest.World) { write(w, 110) }, "", 0},
		{"more than half are edited, and moved to another folder", syncer.Policies{Guards: []syncer.Guard{policy.Brake{}}}, func(w *syncertest.World) {
			write(w, 111)
			w.Ann.Rename("d", "e")
		}, "111 of 220 files on destination", 0},
		{"every file is moved to another folder", syncer.Policies{Guards: []syncer.Guard{policy.Brake{Deletes: true}}}, func(w *syncertest.World) {
			w.Ann.Mkdir("new")
			w.Ann.Move("d", "new/e")
		}, "", 0},
		{"more than half are deleted, and a limit bounds that", syncer.Policies{Guards: []syncer.Guard{policy.Brake{}}}, func(w *syncertest.World) {
			limited(w)
			for i := range 150 {
				w.Ann.Remove(fmt.Sprintf("d/%04d", i))
			}
		}, "", 0},
		{"more than half are deleted, and no limit bounds that", syncer.Policies{Guards: []syncer.Guard{policy.Brake{Deletes: true}}}, func(w *syncertest.World) {
			for i := range 150 {
				w.Ann.Remove(fmt.Sprintf("d/%04d", i))
			}
		}, "150 of 220 files on destination", 150},
	} {
		for _, full := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, full scan %t", c.name, full), func(t *testing.T) {
				t.Parallel()
				w := newPair(t, files("d", 220), c.rules)
				c.do(w)
				w.Ann.Write("d too/new", "new")
				if c.halted == "root of source is empty" {
					w.Ann.Remove("d too")
				}
				w.Right.Clear()
				_, err := run(t, w, syncer.RunOptions{Full: full})
				if c.halted == "" {
					require.NoError(t, err)
					return
				}
				for range 2 {
					_, err = run(t, w, syncer.RunOptions{Full: full})
					require.ErrorIs(t, err, syncer.ErrHalted)
					require.ErrorContains(t, err, c.halted)
					require.Empty(t, w.Right.Writes(), "nothing is written")
				}
				halt, ok := errors.AsType[*syncer.Halt](err)
				require.True(t, ok)
				_, err = run(t, w, syncer.RunOptions{Full: full, Confirm: []string{"another"}})
				require.ErrorIs(t, err, syncer.ErrHalted)
				report, err := run(t, w, syncer.RunOptions{Full: full, Confirm: []string{halt.Evidence}})
				require.NoError(t, err)
				require.Equal(t, c.deletes, report.Totals.Deletes)
				require.NotEmpty(t, w.Right.Writes())
				w.Later(time.Hour)
				_, err = run(t, w, syncer.RunOptions{Full: full})
				require.NoError(t, err, "one confirmation is enough")
			})
		}
	}
}

func TestAPairOfSidesWithoutDigestsReadsBeforeItWritesAnything(t *testing.T) {
	t.Parallel()
	clock := &syncertest.Clock{}
	o := syncertest.WorldOptions{
		Store: memory.New(memory.Options{Clock: clock.Now}), Clock: clock,
		SourceTree: files("d", 220), DestinationTree: files("d", 220),
		Engine: syncer.Options{Policies: syncer.Policies{Guards: []syncer.Guard{policy.Brake{}}}},
	}
	o.Source.Info, o.Destination.Info = syncertest.Ordinary(), syncertest.Ordinary()
	o.Source.Info.Digest, o.Destination.Info.Digest = "", ""
	w := syncertest.NewWorld(o)
	for range 2 {
		_, err := run(t, w, syncer.RunOptions{Full: true})
		require.NoError(t, err)
	}
	for at, body := range w.Source.Tree() {
		if body != "" {
			w.Ann.Write(at, body) // touched
		}
	}
	w.Ann.Write("new", "new")
	_, err := run(t, w, syncer.RunOptions{Full: true})
	require.NoError(t, err, "touched files are no changed files")
	require.True(t, w.Destination.Has("new"))

	for at, body := range w.Source.Tree() {
		if body != "" && at != "new" {
			w.Ann.Write(at, strings.Repeat("x", len(body))) // as long as before
		}
	}
	w.Ann.Write("newer", "newer")
	w.Right.Clear()
	_, err = run(t, w, syncer.RunOptions{Full: true})
	halt, ok := errors.AsType[*syncer.Halt](err)
	require.True(t, ok, "%v", err)
	require.Contains(t, halt.Why, "220 of 221 files on destination")
	require.Empty(t, w.Right.Writes())
	_, err = run(t, w, syncer.RunOptions{Full: true, Confirm: []string{halt.Evidence}})
	require.NoError(t, err)
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
}

func TestAConfirmationOfAnEmptyRootIsWorthNothingTheNextTime(t *testing.T) {
	t.Parallel()
	for _, full := range []bool{true, false} {
		w := newPair(t, files("d", 3), syncer.Policies{})
		empty := func(confirm ...string) (*syncer.Halt, error) {
			for name := range w.Source.Tree() {
				if strings.Count(name, "/") == 1 && strings.HasSuffix(name, "/") {
					w.Ann.Remove(strings.TrimSuffix(name, "/"))
				}
			}
			_, err := run(t, w, syncer.RunOptions{Full: full, Confirm: confirm})
			halt, _ := errors.AsType[*syncer.Halt](err)
			return halt, err
		}
		first, err := empty()
		require.ErrorIs(t, err, syncer.ErrHalted)
		_, err = empty(first.Evidence)
		require.NoError(t, err)
		require.Empty(t, w.Destination.Tree())

		w.Ann.Write("e/new", "new")
		_, err = run(t, w, syncer.RunOptions{Full: true})
		require.NoError(t, err)
		second, err := empty(first.Evidence)
		require.ErrorIs(t, err, syncer.ErrHalted)
		require.True(t, w.Destination.Has("e/new"))
		_, err = empty(first.Evidence, second.Evidence)
		require.NoError(t, err)
		require.Empty(t, w.Destination.Tree())
	}
}

func TestAPlanThatWouldHaltIsConfirmedOnceAndAppliedAsItIs(t *testing.T) {
	t.Parallel()
	w := newPair(t, files("d", 220), syncer.Policies{Guards: []syncer.Guard{policy.Brake{}}})
	for i := range 150 {
		w.Ann.Write(fmt.Sprintf("d/%04d", i), fmt.Sprint("encrypted ", i))
	}
	engine, err := w.Engine()
	require.NoError(t, err)
	_, err = engine.Plan(t.Context(), &syncer.RunOptions{Full: true})
	halt, ok := errors.AsType[*syncer.Halt](err)
	require.True(t, ok, "%v", err)
	plan, err := engine.Plan(t.Context(), &syncer.RunOptions{Full: true, Confirm: []string{halt.Evidence}})
	require.NoError(t, err)
	require.Equal(t, 150, plan.Writes())
	report, err := engine.Apply(t.Context(), plan)
	require.NoError(t, err)
	require.Equal(t, 150, report.Totals.Uploads)
}

func TestAPairThatHasLostItsRootHaltsAndNoConfirmationHelps(t *testing.T) {
	t.Parallel()
	for _, full := range []bool{true, false} {
		w := newPair(t, files("d", 3), policy.Recommended(nil))
		w.Bob.Write("d/0001", "edited")
		w.Ann.Remove("id:" + w.Left.Root())
		w.Left.Clear()
		w.Right.Clear()
		_, err := run(t, w, syncer.RunOptions{Full: full})
		require.ErrorIs(t, err, syncer.ErrHalted)
		require.ErrorContains(t, err, "root of source")
		_, confirmable := errors.AsType[*syncer.Halt](err)
		require.False(t, confirmable, "the pair needs another root")
		require.Empty(t, w.Left.Writes())
		require.Empty(t, w.Right.Writes())
	}
}

// A pair of a side that can hold nearly everything and one that cannot.
func newStrictPair(t *testing.T) *syncertest.World {
	t.Helper()
	clock := &syncertest.Clock{}
	o := syncertest.WorldOptions{
		Store: memory.New(memory.Options{Clock: clock.Now}), Clock: clock,
		Engine: syncer.Options{Policies: syncer.Policies{Namer: policy.Lossless{}}},
	}
	o.Source.Info, o.Destination.Info = syncertest.Ordinary(), syncertest.Ordinary()
	o.Source.Info.Names = syncer.Names{Unique: syncer.UniqueExact, MaxLength: 1000}
	o.Destination.Info.Names = strict
	return syncertest.NewWorld(o)
}

func TestTranslatedNamesStayWhatTheyAreWhateverHappensToTheirFiles(t *testing.T) {
	t.Parallel()
	w := newStrictPair(t)
	sync := func(want, there syncertest.Tree) {
		t.Helper()
		for range 2 {
			report, err := run(t, w, syncer.RunOptions{Full: true})
			require.NoError(t, err)
			require.True(t, report.Settled(), report)
		}
		w.Left.Clear()
		w.Right.Clear()
		_, err := run(t, w, syncer.RunOptions{})
		require.NoError(t, err)
		require.Empty(t, w.Left.Writes())
		require.Empty(t, w.Right.Writes())
		require.Equal(t, want, w.Source.Tree())
		require.Equal(t, there, w.Destination.Tree())
	}
	for _, name := range []string{"d:/a:b.txt", "d:/a*b.txt", "d:/a꞉b.txt", "CON", "•CON", "etc.", " ", "d:/tab\there"} {
		w.Ann.Write(name, name)
	}
	sync(
		syncertest.Tree{"d:/": "", "d:/a:b.txt": "d:/a:b.txt", "d:/a*b.txt": "d:/a*b.txt", "d:/a꞉b.txt": "d:/a꞉b.txt", "CON": "CON", "•CON": "•CON", "etc.": "etc.", " ": " ", "d:/tab\there": "d:/tab\there"},
		syncertest.Tree{"d꞉/": "", "d꞉/a꞉b.txt": "d:/a:b.txt", "d꞉/a∗b.txt": "d:/a*b.txt", "d꞉/a‛꞉b.txt": "d:/a꞉b.txt", "•CON": "CON", "••CON": "•CON", "etc∙": "etc.", "␠": " ", "d꞉/tab␉here": "d:/tab\there"},
	)

	// Edits, renames and new files of the stricter side find their way back.
	w.Bob.Write("d꞉/a꞉b.txt", "edited")
	w.Bob.Rename("d꞉/a∗b.txt", "a∗c∗d.txt")
	w.Bob.Write("d꞉/new⸮", "new")
	w.Bob.Rename("•CON", "console")
	w.Bob.Remove("••CON")
	w.Bob.Remove("␠")
	w.Ann.Rename("etc.", "etc...")
	w.Ann.Remove("d:/tab\there")
	w.Ann.Remove("d:/a꞉b.txt")
	sync(
		syncertest.Tree{"d:/": "", "d:/a:b.txt": "edited", "d:/a*c*d.txt": "d:/a*b.txt", "d:/new?": "new", "console": "CON", "etc...": "etc."},
		syncertest.Tree{"d꞉/": "", "d꞉/a꞉b.txt": "edited", "d꞉/a∗c∗d.txt": "d:/a*b.txt", "d꞉/new⸮": "new", "console": "CON", "etc..∙": "etc."},
	)

	// Without its memory the engine finds out who is who by the names alone.
	w.Store = memory.New(memory.Options{Clock: w.Clock.Now})
	w.Left.Clear()
	w.Right.Clear()
	_, err := run(t, w, syncer.RunOptions{Full: true})
	require.NoError(t, err)
	require.Empty(t, w.Left.Writes())
	require.Empty(t, w.Right.Writes())
}

func TestNamesThatCannotBeTranslatedAreSyncedUnderOthers(t *testing.T) {
	t.Parallel()
	w := newStrictPair(t)
	long := strings.Repeat("long: ", 100) + ".pdf"
	twins := []string{"Plan?.pdf", "PLAN?.pdf", "caf\u00e9:", "cafe\u0301:"}
	for _, name := range append(twins, long) {
		w.Ann.Write(name, name)
	}
	for range 2 {
		report, err := run(t, w, syncer.RunOptions{Full: true})
		require.NoError(t, err)
		require.True(t, report.Settled(), report)
	}
	there := map[string]string{}
	for name, body := range w.Destination.Tree() {
		require.NoError(t, strict.Check(name))
		there[body] = name
	}
	require.Len(t, there, 5)
	require.True(t, strings.HasSuffix(there[long], ".pdf"))
	w.Bob.Write(there[long], "edited")
	_, err := run(t, w, syncer.RunOptions{Full: true})
	require.NoError(t, err)
	require.Equal(t, "edited", w.Source.Tree()[long], "the engine remembers what it was called")
	require.Len(t, w.Source.Tree(), 5)
}
