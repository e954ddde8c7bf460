package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
)

func (c *console) conflictsCommand() *cobra.Command {
	cmd := c.conflictsListCommand()
	cmd.Use = "conflicts [LINK]"
	cmd.Short = "Show files that were changed on both sides, and choose among their versions"
	cmd.Long += "\n\nWithout a further word it is \"conflicts list\"."
	cmd.AddCommand(c.conflictsListCommand(), c.conflictsChooseCommand())
	return orWords(cmd)
}

func (c *console) conflictsListCommand() *cobra.Command {
	var asJSON, open bool
	cmd := &cobra.Command{
		Use:   "list [LINK]",
		Short: "List the conflicts that were met, and how each was settled",
		Long: `List the files that were changed on both sides before a sync: both versions, how it was settled
and by which rule, and whether it still waits. What was settled is remembered for 400 days. No
service is called. Exit code 1 says that one waits for a person.`,
		Args:              takes(0, 1),
		ValidArgsFunction: c.completeLink,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd, func(ctx context.Context, o *office.Office) error {
				all, err := o.Conflicts(ctx, optional(args), open)
				if err != nil {
					return err
				}
				if asJSON {
					err = list(c, all)
				} else {
					err = c.showConflicts(all)
				}
				for _, m := range all {
					if err == nil && m.Open {
						err = errWaits
					}
				}
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&open, "open", false, "only those that wait")
	return cmd
}

func (c *console) showConflicts(all []office.Met) error {
	open := 0
	for _, m := range all {
		if m.Open {
			open++
		}
		if err := c.print("%s  %s: %q\n  met %s, %s\n", shortID(string(m.ID)), readable(m.Link), readable(m.Path), when(m.Since), settledBy(m)); err != nil {
			return err
		}
		for _, v := range []struct {
			side string
			office.MetVersion
		}{{"Procore", m.Procore}, {"Box", m.Box}} {
			if err := c.print("  %-8s %s\n", v.side, versionLine(v.MetVersion)); err != nil {
				return err
			}
		}
	}
	return c.print("%s, %d open\n", many(len(all), "conflict"), open)
}

// settledBy says what became of a conflict.
func settledBy(m office.Met) string {
	rule := ""
	if m.Rule != "" {
		rule = " (rule: " + m.Rule + ")"
	}
	var text string
	switch {
	case m.Open && m.Chosen != "":
		text = "open: the next sync settles it by what was chosen: " + m.Chosen
	case m.Open:
		text = "open: " + m.Reason + rule
		if m.Reason == "" {
			text = "open: not everything is done yet that settles it by " + m.How + rule
		}
	case m.How == "people":
		text = "settled by people " + when(m.Settled)
	case m.How == "both":
		text = fmt.Sprintf("settled %s: both kept%s, the copy is %q", when(m.Settled), rule, readable(m.Copy))
	default:
		text = fmt.Sprintf("settled %s: by the version of %s%s", when(m.Settled), title(m.How), rule)
	}
	if !m.Open && m.Chosen != "" && m.Chosen != m.How {
		text += "; later a person chose " + m.Chosen
	}
	return text
}

func title(how string) string {
	return office.Service(how).Title()
}

func versionLine(v office.MetVersion) string {
	parts := []string{size(v.Size) + " bytes"}
	if !v.Modified.IsZero() {
		parts = append(parts, "changed "+when(v.Modified))
	}
	switch {
	case v.Person != "":
		parts = append(parts, "by "+v.Person)
	case v.Author != "":
		parts = append(parts, "by account "+v.Author)
	}
	parts = append(parts, "version "+v.Version)
	if v.Digest != "" {
		parts = append(parts, string(v.Digest))
	}
	if v.Link != "" {
		parts = append(parts, v.Link)
	}
	return readable(strings.Join(parts, ", "))
}

func (c *console) conflictsChooseCommand() *cobra.Command {
	var dropCopy bool
	cmd := &cobra.Command{
		Use:   "choose LINK PATH|ID procore|box|both",
		Short: "Say which version counts",
		Long: `Say which of the two versions of a conflict counts, whatever the rules have made of it. The
version becomes a new version of the file, on both sides by the next sync. Nothing is lost: the
other one stays below it, or as the copy that it has become; with --drop-copy the copy goes to
the trash. "both" keeps both as files of their own. A conflict that waits is settled so by the
next sync; "leave" takes that back.

PATH begins with a tool, as in Documents/Drawings/A-101.pdf; IDs are those of "conflicts list". A
file that somebody has edited since the conflict was settled is left as it is.`,
		Example:           "  procorebox conflicts choose bridge Documents/Contract.docx box",
		Args:              takes(3, 3),
		ValidArgsFunction: c.completeChoice,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(versions(), args[2]) {
				return usage("the version that counts is one of %s, not %q", strings.Join(versions(), ", "), args[2])
			}
			return c.with(cmd, func(ctx context.Context, o *office.Office) error {
				done, err := o.ChooseVersion(ctx, args[0], args[1], args[2], dropCopy)
				if errors.Is(err, fs.ErrNotExist) && advice(err) == "" {
					err = &advised{&worded{fmt.Sprintf("no conflict was met at %q", args[1]), err}, `"procorebox conflicts list" shows those that there are`}
				}
				if err != nil {
					return err
				}
				return c.showChoice(done, args[2])
			})
		},
	}
	cmd.Flags().BoolVar(&dropCopy, "drop-copy", false, "move the copy of a version to the trash")
	return cmd
}

// versions are those that a person may choose.
func versions() []string { return []string{"procore", "box", "both", "leave"} }

func (c *console) completeChoice(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 2 {
		return versions(), cobra.ShellCompDirectiveNoFileComp
	}
	return c.completeLink(cmd, args, begun)
}

func (c *console) showChoice(done *office.Choice, choice string) error {
	path := readable(done.Path)
	switch {
	case done.Waits && choice == "leave":
		return c.print("waits again: %q\n", path)
	case done.Waits:
		return c.print("chosen: %s for %q\nthe next sync settles it so; a running watch does within seconds\n", choice, path)
	case done.Wrote == "" && done.Dropped == "":
		return c.print("nothing to do: %q is so already\n", path)
	}
	if done.Wrote != "" {
		what := "a new version of"
		if choice == "both" {
			what = "a copy of the other version,"
		}
		if err := c.print("written in %s: %s %q\n", done.Wrote.Title(), what, readable(done.Name)); err != nil {
			return err
		}
	}
	if done.Dropped != "" {
		if err := c.print("moved to the trash of %s: the copy %q\n", done.Dropped.Title(), readable(done.Copy)); err != nil {
			return err
		}
	}
	return c.print("the next sync carries it over; a running watch does within seconds\n")
}
