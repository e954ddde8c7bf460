package office_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer"
)

// during runs do in a bubble of virtual time, with a data directory that a program has open and a backup of it.
func during(t *testing.T, program string, do func(t *testing.T, o *office.Office, backup string)) {
	t.Helper()
	data, backup := made(t, office.BackupOptions{WithKey: true})
	synctest.Test(t, func(t *testing.T) {
		o, err := office.Open(t.Context(), office.Settings{Data: data}, &office.Options{Program: program})
		require.NoError(t, err)
		do(t, o, backup)
	})
}

// asking restores beside whoever has the directory open, and asks for it.
func asking(ctx context.Context, o *office.Office, backup string) <-chan error {
	done := make(chan error, 1)
	go func() {
		done <- restore(ctx, o.Settings().Data, backup, office.RestoreOptions{Replace: true, Wait: time.Minute, Program: "procorebox restore"})
	}()
	return done
}

// reopened opens what is there after a handover.
func reopened(t *testing.T, o *office.Office, h *office.Handover) (restored bool) {
	t.Helper()
	require.NoError(t, h.Over(t.Context()))
	next, err := office.Open(t.Context(), o.Settings(), nil)
	require.NoError(t, err)
	defer next.Close()
	return h.Replaced(t.Context(), next)
}

// asked reports whether somebody asks for the directory within a time in which that would be seen.
func asked(t *testing.T, o *office.Office) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err := o.Asked(ctx)
	return err == nil
}

func TestARestoreAsksForTheDirectoryAndGivesItBackWithTheBackupInIt(t *testing.T) {
	during(t, "procorebox watch", func(t *testing.T, o *office.Office, backup string) {
		var waited []syncer.Owner
		done := make(chan error, 1)
		go func() {
			done <- restore(t.Context(), o.Settings().Data, backup, office.RestoreOptions{
				Replace: true, Wait: time.Minute, Program: "procorebox restore",
				Waiting: func(who []syncer.Owner) { waited = append(waited, who...) },
			})
		}()
		who, err := o.Asked(t.Context())
		require.NoError(t, err)
		require.Equal(t, "procorebox restore", who.Program)
		require.Equal(t, os.Getpid(), who.Process)
		h := o.HandOver(t.Context())
		require.NoError(t, o.Close())
		require.True(t, reopened(t, o, h))
		require.NoError(t, <-done)
		require.Len(t, waited, 1, "it tells whom it waits for, once")
		require.Equal(t, "procorebox watch", waited[0].Program)
	})
}

func TestARestoreGivesUpWhenSomebodyKeepsTheDirectoryAndTouchesNothing(t *testing.T) {
	during(t, "procorebox sync", func(t *testing.T, o *office.Office, backup string) {
		database := filepath.Join(o.Settings().Data, "procorebox.db")
		before, err := os.ReadFile(database)
		require.NoError(t, err)
		began := time.Now()
		err = <-asking(t.Context(), o, backup)
		require.ErrorIs(t, err, syncer.ErrLocked)
		require.ErrorContains(t, err, `is in use by "procorebox sync" (process `)
		require.ErrorContains(t, err, "nothing was touched")
		require.Equal(t, time.Minute, time.Since(began))
		after, err := os.ReadFile(database)
		require.NoError(t, err)
		require.Equal(t, before, after)
		left, err := filepath.Glob(filepath.Join(o.Settings().Data, ".restore-*"))
		require.NoError(t, err)
		require.Empty(t, left)
		require.False(t, asked(t, o), "its request ends with it")
		require.NoError(t, o.Close())
	})
}

