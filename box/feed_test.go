package box_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
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

// changes reads the feed to its end.
func (a *account) changes(t *testing.T, from syncer.Cursor) ([]syncer.Hint, syncer.Cursor) {
	t.Helper()
	var all []syncer.Hint
	for {
		hints, next, more, err := a.fs.Changes(t.Context(), from)
		require.NoError(t, err)
		all, from = append(all, hints...), next
		if !more {
			return all, from
		}
	}
}

func hintOf(hints []syncer.Hint, id string) (syncer.Hint, bool) {
	i := slices.IndexFunc(hints, func(h syncer.Hint) bool { return h.ID == id })
	if i < 0 {
		return syncer.Hint{}, false
	}
	return hints[i], true
}

func TestTheFeedTellsOfEverythingThatPeopleDo(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]boxtest.Options{
		"plainly":           {},
		"again and again":   {ReplayEvents: true, Seed: 3},
		"in any order":      {ShuffleEvents: true, ReplayEvents: true, Seed: 4},
		"as it was":         {Switches: boxtest.Switches{EventSnapshots: true}},
		"of what is below":  {Switches: boxtest.Switches{DescendantEvents: true, PurgesTold: true}},
		"and kept for long": {Switches: boxtest.Switches{EventsKeptLong: true, ExpiredPositionIgnored: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o.Limits = boxtest.NoLimits
			a := newAccount(t, o)
			root := a.root(t)
			item := func(it boxtest.Item, err error) boxtest.Item {
				require.NoError(t, err)
				return it
			}
			folder, file := boxtest.Item{}, boxtest.Item{}
			at, err := a.fs.Now(t.Context())
			require.NoError(t, err)
			for _, step := range []struct {
				what string
				did  syncer.Deeds
				do   func() string
			}{
				{"makes a folder", syncer.DidWrite, func() string { folder = item(a.ann.CreateFolder(root.ID, "Drawings")); return folder.ID }},
				{"uploads a file", syncer.DidWrite, func() string { file = item(a.ann.Upload(folder.ID, "plan.pdf", []byte("one"))); return "f" + file.ID }},
				{"edits it", syncer.DidWrite, func() string { item(a.ann.Edit(file.ID, []byte("two"))); return "f" + file.ID }},
				{"renames it", syncer.DidMove, func() string { item(a.ann.Rename(file, "Plan.pdf")); return "f" + file.ID }},
				{"moves it", syncer.DidMove, func() string { item(a.ann.Move(file, root.ID)); return "f" + file.ID }},
				{"locks it", 0, func() string { item(a.ann.Lock(file, time.Time{})); return "f" + file.ID }},
				{"lets go of it", 0, func() string { item(a.ann.Unlock(file)); return "f" + file.ID }},
				{"trashes it", syncer.DidDelete, func() string { require.NoError(t, a.ann.Trash(file)); return "f" + file.ID }},
				{"restores it", syncer.DidRestore, func() string { item(a.ann.Restore(file)); return "f" + file.ID }},
				{"trashes the folder", syncer.DidDelete, func() string { require.NoError(t, a.ann.Trash(folder)); return folder.ID }},
				{"restores the folder", syncer.DidRestore, func() string { item(a.ann.Restore(folder)); return folder.ID }},
			} {
				id := step.do()
				hints, next := a.changes(t, at)
				h, told := hintOf(hints, id)
				require.True(t, told, "Ann %s: %v", step.what, hints)
				require.False(t, h.Full)
				require.Equal(t, step.did, h.Did, "Ann %s", step.what)
				require.Equal(t, syncer.Author{ID: a.ann.ID, Name: a.ann.Name + " (" + a.ann.Login + ")"}, h.By)
				again, _ := a.changes(t, at)
				require.True(t, slices.ContainsFunc(again, func(h syncer.Hint) bool { return h.ID == id }), "a position can be read from again")
				at = next
			}
			hints, last := a.changes(t, at)
			require.Empty(t, hints, "at the end nothing is told")
			require.Equal(t, first(at), first(last), "positions stay where nothing happens")
		})
	}
}

// first is the position in a cursor, without the time.
func first(c syncer.Cursor) string {
	position, _, _ := strings.Cut(string(c), "@")
	return position
}

