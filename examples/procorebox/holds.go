package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer"
)

func (c *console) holdsCommand() *cobra.Command {
	cmd := c.holdsListCommand()
	cmd.Use = "holds [LINK]"
	cmd.Short = "Show what waits for a person, and decide upon it"
	cmd.Long = `Show what a rule keeps back, such as deletes beyond the limit of a link, and decide upon it.
Nothing of this needs a running sync, and all of it works beside a running watch, which sees
a decision within seconds. Without a further word it is "holds list".`
	cmd.AddCommand(
		c.holdsListCommand(),
		c.decideCommand("approve", "Let what waits be done", `Let what waits be done, whatever the limit says. The next run carries it out, if it is still
true then: a delete of what somebody has edited or restored meanwhile is not made.`, syncer.Approved),
		c.decideCommand("reject", "Leave what waits undone", `Leave what waits undone: both sides stay as they are, and it is not asked again. What was
deleted on one side stays on the other. Of two files that are held since nobody knows whether
they are one (--adopt ask) it says that they are two: both are kept, one of them under another
name, and "conflicts choose" settles that otherwise.`, syncer.Rejected),
		c.holdsUndoCommand(),
	)
	return orWords(cmd)
}

func (c *console) holdsListCommand() *cobra.Command {
	var asJSON, items bool
	cmd := &cobra.Command{
		Use:   "list [LINK]",
		Short: "List what waits, and what is left of the limits",
		Long: `List what waits: what would be done in which service, since when, why not yet, and which run
held it first. A folder whose delete waits is one line, with how many items and bytes that is
together with all that is in it; --items shows those, too, and so does --json. Below that stands
what is used of the limits on deletes, and when there is room again by itself. "adopt" takes a file
that each side had before the first sync for one (--adopt ask). No service is called. Exit code
1 says that something waits.`,
		Args:              takes(0, 1),
		ValidArgsFunction: c.completeLink,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd, func(ctx context.Context, o *office.Office) error {
				h, err := o.Holds(ctx, optional(args))
				if err != nil {
					return err
				}
				if asJSON {
					err = c.object(h)
				} else {
					err = c.showHolds(h, items)
				}
				if err == nil && h.Waiting > 0 {
					err = errWaits
				}
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&items, "items", false, "list each item by itself")
	return cmd
}
