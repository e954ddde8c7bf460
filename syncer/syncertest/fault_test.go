package syncertest_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, seed)) }

// settling returns a service whose listings lag by ten seconds.
func settling(tree syncertest.Tree) (*syncertest.Service, *syncertest.Handle, *syncertest.Clock) {
	clock := &syncertest.Clock{}
	info := syncertest.Ordinary()
	info.Settle = 10 * time.Second
	disk := syncertest.New(syncertest.Options{Info: info, Now: clock.Now}, tree)
	return disk, disk.Connect(), clock
}

func TestRefusedCallHasNoEffectAndSaysSo(t *testing.T) {
	t.Parallel()
	disk, handle, _ := settling(nil)
	handle.Inject(syncertest.Faults{Rand: seeded(1), Refuse: 1})
	_, err := handle.CreateFolder(t.Context(), at(disk.Root()), "d")
	require.ErrorIs(t, err, syncer.ErrBusy)
	require.True(t, syncer.NotDone(err))
	require.Empty(t, disk.Tree())
}

func TestFailedAndLostCallsLookTheSame(t *testing.T) {
	t.Parallel()
	disk, handle, _ := settling(nil)
	handle.Inject(syncertest.Faults{Rand: seeded(1), Fail: 1})
	_, failed := handle.CreateFolder(t.Context(), at(disk.Root()), "d")
	require.False(t, syncer.NotDone(failed))
	require.Empty(t, disk.Tree())
	handle.Inject(syncertest.Faults{Rand: seeded(1), Lose: 1})
	_, lost := handle.CreateFolder(t.Context(), at(disk.Root()), "d")
	require.EqualError(t, lost, failed.Error())
	require.Equal(t, syncertest.Tree{"d/": ""}, disk.Tree())
}

func TestLateEffectLandsWithinTheSettlingTime(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		disk, handle, clock := settling(nil)
		handle.Inject(syncertest.Faults{Rand: seeded(seed), Late: 1})
		_, err := handle.CreateFolder(t.Context(), at(disk.Root()), "d")
		require.Error(t, err)
		require.False(t, syncer.NotDone(err))
		require.False(t, disk.Has("d"))
		handle.Inject(syncertest.Faults{})
		clock.Advance(10 * time.Second)
		require.Len(t, listed(t, handle, disk.Root()), 2)
		require.True(t, handle.Writes()[0].Done)
	}
}

func TestLateEffectStillObeysItsGuard(t *testing.T) {
	t.Parallel()
	disk, handle, _ := settling(syncertest.Tree{"x": "one"})
	handle.OnCall(func(c syncertest.Call) error {
		if c.Phase == syncertest.Before && c.Writes {
			return syncertest.ErrLate
		}
		return nil
	})
	_, err := handle.UpdateFile(t.Context(), disk.Entry("x"), contents("ours"))
	require.Error(t, err)
	disk.User("ann").Write("x", "hers")
	require.Equal(t, 1, disk.Land())
	require.Equal(t, []string{"one", "hers"}, disk.History("x"))
}

func TestStaleViewsShowWhatWasBeforeTheEngineWrote(t *testing.T) {
	t.Parallel()
	disk, handle, clock := settling(syncertest.Tree{"d/old": "1", "edited": "1", "moved": "1", "gone": "1"})
	root, ann := at(disk.Root()), disk.User("ann")
	before := disk.Entry("edited")
	_, err := handle.UpdateFile(t.Context(), before, contents("2"))
	require.NoError(t, err)
	_, err = handle.Move(t.Context(), disk.Entry("moved"), disk.Entry("d"), "elsewhere")
	require.NoError(t, err)
	gone := disk.ID("gone")
	_, err = handle.Delete(t.Context(), disk.Entry("gone"))
	require.NoError(t, err)
	made, err := handle.CreateFile(t.Context(), root, "made", contents("1"))
	require.NoError(t, err)
	ann.Write("hers", "1")

	handle.Inject(syncertest.Faults{Rand: seeded(1), Stale: 1})
	stale := listed(t, handle, disk.Root())
	require.Equal(t, []string{"Root", "d", "edited", "gone", "hers", "moved", "old"}, names(stale))
	for _, e := range stale {
		if e.Name == "edited" {
			require.Equal(t, before.Content, e.Content)
		}
		require.False(t, e.Trashed)
	}
	_, err = handle.Look(t.Context(), made.ID)
	require.ErrorIs(t, err, fs.ErrNotExist)
	e, err := handle.Look(t.Context(), gone)
	require.NoError(t, err)
	require.False(t, e.Trashed)
	found, err := handle.Find(t.Context(), root, "moved")
	require.NoError(t, err)
	require.Len(t, found, 1)

	clock.Advance(10 * time.Second)
	require.Equal(t, []string{"Root", "d", "edited", "elsewhere", "hers", "made", "old"}, names(listed(t, handle, disk.Root())))
}

