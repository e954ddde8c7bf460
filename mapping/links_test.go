package mapping_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func TestFoldersAreMadeForTheChosenToolsOnly(t *testing.T) {
	w := newWorld(t, syncertest.Tree{"Bridge/": "", "Elsewhere/": ""})
	l := w.add("Bridge", mapping.Photos, mapping.Documents)
	require.Equal(t, syncertest.Tree{"Bridge/": "", "Bridge/Documents/": "", "Bridge/Photos/": "", "Elsewhere/": ""}, w.box.Tree())
	require.Equal(t, []mapping.Tool{mapping.Documents, mapping.Photos}, l.Tools, "in the order in which they are shown")

	parts, err := w.Parts(t.Context(), "bridge")
	require.NoError(t, err)
	require.Len(t, parts, 2, "one pair for each tool")
	require.Equal(t, w.box.ID("Bridge/Documents"), parts[0].Pair.Destination.Root)
	require.Equal(t, w.box.ID("Bridge/Photos"), parts[1].Pair.Destination.Root)
	require.NotEqual(t, parts[0].Pair.Name, parts[1].Pair.Name)
}

func TestBothSidesOfATool(t *testing.T) {
	w := newWorld(t, syncertest.Tree{"Bridge/Documents/from box.pdf": "b"})
	w.add("Bridge", mapping.Documents)
	w.documents().Write("from procore.pdf", "p")
	results, err := w.Sync(t.Context(), "bridge", mapping.SyncOptions{})
	require.NoError(t, err)
	require.Len(t, results, 1)
	require.True(t, results[0].Settled(), "%v %v", results[0].Report, results[0].Err)
	want := syncertest.Tree{"from box.pdf": "b", "from procore.pdf": "p"}
	require.Equal(t, want, w.documents().Tree())
	require.Equal(t, syncertest.Tree{"Bridge/": "", "Bridge/Documents/": "", "Bridge/Documents/from box.pdf": "b", "Bridge/Documents/from procore.pdf": "p"}, w.box.Tree())
}

func TestAddTellsWhatIsWrongWithTheFolder(t *testing.T) {
	for _, c := range []struct {
		name, says string
		kind       error
		folder     func(w *world) string
	}{
		{"it does not exist", "folder nowhere in Box", fs.ErrNotExist, func(*world) string { return "nowhere" }},
		{"it is in the trash", "in the trash", fs.ErrNotExist, func(w *world) string {
			id := w.bob.Mkdir("Bridge")
			w.bob.Remove("Bridge")
			return id
		}},
		{"it is a file", "no folder", syncer.ErrInvalid, func(w *world) string { return w.bob.Write("Bridge", "b") }},
		{"a file has the name of a tool's folder", `"Documents" in Box is a file`, fs.ErrExist, func(w *world) string {
			id := w.bob.Mkdir("Bridge")
			w.bob.Write("Bridge/Documents", "d")
			return id
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			_, err := w.Add(t.Context(), mapping.Link{Company: "1", Project: "7", Folder: c.folder(w), Tools: []mapping.Tool{mapping.Documents}})
			require.ErrorIs(t, err, c.kind)
			require.ErrorContains(t, err, c.says)
			all, err := w.All(t.Context())
			require.NoError(t, err)
			require.Empty(t, all)
		})
	}
}

func TestAFolderOfTheToolsNameIsTakenForIt(t *testing.T) {
	for name, there := range map[string]string{"the very name": "Documents", "a name that is the same to Box": "DOCUMENTS"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, syncertest.Tree{"Bridge/" + there + "/a": "a"})
			l := w.add("Bridge", mapping.Documents)
			require.Equal(t, w.box.ID("Bridge/"+there), l.Roots[mapping.Documents].ID)
			require.Len(t, w.box.Tree(), 3)
		})
	}
}

func TestAnAddThatWasKilledAnywhereIsDoneAnewWithoutASecondFolder(t *testing.T) {
	for after := range 12 {
		t.Run(fmt.Sprintf("after %d calls", after), func(t *testing.T) {
			w := newWorld(t, syncertest.Tree{"Bridge/": ""})
			n := 0
			w.conn.OnCall(func(c syncertest.Call) error {
				if c.Phase == syncertest.After {
					n++
				}
				if n > after {
					return errors.New("the process is dead")
				}
				return nil
			})
			l := mapping.Link{Name: "bridge", Company: "1", Project: "7", Folder: w.box.ID("Bridge"), Tools: mapping.Tools()}
			_, err := w.Add(t.Context(), l)
			all, e := w.All(t.Context())
			require.NoError(t, e)
			require.Equal(t, err == nil, len(all) == 1, "there is a Link, or an error")
			w.conn.OnCall(nil)
			if err != nil {
				w.open()
				w.add("Bridge", mapping.Tools()...)
			}
			require.Equal(t, syncertest.Tree{"Documents/": "", "Photos/": "", "RFIs/": "", "Submittals/": ""}, w.below("Bridge"))
		})
	}
}

