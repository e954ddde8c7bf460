package mapping_test

import (
	"context"
	"errors"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// TestScenario has the names of the catalogue of situations whose rule lies in this package.
func TestScenario(t *testing.T) {
	t.Run("overlapping-pairs", overlappingPairs)
	t.Run("tool-filter", func(t *testing.T) { t.Run("tools-are-not-even-listed", toolsAreNotEvenListed) })
	t.Run("mapping-changed", mappingChanged)
}

func TestALinkWithoutANameIsCalledByWhatItIsAbout(t *testing.T) {
	w := newWorld(t, syncertest.Tree{"Bridge/": ""})
	w.add("Bridge", mapping.Documents)
	_, err := w.Add(t.Context(), mapping.Link{Company: "1", Project: "8", Folder: w.box.ID("Bridge"), Tools: []mapping.Tool{mapping.Documents}})
	require.EqualError(t, err, `add a link of project 8 and folder `+w.box.ID("Bridge")+` in Box: the chosen folder is the folder of link "bridge"`)
	overlap, ok := errors.AsType[*mapping.OverlapError](err)
	require.True(t, ok)
	require.Equal(t, mapping.OverlapError{With: "bridge"}, mapping.OverlapError{With: overlap.With, Tool: overlap.Tool})
	_, err = w.Add(t.Context(), mapping.Link{Company: "1", Project: "7", Folder: w.box.ID("Bridge"), Tools: []mapping.Tool{mapping.Documents}})
	overlap, ok = errors.AsType[*mapping.OverlapError](err)
	require.True(t, ok)
	require.Equal(t, mapping.Documents, overlap.Tool)
	require.ErrorIs(t, err, syncer.ErrOverlap)
}

func overlappingPairs(t *testing.T) {
	for _, c := range []struct {
		name    string
		before  func(w *world) // after the first Link was made
		company string         // of the second Link, "1" if empty
		project string
		folder  string
		tools   []mapping.Tool
		says    string // "" if the second Link may be made
	}{
		{name: "the same folder", folder: "Sites/Bridge", says: `the chosen folder is the folder of link "bridge"`},
		{name: "a folder in the other's", folder: "Sites/Bridge/Old/Plans", says: `the chosen folder stands in the folder of link "bridge"`},
		{name: "a folder in a tool of the other", folder: "Sites/Bridge/Documents/Specs", says: "stands in"},
		{name: "a tool's folder of the other", folder: "Sites/Bridge/Documents", says: `the chosen folder is folder "Documents" of link "bridge"`},
		{name: "a folder above the other's", folder: "Sites", says: "stands in the chosen folder"},
		{name: "the top of the account", folder: ".", says: "stands in the chosen folder"},
		{
			name: "a tool's folder of the other, moved away", folder: "Shelf/D",
			before: func(w *world) { w.bob.Move("Sites/Bridge/Documents", "Shelf/D") }, says: `folder "Documents" of link "bridge"`,
		},
		{
			name: "a folder in a tool's folder of the other that was moved away", folder: "Shelf/D/Specs",
			before: func(w *world) { w.bob.Move("Sites/Bridge/Documents", "Shelf/D") }, says: "stands in",
		},
		{
			name: "the other's folder was renamed and moved", folder: "Shelf/Old",
			before: func(w *world) { w.bob.Move("Sites/Bridge", "Shelf/Old") }, says: "the chosen folder is the folder",
		},
		{name: "a folder beside the other's", folder: "Sites/Tunnel"},
		{
			name: "a folder of the name that the other's had", folder: "Sites/Bridge",
			before: func(w *world) {
				w.bob.Move("Sites/Bridge", "Shelf/Old")
				w.bob.Mkdir("Sites/Bridge")
			},
		},
		{name: "the same tool of the same project", project: "7", folder: "Sites/Tunnel", says: `documents of project 7 are in link "bridge" already`},
		{name: "the same project with one more tool", project: "7", folder: "Sites/Tunnel", tools: []mapping.Tool{mapping.Photos, mapping.Documents}, says: "documents of project 7"},
		{name: "another tool of the same project", project: "7", folder: "Sites/Tunnel", tools: []mapping.Tool{mapping.Photos}},
		{name: "a project of that number in another company", company: "2", project: "7", folder: "Sites/Tunnel"},
		{name: "the documents of the company", project: "company", folder: "Sites/Tunnel"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, syncertest.Tree{
				"Sites/Bridge/Documents/Specs/": "", "Sites/Bridge/Old/Plans/": "", "Sites/Tunnel/": "", "Shelf/": "",
			})
			w.add("Sites/Bridge", mapping.Documents)
			if c.before != nil {
				c.before(w)
			}
			l := mapping.Link{Name: "second", Company: "1", Project: "8", Folder: w.box.Root(), Tools: []mapping.Tool{mapping.Documents}}
			if c.folder != "." {
				l.Folder = w.box.ID(c.folder)
			}
			if c.company != "" {
				l.Company = c.company
			}
			if c.project != "" {
				l.Project = c.project
			}
			if c.project == "company" {
				l.Project = ""
			}
			if c.tools != nil {
				l.Tools = c.tools
			}
			tree := w.box.Tree()
			_, err := w.Add(t.Context(), l)
			all, e := w.All(t.Context())
			require.NoError(t, e)
			if c.says == "" {
				require.NoError(t, err)
				require.Len(t, all, 2)
				return
			}
			require.ErrorIs(t, err, syncer.ErrOverlap)
			require.ErrorContains(t, err, c.says)
			require.ErrorContains(t, err, "bridge", "whoever is refused is told by whom")
			require.Len(t, all, 1)
			require.Equal(t, tree, w.box.Tree(), "nothing was made")
		})
	}
}

