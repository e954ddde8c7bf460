package procore_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// heard reads the feed from a position: the IDs that it names, "full" for a full scan.
func (p *tower) heard(t *testing.T, from *syncer.Cursor) []string {
	t.Helper()
	hints, next, more, err := p.fs.Changes(t.Context(), *from)
	require.NoError(t, err)
	require.False(t, more)
	*from = next
	ids := []string{}
	for _, h := range hints {
		if h.Full {
			h.ID = "full"
		}
		ids = append(ids, h.ID)
	}
	slices.Sort(ids)
	return ids
}

func (p *tower) now(t *testing.T) *syncer.Cursor {
	t.Helper()
	at, err := p.fs.Now(t.Context())
	require.NoError(t, err)
	return &at
}

// feed runs a test on a project with some files in its root folder.
func feed(t *testing.T, s procoretest.Switches, test func(t *testing.T, p *tower, root procoretest.Item, files []procoretest.Item)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits, Switches: s})
		root := p.root(t)
		var files []procoretest.Item
		for i := range 4 {
			it, err := p.ann.Upload(root.ID, fmt.Sprint("file ", i), []byte("one"))
			require.NoError(t, err)
			files = append(files, it)
		}
		test(t, p, root, files)
	})
}

func TestTheFeedTellsEachChangeOnceThoughItReadsTwice(t *testing.T) {
	t.Parallel()
	feed(t, procoretest.Switches{}, func(t *testing.T, p *tower, _ procoretest.Item, files []procoretest.Item) {
		at := p.now(t)
		require.Empty(t, p.heard(t, at), "what was there before is no news, however new it is")
		_, err := p.ann.Edit(files[0].ID, []byte("two"))
		require.NoError(t, err)
		require.Equal(t, []string{file(files[0].ID)}, p.heard(t, at))
		require.Empty(t, p.heard(t, at), "it is read again, and not told again")
		_, err = p.ann.Rename(files[1], "other")
		require.NoError(t, err)
		require.Equal(t, []string{file(files[1].ID)}, p.heard(t, at))
		time.Sleep(time.Hour)
		require.Empty(t, p.heard(t, at))
	})
}

func TestNothingIsMissedWhenTimesTie(t *testing.T) {
	t.Parallel()
	feed(t, procoretest.Switches{}, func(t *testing.T, p *tower, _ procoretest.Item, files []procoretest.Item) {
		at := p.now(t)
		for n := range 3 { // in one second, with a poll after each
			for _, it := range files {
				_, err := p.ann.Edit(it.ID, fmt.Append(nil, "edit ", n))
				require.NoError(t, err)
				require.Equal(t, []string{file(it.ID)}, p.heard(t, at))
			}
		}
	})
}

func TestNothingIsMissedWhenTheClocksDiffer(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{-6 * time.Hour, -time.Minute, time.Minute, 6 * time.Hour} {
		t.Run(fmt.Sprint("procore is ahead by ", ahead), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				clock := procoretest.NewClock(time.Now().Add(ahead))
				p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits, Clock: clock})
				it, err := p.ann.Upload(p.root(t).ID, "plan.pdf", []byte("one"))
				require.NoError(t, err)
				at := p.now(t)
				for n := range 5 {
					clock.Advance(10 * time.Minute)
					time.Sleep(10 * time.Minute)
					require.Empty(t, p.heard(t, at))
					_, err = p.ann.Edit(it.ID, fmt.Append(nil, "edit ", n))
					require.NoError(t, err)
					require.Equal(t, []string{file(it.ID)}, p.heard(t, at))
				}
			})
		})
	}
}

func TestWhatGoesToTheRecycleBinIsTold(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]procoretest.Switches{
		"deleted things are in the bin": {}, "they keep their folder": {DeletedKeepParent: true}, "their contents are not marked": {ContentsNotDeleted: true},
		"they are not found by their numbers": {BinnedNotFound: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			feed(t, s, func(t *testing.T, p *tower, root procoretest.Item, files []procoretest.Item) {
				at := p.now(t)
				require.NoError(t, p.ann.Delete(files[0]))
				require.Contains(t, p.heard(t, at), file(files[0].ID))
				e, err := p.fs.Look(t.Context(), file(files[0].ID))
				require.NoError(t, err)
				require.True(t, e.Trashed)
				require.Empty(t, p.heard(t, at))
				require.NoError(t, p.ann.Delete(root))
				require.Contains(t, p.heard(t, at), id(root.ID), "what it holds is found with it")
				require.Empty(t, p.heard(t, at))
				_, err = p.ann.Restore(root)
				require.NoError(t, err)
				require.Subset(t, p.heard(t, at), []string{id(root.ID), "full"})
				require.Empty(t, p.heard(t, at))
			})
		})
	}
}

