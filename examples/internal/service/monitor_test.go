package service_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/examples/internal/service"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

var bridge = mapping.Link{ID: "l1", Name: "bridge", Tools: []mapping.Tool{mapping.Documents}}

// page asks a Monitor for a page.
func page(t *testing.T, m *service.Monitor, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

// health asks for the health, and wants the status that belongs to it.
func health(t *testing.T, m *service.Monitor) service.Health {
	t.Helper()
	code, body := page(t, m, "/healthz")
	var h service.Health
	require.NoError(t, json.Unmarshal([]byte(body), &h))
	require.Equal(t, map[bool]int{true: http.StatusOK, false: http.StatusServiceUnavailable}[h.OK], code)
	require.Equal(t, h.OK, len(h.Reasons) == 0)
	return h
}

// ended is a run of the bridge's documents that has ended.
func ended(r mapping.Result) *office.Synced {
	now := time.Now()
	r.Link, r.Tool = bridge.Name, mapping.Documents
	if r.Report == nil {
		r.Report = &syncer.Report{}
	}
	r.Report.Started, r.Report.Ended = now.Add(-2*time.Second), now
	return &office.Synced{Results: []mapping.Result{r}}
}

func TestTheHealthNamesWhatIsWrong(t *testing.T) {
	halt := syncer.NewHalt("l1/documents", syncer.Source, "the root is empty")
	for _, c := range []struct {
		name  string
		wrong func(m *service.Monitor)
		what  string
		text  string
		mend  func(m *service.Monitor)
	}{
		{
			"a token is refused",
			func(m *service.Monitor) {
				m.Traffic().SignedIn(office.BoxService, fmt.Errorf("box: %w", connect.ErrSignIn))
			},
			"token", "box: sign in again",
			func(m *service.Monitor) { m.Traffic().SignedIn(office.BoxService, nil) },
		},
		{
			"a link halted",
			func(m *service.Monitor) { m.Told(bridge, ended(mapping.Result{Err: halt})) },
			"halted", "the root is empty",
			func(m *service.Monitor) { m.Told(bridge, ended(mapping.Result{})) },
		},
		{
			"a root is lost",
			func(m *service.Monitor) {
				m.Told(bridge, ended(mapping.Result{Paused: "its folder is in the trash"}))
			},
			"halted", "its folder is in the trash",
			func(m *service.Monitor) { m.Told(bridge, ended(mapping.Result{})) },
		},
		{
			"no run has ended for long",
			func(m *service.Monitor) {
				for range 3 {
					time.Sleep(time.Hour / 2)
					m.Looked([]mapping.Link{bridge})
				}
			},
			"stale", "no run has ended for 1h30m0s",
			func(m *service.Monitor) { m.Observe(syncer.Event{Pair: "l1/documents", Phase: syncer.PhaseDone}) },
		},
		{
			"a run fails, and the next will try",
			func(m *service.Monitor) { m.Told(bridge, ended(mapping.Result{Err: errors.New("busy")})) },
			"", "", func(*service.Monitor) {},
		},
		{
			"a person has paused the link",
			func(m *service.Monitor) {
				m.Told(bridge, ended(mapping.Result{Err: halt}))
				m.Looked(nil)
			},
			"", "", func(*service.Monitor) {},
		},
		{
			"the data directory is handed over",
			func(m *service.Monitor) { m.Away("handed over to a restore") },
			"handed over", "handed over to a restore", nil,
		},
		{
			"it is being stopped",
			func(m *service.Monitor) { m.Stopping() },
			"stopping", "being stopped", nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := service.NewMonitor(time.Hour)
				m.Looked([]mapping.Link{bridge})
				m.Told(bridge, ended(mapping.Result{}))
				require.True(t, health(t, m).OK)
				c.wrong(m)
				h := health(t, m)
				if c.what == "" {
					require.True(t, h.OK, "%v", h.Reasons)
					return
				}
				require.Len(t, h.Reasons, 1)
				require.Equal(t, c.what, h.Reasons[0].What)
				require.Contains(t, h.Reasons[0].Text, c.text)
				if c.mend != nil {
					c.mend(m)
					require.True(t, health(t, m).OK)
				}
			})
		})
	}
}

func TestAWatchThatNobodyIsAskedByAnyMoreIsIll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := service.NewMonitor(time.Hour)
		time.Sleep(61 * time.Minute)
		h := health(t, m)
		require.Equal(t, "stale", h.Reasons[0].What)
		require.Contains(t, h.Reasons[0].Text, "nobody was asked for changes for 1h1m0s")
	})
}

func TestAStoreThatCannotBeWrittenIsIll(t *testing.T) {
	o, err := office.Open(t.Context(), office.Settings{Data: t.TempDir()}, nil)
	require.NoError(t, err)
	m := service.NewMonitor(0)
	m.Watch(o)
	require.True(t, health(t, m).OK)
	require.NoError(t, o.Close())
	h := health(t, m)
	require.Equal(t, "store", h.Reasons[0].What)
	require.Contains(t, h.Reasons[0].Text, "write to the data directory")
}