func TestShiftedPagesMissAnItem(t *testing.T) {
	t.Parallel()
	disk := syncertest.New(syncertest.Options{PageSize: 2}, syncertest.Tree{"a": "", "b": "", "c": "", "d": ""})
	handle := disk.Connect()
	handle.Inject(syncertest.Faults{Rand: seeded(1), Shift: 1})
	require.Equal(t, []string{"Root", "b", "c"}, names(listed(t, handle, disk.Root())))
}

func TestListingBreaksBetweenPages(t *testing.T) {
	t.Parallel()
	disk := syncertest.New(syncertest.Options{PageSize: 2}, syncertest.Tree{"a": "", "b": "", "c": "", "d": ""})
	handle := disk.Connect()
	handle.OnCall(func(c syncertest.Call) error {
		if c.Seq == 2 {
			return errors.New("502 bad gateway")
		}
		return nil
	})
	seen, ended := 0, error(nil)
	for _, err := range handle.List(t.Context(), at(disk.Root()), "") {
		if ended = err; err == nil {
			seen++
		}
	}
	require.ErrorContains(t, ended, "502")
	require.Equal(t, 3, seen)
}

func TestBodiesAreCutShortenedAndGarbled(t *testing.T) {
	t.Parallel()
	disk := syncertest.New(syncertest.Options{}, syncertest.Tree{"x": "the whole body"})
	handle := disk.Connect()
	read := func(f syncertest.Faults) (string, error) {
		f.Rand = seeded(7)
		handle.Inject(f)
		r, err := handle.Open(t.Context(), disk.Entry("x"))
		require.NoError(t, err)
		b, err := io.ReadAll(r)
		return string(b), err
	}
	_, err := read(syncertest.Faults{Cut: 1})
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	short, err := read(syncertest.Faults{Short: 1})
	require.NoError(t, err)
	require.Less(t, len(short), 14)
	garbled, err := read(syncertest.Faults{Garble: 1})
	require.NoError(t, err)
	require.Len(t, garbled, 14)
	require.NotEqual(t, "the whole body", garbled)
}

func TestSpoiledUploadIsRefusedOnlyIfItsDigestIsKnown(t *testing.T) {
	t.Parallel()
	disk := syncertest.New(syncertest.Options{}, nil)
	handle := disk.Connect()
	handle.Inject(syncertest.Faults{Rand: seeded(1), Spoil: 1})
	content := contents("body")
	content.Digest = syncer.SHA256.Of([]byte("body"))
	_, err := handle.CreateFile(t.Context(), at(disk.Root()), "x", content)
	require.ErrorIs(t, err, syncer.ErrStale)
	e, err := handle.CreateFile(t.Context(), at(disk.Root()), "x", contents("body"))
	require.NoError(t, err)
	require.NotEqual(t, syncer.SHA1.Of([]byte("body")), e.Digest)
}

func TestFeedLosesRepeatsShufflesAndExpires(t *testing.T) {
	t.Parallel()
	disk := syncertest.New(syncertest.Options{}, nil)
	handle, ann := disk.Connect(), disk.User("ann")
	from, err := handle.Now(t.Context())
	require.NoError(t, err)
	for i := range 250 {
		ann.Write(fmt.Sprint(i), "")
	}
	read := func(f syncertest.Faults) (ids []string) {
		f.Rand = seeded(1)
		handle.Inject(f)
		for at, more := from, true; more; {
			var hints []syncer.Hint
			hints, at, more, err = handle.Changes(t.Context(), at)
			require.NoError(t, err)
			for _, h := range hints {
				ids = append(ids, h.ID)
			}
		}
		return ids
	}
	all := read(syncertest.Faults{})
	require.Len(t, all, 250)
	require.Less(t, len(read(syncertest.Faults{Drop: .5})), 200)
	require.Greater(t, len(read(syncertest.Faults{Repeat: .5})), 300)
	shuffled := read(syncertest.Faults{Shuffle: 1})
	require.ElementsMatch(t, all, shuffled)
	require.NotEqual(t, all, shuffled)
	handle.Inject(syncertest.Faults{})
	disk.ExpireCursors()
	_, _, _, err = handle.Changes(t.Context(), from)
	require.ErrorIs(t, err, syncer.ErrCursor)
	from, err = handle.Now(t.Context())
	require.NoError(t, err)
	_, _, _, err = handle.Changes(t.Context(), from)
	require.NoError(t, err)
}

func TestSeedRepeatsItsFaults(t *testing.T) {
	t.Parallel()
	run := func() (trace []string) {
		disk, handle, clock := settling(syncertest.Tree{"a": "1", "b/c": "2"})
		handle.Inject(syncertest.Faults{Rand: seeded(42), Refuse: .1, Fail: .1, Lose: .1, Late: .1, Stale: .3, Shift: .1})
		for i := range 200 {
			_, err := handle.CreateFolder(t.Context(), at(disk.Root()), fmt.Sprint(i))
			trace = append(trace, fmt.Sprint(err))
			for e, err := range handle.List(t.Context(), at(disk.Root()), "") {
				trace = append(trace, e.ID, fmt.Sprint(err))
			}
			clock.Advance(time.Second)
		}
		return trace
	}
	first, second := run(), run()
	require.Equal(t, first, second)
}
