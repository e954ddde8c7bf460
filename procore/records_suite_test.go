package procore_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// asked is a reader as the suite wants a file system: nothing can be written, and of a record's folder
// there is only what people put there. What is made of the record itself has tests of its own.
type asked struct{ reader }

func made(e *syncer.Entry) bool {
	return strings.HasSuffix(e.ID, "/pdf") || strings.HasSuffix(e.ID, "/json")
}

func (a asked) List(ctx context.Context, at syncer.Entry, from syncer.Token) iter.Seq2[syncer.Entry, error] {
	return func(yield func(syncer.Entry, error) bool) {
		for e, err := range a.reader.List(ctx, at, from) {
			if (err != nil || !made(&e)) && !yield(e, err) {
				return
			}
		}
	}
}

func (a asked) CreateFolder(ctx context.Context, _ syncer.Entry, _ string) (syncer.Entry, error) {
	return syncer.Entry{}, readOnly(ctx)
}

func (a asked) CreateFile(ctx context.Context, _ syncer.Entry, _ string, _ syncer.Content) (syncer.Entry, error) {
	return syncer.Entry{}, readOnly(ctx)
}

func (a asked) UpdateFile(ctx context.Context, _ syncer.Entry, _ syncer.Content) (syncer.Entry, error) {
	return syncer.Entry{}, readOnly(ctx)
}

func (a asked) Delete(ctx context.Context, _ syncer.Entry) (syncer.Trashed, error) {
	return syncer.Trashed{}, readOnly(ctx)
}

func readOnly(ctx context.Context) error { return cmp.Or(ctx.Err(), errors.ErrUnsupported) }

// recordHarness is for the records of a project of its own.
func (p *tower) recordHarness(t *testing.T, rfis bool, o procore.Options) *syncertest.Harness {
	t.Helper()
	p.roots++
	at := p.AddProject(p.Company().ID, fmt.Sprintf("Project %d", p.roots)).ID
	h := &syncertest.Harness{Root: procore.RootID, Close: p.ClearFaults, Colleague: syncertest.Colleague{
		Cut: func(context.Context) error {
			return p.Inject(procoretest.Fault{Route: "GET /pro-core.com/files/{key}", Cut: 100})
		},
	}}
	if rfis {
		r, err := procore.NewRFIs(t.Context(), p.client(t, o), procore.ID(at), p.options())
		require.NoError(t, err)
		h.FS = asked{r}
		h.Colleague.Folder = func(_ context.Context, _, name string) (string, error) {
			made, err := p.ann.AddRFI(at, procoretest.RFI{Subject: name, Question: "?"})
			return id(made.ID), err
		}
		h.Colleague.File = func(_ context.Context, parent, name, contents string) (string, error) {
			made, err := p.ann.EditRFI(at, procoretest.RFI{ID: number(parent)}, attachment(name, contents))
			if err != nil {
				return "", err
			}
			return parent + "/" + id(made.Files[len(made.Files)-1].ID), nil
		}
		return h
	}
	s, err := procore.NewSubmittals(t.Context(), p.client(t, o), procore.ID(at), p.options())
	require.NoError(t, err)
	h.FS = asked{s}
	h.Colleague.Folder = func(_ context.Context, _, name string) (string, error) {
		made, err := p.ann.AddSubmittal(at, procoretest.Submittal{Number: fmt.Sprint(len(p.ann.Submittals(at)) + 1), Title: name})
		return id(made.ID), err
	}
	h.Colleague.File = func(_ context.Context, parent, name, contents string) (string, error) {
		made, err := p.ann.EditSubmittal(at, procoretest.Submittal{ID: number(parent)}, attachment(name, contents))
		if err != nil {
			return "", err
		}
		return parent + "/" + id(made.Files[len(made.Files)-1].ID), nil
	}
	return h
}

// suite holds the records of one of the tools to all promises.
func (p *tower) suite(t *testing.T, rfis bool, o procore.Options) {
	t.Helper()
	require.NoError(t, syncertest.CheckFileSystem(t.Context(), func(context.Context) (*syncertest.Harness, error) {
		return p.recordHarness(t, rfis, o), nil
	}))
}

func bothTools(t *testing.T, test func(t *testing.T, rfis bool)) {
	t.Helper()
	for _, rfis := range []bool{true, false} {
		t.Run(fmt.Sprint("RFIs: ", rfis), func(t *testing.T) {
			t.Parallel()
			test(t, rfis)
		})
	}
}

func TestRecordsHoldTheSuite(t *testing.T) {
	t.Parallel()
	bothTools(t, func(t *testing.T, rfis bool) {
		newTower(t, procoretest.Options{Limits: procoretest.NoLimits}).suite(t, rfis, procore.Options{})
	})
}

func TestRecordsHoldTheSuiteWhicheverWayEachSwitchOfTheServiceStands(t *testing.T) {
	t.Parallel()
	for name, switches := range positions() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bothTools(t, func(t *testing.T, rfis bool) {
				newTower(t, procoretest.Options{Limits: procoretest.NoLimits, Switches: switches}).suite(t, rfis, procore.Options{})
			})
		})
	}
}

func TestRecordsHoldTheSuiteWhenOneCallInTenFails(t *testing.T) {
	t.Parallel()
	bothTools(t, func(t *testing.T, rfis bool) {
		synctest.Test(t, func(t *testing.T) {
			p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits, FaultRate: 0.1, Seed: 1})
			p.suite(t, rfis, procore.Options{Attempts: 9})
		})
	})
}

