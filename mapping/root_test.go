package mapping_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// linked is a world with a Link between some tools and the folder Bridge, in step.
func linked(t *testing.T, tools ...mapping.Tool) *world {
	t.Helper()
	w := newWorld(t, syncertest.Tree{
		"Bridge/Documents/Drawings/A-101.pdf": "first issue", "Bridge/Documents/minutes.txt": "m", "Elsewhere/": "",
	})
	w.add("Bridge", tools...)
	w.documents().Write("Specs/concrete.pdf", "c")
	w.poll()
	w.settle("bridge")
	w.settle("bridge")
	return w
}

func (w *world) poll() {
	w.t.Helper()
	_, err := w.Poll(w.t.Context())
	require.NoError(w.t, err)
}

// sync syncs once, with empty logs.
func (w *world) sync(link string, o mapping.SyncOptions) []mapping.Result {
	w.t.Helper()
	w.conn.Clear()
	for _, tool := range w.tools {
		tool.conn.Clear()
	}
	results, err := w.Sync(w.t.Context(), link, o)
	require.NoError(w.t, err)
	return results
}

// settle syncs once, and all is settled afterwards.
func (w *world) settle(link string) []mapping.Result {
	w.t.Helper()
	results := w.sync(link, mapping.SyncOptions{})
	for _, r := range results {
		require.True(w.t, r.Settled(), "%s: %s %v %v", r.Tool, r.Paused, r.Report, r.Err)
	}
	return results
}

// below returns what stands below a folder in Box.
func (w *world) below(folder string) syncertest.Tree {
	out := syncertest.Tree{}
	for _, tree := range []syncertest.Tree{w.box.Tree(), w.box.Outside()} {
		for at, body := range tree {
			if at, ok := strings.CutPrefix(at, strings.TrimPrefix(folder, "../")+"/"); ok && at != "" {
				out[at] = body
			}
		}
	}
	return out
}

// wrote returns what was written to any side since the last sync began, as "Op name".
func (w *world) wrote() []string {
	list := []string{}
	conns := []*syncertest.Handle{w.conn}
	for _, tool := range w.tools {
		conns = append(conns, tool.conn)
	}
	for _, conn := range conns {
		for _, c := range conn.Writes() {
			list = append(list, c.Op+" "+c.Name)
		}
	}
	return list
}

func (w *world) opened() (n int) {
	for _, tool := range w.tools {
		n += tool.conn.Count("Open")
	}
	return n + w.conn.Count("Open")
}

func TestFoldersAreFollowedByTheirIDs(t *testing.T) {
	for _, c := range []struct {
		name   string
		do     func(w *world)
		folder string   // where the tool's folder is afterwards
		wrote  []string // what one run makes of it
	}{
		{"the Box folder is renamed", func(w *world) { w.bob.Rename("Bridge", "Old bridge") }, "Old bridge/Documents", nil},
		{"the Box folder is moved", func(w *world) { w.bob.Move("Bridge", "Elsewhere/Bridge") }, "Elsewhere/Bridge/Documents", nil},
		{"the Box folder is moved and renamed", func(w *world) { w.bob.Move("Bridge", "Elsewhere/2025/B") }, "Elsewhere/2025/B/Documents", nil},
		{"the tool's folder is renamed", func(w *world) { w.bob.Rename("Bridge/Documents", "Dokumente") }, "Bridge/Dokumente", nil},
		{"the tool's folder is moved away", func(w *world) { w.bob.Move("Bridge/Documents", "Elsewhere/D") }, "Elsewhere/D", nil},
		{"the project is renamed", func(w *world) {
			root := w.documents().Root()
			w.documents().User.Rename("id:"+root, "North bridge")
		}, "Bridge/Documents", nil},
		{"the project is moved", func(w *world) {
			root := w.documents().Root()
			w.documents().Move("id:"+root, "../Archive/North bridge")
		}, "Bridge/Documents", nil},
		{"a top folder is renamed in Box", func(w *world) { w.bob.Rename("Bridge/Documents/Specs", "Specifications") }, "Bridge/Documents", []string{"Move Specifications"}},
		{"a top folder is renamed in Procore", func(w *world) { w.documents().Rename("Specs", "Specifications") }, "Bridge/Documents", []string{"Move Specifications"}},
		{"a top folder is moved in Box", func(w *world) { w.bob.Move("Bridge/Documents/Specs", "Bridge/Documents/Drawings/Specs") }, "Bridge/Documents", []string{"Move Specs"}},
		{"a top folder is moved in Procore", func(w *world) { w.documents().Move("Specs", "Drawings/Specs") }, "Bridge/Documents", []string{"Move Specs"}},
		{"all of it at once", func(w *world) {
			w.bob.Rename("Bridge/Documents", "Dokumente")
			w.bob.Move("Bridge", "Elsewhere/B")
			root := w.documents().Root()
			w.documents().Move("id:"+root, "../Archive/North bridge")
			w.documents().Rename("Specs", "Specifications")
		}, "Elsewhere/B/Dokumente", []string{"Move Specifications"}},
	} {
		for _, full := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, full scan %v", c.name, full), func(t *testing.T) {
				w := linked(t, mapping.Documents)
				before := len(w.documents().Tree())
				c.do(w)
				w.poll()
				results := w.sync("bridge", mapping.SyncOptions{Full: full})
				require.True(t, results[0].Settled(), "%v %v", results[0].Report, results[0].Err)
				require.Zero(t, w.opened(), "no contents are transferred")
				require.Equal(t, append([]string{}, c.wrote...), w.wrote())
				require.Equal(t, w.documents().Tree(), w.below(c.folder))
				require.Len(t, w.documents().Tree(), before)
				require.Empty(t, w.box.Trash())
				require.Empty(t, w.documents().Trash())

				// And from there on it is followed as ever.
				w.documents().Write("new from procore", "p")
				w.bob.Write(c.folder+"/new from box", "b")
				w.poll()
				w.settle("bridge")
				require.Equal(t, w.documents().Tree(), w.below(c.folder))
				require.Len(t, w.documents().Tree(), before+2)
			})
		}
	}
}

