package syncer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// told returns the rows of the journal that ended so.
func told(t *testing.T, w *syncertest.World, result syncer.Result) []syncer.Outcome {
	t.Helper()
	all, err := w.Journal(t.Context())
	require.NoError(t, err)
	var found []syncer.Outcome
	for _, o := range all {
		if o.Result == result {
			found = append(found, o)
		}
	}
	return found
}

// again runs three times more; nothing happens meanwhile.
func again(t *testing.T, w *syncertest.World) {
	t.Helper()
	for range 3 {
		w.Later(2 * time.Minute)
		full(t, w)
	}
}

func TestTheJournalTellsOnceThatADeleteIsHeld(t *testing.T) {
	w := agreed(t, syncertest.Tree{"p": "p", "q": "q", "k": "k"}, syncertest.WorldOptions{})
	w.Options.Policies = limited(memory.NewLedger(memory.Options{Clock: w.Clock.Now}), 1)
	w.Ann.Remove("p")
	w.Ann.Remove("q")
	report := full(t, w)
	require.Len(t, report.Holds, 1)
	again(t, w)
	rows := told(t, w, syncer.Held)
	require.Len(t, rows, 1)
	hold := report.Holds[0]
	require.Equal(t, hold.Action, rows[0].Action)
	require.Equal(t, hold.Path, rows[0].Path)
	require.Equal(t, syncer.OpDelete, rows[0].Op)
	require.Equal(t, syncer.Destination, rows[0].On)
	require.Equal(t, hold.Reason, rows[0].Reason)
}

func TestTheJournalTellsOnceThatAConflictWasMet(t *testing.T) {
	for name, c := range map[string]struct {
		rule syncer.Resolver
		want string
	}{
		"both are kept": {nil, "keep both"},
		"it is left":    {policy.Leave, "leave: "},
	} {
		t.Run(name, func(t *testing.T) {
			w := agreed(t, syncertest.Tree{"p": "p", "k": "k"}, syncertest.WorldOptions{})
			w.Options.Policies.Resolver = c.rule
			w.Ann.Write("p", "1")
			w.Bob.Write("p", "2")
			full(t, w)
			again(t, w)
			rows := told(t, w, syncer.Clashed)
			require.Len(t, rows, 1)
			require.Equal(t, "p", rows[0].Path)
			require.Equal(t, syncer.File, rows[0].Kind)
			require.NotZero(t, rows[0].Record)
			require.Contains(t, rows[0].Reason, c.want)
			require.Empty(t, told(t, w, syncer.Left), "a conflict is told as that")
		})
	}
}

func TestTheJournalTellsOnceThatAFileIsLeft(t *testing.T) {
	w := agreed(t, syncertest.Tree{"k": "k"}, syncertest.WorldOptions{
		Destination: ordinary(func(i *syncer.Info) { i.MaxSize = 3 }),
	})
	w.Ann.Write("p", "large")
	full(t, w)
	again(t, w)
	rows := told(t, w, syncer.Left)
	require.Len(t, rows, 1)
	require.Equal(t, "p", rows[0].Path)
	require.Contains(t, rows[0].Reason, "3")
	require.Zero(t, rows[0].Op)

	w.Ann.Write("p", "ok")
	w.Later(2 * time.Minute)
	full(t, w)
	require.Equal(t, syncertest.Tree{"k": "k", "p": "ok"}, w.Destination.Tree())
	w.Ann.Write("p", "large again")
	again(t, w)
	require.Len(t, told(t, w, syncer.Left), 2, "it was in step meanwhile")
}
