package main

import (
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/procore/procoretest"
)

// faulty are the fakes of "accounts", for those who want them to go wrong.
type faulty struct {
	procore *procoretest.Server
	box     *boxtest.Server
}

// faultyKey is where a script keeps them.
type faultyKey struct{}

// answersInScript is "answers box|procore STATUS [WAIT]": from now on the service answers every call with the status, and says to
// come back after WAIT if that is given. "answers box|procore well" ends it.
func answersInScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: answers box|procore STATUS [WAIT] | well")
	}
	on := ts.Value(faultyKey{}).(*faulty)
	if args[1] == "well" {
		on.procore.ClearFaults()
		on.box.ClearFaults()
		return
	}
	status, err := strconv.Atoi(args[1])
	ts.Check(err)
	var wait time.Duration
	if len(args) == 3 {
		wait, err = time.ParseDuration(args[2])
		ts.Check(err)
	}
	if args[0] == "box" {
		ts.Check(on.box.Inject(boxtest.Fault{Times: -1, Status: status, RetryAfter: wait}))
		return
	}
	ts.Check(on.procore.Inject(procoretest.Fault{Times: -1, Status: status, RetryAfter: wait}))
}
