package box_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// calls returns what was called, and how often, while something was done.
func (a *account) calls(do func()) map[string]int {
	a.ForgetCalls()
	do()
	made := a.Calls()
	maps.DeleteFunc(made, func(_ string, n int) bool { return n == 0 })
	return made
}

func text(body string) syncer.Content {
	return syncer.Content{
		Size: int64(len(body)), Digest: syncer.SHA1.Of([]byte(body)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil },
	}
}

const (
	getFolder, listFolder    = "GET /2.0/folders/{folder_id}", "GET /2.0/folders/{folder_id}/items"
	postFolder, putFolder    = "POST /2.0/folders", "PUT /2.0/folders/{folder_id}"
	getFile, putFile         = "GET /2.0/files/{file_id}", "PUT /2.0/files/{file_id}"
	postFile, postVersion    = "POST /2.0/files/content", "POST /2.0/files/{file_id}/content"
	deleteFile, getContent   = "DELETE /2.0/files/{file_id}", "GET /2.0/files/{file_id}/content"
	deleteFolder             = "DELETE /2.0/folders/{folder_id}"
	readEvents, downloadBody = "GET /2.0/events", "GET /d/1/{ticket}/download"
)

func TestEachChangeCostsNoMoreCallsThanBoxNeeds(t *testing.T) {
	t.Parallel()
	a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
	root := syncer.Entry{ID: a.root(t).ID, Kind: syncer.Folder}
	ctx := t.Context()
	var folder, other, file syncer.Entry
	must := func(e syncer.Entry, err error) syncer.Entry {
		require.NoError(t, err)
		return e
	}
	for _, step := range []struct {
		name string
		do   func()
		want map[string]int
	}{
		{"a folder is made", func() { folder = must(a.fs.CreateFolder(ctx, root, "Drawings")) }, map[string]int{postFolder: 1}},
		{"another folder is made", func() { other = must(a.fs.CreateFolder(ctx, root, "Plans")) }, map[string]int{postFolder: 1}},
		{"a small file is made", func() { file = must(a.fs.CreateFile(ctx, folder, "plan.pdf", text("one"))) }, map[string]int{postFile: 1}},
		{"a small file is changed", func() { file = must(a.fs.UpdateFile(ctx, file, text("two"))) }, map[string]int{postVersion: 1}},
		{"a file is renamed", func() { file = must(a.fs.Move(ctx, file, folder, "Plan.pdf")) }, map[string]int{putFile: 1}},
		{"a file is looked at and moved", func() {
			file = must(a.fs.Look(ctx, file.ID)) // by the engine, since Box does not heed the guard of a move
			file = must(a.fs.Move(ctx, file, other, "Plan.pdf"))
		}, map[string]int{getFile: 1, putFile: 1}},
		{"a folder is looked at and moved", func() {
			other = must(a.fs.Look(ctx, other.ID))
			other = must(a.fs.Move(ctx, other, folder, "Plans"))
		}, map[string]int{getFolder: 1, putFolder: 1}},
		{"a file is read", func() {
			body, err := a.fs.Open(ctx, file)
			require.NoError(t, err)
			_, err = io.Copy(io.Discard, body)
			require.NoError(t, err)
			require.NoError(t, body.Close())
		}, map[string]int{getFile: 1, getContent: 1, downloadBody: 1}},
		{"a file is deleted", func() {
			_, err := a.fs.Delete(ctx, file)
			require.NoError(t, err)
		}, map[string]int{deleteFile: 1}},
	} {
		require.Equal(t, step.want, a.calls(step.do), step.name)
	}
	require.False(t, a.fs.Info().Guards.Move, "the engine looks before a move only if the guard is not claimed")
}

func TestAListingCostsOneCallForEachFolderAndOneForTheFirst(t *testing.T) {
	t.Parallel()
	a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
	root := a.root(t)
	folders := 1
	for i := range 4 {
		at, err := a.ann.CreateFolder(root.ID, fmt.Sprint("folder ", i))
		require.NoError(t, err)
		for j := range 3 {
			_, err := a.ann.CreateFolder(at.ID, fmt.Sprint("folder ", j))
			require.NoError(t, err)
			_, err = a.ann.Upload(at.ID, fmt.Sprint("file ", j), []byte("bytes"))
			require.NoError(t, err)
		}
		folders += 4
	}
	seen := 0
	require.Equal(t, map[string]int{getFolder: 1, listFolder: folders}, a.calls(func() {
		for _, err := range a.fs.List(t.Context(), syncer.Entry{ID: root.ID}, "") {
			require.NoError(t, err)
			seen++
		}
	}))
	require.Equal(t, folders+12, seen)
}

func TestALargeFileCostsASessionItsPartsAndACommit(t *testing.T) {
	t.Parallel()
	a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits, PartSize: 16 << 20})
	root := syncer.Entry{ID: a.root(t).ID}
	const size = box.SimpleLimit + 1
	require.Equal(t, map[string]int{
		"POST /2.0/files/upload_sessions":                     1,
		"PUT /2.0/files/upload_sessions/{session_id}":         3,
		"POST /2.0/files/upload_sessions/{session_id}/commit": 1,
	}, a.calls(func() {
		made, err := a.fs.CreateFile(t.Context(), root, "model.ifc", zeros(size))
		require.NoError(t, err)
		require.EqualValues(t, size, made.Size)
	}))
}

