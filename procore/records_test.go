package procore_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// reader is what RFIs and Submittals are.
type reader interface {
	syncer.Reader
	syncer.Looker
	syncer.Finder
	syncer.Feed
}

// mirror is a pair of the records of a project and a folder of a service in memory.
type mirror struct {
	*testing.T
	*tower

	records reader
	at      int64 // project
	copies  *syncertest.Service
	bob     *syncertest.User
	store   *memory.Store
	engine  *syncer.Engine
	stream  syncer.Stream

	submittals int // that were ever added
}

// oneWay puts back what was edited where records are mirrored to.
type oneWay struct{}

func (oneWay) Direction(string, syncer.Kind) syncer.Direction {
	return syncer.Direction{Mode: syncer.ToDestination, Wrong: syncer.PutBack}
}

// mirrored runs a test in a bubble, with both tools in turn.
func mirrored(t *testing.T, o procoretest.Options, test func(m *mirror, tool tool)) {
	t.Helper()
	for _, tool := range []tool{rfiTool(), submittalTool()} {
		t.Run(tool.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o.Limits = procoretest.NoLimits
				m := &mirror{T: t, tower: newTower(t, o), copies: syncertest.New(syncertest.Options{}, nil), store: memory.New(memory.Options{})}
				m.at = m.Project().ID
				m.records = tool.open(m)
				m.bob = m.copies.User("bob")
				m.start()
				test(m, tool)
			})
		})
	}
}

// start makes a new engine, as a new process has it.
func (m *mirror) start() {
	handle := m.copies.Connect()
	engine, err := syncer.New(m.store, syncer.Pair{
		Name: "pair", Mode: syncer.ToDestination,
		Source:      syncer.Endpoint{FS: m.records, Root: procore.RootID},
		Destination: syncer.Endpoint{FS: handle.FileSystem(), Root: handle.Root()},
	}, &syncer.Options{Policies: syncer.Policies{Director: oneWay{}}, Clock: time.Now})
	require.NoError(m, err)
	m.engine = engine
	m.stream = syncer.Stream{Name: "records", Feed: m.records, Side: syncer.Source, Pairs: []string{"pair"}}
}

// run polls and runs once, a while after whatever happened before.
func (m *mirror) run() *syncer.Report {
	m.Helper()
	time.Sleep(time.Minute)
	m.ForgetCalls()
	_, err := m.stream.Poll(m.Context(), m.store)
	require.NoError(m, err)
	report, err := m.engine.Run(m.Context(), nil)
	require.NoError(m, err)
	return report
}

// scan is a run with a full scan.
func (m *mirror) scan() *syncer.Report {
	m.Helper()
	require.NoError(m, m.store.Append(m.Context(), "pair", syncer.Hint{Side: syncer.Source, Full: true}))
	return m.run()
}

// calls is how many calls of the API were made, contents aside.
func (m *mirror) calls() int {
	n := 0
	for route, times := range m.Calls() {
		if strings.Contains(route, " /rest/") {
			n += times
		}
	}
	return n
}

// tree is what stands in the mirror, by path. PDFs are told as such.
func (m *mirror) tree() map[string]string {
	out := map[string]string{}
	for path, content := range m.copies.Tree() {
		if strings.HasPrefix(content, "%PDF-") {
			content = "PDF"
		}
		if strings.HasSuffix(path, "record.json") {
			content = "JSON"
		}
		out[path] = content
	}
	return out
}

// A tool is RFIs or Submittals, and what people do in it.
type tool struct {
	name    string
	open    func(m *mirror) reader
	add     func(m *mirror, title string, files ...procoretest.Attachment) int64
	edit    func(m *mirror, id int64, title string, files ...procoretest.Attachment)
	close   func(m *mirror, id int64)
	remove  func(m *mirror, id int64)
	restore func(m *mirror, id int64) // nil where Procore has no way
	folder  func(n int, title string) string
	show    string // route
}

