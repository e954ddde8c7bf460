package main

import (
	"context"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
)

// exported is what an export command writes, and to where.
type exported struct {
	format, out string
}

func (c *console) exportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write history, files or errors as CSV or JSON Lines",
		Long: `Write what is remembered for other programs: as CSV (RFC 4180, UTF-8, with a line of column
names) or as JSON Lines. No service is called. What a spreadsheet could take for a formula in
a cell of CSV has a ' before it. Excel shows accents right with csv-excel: that is CSV which
begins with a mark (BOM) that other programs take for a part of the first name. Times are by
UTC. Columns keep their names from version to version; new ones come behind the others.
Procore tells web links of RFIs only, so procore_link is empty for all else.`,
	}
	var p past
	history := c.export("history", "what was done, item by item", office.HistorySheet().Columns, func(ctx context.Context, o *office.Office, link string, w io.Writer, e exported) error {
		h, err := p.read(link, time.Now())
		return give(w, e, office.HistorySheet(), o.Items(ctx, h), err)
	})
	p.times(history.Flags())
	var q past
	runs := c.export("runs", "the runs, the last one first", office.RunSheet().Columns, func(ctx context.Context, o *office.Office, link string, w io.Writer, e exported) error {
		h, err := q.read(link, time.Now())
		return give(w, e, office.RunSheet(), o.Runs(ctx, h), err)
	})
	q.times(runs.Flags())
	files := c.export("files", "all files and folders as they were last read", office.FileSheet().Columns, func(ctx context.Context, o *office.Office, link string, w io.Writer, e exported) error {
		return give(w, e, office.FileSheet(), o.KnownFiles(ctx, link), nil)
	})
	errors := c.export("errors", "what went wrong and is not over", office.TroubleSheet().Columns, func(ctx context.Context, o *office.Office, link string, w io.Writer, e exported) error {
		return give(w, e, office.TroubleSheet(), o.Troubles(ctx, link), nil)
	})
	cmd.AddCommand(history, runs, files, errors)
	return onlyWords(cmd)
}

func give[T any](w io.Writer, e exported, s office.Sheet[T], all iter.Seq2[T, error], err error) error {
	if err != nil {
		return err
	}
	return office.Export(w, e.format, s, all)
}

// export is a command that writes one kind of thing.
func (c *console) export(name, what string, columns []string, write func(ctx context.Context, o *office.Office, link string, w io.Writer, e exported) error) *cobra.Command {
	var e exported
	cmd := &cobra.Command{
		Use:   name + " [LINK]",
		Short: "Write " + what,
		Long: "Write " + what + ", of a link or of all. Columns:\n\n  " + strings.Join(columns, ", ") +
			"\n\nWith --out the file has its name only when it is complete, and only you can read it.",
		Example:           "  procorebox export " + name + " --format csv --out " + name + ".csv",
		Args:              takes(0, 1),
		ValidArgsFunction: c.completeLink,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(office.Formats(), e.format) {
				return usage("--format must be csv, csv-excel or jsonl, not %q", e.format)
			}
			return c.with(cmd, func(ctx context.Context, o *office.Office) error {
				if e.out == "" {
					return write(ctx, o, optional(args), c.stdout, e)
				}
				return unwritten("write the export", e.out, office.WriteFile(e.out, func(w io.Writer) error { return write(ctx, o, optional(args), w, e) }))
			})
		},
	}
	cmd.Flags().StringVar(&e.format, "format", "csv", "`csv`, csv-excel or jsonl")
	cmd.Flags().StringVar(&e.out, "out", "", "write to `FILE`")
	return cmd
}
