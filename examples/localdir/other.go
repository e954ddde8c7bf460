//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "localdir: only Linux tells of its files what this example needs")
	os.Exit(2)
}
