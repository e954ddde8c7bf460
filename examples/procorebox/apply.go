package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer"
)

func (c *console) applyCommand() *cobra.Command {
	var asJSON, listed bool
	cmd := &cobra.Command{
		Use:   "apply FILE",
		Short: "Do exactly what a plan says",
		Long: `Do exactly what a plan says that "plan --out FILE" has written. If anything else would be
done now, since people have worked on or another run was faster, nothing is done at all
and the exit code is 2: make a new plan then.`,
		Example: "  procorebox apply plan.json",
		Args:    takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := readPlan(args[0])
			if err != nil {
				return err
			}
			return c.with(cmd, func(ctx context.Context, o *office.Office) error { return c.apply(ctx, o, p, asJSON, listed) })
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&listed, "list", false, "print each action, not only what is left")
	return cmd
}

func readPlan(name string) (*office.Plan, error) {
	text, err := os.ReadFile(name) //nolint:gosec // the user names the file
	if err != nil {
		return nil, unread("read the plan", name, err)
	}
	var p office.Plan
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err = d.Decode(&p)
	if err == nil && p.Made.IsZero() {
		err = errors.New("it does not say when it was made")
	}
	if err != nil {
		return nil, fmt.Errorf("%s is no plan that \"plan --out\" has written: %w: %w", name, err, syncer.ErrInvalid)
	}
	return &p, nil
}

func (c *console) apply(ctx context.Context, o *office.Office, plan *office.Plan, asJSON, listed bool) error {
	p := c.printer(asJSON, listed)
	bar := c.progress(asJSON || listed)
	done, err := o.Apply(ctx, plan, func(e syncer.Event) {
		bar.event(e)
		p.event(e)
	})
	bar.end()
	if errors.Is(err, syncer.ErrStale) {
		return fmt.Errorf("nothing was done, since the world has moved on; make a new plan: %w", err)
	}
	if err != nil {
		return err
	}
	return c.synced(p, done)
}
