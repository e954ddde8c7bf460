package mapping_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func TestAnObserverIsToldWhatAFirstSyncTakesBeforeItBegins(t *testing.T) {
	w := both(t, syncertest.Tree{"a.pdf": "12345", "d/b.pdf": "123", "same.pdf": "same"}, syncertest.Tree{"same.pdf": "same", "c.pdf": "1"}, mapping.Rules{})
	var before *syncer.Estimate
	var last syncer.Event
	results := w.sync("bridge", mapping.SyncOptions{Observe: func(e syncer.Event) {
		if e.Phase != syncer.PhaseApply {
			return
		}
		if before == nil {
			require.Empty(t, w.wrote(), "nothing was written yet")
			before = &e.Left
		}
		last = e
	}})
	require.True(t, results[0].Settled(), results[0].Report)
	require.NotNil(t, before)
	require.Equal(t, syncer.Cost{Calls: 4, Uploads: 2, Bytes: 9}, before.Destination, "two uploads, a folder, and one file to read")
	require.Equal(t, syncer.Cost{Calls: 4, Uploads: 1, Bytes: 13}, before.Source, "two files to read, one to compare, and an upload")
	require.Zero(t, last.Left)
	require.Equal(t, last.Total, last.Done)
}

func TestARunIsCutIntoSlicesAndAddedUp(t *testing.T) {
	tree := syncertest.Tree{}
	for i := range 30 {
		tree[string(rune('a'+i%26))+string(rune('a'+i/26))] = "x"
	}
	w := both(t, tree, nil, mapping.Rules{})
	for _, conn := range w.conns() {
		conn.OnCall(w.tick)
	}
	runs := 0
	results := w.sync("bridge", mapping.SyncOptions{Slice: syncer.Budget{Time: 3 * time.Second}, Observe: func(e syncer.Event) {
		if e.Phase == syncer.PhaseDone {
			runs++
		}
	}})
	require.Greater(t, runs, 2)
	require.True(t, results[0].Settled(), results[0].Report)
	require.Equal(t, 30, results[0].Report.Totals.Uploads)
	require.EqualValues(t, 30, results[0].Report.Totals.Bytes)
	require.True(t, results[0].Report.Full)

	w = both(t, tree, nil, mapping.Rules{})
	for _, conn := range w.conns() {
		conn.OnCall(w.tick)
	}
	results = w.sync("bridge", mapping.SyncOptions{Slice: syncer.Budget{Time: 3 * time.Second}, Once: true})
	require.True(t, results[0].Report.More, "the rest is for the next one")
	require.False(t, results[0].Settled())
}

func TestASyncOfWhichEverythingFailsEndsSoon(t *testing.T) {
	tree := syncertest.Tree{}
	for i := range 30 {
		tree[string(rune('a'+i%26))+string(rune('a'+i/26))] = "x"
	}
	for _, c := range []struct {
		name string
		good int // one of so many writes goes well, 0 for none
		all  bool
	}{
		{"nothing can be written, and the rest is left to another sync", 0, false},
		{"something can be written now and then", 2, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := both(t, tree, nil, mapping.Rules{})
			tried := 0
			for _, conn := range w.conns() {
				conn.OnCall(func(call syncertest.Call) error {
					if err := w.tick(call); err != nil || call.Op != "CreateFile" || call.Phase != syncertest.Before {
						return err
					}
					if tried++; c.good > 0 && tried%c.good == 0 {
						return nil
					}
					return errors.New("no")
				})
			}
			results := w.sync("bridge", mapping.SyncOptions{Slice: syncer.Budget{Time: time.Second}})
			require.NotEmpty(t, results[0].Report.Failures)
			require.Equal(t, c.all, tried >= len(tree), "%d writes were tried", tried)
		})
	}
}

func TestTroubleInOneToolKeepsNothingFromTheOthers(t *testing.T) {
	w := twoTools(t)
	w.documents().conn.OnCall(func(syncertest.Call) error { return syncer.ErrBusy })
	w.documents().Write("new.pdf", "n")
	w.photos().Write("new.jpg", "n")
	w.conn.Clear()
	results := w.sync("bridge", mapping.SyncOptions{Full: true})
	require.False(t, results[0].Settled())
	require.True(t, results[1].Settled(), "%v %v", results[1].Report, results[1].Err)
	require.Equal(t, "n", w.box.Tree()["Bridge/Photos/new.jpg"])
}

func TestASyncThatIsStoppedLeavesTheRestToTheNextOne(t *testing.T) {
	w := twoTools(t)
	w.documents().Write("new.pdf", "n")
	w.photos().Write("new.jpg", "n")
	stop := make(chan struct{})
	results := w.sync("bridge", mapping.SyncOptions{Full: true, Stop: stop, Observe: func(e syncer.Event) {
		if e.Phase == syncer.PhaseDone {
			close(stop)
		}
	}})
	require.True(t, results[0].Settled(), "%v", results[0].Report)
	require.Nil(t, results[1].Report, "the second tool was not begun")
	require.NoError(t, results[1].Err)
	require.NotContains(t, w.box.Tree(), "Bridge/Photos/new.jpg")

	results = w.sync("bridge", mapping.SyncOptions{Full: true})
	require.True(t, results[1].Settled(), "%v", results[1].Report)
	require.Equal(t, "n", w.box.Tree()["Bridge/Photos/new.jpg"])
}
