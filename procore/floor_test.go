package procore_test

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

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// calls returns what was called, and how often, while something was done.
func (p *tower) calls(do func()) map[string]int {
	p.ForgetCalls()
	do()
	made := p.Calls()
	maps.DeleteFunc(made, func(_ string, n int) bool { return n == 0 })
	return made
}

// counted leaves out the calls that count for nothing: those to storage, and the links that lead there.
func counted(calls map[string]int) int {
	n := 0
	for route, made := range calls {
		if strings.Contains(route, " /rest/") {
			n += made
		}
	}
	return n
}

func text(body string) syncer.Content {
	return syncer.Content{
		Size: int64(len(body)), Digest: syncer.SHA1.Of([]byte(body)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil },
	}
}

const (
	getTop, getFolder            = "GET /rest/v1.0/folders", "GET /rest/v1.0/folders/{id}"
	postFolder, patchFolder      = "POST /rest/v1.0/folders", "PATCH /rest/v1.0/folders/{id}"
	getFile, postFile, patchFile = "GET /rest/v1.0/files/{id}", "POST /rest/v1.0/files", "PATCH /rest/v1.0/files/{id}"
	deleteFolder, deleteFile     = "DELETE /rest/v1.0/folders/{id}", "DELETE /rest/v1.0/files/{id}"
	getIndex                     = "GET /rest/v1.0/projects/{project_id}/documents"
	beginUpload, storeBody       = "POST /rest/v1.1/projects/{project_id}/uploads", "POST /pro-core.com"
	followLink, readBody         = "GET /api/v5/files/us-east-1/pro-core.com/companies/{company_id}/{key}", "GET /pro-core.com/files/{key}"
)

func TestEachChangeCostsNoMoreCallsThanProcoreNeeds(t *testing.T) {
	t.Parallel()
	p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits})
	root := syncer.Entry{ID: id(p.root(t).ID), Kind: syncer.Folder}
	ctx := t.Context()
	var folder, other, file syncer.Entry
	must := func(e syncer.Entry, err error) syncer.Entry {
		require.NoError(t, err)
		return e
	}
	gone := func(e syncer.Entry) {
		_, err := p.fs.Delete(ctx, e)
		require.NoError(t, err)
	}
	for _, step := range []struct {
		name string
		do   func()
		want map[string]int
	}{
		{"a folder is made", func() { folder = must(p.fs.CreateFolder(ctx, root, "Drawings")) }, map[string]int{postFolder: 1}},
		{"another folder is made", func() { other = must(p.fs.CreateFolder(ctx, root, "Plans")) }, map[string]int{postFolder: 1}},
		{"a file is made", func() { file = must(p.fs.CreateFile(ctx, folder, "plan.pdf", text("one"))) }, map[string]int{
			beginUpload: 1, storeBody: 1, postFile: 1,
		}},
		{"a file is changed", func() { file = must(p.fs.UpdateFile(ctx, file, text("two"))) }, map[string]int{
			beginUpload: 1, storeBody: 1, getFile: 1, patchFile: 1,
		}},
		{"a file is renamed", func() { file = must(p.fs.Move(ctx, file, folder, "Plan.pdf")) }, map[string]int{getFile: 1, patchFile: 1}},
		{"a file is moved", func() { file = must(p.fs.Move(ctx, file, other, "Plan.pdf")) }, map[string]int{getFile: 1, patchFile: 1}},
		{"a file is moved and renamed", func() { file = must(p.fs.Move(ctx, file, folder, "plan.pdf")) }, map[string]int{getFile: 1, patchFile: 1}},
		{"a folder is renamed", func() { other = must(p.fs.Move(ctx, other, root, "plans")) }, map[string]int{getFolder: 1, patchFolder: 1}},
		{"a folder is moved", func() { other = must(p.fs.Move(ctx, other, folder, "plans")) }, map[string]int{getFolder: 1, patchFolder: 1}},
		{"a file is read", func() {
			body, err := p.fs.Open(ctx, file)
			require.NoError(t, err)
			_, err = io.Copy(io.Discard, body)
			require.NoError(t, err)
			require.NoError(t, body.Close())
		}, map[string]int{getFile: 1, followLink: 1, readBody: 1}},
		{"a file is deleted", func() { gone(file) }, map[string]int{getFile: 1, deleteFile: 1}},
		{"a folder is deleted", func() { gone(other) }, map[string]int{getFolder: 1, deleteFolder: 1}},
	} {
		require.Equal(t, step.want, p.calls(step.do), step.name)
	}
}

func TestAListingCostsOneCallForEachTwoThousandDocumentsAndOneForTheFolder(t *testing.T) {
	t.Parallel()
	p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits})
	const folders, files = 20, 110
	for i := range folders {
		at, err := p.ann.CreateFolder(p.Project().RootID, fmt.Sprint("folder ", i))
		require.NoError(t, err)
		for j := range files {
			_, err = p.ann.Upload(at.ID, fmt.Sprint("file ", j), []byte("bytes"))
			require.NoError(t, err)
		}
	}
	const documents = folders + folders*files
	seen := 0
	require.Equal(t, map[string]int{getTop: 1, getIndex: (documents + 1999) / 2000}, p.calls(func() {
		for _, err := range p.fs.List(t.Context(), syncer.Entry{ID: procore.RootID}, "") {
			require.NoError(t, err)
			seen++
		}
	}))
	require.Equal(t, 1+documents, seen)
}

