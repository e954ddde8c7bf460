package mapping_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// pictures are the facts of a tool that takes JPEG files only.
func pictures(w *world) {
	w.facts[mapping.Photos] = func(o *syncertest.Options) { o.Info.Extensions = []string{".jpg"} }
}

// twoTools is a world whose Documents and Photos are in step, and both hold something.
func twoTools(t *testing.T, change ...func(w *world)) *world {
	t.Helper()
	w := newWorld(t, syncertest.Tree{
		"Bridge/Documents/site.jpg": "site", "Bridge/Documents/plan.pdf": "plan", "Bridge/Documents/Album/1.jpg": "one",
		"Bridge/Documents/Album/2.jpg": "two", "Bridge/Photos/old.jpg": "old",
	}, append([]func(w *world){pictures}, change...)...)
	w.add("Bridge", mapping.Documents, mapping.Photos)
	w.poll()
	w.settle("bridge")
	w.settle("bridge")
	return w
}

func (w *world) photos() *tool { return w.tool("1", "7", mapping.Photos) }

func TestWhatIsDraggedToAnotherToolIsMadeThereBeforeItIsDeletedHere(t *testing.T) {
	for _, c := range []struct {
		from, to string
		before   func(w *world)
	}{
		{"Documents/site.jpg", "Photos/site.jpg", nil},
		{"Photos/old.jpg", "Documents/old.jpg", nil},
		{"Photos/old.jpg", "Documents/Album/renamed.jpg", nil},
		{"Documents/Album", "Photos/Album", nil},
		{"Photos/Album", "Documents/Photos of May", func(w *world) { w.photos().Write("Album/3.jpg", "three") }},
	} {
		for _, full := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s to %s, full scan %v", c.from, c.to, full), func(t *testing.T) {
				w := twoTools(t)
				if c.before != nil {
					c.before(w)
					w.poll()
					w.settle("bridge")
				}
				var order []string
				for name, tool := range map[string]*tool{"documents": w.documents(), "photos": w.photos()} {
					tool.conn.OnCall(func(call syncertest.Call) error {
						if call.Writes && call.Phase == syncertest.After && (call.Op == "CreateFile" || call.Op == "Delete") {
							order = append(order, call.Op+" in "+name)
						}
						return nil
					})
				}
				w.bob.Move("Bridge/"+c.from, "Bridge/"+c.to)
				w.poll()
				results := w.sync("bridge", mapping.SyncOptions{Full: full})
				for _, r := range results {
					require.True(t, r.Settled(), "%s: %v %v", r.Tool, r.Report, r.Err)
				}
				require.Equal(t, w.documents().Tree(), w.below("Bridge/Documents"))
				require.Equal(t, w.photos().Tree(), w.below("Bridge/Photos"))
				require.Empty(t, w.box.Trash(), "in Box nothing but the move happened")

				from, to, _ := strings.Cut(strings.ToLower(c.from), "/")
				_ = to
				into, _, _ := strings.Cut(strings.ToLower(c.to), "/")
				firstDelete, lastCreate := slices.Index(order, "Delete in "+from), -1
				for i, o := range order {
					if o == "CreateFile in "+into {
						lastCreate = i
					}
				}
				require.GreaterOrEqual(t, firstDelete, 0, order)
				require.Less(t, lastCreate, firstDelete, order)
				w.settle("bridge")
				require.Empty(t, w.wrote())
			})
		}
	}
}

func TestWhatTheOtherToolDoesNotTakeStaysWhereItIs(t *testing.T) {
	w := twoTools(t)
	w.bob.Move("Bridge/Documents/plan.pdf", "Bridge/Photos/plan.pdf")
	w.bob.Move("Bridge/Documents/Album", "Bridge/Photos/Album")
	w.bob.Write("Bridge/Photos/Album/notes.txt", "n")
	w.poll()
	for _, full := range []bool{false, true, false} {
		results := w.sync("bridge", mapping.SyncOptions{Full: full})
		require.Len(t, results[0].Report.Holds, 1, results[0].Report)
		hold := results[0].Report.Holds[0]
		require.Equal(t, "plan.pdf", hold.Path)
		require.Contains(t, hold.Reason, "moved to Photos")
		require.Contains(t, hold.Reason, "takes no files of this type")
		require.Equal(t, "plan", w.documents().Tree()["plan.pdf"])
		require.NotContains(t, w.documents().Tree(), "Album/1.jpg", "the photos have gone where they belong")
		require.Equal(t, "one", w.photos().Tree()["Album/1.jpg"])
	}

	t.Run("until it is moved back", func(t *testing.T) {
		w.bob.Move("Bridge/Photos/plan.pdf", "Bridge/Documents/plan.pdf")
		w.bob.Remove("Bridge/Photos/Album/notes.txt")
		w.poll()
		w.settle("bridge")
		require.Equal(t, w.documents().Tree(), w.below("Bridge/Documents"))
		require.Empty(t, w.opened())
	})
}

