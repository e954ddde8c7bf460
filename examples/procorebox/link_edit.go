package main

import (
	"context"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
)

func (c *console) linkEditCommand() *cobra.Command {
	var f linkFlags
	cmd := &cobra.Command{
		Use:   "edit LINK",
		Short: "Change the rules of a link",
		Long: `Change name, tools and rules of a link. What is not named stays as it is. A tool that is
left out is left alone on both sides from then on; one that is added gets its folder. What
was deleted on one side while deletes were off stays on the other when they are on again.
Company, project and folder cannot be changed: that is another link.` + aboutPatterns,
		Example:           "  procorebox link edit bridge --delete-limit 50 --exclude '**/*.tmp' --exclude 'Documents/01*/**'",
		Args:              takes(1, 1),
		ValidArgsFunction: c.completeLink,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd, func(ctx context.Context, o *office.Office) error {
				l, err := o.Links.Edit(ctx, args[0], func(l *mapping.Link) error { return f.edit(cmd, l) })
				if err != nil {
					return taken(ctx, o, f.name, err)
				}
				return c.showLink(l, f.json)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.name, "name", "", "`name` for people")
	flags.StringVar(&f.tools, "tools", "", "`LIST` of documents, photos, rfis, submittals, with commas between them")
	flags.BoolVar(&f.json, "json", false, "print JSON")
	f.rules.register(cmd, false)
	return cmd
}

// edit changes what the flags name.
func (f *linkFlags) edit(cmd *cobra.Command, l *mapping.Link) error {
	if cmd.Flags().Changed("name") {
		if f.name == "" {
			return usage("--name is empty")
		}
		if err := checkName(f.name); err != nil {
			return err
		}
		l.Name = f.name
	}
	if cmd.Flags().Changed("tools") {
		tools, err := mapping.ParseTools(f.tools)
		if err != nil {
			return usage("--tools: %w", err)
		}
		l.Tools = tools
		maps.DeleteFunc(l.Rules.Directions, func(t mapping.Tool, _ mapping.Direction) bool { return !slices.Contains(tools, t) })
	}
	return f.rules.apply(cmd, l)
}
