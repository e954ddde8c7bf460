package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
)

func (c *console) companiesCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "companies",
		Short: "List companies of Procore, to choose one from",
		Long:  `List the companies of Procore that the account belongs to. The number is what --company takes.`,
		Args:  takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.making(cmd, func(ctx context.Context, o *office.Office) error { return c.companies(ctx, o, asJSON) })
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (c *console) companies(ctx context.Context, o *office.Office, asJSON bool) error {
	procore, err := o.Procore(ctx)
	if err != nil {
		return err
	}
	all, err := procore.Companies(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		return list(c, all)
	}
	var rows [][]string
	for _, company := range all {
		rows = append(rows, []string{company.ID, company.Name, activity(company.Active)})
	}
	return c.table([]string{"COMPANY", "NAME", ""}, rows)
}

// activity says of what is not active that it is not.
func activity(active bool) string {
	if active {
		return ""
	}
	return "not active"
}
