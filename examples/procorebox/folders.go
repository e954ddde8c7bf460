package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
)

func (c *console) foldersCommand() *cobra.Command {
	var asJSON bool
	var levels int
	cmd := &cobra.Command{
		Use:   "folders [ID]",
		Short: "List folders of Box, to choose one from",
		Long: `List the folders that stand directly in a folder of Box, by default in the top one.
The number is what --box-folder of "link add" takes; a browser shows it, too, at the end
of the address of a folder.`,
		Example: "  procorebox folders\n  procorebox folders 123456789 --levels 2",
		Args:    takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id := "0"
			if len(args) == 1 {
				id = args[0]
			}
			return c.making(cmd, func(ctx context.Context, o *office.Office) error {
				return c.folders(ctx, o, id, levels, asJSON)
			})
		},
	}
	cmd.Flags().IntVar(&levels, "levels", 1, "how many levels of folders to list")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (c *console) folders(ctx context.Context, o *office.Office, id string, levels int, asJSON bool) error {
	if levels < 1 {
		return usage("--levels must be 1 or more, not %d", levels)
	}
	if err := numeric("ID", id); err != nil {
		return err
	}
	box, err := o.Box(ctx)
	if err != nil {
		return err
	}
	all, err := box.Folders(ctx, id, levels)
	if err != nil {
		return err
	}
	if asJSON {
		return list(c, all)
	}
	var rows [][]string
	for _, f := range all {
		rows = append(rows, []string{f.ID, f.Path, f.Link})
	}
	return c.table([]string{"FOLDER", "PATH", "LINK"}, rows)
}
