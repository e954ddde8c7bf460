package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
)

func (c *console) whyCommand() *cobra.Command {
	var about office.About
	var on string
	var asJSON, calls bool
	cmd := &cobra.Command{
		Use:   "why LINK [PATH]",
		Short: "Say why an item is synced or is not, and who did what to it",
		Long: `Say of one file or folder why it is in step or is not: what Procore and Box show now, what
waits, what was done about it and by whom, and what the next sync would do. It answers for
what was deleted, too: when, by whose change, and where it lies in the trash. Of a folder it
says how many items in it wait or were left, and which command tells of them.

PATH begins with the tool, as in Documents/Drawings/A-101.pdf, or with the name that its folder
has now, and goes on with the names of either side. Of what was renamed, moved or deleted since,
the path of before will do. With --id the number is given that the item has in Procore or Box,
as in the address under which a browser shows it.

A write that failed is told with its call: method, path, status, and the service's own name for
the request, which its support asks for. --calls lists those of the look that was just taken.

Nothing is written, and a watch may go on meanwhile. Where a service cannot be reached it is
said what is remembered. Who moved or deleted something is known if the service has told so:
Box does, Procore only by webhooks, which "watch --hooks" takes. Exit code 1 says that it waits for a person or a retry.`,
		Example: "  procorebox why bridge Documents/Drawings/A-101.pdf\n" +
			"  procorebox why bridge --id 1500001 --on box",
		Args:              takes(1, 2),
		ValidArgsFunction: c.completeLink,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		about.Path, about.On = optional(args[1:]), office.Service(on)
		switch about.On {
		case "", office.BoxService, office.ProcoreService:
		default:
			return &usageError{fmt.Errorf("--on is %q, not box or procore", on)}
		}
		if about.Path == "" && about.ID == "" {
			return &usageError{fmt.Errorf("say which item: a path that begins with a tool, or --id")}
		}
		return c.with(cmd, func(ctx context.Context, o *office.Office) error {
			w, err := o.Why(ctx, args[0], about)
			if err != nil {
				return err
			}
			if asJSON {
				err = c.object(w)
			} else {
				if !calls {
					w.Calls = nil
				}
				err = c.print("%s", explanation{w}.String())
			}
			if err == nil && !w.Settled() {
				err = errWaits
			}
			return err
		})
	}
	cmd.Flags().StringVar(&about.ID, "id", "", "the `number` of the item instead of its path")
	cmd.Flags().StringVar(&on, "on", "", "whose number it is: `box or procore` (default: whoever knows it)")
	cmd.Flags().BoolVar(&calls, "calls", false, "list the calls that were made to find it out, too")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
