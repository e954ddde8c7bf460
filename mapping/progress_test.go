package mapping_test

import (
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
