//go:build unix

package sqlite_test

import (
	"net/rpc"
	"os/signal"
	"syscall"
)

// fillDisk runs a sync in a process that may write no file longer than a limit.
func fillDisk(parent *rpc.Client, path string) error {
	signal.Ignore(syscall.SIGXFSZ)
	limit := syscall.Rlimit{Cur: 300_000, Max: 300_000}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	return run(parent, path)
}
