package procoretest

import (
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A hook is where the news of one project, or of one company, go.
type hook struct {
	id            int64
	payload       string // "v2", "v3" or "v4": the shape of what is sent
	asked         string // payload as the request wrote it
	namespace     string
	address       string
	authorization string
	at            *place
	by            *user
	triggers      []*trigger
	disabled      bool
	created       time.Time
	updated       time.Time
	queue         queue
	past          []*delivery // what left the queue
}

// A trigger says of which news a hook is told.
type trigger struct {
	id       int64
	resource string
	what     happening
}

// hooks are all hooks of a fake.
type hooks struct {
	all       []*hook // oldest first
	last      int64   // id of hook or trigger
	strict    bool    // addresses must be public
	limited   bool
	ready     []*hook // that got something to send while nobody sent to them
	deliverer deliverer
}

func newHooks(o Options) hooks {
	return hooks{
		strict: o.StrictAddresses, limited: o.Switches.HooksLimited,
		deliverer: deliverer{
			drop: o.HookDrops, repeat: o.HookRepeats, late: o.HookDelay, bare: o.Switches.MetadataOmitted,
			random: rand.New(rand.NewPCG(o.Seed, 3)), //nolint:gosec // repeatable on purpose
		},
	}
}

// mostHooks is how many hooks a project or company may have with the switch HooksLimited.
const mostHooks = 5

// A hookChange is what a request says about a hook. What is nil stays.
type hookChange struct {
	payload, namespace, address, authorization *string
	disabled                                   *bool
}

// add makes a hook. The caller says for which company or project it is.
func (s *hooks) add(h *hook, c hookChange, now time.Time) error {
	if s.limited && len(s.of(h.at)) >= mostHooks {
		return badField("base", "no more than 5 hooks")
	}
	if c.payload == nil || c.address == nil || c.namespace == nil {
		return badField("hook", "version, namespace and destination_url are needed")
	}
	if err := s.change(h, c, now); err != nil {
		return err
	}
	s.last++
	h.id, h.created = s.last, now
	s.all = append(s.all, h)
	return nil
}

// change edits a hook, wholly or not at all.
func (s *hooks) change(h *hook, c hookChange, now time.Time) error {
	version := payloadVersion(deref(c.payload, h.asked))
	namespace, address := deref(c.namespace, h.namespace), deref(c.address, h.address)
	switch {
	case version == "":
		return badField("api_version", "is not included in the list")
	case !regexp.MustCompile(`^[a-z0-9-]+$`).MatchString(namespace):
		return badField("namespace", "may only contain lowercase letters, digits and hyphens")
	case !s.good(address):
		return badField("destination_url", "must be a public HTTPS URL")
	}
	h.payload, h.asked = version, deref(c.payload, h.asked)
	h.namespace, h.address = namespace, address
	h.authorization = deref(c.authorization, h.authorization)
	h.disabled = deref(c.disabled, h.disabled)
	h.updated = now
	return nil
}

// payloadVersion is the shape that a version asks for, "" for one that does not exist.
func payloadVersion(asked string) string {
	short := strings.TrimSuffix(asked, ".0")
	if slices.Contains([]string{"v2", "v3", "v4"}, short) {
		return short
	}
	return ""
}

// good says whether Procore would send to an address: https, and a public host. Unless the fake is
// strict, an address on this machine is good too.
func (s *hooks) good(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	host := u.Hostname()
	local := host == "localhost" || host == "127.0.0.1" || host == "::1"
	return u.Scheme == "https" && !local || local && !s.strict && (u.Scheme == "http" || u.Scheme == "https")
}

// of lists the hooks of a project or a company.
func (s *hooks) of(at *place) []*hook {
	var all []*hook
	for _, h := range s.all {
		if h.at == at {
			all = append(all, h)
		}
	}
	return all
}

// find returns the hook with that id in a project or a company.
func (s *hooks) find(at *place, id int64) (*hook, error) {
	for _, h := range s.of(at) {
		if h.id == id {
			return h, nil
		}
	}
	return nil, notFound()
}

// remove ends a hook with its triggers and what waits for it.
func (s *hooks) remove(h *hook) {
	s.all = slices.DeleteFunc(s.all, func(other *hook) bool { return other == h })
	h.queue.waiting, h.triggers, h.disabled = nil, nil, true
}

// trigger adds a trigger to a hook. Hook and trigger have the same version and level (section 11.5).
func (s *hooks) trigger(h *hook, version, resource, event string) (*trigger, error) {
	what := happening(strings.ToLower(event))
	kind, ok := resources()[resource]
	switch {
	case payloadVersion(version) != h.payload:
		return nil, badField("api_version", "must be that of the hook")
	case !ok || kind.company != (h.at.project == nil):
		return nil, badField("resource_name", "is not included in the list")
	case !kind.has(what):
		return nil, badField("event_type", "is not included in the list")
	}
	for _, t := range h.triggers {
		if t.resource == resource && t.what == what {
			return nil, badField("event_type", "has already been taken")
		}
	}
	s.last++
	t := &trigger{id: s.last, resource: resource, what: what}
	h.triggers = append(h.triggers, t)
	return t, nil
}

func (h *hook) trigger(id int64) (*trigger, error) {
	for _, t := range h.triggers {
		if t.id == id {
			return t, nil
		}
	}
	return nil, notFound()
}

func (h *hook) drop(t *trigger) {
	h.triggers = slices.DeleteFunc(h.triggers, func(other *trigger) bool { return other == t })
}

// waits says whether the hook is told of such news.
func (h *hook) waits(n news) bool {
	return !h.disabled && h.at == n.at && slices.ContainsFunc(h.triggers, func(t *trigger) bool {
		return t.resource == n.resource && t.what == n.what
	})
}

// tell puts news into the queue of every hook that waits for them.
func (s *hooks) tell(n news, now time.Time) {
	for _, h := range s.all {
		if !h.waits(n) {
			continue
		}
		for _, d := range s.deliverer.copies(h, n, now) {
			h.queue.put(d)
		}
		if len(h.queue.waiting) > 0 && !h.queue.running {
			h.queue.running = true
			s.ready = append(s.ready, h)
		}
	}
}

// mask shows the last five characters of a secret.
func mask(secret string) string {
	if secret == "" {
		return ""
	}
	return "*****" + secret[max(0, len(secret)-5):]
}

func deref[T any](value *T, otherwise T) T {
	if value == nil {
		return otherwise
	}
	return *value
}
