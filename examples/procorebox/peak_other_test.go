//go:build !linux

package main

import "os"

// peak is measured on Linux only: systems do not agree on the unit.
func peak(*os.ProcessState) string { return "unknown" }
