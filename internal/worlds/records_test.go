package worlds_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
)

// records are the RFIs or the submittals of a project, mirrored to Box.
type records struct {
	*mirror

	edits int
	added map[string]string // what people have put beside records: contents by name
	limit policy.DeleteRule // nil for none
	*kind
}

// kind is one of the two tools.
type kind struct {
	open   func(ctx context.Context, c *procore.Client, project procore.ID, o *procore.FileSystemOptions) (reader, error)
	add    func(r *records, title string, files ...procoretest.Attachment) error
	change func(r *records, one record, title, status string, files ...procoretest.Attachment) error
	remove func(r *records, one record) error
	all    func(r *records) []record
}

type reader interface {
	syncer.Reader
	syncer.Feed
}

// record is what both tools tell of one.
type record struct {
	id            int64
	title, status string
	files         []procoretest.Attachment
}

func rfis() *kind {
	return &kind{
		open: func(ctx context.Context, c *procore.Client, project procore.ID, o *procore.FileSystemOptions) (reader, error) {
			return procore.NewRFIs(ctx, c, project, o)
		},
		add: func(r *records, title string, files ...procoretest.Attachment) error {
			_, err := r.ann.AddRFI(r.project, procoretest.RFI{Subject: title, Question: "?", Files: files})
			return err
		},
		change: func(r *records, one record, title, status string, files ...procoretest.Attachment) error {
			_, err := r.ann.EditRFI(r.project, procoretest.RFI{ID: one.id, Subject: title, Status: strings.ToLower(status)}, files...)
			return err
		},
		remove: func(r *records, one record) error { return r.ann.RecycleRFI(r.project, one.id) },
		all: func(r *records) []record {
			var all []record
			for _, one := range r.ann.RFIs(r.project) {
				all = append(all, record{one.ID, one.Subject, one.Status, one.Files})
			}
			return all
		},
	}
}

func submittals() *kind {
	return &kind{
		open: func(ctx context.Context, c *procore.Client, project procore.ID, o *procore.FileSystemOptions) (reader, error) {
			return procore.NewSubmittals(ctx, c, project, o)
		},
		add: func(r *records, title string, files ...procoretest.Attachment) error {
			_, err := r.ann.AddSubmittal(r.project, procoretest.Submittal{Number: fmt.Sprint(r.edits), Title: title, Files: files})
			return err
		},
		change: func(r *records, one record, title, status string, files ...procoretest.Attachment) error {
			_, err := r.ann.EditSubmittal(r.project, procoretest.Submittal{ID: one.id, Title: title, Status: status}, files...)
			return err
		},
		remove: func(r *records, one record) error { return r.ann.DeleteSubmittal(r.project, one.id) },
		all: func(r *records) []record {
			var all []record
			for _, one := range r.ann.Submittals(r.project) {
				all = append(all, record{one.ID, one.Title, one.Status, one.Files})
			}
			return all
		},
	}
}

// putBack mirrors: what people change of it in Box is put back.
type putBack struct{}

func (putBack) Direction(string, syncer.Kind) syncer.Direction {
	return syncer.Direction{Mode: syncer.ToDestination, Wrong: syncer.PutBack}
}

func (r *records) tool(ctx context.Context, in clients) (interface {
	syncer.Reader
	syncer.Feed
}, syncer.Pair, syncer.Policies,
) {
	source, err := r.open(ctx, in.procore, procore.ID(r.project), in.user)
	require.NoError(r, err)
	pair := syncer.Pair{Mode: syncer.ToDestination, Source: syncer.Endpoint{Root: procore.RootID}}
	rules := syncer.Policies{Director: putBack{}}
	if r.limit != nil {
		rules.Guards, rules.Gates = []syncer.Guard{r.limit}, []syncer.Gate{r.limit}
	}
	return source, pair, rules
}

// edit makes one change on one side.
func (r *records) edit() {
	r.edits++
	if r.rand.IntN(3) == 0 {
		r.scribble()
		return
	}
	all := r.all(r)
	one := all[r.rand.IntN(len(all))]
	title := ""
	if one.title != "stays" {
		title = fmt.Sprint("title ", r.rand.IntN(3))
	}
	file := procoretest.Attachment{Name: fmt.Sprintf("%d.pdf", r.rand.IntN(3)), Content: fmt.Append(nil, "contents ", r.edits)}
	var err error
	switch r.rand.IntN(5) {
	case 0:
		if len(all) < 8 {
			err = r.add(r, fmt.Sprint("title ", r.rand.IntN(3)), file)
		}
	case 1:
		err = r.change(r, one, title, "")
	case 2:
		err = r.change(r, one, "", "", file)
	case 3:
		err = r.change(r, one, "", []string{"Open", "Closed"}[r.rand.IntN(2)])
	case 4:
		if one.title != "stays" {
			err = r.remove(r, one)
		}
	}
	require.NoError(r, err)
}

