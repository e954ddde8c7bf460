package procore_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer"
)

// Procore guards nothing. Between the last look and the call there is one round trip, and this is what
// becomes of an edit in it.

func (p *tower) beforeEach(t *testing.T, method string, edit func()) {
	t.Helper()
	m := &meddler{next: p.HTTPClient().Transport}
	m.before = func(r *http.Request) {
		if r.Method == method && strings.HasPrefix(r.URL.Path, "/rest/v1.0/") {
			m.on.Store(false)
			edit()
		}
	}
	m.on.Store(true)
	p.fs = p.connect(t, procore.Options{HTTP: m})
}

func (p *tower) body(t *testing.T, e syncer.Entry) string {
	t.Helper()
	body, err := p.fs.Open(t.Context(), e)
	require.NoError(t, err)
	text, err := io.ReadAll(body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	return string(text)
}

func TestAnEditThatComesBetweenTheLookAndANewVersionIsPutOnTopAgain(t *testing.T) {
	t.Parallel()
	p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits})
	root := syncer.Entry{ID: id(p.root(t).ID), Kind: syncer.Folder}
	old, err := p.fs.CreateFile(t.Context(), root, "plan.pdf", text("first"))
	require.NoError(t, err)
	p.beforeEach(t, http.MethodPatch, func() {
		_, err := p.ann.Edit(number(old.ID), []byte("Ann's"))
		require.NoError(t, err)
	})
	_, err = p.fs.UpdateFile(t.Context(), old, text("ours"))
	require.ErrorIs(t, err, syncer.ErrStale)
	now, err := p.fs.Look(t.Context(), old.ID)
	require.NoError(t, err)
	require.Equal(t, "Ann's", p.body(t, now), "she sees what she has saved")
	var sizes []int64
	for v, err := range p.fs.Versions(t.Context(), now) {
		require.NoError(t, err)
		sizes = append(sizes, v.Size)
	}
	require.Equal(t, []int64{5, 4, 5, 5}, sizes, "nothing is lost of what was there meanwhile")
}

func TestAnEditThatComesBetweenTheLookAndARenameIsNotTakenForOurs(t *testing.T) {
	t.Parallel()
	p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits})
	root := syncer.Entry{ID: id(p.root(t).ID), Kind: syncer.Folder}
	old, err := p.fs.CreateFile(t.Context(), root, "plan.pdf", text("first"))
	require.NoError(t, err)
	p.beforeEach(t, http.MethodPatch, func() {
		_, err := p.ann.Edit(number(old.ID), []byte("Ann's"))
		require.NoError(t, err)
	})
	moved, err := p.fs.Move(t.Context(), old, root, "Plan A.pdf")
	require.NoError(t, err)
	require.Equal(t, "Plan A.pdf", moved.Name)
	require.Equal(t, old.Content, moved.Content, "whoever looks again sees that it has changed")
	now, err := p.fs.Look(t.Context(), old.ID)
	require.NoError(t, err)
	require.NotEqual(t, old.Content, now.Content)
}

func TestAFileThatSomebodyHasCheckedOutWaits(t *testing.T) {
	t.Parallel()
	for _, s := range []procoretest.Switches{{}, {CheckOutHoldsAll: true}, {CheckOutSparesAdmins: true}} {
		p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits, Switches: s})
		root := syncer.Entry{ID: id(p.root(t).ID), Kind: syncer.Folder}
		old, err := p.fs.CreateFile(t.Context(), root, "plan.pdf", text("first"))
		require.NoError(t, err)
		it, err := p.ann.Look(number(old.ID))
		require.NoError(t, err)
		p.beforeEach(t, http.MethodPatch, func() { // after the look: Procore itself refuses then
			_, err := p.ann.CheckOut(it, it.Updated.AddDate(1, 0, 0))
			require.NoError(t, err)
		})
		_, err = p.fs.UpdateFile(t.Context(), old, text("ours"))
		if !s.CheckOutSparesAdmins {
			require.ErrorIs(t, err, syncer.ErrLocked)
			require.True(t, syncer.NotDone(err))
		}
		now, err := p.fs.Look(t.Context(), old.ID)
		require.NoError(t, err)
		require.Equal(t, "Ann", now.Facts.Locked)
		_, err = p.fs.UpdateFile(t.Context(), now, text("ours"))
		require.ErrorIs(t, err, syncer.ErrLocked, "who holds it is not overridden, even by an administrator")
		_, err = p.fs.Delete(t.Context(), now)
		require.ErrorIs(t, err, syncer.ErrLocked)
		_, err = p.ann.CheckIn(it)
		require.NoError(t, err)
		now, err = p.fs.Look(t.Context(), old.ID)
		require.NoError(t, err)
		_, err = p.fs.UpdateFile(t.Context(), now, text("ours at last"))
		require.NoError(t, err)
	}
}
