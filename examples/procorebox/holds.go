package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer"
)

func (c *console) holdsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "holds",
		Short: "Show what waits for a person, and decide upon it",
		Long: `Show what a rule keeps back, such as deletes beyond the limit of a link, and decide upon it.
Nothing of this needs a running sync, and all of it works beside a running watch, which sees
a decision within seconds.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		c.holdsListCommand(),
		c.decideCommand("approve", "Let what waits be done", `Let what waits be done, whatever the limit says. The next run carries it out, if it is still
true then: a delete of what somebody has edited or restored meanwhile is not made.`, syncer.Approved),
		c.decideCommand("reject", "Leave what waits undone", `Leave what waits undone: both sides stay as they are, and it is not asked again. What was
deleted on one side stays on the other.`, syncer.Rejected),
		c.holdsUndoCommand(),
	)
	return cmd
}

func (c *console) holdsListCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list [LINK]",
		Short: "List what waits, and what is left of the limits",
		Long: `List what waits: what would be done in which service, since when, why not yet, and which run
held it first. Below that stands what is used of the limits on deletes, and when there is room
again by itself. No service is called. Exit code 1 says that something waits.`,
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
					err = c.showHolds(h)
				}
				if err == nil && h.Waiting > 0 {
					err = errWaits
				}
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (c *console) showHolds(h *office.Holds) error {
	var rows [][]string
	for _, held := range h.Items {
		rows = append(rows, []string{
			shortID(string(held.ID)), held.Link, held.Run, held.Op, held.On.Title(), held.Path, when(held.Since), held.Decision, held.Reason,
		})
	}
	if len(rows) > 0 {
		if err := c.table([]string{"ID", "LINK", "RUN", "WHAT", "IN", "PATH", "SINCE", "DECISION", "WHY"}, rows); err != nil {
			return err
		}
	}
	if err := c.print("%d held, %d of them wait for a decision\n", len(h.Items), h.Waiting); err != nil {
		return err
	}
	for _, l := range h.Limits {
		if err := c.print("%s\n", limitLine(l)); err != nil {
			return err
		}
	}
	return nil
}

func limitLine(l office.Limits) string {
	of := "link " + strconv.Quote(readable(l.Link))
	if l.Tool != "" {
		of = string(l.Tool) + " of " + of
	}
	text := fmt.Sprintf("%s: %d of %d deletes in 24 hours are used", of, l.Used, l.Most)
	if !l.Grows.IsZero() {
		text += "; the next is free by itself at " + when(l.Grows)
	}
	return text
}

// shortID is as much of an ID as tells it from thousands of others.
func shortID(id string) string { return id[:min(len(id), 8)] }

// selectFlags adds the flags that say which holds are meant.
func selectFlags(cmd *cobra.Command, s *office.Selection) {
	cmd.Flags().StringVar(&s.Folder, "folder", "", "all below a `PATH`, which begins with a tool, as in Documents/Drawings")
	cmd.Flags().StringVar(&s.Run, "run", "", "all of one `RUN`, as the list names it")
	cmd.Flags().BoolVar(&s.All, "all", false, "all that waits in the link")
	cmd.MarkFlagsMutuallyExclusive("run", "all")
	cmd.MarkFlagsMutuallyExclusive("folder", "all")
	cmd.MarkFlagsMutuallyExclusive("folder", "run")
}

func selection(s office.Selection, ids []string) (office.Selection, error) {
	s.IDs = ids
	if len(ids) == 0 && s.Folder == "" && s.Run == "" && !s.All {
		return s, usage("say which are meant: IDs as \"holds list\" shows them, --folder, --run or --all")
	}
	return s, nil
}

func (c *console) decideCommand(name, short, long string, d syncer.Decision) *cobra.Command {
	var s office.Selection
	cmd := &cobra.Command{
		Use:   name + " LINK [ID...]",
		Short: short,
		Long: long + `

IDs are those of "holds list"; as many characters will do as tell them from others. A folder is
deleted only after all that is in it, so its own ID does not do: --folder means both. To decide
the same again changes nothing, and "holds undo" takes it back.`,
		Example:           "  procorebox holds " + name + " bridge 3fa21b04\n  procorebox holds " + name + " bridge --folder Documents/Drawings",
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: c.completeLink,
		RunE: func(cmd *cobra.Command, args []string) error {
			chosen, err := selection(s, args[1:])
			if err != nil {
				return err
			}
			return c.with(cmd, func(ctx context.Context, o *office.Office) error {
				done, unclear, err := o.Decide(ctx, args[0], chosen, d)
				return c.showDecided(done, unclear, err)
			})
		},
	}
	selectFlags(cmd, &s)
	return cmd
}

func (c *console) holdsUndoCommand() *cobra.Command {
	var s office.Selection
	cmd := &cobra.Command{
		Use:   "undo LINK [ID...]",
		Short: "Take a decision back, or a delete that was carried out",
		Long: `Take decisions back. What has not been carried out yet waits again. A delete that was carried
out is undone: the item is taken out of the trash, of the service where it was deleted or, where
nothing can be taken out of that trash, of the other, and the next sync brings it to both sides
again. What is in neither trash any more is told.

IDs are those that "holds list" showed. With --folder all deletes are undone that were ever
carried out below the path, with --run those that a run has carried out. --all takes back only
what was not carried out yet.`,
		Example:           "  procorebox holds undo bridge 3fa21b04\n  procorebox holds undo bridge --folder Documents/Drawings",
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: c.completeLink,
		RunE: func(cmd *cobra.Command, args []string) error {
			chosen, err := selection(s, args[1:])
			if err != nil {
				return err
			}
			return c.with(cmd, func(ctx context.Context, o *office.Office) error {
				done, unclear, err := o.Undo(ctx, args[0], chosen)
				return c.showDecided(done, unclear, err)
			})
		},
	}
	selectFlags(cmd, &s)
	return cmd
}

// showDecided says what became of each decision. What could not be done is an error, and so is what ended
// it early.
func (c *console) showDecided(done []office.Decided, unclear []office.Unclear, ended error) error {
	problems := []error{ended}
	next := ""
	for _, d := range done {
		what := fmt.Sprintf("%s %s %q in %s", shortID(string(d.ID)), d.Op, readable(d.Path), d.On.Title())
		switch {
		case d.Err != nil && d.Note != "":
			problems = append(problems, fmt.Errorf("%s: %s", what, d.Note))
			continue
		case d.Err != nil:
			problems = append(problems, fmt.Errorf("%s: %w", what, d.Err))
			continue
		}
		text := d.Decision
		if d.Was == d.Decision {
			text += " already"
		} else if d.Was != "waiting" && d.Was != "carried out" {
			text += ", was " + d.Was
		}
		if d.Note != "" {
			text += ": " + d.Note
		}
		if err := c.print("%s: %s\n", text, what); err != nil {
			return err
		}
		if d.Was != d.Decision && d.Decision != "waiting" {
			switch {
			case d.Was == "carried out":
				next = "brings to both sides what is not on both yet"
			case d.Decision == "rejected":
				next = "leaves it undone, and asks no more"
			default:
				next = "carries it out"
			}
		}
	}
	for _, u := range unclear {
		problems = append(problems, fmt.Errorf("%q: %s", u.ID, u.Why))
	}
	if len(done)+len(unclear) == 0 && ended == nil {
		if err := c.print("nothing waits there\n"); err != nil {
			return err
		}
	}
	if next != "" {
		if err := c.print("the next sync %s; a running watch does within seconds\n", next); err != nil {
			return err
		}
	}
	return errors.Join(problems...)
}
