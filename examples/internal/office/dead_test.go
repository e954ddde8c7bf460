package office

import (
	"context"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A process that is killed does nothing more: its locks are gone, and its files stay.
func (c *claimed) die(t *testing.T) {
	t.Helper()
	if c.alone != nil {
		require.NoError(t, c.alone.Close())
	}
	if c.asked != nil {
		require.NoError(t, c.asked.lock.Close())
	}
}

func TestWhereverARestoreIsKilledTheDirectoryIsThereAgainAndTheNextRestoreWorks(t *testing.T) {
	steps := []struct {
		name string
		do   func(ctx context.Context, r *restoring, c *claimed) error
	}{
		{"it has asked", func(_ context.Context, r *restoring, c *claimed) (err error) {
			c.asked, err = putUp(r.settings.Data, wantsIt, "procorebox restore")
			return err
		}},
		{"it has the directory", func(_ context.Context, r *restoring, c *claimed) (err error) {
			c.alone, err = lockAlone(r.settings.Data)
			return err
		}},
		{"it has marked what comes back", func(ctx context.Context, r *restoring, _ *claimed) error { return r.mark(ctx) }},
		{"it has put aside what was there", func(ctx context.Context, r *restoring, _ *claimed) error { return r.putAside(ctx) }},
		{"it has put in place what comes back", func(_ context.Context, r *restoring, _ *claimed) error { return r.putInPlace() }},
	}
	for last, killed := range steps {
		t.Run(killed.name, func(t *testing.T) {
			s, backup := Settings{Data: t.TempDir()}, filepath.Join(t.TempDir(), "backup.tar.gz")
			synctest.Test(t, func(t *testing.T) {
				o, err := Open(t.Context(), s, nil)
				require.NoError(t, err)
				_, err = o.Backup(t.Context(), backup, BackupOptions{})
				require.NoError(t, err)
				require.NoError(t, o.nudge(t.Context(), "since"))
				since := o.nudged(t.Context(), "since")
				h := o.HandOver(t.Context())
				require.NoError(t, o.Close())

				r, c := &restoring{settings: s, opts: RestoreOptions{Replace: true}}, &claimed{}
				require.NoError(t, r.read(t.Context(), backup))
				for _, step := range steps[:last+1] {
					require.NoError(t, step.do(t.Context(), r, c))
				}
				c.die(t)

				began := time.Now()
				require.NoError(t, h.Over(t.Context()))
				require.Equal(t, began, time.Now(), "nobody waits for the dead")
				o, err = Open(t.Context(), s, nil)
				require.NoError(t, err)
				done := last == len(steps)-1
				require.Equal(t, done, h.Replaced(t.Context(), o))
				if !done {
					require.Equal(t, since, o.nudged(t.Context(), "since"), "what was there is there again")
				}
				require.NoError(t, o.Close())
				time.Sleep(time.Second)
				_, err = Restore(t.Context(), s, backup, RestoreOptions{Replace: true})
				require.NoError(t, err)
				left, err := filepath.Glob(filepath.Join(s.Data, stagePrefix+"*"))
				require.NoError(t, err)
				require.Empty(t, left)
			})
		})
	}
}
