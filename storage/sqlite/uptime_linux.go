package sqlite

import (
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// systemUptime tells which start of the machine this is, and how long it has been running since, also
// while it slept. Nobody can set that, and it is the same for all processes. The name is empty if the
// system does not tell.
func systemUptime() (boot string, up time.Duration) {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", 0
	}
	var passed unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &passed); err != nil {
		return "", 0
	}
	return strings.TrimSpace(string(id)), time.Duration(passed.Nano())
}
