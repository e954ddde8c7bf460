package office_test

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
)

var limitFiles = flag.Int("limits.files", 600, "`number` of files that are synced under real limits")

// hosts sends each request to the fake that serves its host, in memory, and counts what is refused for
// coming too fast.
type hosts struct {
	clients map[string]*http.Client
	refused atomic.Int64
}

func (h *hosts) RoundTrip(r *http.Request) (*http.Response, error) {
	for part, client := range h.clients {
		if strings.Contains(r.URL.Host, part) {
			response, err := client.Transport.RoundTrip(r)
			if err == nil && response.StatusCode == http.StatusTooManyRequests {
				h.refused.Add(1)
			}
			return response, err
		}
	}
	return nil, fmt.Errorf("nobody is at %s", r.URL.Host)
}

// fakes are those of both services, with their real limits.
func fakes(t *testing.T) (*procoretest.Procore, *boxtest.Box) {
	t.Helper()
	pc, err := procoretest.New(procoretest.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pc.Close()) })
	bx, err := boxtest.New(boxtest.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, bx.Close()) })
	return pc, bx
}

// open opens a data directory, and makes the link "tower" of the fakes' project.
func open(t *testing.T, data string, pc *procoretest.Procore, bx *boxtest.Box, net http.RoundTripper) *office.Office {
	t.Helper()
	return openWith(t, data, pc, bx, net, box.WebhookKeys{})
}

// openWith has keys for the webhooks of Box.
func openWith(t *testing.T, data string, pc *procoretest.Procore, bx *boxtest.Box, net http.RoundTripper, keys box.WebhookKeys) *office.Office {
	t.Helper()
	folder, err := bx.Home().CreateFolder("0", "tower")
	require.NoError(t, err)
	at, from := bx.URLs(), pc.URLs()
	o, err := office.Open(t.Context(), office.Settings{
		Data:    data,
		Box:     office.BoxSettings{Bases: box.Bases{API: at.API, Upload: at.Upload, Login: at.Login}, Token: bx.Token(), HookKeys: keys},
		Procore: office.ProcoreSettings{Bases: procore.Bases{API: from.API, Login: from.Login}, Token: pc.Token()},
	}, &office.Options{HTTP: net, Clock: time.Now})
	require.NoError(t, err)
	_, err = o.Links.Add(t.Context(), mapping.Link{
		Name: "tower", Company: fmt.Sprint(pc.Company().ID), Project: fmt.Sprint(pc.Project().ID), Folder: folder.ID,
		Tools: []mapping.Tool{mapping.Documents},
	})
	require.NoError(t, err)
	return o
}

// In a bubble of virtual time the real limits of both services are kept: no call is refused, and the sync
// takes about as long as the limits make it take. Edits on both sides are carried over after it.
func TestAFirstSyncKeepsToTheRealLimitsOfBothServices(t *testing.T) {
	data := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		pc, bx := fakes(t)
		for i := range *limitFiles {
			_, err := pc.Home().Upload(pc.Project().RootID, fmt.Sprintf("%05d.txt", i), fmt.Append(nil, i))
			require.NoError(t, err)
		}
		net := &hosts{clients: map[string]*http.Client{"procore": pc.HTTPClient(), "storage": pc.HTTPClient(), "box": bx.HTTPClient()}}
		o := open(t, data, pc, bx, net)
		defer o.Close()

		plan, err := o.Plan(ctx, "tower", office.PlanOptions{})
		require.NoError(t, err)
		require.Equal(t, *limitFiles, plan.Total.Writes)
		began := time.Now()
		done, err := o.Sync(ctx, "tower", office.SyncOptions{})
		require.NoError(t, err)
		took := time.Since(began)
		t.Logf("%d files in %s, foretold %.0f s: %+v, %+v", *limitFiles, took, plan.Total.Seconds, done.Totals, pc.Calls())
		for _, r := range done.Results {
			require.Empty(t, r.Report.Failures)
			require.Empty(t, r.Report.Skips)
		}
		require.True(t, done.Settled(), "%v", done.Err)
		require.Equal(t, *limitFiles, done.Totals.Uploads)
		require.Zero(t, net.refused.Load(), "calls that came too fast")
		off := plan.Total.Seconds / 10
		if took > time.Hour {
			off *= 2.5 // between slices the feeds are asked, and what was not come to is looked at again
		}
		require.InDelta(t, plan.Total.Seconds, took.Seconds(), off, "what was foretold")
		w := &limitedWorld{pc, bx, o, net}
		w.requireEqual(t, *limitFiles)
		w.people(t, min(200, *limitFiles))
	})
}

// limitedWorld is two services with their real limits, and the link "tower" between them.
type limitedWorld struct {
	procore *procoretest.Procore
	box     *boxtest.Box
	office  *office.Office
	net     *hosts
}

// people edit files, every second one on each side, all of which is carried over by one sync; the next finds
// nothing to do.
func (w *limitedWorld) people(t *testing.T, edits int) {
	t.Helper()
	files, _ := w.sides(t)
	time.Sleep(time.Minute) // what the sync has written is seen by all
	for i, name := range slices.Sorted(maps.Keys(files))[:edits] {
		text := fmt.Appendf(nil, "edit %d", i)
		if i%2 == 0 {
			it, err := w.procore.Home().Find(w.procore.Project().RootID, name)
			require.NoError(t, err)
			_, err = w.procore.Home().Edit(it.ID, text)
			require.NoError(t, err)
			continue
		}
		it, err := w.box.Home().Find("tower/Documents/" + name)
		require.NoError(t, err)
		_, err = w.box.Home().Edit(it.ID, text)
		require.NoError(t, err)
	}
	for _, writes := range []int{edits, 0} {
		time.Sleep(time.Minute)
		began := time.Now()
		done, err := w.office.Sync(t.Context(), "tower", office.SyncOptions{})
		require.NoError(t, err)
		t.Logf("after %d edits: %d writes in %s", edits, done.Totals.Writes, time.Since(began))
		require.True(t, done.Settled(), "%v", done.Err)
		require.Equal(t, writes, done.Totals.Writes)
		require.Zero(t, done.Totals.Conflicts)
		require.Zero(t, w.net.refused.Load(), "calls that came too fast")
		w.requireEqual(t, *limitFiles)
	}
}

// requireEqual wants both sides to have so many files, and each the same contents.
func (w *limitedWorld) requireEqual(t *testing.T, files int) {
	t.Helper()
	inProcore, inBox := w.sides(t)
	require.Len(t, inProcore, files)
	require.Equal(t, inProcore, inBox)
}

// sides return the SHA-256 of the contents of each side by name, as a person reads them there.
func (w *limitedWorld) sides(t *testing.T) (inProcore, inBox map[string][sha256.Size]byte) {
	t.Helper()
	inProcore, inBox = map[string][sha256.Size]byte{}, map[string][sha256.Size]byte{}
	all, err := w.procore.Home().List(w.procore.Project().RootID)
	require.NoError(t, err)
	for _, it := range all {
		text, err := w.procore.Home().Read(it.ID)
		require.NoError(t, err)
		inProcore[it.Name] = sha256.Sum256(text)
	}
	folder, err := w.box.Home().Find("tower/Documents")
	require.NoError(t, err)
	items, err := w.box.Home().List(folder.ID)
	require.NoError(t, err)
	for _, it := range items {
		text, err := w.box.Home().Read(it.ID)
		require.NoError(t, err)
		inBox[it.Name] = sha256.Sum256(text)
	}
	return inProcore, inBox
}