func TestOfTwoLinksThatOverlapAndAreMadeAtOnceOneIsRefused(t *testing.T) {
	w := newWorld(t, syncertest.Tree{"Sites/Bridge/": ""})
	raced := false
	w.options.Policies = func(l mapping.Link, _ mapping.Tool) (syncer.Policies, error) {
		if l.Name == "first" && !raced {
			raced = true
			// The other one is made after this one was begun.
			_, err := w.Add(t.Context(), mapping.Link{Name: "faster", Company: "1", Project: "8", Folder: w.box.ID("Sites"), Tools: l.Tools})
			require.NoError(t, err)
		}
		return syncer.Policies{}, nil
	}
	w.open()
	_, err := w.Add(t.Context(), mapping.Link{Name: "first", Company: "1", Project: "7", Folder: w.box.ID("Sites/Bridge"), Tools: []mapping.Tool{mapping.Documents}})
	require.ErrorIs(t, err, syncer.ErrOverlap)
	all, err := w.All(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, "faster", all[0].Name)
}

// slowNotes lets something happen just before a change is stored.
type slowNotes struct {
	mapping.Store
	before func()
}

func (s *slowNotes) Change(ctx context.Context, prefix string, change func(map[string][]byte) (map[string][]byte, error)) error {
	if f := s.before; f != nil {
		s.before = nil
		f()
	}
	return s.Store.Change(ctx, prefix, change)
}

func TestALinkThatIsMadeWhileAnotherIsCheckedIsCheckedAgainst(t *testing.T) {
	w := newWorld(t, syncertest.Tree{"Sites/Bridge/": ""})
	notes := &slowNotes{Store: w.notes}
	links, err := mapping.New(mapping.Options{
		Store: notes, States: w.state,
		Box: func(context.Context, mapping.Link) (mapping.Place, error) {
			return mapping.Place{Endpoint: syncer.Endpoint{FS: w.conn}}, nil
		},
		Procore: func(context.Context, mapping.Link, mapping.Tool) (mapping.Place, error) { return mapping.Place{}, nil },
	})
	require.NoError(t, err)
	notes.before = func() { w.add("Sites", mapping.Documents) }
	_, err = links.Add(t.Context(), mapping.Link{Name: "slower", Company: "1", Project: "8", Folder: w.box.ID("Sites/Bridge"), Tools: []mapping.Tool{mapping.Documents}})
	require.ErrorIs(t, err, syncer.ErrOverlap)

	notes.before = func() {
		_, err := w.Add(t.Context(), mapping.Link{Name: "tunnel", Company: "1", Project: "9", Folder: w.bob.Mkdir("Tunnel"), Tools: []mapping.Tool{mapping.Documents}})
		require.NoError(t, err)
	}
	_, err = links.Add(t.Context(), mapping.Link{Name: "Tunnel", Company: "1", Project: "8", Folder: w.bob.Mkdir("Other"), Tools: []mapping.Tool{mapping.Documents}})
	require.ErrorIs(t, err, fs.ErrExist, "the name is taken by now")
}

func toolsAreNotEvenListed(t *testing.T) {
	w := newWorld(t, syncertest.Tree{"Bridge/Photos/holiday.jpg": "h", "Bridge/RFIs/": "", "Bridge/mine.txt": "m"})
	w.photos().Write("site.jpg", "s")
	w.documents().Write("plan.pdf", "p")
	w.add("Bridge", mapping.Documents)
	for _, full := range []bool{true, false} {
		w.poll()
		w.sync("bridge", mapping.SyncOptions{Full: full})
		require.Empty(t, w.photos().conn.Calls(), "nobody has asked for photos")
		for _, c := range w.conn.Calls() {
			require.NotContains(t, []string{w.box.ID("Bridge/Photos"), w.box.ID("Bridge/Photos/holiday.jpg"), w.box.ID("Bridge/RFIs"), w.box.ID("Bridge/mine.txt")}, c.ID, c.Op)
		}
	}
	require.Equal(t, syncertest.Tree{"Documents/": "", "Documents/plan.pdf": "p", "Photos/": "", "Photos/holiday.jpg": "h", "RFIs/": "", "mine.txt": "m"}, w.below("Bridge"))
	require.Equal(t, syncertest.Tree{"site.jpg": "s"}, w.photos().Tree())
}

func mappingChanged(t *testing.T) {
	w := newWorld(t, syncertest.Tree{"Bridge/": "", "Other/Documents/own.txt": "own"})
	w.documents().Write("plan.pdf", "p")
	w.add("Bridge", mapping.Documents)
	w.poll()
	w.settle("bridge")
	require.NoError(t, w.Remove(t.Context(), "bridge"))
	require.Equal(t, "p", w.box.Tree()["Bridge/Documents/plan.pdf"], "nothing is deleted")
	w.documents().Write("later.pdf", "l")
	w.add("Other", mapping.Documents)
	w.poll()
	w.settle("bridge")
	require.Equal(t, syncertest.Tree{"own.txt": "own", "plan.pdf": "p", "later.pdf": "l"}, w.documents().Tree())
	require.Equal(t, w.documents().Tree(), w.below("Other/Documents"))
	require.Equal(t, syncertest.Tree{"plan.pdf": "p"}, w.below("Bridge/Documents"))
	require.Empty(t, w.documents().Trash())
	require.Empty(t, w.box.Trash())
}
