package main

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
)

// past are the flags that choose what of the past is of interest.
type past struct {
	since, until string
	options      office.HistoryOptions
}

func (p *past) times(flags *pflag.FlagSet) {
	flags.StringVar(&p.since, "since", "", "only what was at that `TIME` or later: 2026-05-04, \"2026-05-04 15:30\", or 2h or 7d ago")
	flags.StringVar(&p.until, "until", "", "only what was before that `TIME`")
}

// read takes the flags together.
func (p *past) read(link string, now time.Time) (h office.HistoryOptions, err error) {
	h = p.options
	h.Link = link
	if h.Since, err = parseTime(p.since, now); err != nil {
		return h, usage("--since %v", err)
	}
	if h.Until, err = parseTime(p.until, now); err != nil {
		return h, usage("--until %v", err)
	}
	if err := h.Check(); err != nil {
		return h, &usageError{fmt.Errorf("--%w", err)}
	}
	return h, nil
}

// parseTime reads a time as people write it: a day or an instant by the clock of this place, or how long ago.
func parseTime(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 {
			return now.AddDate(0, 0, -n), nil
		}
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	for _, form := range []string{time.DateOnly, "2006-01-02 15:04", time.DateTime, time.RFC3339} {
		if t, err := time.ParseInLocation(form, text, time.Local); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("must be a time such as 2026-05-04, \"2026-05-04 15:30\", 2h or 7d, not %q", text)
}

func (c *console) historyCommand() *cobra.Command {
	var p past
	var asJSON, items bool
	var run string
	cmd := &cobra.Command{
		Use:   "history [LINK]",
		Short: "Say what was done, and by whom",
		Long: `Say what was done, in a link or in all, as far as it is remembered here: no service is called.

Without more, the runs of each tool are listed, the last one first: its number, when it began,
how long it took, what began it, how it ended, what it did, and the calls it made. Runs that
wrote nothing and came to the same end are one line with how often (x12).

  settled      both sides agree         paused   the tool's folder is away
  waits        something is left        halted   a person must look
  unfinished   a later run goes on      failed   an error ended it
  running      it works now             stopped  somebody ended it
  interrupted  the program died; the next run finds out what was done

With --items, --run or one of --path, --op, --result and --by, items are listed instead, in the
order in which they were done: when, by which run, what, on which side, from where to where,
how it ended, bytes, who made the change that was carried over and when, and why. What people
have decided with "holds" and "conflicts" stands between: approved, rejected, undone, chosen,
with the user of the machine who did so. "agree" notes that both sides are alike, "adopt" takes
two files for one, and "decline" leaves on a side what the other does without, or waits with it.

A --path may hold * and **, and a folder stands for all below it. With --json each line is
one object. What is older than PROCOREBOX_KEEP_DAYS (400 days) is forgotten.`,
		Example: "  procorebox history bridge --since 7d\n  procorebox history bridge --run 57\n" +
			"  procorebox history --op delete --path 'Documents/Drawings' --since 2026-05-04",
		Args:              takes(0, 1),
		ValidArgsFunction: c.completeLink,
		RunE: func(cmd *cobra.Command, args []string) error {
			h, err := p.read(optional(args), time.Now())
			if err != nil {
				return err
			}
			return c.with(cmd, func(ctx context.Context, o *office.Office) error {
				if cmd.Flags().Changed("run") {
					if h.Run, err = o.RunOf(ctx, h.Link, run); err != nil {
						return noRun(err)
					}
				}
				if items || h.Items() {
					return c.historyItems(ctx, o, h, asJSON)
				}
				return c.historyRuns(o.Runs(ctx, h), asJSON)
			})
		},
	}
	flags := cmd.Flags()
	p.times(flags)
	flags.StringVar(&run, "run", "", "only what that `RUN` did: its number here, or what \"holds\" calls it")
	flags.BoolVar(&items, "items", false, "list items, not runs")
	flags.StringVar(&p.options.Path, "path", "", "only items at a `PATTERN`, as in 'Documents/**/*.pdf'")
	flags.StringVar(&p.options.Op, "op", "", "only one `KIND` of deed, as in delete")
	flags.StringVar(&p.options.Result, "result", "", "only those that ended `SO`: done, failed, held, blocked, dropped, left, conflict, approved, rejected, undone, chosen")
	flags.StringVar(&p.options.By, "by", "", "only changes of the `PERSON` of that name or account")
	flags.BoolVar(&asJSON, "json", false, "print JSON, a line for each")
	return cmd
}

func (c *console) historyRuns(runs iter.Seq2[mapping.Run, error], asJSON bool) error {
	head := []string{
		"RUN", "BEGAN", "TOOK", "LINK", "TOOL", "BY", "RESULT", "TIMES", "WRITES", "BYTES", "CONFLICTS", "HELD", "SKIPPED", "FAILED",
		"BOX", "PROCORE", "",
	}
	return stream(c, runs, asJSON, "no run is remembered that fits", head, func(r mapping.Run) []string {
		took, by := "", r.By
		if !r.Ended.IsZero() {
			took = r.Ended.Sub(r.Started).Round(time.Second).String()
		}
		why := r.Reason
		if r.Full {
			why = strings.TrimSuffix("read as a whole; "+why, "; ")
		}
		t := r.Totals
		row := []string{strconv.FormatUint(r.Number, 10), when(r.Started), took, r.Name, string(r.Tool), by, string(r.State), fmt.Sprintf("x%d", r.Times)}
		for _, n := range []int64{
			int64(t.Writes), t.Bytes, int64(t.Conflicts), int64(t.Held), int64(t.Skipped), int64(t.Failed),
			r.Calls[string(office.BoxService)], r.Calls[string(office.ProcoreService)],
		} {
			cell := strconv.FormatInt(n, 10)
			if r.Ended.IsZero() {
				cell = "" // its items tell
			}
			row = append(row, cell)
		}
		return append(row, why)
	})
}

func (c *console) historyItems(ctx context.Context, o *office.Office, h office.HistoryOptions, asJSON bool) error {
	if h.Run != 0 && !asJSON {
		run, err := o.Run(ctx, h)
		if err != nil {
			return noRun(err)
		}
		if err := c.historyRuns(func(yield func(mapping.Run, error) bool) { yield(run, nil) }, false); err != nil {
			return err
		}
	}
	head := []string{"AT", "RUN", "LINK", "RESULT", "ACTION", "IN", "PATH", "FROM", "BYTES", "BY", "CHANGED AT", "WHY"}
	none := "nothing is remembered that fits"
	if h.By != "" {
		none += "; of who made a change sometimes only the number is known"
	}
	err := stream(c, o.Items(ctx, h), asJSON, none, head, func(i office.HistoryItem) []string {
		why, changed, in, run := i.Reason, "", "", ""
		if i.On != "" {
			in = i.On.Title()
		}
		if i.Run != 0 {
			run = strconv.FormatUint(i.Run, 10)
		}
		if i.Err != "" {
			why = i.Err
		}
		if !i.Changed.IsZero() {
			changed = when(i.Changed)
		}
		return []string{
			when(i.At), run, i.Link, i.Result, i.Op, in, i.Path, i.From, strconv.FormatInt(i.Bytes, 10),
			i.By, changed, why,
		}
	})
	if h.Run != 0 {
		err = noRun(err)
	}
	return err
}

// noRun says what to do about a run that is not remembered.
func noRun(err error) error {
	if err == nil || advice(err) != "" {
		return err
	}
	return &advised{err, `"procorebox history" shows those that are remembered`}
}

// batch is how many rows of a table are in columns together: a table may be too long for memory.
const batch = 200

// stream prints rows as they come: as a table under a head, or as JSON with a line for each. Of none it says
// so, but not in JSON.
func stream[T any](c *console, all iter.Seq2[T, error], asJSON bool, none string, head []string, row func(T) []string) error {
	var rows [][]string
	first := true
	flush := func() error {
		top := head
		if !first {
			top = nil
		}
		first = false
		err := c.table(top, rows)
		rows = rows[:0]
		return err
	}
	for v, err := range all {
		if err != nil {
			return err
		}
		if asJSON {
			if err := c.object(v); err != nil {
				return err
			}
			continue
		}
		if rows = append(rows, row(v)); len(rows) == batch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	switch {
	case asJSON || len(rows) == 0 && !first:
		return nil
	case len(rows) == 0:
		return c.print("%s\n", none)
	}
	return flush()
}
