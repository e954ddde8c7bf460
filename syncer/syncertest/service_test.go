package syncertest_test

import (
	"errors"
	"io/fs"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func at(id string) syncer.Entry { return syncer.Entry{ID: id} }

func TestUserEditsByPathBehindTheEnginesBack(t *testing.T) {
	t.Parallel()
	disk := syncertest.New(syncertest.Options{}, syncertest.Tree{"Drawings/A.pdf": "one", "Empty/": ""})
	ann := disk.User("ann")
	id := disk.ID("Drawings/A.pdf")
	ann.Write("Drawings/A.pdf", "two")
	ann.Move("Drawings/A.pdf", "Plans/2026/B.pdf")
	ann.Rename("Empty", "Full")
	ann.Write("Full/C.pdf", "three")
	ann.AddLink("Full/link")
	require.Equal(t, syncertest.Tree{
		"Drawings/": "", "Plans/": "", "Plans/2026/": "", "Plans/2026/B.pdf": "two",
		"Full/": "", "Full/C.pdf": "three", "Full/link@": "",
	}, disk.Tree())
	require.Equal(t, id, disk.ID("Plans/2026/B.pdf"))
	require.Equal(t, "Plans/2026/B.pdf", disk.Path(id))
	require.Equal(t, []string{"one", "two"}, disk.History("Plans/2026/B.pdf"))
	require.Equal(t, id, disk.IDs()["Plans/2026/B.pdf"])
	require.PanicsWithValue(t, `syncertest: user ann cannot rename "nothing": "nothing": file does not exist`, func() { ann.Rename("nothing", "x") })
}

func TestItemsMoveOutOfTheRootAndBack(t *testing.T) {
	t.Parallel()
	disk := syncertest.New(syncertest.Options{}, syncertest.Tree{"d/x": "one"})
	ann, handle := disk.User("ann"), disk.Connect()
	id := disk.ID("d/x")
	ann.MoveOut("d")
	require.Empty(t, disk.Tree())
	require.Equal(t, syncertest.Tree{"d/": "", "d/x": "one"}, disk.Outside())
	e, err := handle.Look(t.Context(), id)
	require.NoError(t, err)
	require.False(t, e.Trashed)
	_, err = handle.Delete(t.Context(), e)
	require.NoError(t, err)
	require.Len(t, disk.Violations(), 1)
	require.Contains(t, disk.Violations()[0], "outside of the root")
	ann.Restore("../d/x")
	ann.MoveIn("d", "back")
	require.Equal(t, syncertest.Tree{"back/": "", "back/x": "one"}, disk.Tree())
}

func TestTrashKeepsWhatUsersRemoveUntilTheyPurgeIt(t *testing.T) {
	t.Parallel()
	disk := syncertest.New(syncertest.Options{}, syncertest.Tree{"d/x": "one", "d/y": "two"})
	ann, handle := disk.User("ann"), disk.Connect()
	x := disk.ID("d/x")
	ann.Remove("d")
	require.Empty(t, disk.Tree())
	require.Equal(t, syncertest.Tree{"d/": "", "d/x": "one", "d/y": "two"}, disk.Trash())
	e, err := handle.Look(t.Context(), x)
	require.NoError(t, err)
	require.True(t, e.Trashed)
	ann.Restore("d")
	require.Equal(t, syncertest.Tree{"d/": "", "d/x": "one", "d/y": "two"}, disk.Tree())
	ann.Remove("d/x")
	ann.Purge("d/x")
	_, err = handle.Look(t.Context(), x)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.Equal(t, []string{"one"}, disk.Dropped())
	require.Equal(t, []string{"two"}, disk.Kept())
	require.Equal(t, []string{"one", "two"}, disk.Written())
}

func TestIDsAreUsedAgainLowestFirst(t *testing.T) {
	t.Parallel()
	info := syncertest.Ordinary()
	info.ReusableIDs, info.Trash = true, false
	disk := syncertest.New(syncertest.Options{Info: info}, syncertest.Tree{"a": "", "b": "", "c": "", "d": ""})
	ann := disk.User("ann")
	b, c, birth := disk.ID("b"), disk.ID("c"), disk.Entry("b").Birth
	ann.Remove("c")
	ann.Remove("b")
	require.Equal(t, b, ann.Write("new", ""))
	require.Equal(t, c, ann.Write("newer", ""))
	require.NotEqual(t, birth, disk.Entry("new").Birth)
}

func TestTouchMakesAVersionOfTheSameBytes(t *testing.T) {
	t.Parallel()
	var clock syncertest.Clock
	disk := syncertest.New(syncertest.Options{Now: clock.Now}, syncertest.Tree{"x": "one"})
	ann := disk.User("ann")
	before := disk.Entry("x")
	clock.Advance(time.Hour)
	ann.Touch("x")
	after := disk.Entry("x")
	require.NotEqual(t, before.Content, after.Content)
	require.NotEqual(t, before.Guard, after.Guard)
	require.Equal(t, before.Digest, after.Digest)
	require.Equal(t, time.Hour, after.Modified.Sub(before.Modified))
	ann.Write("x", "two")
	ann.Promote("x", 2)
	require.Equal(t, []string{"one", "one", "two", "one"}, disk.History("x"))
}

func TestTwinsAreToldApartByID(t *testing.T) {
	t.Parallel()
	info := syncertest.Ordinary()
	info.Names.Unique = syncer.UniqueNone
	disk := syncertest.New(syncertest.Options{Info: info}, syncertest.Tree{"x": "one"})
	ann := disk.User("ann")
	twin := ann.Add("x", "two")
	require.Equal(t, syncertest.Tree{"x": "one", "x#" + twin: "two"}, disk.Tree())
	ann.Write("id:"+twin, "three")
	ann.Move("id:"+twin, "y")
	require.Equal(t, syncertest.Tree{"x": "one", "y": "three"}, disk.Tree())
}

func TestLargeFolderFindsItsItemsThroughManyChanges(t *testing.T) {
	t.Parallel()
	info := syncertest.Ordinary()
	info.Names.Unique, info.ReusableIDs, info.Trash = syncer.UniqueNone, true, false
	disk := syncertest.New(syncertest.Options{Info: info}, nil)
	handle, ann, random := disk.Connect(), disk.User("ann"), seeded(1)
	var ids []string
	model := map[string]syncer.Key{}
	for range 2000 {
		name := string(rune('A' + random.IntN(26)))
		switch pick := random.IntN(max(1, len(ids))); {
		case len(ids) < 50 || random.IntN(3) == 0:
			ids = append(ids, ann.Add(name, ""))
			model[ids[len(ids)-1]] = syncer.NameKey(name)
		case random.IntN(2) == 0:
			ann.Rename("id:"+ids[pick], name)
			model[ids[pick]] = syncer.NameKey(name)
		default:
			ann.Remove("id:" + ids[pick])
			delete(model, ids[pick])
			ids = slices.Delete(ids, pick, pick+1)
		}
		want := 0
		for _, key := range model {
			if key == syncer.NameKey(name) {
				want++
			}
		}
		found, err := handle.Find(t.Context(), at(disk.Root()), syncer.NameKey(name))
		require.NoError(t, err)
		require.Len(t, found, want)
		for _, e := range found {
			require.Equal(t, syncer.NameKey(name), model[e.ID])
		}
	}
	require.Len(t, listed(t, handle, disk.Root()), len(ids)+1)
}

func TestHandleOfAFolderMayWriteOnlyThere(t *testing.T) {
	t.Parallel()
	disk := syncertest.New(syncertest.Options{}, syncertest.Tree{"d/x": "one", "y": "two"})
	handle := disk.ConnectAt("d")
	require.Equal(t, disk.ID("d"), handle.Root())
	_, err := handle.CreateFolder(t.Context(), at(disk.ID("d")), "inside")
	require.NoError(t, err)
	require.Empty(t, disk.Violations())
	_, err = handle.CreateFolder(t.Context(), at(disk.Root()), "outside")
	require.NoError(t, err)
	require.Len(t, disk.Violations(), 1)
}

func TestContentsAreRememberedWhateverBecomesOfThem(t *testing.T) {
	t.Parallel()
	info := syncertest.Ordinary()
	info.Trash = false
	disk := syncertest.New(syncertest.Options{Info: info, Forgetful: true}, syncertest.Tree{"x": "one"})
	ann, handle := disk.User("ann"), disk.Connect()
	ann.Copy("x", "y")
	ann.Write("x", "two")
	_, err := handle.UpdateFile(t.Context(), disk.Entry("y"), contents("three"))
	require.NoError(t, err)
	require.Equal(t, []string{"one", "three", "two"}, disk.Stored())
	require.Equal(t, []string{"one", "two"}, disk.Written())
	require.Equal(t, []string{"three", "two"}, disk.Kept())
	require.Equal(t, []string{"one"}, disk.Dropped())
}

func TestHandlesSeeOnlyWhatTheyMay(t *testing.T) {
	t.Parallel()
	disk := syncertest.New(syncertest.Options{}, syncertest.Tree{"d/x": "one", "y": "two"})
	ann, handle := disk.User("ann"), disk.Connect()
	ann.Hide("d")
	require.Len(t, listed(t, handle, disk.Root()), 2)
	_, err := handle.Look(t.Context(), disk.ID("d/x"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = handle.CreateFolder(t.Context(), at(disk.Root()), "D")
	require.ErrorIs(t, err, fs.ErrExist)
	ann.Show("d")
	ann.Bar("d")
	_, err = handle.Look(t.Context(), disk.ID("d/x"))
	require.ErrorIs(t, err, fs.ErrPermission)
	ann.Unbar("d")
	ann.Lock("y")
	_, err = handle.Delete(t.Context(), disk.Entry("y"))
	require.ErrorIs(t, err, syncer.ErrLocked)
	ann.Unlock("y")
	_, err = handle.Delete(t.Context(), disk.Entry("y"))
	require.NoError(t, err)
	require.Len(t, listed(t, handle, disk.Root()), 3)
}

func TestQuotaAndReadOnlyRefuseWrites(t *testing.T) {
	t.Parallel()
	disk := syncertest.New(syncertest.Options{Quota: 10}, syncertest.Tree{"x": "12345678"})
	_, err := disk.Connect().CreateFile(t.Context(), at(disk.Root()), "y", contents("123"))
	require.ErrorIs(t, err, syncer.ErrQuota)
	disk = syncertest.New(syncertest.Options{ReadOnly: true}, syncertest.Tree{"x": "12345678"})
	_, err = disk.Connect().CreateFile(t.Context(), at(disk.Root()), "y", contents("123"))
	require.ErrorIs(t, err, fs.ErrPermission)
	_, err = disk.Connect().Delete(t.Context(), disk.Entry("x"))
	require.ErrorIs(t, err, fs.ErrPermission)
}

func TestAuthorsAreToldApart(t *testing.T) {
	t.Parallel()
	disk := syncertest.New(syncertest.Options{}, nil)
	disk.User("ann").Write("hers", "")
	_, err := disk.Connect().CreateFile(t.Context(), at(disk.Root()), "ours", contents(""))
	require.NoError(t, err)
	require.Equal(t, "ann", disk.Entry("hers").Facts.Author)
	require.Equal(t, "engine", disk.Entry("ours").Facts.Author)
	require.Equal(t, []string{""}, disk.Written())
}

func TestLogTellsEveryCallAndHookMayStepIn(t *testing.T) {
	t.Parallel()
	disk := syncertest.New(syncertest.Options{PageSize: 2}, syncertest.Tree{"a": "", "b": "", "c": "", "d/e": ""})
	handle, ann := disk.Connect(), disk.User("ann")
	var phases []syncertest.Phase
	handle.OnCall(func(c syncertest.Call) error {
		phases = append(phases, c.Phase)
		if c.Seq == 2 && c.Phase == syncertest.Before {
			ann.Write("d/late", "")
		}
		return nil
	})
	require.Len(t, listed(t, handle, disk.Root()), 7)
	require.Equal(t, 3, handle.Count("List"))
	require.Len(t, phases, 6)

	stale := disk.Entry("a")
	ann.Touch("a")
	_, err := handle.Delete(t.Context(), stale)
	require.ErrorIs(t, err, syncer.ErrStale)
	last := handle.Writes()[0]
	require.Equal(t, "Delete", last.Op)
	require.Equal(t, stale.Guard, last.Guard)
	require.False(t, last.Done)
	require.ErrorIs(t, last.Err, syncer.ErrStale)

	lost := errors.New("reply lost")
	handle.OnCall(func(c syncertest.Call) error {
		if c.Phase == syncertest.After {
			return lost
		}
		return nil
	})
	_, err = handle.Delete(t.Context(), disk.Entry("a"))
	require.ErrorIs(t, err, lost)
	require.False(t, disk.Has("a"))
	require.True(t, handle.Writes()[1].Done)
	handle.Clear()
	require.Zero(t, handle.Count())
}

func TestUnguardedWriteToAGuardedServiceIsAViolation(t *testing.T) {
	t.Parallel()
	disk := syncertest.New(syncertest.Options{}, syncertest.Tree{"a": ""})
	_, err := disk.Connect().Delete(t.Context(), at(disk.ID("a")))
	require.NoError(t, err)
	require.Len(t, disk.Violations(), 1)
	require.Contains(t, disk.Violations()[0], "without a guard")
}

func TestPowersThatAreOffAreNotFound(t *testing.T) {
	t.Parallel()
	for without := range syncertest.Everything + 1 {
		side := syncertest.New(syncertest.Options{Without: without}, nil).Connect().FileSystem()
		_, mover := side.(syncer.Mover)
		_, looker := side.(syncer.Looker)
		_, finder := side.(syncer.Finder)
		_, restorer := side.(syncer.Restorer)
		_, feed := side.(syncer.Feed)
		_, versions := side.(syncer.Versions)
		_, copier := side.(syncer.Copier)
		on := func(p syncertest.Power) bool { return without&p == 0 }
		require.Equal(t, []bool{
			on(syncertest.Moving), on(syncertest.Looking), on(syncertest.Finding), on(syncertest.Restoring),
			without == 0, without == 0, without == 0,
		}, []bool{mover, looker, finder, restorer, feed, versions, copier})
	}
}

func TestServiceBearsACrowd(t *testing.T) {
	t.Parallel()
	disk := syncertest.New(syncertest.Options{PageSize: 3}, nil)
	handle, ann := disk.Connect(), disk.User("ann")
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for j := range 20 {
				name := string(rune('a'+i)) + string(rune('a'+j))
				ann.Write("d/"+name, name)
				for range handle.List(t.Context(), at(disk.Root()), "") {
					continue
				}
				_, _ = handle.Delete(t.Context(), disk.Entry("d/"+name))
			}
		})
	}
	group.Wait()
	require.Equal(t, syncertest.Tree{"d/": ""}, disk.Tree())
	require.Len(t, disk.Trash(), 160)
}

func listed(t *testing.T, side syncer.Reader, root string) []syncer.Entry {
	t.Helper()
	var out []syncer.Entry
	for e, err := range side.List(t.Context(), at(root), "") {
		require.NoError(t, err)
		out = append(out, e)
	}
	return out
}

func names(entries []syncer.Entry) []string {
	var out []string
	for _, e := range entries {
		out = append(out, e.Name)
	}
	slices.Sort(out)
	return out
}
