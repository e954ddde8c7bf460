package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
)

func (c *console) filesCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "files LINK [PATH]",
		Short: "Show both sides of a link side by side",
		Long: `Show what stands in a folder of a link on both sides, side by side: equal, not equal, only in
procore, only in box, or left out by a rule of the link, which the note tells. A folder tells
how many files below it compare how. PATH begins with the tool, as in Documents/Drawings;
without it the tools are shown.

Last come the addresses under which a person opens the items; --links=false leaves them out.
Procore tells none but of RFIs, and where its documents, photos and submittals are opened
stands in no document of Procore: find them by their path, or with "why" by their number.

Files are equal if their hashes are, or if nothing has changed since both were known to
be. Both sides are read now, with all that is below the folder.`,
		Example:           "  procorebox files bridge\n  procorebox files bridge Documents/Drawings --links=false",
		Args:              takes(1, 2),
		ValidArgsFunction: c.completeLink,
	}
	var links bool
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return c.with(cmd, func(ctx context.Context, o *office.Office) error {
			f, err := o.Files(ctx, args[0], optional(args[1:]))
			if err != nil {
				return err
			}
			if asJSON {
				return c.object(f)
			}
			return c.showFiles(f, links)
		})
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&links, "links", true, "print web links")
	return cmd
}

func (c *console) showFiles(f *office.Files, links bool) error {
	head := []string{"PROCORE", "BOX", "", "SIZE", "NOTE"}
	sides := []linked{
		{"PROCORE LINK", func(item office.FileRow) *office.FileSide { return item.Procore }},
		{"BOX LINK", func(item office.FileRow) *office.FileSide { return item.Box }},
	}
	sides = slices.DeleteFunc(sides, func(s linked) bool { return !links || !slices.ContainsFunc(f.Items, s.told) })
	for _, s := range sides {
		head = append(head, s.head)
	}
	var rows [][]string
	for _, item := range f.Items {
		row := []string{name(item.Procore, item.Kind), name(item.Box, item.Kind), string(item.Same), sizes(item), item.Note}
		if item.Counts != nil {
			row[3] = counts(*item.Counts)
		}
		for _, s := range sides {
			row = append(row, webLink(s.of(item)))
		}
		rows = append(rows, row)
	}
	if err := c.table(head, rows); err != nil {
		return err
	}
	if f.Paused != "" {
		if err := c.print("paused: %s\n", readable(f.Paused)); err != nil {
			return err
		}
	}
	return c.print("%s\n", counts(f.Counts))
}

// name shows folders with a slash.
func name(f *office.FileSide, kind string) string {
	switch {
	case f == nil:
		return "-"
	case kind == "folder":
		return f.Name + "/"
	}
	return f.Name
}

// linked is a column with the web links of a side. Without any it is left out.
type linked struct {
	head string
	of   func(office.FileRow) *office.FileSide
}

func (l linked) told(item office.FileRow) bool { return webLink(l.of(item)) != "" }

func webLink(f *office.FileSide) string {
	if f == nil {
		return ""
	}
	return f.Link
}

// sizes shows both where they differ.
func sizes(r office.FileRow) string {
	switch {
	case r.Procore == nil && r.Box == nil:
		return ""
	case r.Procore == nil:
		return size(r.Box.Size)
	case r.Box == nil || r.Box.Size == r.Procore.Size:
		return size(r.Procore.Size)
	}
	return size(r.Procore.Size) + " / " + size(r.Box.Size)
}

func size(n int64) string {
	if n < 0 {
		return "?"
	}
	return strconv.FormatInt(n, 10)
}

func counts(n office.Counts) string {
	text := fmt.Sprintf("%d equal, %d not equal", n.Equal, n.NotEqual)
	if n.OnlyProcore > 0 {
		text += fmt.Sprintf(", %d only in procore", n.OnlyProcore)
	}
	if n.OnlyBox > 0 {
		text += fmt.Sprintf(", %d only in box", n.OnlyBox)
	}
	if n.LeftOut > 0 {
		text += fmt.Sprintf(", %d left out", n.LeftOut)
	}
	return text
}
