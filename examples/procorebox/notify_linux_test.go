package main

import (
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// The unit in internal/docs/operations.md has Type=notify.
func TestAWatchTellsSystemdThatItIsReadyReadsAgainAndStops(t *testing.T) {
	address := &net.UnixAddr{Name: fmt.Sprintf("@procorebox-%d", os.Getpid()), Net: "unixgram"} // no file, so no path can be too long
	systemd, err := net.ListenUnixgram(address.Net, address)
	require.NoError(t, err)
	defer systemd.Close()
	told := func() []string {
		message := make([]byte, 1<<10)
		n, err := systemd.Read(message)
		require.NoError(t, err)
		return strings.Fields(string(message[:n]))
	}
	o := newOfficeUnderTest(t, "0s")
	o.env = append(o.env, "NOTIFY_SOCKET="+address.Name)

	w := o.watch()
	require.Equal(t, []string{"READY=1"}, told())

	require.NoError(t, w.cmd.Process.Signal(syscall.SIGHUP))
	again := told()
	require.Len(t, again, 2)
	require.Equal(t, "RELOADING=1", again[0])
	require.True(t, strings.HasPrefix(again[1], "MONOTONIC_USEC="), again)
	require.Equal(t, []string{"READY=1"}, told())

	w.end(syscall.SIGTERM)
	require.Equal(t, []string{"STOPPING=1"}, told())
}
