package service

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// maxRoutes bounds how many classes of calls are told apart.
const maxRoutes = 100

// metrics are what Prometheus reads. Their names are in internal/docs/operations.md.
type metrics struct {
	registry *prometheus.Registry

	runs        *prometheus.CounterVec
	durations   *prometheus.HistogramVec
	actions     *prometheus.CounterVec
	bytes       *prometheus.CounterVec
	calls       *prometheus.CounterVec
	limited     *prometheus.CounterVec
	waited      *prometheus.CounterVec
	items       *prometheus.GaugeVec
	lastRun     *prometheus.GaugeVec
	lastSuccess *prometheus.GaugeVec
	signedIn    *prometheus.GaugeVec
	reloads     *prometheus.CounterVec
	away        prometheus.Gauge

	mu     sync.Mutex
	routes map[string]bool
}

func newMetrics() *metrics {
	m := &metrics{registry: prometheus.NewRegistry(), routes: map[string]bool{}}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "procorebox_" + name, Help: help}, labels)
		m.registry.MustRegister(v)
		return v
	}
	gauge := func(name, help string, labels ...string) *prometheus.GaugeVec {
		v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "procorebox_" + name, Help: help}, labels)
		m.registry.MustRegister(v)
		return v
	}
	m.runs = counter("runs_total", "Runs of tools, by how they ended.", "link", "tool", "result")
	m.actions = counter("actions_total", "Actions, by the side they act on and how they ended.", "link", "tool", "op", "side", "result")
	m.bytes = counter("bytes_total", "Bytes of contents that were written, by the side they were written to.", "link", "tool", "side")
	m.calls = counter("calls_total", "Calls to services, by route class and status; status 0 got no answer.", "service", "route", "status")
	m.limited = counter("rate_limited_total", "Calls that were answered with status 429.", "service")
	m.waited = counter("limit_wait_seconds_total", "Time that calls have waited for room within a service's limits.", "service", "class")
	m.items = gauge("items", "Items that are not settled, as the last run left them.", "link", "tool", "state")
	m.lastRun = gauge("last_run_timestamp_seconds", "When the last run of a tool ended.", "link", "tool")
	m.lastSuccess = gauge("last_success_timestamp_seconds", "When a run of a tool last ended without an error.", "link", "tool")
	m.signedIn = gauge("signed_in", "1 if a service takes the credential, 0 if it has refused it.", "service")
	m.reloads = counter("reloads_total", "How often settings were read again, by result.", "result")
	m.away = gauge("handed_over", "1 while the data directory is handed over, as to a restore, or cannot be opened again.").WithLabelValues()
	m.durations = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "procorebox_run_duration_seconds", Help: "How long runs of tools took.",
		Buckets: []float64{.1, .3, 1, 3, 10, 30, 100, 300, 1000, 3000, 10000},
	}, []string{"link", "tool"})
	m.registry.MustRegister(m.durations, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// called counts a call.
func (m *metrics) called(c office.Call, route string) {
	m.mu.Lock()
	if !m.routes[route] {
		if len(m.routes) >= maxRoutes {
			route = "other"
		}
		m.routes[route] = true
	}
	m.mu.Unlock()
	m.calls.WithLabelValues(string(c.Service), route, strconv.Itoa(c.Status)).Inc()
	if c.Status == http.StatusTooManyRequests {
		m.limited.WithLabelValues(string(c.Service)).Inc()
	}
}

// acted counts what became of an action.
func (m *metrics) acted(link, tool string, o *syncer.Outcome) {
	side := sideName(o.On)
	m.actions.WithLabelValues(link, tool, o.Op.String(), side, o.Result.String()).Inc()
	if o.Bytes > 0 {
		m.bytes.WithLabelValues(link, tool, side).Add(float64(o.Bytes))
	}
}

// sideName is the service of a side.
func sideName(s syncer.Side) string {
	if s == syncer.Source {
		return string(office.ProcoreService)
	}
	return string(office.BoxService)
}

// ran counts a run that has ended, and what it left.
func (m *metrics) ran(r mapping.Result) {
	link, tool := r.Link, string(r.Tool)
	m.runs.WithLabelValues(link, tool, outcome(r)).Inc()
	if r.Report == nil {
		return
	}
	ended := float64(r.Report.Ended.UnixMilli()) / 1000
	m.lastRun.WithLabelValues(link, tool).Set(ended)
	if r.Err == nil {
		m.lastSuccess.WithLabelValues(link, tool).Set(ended)
	}
	m.durations.WithLabelValues(link, tool).Observe(r.Report.Ended.Sub(r.Report.Started).Seconds())
	waiting := 0
	for _, s := range r.Report.Skips {
		if s.Waits() {
			waiting++
		}
	}
	for state, n := range map[string]int{
		"held": len(r.Report.Holds), "failed": len(r.Report.Failures), "skipped": len(r.Report.Skips) - waiting, "waiting": waiting,
	} {
		m.items.WithLabelValues(link, tool, state).Set(float64(n))
	}
}

// outcome is how a run ended, in one word.
func outcome(r mapping.Result) string {
	switch {
	case r.Paused != "":
		return "paused"
	case errors.Is(r.Err, syncer.ErrLocked):
		return "locked"
	case errors.Is(r.Err, syncer.ErrHalted):
		return "halted"
	case r.Err != nil:
		return "failed"
	case r.Report == nil:
		return "not begun"
	case r.Report.Waits():
		return "waits"
	}
	return "settled"
}

// stored is what is read from the data directory when somebody asks for the metrics.
type stored struct {
	office func() *office.Office

	tokens, inbox *prometheus.Desc
}

func newStored(of func() *office.Office) *stored {
	return &stored{
		office: of,
		tokens: prometheus.NewDesc("procorebox_token_age_seconds", "Since when the present token of a service is stored.", []string{"service"}, nil),
		inbox:  prometheus.NewDesc("procorebox_inbox_hints", "Hints of changes that no run has looked at yet.", []string{"link", "tool"}, nil),
	}
}

// Describe implements prometheus.Collector.
func (s *stored) Describe(to chan<- *prometheus.Desc) {
	to <- s.tokens
	to <- s.inbox
}

// Collect implements prometheus.Collector. What cannot be read is left out: the page about health says why.
func (s *stored) Collect(to chan<- prometheus.Metric) {
	o := s.office()
	if o == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, service := range []office.Service{office.BoxService, office.ProcoreService} {
		if since, err := o.TokenSince(ctx, service); err == nil && !since.IsZero() {
			to <- prometheus.MustNewConstMetric(s.tokens, prometheus.GaugeValue, time.Since(since).Seconds(), string(service))
		}
	}
	all, err := o.Links.All(ctx)
	if err != nil {
		return
	}
	for _, l := range all {
		for _, t := range l.Tools {
			if n, err := o.Inbox(ctx, l, t); err == nil {
				to <- prometheus.MustNewConstMetric(s.inbox, prometheus.GaugeValue, float64(n), l.Name, string(t))
			}
		}
	}
}