// pair is a pair of the project's documents with a service in memory.
type pair struct {
	*tower

	source *syncertest.Service
	user   *syncertest.User
	engine *syncer.Engine
	store  *memory.Store
	stream syncer.Stream
	there  []string // IDs in Procore
}

func (p *tower) pair(t *testing.T, root string) *pair {
	t.Helper()
	source := syncertest.New(syncertest.Options{}, nil)
	user := source.User("bob")
	user.Mkdir("drawings")
	user.Add("drawings/plan.pdf", "one")
	handle := source.Connect()
	store := memory.New(memory.Options{})
	engine, err := syncer.New(store, syncer.Pair{
		Name:        "pair",
		Source:      syncer.Endpoint{FS: handle.FileSystem(), Root: handle.Root()},
		Destination: syncer.Endpoint{FS: p.fs, Root: root},
	}, nil)
	require.NoError(t, err)
	return &pair{p, source, user, engine, store, syncer.Stream{Name: "procore", Feed: p.fs, Side: syncer.Destination, Pairs: []string{"pair"}}, nil}
}

// run polls, runs, and waits until the service may be believed again about what was written.
func (p *pair) run(t *testing.T) {
	t.Helper()
	_, err := p.stream.Poll(t.Context(), p.store)
	require.NoError(t, err)
	report, err := p.engine.Run(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, report.Skips)
	require.Empty(t, report.Failures)
	time.Sleep(time.Minute)
}

func TestARunInWhichNothingHappenedCostsTwoCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits}).pair(t, procore.RootID)
		p.run(t)
		p.run(t) // which hears of its own writes
		for range 3 {
			require.Equal(t, map[string]int{getIndex: 2}, p.calls(func() { p.run(t) }))
		}
		for _, d := range []time.Duration{time.Hour, 20 * time.Hour} {
			time.Sleep(d)
			require.Equal(t, map[string]int{getIndex: 2}, p.calls(func() { p.run(t) }))
		}
	})
}

func TestAChangeOnTheOtherSideIsCarriedOverWithFewCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits}).pair(t, procore.RootID)
		p.run(t)
		for _, step := range []struct {
			name string
			edit func()
			want map[string]int
		}{
			{"a file was added", func() { p.user.Add("drawings/new.pdf", "new") }, map[string]int{beginUpload: 1, storeBody: 1, postFile: 1}},
			{"a file was changed", func() { p.user.Write("drawings/plan.pdf", "two") }, map[string]int{beginUpload: 1, storeBody: 1, getFile: 1, patchFile: 1}},
			{"a file was renamed", func() { p.user.Rename("drawings/plan.pdf", "Plan A.pdf") }, map[string]int{getFile: 1, patchFile: 1}},
			{"a file was moved", func() { p.user.Move("drawings/Plan A.pdf", "Plan A.pdf") }, map[string]int{getFile: 1, patchFile: 1}},
			{"a file was deleted", func() { p.user.Remove("Plan A.pdf") }, map[string]int{getFile: 1, deleteFile: 1}},
		} {
			step.edit()
			require.NoError(t, p.store.Append(t.Context(), "pair", syncer.Hint{Side: syncer.Source, Full: true}))
			step.want[getTop], step.want[getIndex] = 1, 1 // the full scan
			require.Equal(t, step.want, p.calls(func() {
				_, err := p.engine.Run(t.Context(), nil)
				require.NoError(t, err)
			}), step.name)
			time.Sleep(time.Minute)
		}
	})
}

func TestAChangeInProcoreIsCarriedOverWithoutAScan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits}).pair(t, procore.RootID)
		p.run(t)
		p.run(t)
		plan, err := p.ann.Find(p.Project().RootID, "drawings/plan.pdf")
		require.NoError(t, err)
		for _, step := range []struct {
			name string
			edit func() error
			most int // beside the two for the news
		}{
			{"a file was changed", func() error { _, err := p.ann.Edit(plan.ID, []byte("second")); return err }, 4},
			{"a file was renamed", func() error { _, err := p.ann.Rename(plan, "Plan A.pdf"); return err }, 4},
			{"a file was added", func() error { _, err := p.ann.Upload(plan.ParentID, "new.pdf", []byte("new")); return err }, 4},
			{"a file was deleted", func() error { return p.ann.Delete(plan) }, 4},
		} {
			require.NoError(t, step.edit())
			made := p.calls(func() { p.run(t) })
			require.LessOrEqual(t, counted(made), 2+step.most, "%s: %v", step.name, made)
			require.LessOrEqual(t, made[getIndex], 2, "%s: %v", step.name, made)
		}
		require.Equal(t, syncertest.Tree{"drawings/": "", "drawings/new.pdf": "new"}, p.source.Tree())
	})
}

func TestTheGovernorLeavesNoCallToBeRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newTower(t, procoretest.Options{Limits: procoretest.RealLimits})
		governor, err := connect.NewGovernor(connect.GovernorOptions{Windows: procore.Windows(), Read: procore.Readings})
		require.NoError(t, err)
		refused := 0
		files := p.connect(t, procore.Options{Pace: counting{governor.Lane("drawings"), &refused}})
		root := syncer.Entry{ID: id(p.root(t).ID)}
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