func TestAMoveOfWhichNoTimeTellsIsFoundByTheNextFullScan(t *testing.T) {
	t.Parallel()
	feed(t, procoretest.Switches{MoveKeepsUpdated: true}, func(t *testing.T, p *tower, root procoretest.Item, files []procoretest.Item) {
		time.Sleep(time.Hour)
		folder, err := p.ann.CreateFolder(root.ID, "folder")
		require.NoError(t, err)
		at := p.now(t)
		_, err = p.ann.Move(files[0], folder.ID)
		require.NoError(t, err)
		require.Empty(t, p.heard(t, at))
		for e, err := range p.fs.List(t.Context(), syncer.Entry{ID: id(root.ID)}, "") {
			require.NoError(t, err)
			if e.ID == file(files[0].ID) {
				require.Equal(t, id(folder.ID), e.ParentID)
			}
		}
	})
}

func TestWhoMayNotSeeTheRecycleBinCarriesNoDeletes(t *testing.T) {
	t.Parallel()
	for _, forbidden := range []bool{false, true} {
		feed(t, procoretest.Switches{BinForbidden: forbidden}, func(t *testing.T, p *tower, root procoretest.Item, files []procoretest.Item) {
			w := p.pair(t, id(root.ID))
			w.run(t)
			p.level(procoretest.Standard)
			p.PermitBin(p.Home().User, p.Project().ID, false)
			before := w.source.Tree()
			require.NoError(t, p.ann.Delete(files[0]))
			_, err := w.stream.Poll(t.Context(), w.store)
			require.NoError(t, err)
			report, err := w.engine.Run(t.Context(), &syncer.RunOptions{Full: true})
			require.NoError(t, err)
			require.Zero(t, report.Totals.Deletes)
			require.Equal(t, before, w.source.Tree(), "that it is not to be seen proves nothing")
			p.level(procoretest.Admin)
			for range 3 { // what comes into sight again is compared before anything is done about it
				time.Sleep(time.Hour)
				report, err = w.engine.Run(t.Context(), &syncer.RunOptions{Full: true})
				require.NoError(t, err)
			}
			require.True(t, report.Settled(), "%v", report)
			require.Equal(t, map[string]string(w.source.Tree()), p.tree(t, root.ID))
		})
	}
}

func TestAFolderThatGoesToTheRecycleBinTakesWhatItHoldsAlongOnTheOtherSide(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]procoretest.Switches{
		"marked": {}, "unmarked": {ContentsNotDeleted: true}, "not found": {BinnedNotFound: true},
		"unmarked and not found": {BinnedNotFound: true, ContentsNotDeleted: true, DeletedKeepParent: true},
	} {
		for _, full := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, full %v", name, full), func(t *testing.T) {
				t.Parallel()
				feed(t, s, func(t *testing.T, p *tower, root procoretest.Item, _ []procoretest.Item) {
					w := p.pair(t, id(root.ID))
					w.user.Add("drawings/old/plan.pdf", "two")
					w.run(t)
					w.run(t)
					drawings, err := p.ann.Find(root.ID, "drawings")
					require.NoError(t, err)
					require.NoError(t, p.ann.Delete(drawings))
					_, err = w.stream.Poll(t.Context(), w.store)
					require.NoError(t, err)
					report, err := w.engine.Run(t.Context(), &syncer.RunOptions{Full: full})
					require.NoError(t, err)
					require.True(t, report.Settled(), "%v", report)
					require.Equal(t, syncertest.Tree{"file 0": "one", "file 1": "one", "file 2": "one", "file 3": "one"}, w.source.Tree())
					require.Equal(t, 4, report.Totals.Deletes)
				})
			})
		}
	}
}

func TestAPositionThatIsTooOldOrForeignIsRefused(t *testing.T) {
	t.Parallel()
	feed(t, procoretest.Switches{}, func(t *testing.T, p *tower, _ procoretest.Item, _ []procoretest.Item) {
		at := p.now(t)
		time.Sleep(6 * 24 * time.Hour)
		require.Empty(t, p.heard(t, at))
		time.Sleep(8 * 24 * time.Hour)
		for _, from := range []syncer.Cursor{*at, "", "procore1:", "procore1:{}", `procore1:{"at":-1}`, `procore1:{"at":1,"bin":-2}`} {
			_, _, _, err := p.fs.Changes(t.Context(), from)
			require.ErrorIs(t, err, syncer.ErrCursor, "%q", from)
		}
	})
}