func TestATrashedRootPausesItsPairWithAReason(t *testing.T) {
	for _, c := range []struct {
		name         string
		trash, back  func(w *world)
		reason       string
		photosPaused bool
	}{
		{
			"the folder of a tool is in the trash",
			func(w *world) { w.bob.Remove("Bridge/Documents") },
			func(w *world) { w.bob.Restore("Bridge/Documents") },
			"its folder in Box is in the trash, or one that holds it", false,
		},
		{
			"the Box folder of the Link is in the trash",
			func(w *world) { w.bob.Remove("Bridge") },
			func(w *world) { w.bob.Restore("Bridge") },
			"its folder in Box is in the trash, or one that holds it", true,
		},
		{
			"the folder of a tool is not visible any more",
			func(w *world) { w.bob.Hide("Bridge/Documents") },
			func(w *world) { w.bob.Show("Bridge/Documents") },
			"its folder in Box is not visible", false,
		},
		{
			"the tool of the project is in the trash",
			func(w *world) { w.documents().Remove("id:" + w.documents().Root()) },
			func(w *world) { w.documents().User.Restore("id:" + w.documents().Root()) },
			"project 7 in Procore, or the tool in it, is in the trash", false,
		},
		{
			"the project is not visible any more",
			func(w *world) { w.documents().Hide("id:" + w.documents().Root()) },
			func(w *world) { w.documents().Show("id:" + w.documents().Root()) },
			"project 7 in Procore, or the tool in it, is not visible", false,
		},
	} {
		for _, full := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, full scan %v", c.name, full), func(t *testing.T) {
				w := linked(t, mapping.Documents, mapping.Photos)
				w.tool("1", "7", mapping.Photos).Write("a.jpg", "a")
				c.trash(w)
				if !full {
					// What tells nobody, such as a trash above, is noticed with the next change on either side.
					if w.documents().Has("minutes.txt") {
						w.documents().Touch("minutes.txt")
					}
					if w.box.Has("Bridge/Documents/minutes.txt") {
						w.bob.Touch("Bridge/Documents/minutes.txt")
					}
				}
				here, there := w.documents().Tree(), w.box.Tree()
				w.clock.Advance(time.Hour)
				w.poll()
				for range 2 {
					results := w.sync("bridge", mapping.SyncOptions{Full: full})
					require.Contains(t, results[0].Paused, c.reason)
					require.NoError(t, results[0].Err)
					require.False(t, results[0].Settled())
					require.Equal(t, c.photosPaused, results[1].Paused != "", "the other tool goes on: %v", results[1])
					require.Equal(t, here, w.documents().Tree())
					for at, body := range there {
						require.Equal(t, body, w.box.Tree()[at], "%s is still there", at)
					}
				}
				require.Equal(t, !c.photosPaused, w.box.Has("Bridge/Photos/a.jpg"))
				l, err := w.Get(t.Context(), "bridge")
				require.NoError(t, err)
				require.Contains(t, l.Roots[mapping.Documents].Paused, c.reason, "whoever asks for the Link is told")
				require.Equal(t, syncertest.Epoch.Add(time.Hour), l.Roots[mapping.Documents].Since)
				require.Len(t, l.Roots, 2, "no folder is made in the place of one that is gone")

				if full {
					w.open() // another process
				}
				c.back(w)
				w.poll()
				w.settle("bridge")
				require.Equal(t, here, w.documents().Tree())
				require.Equal(t, here, w.below("Bridge/Documents"))
				require.Equal(t, "a", w.box.Tree()["Bridge/Photos/a.jpg"])
				l, err = w.Get(t.Context(), "bridge")
				require.NoError(t, err)
				require.Zero(t, l.Roots[mapping.Documents].Since)
				require.Empty(t, l.Roots[mapping.Documents].Paused)
			})
		}
	}
}

