package main

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
)

func (c *console) errorsCommand() *cobra.Command {
	var asJSON, items bool
	cmd := &cobra.Command{
		Use:   "errors [LINK]",
		Short: "Say what went wrong and is not over, and what to do",
		Long: `Say what went wrong and is not over, in a link or in all, as far as it is known here: no
service is called. Each line tells the link and tool, how many items it concerns, the cause in
plain words, what to do next, since when, how often it was tried and when it is tried again,
and an example with what was told. --items lists each item by itself; with --json each is a
line. Where a watch runs the next sync comes by itself.

Conflicts and holds are no errors. How many wait for a person is said in the end.

Exit code 1 says that there is something.`,
		Example:           "  procorebox errors\n  procorebox errors bridge --items",
		Args:              takes(0, 1),
		ValidArgsFunction: c.completeLink,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd, func(ctx context.Context, o *office.Office) error {
				return c.errors(ctx, o, optional(args), asJSON, items)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, a line for each item")
	cmd.Flags().BoolVar(&items, "items", false, "list each item by itself")
	return cmd
}

// ailment is what troubles of one cause have in common.
type ailment struct {
	office.Trouble

	items int
}

func (c *console) errors(ctx context.Context, o *office.Office, link string, asJSON, items bool) error {
	found := false
	told := func(yield func(office.Trouble, error) bool) {
		for t, err := range o.Troubles(ctx, link) {
			found = found || err == nil
			if !yield(t, err) {
				return
			}
		}
	}
	var err error
	if asJSON || items {
		err = stream(c, told, asJSON, nothingWrong, ailments(), func(t office.Trouble) []string { return alone(t).row() })
	} else {
		err = c.summary(told)
	}
	if err == nil && !asJSON {
		err = c.waiting(ctx, o, link)
	}
	if err == nil && found {
		err = errWaits
	}
	return err
}

// summary prints a line for each cause in each tool.
func (c *console) summary(told iter.Seq2[office.Trouble, error]) error {
	var order []*ailment
	known := map[office.Trouble]*ailment{}
	for t, err := range told {
		if err != nil {
			return err
		}
		key := t
		if t.Path != "" {
			key = office.Trouble{Link: t.Link, Tool: t.Tool, Cause: t.Cause, On: t.On}
		}
		if a := known[key]; a != nil {
			a.add(&t)
			continue
		}
		known[key] = alone(t)
		order = append(order, known[key])
	}
	if len(order) == 0 {
		return c.print("%s\n", nothingWrong)
	}
	var rows [][]string
	for _, a := range order {
		rows = append(rows, a.row())
	}
	return c.table(ailments(), rows)
}

const nothingWrong = "nothing is wrong, as far as is known here"

// waiting prints what is no error and waits.
func (c *console) waiting(ctx context.Context, o *office.Office, link string) error {
	w, err := o.Waiting(ctx, link)
	if err == nil && w.Holds > 0 {
		err = c.print("%d held for a person: procorebox holds list\n", w.Holds)
	}
	if err == nil && w.Conflicts > 0 {
		verb := "wait"
		if w.Conflicts == 1 {
			verb = "waits"
		}
		err = c.print("%s %s for a person: procorebox conflicts\n", many(w.Conflicts, "conflict"), verb)
	}
	return err
}

func alone(t office.Trouble) *ailment {
	a := &ailment{Trouble: t}
	if t.Path != "" {
		a.items = 1
	}
	return a
}

func (a *ailment) add(t *office.Trouble) {
	a.items++
	if t.Since.Before(a.Since) {
		a.Since = t.Since
	}
	a.Tried = max(a.Tried, t.Tried)
	if !t.NextTry.IsZero() && (a.NextTry.IsZero() || t.NextTry.Before(a.NextTry)) {
		a.NextTry = t.NextTry
	}
}

func ailments() []string {
	return []string{"LINK", "TOOL", "ITEMS", "WHAT", "NEXT STEP", "SINCE", "TRIED", "NEXT TRY", "TOLD"}
}

func (a *ailment) row() []string {
	where := string(a.Tool)
	if a.Tool == "" {
		where = a.On.Title()
	}
	since, next, told := "", "", a.Reason
	if !a.Since.IsZero() {
		since = when(a.Since)
	}
	if !a.NextTry.IsZero() {
		next = nextTry(a.NextTry, time.Now())
	}
	if a.Path != "" {
		told = fmt.Sprintf("%s: %s", a.Path, a.Reason)
	}
	return []string{a.Link, where, some(a.items), a.Plain, a.Next, since, some(a.Tried), next, told}
}

// some shows a number, unless it is none.
func some(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// nextTry says when something is tried again. A time that is over means the next run.
func nextTry(t, now time.Time) string {
	if !t.After(now) {
		return "the next run"
	}
	return when(t)
}