func TestALinkIsFoundByItsIDAndByItsName(t *testing.T) {
	w := newWorld(t, syncertest.Tree{"A/": "", "B/": ""})
	a, err := w.Add(t.Context(), mapping.Link{Company: "1", Project: "7", Folder: w.box.ID("A"), Tools: []mapping.Tool{mapping.Documents}})
	require.NoError(t, err)
	require.Equal(t, a.ID, a.Name, "without a name the ID is one")
	w.clock.Advance(time.Second)
	b, err := w.Add(t.Context(), mapping.Link{Name: "Büro", Company: "1", Folder: w.box.ID("B"), Tools: []mapping.Tool{mapping.Documents}})
	require.NoError(t, err)
	require.Equal(t, "documents of company 1", b.Target())
	for which, want := range map[string]mapping.Link{a.ID: a, b.ID: b, "Büro": b, "bu\u0308ro": b} {
		got, err := w.Get(t.Context(), which)
		require.NoError(t, err, which)
		require.Equal(t, want, got)
	}
	_, err = w.Get(t.Context(), "nobody")
	require.ErrorIs(t, err, fs.ErrNotExist)
	all, err := w.All(t.Context())
	require.NoError(t, err)
	require.Equal(t, []mapping.Link{a, b}, all, "in the order in which they were made")

	for _, name := range []string{"BÜRO", a.ID} {
		_, err = w.Add(t.Context(), mapping.Link{Name: name, Company: "1", Project: "8", Folder: w.bob.Mkdir("C"), Tools: []mapping.Tool{mapping.Documents}})
		require.ErrorIs(t, err, fs.ErrExist)
		_, err = w.Edit(t.Context(), b.ID, func(l *mapping.Link) error {
			l.Name = name
			return nil
		})
		require.Equal(t, name == a.ID, errors.Is(err, fs.ErrExist), "its own name is free: %v", err)
	}
}

