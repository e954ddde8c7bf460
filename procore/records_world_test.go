package procore_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
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

// recordWorld is a mirror of RFIs, over a Procore that fails, with people who edit on both sides.
type recordWorld struct {
	*mirror

	rand   *rand.Rand
	edits  int
	added  map[string]string // what people have put beside records: contents by name
	killed int
}

func newRecordWorld(t *testing.T, seed uint64) *recordWorld {
	t.Helper()
	w := &recordWorld{
		mirror: &mirror{
			T: t, copies: syncertest.New(syncertest.Options{Now: time.Now}, nil), store: memory.New(memory.Options{Clock: time.Now}),
			tower: newTower(t, procoretest.Options{
				Limits: procoretest.NoLimits, FaultRate: 0.03, Seed: seed, Switches: half(int(seed % 2)),
			}),
		},
		rand: rand.New(rand.NewPCG(seed, 1)), added: map[string]string{},
	}
	w.at = w.Project().ID
	w.bob = w.copies.User("bob")
	w.add("stays", "stays.pdf")
	return w
}

// once is one run, in a process of its own. It is killed at its n-th call to Procore, unless n is 0.
func (w *recordWorld) once(n int) (*syncer.Report, error) {
	ctx, kill := context.WithCancel(w.Context())
	defer kill()
	deadly := &killer{next: w.HTTPClient().Transport, at: int64(n), late: w.rand.IntN(2) == 0, kill: kill}
	rfis, err := procore.NewRFIs(ctx, w.client(w.T, procore.Options{HTTP: deadly}), procore.ID(w.at), w.options())
	require.NoError(w, err)
	w.records = rfis
	w.start()
	if _, err := w.stream.Poll(ctx, w.store); err != nil {
		w.count(ctx)
		return nil, err
	}
	hints := []syncer.Hint{{Side: syncer.Destination, Full: w.rand.IntN(2) == 0, ID: w.copies.Root()}}
	require.NoError(w, w.store.Append(w.Context(), "pair", hints...))
	report, err := w.engine.Run(ctx, nil)
	w.count(ctx)
	return report, err
}

func (w *recordWorld) count(ctx context.Context) {
	if ctx.Err() != nil {
		w.killed++
	}
}

// killer ends a process at one of its calls, before or after it.
type killer struct {
	next http.RoundTripper
	at   int64
	late bool
	kill func()
	seen atomic.Int64
}

func (k *killer) RoundTrip(r *http.Request) (*http.Response, error) {
	last := k.at > 0 && k.seen.Add(1) == k.at
	if last && !k.late {
		k.kill()
	}
	answer, err := k.next.RoundTrip(r)
	if last {
		k.kill()
	}
	return answer, err
}

func (w *recordWorld) add(subject, name string) {
	_, err := w.ann.AddRFI(w.at, procoretest.RFI{
		Subject: subject, Question: "?", Files: []procoretest.Attachment{attachment(name, "contents of "+name)},
	})
	require.NoError(w, err)
}

// edit makes one change on one side.
func (w *recordWorld) edit() {
	w.edits++
	if w.rand.IntN(3) == 0 {
		w.scribble()
		return
	}
	all := w.ann.RFIs(w.at)
	one := all[w.rand.IntN(len(all))]
	stays := one.Subject == "stays"
	name := fmt.Sprintf("%d.pdf", w.rand.IntN(3))
	file := attachment(name, fmt.Sprint("contents ", w.edits))
	var err error
	switch k := w.rand.IntN(8); {
	case k <= 1 && len(all) < 8:
		w.add(fmt.Sprint("subject ", w.rand.IntN(3)), name)
	case k == 2 && !stays:
		_, err = w.ann.EditRFI(w.at, procoretest.RFI{ID: one.ID, Subject: fmt.Sprint("subject ", w.rand.IntN(3))})
	case k == 3:
		_, err = w.ann.EditRFI(w.at, procoretest.RFI{ID: one.ID, Question: fmt.Sprint("question ", w.edits)}, file)
	case k == 4:
		_, err = w.ann.AnswerRFI(w.at, one.ID, "!", file)
	case k == 5 && len(one.Files) > 0 && !stays:
		_, err = w.ann.DetachRFI(w.at, one.ID, one.Files[0].ID)
	case k == 6 && !stays:
		err = w.ann.RecycleRFI(w.at, one.ID)
	case k == 7:
		_, err = w.ann.EditRFI(w.at, procoretest.RFI{ID: one.ID, Status: []string{"open", "closed"}[w.rand.IntN(2)]})
	}
	require.NoError(w, err)
}

