// Command procorebox keeps Procore and Box in step: a project's documents, photos, RFIs and submittals
// on one side, a folder on the other.
//
// "procorebox connect box" and "procorebox connect procore" sign in, "procorebox link add" says what
// belongs to what, "procorebox sync" brings it in step and "procorebox watch" keeps it so.
// "procorebox demo" shows all of it without an account, and "procorebox fakes" serves the fakes that it
// does so with. The help of each command says the rest.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	c := &console{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv}
	code := c.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