func rfiTool() tool {
	return tool{
		name: "RFIs", show: "GET /rest/v1.0/projects/{project_id}/rfis/{id}",
		open: func(m *mirror) reader {
			r, err := procore.NewRFIs(m.Context(), m.client(m.T, procore.Options{}), procore.ID(m.at), m.options())
			require.NoError(m, err)
			return r
		},
		add: func(m *mirror, title string, files ...procoretest.Attachment) int64 {
			r, err := m.ann.AddRFI(m.at, procoretest.RFI{Subject: title, Question: "?", Files: files})
			require.NoError(m, err)
			return r.ID
		},
		edit: func(m *mirror, id int64, title string, files ...procoretest.Attachment) {
			_, err := m.ann.EditRFI(m.at, procoretest.RFI{ID: id, Subject: title}, files...)
			require.NoError(m, err)
		},
		close: func(m *mirror, id int64) {
			_, err := m.ann.EditRFI(m.at, procoretest.RFI{ID: id, Status: "closed"})
			require.NoError(m, err)
		},
		remove: func(m *mirror, id int64) { require.NoError(m, m.ann.RecycleRFI(m.at, id)) },
		restore: func(m *mirror, id int64) {
			_, err := m.ann.RetrieveRFI(m.at, id)
			require.NoError(m, err)
		},
		folder: func(n int, title string) string { return fmt.Sprintf("%d rev 0 %s", n, title) },
	}
}

func submittalTool() tool {
	return tool{
		name: "Submittals", show: "GET /rest/v1.1/projects/{project_id}/submittals/{id}",
		open: func(m *mirror) reader {
			s, err := procore.NewSubmittals(m.Context(), m.client(m.T, procore.Options{}), procore.ID(m.at), m.options())
			require.NoError(m, err)
			return s
		},
		add: func(m *mirror, title string, files ...procoretest.Attachment) int64 {
			m.submittals++
			s, err := m.ann.AddSubmittal(m.at, procoretest.Submittal{Number: fmt.Sprint(m.submittals), Title: title, Files: files})
			require.NoError(m, err)
			return s.ID
		},
		edit: func(m *mirror, id int64, title string, files ...procoretest.Attachment) {
			_, err := m.ann.EditSubmittal(m.at, procoretest.Submittal{ID: id, Title: title}, files...)
			require.NoError(m, err)
		},
		close: func(m *mirror, id int64) {
			_, err := m.ann.EditSubmittal(m.at, procoretest.Submittal{ID: id, Status: "Closed"})
			require.NoError(m, err)
		},
		remove: func(m *mirror, id int64) { require.NoError(m, m.ann.DeleteSubmittal(m.at, id)) },
		folder: func(n int, title string) string { return fmt.Sprintf("%d rev 0 %s", n, title) },
	}
}

func attachment(name, content string) procoretest.Attachment {
	return procoretest.Attachment{Name: name, Content: []byte(content)}
}

func TestEachRecordIsAFolderWithItsDocumentItsFieldsAndItsAttachments(t *testing.T) {
	mirrored(t, procoretest.Options{}, func(m *mirror, tool tool) {
		tool.add(m, "Slab edge: how thick?", attachment("sketch.pdf", "a sketch"), attachment("notes/2.txt", "notes"))
		tool.add(m, "Other")
		report := m.run()
		require.True(m, report.Settled(), "%s", report)
		first, second := tool.folder(1, "Slab edge- how thick-"), tool.folder(2, "Other")
		require.Equal(m, map[string]string{
			first + "/": "", first + "/" + first + ".pdf": "PDF", first + "/record.json": "JSON",
			first + "/sketch.pdf": "a sketch", first + "/notes-2.txt": "notes",
			second + "/": "", second + "/" + second + ".pdf": "PDF", second + "/record.json": "JSON",
		}, m.tree())
		fields := m.copies.Tree()[first+"/record.json"]
		require.Contains(m, fields, "Slab edge: how thick?")
		require.Contains(m, fields, "sketch.pdf")
		require.NotContains(m, fields, "sig=")
		require.NotContains(m, fields, "http://api.procoretest.example/api/", "links of files are secret")
	})
}

func TestARunWithoutChangesCostsTwoCallsAndMovesNothing(t *testing.T) {
	mirrored(t, procoretest.Options{}, func(m *mirror, tool tool) {
		for i := range 5 {
			tool.add(m, fmt.Sprint("Record ", i), attachment("a.pdf", "a"))
		}
		m.run()
		for range 3 {
			report := m.run()
			require.True(m, report.Settled(), "%s", report)
			require.Zero(m, report.Totals.Writes)
			require.LessOrEqual(m, m.calls(), 2, "%v", m.Calls())
		}
	})
}

