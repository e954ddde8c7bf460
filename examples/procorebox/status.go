package main

import (
	"context"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
)

func (c *console) statusCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status [LINK]",
		Short: "Say how far links are",
		Long: `Say how far links are, as far as is known here: no service is called. For each tool: how
many items both sides have, when both were last read as a whole, and what waits.

  HELD     for a person, or for room within the limit of deletes
  FAILED   for the next try
  LEFT     for a change, since it cannot be synced as it is
  CHANGES  for the next run: a service told of them
  OPEN     for a look: writes of which nobody knows yet what became of them

Exit code 1 says that something waits, or that a tool was never synced. What will never be
synced as it is counts as LEFT, and does not wait. A link that a person has paused waits for one.`,
		Args:              takes(0, 1),
		ValidArgsFunction: c.completeLink,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd, func(ctx context.Context, o *office.Office) error { return c.status(ctx, o, optional(args), asJSON) })
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (c *console) status(ctx context.Context, o *office.Office, link string, asJSON bool) error {
	all, err := o.Status(ctx, link)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return c.noLinks(ctx, o)
	}
	settled := true
	var rows [][]string
	for _, l := range all {
		for _, t := range l.Tools {
			settled = settled && t.Settled() && !l.Paused
			state := t.Paused
			switch {
			case l.Paused:
				state = "paused by a person"
			case state != "":
				state = "paused: " + state
			case t.Last != nil && t.Last.Err != "":
				state = `its last run ended early: "errors" tells more`
			case t.Settled():
				state = "settled"
			case !l.Backup.IsZero():
				state = "deletes wait, since it was put back from a backup: see link release"
			default:
				state = waits(&t)
			}
			rows = append(rows, []string{
				l.Link, string(t.Tool), string(t.Direction), strconv.Itoa(t.Items), when(t.Synced),
				strconv.Itoa(t.Held), strconv.Itoa(t.Failed), strconv.Itoa(t.Skipped), strconv.Itoa(t.Changes), strconv.Itoa(t.Open), state,
			})
		}
	}
	switch {
	case asJSON:
		err = c.object(all)
	case len(rows) > 0:
		err = c.table([]string{"LINK", "TOOL", "DIRECTION", "ITEMS", "READ AS A WHOLE", "HELD", "FAILED", "LEFT", "CHANGES", "OPEN", ""}, rows)
	}
	if err == nil && !settled {
		err = errWaits
	}
	return err
}

// waits says which command tells more of what waits, or does something about it.
func waits(t *office.ToolStatus) string {
	switch {
	case t.Synced.IsZero():
		return "not synced yet"
	case t.Failed > 0:
		return `"errors" tells more`
	case t.Held > 0:
		return `"holds" tells more`
	case t.Waiting > 0:
		return `"conflicts" and "plan" tell more`
	}
	return "the next sync looks"
}

func when(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Local().Format("2006-01-02 15:04:05")
}
