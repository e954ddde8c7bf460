package procore_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer"
)

// meddler changes what goes to Procore or comes from it, while it is on.
type meddler struct {
	next   http.RoundTripper
	on     atomic.Bool
	before func(*http.Request)
	after  func(*http.Request, *http.Response)
}

func (m *meddler) RoundTrip(r *http.Request) (*http.Response, error) {
	if m.on.Load() && m.before != nil {
		r = r.Clone(r.Context())
		m.before(r)
	}
	answer, err := m.next.RoundTrip(r)
	if err == nil && m.on.Load() && m.after != nil {
		m.after(r, answer)
	}
	return answer, err
}

// emptied makes the index look as if there were nothing.
func emptied(r *http.Request, answer *http.Response) {
	if !strings.HasSuffix(r.URL.Path, "/documents") {
		return
	}
	_ = answer.Body.Close()
	answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader([]byte("[]"))), 2
	answer.Header.Set("Total", "0")
	answer.Header.Set("Content-Length", "2")
	answer.Header.Del("Link")
}

// losses are ways in which a project may look empty or gone although nobody has deleted anything.
var losses = []struct {
	name string
	// lose brings it about, and says how it ends.
	lose func(t *testing.T, p *pair, m *meddler, root procoretest.Item) (mend func())
	// why is what the error, or the report, must say.
	why []string
}{
	{"the header with the company is missing", func(_ *testing.T, _ *pair, m *meddler, _ procoretest.Item) func() {
		m.before = func(r *http.Request) { r.Header.Del("Procore-Company-Id") }
		m.on.Store(true)
		return func() { m.on.Store(false) }
	}, []string{"404", "Item not found"}},
	{"the tool is not permitted any more", func(_ *testing.T, p *pair, _ *meddler, _ procoretest.Item) func() {
		p.Permit(p.Home().User, p.Project().ID, procoretest.Documents, procoretest.NoAccess)
		return func() { p.Permit(p.Home().User, p.Project().ID, procoretest.Documents, procoretest.Admin) }
	}, []string{"403"}},
	{"the tool is turned off", func(_ *testing.T, p *pair, _ *meddler, _ procoretest.Item) func() {
		p.SetTool(p.Project().ID, procoretest.Documents, false)
		return func() { p.SetTool(p.Project().ID, procoretest.Documents, true) }
	}, []string{"403"}},
	{"the list of permitted projects was reset", func(_ *testing.T, p *pair, _ *meddler, _ procoretest.Item) func() {
		p.PermitProjects(p.Home().User)
		return func() { p.PermitAllProjects(p.Home().User) }
	}, []string{"404"}},
	{"the app was taken out of the company", func(_ *testing.T, p *pair, _ *meddler, _ procoretest.Item) func() {
		p.SetConnected(p.Company().ID, false)
		return func() { p.SetConnected(p.Company().ID, true) }
	}, []string{"403", "not connected"}},
	{"the index is empty", func(_ *testing.T, _ *pair, m *meddler, _ procoretest.Item) func() {
		m.after = emptied
		m.on.Store(true)
		return func() { m.on.Store(false) }
	}, []string{"the index of documents is not complete"}},
	{"the root is in the recycle bin", func(t *testing.T, p *pair, _ *meddler, root procoretest.Item) func() {
		require.NoError(t, p.ann.Delete(root))
		return func() {
			_, err := p.ann.Restore(root)
			require.NoError(t, err)
		}
	}, []string{"root of destination"}},
	{"everything is private", func(t *testing.T, p *pair, _ *meddler, root procoretest.Item) func() {
		p.level(procoretest.Standard)
		_, err := p.ann.Hide(root, true)
		require.NoError(t, err)
		return func() { p.level(procoretest.Admin) }
	}, []string{"root of destination"}},
}

func TestNothingIsDeletedWhenAProjectSeemsToBeGone(t *testing.T) {
	t.Parallel()
	for _, loss := range losses {
		for way, full := range map[string]bool{"scanned": true, "hinted": false} {
			t.Run(loss.name+"/"+way, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits})
					m := &meddler{next: p.HTTPClient().Transport}
					p.fs = p.connect(t, procore.Options{HTTP: m})
					root := p.root(t)
					w := p.pair(t, id(root.ID))
					w.user.Add("drawings/other.pdf", "two")
					w.run(t)
					w.run(t)
					before := w.source.Tree()
					w.there = p.ids(t, id(root.ID))

					mend := loss.lose(t, w, m, root)
					w.hint(t, full)
					report, err := w.engine.Run(t.Context(), &syncer.RunOptions{Full: full})
					require.Zero(t, report.Totals.Writes, "%v", report)
					require.Equal(t, before, w.source.Tree())
					told := report.String()
					if err != nil {
						told += err.Error()
					}
					if full || loss.name != "the index is empty" { // which nobody reads without a scan
						for _, why := range loss.why {
							require.Contains(t, told, why)
						}
					}

					mend()
					time.Sleep(time.Hour)
					w.hint(t, true)
					report, err = w.engine.Run(t.Context(), &syncer.RunOptions{Full: true})
					require.NoError(t, err)
					require.True(t, report.Settled(), "%v", report)
					require.Equal(t, before, w.source.Tree())
					require.Equal(t, map[string]string(before), p.tree(t, root.ID))
				})
			})
		}
	}
}

// hint asks for a look at everything that the pair has.
func (p *pair) hint(t *testing.T, full bool) {
	t.Helper()
	var hints []syncer.Hint
	for _, ID := range p.there {
		hints = append(hints, syncer.Hint{Side: syncer.Destination, ID: ID, Full: full})
	}
	require.NoError(t, p.store.Append(t.Context(), "pair", hints...))
}

// ids are those of all that stands below a folder.
func (p *tower) ids(t *testing.T, root string) []string {
	t.Helper()
	var list []string
	for e, err := range p.fs.List(t.Context(), syncer.Entry{ID: root}, "") {
		require.NoError(t, err)
		list = append(list, e.ID)
	}
	return list[1:]
}

// tree is what stands in a folder of Procore, by path.
func (p *tower) tree(t *testing.T, root int64) map[string]string {
	t.Helper()
	out := map[string]string{}
	var walk func(folder int64, path string)
	walk = func(folder int64, path string) {
		items, err := p.ann.List(folder)
		require.NoError(t, err)
		for _, it := range items {
			if it.Type == "folder" {
				out[path+it.Name+"/"] = ""
				walk(it.ID, path+it.Name+"/")
				continue
			}
			body, err := p.ann.Read(it.ID)
			require.NoError(t, err)
			out[path+it.Name] = string(body)
		}
	}
	walk(root, "")
	return out
}