func TestAFirstMirrorCostsFourCallsARecordWhateverIsAttached(t *testing.T) {
	mirrored(t, procoretest.Options{}, func(m *mirror, tool tool) {
		const records = 5
		for i := range records {
			tool.add(m, fmt.Sprint("Record ", i), attachment("a.pdf", "a"), attachment("b.pdf", "b"), attachment("c.pdf", "c"))
		}
		report := m.run()
		require.True(m, report.Settled(), "%s", report)
		require.Equal(m, 5*records, report.Totals.Uploads)
		// The position of the feed, the list, and of each record itself for the listing, itself for what is
		// opened, and the document. Files that are opened side by side may read it once more.
		require.LessOrEqual(m, m.calls(), 2+1+4*records, "%v", m.Calls())
	})
}

func TestAFullScanReadsNoRecordThatDidNotChange(t *testing.T) {
	mirrored(t, procoretest.Options{}, func(m *mirror, tool tool) {
		for i := range 5 {
			tool.add(m, fmt.Sprint("Record ", i), attachment("a.pdf", "a"))
		}
		m.run()
		m.scan() // what was read in the minute of its change is read once more
		report := m.scan()
		require.True(m, report.Full)
		require.Zero(m, report.Totals.Writes)
		require.LessOrEqual(m, m.calls(), 3, "%v", m.Calls())
	})
}

func TestARecordRenderedAHundredTimesIsTransferredOnce(t *testing.T) { // trap 27
	mirrored(t, procoretest.Options{}, func(m *mirror, tool tool) {
		tool.add(m, "Slab")
		m.run()
		path := tool.folder(1, "Slab")
		for range 100 {
			require.Zero(m, m.scan().Totals.Writes)
		}
		require.Len(m, m.copies.History(path+"/"+path+".pdf"), 1)
	})
}

func TestAChangedRecordIsANewVersionOfTheSameFile(t *testing.T) {
	mirrored(t, procoretest.Options{}, func(m *mirror, tool tool) {
		id := tool.add(m, "Slab", attachment("a.pdf", "a"))
		m.run()
		path := tool.folder(1, "Slab")
		pdf, fields := m.copies.ID(path+"/"+path+".pdf"), m.copies.ID(path+"/record.json")
		tool.close(m, id)
		report := m.run()
		require.True(m, report.Settled(), "%s", report)
		require.Equal(m, 2, report.Totals.Uploads, "%s", report)
		require.Equal(m, pdf, m.copies.ID(path+"/"+path+".pdf"))
		require.Equal(m, fields, m.copies.ID(path+"/record.json"))
		require.Len(m, m.copies.History(path+"/"+path+".pdf"), 2)

		tool.edit(m, id, "Slab edge", attachment("b.pdf", "b"))
		report = m.run()
		require.True(m, report.Settled(), "%s", report)
		path = tool.folder(1, "Slab edge")
		require.Equal(m, pdf, m.copies.ID(path+"/"+path+".pdf"), "it was renamed")
		require.Equal(m, "b", m.copies.Tree()[path+"/b.pdf"])
		require.Equal(m, 3, report.Totals.Uploads, "%s", report)
		require.Zero(m, m.run().Totals.Writes)
	})
}

func TestTwoChangesInOneSecondAreBothMirrored(t *testing.T) {
	mirrored(t, procoretest.Options{}, func(m *mirror, tool tool) {
		id := tool.add(m, "Slab")
		m.run()
		tool.edit(m, id, "Slab 1", attachment("one.pdf", "1"))
		_, err := m.stream.Poll(m.Context(), m.store)
		require.NoError(m, err)
		_, err = m.engine.Run(m.Context(), nil)
		require.NoError(m, err)
		tool.edit(m, id, "Slab 1", attachment("two.pdf", "2")) // no time has passed
		report := m.run()
		require.True(m, report.Settled(), "%s", report)
		require.Equal(m, "2", m.copies.Tree()[tool.folder(1, "Slab 1")+"/two.pdf"])
		require.Zero(m, m.run().Totals.Writes)
	})
}

func TestARecycledRecordIsADelete(t *testing.T) {
	for _, on := range []bool{false, true} {
		mirrored(t, procoretest.Options{Switches: procoretest.Switches{RecycledNotFound: on}}, func(m *mirror, tool tool) {
			id := tool.add(m, "Slab", attachment("a.pdf", "a"))
			tool.add(m, "Stays")
			m.run()
			tool.remove(m, id)
			report := m.run()
			require.True(m, report.Settled(), "%s", report)
			require.Equal(m, 4, report.Totals.Deletes, "%s", report)
			require.False(m, m.copies.Has(tool.folder(1, "Slab")))
			require.True(m, m.copies.Has(tool.folder(2, "Stays")))
		})
	}
}