func TestAHintNamesTheFoldersUpToTheTopSoThatOthersCostNoCall(t *testing.T) {
	t.Parallel()
	a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
	home := a.Home()
	top, err := home.CreateFolder("0", "Top")
	require.NoError(t, err)
	below, err := home.CreateFolder(top.ID, "Below")
	require.NoError(t, err)
	at, err := a.fs.Now(t.Context())
	require.NoError(t, err)
	file, err := home.Upload(below.ID, "plan.pdf", []byte("one"))
	require.NoError(t, err)
	hints, at := a.changes(t, at)
	h, told := hintOf(hints, "f"+file.ID)
	require.True(t, told)
	require.Equal(t, []string{below.ID, top.ID, "0@" + home.ID}, h.Within)
	require.NoError(t, home.Trash(file))
	hints, _ = a.changes(t, at)
	h, told = hintOf(hints, "f"+file.ID)
	require.True(t, told)
	require.NotEmpty(t, h.Within, "what lies in the trash matters only to those who know it")
}

func TestEventsOutsideTheRootsCostNoCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
		store := memory.New(memory.Options{})
		engines, names, _ := a.pairs(t, store)
		stream := syncer.Stream{Name: "box", Feed: a.fs, Side: syncer.Destination, Pairs: names}
		run := func() {
			_, err := stream.Poll(t.Context(), store)
			require.NoError(t, err)
			for _, e := range engines {
				_, err := e.Run(t.Context(), nil)
				require.NoError(t, err)
			}
		}
		for range 3 {
			run()
			time.Sleep(time.Minute)
		}
		elsewhere := a.root(t)
		file, err := a.ann.Upload(elsewhere.ID, "a.txt", []byte("one"))
		require.NoError(t, err)
		_, err = a.ann.Rename(file, "b.txt")
		require.NoError(t, err)
		other, err := a.ann.Upload(elsewhere.ID, "c.txt", []byte("one"))
		require.NoError(t, err)
		require.NoError(t, a.ann.Trash(other))
		run() // the invitation to the new folder is looked at
		run()
		_, err = a.ann.Edit(file.ID, []byte("two"))
		require.NoError(t, err)
		require.NoError(t, a.ann.Trash(file))
		require.Equal(t, map[string]int{readEvents: 2}, a.calls(run), "a page of events, and the empty one behind it")
	})
}

func TestAnEditInBoxIsCarriedOverFromTheFeed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits, ReplayEvents: true, ShuffleEvents: true, Seed: 5})
		store := memory.New(memory.Options{})
		source := syncertest.New(syncertest.Options{}, nil)
		handle := source.Connect()
		root := a.root(t)
		engine, err := syncer.New(store, syncer.Pair{
			Name:        "pair",
			Source:      syncer.Endpoint{FS: handle.FileSystem(), Root: handle.Root()},
			Destination: syncer.Endpoint{FS: a.fs, Root: root.ID},
		}, nil)
		require.NoError(t, err)
		stream := syncer.Stream{Name: "box", Feed: a.fs, Side: syncer.Destination, Pairs: []string{"pair"}}
		run := func() *syncer.Report {
			_, err := stream.Poll(t.Context(), store)
			require.NoError(t, err)
			report, err := engine.Run(t.Context(), nil)
			require.NoError(t, err)
			require.Empty(t, report.Failures)
			time.Sleep(time.Minute)
			return report
		}
		run()
		_, err = a.ann.Upload(root.ID, "stays.pdf", []byte("stays"))
		require.NoError(t, err)
		folder, err := a.ann.CreateFolder(root.ID, "Drawings")
		require.NoError(t, err)
		file, err := a.ann.Upload(folder.ID, "plan.pdf", []byte("one"))
		require.NoError(t, err)
		require.False(t, run().Full)
		require.Equal(t, "one", source.Tree()["Drawings/plan.pdf"])
		_, err = a.ann.Edit(file.ID, []byte("two"))
		require.NoError(t, err)
		_, err = a.ann.Rename(folder, "Plans")
		require.NoError(t, err)
		require.False(t, run().Full)
		require.Equal(t, "two", source.Tree()["Plans/plan.pdf"])
		require.NoError(t, a.ann.Trash(folder))
		require.False(t, run().Full)
		require.NotContains(t, source.Tree(), "Plans/plan.pdf")
	})
}

func TestAPositionThatIsTooOldIsRefusedBeforeBoxForgetsIt(t *testing.T) {
	t.Parallel()
	for name, switches := range map[string]boxtest.Switches{"Box says so": {}, "Box is silent": {ExpiredPositionIgnored: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits, Switches: switches})
				at, err := a.fs.Now(t.Context())
				require.NoError(t, err)
				time.Sleep(12 * 24 * time.Hour)
				_, at, _, err = a.fs.Changes(t.Context(), at)
				require.NoError(t, err)
				time.Sleep(14 * 24 * time.Hour)
				_, _, _, err = a.fs.Changes(t.Context(), at)
				require.ErrorIs(t, err, syncer.ErrCursor)
			})
		})
	}
}

