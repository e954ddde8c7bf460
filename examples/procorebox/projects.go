package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
)

func (c *console) projectsCommand() *cobra.Command {
	var company string
	var inactive, asJSON bool
	cmd := &cobra.Command{
		Use:   "projects [--company ID]",
		Short: "List projects of Procore, to choose one from",
		Long: `List the projects of Procore that the account may see, of one company or of all that it
belongs to. The numbers are what --company and --project of "link add" take.

The service account of an app sees only the projects that somebody allowed it, and must
say which company: --company, or PROCORE_COMPANY_ID.`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := numeric("--company", company); err != nil {
				return err
			}
			return c.making(cmd, func(ctx context.Context, o *office.Office) error {
				if company == "" {
					company = o.Settings().Procore.Company
				}
				return c.projects(ctx, o, company, inactive, asJSON)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&company, "company", "", "`ID` of the company (default: PROCORE_COMPANY_ID, or all)")
	flags.BoolVar(&inactive, "inactive", false, "also those that are not active")
	flags.BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (c *console) projects(ctx context.Context, o *office.Office, company string, inactive, asJSON bool) error {
	procore, err := o.Procore(ctx)
	if err != nil {
		return err
	}
	all, err := procore.Projects(ctx, company, inactive)
	if err != nil {
		return err
	}
	if asJSON {
		return list(c, all)
	}
	var rows [][]string
	for _, p := range all {
		rows = append(rows, []string{p.Company, p.ID, p.Number, p.Name, activity(p.Active)})
	}
	return c.table([]string{"COMPANY", "PROJECT", "NUMBER", "NAME", ""}, rows)
}