func TestAnAttachmentThatWasTakenOffIsADelete(t *testing.T) {
	mirrored(t, procoretest.Options{}, func(m *mirror, tool tool) {
		if tool.name != "RFIs" {
			return
		}
		id := tool.add(m, "Slab", attachment("a.pdf", "a"), attachment("b.pdf", "b"))
		m.run()
		_, err := m.ann.DetachRFI(m.at, id, m.ann.RFIs(m.at)[0].Files[0].ID)
		require.NoError(m, err)
		report := m.run()
		require.True(m, report.Settled(), "%s", report)
		require.False(m, m.copies.Has(tool.folder(1, "Slab")+"/a.pdf"))
		require.True(m, m.copies.Has(tool.folder(1, "Slab")+"/b.pdf"))
	})
}

func TestWhatAPersonAddsStaysAndKeepsItsFolder(t *testing.T) {
	mirrored(t, procoretest.Options{}, func(m *mirror, tool tool) {
		id := tool.add(m, "Slab")
		tool.add(m, "Other")
		m.run()
		path := tool.folder(1, "Slab")
		m.bob.Add(path+"/my notes.txt", "mine")
		m.scan()
		tool.edit(m, id, "Slab edge")
		m.run()
		path = tool.folder(1, "Slab edge")
		require.Equal(m, "mine", m.copies.Tree()[path+"/my notes.txt"])
		tool.remove(m, id)
		m.run()
		m.scan()
		for at := range m.tree() {
			require.True(m, at == path+"/" || at == path+"/my notes.txt" || strings.HasPrefix(at, tool.folder(2, "Other")), at)
		}
		require.Equal(m, "mine", m.copies.Tree()[path+"/my notes.txt"])
	})
}

func TestAMirroredFileThatAPersonEditedOrRemovedIsPutBack(t *testing.T) {
	mirrored(t, procoretest.Options{}, func(m *mirror, tool tool) {
		tool.add(m, "Slab", attachment("a.pdf", "a"))
		m.run()
		path := tool.folder(1, "Slab")
		m.bob.Write(path+"/a.pdf", "scribbled on")
		m.bob.Remove(path + "/record.json")
		report := m.scanBoth()
		require.Equal(m, "a", m.copies.Tree()[path+"/a.pdf"])
		require.Contains(m, m.copies.History(path+"/a.pdf"), "scribbled on", "the edit is kept as a version")
		require.True(m, m.copies.Has(path+"/record.json"))
		require.True(m, report.Settled(), "%s", report)
		require.Equal(m, 2, report.Totals.Writes, "%s", report)
		again := m.scanBoth()
		require.Zero(m, again.Totals.Writes, "it is reported once: %s", again)
	})
}

// scanBoth is a run with a full scan of both sides.
func (m *mirror) scanBoth() *syncer.Report {
	m.Helper()
	require.NoError(m, m.store.Append(m.Context(), "pair", syncer.Hint{Side: syncer.Destination, Full: true}))
	return m.scan()
}

func TestNothingIsDeletedBecauseRecordsCannotBeSeen(t *testing.T) {
	for name, lose := range map[string]func(m *mirror, t procoretest.Tool){
		"the tool was turned off":       func(m *mirror, t procoretest.Tool) { m.SetTool(m.at, t, false) },
		"the permission was taken away": func(m *mirror, t procoretest.Tool) { m.Permit(m.Home().User, m.at, t, procoretest.NoAccess) },
		"the project is not permitted":  func(m *mirror, _ procoretest.Tool) { m.PermitProjects(m.Home().User) },
	} {
		t.Run(name, func(t *testing.T) {
			mirrored(t, procoretest.Options{}, func(m *mirror, tool tool) {
				tool.add(m, "Slab", attachment("a.pdf", "a"))
				m.run()
				before := m.tree()
				lose(m, map[string]procoretest.Tool{"RFIs": procoretest.RFIs, "Submittals": procoretest.Submittals}[tool.name])
				time.Sleep(time.Minute)
				require.NoError(m, m.store.Append(m.Context(), "pair", syncer.Hint{Side: syncer.Source, Full: true}))
				report, err := m.engine.Run(m.Context(), nil)
				require.True(m, err != nil || len(report.Incomplete) > 0, "%s", report)
				require.Equal(m, before, m.tree())
			})
		})
	}
}

