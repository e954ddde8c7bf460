package service

import (
	"net/url"
	"sync"
	"time"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// DefaultStale is how long a watch may go without the end of a run before something is taken to be wrong:
// three times as long as a link that is settled is left alone.
const DefaultStale = 45 * time.Minute

// Monitor is told how a watch gets on. It outlives the Office that the watch works on: see [Monitor.Watch].
// All methods are safe for use by many goroutines.
type Monitor struct {
	metrics *metrics
	stale   time.Duration

	mu       sync.Mutex
	office   *office.Office
	hosts    map[office.Service]map[string]bool // where the calls go that are no transfers of contents
	began    time.Time
	asked    time.Time
	stopping bool
	away     string           // why no Office is watched for a while
	lives    map[string]*life // by pair
	refused  map[office.Service]string
}

// NewMonitor returns a Monitor of a watch that begins now. stale is after how long without the end of a
// run the watch counts as ill; 0 means DefaultStale.
func NewMonitor(stale time.Duration) *Monitor {
	if stale <= 0 {
		stale = DefaultStale
	}
	m := &Monitor{
		metrics: newMetrics(), stale: stale, began: time.Now(),
		lives: map[string]*life{}, refused: map[office.Service]string{},
	}
	m.metrics.registry.MustRegister(newStored(m.current))
	return m
}

// Watch says which Office is watched from now on, nil if none is.
func (m *Monitor) Watch(o *office.Office) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.office = o
	if o == nil {
		return
	}
	m.away = ""
	m.metrics.away.Set(0)
	s := o.Settings()
	m.hosts = map[office.Service]map[string]bool{
		office.BoxService: hosts(s.Box.Bases.API, "https://api.box.com", s.Box.Bases.Upload, "https://upload.box.com",
			s.Box.Bases.Login, "https://account.box.com"),
		office.ProcoreService: hosts(s.Procore.Bases.API, "https://api.procore.com", s.Procore.Bases.Login, "https://login.procore.com"),
	}
}

// hosts returns those of pairs of a base and what it is by default.
func hosts(bases ...string) map[string]bool {
	out := map[string]bool{}
	for i := 0; i+1 < len(bases); i += 2 {
		base := bases[i]
		if base == "" {
			base = bases[i+1]
		}
		if u, err := url.Parse(base); err == nil {
			out[u.Host] = true
		}
	}
	return out
}

func (m *Monitor) current() *office.Office {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.office
}

// Stopping says that the watch is on its way out: whoever asks for its health is told so.
func (m *Monitor) Stopping() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stopping = true
}

// Away says that no Office is watched for a while, and why: until Watch is told of one.
func (m *Monitor) Away(why string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.away = why
	m.metrics.away.Set(1)
}

// Reloaded says that settings were read again, or could not be.
func (m *Monitor) Reloaded(err error) {
	result := "done"
	if err != nil {
		result = "failed"
	}
	m.metrics.reloads.WithLabelValues(result).Inc()
}

// Looked is for [office.WatchOptions].
func (m *Monitor) Looked(kept []mapping.Link) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked = time.Now()
	here := map[string]bool{}
	for _, l := range kept {
		for _, t := range l.Tools {
			pair := l.Pair(t)
			here[pair] = true
			if m.lives[pair] == nil {
				m.lives[pair] = &life{tool: t, kept: m.asked}
			}
			m.lives[pair].link = l
		}
	}
	for pair := range m.lives {
		if !here[pair] {
			delete(m.lives, pair) // paused or removed, which is nothing to worry about
		}
	}
}

// Observe is for [office.WatchOptions].
func (m *Monitor) Observe(e syncer.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.lives[e.Pair]
	if l == nil {
		return
	}
	if e.Phase == syncer.PhaseDone {
		l.ran = time.Now().UTC()
	}
	if e.Outcome != nil {
		m.metrics.acted(l.link.Name, string(l.tool), e.Outcome)
	}
}

// Told is for [office.WatchOptions].
func (m *Monitor) Told(l mapping.Link, s *office.Synced) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range s.Results {
		if r.Tool == "" {
			continue // the whole link was paused
		}
		m.metrics.ran(r)
		if life := m.lives[l.Pair(r.Tool)]; life != nil {
			life.end(r, time.Now().UTC())
		}
	}
}

// Traffic is for [office.Options].
func (m *Monitor) Traffic() office.Traffic {
	return office.Traffic{
		Called: func(c office.Call) { m.metrics.called(c, route(c, m.isAPI)) },
		Waited: func(s office.Service, class syncer.Class, d time.Duration) {
			m.metrics.waited.WithLabelValues(string(s), className(class)).Add(d.Seconds())
		},
		SignedIn: m.signedIn,
	}
}

func className(c syncer.Class) string {
	if c == syncer.Bulk {
		return "bulk"
	}
	return "live"
}

func (m *Monitor) isAPI(s office.Service, host string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.hosts == nil || m.hosts[s][host]
}

func (m *Monitor) signedIn(s office.Service, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil {
		delete(m.refused, s)
		m.metrics.signedIn.WithLabelValues(string(s)).Set(1)
		return
	}
	m.refused[s] = err.Error()
	m.metrics.signedIn.WithLabelValues(string(s)).Set(0)
}
