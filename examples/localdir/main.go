//go:build linux

// Command localdir keeps two directories of this machine in step, both ways:
//
//	localdir -state FILE [-trash DIR] [-dry-run] [-json] [-max-delete N]
//	         [-conflict both|newest|a|b|leave] [-confirm] A B
//
// It is a connector (package localfs), the durable state (storage/sqlite) and some rules (policy) put
// together, as anybody would do it in a module of their own.
//
// The state in FILE remembers what A and B were like when they were last in step. Deleted files and
// replaced versions go to -trash, which is FILE.trash unless it is given. Without -max-delete there is
// no limit on deletes; with it no more than N are made in any 24 hours, and the others wait. A run in
// which more than half of at least 200 files would be changed or deleted on a side halts before
// anything is written; -confirm lets it go on. With -conflict both, the default, two versions of one
// file are both kept, one of them under another name.
//
// The exit code is 0 if the sides agree, 1 if something was left, each with its reason, and 2 if the
// command could not run; go run makes a 1 of that, so scripts build the command first. A dry run writes
// nothing, and exits with 1 if a run would leave something.
//
// With -json each action is an object on a line of its own: op, on (a or b), kind, path, result, and
// what else there is to say. What was left comes behind, in the same form, and last the totals. Bytes
// of a name that are not UTF-8 are shown as \xNN.
package main

import (
	"context"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