// scribble is an edit in Box. What Box refuses is left.
func (r *records) scribble() {
	tree := r.tree()
	var files, folders []string
	for _, path := range slices.Sorted(maps.Keys(tree)) {
		switch {
		case strings.HasSuffix(path, "/"):
			folders = append(folders, path)
		case !strings.Contains(path, "mine "):
			files = append(files, path)
		}
	}
	if len(files) == 0 || len(folders) == 0 {
		return
	}
	at := tree[files[r.rand.IntN(len(files))]].Item
	switch r.rand.IntN(3) {
	case 0:
		_, _ = r.bob.Edit(at.ID, fmt.Append(nil, "scribble ", r.edits))
	case 1:
		_ = r.bob.Trash(at)
	case 2:
		name := fmt.Sprintf("mine %d.txt", r.edits)
		contents := fmt.Sprint("mine ", r.edits)
		if _, err := r.bob.Upload(tree[folders[r.rand.IntN(len(folders))]].ID, name, []byte(contents)); err == nil {
			r.added[name] = contents
		}
	}
}

// check compares Box with the records: of each there is one document, one file of fields, and its
// attachments once each; beside them is only what people have put there, all of it.
func (r *records) check() {
	var want, got []string
	bodies := map[string]int{}
	for _, one := range r.all(r) {
		want = append(want, "PDF", fmt.Sprint("fields of ", one.id, " ", one.title, " ", one.status))
		for _, f := range one.files {
			body, err := r.ann.ReadAttachment(f.ID)
			require.NoError(r, err)
			want = append(want, string(body))
			bodies[string(body)]++
		}
	}
	for name, contents := range r.added {
		want = append(want, name+" "+contents)
	}
	for path, it := range r.tree() {
		switch name := path[strings.LastIndex(path, "/")+1:]; {
		case name == "":
		case r.added[name] != "":
			got = append(got, name+" "+it.contents)
		case strings.HasPrefix(it.contents, "%PDF-"):
			require.True(r, strings.HasSuffix(it.contents, "%%EOF\n"), "%s was cut", path)
			got = append(got, "PDF")
		case strings.HasPrefix(it.contents, "{"):
			got = append(got, r.fields(it.contents))
		default:
			got = append(got, it.contents)
		}
	}
	require.ElementsMatch(r, want, got)
}

// fields are what a record.json says.
func (r *records) fields(contents string) string {
	var f struct {
		ID      int64  `json:"id"`
		Subject string `json:"subject"`
		Title   string `json:"title"`
		Status  any    `json:"status"`
	}
	require.NoError(r, json.Unmarshal([]byte(contents), &f))
	if status, ok := f.Status.(map[string]any); ok {
		f.Status = status["name"]
	}
	return fmt.Sprint("fields of ", f.ID, " ", f.Subject, f.Title, " ", f.Status)
}

func TestRecordsInBoxEndRightWhateverPeopleDoAndHoweverOftenRunsAreKilled(t *testing.T) {
	t.Parallel()
	var killed atomic.Int64
	t.Cleanup(func() { require.Positive(t, killed.Load(), "no run was killed") })
	for name, of := range map[string]func() *kind{"RFIs": rfis, "submittals": submittals} {
		for seed := range uint64(max(1, *seeds/20)) {
			t.Run(fmt.Sprint(name, ", seed ", seed), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					r := &records{mirror: newMirror(t, seed, 0.03), added: map[string]string{}, kind: of()}
					require.NoError(t, r.add(r, "stays", procoretest.Attachment{Name: "stays.pdf", Content: []byte("stays")}))
					for range 12 {
						for range r.rand.IntN(5) {
							r.edit()
						}
						_, _ = r.run(r.tool, r.rand.IntN(2)*r.rand.IntN(40)) // what it did not do the next one does
						time.Sleep(time.Duration(r.rand.IntN(120)) * time.Second)
					}
					r.settle(r.tool)
					r.check()
					killed.Add(int64(r.killed))
				})
			})
		}
	}
}

func TestRecycledRecordsAreDeletesUnderTheLimit(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]func() *kind{"RFIs": rfis, "submittals": submittals} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ledger := memory.NewLedger(memory.Options{Clock: time.Now})
				r := &records{
					mirror: newMirror(t, 0, 0), kind: of(),
					limit: policy.DeleteLimit{Ledger: ledger, Scope: "pair", Most: 5},
				}
				for ; r.edits < 4; r.edits++ {
					require.NoError(t, r.add(r, fmt.Sprint("record ", r.edits), procoretest.Attachment{Name: "a.pdf"}))
				}
				r.settle(r.tool)
				require.Len(t, r.tree(), 16)
				for _, one := range r.all(r)[:2] {
					require.NoError(t, r.remove(r, one))
				}
				time.Sleep(time.Minute)
				report, err := r.run(r.tool, 0)
				require.NoError(t, err)
				require.NotEmpty(t, report.Holds)
				require.Equal(t, 5, report.Totals.Deletes)
				require.Len(t, r.tree(), 11)
				time.Sleep(25 * time.Hour)
				report, err = r.run(r.tool, 0)
				require.NoError(t, err)
				require.Equal(t, 3, report.Totals.Deletes, "%s", report)
				require.Len(t, r.tree(), 8)
			})
		})
	}
}