func TestARecordIsFoundByItsName(t *testing.T) {
	mirrored(t, procoretest.Options{}, func(m *mirror, tool tool) {
		number := tool.add(m, "Slab", attachment("a.pdf", "a"))
		find := func(parent, name string) []syncer.Entry {
			found, err := m.records.Find(m.Context(), syncer.Entry{ID: parent}, syncer.NameKey(name))
			require.NoError(m, err)
			return found
		}
		folder := find(procore.RootID, strings.ToUpper(tool.folder(1, "Slab")))
		require.Len(m, folder, 1)
		require.Equal(m, id(number), folder[0].ID)
		require.Len(m, find(folder[0].ID, "A.PDF"), 1)
		require.Len(m, find(folder[0].ID, "record.json"), 1)
		require.Empty(m, find(folder[0].ID, "b.pdf"))
		_, err := m.records.Find(m.Context(), syncer.Entry{ID: folder[0].ID + "/pdf"}, syncer.NameKey("x"))
		require.ErrorIs(m, err, fs.ErrNotExist)
	})
}

func TestOnlyWhatIsCurrentIsOpened(t *testing.T) {
	mirrored(t, procoretest.Options{}, func(m *mirror, tool tool) {
		number := tool.add(m, "Slab", attachment("a.pdf", "a"))
		var all []syncer.Entry
		for e, err := range m.records.List(m.Context(), syncer.Entry{ID: id(number)}, "") {
			require.NoError(m, err)
			all = append(all, e)
		}
		require.Len(m, all, 4)
		for _, e := range all[1:] {
			body, err := m.records.Open(m.Context(), e)
			require.NoError(m, err)
			content, err := io.ReadAll(body)
			require.NoError(m, errors.Join(err, body.Close()))
			require.NotEmpty(m, content)
			if e.Size != syncer.UnknownSize {
				require.Len(m, content, int(e.Size))
			}
		}
		time.Sleep(time.Minute)
		tool.close(m, number)
		for _, e := range all[1:3] {
			_, err := m.records.Open(m.Context(), e)
			require.ErrorIs(m, err, syncer.ErrStale)
		}
		_, err := m.records.Open(m.Context(), all[0])
		require.ErrorIs(m, err, fs.ErrNotExist)
		tool.remove(m, number)
		time.Sleep(time.Minute) // what was read a moment ago would be believed
		_, err = m.records.Open(m.Context(), all[3])
		require.ErrorIs(m, err, fs.ErrNotExist)
		for _, wrong := range []string{"", "x", "-1", "01", "0/pdf", "7/", "7/x", "7/0", "7/07", "7/pdf/pdf"} {
			_, err := m.records.Look(m.Context(), wrong)
			require.ErrorIs(m, err, fs.ErrNotExist, wrong)
		}
	})
}

// interrupter does something before a request that matches.
type interrupter struct {
	next  http.RoundTripper
	match string
	do    func()
}

func (i *interrupter) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.String(), i.match) && i.do != nil {
		do := i.do
		i.do = nil
		do()
	}
	return i.next.RoundTrip(r)
}

func TestAListThatShiftsWhileItIsReadIsReadAgain(t *testing.T) {
	t.Parallel()
	const all = 2001 // one more than a page holds
	p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits})
	at := p.Project().ID
	var first, last int64
	for i := range all {
		made, err := p.ann.AddRFI(at, procoretest.RFI{Number: fmt.Sprint(i), Subject: "S", Question: "?"})
		require.NoError(t, err)
		if last = made.ID; i == 0 {
			first = made.ID
		}
	}
	shift := &interrupter{next: p.HTTPClient().Transport, match: "page=2&", do: func() {
		require.NoError(t, p.ann.RecycleRFI(at, first)) // what follows moves up, and the last one is on no page
	}}
	rfis, err := procore.NewRFIs(t.Context(), p.client(t, procore.Options{HTTP: shift}), procore.ID(at), p.options())
	require.NoError(t, err)
	found, err := rfis.Find(t.Context(), syncer.Entry{ID: procore.RootID}, syncer.NameKey(fmt.Sprintf("%d rev 0 S", all-1)))
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, id(last), found[0].ID)
	require.Nil(t, shift.do)
}

func TestABodyThatIsCutWhereNobodyTellsItsLengthIsAnError(t *testing.T) {
	mirrored(t, procoretest.Options{}, func(m *mirror, tool tool) {
		tool.add(m, "Slab", attachment("a.pdf", strings.Repeat("a", 1000)))
		m.run()
		path := tool.folder(1, "Slab")
		whole := m.copies.Tree()[path+"/"+path+".pdf"]
		require.True(m, strings.HasSuffix(whole, "%%EOF\n"))

		one := tool.add(m, "Other", attachment("b.pdf", strings.Repeat("b", 1000)))
		require.NoError(m, m.Inject(procoretest.Fault{Route: "GET /pro-core.com/files/{key}", Short: 100, Times: -1}))
		report := m.run()
		require.Len(m, report.Failures, 2, "%s", report)
		path = tool.folder(2, "Other")
		require.False(m, m.copies.Has(path+"/b.pdf"))
		require.False(m, m.copies.Has(path+"/"+path+".pdf"))
		m.ClearFaults()
		time.Sleep(time.Hour)
		report = m.scan()
		require.True(m, report.Settled(), "%s", report)
		require.True(m, m.copies.Has(path+"/b.pdf"))
		tool.remove(m, one)
	})
}
