//go:build linux || darwin

package doctor

import "golang.org/x/sys/unix"

// freeBytes is how much a process without special rights may still write where dir is.
func freeBytes(dir string) (int64, bool) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true //nolint:gosec,unconvert // both fit, and have other types elsewhere
}