func TestRulesAndToolsOfALinkCanBeEdited(t *testing.T) {
	w := linked(t, mapping.Documents)
	w.photos().Write("a.jpg", "a")
	l, err := w.Edit(t.Context(), "bridge", func(l *mapping.Link) error {
		l.Name, l.Tools, l.Rules.Exclude = "north bridge", []mapping.Tool{mapping.Photos, mapping.Documents}, []string{"Drawings"}
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []mapping.Tool{mapping.Documents, mapping.Photos}, l.Tools)
	w.bob.Write("Bridge/Documents/Drawings/A-101.pdf", "second issue")
	w.poll()
	w.sync("north bridge", mapping.SyncOptions{})
	require.Equal(t, "a", w.box.Tree()["Bridge/Photos/a.jpg"], "a tool that is added gets its folder")
	require.Equal(t, "first issue", w.documents().Tree()["Drawings/A-101.pdf"], "and the rules hold from now on")

	_, err = w.Edit(t.Context(), "north bridge", func(l *mapping.Link) error {
		l.Tools, l.Rules.Exclude = []mapping.Tool{mapping.Photos}, nil
		return nil
	})
	require.NoError(t, err)
	w.bob.Remove("Bridge/Documents/minutes.txt")
	w.poll()
	require.Len(t, w.sync("north bridge", mapping.SyncOptions{}), 1)
	require.True(t, w.documents().Has("minutes.txt"), "a tool that is left out is left alone")

	for field, change := range map[string]func(l *mapping.Link){
		"cannot be changed":  func(l *mapping.Link) { l.Project = "8" },
		"cannot be changed ": func(l *mapping.Link) { l.Folder = "8" },
		`conflict "x"`:       func(l *mapping.Link) { l.Rules.Conflict = "x" },
	} {
		before, err := w.Get(t.Context(), "north bridge")
		require.NoError(t, err)
		_, err = w.Edit(t.Context(), "north bridge", func(l *mapping.Link) error {
			l.Name = "changed"
			change(l)
			return nil
		})
		require.ErrorIs(t, err, syncer.ErrInvalid)
		require.ErrorContains(t, err, strings.TrimSpace(field))
		after, err := w.Get(t.Context(), "north bridge")
		require.NoError(t, err)
		require.Equal(t, before, after, "all or nothing")
	}
}

func TestALinkThatAPersonHasPausedIsLeftAloneUntilItIsResumed(t *testing.T) {
	w := linked(t, mapping.Documents)
	require.NoError(t, w.Pause(t.Context(), "bridge"))
	w.bob.Write("Bridge/Documents/meanwhile.txt", "m")
	w.documents().Remove("minutes.txt")
	w.poll()
	_, err := w.Sync(t.Context(), "bridge", mapping.SyncOptions{})
	require.ErrorIs(t, err, syncer.ErrHalted)
	require.ErrorContains(t, err, `link "bridge" is paused`)
	require.False(t, w.documents().Has("meanwhile.txt"))

	require.NoError(t, w.Resume(t.Context(), "bridge"))
	w.settle("bridge")
	require.Equal(t, w.documents().Tree(), w.below("Bridge/Documents"), "what nobody listened to is found")
	require.True(t, w.documents().Has("meanwhile.txt"))
	require.False(t, w.documents().Has("minutes.txt"))
}

func TestWhoeverBringsTooLittleIsToldWhat(t *testing.T) {
	o := mapping.Options{
		Store: memory.NewNotes(memory.Options{}), States: memory.New(memory.Options{}),
		Box: func(context.Context, mapping.Link) (mapping.Place, error) { return mapping.Place{}, nil },
		Procore: func(context.Context, mapping.Link, mapping.Tool) (mapping.Place, error) {
			return mapping.Place{}, nil
		},
	}
	for field, take := range map[string]func(o *mapping.Options){
		"Options.Store":   func(o *mapping.Options) { o.Store = nil },
		"Options.States":  func(o *mapping.Options) { o.States = nil },
		"Options.Box":     func(o *mapping.Options) { o.Box = nil },
		"Options.Procore": func(o *mapping.Options) { o.Procore = nil },
	} {
		less := o
		take(&less)
		_, err := mapping.New(less)
		require.ErrorIs(t, err, syncer.ErrInvalid)
		require.ErrorContains(t, err, field)
	}
	links, err := mapping.New(o)
	require.NoError(t, err)
	_, err = links.Add(t.Context(), mapping.Link{Company: "1", Project: "7", Folder: "1", Tools: []mapping.Tool{mapping.Documents}})
	require.ErrorContains(t, err, "file system of Box cannot be written to")
}

func TestWhatOtherRulesWouldHaveDoneIsDoneAfterAnEdit(t *testing.T) {
	w := newWorld(t, syncertest.Tree{"Bridge/": ""})
	direct := func(d mapping.Direction) func(l *mapping.Link) error {
		return func(l *mapping.Link) error {
			l.Rules.Directions = map[mapping.Tool]mapping.Direction{mapping.Documents: d}
			return nil
		}
	}
	w.add("Bridge", mapping.Documents, mapping.Photos)
	_, err := w.Edit(t.Context(), "bridge", direct(mapping.ToBox))
	require.NoError(t, err)
	w.bob.Write("Bridge/Documents/from box.txt", "b")
	w.poll()
	w.sync("bridge", mapping.SyncOptions{})
	w.poll()
	require.Len(t, w.sync("bridge", mapping.SyncOptions{})[0].Report.Skips, 1, "Procore gets nothing so far")
	_, err = w.Edit(t.Context(), "bridge", direct(mapping.Both))
	require.NoError(t, err)
	w.settle("bridge")
	require.Equal(t, "b", w.documents().Tree()["from box.txt"])

	// A tool that comes back has missed what happened meanwhile.
	tools := func(list ...mapping.Tool) func(l *mapping.Link) error {
		return func(l *mapping.Link) error {
			l.Tools, l.Rules.Directions = list, nil
			return nil
		}
	}
	_, err = w.Edit(t.Context(), "bridge", tools(mapping.Photos))
	require.NoError(t, err)
	w.bob.Write("Bridge/Documents/meanwhile.txt", "m")
	w.poll()
	w.settle("bridge")
	_, err = w.Edit(t.Context(), "bridge", tools(mapping.Photos, mapping.Documents))
	require.NoError(t, err)
	w.settle("bridge")
	require.Equal(t, "m", w.documents().Tree()["meanwhile.txt"])
}
