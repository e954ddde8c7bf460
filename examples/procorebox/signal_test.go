package main

import (
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// signalInScript is "signal NAME": it sends a signal to the command that was begun last in the background.
func signalInScript(ts *testscript.TestScript, neg bool, args []string) {
	signals := map[string]syscall.Signal{"HUP": syscall.SIGHUP, "INT": syscall.SIGINT, "TERM": syscall.SIGTERM}
	background := ts.BackgroundCmds()
	if neg || len(args) != 1 || signals[args[0]] == 0 || len(background) == 0 {
		ts.Fatalf("usage: signal HUP|INT|TERM, with a command in the background")
	}
	ts.Check(background[len(background)-1].Process.Signal(signals[args[0]]))
}
