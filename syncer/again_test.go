package syncer_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func TestWhatFailedInAPatientEngineIsTriedAtOnceByOneThatIsNot(t *testing.T) {
	for _, c := range []struct {
		name  string
		first time.Duration
		tried bool
	}{
		{"a service that runs it again", time.Minute, false},
		{"a person who runs it again", time.Nanosecond, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := agreed(t, syncertest.Tree{"k": "k"}, syncertest.WorldOptions{})
			w.Options.Backoff = time.Minute
			w.Ann.Write("p", "p")
			w.Right.OnCall(func(call syncertest.Call) error {
				if call.Op == "CreateFile" && call.Phase == syncertest.Before {
					return errors.New("refused for no reason")
				}
				return nil
			})
			full(t, w)
			w.Right.OnCall(nil)
			w.Later(30 * time.Second)
			w.Options.Backoff = c.first
			report := full(t, w)
			require.Equal(t, c.tried, report.Settled(), "%s", report)
			if !c.tried {
				require.Equal(t, syncer.Failed, report.Failures[0].Result)
				w.Later(time.Minute)
				require.True(t, full(t, w).Settled())
			}
		})
	}
}
