package main

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer"
)

type syncFlags struct {
	once, full, json, list bool
	level, file            string
	confirm                []string
}

func (c *console) syncCommand() *cobra.Command {
	var f syncFlags
	cmd := &cobra.Command{
		Use:   "sync [LINK] [--once|--full|--level PATH|--file PATH]",
		Short: "Bring links in step",
		Long: `Bring a link in step, or all that are not paused. The services are asked what has changed,
and only that is looked at; both sides are read as a whole the first time, and then once
a day. It goes on until nothing is left that could be done now. On a terminal it says what each
tool takes before it begins with it, and draws how far it is and what is left.

  --once        one run of each tool and no more
  --full        read both sides as a whole
  --level PATH  only what stands directly in a folder, as in Documents/Drawings
  --file PATH   only one file or folder

With --level and --file the services are not asked for other changes; what earlier runs
have left to do in the same tool is done, too.

With --json each action is one line of JSON, and the last line is one object:
writes, uploads, moves, deletes, conflicts, held, skipped, failed, bytes, and calls to
each service. The sum counts, with several links or tools.

Exit code 1 says that something waits: a hold, a halt or a conflict for a person, a failure
for the next try. What will never be synced as it is does not wait, such as a photo that was
renamed in Box, a name that one side cannot hold, or a file that Procore does not take there.
Each is printed with its reason.`,
		Example:           "  procorebox sync\n  procorebox sync bridge --full --json\n  procorebox sync bridge --file Documents/Drawings/A-101.pdf",
		Args:              takes(0, 1),
		ValidArgsFunction: c.completeLink,
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, flag := range []string{"level", "file"} {
				if cmd.Flags().Changed(flag) && f.level+f.file == "" {
					return usage("--%s is empty: a path begins with a tool, as in Documents/Drawings", flag)
				}
			}
			return c.with(cmd, func(ctx context.Context, o *office.Office) error { return c.sync(ctx, o, optional(args), f) })
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.once, "once", false, "one run of each tool and no more")
	flags.BoolVar(&f.full, "full", false, "read both sides as a whole")
	flags.StringVar(&f.level, "level", "", "only what stands directly in the folder at `PATH`")
	flags.StringVar(&f.file, "file", "", "only the file or folder at `PATH`")
	flags.BoolVar(&f.json, "json", false, "print JSON")
	flags.BoolVar(&f.list, "list", false, "print each action, not only what is left")
	flags.StringArrayVar(&f.confirm, "confirm", nil, "go on although a run halted; the halt tells which `EVIDENCE`")
	cmd.MarkFlagsMutuallyExclusive("once", "full", "level", "file")
	return cmd
}

// optional returns the argument that may be left out.
func optional(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

func (c *console) sync(ctx context.Context, o *office.Office, link string, f syncFlags) error {
	p := c.printer(f.json, f.list)
	bar := c.progress(f.json || f.list)
	opts := office.SyncOptions{Full: f.full, Once: f.once, Confirm: f.confirm, Observe: func(e syncer.Event) {
		bar.event(e)
		p.event(e)
	}}
	var done *office.Synced
	var err error
	switch narrow := (office.Narrow{Path: f.level + f.file, Level: f.level != ""}); {
	case narrow.Path == "":
		done, err = o.Sync(ctx, link, opts)
	case link == "":
		err = usage("--level and --file need to know which link")
	default:
		done, err = o.SyncNarrow(ctx, link, narrow, opts)
	}
	bar.end()
	if err != nil {
		return errors.Join(err, p.err)
	}
	if len(done.Results) == 0 && done.Err == nil {
		return c.noLinks(ctx, o)
	}
	return c.synced(p, done)
}

// errNoLinks ends a command that has nothing to work on: whoever waits for it is not to believe that all is
// settled.
var errNoLinks = errors.New("there is no link yet")

// noLinks says why nothing was worked on, and what to do.
func (c *console) noLinks(ctx context.Context, o *office.Office) error {
	switch all, err := o.Links.All(ctx); {
	case err != nil:
		return err
	case len(all) == 0:
		return errNoLinks
	}
	c.say("all links are paused; \"procorebox link resume LINK\" goes on with one")
	return errWaits
}

// synced prints what came of it and says how the command ends.
func (c *console) synced(p *printer, done *office.Synced) error {
	p.results(done.Results)
	if p.json || done.Err == nil || done.Ran() {
		p.totals(done.Totals) // which would look like a result where there is none
	}
	if done.Totals.Failed > 0 && !p.json && !slices.ContainsFunc(done.Results, interrupted) {
		c.say("what failed is tried again by the next sync; \"procorebox errors\" says what to do about it")
	}
	switch {
	case p.err != nil:
		return p.err
	case done.Err != nil:
		return done.Err
	case !done.Settled():
		return errWaits
	}
	return nil
}
