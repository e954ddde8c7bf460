package box_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// mortal is the network of a process that dies when so many parts of an upload were answered: nothing
// goes out any more.
type mortal struct {
	next http.RoundTripper
	kill context.CancelFunc

	mu       sync.Mutex
	left     int // parts
	answered int
}

func (m *mortal) RoundTrip(r *http.Request) (*http.Response, error) {
	if m.dead() {
		return nil, errDead
	}
	answer, err := m.next.RoundTrip(r)
	if err == nil && r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/upload_sessions/") {
		m.part()
	}
	return answer, err
}

func (m *mortal) dead() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.left == 0
}

func (m *mortal) part() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.left == 0 {
		return
	}
	m.answered++
	if m.left--; m.left == 0 {
		m.kill()
	}
}

func TestTheRunAfterOneThatDiedInALargeUploadSendsTheMissingPartsOnly(t *testing.T) {
	t.Parallel()
	const partSize, parts = 8 << 20, 6
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits, PartSize: partSize})
		root, dir, store := a.root(t), t.TempDir(), memory.New(memory.Options{})
		body := strings.Repeat("model ", box.SimpleLimit/6+1)
		require.Equal(t, parts, (len(body)+partSize-1)/partSize)
		source := syncertest.New(syncertest.Options{Now: time.Now}, syncertest.Tree{"model.ifc": body})
		run := func(partsToLive int) (*mortal, *syncer.Report, error) {
			ctx, kill := context.WithCancel(t.Context())
			defer kill()
			line := &mortal{next: a.HTTPClient().Transport, kill: kill, left: partsToLive}
			files := a.connect(t, box.Options{HTTP: line, SpoolDir: t.TempDir(), SessionDir: dir})
			handle := source.Connect()
			engine, err := syncer.New(store, syncer.Pair{
				Name:        "pair",
				Source:      syncer.Endpoint{FS: handle.FileSystem(), Root: handle.Root()},
				Destination: syncer.Endpoint{FS: files, Root: root.ID},
			}, nil)
			require.NoError(t, err)
			report, err := engine.Run(ctx, nil)
			return line, report, err
		}
		first, _, err := run(3)
		require.Error(t, err)
		require.Equal(t, 3, first.answered)
		_, err = a.ann.Find("Root 1/model.ifc")
		require.Error(t, err, "half a file is no file")

		time.Sleep(3 * time.Minute) // until the lease is over, and what may be under way has come
		a.ForgetCalls()
		_, report, err := run(-1)
		require.NoError(t, err)
		require.True(t, report.Settled(), "%v", report)
		made := a.Calls()
		require.Zero(t, made[beginSession])
		require.Positive(t, made[uploadPart])
		require.LessOrEqual(t, made[uploadPart], parts-3)
		there, err := a.ann.Find("Root 1/model.ifc")
		require.NoError(t, err)
		require.EqualValues(t, len(body), there.Size)
		require.Equal(t, syncer.SHA1.Of([]byte(body)), syncer.Digest("sha1:"+there.SHA1))
	})
}