func TestOnlyARefusalOfThePositionAsksForAFullScan(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]bool{
		http.StatusBadRequest: true, http.StatusNotFound: true, http.StatusGone: true,
		http.StatusUnauthorized: false, http.StatusForbidden: false, http.StatusServiceUnavailable: false,
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
				at, err := a.fs.Now(t.Context())
				require.NoError(t, err)
				require.NoError(t, a.Inject(boxtest.Fault{Route: readEvents, Status: status, Times: -1}))
				_, _, _, err = a.fs.Changes(t.Context(), at)
				require.Error(t, err)
				require.Equal(t, want, errors.Is(err, syncer.ErrCursor), "%v", err)
			})
		})
	}
}

func TestWhoWaitsIsWokenByAnEvent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
		root := a.root(t)
		at, err := a.fs.Now(t.Context())
		require.NoError(t, err)
		woken := make(chan error, 1)
		go func() { woken <- a.fs.Wait(t.Context(), at) }()
		synctest.Wait()
		require.Empty(t, woken)
		_, err = a.ann.CreateFolder(root.ID, "Drawings")
		require.NoError(t, err)
		require.NoError(t, <-woken)
		require.ErrorIs(t, a.fs.Wait(t.Context(), "nonsense"), syncer.ErrCursor)
	})
}

func TestAnEventOfWhichBoxTellsLittleIsAHintNevertheless(t *testing.T) {
	event := func(kind, source string) string {
		return `{"chunk_size":1,"next_stream_position":8,"entries":[{"type":"event","event_id":"e","event_type":"` + kind + `","source":` + source + `}]}`
	}
	me := &box.User{ID: "22"}
	for name, c := range map[string]struct {
		event string
		want  []syncer.Hint
	}{
		"a file without its path is looked at":           {event("ITEM_UPLOAD", `{"type":"file","id":"1","name":"a"}`), []syncer.Hint{{ID: "f1", Did: syncer.DidWrite}}},
		"access to a known folder":                       {event("COLLAB_REMOVE_COLLABORATOR", `{"type":"folder","id":"7"}`), []syncer.Hint{{ID: "7"}}},
		"an invitation to a folder":                      {event("COLLAB_ADD_COLLABORATOR", `{"type":"collaboration","id":"5","item":{"type":"folder","id":"7"}}`), []syncer.Hint{{ID: "7"}}},
		"an invitation to nothing":                       {event("COLLAB_ADD_COLLABORATOR", `{"type":"collaboration","id":"5","item":null}`), []syncer.Hint{{Full: true}}},
		"a group that nobody says more of":               {event("GROUP_ADD_USER", `{"type":"user","id":"22"}`), []syncer.Hint{{Full: true}}},
		"access to something that is not told":           {event("COLLAB_ADD_COLLABORATOR", `null`), []syncer.Hint{{Full: true}}},
		"an item that is gone for good":                  {event("ITEM_TRASH", `null`), nil},
		"something that was not understood":              {event("ITEM_UPLOAD", `"strange"`), []syncer.Hint{{Full: true}}},
		"a comment, which is no item":                    {event("COMMENT_CREATE", `{"type":"comment","id":"9"}`), nil},
		"a kind that Box has invented since, of an item": {event("ITEM_FROZEN", `{"type":"file","id":"1"}`), []syncer.Hint{{ID: "f1"}}},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, routes{"GET api.box.com/2.0/events": always(200, c.event)}, func(t *testing.T, client *box.Client, _ *service) {
				fs, err := box.NewFileSystem(t.Context(), client, &box.FileSystemOptions{User: me})
				require.NoError(t, err)
				at, err := fs.Now(t.Context())
				require.NoError(t, err)
				hints, _, _, err := fs.Changes(t.Context(), at)
				require.NoError(t, err)
				require.Equal(t, c.want, hints)
			})
		})
	}
}

func TestWhoeverWaitsBehindAnotherMayGiveUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
		at, err := a.fs.Now(t.Context())
		require.NoError(t, err)
		first, end := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- a.fs.Wait(first, at) }()
		synctest.Wait()
		start := time.Now()
		second, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, a.fs.Wait(second, at), context.DeadlineExceeded)
		require.Equal(t, time.Second, time.Since(start))
		end()
		require.ErrorIs(t, <-ended, context.Canceled)
	})
}
