package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/user"
	"time"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
)

// Exit codes.
const (
	exitSettled = 0 // all settled
	exitWaits   = 1 // something waits for a person or a retry
	exitFailed  = 2 // it could not run
)

// errWaits ends a command that did its work, and left something that waits. What it is was printed.
var errWaits = errors.New("something waits for a person or a retry")

// console is what all commands share: where they print, and what the environment says.
type console struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string

	data    string
	verbose bool
}

const about = `procorebox keeps Procore and Box in step, both ways, and never loses a file.

To begin:

  procorebox connect procore          sign in to Procore
  procorebox connect box              sign in to Box
  procorebox projects                 choose a project
  procorebox folders                  choose a folder
  procorebox link add --company ID --project ID --tools documents --box-folder ID
  procorebox plan                     what would be done
  procorebox sync                     do it

What is remembered is in the data directory: one SQLite file, and beside it the file
with the key that its secrets are sealed with. Keep copies of the two apart.

Exit codes of every command:

  0  all settled
  1  something waits for a person or for a retry
  2  it could not run

Environment:

  PROCOREBOX_DATA        the data directory (or --data)
  PROCOREBOX_LOG_LEVEL   for "watch --log": debug, info, warn or error
  PROCOREBOX_HOOKS       for "watch": stands for --hooks; also PROCOREBOX_HOOKS_LISTEN
  PROCOREBOX_KEEP_DAYS   how many days to remember what was done (default 400; 0: for ever)
  PROCOREBOX_SETTLE      for fakes: how long a write may take to be seen, such as 0s
  BOX_TOKEN              an access token, where no connection is stored
  BOX_CLIENT_ID          the app, for "connect"; also BOX_CLIENT_SECRET, BOX_REFRESH_TOKEN,
                         BOX_ENTERPRISE_ID, BOX_USER_ID, BOX_JWT_CONFIG (a file)
  BOX_FOLDER_ID          stands for --box-folder
  BOX_WEBHOOK_PRIMARY_KEY  the key of the app that Box signs webhooks with; also BOX_WEBHOOK_SECONDARY_KEY
  BOX_API_BASE           stands for https://api.box.com; also BOX_UPLOAD_BASE for
                         https://upload.box.com/api, BOX_LOGIN_BASE for https://account.box.com/api
  PROCORE_TOKEN          an access token, where no connection is stored
  PROCORE_CLIENT_ID      the app, for "connect"; also PROCORE_CLIENT_SECRET, PROCORE_REFRESH_TOKEN
  PROCORE_COMPANY_ID     stands for --company, PROCORE_PROJECT_ID for --project
  PROCORE_BASE           stands for https://api.procore.com; also PROCORE_LOGIN_BASE for
                         https://login.procore.com`

// run carries out a command line and returns the exit code.
func (c *console) run(ctx context.Context, args []string) int {
	root := c.command() //nolint:contextcheck // cobra hands the context on
	root.SetArgs(args)
	root.SetIn(c.stdin)
	root.SetOut(c.stdout)
	root.SetErr(c.stderr)
	cmd, err := root.ExecuteContextC(ctx)
	err = plainly(err)
	switch {
	case err == nil:
		return exitSettled
	case errors.Is(err, errWaits):
		return exitWaits
	case errors.Is(err, errSaid):
		return exitFailed
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		c.say("interrupted; nothing is lost, and the next run goes on from there")
		return exitFailed
	}
	c.complain(helped(cmd, err))
	return exitFailed
}

// complain says an error and what to do about it.
func (c *console) complain(err error) {
	for _, line := range linesOf(err) {
		c.say("%s", readable(line))
	}
}

// command is the tree of all commands.
func (c *console) command() *cobra.Command {
	root := &cobra.Command{
		Use:           "procorebox",
		Short:         "Keep Procore and Box in step",
		Long:          about,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.PersistentFlags().StringVar(&c.data, "data", "", "data `directory` (default: PROCOREBOX_DATA, or procorebox in the user's folder for settings)")
	root.PersistentFlags().BoolVarP(&c.verbose, "verbose", "v", false, "say on standard error what is called")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return &usageError{nearFlag(cmd, flagError(err))} })
	root.AddCommand(
		c.connectCommand(),
		c.companiesCommand(),
		c.projectsCommand(),
		c.foldersCommand(),
		c.linkCommand(),
		c.planCommand(),
		c.applyCommand(),
		c.syncCommand(),
		c.watchCommand(),
		c.statusCommand(),
		c.filesCommand(),
		c.holdsCommand(),
		c.conflictsCommand(),
		c.whyCommand(),
		c.historyCommand(),
		c.errorsCommand(),
		c.exportCommand(),
		c.doctorCommand(),
		c.backupCommand(),
		c.restoreCommand(),
		c.demoCommand(),
		fakesCommand(),
	)
	return onlyWords(root)
}

// open opens the data directory.
func (c *console) open(ctx context.Context, o *office.Options) (*office.Office, error) {
	s, err := c.settings(c.getenv)
	if err != nil {
		return nil, err
	}
	if c.verbose {
		o.Log = slog.New(slog.NewTextHandler(c.stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	return openDirectory(ctx, s, o)
}

const otherDirectory = "set that right, or choose another directory with --data or PROCOREBOX_DATA"

// openDirectory is office.Open, with advice for whoever has named the directory.
func openDirectory(ctx context.Context, s office.Settings, o *office.Options) (*office.Office, error) {
	opened, err := office.Open(ctx, s, o)
	if err != nil && advice(err) == "" {
		err = &advised{err, otherDirectory}
	}
	return opened, err
}

// settings are those of an environment. The flag for the data directory counts before it.
func (c *console) settings(getenv func(string) string) (office.Settings, error) {
	return office.FromEnvironment(func(name string) string {
		if name == "PROCOREBOX_DATA" && c.data != "" {
			return c.data
		}
		return getenv(name)
	})
}

// making is with for the commands that one begins with: where there is no data directory they make it.
func (c *console) making(cmd *cobra.Command, do func(ctx context.Context, o *office.Office) error) error {
	return c.through(cmd, &office.Options{Backoff: time.Nanosecond}, do)
}

// with opens the data directory for as long as do runs. One must be there: a name that is wrong by a letter
// would be an empty directory, in which all is settled for ever. What failed is tried again at once: whoever
// runs a command again wants that.
func (c *console) with(cmd *cobra.Command, do func(ctx context.Context, o *office.Office) error) error {
	return c.through(cmd, &office.Options{Backoff: time.Nanosecond, Existing: true}, do)
}

// through opens the data directory with options.
func (c *console) through(cmd *cobra.Command, options *office.Options, do func(ctx context.Context, o *office.Office) error) (err error) {
	ctx := cmd.Context()
	options.Program, options.Person = cmd.CommandPath(), operator()
	o, err := c.open(ctx, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.Close()) }()
	return nearLink(ctx, o, cmd, do(ctx, o))
}

// operator is who works on this machine, "" if it does not know.
func operator() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}

// say tells people what no result can. Where nobody listens the exit code remains.
func (c *console) say(format string, args ...any) {
	_, _ = fmt.Fprintf(c.stderr, "procorebox: "+format+"\n", args...)
}

// print writes a result.
func (c *console) print(format string, args ...any) error {
	if _, err := fmt.Fprintf(c.stdout, format, args...); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// object writes v as one line of JSON.
func (c *console) object(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return c.print("%s\n", text)
}

// list writes values as one JSON array, also if there are none.
func list[T any](c *console, all []T) error {
	if all == nil {
		all = []T{}
	}
	return c.object(all)
}
