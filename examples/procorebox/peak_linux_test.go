package main

import (
	"fmt"
	"os"
	"syscall"
)

// peak is the most memory that an ended process had.
func peak(p *os.ProcessState) string {
	used, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return "unknown"
	}
	return fmt.Sprintf("%d MiB", used.Maxrss>>10)
}
