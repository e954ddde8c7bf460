package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
)

// linkFlags are the flags of "link add" and "link edit".
type linkFlags struct {
	company, project, folder, name, tools string
	companyDocuments                      bool
	rules                                 ruleFlags
	json                                  bool
}

func (c *console) linkAddCommand() *cobra.Command {
	var f linkFlags
	cmd := &cobra.Command{
		Use: `add --company ID --project ID --tools documents,photos,rfis,submittals --box-folder ID [--name N]
  procorebox link add --company ID --company-documents --box-folder ID`,
		Short: "Make a link",
		Long: `Make a link. A folder for each chosen tool is made in the Box folder, or taken if there is
one of that name. Nothing is synced yet; "plan" says what would be.

Two links may not lie in each other: the same folder of Box, a folder inside that of
another link, or the same tool of the same project twice are refused.` + aboutPatterns,
		Example: `  procorebox link add --company 4711 --project 316469 --tools documents,photos --box-folder 123456789
  procorebox link add --company 4711 --company-documents --box-folder 987654321 --delete-limit 50 --exclude 'Payroll/**'`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.making(cmd, func(ctx context.Context, o *office.Office) error { return c.addLink(ctx, cmd, o, f) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.company, "company", "", "`ID` of the company (default: PROCORE_COMPANY_ID)")
	flags.StringVar(&f.project, "project", "", "`ID` of the project (default: PROCORE_PROJECT_ID)")
	flags.BoolVar(&f.companyDocuments, "company-documents", false, "the documents of the company itself, instead of a project")
	flags.StringVar(&f.tools, "tools", "", "`LIST` of documents, photos, rfis, submittals, with commas between them")
	flags.StringVar(&f.folder, "box-folder", "", "`ID` of the folder of Box (default: BOX_FOLDER_ID)")
	flags.StringVar(&f.name, "name", "", "`name` for people (default: the link's ID)")
	flags.BoolVar(&f.json, "json", false, "print JSON")
	f.rules.register(cmd, true)
	cmd.MarkFlagsMutuallyExclusive("company-documents", "project")
	cmd.MarkFlagsMutuallyExclusive("company-documents", "tools")
	return cmd
}

func (c *console) addLink(ctx context.Context, cmd *cobra.Command, o *office.Office, f linkFlags) error {
	l, err := f.link(o.Settings())
	if err != nil {
		return err
	}
	if err := f.rules.apply(cmd, &l); err != nil {
		return err
	}
	if err := checkTarget(ctx, o, l); err != nil {
		return err
	}
	made, err := o.Links.Add(ctx, l)
	if err != nil {
		return taken(ctx, o, f.name, err)
	}
	if f.json {
		return c.object(viewOf(made))
	}
	about := made.Target()
	if made.Project != "" {
		about = words(made.Tools) + " of " + about
	}
	return c.print("link %s made: %s, in folder %s of Box\n", readable(made.Name), about, made.Folder)
}

// longestName is how long a name may be, so that a table of links stays readable.
const longestName = 100

func checkName(name string) error {
	if name != strings.TrimSpace(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return usage("--name %q has blanks around it or control characters in it", name)
	}
	if n := utf8.RuneCountInString(name); n > longestName {
		return usage("--name is %d characters long, at most %d are taken", n, longestName)
	}
	return nil
}

// checkTarget looks whether Procore has what the Link is about, and names the flag if it has not.
func checkTarget(ctx context.Context, o *office.Office, l mapping.Link) error {
	if err := l.Check(); err != nil {
		return err
	}
	procore, err := o.Procore(ctx)
	if err != nil {
		return err
	}
	err = procore.CheckTarget(ctx, l)
	if u, ok := errors.AsType[*office.Unknown](err); ok {
		lists := map[string]string{"company": "companies", "project": "projects"}[u.What]
		return &advised{fmt.Errorf("--%s: %w", u.What, err), `"procorebox ` + lists + `" lists those that there are`}
	}
	return err
}

// link puts together what flags and environment say.
func (f *linkFlags) link(env office.Settings) (mapping.Link, error) {
	l := mapping.Link{Name: f.name, Company: f.company, Project: f.project, Folder: f.folder}
	if l.Company == "" {
		l.Company = env.Procore.Company
	}
	if l.Folder == "" {
		l.Folder = env.Box.Folder
	}
	if l.Project == "" && !f.companyDocuments {
		l.Project = env.Procore.Project
	}
	if err := errors.Join(checkName(f.name), numeric("--company", f.company), numeric("--project", f.project), numeric("--box-folder", f.folder)); err != nil {
		return l, err
	}
	switch {
	case l.Company == "":
		return l, usage("--company is missing")
	case l.Project == "" && !f.companyDocuments:
		return l, usage("--project is missing, or --company-documents")
	case l.Folder == "":
		return l, usage("--box-folder is missing")
	case f.companyDocuments:
		l.Tools = []mapping.Tool{mapping.Documents}
		return l, nil
	case f.tools == "":
		return l, usage("--tools is missing: some of documents, photos, rfis, submittals")
	}
	var err error
	if l.Tools, err = mapping.ParseTools(f.tools); err != nil {
		return l, usage("--tools: %w", err)
	}
	return l, nil
}
