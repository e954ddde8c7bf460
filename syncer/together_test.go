package syncer_test

import (
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// together is a run in which two calls concern one Record at once. Both users have edited p, so Bob's
// version gets a conflict name and leaves the Record of p. Ann gave p a name that Bob gave to another
// file, so p gets a tag on her side. The call on the side slow is made before the other one is recorded,
// and ends after that.
type together struct {
	*syncertest.World
	made, recorded, died chan struct{}

	left syncer.StateStore // what a new process finds
}

func newTogether(t *testing.T, slow syncer.Side, dies bool) *together {
	w := &together{
		World: agreed(t, syncertest.Tree{"a": "a", "p": "1", "k": "k"}, syncertest.WorldOptions{Engine: syncer.Options{Parallel: 2}}),
		made:  make(chan struct{}), recorded: make(chan struct{}), died: make(chan struct{}),
	}
	w.Ann.Write("p", "of ann")
	w.Ann.Rename("p", "q")
	w.Bob.Write("p", "of bob")
	w.Bob.Rename("a", "q")
	made := sync.OnceFunc(func() { close(w.made) })
	record := sync.OnceFunc(func() { close(w.recorded) })
	w.Options.Observe = func(e syncer.Event) {
		if o := e.Outcome; o != nil && o.Op == syncer.OpMove && o.On == slow.Other() {
			record()
		}
	}
	die := sync.OnceFunc(func() {
		w.left = w.Store.(*memory.Store).Clone()
		close(w.died)
	})
	ends := w.recorded
	if dies {
		ends = w.died
	}
	for side, handle := range []*syncertest.Handle{w.Left, w.Right} {
		handle.OnCall(func(c syncertest.Call) error {
			switch {
			case c.Op != "Move":
			case syncer.Side(side) != slow && c.Phase == syncertest.After:
				<-w.made
			case syncer.Side(side) == slow && c.Phase == syncertest.After:
				made() // not earlier: what the dead have only begun has no effect
				<-ends
			}
			if dies && c.Writes && c.Phase == syncertest.Before && closed(w.recorded) {
				die() // the Intent of this call is durable, and so is all before it
			}
			if c.Writes && c.Phase == syncertest.Before && closed(w.died) {
				return errReset // what the dead do has no effect
			}
			return nil
		})
	}
	return w
}

func closed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// requireBothKept demands that both versions of p and the other file are on both sides, once, as the base
// says, and that all is quiet.
func (w *together) requireBothKept(t *testing.T) {
	t.Helper()
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
	require.ElementsMatch(t, []string{"a", "k", "of ann", "of bob"}, slices.Collect(maps.Values(w.Source.Tree())))
	require.Equal(t, "a", w.Source.Tree()["q"])
	w.requireRecorded(t)
	require.Zero(t, full(t, w.World).Totals.Writes)
}

// requireRecorded demands that the base says of each item what is there, and has each ID once.
func (w *together) requireRecorded(t *testing.T) {
	t.Helper()
	records, err := w.Records(t.Context())
	require.NoError(t, err)
	for side, service := range []*syncertest.Service{w.Source, w.Destination} {
		known := map[string]bool{}
		for _, r := range records {
			h := r.Half(syncer.Side(side))
			if r.ID == syncer.RootRecord {
				continue
			}
			require.Equal(t, syncer.Present, h.Presence, "%q on %s", r.Name, syncer.Side(side))
			require.Equal(t, service.Entry("id:"+h.ID).Name, h.Name, "%q on %s", r.Name, syncer.Side(side))
			require.False(t, known[h.ID], "%q on %s has the ID of another", r.Name, syncer.Side(side))
			known[h.ID] = true
		}
	}
}

// Whichever of two calls ends last must not write down p as it was before the other one.
func TestTwoCallsThatConcernOneRecordAtOnceAreBothRecorded(t *testing.T) {
	for _, slow := range []syncer.Side{syncer.Source, syncer.Destination} {
		t.Run("that on the "+slow.String()+" ends last", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newTogether(t, slow, false)
				require.True(t, full(t, w.World).Settled())
				w.requireBothKept(t)
			})
		})
	}
}

// The process dies when one of the two calls is recorded and the other one is only made. What its
// Intent says of p is older than what the base says.
func TestACallThatIsFoundDoneLeavesWhatWasRecordedSinceItsIntent(t *testing.T) {
	for _, slow := range []syncer.Side{syncer.Source, syncer.Destination} {
		t.Run("that on the "+slow.String()+" is found", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newTogether(t, slow, true)
				full(t, w.World)
				w.Store = w.left
				w.Left.OnCall(nil)
				w.Right.OnCall(nil)
				require.Len(t, intents(t, w.World), 2, "that of the call, and that of the one at which the process died")
				require.True(t, full(t, w.World).Settled())
				all, err := w.Journal(t.Context())
				require.NoError(t, err)
				require.True(t, slices.ContainsFunc(all, func(o syncer.Outcome) bool {
					return o.Reason == "found done after an interruption" && o.Op == syncer.OpMove && o.On == slow
				}))
				w.requireBothKept(t)
			})
		})
	}
}

// reusing is a service as a disk is: the ID of what is deleted is given out again, and there is no trash.
func reusing() syncertest.Options {
	return ordinary(func(i *syncer.Info) { i.ReusableIDs, i.Trash = true, false })
}

// Two files are made at once. Bob deletes the first as soon as it is there, and the second gets its ID.
func TestAnIDThatIsGivenOutTwiceAtOnceBelongsToOneRecord(t *testing.T) {
	for _, late := range []bool{false, true} {
		t.Run(map[bool]string{false: "the first is recorded first", true: "the first is recorded last"}[late], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := agreed(t, syncertest.Tree{"k": "k"}, syncertest.WorldOptions{Destination: reusing(), Engine: syncer.Options{Parallel: 2}})
				w.Ann.Write("p", "p")
				w.Ann.Write("q", "q")
				begun, gone, recorded := make(chan string, 2), make(chan struct{}), make(chan struct{})
				ids := map[string]string{}
				w.Options.Observe = func(e syncer.Event) {
					if o := e.Outcome; o != nil && o.Op == syncer.OpCreateFile && o.Path == "q" {
						close(recorded)
					}
				}
				w.Right.OnCall(func(c syncertest.Call) error {
					switch {
					case c.Op != "CreateFile":
					case c.Phase == syncertest.Before && c.Name == "p":
						<-begun // the Intents of both are durable
					case c.Phase == syncertest.Before:
						begun <- c.Name
						<-gone
					case c.Name == "p":
						ids["p"] = w.Destination.ID("p")
						w.Bob.Remove("p")
						close(gone)
						if late {
							<-recorded
						}
					default:
						ids["q"] = w.Destination.ID("q")
						if !late {
							synctest.Wait() // until p is recorded
						}
					}
					return nil
				})
				full(t, w)
				require.NotEmpty(t, ids["p"])
				require.Equal(t, ids["p"], ids["q"])
				w.Options.Observe = nil
				w.Right.OnCall(nil)
				require.True(t, full(t, w).Settled())
				require.Equal(t, syncertest.Tree{"k": "k", "q": "q"}, w.Source.Tree(), "Bob's delete is carried over")
				require.Equal(t, w.Source.Tree(), w.Destination.Tree())
			})
		})
	}
}
