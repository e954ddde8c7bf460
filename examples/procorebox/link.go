package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer"
)

func (c *console) linkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "link",
		Short: "Say what belongs to what",
		Long: `A link says that tools of a Procore project, or the documents of a company, and a folder of
Box belong together. Each tool gets a folder in that one: Documents, Photos, RFIs,
Submittals. From then on all of them are known by their numbers: the project and the
folders may be renamed and moved.

Where a command takes LINK, that is the name of a link or its ID.`,
	}
	cmd.AddCommand(
		c.linkAddCommand(), c.linkListCommand(), c.linkShowCommand(), c.linkEditCommand(),
		c.linkRemoveCommand(), c.linkPauseCommand(), c.linkResumeCommand(), c.linkReleaseCommand(),
	)
	return onlyWords(cmd)
}

func (c *console) linkListCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List all links",
		Args:  takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(cmd, func(ctx context.Context, o *office.Office) error {
				all, err := o.Links.All(ctx)
				if err != nil {
					return err
				}
				if asJSON {
					views := []linkView{}
					for _, l := range all {
						views = append(views, viewOf(l))
					}
					return c.object(views)
				}
				var rows [][]string
				for _, l := range all {
					rows = append(rows, []string{l.Name, l.ID, l.Target(), words(l.Tools), l.Folder, paused(l.Paused)})
				}
				return c.table([]string{"LINK", "ID", "PROCORE", "TOOLS", "BOX FOLDER", ""}, rows)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func paused(is bool) string {
	if is {
		return "paused"
	}
	return ""
}

func words[W ~string](all []W) string {
	list := make([]string, len(all))
	for i, w := range all {
		list[i] = string(w)
	}
	return strings.Join(list, ",")
}

func (c *console) linkShowCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:               "show LINK",
		Short:             "Show a link and its rules",
		Args:              takes(1, 1),
		ValidArgsFunction: c.completeLink,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd, func(ctx context.Context, o *office.Office) error {
				l, err := o.Links.Get(ctx, args[0])
				if err != nil {
					return err
				}
				return c.showLink(l, asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (c *console) linkRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "remove LINK",
		Short: "Take a link away",
		Long: `Take a link away. Nothing is touched on either side, and what was held or in conflict is
asked no more; "history" still tells what was done.

A link that is made of the same project and folder later begins anew: what is equal is
paired and not sent again, of what differs both versions are kept, and nothing is deleted.
What was deleted on one side only comes back from the other. To stop for a while, "link
pause" is better.

Webhooks that "watch --hooks" has made for it are taken away. If one cannot be it is told,
and the next such watch tries again.`,
		Args:              takes(1, 1),
		ValidArgsFunction: c.completeLink,
		RunE: c.change("removed", func(ctx context.Context, o *office.Office, link string) error {
			stay, err := o.Remove(ctx, link)
			for _, s := range stay {
				c.complain(hookTrouble(s))
			}
			return err
		}),
	}
}

func (c *console) linkPauseCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "pause LINK",
		Short: "Stop keeping a link in step",
		Long: `Stop keeping a link in step until "link resume". A run that has begun, in this or another
process, begins nothing more within seconds, and ends what it is just doing as fast as the
limits of the services let it. What happens in the meantime is found when it is resumed.`,
		Args:              takes(1, 1),
		ValidArgsFunction: c.completeLink,
		RunE: c.change("paused", func(ctx context.Context, o *office.Office, link string) error {
			return o.Links.Pause(ctx, link)
		}),
	}
}

func (c *console) linkResumeCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "resume LINK",
		Short:             "Go on keeping a link in step",
		Args:              takes(1, 1),
		ValidArgsFunction: c.completeLink,
		RunE: c.change("resumed", func(ctx context.Context, o *office.Office, link string) error {
			return o.Links.Resume(ctx, link)
		}),
	}
}

func (c *console) linkReleaseCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "release LINK",
		Short: "Let deletes flow again after a restore",
		Long: `Let deletes of a link flow again whose data directory was put back from a backup. Until
then every delete is held: what looks deleted from back then may have been restored by
somebody since. "sync" and "status" show what is held. For 24 hours after the restore the
limit of deletes counts as used up, so what was held goes on after that, or when a person
approves it.`,
		Args:              takes(1, 1),
		ValidArgsFunction: c.completeLink,
		RunE: c.change("released: deletes flow again", func(ctx context.Context, o *office.Office, link string) error {
			done, err := o.Release(ctx, link)
			if err == nil && !done {
				err = &advised{fmt.Errorf("the link was not put back from a backup, or is released already: %w", syncer.ErrInvalid), "its deletes flow, so there is nothing to do"}
			}
			return err
		}),
	}
}

// taken says of an error whether it is that another link has the name.
func taken(ctx context.Context, o *office.Office, name string, err error) error {
	if name == "" || !errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, none := o.Links.Get(ctx, name); none != nil {
		return err
	}
	return &advised{&worded{fmt.Sprintf("--name: there is a link %q already", name), err}, `choose another name; "procorebox link list" shows those that there are`}
}

// change is a command that does one thing to a link and says so.
func (c *console) change(done string, do func(ctx context.Context, o *office.Office, link string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		return c.with(cmd, func(ctx context.Context, o *office.Office) error {
			l, err := o.Links.Get(ctx, args[0])
			if err != nil {
				return err
			}
			if err := do(ctx, o, l.ID); err != nil {
				return err
			}
			return c.print("link %s %s\n", readable(l.Name), done)
		})
	}
}

// completeLink completes the first argument by the names of links.
func (c *console) completeLink(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var names []string
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	err := c.with(cmd, func(ctx context.Context, o *office.Office) error {
		all, err := o.Links.All(ctx)
		for _, l := range all {
			names = append(names, fmt.Sprintf("%s\t%s", l.Name, l.Target()))
		}
		return err
	})
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
