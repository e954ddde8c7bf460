package procore_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer"
)

// listed reads a listing to its end.
func (p *tower) listed(t *testing.T, at string) ([]syncer.Entry, error) {
	t.Helper()
	var all []syncer.Entry
	for e, err := range p.fs.List(t.Context(), syncer.Entry{ID: at}, "") {
		if err != nil {
			return all, err
		}
		all = append(all, e)
	}
	return all, nil
}

func byName(all []syncer.Entry) map[string]syncer.Entry {
	out := map[string]syncer.Entry{}
	for _, e := range all {
		out[e.Name] = e
	}
	return out
}

func TestWhatProcoreKeepsItselfIsToldAndLeftAlone(t *testing.T) {
	t.Parallel()
	for _, indexed := range []bool{false, true} {
		p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits, Switches: procoretest.Switches{RootIndexed: indexed}})
		schedules, err := p.ann.CreateFolder(p.Project().RootID, "Schedules")
		require.NoError(t, err)
		_, err = p.ann.Upload(schedules.ID, "week.pdf", []byte("plan"))
		require.NoError(t, err)
		_, err = p.ann.Freeze(schedules)
		require.NoError(t, err)
		all, err := p.listed(t, procore.RootID)
		require.NoError(t, err)
		require.Len(t, all, 2, "the folder itself and the schedules; neither what these hold nor the recycle bin: %v", all)
		require.Equal(t, syncer.Folder, all[1].Kind)
		require.Contains(t, all[1].Skip, "read-only")
		root, err := p.fs.Look(t.Context(), procore.RootID)
		require.NoError(t, err)
		require.Equal(t, all[0].ID, root.ID)

		_, err = p.fs.Delete(t.Context(), all[1])
		require.ErrorIs(t, err, fs.ErrPermission)
	}
}

func TestFactsOfADocumentAreTold(t *testing.T) {
	t.Parallel()
	p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits})
	root := p.root(t)
	folder, err := p.ann.CreateFolder(root.ID, "folder")
	require.NoError(t, err)
	plain, err := p.ann.Upload(root.ID, "plain", []byte("x"))
	require.NoError(t, err)
	below, err := p.ann.Upload(folder.ID, "below", []byte("x"))
	require.NoError(t, err)
	_, err = p.ann.Hide(folder, true)
	require.NoError(t, err)
	_, err = p.ann.Track(folder, true)
	require.NoError(t, err)
	_, err = p.ann.CheckOut(plain, plain.Updated.AddDate(1, 0, 0))
	require.NoError(t, err)
	all, err := p.listed(t, id(root.ID))
	require.NoError(t, err)
	facts := byName(all)
	require.True(t, facts["folder"].Facts.Private)
	require.True(t, facts["folder"].Facts.Tracked)
	require.True(t, facts["below"].Facts.Private, "what stands in a private folder is private")
	require.True(t, facts["below"].Facts.Tracked)
	require.False(t, facts["plain"].Facts.Private)
	require.Equal(t, "Ann", facts["plain"].Facts.Locked)
	require.Equal(t, id(p.ann.ID), facts["plain"].Facts.Author)
	require.Equal(t, id(below.Version), facts["below"].Content)
	require.Equal(t, below.Updated.Unix(), facts["below"].Modified.Unix())
}

// An index of pages shifts while it is read: what is deleted in front pulls an item over the edge of a page
// that was read already.
func TestAnIndexThatShiftsWhileItIsReadIsReadAgain(t *testing.T) {
	t.Parallel()
	p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits})
	root := p.root(t)
	const files = 2100
	var items []procoretest.Item
	for i := range files {
		it, err := p.ann.Upload(root.ID, fmt.Sprintf("file %04d", i), []byte("x"))
		require.NoError(t, err)
		items = append(items, it)
	}
	deleted := 0
	for name, times := range map[string]int{"once": 1, "each time": 9} {
		m := &meddler{next: p.HTTPClient().Transport}
		first := deleted
		m.before = func(r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/documents") && r.URL.Query().Get("page") == "2" && deleted < first+times {
				require.NoError(t, p.ann.Delete(items[deleted]))
				deleted++
			}
		}
		m.on.Store(true)
		p.fs = p.connect(t, procore.Options{HTTP: m})
		all, err := p.listed(t, id(root.ID))
		if times == 1 {
			require.NoError(t, err, name)
			require.Len(t, all, 1+files-deleted, name)
			continue
		}
		require.ErrorContains(t, err, "not complete", name)
	}
}

// An index that names a total which counts what the user may not see is believed once it was read twice.
func TestAnIndexWhoseTotalIsTooHighIsReadTwice(t *testing.T) {
	t.Parallel()
	p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits})
	root := p.root(t)
	for i := range 5 {
		_, err := p.ann.Upload(root.ID, fmt.Sprint("file ", i), []byte("x"))
		require.NoError(t, err)
	}
	m := &meddler{next: p.HTTPClient().Transport}
	m.after = func(r *http.Request, answer *http.Response) {
		if strings.HasSuffix(r.URL.Path, "/documents") {
			answer.Header.Set("Total", "9")
		}
	}
	m.on.Store(true)
	p.fs = p.connect(t, procore.Options{HTTP: m})
	made := p.calls(func() {
		all, err := p.listed(t, id(root.ID))
		require.NoError(t, err)
		require.Len(t, all, 6)
	})
	require.Equal(t, 2, made[getIndex])
}

func TestTheNewerIndexTellsTheSame(t *testing.T) {
	t.Parallel()
	p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits})
	root := p.root(t)
	for i := range 3 {
		folder, err := p.ann.CreateFolder(root.ID, fmt.Sprint("folder ", i))
		require.NoError(t, err)
		for j := range 60 {
			_, err = p.ann.Upload(folder.ID, fmt.Sprint("file ", j), []byte("x"))
			require.NoError(t, err)
		}
	}
	one, err := p.listed(t, id(root.ID))
	require.NoError(t, err)
	p.fs = p.connect(t, procore.Options{V2: true})
	two, err := p.listed(t, id(root.ID))
	require.NoError(t, err)
	require.Equal(t, one, two)
}

func TestAProjectThatIsRenamedMovesNothing(t *testing.T) {
	t.Parallel()
	p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits})
	root := p.root(t)
	_, err := p.ann.Upload(root.ID, "plan.pdf", []byte("x"))
	require.NoError(t, err)
	before, err := p.listed(t, id(root.ID))
	require.NoError(t, err)
	p.RenameProject(p.Project().ID, "Tower B")
	after, err := p.listed(t, id(root.ID))
	require.NoError(t, err)
	require.Equal(t, before, after)
}

func TestIDsOfOthersAreNotFound(t *testing.T) {
	t.Parallel()
	p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits})
	for _, bad := range []string{"", "f", "f0", "-1", "f-1", "w12", "1e3", "007", "+5", "99999999999999999999"} {
		_, err := p.fs.Look(t.Context(), bad)
		require.ErrorContains(t, err, "no document", bad)
		_, err = p.listed(t, bad)
		require.ErrorContains(t, err, "no document", bad)
	}
}