// pairs are three pairs on one account, each with some files, that were run until nothing was left.
func (a *account) pairs(t *testing.T, store *memory.Store) (engines []*syncer.Engine, names []string, users []*syncertest.User) {
	t.Helper()
	for i := range 3 {
		name := fmt.Sprint("pair ", i)
		source := syncertest.New(syncertest.Options{}, nil)
		user := source.User("bob")
		user.Mkdir("drawings")
		user.Add("drawings/plan.pdf", "one")
		handle := source.Connect()
		engine, err := syncer.New(store, syncer.Pair{
			Name:        name,
			Source:      syncer.Endpoint{FS: handle.FileSystem(), Root: handle.Root()},
			Destination: syncer.Endpoint{FS: a.fs, Root: a.root(t).ID},
		}, nil)
		require.NoError(t, err)
		engines, names, users = append(engines, engine), append(names, name), append(users, user)
	}
	return engines, names, users
}

func TestARunInWhichNothingHappenedCostsOneCallForAllPairsOfACredential(t *testing.T) {
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
				report, err := e.Run(t.Context(), nil)
				require.NoError(t, err)
				require.Empty(t, report.Skips)
			}
		}
		run()
		time.Sleep(time.Minute) // until the service may be believed again about what was written
		require.Equal(t, map[string]int{readEvents: 2}, a.calls(run), "it is told of its own writes, and need not look")
		require.Equal(t, map[string]int{readEvents: 1}, a.calls(run))
	})
}

func TestAChangeOnTheOtherSideIsCarriedOverWithFewCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
		store := memory.New(memory.Options{})
		engines, names, users := a.pairs(t, store)
		engine, user := engines[0], users[0]
		run := func() {
			report, err := engine.Run(t.Context(), nil)
			require.NoError(t, err)
			require.Empty(t, report.Skips)
			require.Empty(t, report.Failures)
			time.Sleep(time.Minute)
		}
		run()
		for _, step := range []struct {
			name string
			edit func()
			want map[string]int
		}{
			{"a file was changed", func() { user.Write("drawings/plan.pdf", "two") }, map[string]int{postVersion: 1}},
			{"a file was renamed", func() { user.Rename("drawings/plan.pdf", "Plan A.pdf") }, map[string]int{putFile: 1}},
			{"a file was moved", func() { user.Move("drawings/Plan A.pdf", "Plan A.pdf") }, map[string]int{getFile: 1, putFile: 1}},
			{"a file was deleted", func() { user.Remove("Plan A.pdf") }, map[string]int{deleteFile: 1}},
		} {
			step.edit()
			require.NoError(t, store.Append(t.Context(), names[0], syncer.Hint{Side: syncer.Source, Full: true}))
			step.want[getFolder], step.want[listFolder] = 1, 2 // the full scan of two folders
			require.Equal(t, step.want, a.calls(run), step.name)
		}
	})
}

func TestAFolderGoesWithOneCallForEachItemInIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const files = 40
		a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
		store := memory.New(memory.Options{})
		engines, names, users := a.pairs(t, store)
		users[0].Add("stays.pdf", "one")
		for i := range files - 1 {
			users[0].Add(fmt.Sprintf("drawings/%d.pdf", i), "one")
		}
		run := func() {
			report, err := engines[0].Run(t.Context(), nil)
			require.NoError(t, err)
			require.True(t, report.Settled(), "%v", report)
			time.Sleep(time.Minute)
		}
		run()
		users[0].Remove("drawings")
		require.NoError(t, store.Append(t.Context(), names[0], syncer.Hint{Side: syncer.Source, Full: true}))
		// Nothing is looked at before its delete: Box heeds the guard.
		require.Equal(t, map[string]int{getFolder: 1, listFolder: 2, deleteFile: files, deleteFolder: 1}, a.calls(run))
	})
}

func TestTheGovernorLeavesNoCallToBeRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t, boxtest.Options{Limits: boxtest.RealLimits})
		governor, err := connect.NewGovernor(connect.GovernorOptions{Windows: box.Windows()})
		require.NoError(t, err)
		refused := 0
		files := a.connect(t, box.Options{Pace: counting{governor.Lane("drawings"), &refused}})
		root := syncer.Entry{ID: a.root(t).ID}
		for i := range 300 {
			_, err := files.CreateFile(t.Context(), root, fmt.Sprint("file ", i), text("bytes"))
			require.NoError(t, err)
		}
		require.Zero(t, refused)
	})
}

// counting counts the answers that say "too many".
type counting struct {
	connect.Pace

	refused *int
}

func (c counting) Learn(status int, h http.Header) {
	if status == http.StatusTooManyRequests {
		*c.refused++
	}
	c.Pace.Learn(status, h)
}
