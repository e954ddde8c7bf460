package main

import (
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/examples/internal/office"
)

// A watch that has handed the data directory over says so to whoever asks for its health, and when it cannot
// be opened again, too. Once that is mended a SIGHUP saves the waiting.
func TestAWatchThatHasHandedTheDirectoryOverIsIllAndGetsWell(t *testing.T) {
	t.Parallel()
	o := newOfficeUnderTest(t, "0s")
	backup, env := filepath.Join(t.TempDir(), "backup.tar.gz"), filepath.Join(t.TempDir(), "env")
	require.NoError(t, os.WriteFile(env, nil, 0o600))
	o.run(0, "backup", backup)
	w := o.watch("--listen", "127.0.0.1:0", "--env-file", env)
	address := "http://" + w.await("serving")["at"].(string)
	w.await("run ended")
	code, body := get(t, address+"/metrics")
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, body, "procorebox_handed_over 0\n")

	// Somebody keeps the directory open, so the watch waits together with the restore.
	other, err := office.Open(t.Context(), office.Settings{Data: o.data()}, &office.Options{Program: "procorebox sync"})
	require.NoError(t, err)
	restore := o.command("restore", "--replace", "--wait", "1h", backup)
	require.NoError(t, restore.Start())
	t.Cleanup(func() { _ = restore.Process.Kill() })
	w.await("handed the data directory over")
	code, body = get(t, address+"/healthz")
	require.Equal(t, http.StatusServiceUnavailable, code)
	require.Contains(t, body, `"what":"handed over","text":"the data directory is handed over to \"procorebox restore\" (process `)
	code, body = get(t, address+"/metrics")
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, body, "procorebox_handed_over 1\n")

	// What is there afterwards cannot be opened with these settings.
	require.NoError(t, os.WriteFile(env, []byte("PROCOREBOX_LOG_LEVEL=loud\n"), 0o600))
	require.NoError(t, other.Close())
	require.NoError(t, restore.Wait())
	require.Contains(t, w.await("trouble")["error"], "PROCOREBOX_LOG_LEVEL must be debug")
	code, body = get(t, address+"/healthz")
	require.Equal(t, http.StatusServiceUnavailable, code)
	require.Contains(t, body, `"what":"handed over","text":"the data directory was handed over, and cannot be used since: `)

	require.NoError(t, os.WriteFile(env, nil, 0o600))
	require.NoError(t, w.cmd.Process.Signal(syscall.SIGHUP))
	w.await("goes on with what was restored")
	code, body = get(t, address+"/healthz")
	require.Equal(t, http.StatusOK, code, body)
	w.await("run ended")
	w.end(syscall.SIGTERM)
	require.Contains(t, w.said(), "stopped: all calls have ended")
}