func TestTheFeedTellsWhatIsNewOnceAndTheRestLater(t *testing.T) {
	mirrored(t, procoretest.Options{}, func(m *mirror, tool tool) {
		id := tool.add(m, "Slab", attachment("a.pdf", "a"))
		time.Sleep(time.Hour)
		at, err := m.records.Now(m.Context())
		require.NoError(m, err)
		poll := func() []string {
			hints, next, more, err := m.records.Changes(m.Context(), at)
			require.NoError(m, err)
			require.False(m, more)
			at = next
			var ids []string
			for _, h := range hints {
				ids = append(ids, h.ID)
			}
			slices.Sort(ids)
			return ids
		}
		require.Empty(m, poll())
		tool.edit(m, id, "Slab edge")
		ids := poll()
		require.Len(m, ids, 4, "folder, document, fields and attachment")
		time.Sleep(10 * time.Second)
		require.Len(m, poll(), 4, "it may have changed again in the second of its change")
		time.Sleep(10 * time.Second)
		require.Empty(m, poll(), "it was told")
		tool.remove(m, id)
		time.Sleep(10 * time.Second)
		require.Equal(m, ids, poll())
		require.Empty(m, poll())
		_, _, _, err = m.records.Changes(m.Context(), "nonsense")
		require.ErrorIs(m, err, syncer.ErrCursor)
		time.Sleep(8 * 24 * time.Hour)
		_, _, _, err = m.records.Changes(m.Context(), at)
		require.ErrorIs(m, err, syncer.ErrCursor)
	})
}

func TestARecordThatIsNeitherThereNorInTheBinIsNotDeleted(t *testing.T) {
	mirrored(t, procoretest.Options{Switches: procoretest.Switches{RecycledNotFound: true}}, func(m *mirror, tool tool) {
		id := tool.add(m, "Slab", attachment("a.pdf", "a"))
		tool.add(m, "Stays")
		m.run()
		before := m.tree()
		bin := strings.Replace(tool.show, "{id}", "recycle_bin", 1)
		require.NoError(m, m.Inject(procoretest.Fault{Route: bin, Status: http.StatusForbidden, Times: -1}))
		tool.remove(m, id) // as if it had become somebody's private one
		for range 2 {
			report := m.scan()
			require.Zero(m, report.Totals.Deletes, "%s", report)
			require.False(m, report.Settled(), "it is said")
			require.Equal(m, before, m.tree())
		}
	})
}

// What is remembered of a record from before it was out of sight is too old to delete by.
func TestARecordThatWasOutOfSightBeforeItWasRecycledStaysAndIsTold(t *testing.T) {
	mirrored(t, procoretest.Options{Switches: procoretest.Switches{RecycledNotFound: true}}, func(m *mirror, tool tool) {
		id := tool.add(m, "Slab", attachment("a.pdf", "a"))
		tool.add(m, "Stays")
		m.run()
		before := m.tree()
		bin := strings.Replace(tool.show, "{id}", "recycle_bin", 1)
		require.NoError(m, m.Inject(procoretest.Fault{Route: bin, Status: http.StatusForbidden, Times: -1}))
		tool.remove(m, id)
		m.scan()
		m.ClearFaults() // and now it is seen to be in the bin
		m.scan()
		for range 3 {
			report := m.scan()
			require.Zero(m, report.Totals.Writes, "%s", report)
			require.Contains(m, report.String(), `"1 rev 0 Slab"`, "it is said")
			require.Equal(m, before, m.tree())
		}
		if tool.restore == nil {
			return
		}
		tool.restore(m, id)
		m.scan()
		m.scan()
		require.Equal(m, before, m.tree(), "it goes on where it was")
		require.True(m, m.scan().Settled())
	})
}

func TestAReplyThatMovesNoTimeIsMirroredWithinADay(t *testing.T) {
	mirrored(t, procoretest.Options{Switches: procoretest.Switches{RepliesKeepUpdated: true}}, func(m *mirror, tool tool) {
		if tool.name != "RFIs" {
			return
		}
		number := tool.add(m, "Slab")
		m.run()
		m.scan()
		_, err := m.ann.AnswerRFI(m.at, number, "!", attachment("answer.pdf", "thick"))
		require.NoError(m, err)
		time.Sleep(25 * time.Hour)
		report := m.scan()
		require.True(m, report.Settled(), "%s", report)
		require.Equal(m, "thick", m.copies.Tree()[tool.folder(1, "Slab")+"/answer.pdf"])
		require.Zero(m, m.scan().Totals.Writes)
	})
}