func TestTheMetricsCountWhatHappened(t *testing.T) {
	m := service.NewMonitor(0)
	m.Looked([]mapping.Link{bridge})
	m.Observe(syncer.Event{Pair: "l1/documents", Outcome: &syncer.Outcome{
		Op: syncer.OpCreateFile, On: syncer.Destination, Result: syncer.Done, Bytes: 7, Path: "secret plans.pdf",
	}})
	m.Told(bridge, ended(mapping.Result{Report: &syncer.Report{
		Holds: make([]syncer.Hold, 2), Failures: make([]syncer.Outcome, 3), Skips: []syncer.Skip{{Retry: true}, {}},
	}}))
	traffic := m.Traffic()
	for _, c := range []office.Call{
		{Service: office.BoxService, Host: "api.box.com", Path: "/2.0/folders/123/items", Status: 200},
		{Service: office.BoxService, Host: "api.box.com", Path: "/2.0/folders/456/items", Status: 429},
		{Service: office.ProcoreService, Host: "api.procore.com", Path: "/rest/v1.0/projects/7/documents", Status: 0},
		{Service: office.ProcoreService, Host: "storage.example.com", Path: "/some/signed-address", Status: 200},
	} {
		traffic.Called(c)
	}
	traffic.Waited(office.BoxService, syncer.Bulk, 1500*time.Millisecond)
	traffic.SignedIn(office.BoxService, nil)
	m.Reloaded(nil)
	_, body := page(t, m, "/metrics")
	for _, line := range []string{
		`procorebox_runs_total{link="bridge",result="waits",tool="documents"} 1`,
		`procorebox_run_duration_seconds_sum{link="bridge",tool="documents"} 2`,
		`procorebox_actions_total{link="bridge",op="create file",result="done",side="box",tool="documents"} 1`,
		`procorebox_bytes_total{link="bridge",side="box",tool="documents"} 7`,
		`procorebox_items{link="bridge",state="held",tool="documents"} 2`,
		`procorebox_items{link="bridge",state="failed",tool="documents"} 3`,
		`procorebox_calls_total{route="folders/items",service="box",status="200"} 1`,
		`procorebox_calls_total{route="folders/items",service="box",status="429"} 1`,
		`procorebox_calls_total{route="projects/documents",service="procore",status="0"} 1`,
		`procorebox_rate_limited_total{service="box"} 1`,
		`procorebox_limit_wait_seconds_total{class="bulk",service="box"} 1.5`,
		`procorebox_signed_in{service="box"} 1`,
		`procorebox_reloads_total{result="done"} 1`,
		`procorebox_last_success_timestamp_seconds{link="bridge",tool="documents"}`,
	} {
		require.Contains(t, body, line)
	}
	require.NotContains(t, body, "plans.pdf", "names of files are no metrics")
}

func TestTransfersOfContentsAreOneRouteWhereverTheyGo(t *testing.T) {
	o, err := office.Open(t.Context(), office.Settings{Data: t.TempDir()}, nil)
	require.NoError(t, err)
	defer o.Close()
	m := service.NewMonitor(0)
	m.Watch(o)
	called := m.Traffic().Called
	called(office.Call{Service: office.ProcoreService, Host: "bucket.example.com", Path: "/signed/address", Status: 200})
	for i := range 300 {
		called(office.Call{Service: office.BoxService, Host: "api.box.com", Path: "/2.0/" + strings.Repeat("x", i+1), Status: 200})
	}
	_, body := page(t, m, "/metrics")
	require.Contains(t, body, `procorebox_calls_total{route="content",service="procore",status="200"} 1`)
	require.NotContains(t, body, "address")
	require.Contains(t, body, `procorebox_calls_total{route="other",service="box",status="200"}`, "there are not more than some routes")
	require.Less(t, strings.Count(body, "procorebox_calls_total{"), 110)
}

func TestEveryMetricIsInTheGuide(t *testing.T) {
	guide, err := os.ReadFile("../../../internal/docs/operations.md")
	require.NoError(t, err)
	source, err := os.ReadFile("metrics.go")
	require.NoError(t, err)
	for line := range strings.SplitSeq(string(source), "\n") {
		for _, begin := range []string{`counter("`, `gauge("`, `Name: "procorebox_`, `NewDesc("procorebox_`} {
			if _, rest, ok := strings.Cut(line, begin); ok && !strings.HasPrefix(rest, `"`) {
				name, _, _ := strings.Cut(rest, `"`)
				require.Contains(t, string(guide), "`procorebox_"+name+"`")
			}
		}
	}
}

func TestItListensOnThisMachineUnlessOneSaysOtherwise(t *testing.T) {
	m := service.NewMonitor(0)
	s, err := service.Listen(t.Context(), ":0", m.Handler(), discard())
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(s.Addr().String(), "127.0.0.1:"), s.Addr())
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.Addr().String()+"/healthz", nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.NoError(t, s.Close())
	_, err = service.Listen(t.Context(), "nonsense", m.Handler(), discard())
	require.ErrorContains(t, err, "listen")
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }
