//go:build !linux

package sqlite

import "time"

// systemUptime tells nothing: there is no portable way to name a start of the machine.
func systemUptime() (boot string, up time.Duration) { return "", 0 }