func TestWhatCannotBeRestoredDisturbsNobody(t *testing.T) {
	rubbish := filepath.Join(t.TempDir(), "rubbish.tar.gz")
	require.NoError(t, os.WriteFile(rubbish, []byte("rubbish"), 0o600))
	for name, c := range map[string]struct {
		from string
		opts office.RestoreOptions
		want error
	}{
		"it is no backup":                    {rubbish, office.RestoreOptions{Replace: true, Wait: time.Minute}, office.ErrNoBackup},
		"what is there may not be put aside": {"", office.RestoreOptions{Wait: time.Minute}, fs.ErrExist},
		"the person does not want to wait":   {"", office.RestoreOptions{Replace: true}, syncer.ErrLocked},
		"there is no such file":              {"nowhere", office.RestoreOptions{Replace: true, Wait: time.Minute}, fs.ErrNotExist},
	} {
		t.Run(name, func(t *testing.T) {
			during(t, "procorebox watch", func(t *testing.T, o *office.Office, backup string) {
				if c.from != "" {
					backup = c.from
				}
				began := time.Now()
				require.ErrorIs(t, restore(t.Context(), o.Settings().Data, backup, c.opts), c.want)
				require.Equal(t, began, time.Now())
				require.False(t, asked(t, o))
				require.NoError(t, o.Close())
			})
		})
	}
}

func TestARestoreThatEndsWhileItWaitsLeavesWhatWasThere(t *testing.T) {
	during(t, "procorebox watch", func(t *testing.T, o *office.Office, backup string) {
		other, err := office.Open(t.Context(), o.Settings(), &office.Options{Program: "procorebox sync"})
		require.NoError(t, err)
		defer other.Close()
		ctx, stop := context.WithCancel(t.Context())
		done := asking(ctx, o, backup)
		_, err = o.Asked(t.Context())
		require.NoError(t, err)
		h := o.HandOver(t.Context())
		require.NoError(t, o.Close())
		stop()
		require.ErrorIs(t, <-done, context.Canceled)
		require.False(t, reopened(t, o, h))
	})
}

func TestAWatchThatIsToldToEndDoesNotWaitForTheDirectory(t *testing.T) {
	during(t, "procorebox watch", func(t *testing.T, o *office.Office, backup string) {
		other, err := office.Open(t.Context(), o.Settings(), &office.Options{Program: "procorebox sync"})
		require.NoError(t, err)
		done := asking(t.Context(), o, backup)
		_, err = o.Asked(t.Context())
		require.NoError(t, err)
		h := o.HandOver(t.Context())
		require.NoError(t, o.Close())
		ctx, stop := context.WithCancel(t.Context())
		over := make(chan error, 1)
		go func() { over <- h.Over(ctx) }()
		time.Sleep(10 * time.Second)
		stop()
		require.ErrorIs(t, <-over, context.Canceled)
		require.NoError(t, other.Close())
		require.NoError(t, <-done)
	})
}

func TestOfTwoRestoresOneWinsAndTheOtherReplacesNothingUnseen(t *testing.T) {
	during(t, "procorebox watch", func(t *testing.T, o *office.Office, backup string) {
		one, other := asking(t.Context(), o, backup), asking(t.Context(), o, backup)
		time.Sleep(10 * time.Second)
		require.NoError(t, o.Close())
		errs := []error{<-one, <-other}
		if errs[0] != nil {
			errs[0], errs[1] = errs[1], errs[0]
		}
		require.NoError(t, errs[0])
		require.ErrorIs(t, errs[1], syncer.ErrStale)
		require.ErrorContains(t, errs[1], "another backup has just been put back into it")
	})
}

func TestWhatADeadProcessHasLeftSaysNothing(t *testing.T) {
	during(t, "procorebox watch", func(t *testing.T, o *office.Office, _ string) {
		left := filepath.Join(o.Settings().Data, "here", "asks,1,1795455086,office,procorebox+restore,ABCDEFGH")
		require.NoError(t, os.WriteFile(left, nil, 0o600))
		require.False(t, asked(t, o))
		_, err := os.Stat(left)
		require.ErrorIs(t, err, fs.ErrNotExist, "it is cleared away")
		require.NoError(t, o.Close())
		signs, err := os.ReadDir(filepath.Dir(left))
		require.NoError(t, err)
		require.Empty(t, signs)
	})
}