// scribble is an edit where records are mirrored to.
func (w *recordWorld) scribble() {
	var files, folders []string
	for path := range maps.Keys(w.copies.Tree()) {
		if strings.HasSuffix(path, "/") {
			folders = append(folders, path)
		} else if !strings.Contains(path, "mine") {
			files = append(files, path)
		}
	}
	slices.Sort(files)
	slices.Sort(folders)
	if len(files) == 0 || len(folders) == 0 {
		return
	}
	switch at := files[w.rand.IntN(len(files))]; w.rand.IntN(3) {
	case 0:
		w.bob.Write(at, fmt.Sprint("scribble ", w.edits))
	case 1:
		w.bob.Remove(at)
	case 2:
		name := fmt.Sprintf("mine %d.txt", w.edits)
		w.added[name] = fmt.Sprint("mine ", w.edits)
		w.bob.Add(folders[w.rand.IntN(len(folders))]+name, w.added[name])
	}
}

// settle runs until a run ends with nothing done and nothing left.
func (w *recordWorld) settle() {
	w.Helper()
	var last string
	for range 40 {
		time.Sleep(25 * time.Hour)
		for _, side := range []syncer.Side{syncer.Source, syncer.Destination} {
			require.NoError(w, w.store.Append(w.Context(), "pair", syncer.Hint{Side: side, Full: true}))
		}
		report, err := w.once(0)
		if err == nil && report.Totals.Writes == 0 && len(report.Holds)+len(report.Failures)+len(report.Incomplete) == 0 && !report.More {
			return
		}
		last = fmt.Sprintf("%v, %v", report, err)
	}
	require.Failf(w, "runs do not come to an end", "%s\nmirror %v", last, w.copies.Tree())
}

// check compares the mirror with the records: of each there is one folder with one document, one file of
// fields, and its attachments once each; beside them is only what people have put there.
func (w *recordWorld) check() {
	w.Helper()
	var want, got []string
	for _, r := range w.ann.RFIs(w.at) {
		want = append(want, "PDF", fmt.Sprint("JSON ", r.ID, r.Subject, r.Status, r.Question, len(r.Files)))
		for _, f := range r.Files {
			want = append(want, fmt.Sprint("file ", f.ID))
		}
	}
	for name, contents := range w.added {
		want = append(want, name+" "+contents)
	}
	bodies := w.bodies()
	for path, contents := range w.copies.Tree() {
		name := path[strings.LastIndex(path, "/")+1:]
		switch {
		case name == "":
		case w.added[name] != "":
			got = append(got, name+" "+contents)
		case strings.HasPrefix(contents, "%PDF-"):
			require.True(w, strings.HasSuffix(contents, "%%EOF\n"), "%s was cut", path)
			got = append(got, "PDF")
		case strings.HasPrefix(contents, "{"):
			got = append(got, w.fields(contents))
		default:
			require.NotEmpty(w, bodies[contents], "%s holds %q", path, contents)
			got = append(got, fmt.Sprint("file ", bodies[contents][0]))
			bodies[contents] = bodies[contents][1:]
		}
	}
	require.ElementsMatch(w, want, got)
}

// fields are what a record.json says.
func (w *recordWorld) fields(contents string) string {
	w.Helper()
	var r procore.RFI
	require.NoError(w, json.Unmarshal([]byte(contents), &r))
	return fmt.Sprint("JSON ", int64(r.ID), r.Subject, r.Status, r.Questions[0].PlainText, len(r.Attachments()))
}

// bodies are the attachments by their contents.
func (w *recordWorld) bodies() map[string][]int64 {
	all := map[string][]int64{}
	for _, r := range w.ann.RFIs(w.at) {
		for _, f := range r.Files {
			body, err := w.ann.ReadAttachment(f.ID)
			require.NoError(w, err)
			all[string(body)] = append(all[string(body)], f.ID)
		}
	}
	return all
}

func TestTheMirrorOfRecordsEndsRightWhateverPeopleDoAndHoweverOftenRunsAreKilled(t *testing.T) {
	t.Parallel()
	var killed atomic.Int64
	t.Cleanup(func() { require.Positive(t, killed.Load(), "no run was killed") })
	seeds := 6
	if *every {
		seeds = 100
	}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newRecordWorld(t, seed)
				for range 12 {
					for range w.rand.IntN(5) {
						w.edit()
					}
					_, _ = w.once(w.rand.IntN(2) * w.rand.IntN(20)) // what it did not do the next one does
					time.Sleep(time.Duration(w.rand.IntN(120)) * time.Second)
				}
				w.settle()
				w.check()
				killed.Add(int64(w.killed))
			})
		})
	}
}
