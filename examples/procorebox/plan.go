package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
)

type planFlags struct {
	out        string
	full, json bool
	confirm    []string
}

func (c *console) planCommand() *cobra.Command {
	var f planFlags
	cmd := &cobra.Command{
		Use:   "plan [LINK]",
		Short: "Say what sync would do",
		Long: `Say what "sync" would do now: each action with the side on which it happens, its reason, its
bytes, the calls that it takes from each service, and when the limits of the services let
it be done at the earliest. Nothing is written on either side.

With --out the plan is written to a file, too, as JSON; "apply" does exactly that, or
refuses because the world has moved on.

Exit code 1 says that something would be left that waits for a person or a retry.`,
		Example:           "  procorebox plan bridge --out plan.json\n  procorebox apply plan.json",
		Args:              takes(0, 1),
		ValidArgsFunction: c.completeLink,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd, func(ctx context.Context, o *office.Office) error { return c.plan(ctx, o, optional(args), f) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.out, "out", "", "write the plan to `FILE`")
	flags.BoolVar(&f.full, "full", false, "read both sides as a whole")
	flags.BoolVar(&f.json, "json", false, "print JSON")
	flags.StringArrayVar(&f.confirm, "confirm", nil, "plan although a run halted; the halt tells which `EVIDENCE`")
	return cmd
}

func (c *console) plan(ctx context.Context, o *office.Office, link string, f planFlags) error {
	p, err := o.Plan(ctx, link, office.PlanOptions{Full: f.full, Confirm: f.confirm})
	if err != nil {
		return err
	}
	if f.out != "" {
		text, err := json.MarshalIndent(p, "", "  ")
		if err != nil {
			return fmt.Errorf("write the plan: %w", err)
		}
		put := func(w io.Writer) error {
			_, err := w.Write(append(text, '\n'))
			return err
		}
		if err := office.WriteFile(f.out, put); err != nil { // half a plan is none
			return unwritten("write the plan", f.out, err)
		}
	}
	if len(p.Tools) == 0 {
		return c.noLinks(ctx, o)
	}
	if f.json {
		err = c.object(p)
	} else {
		err = c.showPlan(p)
	}
	if err == nil && p.Waits() {
		err = errWaits
	}
	return err
}

func (c *console) showPlan(p *office.Plan) error {
	var rows [][]string
	for _, t := range p.Tools {
		in := func(path string) string { return t.Link + ": " + t.Tool.Folder() + "/" + path }
		for _, a := range t.Actions {
			why := a.Reason
			if a.From != "" && a.From != a.Path {
				why += ", from " + a.From
			}
			rows = append(rows, []string{
				a.Op, a.On.Title(), in(a.Path), strconv.FormatInt(a.Bytes, 10), strconv.FormatInt(a.Calls.Box, 10),
				strconv.FormatInt(a.Calls.Procore, 10), duration(a.Seconds), why,
			})
		}
		for _, h := range t.Holds {
			rows = append(rows, []string{"held: " + h.Op, h.On.Title(), in(h.Path), "", "", "", "", h.Reason})
		}
		for _, s := range t.Skips {
			rows = append(rows, []string{"left", s.On.Title(), in(s.Path), "", "", "", "", s.Reason})
		}
		for _, k := range t.Conflicts {
			rows = append(rows, []string{"conflict", "", in(k.Path), "", "", "", "", k.Resolution})
		}
		switch {
		case t.Paused != "":
			rows = append(rows, []string{"paused", "", in(""), "", "", "", "", t.Paused})
		case t.Halted != "":
			rows = append(rows, []string{"halted", "", in(""), "", "", "", "", t.Halted + "; to go on: --confirm " + t.Evidence})
		}
	}
	if len(rows) > 0 {
		if err := c.table([]string{"ACTION", "IN", "PATH", "BYTES", "BOX", "PROCORE", "AFTER", "WHY"}, rows); err != nil {
			return err
		}
	}
	return c.print("%s, %s, %s to Box, %d to Procore, %s\n",
		many(p.Total.Writes, "write"), many(p.Total.Bytes, "byte"), many(p.Total.Calls.Box, "call"), p.Total.Calls.Procore, duration(p.Total.Seconds))
}

// duration shows seconds for people.
func duration(seconds float64) string {
	return time.Duration(seconds * float64(time.Second)).Round(time.Second).String()
}
