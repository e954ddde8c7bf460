package main

import (
	"context"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/doctor"
	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/syncer/connect"
)

type doctorFlags struct {
	json, settle, write      bool
	boxFolder, procoreFolder string
}

func (c *console) doctorCommand() *cobra.Command {
	var f doctorFlags
	cmd := &cobra.Command{
		Use:   "doctor [LINK]",
		Short: "Look for what keeps links from being synced",
		Long: `Look for what keeps a link, or all of them, from being synced, and say what to do: the data
directory and its disk, how the program signs in and how old that is, what the account may
do in each tool and folder and what a missing right costs, webhooks, limits, the clock, and
answers that this program has never seen. Each check is one line: ok, warning or failure.
It only reads, and works beside a running watch.

With --settle-facts it asks the services how they behave where no document tells, and prints
each question with the answer. The program relies on none of them, but whoever looks after it
wants to know. That only reads, too. What can be asked by writing alone stays open, unless
--write allows that in folders that you name: a scratch folder is made there, and moved to
the trash afterwards. With --write it also tries there what the account may do: make, change,
rename and delete. A watch or a sync would carry the scratch folder over and disturb the answers:
"procorebox link pause" the link until it is done. Questions that are not asked are listed in the
end, each with the reason.

Exit code 1 says that something failed; warnings leave it 0.`,
		Example: `  procorebox doctor
  procorebox doctor bridge --settle-facts
  procorebox doctor bridge --settle-facts --write --box-folder 123456789 --procore-folder 4711`,
		Args:              takes(0, 1),
		ValidArgsFunction: c.completeLink,
		RunE: func(cmd *cobra.Command, args []string) error {
			scratch, err := f.scratch()
			if err != nil {
				return err
			}
			witness := &doctor.Witness{Next: connect.NewTransport()}
			return c.through(cmd, &office.Options{HTTP: witness}, func(ctx context.Context, o *office.Office) error {
				return c.doctor(ctx, o, doctor.New(o, witness), optional(args), scratch, f)
			})
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.json, "json", false, "print JSON")
	flags.BoolVar(&f.settle, "settle-facts", false, "ask the services how they behave where no document tells")
	flags.BoolVar(&f.write, "write", false, "allow --settle-facts to write in the folders that are named")
	flags.StringVar(&f.boxFolder, "box-folder", "", "with --write: make a scratch folder in the folder of Box of this `ID`")
	flags.StringVar(&f.procoreFolder, "procore-folder", "", "with --write: make one in the folder of the link's documents of this `ID`")
	return cmd
}

// scratch reads where may be written.
func (f *doctorFlags) scratch() (doctor.Scratch, error) {
	s := doctor.Scratch{Box: f.boxFolder}
	named := f.boxFolder != "" || f.procoreFolder != ""
	switch {
	case f.write && !f.settle:
		return s, usage("--write is for --settle-facts; nothing else writes")
	case f.write && !named:
		return s, usage("--write needs --box-folder, --procore-folder or both: where to make a scratch folder")
	case named && !f.write:
		return s, usage("--box-folder and --procore-folder are for --write")
	case f.procoreFolder == "":
		return s, nil
	}
	n, err := strconv.ParseInt(f.procoreFolder, 10, 64)
	if err != nil || n <= 0 {
		return s, usage("--procore-folder %q is no number of a folder", f.procoreFolder)
	}
	s.Procore = procore.ID(n)
	return s, nil
}

// diagnosis is what "doctor --json" prints.
type diagnosis struct {
	Findings []doctor.Finding `json:"findings"`
	Facts    []doctor.Fact    `json:"facts,omitempty"`
	NotAsked []doctor.Unasked `json:"not_asked,omitempty"`
}

func (c *console) doctor(ctx context.Context, o *office.Office, d *doctor.Doctor, which string, s doctor.Scratch, f doctorFlags) error {
	links, err := chosen(ctx, o, which)
	if err != nil {
		return err
	}
	var told diagnosis
	if told.Findings, err = d.Examine(ctx, links); err != nil {
		return err
	}
	var broken error
	if f.write {
		var tried []doctor.Finding
		if tried, s, err = d.Try(ctx, subject(o.Settings(), links), s); err != nil {
			return err
		}
		told.Findings = append(told.Findings, tried...)
	}
	if f.settle {
		told.Facts, broken = d.Settle(ctx, subject(o.Settings(), links), s)
		told.NotAsked = doctor.NotAsked()
	}
	if f.json {
		err = c.object(told)
	} else {
		err = c.diagnosis(told)
	}
	switch {
	case err != nil:
		return err
	case broken != nil:
		return broken
	case !doctor.Healthy(told.Findings):
		return errWaits
	}
	return nil
}

// chosen is a link, or all of them, paused ones too.
func chosen(ctx context.Context, o *office.Office, which string) ([]mapping.Link, error) {
	if which == "" {
		return o.Links.All(ctx)
	}
	return o.Choose(ctx, which)
}

// subject is what is asked about: the first link of a project, or what the environment names.
func subject(s office.Settings, links []mapping.Link) mapping.Link {
	if i := slices.IndexFunc(links, func(l mapping.Link) bool { return l.Project != "" }); i >= 0 {
		return links[i]
	}
	if len(links) > 0 {
		return links[0]
	}
	l := mapping.Link{Company: s.Procore.Company, Project: s.Procore.Project, Folder: s.Box.Folder}
	if l.Project == "" {
		l.Company = ""
	}
	return l
}

// diagnosis prints one line for each check and each fact.
func (c *console) diagnosis(told diagnosis) error {
	var rows [][]string
	for _, f := range told.Findings {
		found := f.Found
		if f.Do != "" {
			found += "; " + f.Do
		}
		rows = append(rows, []string{string(f.Result), f.About, found})
	}
	if err := c.table([]string{"", "CHECK", "FOUND"}, rows); err != nil || told.Facts == nil {
		return err
	}
	rows = nil
	for _, f := range told.Facts {
		answer := f.Answer
		if answer == "" {
			answer = "open: " + f.Open
		}
		rows = append(rows, []string{string(f.Service), f.Question, answer})
	}
	if err := c.print("\n"); err != nil {
		return err
	}
	if err := c.table([]string{"SERVICE", "QUESTION", "ANSWER"}, rows); err != nil {
		return err
	}
	rows = nil
	for _, q := range told.NotAsked {
		rows = append(rows, []string{string(q.Service), q.Question, q.Why})
	}
	if err := c.print("\n"); err != nil {
		return err
	}
	return c.table([]string{"SERVICE", "NOT ASKED", "BECAUSE"}, rows)
}
