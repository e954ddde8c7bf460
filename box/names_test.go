package box_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// skewed is a Box that takes m² for m2 where it makes folders and answers preflights, and nowhere else.
func skewed(t *testing.T) *account {
	t.Helper()
	return newAccount(t, boxtest.Options{Limits: boxtest.NoLimits, Switches: boxtest.Switches{NFKCSkew: true}})
}

func TestNamesThatOnlyBoxTakesForOneStandSideBySide(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, store := skewed(t), memory.New(memory.Options{})
		root := a.root(t)
		old, err := a.ann.CreateFolder(root.ID, "m2")
		require.NoError(t, err)
		_, err = a.ann.Upload(root.ID, "①.pdf", []byte("by ann"))
		require.NoError(t, err)
		source := syncertest.New(syncertest.Options{Now: time.Now}, syncertest.Tree{
			"m²/plan.pdf": "one", "1.pdf": "two", "file.pdf": "four",
		})
		handle := source.Connect()
		engine, err := syncer.New(store, syncer.Pair{
			Name:        "pair",
			Source:      syncer.Endpoint{FS: handle.FileSystem(), Root: handle.Root()},
			Destination: syncer.Endpoint{FS: a.fs, Root: root.ID},
		}, nil)
		require.NoError(t, err)
		for range 4 {
			_, err = engine.Run(t.Context(), &syncer.RunOptions{Full: true})
			require.NoError(t, err)
			time.Sleep(time.Hour)
		}
		before := len(handle.Writes())
		made := a.calls(func() {
			report, err := engine.Run(t.Context(), &syncer.RunOptions{Full: true})
			require.NoError(t, err)
			require.True(t, report.Settled(), "%v", report)
		})
		require.Equal(t, map[string]int{getFolder: 1, listFolder: 3}, made, "a run without edits writes nothing")
		require.Len(t, handle.Writes(), before)
		require.Equal(t, syncertest.Tree{
			"m2/": "", "①.pdf": "by ann", "m²/": "", "m²/plan.pdf": "one", "1.pdf": "two", "file.pdf": "four",
		}, source.Tree())
		items, err := a.ann.List(root.ID)
		require.NoError(t, err)
		require.Len(t, items, 5)
		plan := map[string]string{}
		for _, i := range items {
			switch {
			case i.Type == box.TypeFile:
				body, err := a.ann.Read(i.ID)
				require.NoError(t, err)
				plan[i.Name] = string(body)
			case i.ID != old.ID:
				require.Regexp(t, `^m² \([0-9a-f]+\)$`, i.Name, "Box has no room for it beside m2")
			}
		}
		require.Equal(t, map[string]string{"①.pdf": "by ann", "1.pdf": "two", "file.pdf": "four"}, plan)
	})
}

func TestAFileIsNotTakenForAnotherOneThatOnlyPreflightTakesForIt(t *testing.T) {
	for name, fault := range map[string]boxtest.Fault{
		"the answer is lost":         {Route: postFile, Reset: true, When: boxtest.AfterEffect},
		"the request is lost":        {Route: postFile, Reset: true},
		"the effect comes late":      {Route: postFile, Reset: true, When: boxtest.LateEffect, Delay: 5 * time.Second},
		"every answer is lost":       {Route: postFile, Reset: true, When: boxtest.AfterEffect, Times: -1},
		"no request gets through":    {Route: postFile, Reset: true, Times: -1},
		"a folder, the answer":       {Route: postFolder, Reset: true, When: boxtest.AfterEffect},
		"a folder, every last word":  {Route: postFolder, Status: 503, When: boxtest.AfterEffect, Times: -1},
		"a folder, that comes later": {Route: postFolder, Status: 503, When: boxtest.LateEffect, Delay: 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := skewed(t)
				root := a.root(t)
				_, err := a.ann.Upload(root.ID, "m2", []byte("one"))
				require.NoError(t, err)
				time.Sleep(time.Hour)
				require.NoError(t, a.Inject(fault))
				at := syncer.Entry{ID: root.ID, Kind: syncer.Folder}
				var made syncer.Entry
				if fault.Route == postFolder {
					made, err = a.fs.CreateFolder(t.Context(), at, "m²")
				} else {
					made, err = a.fs.CreateFile(t.Context(), at, "m²", text("one"))
				}
				time.Sleep(time.Hour)
				items, listErr := a.ann.List(root.ID)
				require.NoError(t, listErr)
				switch {
				case err == nil:
					require.Len(t, items, 2)
					require.Equal(t, "m²", made.Name)
				case syncer.NotDone(err):
					require.Len(t, items, 1, "%v", err)
				}
				require.LessOrEqual(t, len(items), 2)
			})
		})
	}
}

func TestAnItemKeepsANameThatOnlyBoxAllowsWhenItIsMoved(t *testing.T) {
	t.Parallel()
	a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
	root := a.root(t)
	to, err := a.ann.CreateFolder(root.ID, "to")
	require.NoError(t, err)
	file, err := a.ann.Upload(root.ID, "what?", []byte("one"))
	require.NoError(t, err)
	old, err := a.fs.Look(t.Context(), "f"+file.ID)
	require.NoError(t, err)
	now, err := a.fs.Move(t.Context(), old, syncer.Entry{ID: to.ID}, "what?")
	require.NoError(t, err)
	require.Equal(t, "what?", now.Name)
	require.Equal(t, to.ID, now.ParentID)
	_, err = a.fs.Move(t.Context(), now, syncer.Entry{ID: to.ID}, "why?")
	require.ErrorIs(t, err, syncer.ErrName)
	_, err = a.fs.CreateFile(t.Context(), syncer.Entry{ID: to.ID}, "", text("two"))
	require.ErrorIs(t, err, syncer.ErrName)
}