func TestWhatHappenedWhileAToolWasPausedIsCaughtUpWith(t *testing.T) {
	w := linked(t, mapping.Documents)
	w.bob.Remove("Bridge/Documents")
	w.documents().Write("meanwhile", "m")
	w.documents().Remove("minutes.txt")
	w.poll()
	require.NotEmpty(t, w.sync("bridge", mapping.SyncOptions{})[0].Paused)
	w.bob.Restore("Bridge/Documents")
	w.settle("bridge")
	require.Equal(t, w.documents().Tree(), w.below("Bridge/Documents"))
	require.Contains(t, w.below("Bridge/Documents"), "meanwhile")
	require.NotContains(t, w.below("Bridge/Documents"), "minutes.txt")
}

func TestAnotherFolderAtTheToolsPlaceIsNotTakenForIt(t *testing.T) {
	w := linked(t, mapping.Documents)
	w.bob.Remove("Bridge/Documents")
	w.bob.Write("Bridge/Documents/something else", "s")
	w.poll()
	results := w.sync("bridge", mapping.SyncOptions{Full: true})
	require.Contains(t, results[0].Paused, "in the trash")
	require.NotContains(t, w.documents().Tree(), "something else")
	require.Empty(t, w.wrote())
}

func TestAHaltWaitsForItsConfirmationAndIsNoPause(t *testing.T) {
	w := linked(t, mapping.Documents)
	for at := range w.documents().Tree() {
		if w.documents().Has(strings.TrimSuffix(at, "/")) {
			w.documents().Remove(strings.TrimSuffix(at, "/"))
		}
	}
	w.poll()
	result := w.sync("bridge", mapping.SyncOptions{})[0]
	require.Empty(t, result.Paused)
	var halt *syncer.Halt
	require.ErrorAs(t, result.Err, &halt)
	require.Empty(t, w.wrote())
	results := w.sync("bridge", mapping.SyncOptions{Confirm: []string{halt.Evidence}})
	require.True(t, results[0].Settled(), "%v %v", results[0].Report, results[0].Err)
	require.Empty(t, w.below("Bridge/Documents"))
}

func TestTheNewsOfATrashedRootIsEnoughToPauseItsPair(t *testing.T) {
	for _, c := range []struct {
		where string
		trash func(w *world)
	}{
		{"its folder in Box", func(w *world) { w.bob.Remove("Bridge/Documents") }},
		{"its folder in Box", func(w *world) { w.bob.Remove("Bridge") }}, // of which alone Box tells
		{"project 7 in Procore, or the tool in it,", func(w *world) { w.documents().Remove("id:" + w.documents().Root()) }},
	} {
		t.Run(c.where, func(t *testing.T) {
			w := linked(t, mapping.Documents)
			c.trash(w)
			w.poll()
			require.Contains(t, w.sync("bridge", mapping.SyncOptions{})[0].Paused, c.where+" is in the trash")
		})
	}
}

func TestWhatATrashedRootHeldIsNotLookedFor(t *testing.T) {
	w := linked(t, mapping.Documents)
	for i := range 50 {
		w.documents().Write(fmt.Sprintf("Specs/part %d.pdf", i), "p")
		w.bob.Write(fmt.Sprintf("Bridge/Documents/Drawings/A-%d.pdf", 200+i), "d")
	}
	w.box.User("bob").Remove("Bridge/Documents")
	w.poll()
	for _, dry := range []bool{true, false} {
		w.conn.Clear()
		w.documents().conn.Clear()
		if dry {
			parts, err := w.Parts(t.Context(), "bridge")
			require.NoError(t, err)
			engine, err := w.Engine(parts[0], nil)
			require.NoError(t, err)
			w.conn.Clear()
			_, err = engine.Plan(t.Context(), nil)
			require.ErrorIs(t, err, syncer.ErrHalted)
			require.Equal(t, 1, w.conn.Count(), "the root")
		} else {
			results := w.sync("bridge", mapping.SyncOptions{})
			require.Contains(t, results[0].Paused, "trash")
			require.LessOrEqual(t, w.conn.Count(), 4, "the root, and once more to say exactly why; beside the Link's own folder")
		}
		require.Zero(t, w.documents().conn.Count(), "nobody asks the other side")
	}
}
