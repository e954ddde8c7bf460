package mapping_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// world is a Box account and any number of Procore projects, each tool of which is a service of its own,
// with Links between them.
type world struct {
	*mapping.Links
	t     *testing.T
	clock *syncertest.Clock
	// box is the account; bob works in it, and conn is our connection to it.
	box   *syncertest.Service
	bob   *syncertest.User
	conn  *syncertest.Handle
	tools map[string]*tool
	notes *memory.Notes
	state *memory.Store
	// limits are other facts of tools, by their kind.
	facts map[mapping.Tool]func(o *syncertest.Options)
	// options are changed before Links are made of them.
	options mapping.Options
}

// tool is a tool of a project. Ann works in it.
type tool struct {
	*syncertest.Service
	*syncertest.User
	conn *syncertest.Handle
}

// newWorld makes a world with a tree in Box and no Links.
func newWorld(t *testing.T, tree syncertest.Tree, change ...func(w *world)) *world {
	t.Helper()
	w := &world{t: t, clock: &syncertest.Clock{}, tools: map[string]*tool{}, facts: map[mapping.Tool]func(*syncertest.Options){}}
	info := syncertest.Ordinary()
	info.Service, info.Realm = "Box", "box"
	w.box = syncertest.New(syncertest.Options{Info: info, Now: w.clock.Now}, tree)
	w.bob, w.conn = w.box.User("bob"), w.box.Connect()
	w.notes, w.state = memory.NewNotes(memory.Options{}), memory.New(memory.Options{Clock: w.clock.Now})
	for _, f := range change {
		f(w)
	}
	w.open()
	return w
}

// open makes Links anew, as another process does.
func (w *world) open() {
	w.t.Helper()
	o := w.options
	o.Store, o.States = w.notes, w.state
	o.Engine.Clock = w.clock.Now
	if o.Engine.Parallel == 0 {
		o.Engine.Parallel = 1
	}
	if o.Box == nil {
		o.Box = func(context.Context, mapping.Link) (mapping.Place, error) {
			return mapping.Place{Endpoint: syncer.Endpoint{FS: w.conn}, Stream: "box"}, nil
		}
	}
	if o.Procore == nil {
		o.Procore = func(_ context.Context, l mapping.Link, kind mapping.Tool) (mapping.Place, error) {
			tool := w.tool(l.Company, l.Project, kind)
			return mapping.Place{
				Endpoint: syncer.Endpoint{FS: tool.conn, Root: tool.Root()}, Stream: "procore/" + l.Company + "/" + l.Project + "/" + string(kind),
			}, nil
		}
	}
	if o.Policies == nil {
		o.Policies = func(l mapping.Link, _ mapping.Tool) (syncer.Policies, error) {
			g, err := policy.NewGlobs(policy.GlobOptions{Include: l.Rules.Include, Exclude: l.Rules.Exclude})
			return syncer.Policies{Filter: g}, err
		}
	}
	links, err := mapping.New(o)
	require.NoError(w.t, err)
	w.Links = links
}

// tool returns a tool of a project, empty at first. It tells no digests, as Procore does.
func (w *world) tool(company, project string, kind mapping.Tool) *tool {
	name := strings.Join([]string{company, project, string(kind)}, "/")
	if w.tools[name] == nil {
		info := syncertest.Ordinary()
		info.Service, info.Realm, info.Digest = "Procore", name, ""
		o := syncertest.Options{Info: info, Now: w.clock.Now, Prefix: name + "-"}
		if f := w.facts[kind]; f != nil {
			f(&o)
		}
		s := syncertest.New(o, nil)
		w.tools[name] = &tool{s, s.User("ann"), s.Connect()}
	}
	return w.tools[name]
}

// documents returns that tool of project 7 of company 1.
func (w *world) documents() *tool { return w.tool("1", "7", mapping.Documents) }

// add makes a Link between tools of project 7 and a folder in Box.
func (w *world) add(folder string, tools ...mapping.Tool) mapping.Link {
	w.t.Helper()
	l, err := w.Add(w.t.Context(), mapping.Link{Name: "bridge", Company: "1", Project: "7", Folder: w.box.ID(folder), Tools: tools})
	require.NoError(w.t, err)
	return l
}