func TestADragBetweenToolsLosesNoEdit(t *testing.T) {
	w := twoTools(t)
	w.bob.Move("Bridge/Documents/site.jpg", "Bridge/Photos/site.jpg")
	w.bob.Write("Bridge/Photos/site.jpg", "edited by bob")
	w.documents().Write("site.jpg", "edited by ann")
	w.poll()
	w.sync("bridge", mapping.SyncOptions{})
	w.poll()
	w.settle("bridge")
	require.Equal(t, "edited by bob", w.photos().Tree()["site.jpg"])
	require.Equal(t, "edited by ann", w.documents().Tree()["site.jpg"])
	require.Equal(t, w.documents().Tree(), w.below("Bridge/Documents"))
	require.Equal(t, w.photos().Tree(), w.below("Bridge/Photos"))
}

func TestADragToWhereDeletesAreOffLeavesACopy(t *testing.T) {
	ledger := memory.NewLedger(memory.Options{})
	w := twoTools(t, func(w *world) {
		w.options.Policies = func(l mapping.Link, t mapping.Tool) (syncer.Policies, error) {
			if !l.Rules.DeletesIn(t) {
				return policy.Recommended(policy.DeletesOff{}), nil
			}
			return policy.Recommended(policy.DeleteLimit{Ledger: ledger, Scope: l.Pair(t), Most: l.Rules.Limit()}), nil
		}
	})
	w.bob.Move("Bridge/Photos/old.jpg", "Bridge/Documents/old.jpg")
	w.poll()
	w.sync("bridge", mapping.SyncOptions{})
	require.Equal(t, "old", w.documents().Tree()["old.jpg"])
	require.Equal(t, "old", w.photos().Tree()["old.jpg"], "photos are not deleted unless somebody says so")
}

func TestWhatIsDraggedOutOfTheLinkWaitsForAPerson(t *testing.T) {
	w := twoTools(t)
	w.bob.Move("Bridge/Documents/plan.pdf", "Elsewhere/plan.pdf")
	w.poll()
	results := w.sync("bridge", mapping.SyncOptions{})
	require.Len(t, results[0].Report.Holds, 1)
	require.Equal(t, "moved out of the root on Box", results[0].Report.Holds[0].Reason)
	require.Equal(t, "plan", w.documents().Tree()["plan.pdf"])
}

func TestTheFolderOfAToolThatIsDraggedIntoAnotherIsNotCarriedOverTwice(t *testing.T) {
	w := twoTools(t)
	w.bob.Move("Bridge/Photos", "Bridge/Documents/Pictures")
	w.photos().Write("new.jpg", "new")
	w.poll()
	for _, full := range []bool{false, true} {
		w.sync("bridge", mapping.SyncOptions{Full: full})
		require.Equal(t, syncertest.Tree{"site.jpg": "site", "plan.pdf": "plan", "Album/": "", "Album/1.jpg": "one", "Album/2.jpg": "two"}, w.documents().Tree())
		require.Equal(t, w.photos().Tree(), w.below("Bridge/Documents/Pictures"), "it is followed to where it is")
	}
}

func TestADragBetweenToolsThatIsKilledAnywhereLosesNothing(t *testing.T) {
	t.Parallel()
	for calls := range 40 {
		t.Run(fmt.Sprintf("after %d calls", calls), func(t *testing.T) {
			t.Parallel()
			w := twoTools(t)
			w.bob.Move("Bridge/Documents/Album", "Bridge/Photos/Album")
			w.bob.Move("Bridge/Photos/old.jpg", "Bridge/Documents/old.jpg")
			w.poll()
			w.runAndDie(calls)
			for body, where := range map[string][]string{"one": {"Album/1.jpg"}, "two": {"Album/2.jpg"}, "old": {"old.jpg"}} {
				all := append(slices.Collect(maps.Values(w.documents().Tree())), slices.Collect(maps.Values(w.photos().Tree()))...)
				require.Contains(t, all, body, "%s is in Procore all the time", where)
			}
			w.clock.Advance(2 * time.Minute)
			w.sync("bridge", mapping.SyncOptions{})
			w.settle("bridge")
			require.Equal(t, syncertest.Tree{"site.jpg": "site", "plan.pdf": "plan", "old.jpg": "old"}, w.documents().Tree())
			require.Equal(t, syncertest.Tree{"Album/": "", "Album/1.jpg": "one", "Album/2.jpg": "two"}, w.photos().Tree())
			require.Equal(t, w.documents().Tree(), w.below("Bridge/Documents"))
			require.Equal(t, w.photos().Tree(), w.below("Bridge/Photos"))
		})
	}
}
