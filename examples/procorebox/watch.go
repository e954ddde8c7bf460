package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

func (c *console) watchCommand() *cobra.Command {
	var every time.Duration
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Keep all links in step until stopped",
		Long: `Keep all links in step until interrupted, but for those that are paused. What changes in
Box is told by Box within seconds; Procore is asked now and then. Links that are made or
changed in the meantime count, too.

Each action is printed when it is done. With --json each is one line of JSON.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if every < time.Second {
				return usage("--every must be 1s or more, not %s", every)
			}
			return c.patiently(cmd, 0, func(ctx context.Context, o *office.Office) error { return c.watch(ctx, o, every, asJSON) })
		},
	}
	cmd.Flags().DurationVar(&every, "every", time.Minute, "how often to ask Procore for changes")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (c *console) watch(ctx context.Context, o *office.Office, every time.Duration, asJSON bool) error {
	// Whoever starts a watch without a connection should be told at once.
	if _, err := o.Box(ctx); err != nil {
		return err
	}
	if _, err := o.Procore(ctx); err != nil {
		return err
	}
	c.say("keeping all links in step; interrupt to stop")
	p := c.printer(asJSON, true)
	left := map[string]string{}
	err := o.Watch(ctx, office.WatchOptions{
		Every:   every,
		Observe: func(e syncer.Event) { p.event(e) },
		Told: func(l mapping.Link, s *office.Synced) {
			was, now := left[l.ID], skipped(s)
			left[l.ID] = now
			if s.Totals.Writes > 0 || !s.Settled() || now != was {
				for _, r := range s.Results {
					p.result(r)
				}
				p.totals(s.Totals)
			}
			if s.Err != nil {
				c.complain(s.Err)
			}
		},
		Trouble: c.complain,
	})
	if err == nil {
		err = p.err
	}
	return err
}

// skipped tells two runs apart that have left different items alone.
func skipped(s *office.Synced) string {
	var all []string
	for _, r := range s.Results {
		if r.Report == nil {
			continue
		}
		for _, skip := range r.Report.Skips {
			all = append(all, fmt.Sprint(r.Tool, skip.Record, skip.ID, skip.Reason))
		}
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}
