// Command procorebox keeps Procore and Box in step.
//
// So far it has one command: "procorebox fakes" serves a fake Box, to try out whatever speaks Box's
// API without a Box account.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit codes.
const (
	exitFailed = 1 // the work could not be done
	exitUsage  = 2 // the command line cannot be understood
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run carries out a command line and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := &cobra.Command{
		Use:           "procorebox",
		Short:         "Keep Procore and Box in step",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(fakesCommand()) //nolint:contextcheck // cobra hands the context on
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	root.PrintErrln("procorebox:", err)
	if _, failed := errors.AsType[*workError](err); failed {
		return exitFailed
	}
	root.PrintErrln(`Run "procorebox --help" for what there is.`)
	return exitUsage
}

// A workError comes from the work itself. Every other error is about the command line.
type workError struct{ err error }

func (e *workError) Error() string { return e.err.Error() }

func (e *workError) Unwrap() error { return e.err }
