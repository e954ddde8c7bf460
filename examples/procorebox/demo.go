package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/examples/internal/site"
	"github.com/procorebox/procorebox/examples/internal/stage"
	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
)

func (c *console) demoCommand() *cobra.Command {
	var keep bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show it all on this machine, without any account",
		Long: `Start a fake Procore with a construction project and a fake Box on this machine, connect
them, make a link, and sync it for the first time. Then a short story: an edit on each
side, a folder renamed, a conflict, deletes that the limit holds. Each step says what
happened and where to look: on which side, and with which command (with --keep). Nothing
leaves this machine, and nothing is left on it.

With --keep the fakes go on when the story is over, and the variables are printed with
which the other commands reach them from another terminal. ANN_TOKEN and BOB_TOKEN are
access tokens of Ann, who works in Procore, and of Bob, who works in Box: with them you
can make edits of your own. It also prints how a watch beside it is told by webhooks who
deletes something in Procore.`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error { return c.demo(cmd.Context(), keep) },
	}
	cmd.Flags().BoolVar(&keep, "keep", false, "leave everything running until interrupted")
	return cmd
}

// demo is the whole of it.
func (c *console) demo(ctx context.Context, keep bool) (err error) {
	d := &demo{c: c, began: time.Now()}
	defer func() { err = errors.Join(err, d.close()) }()
	for _, step := range []func(context.Context) error{d.serve, d.open, d.connect, d.link, d.firstSync, d.story, d.end} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	if !keep {
		return nil
	}
	return d.stay(ctx)
}

// demo is two fakes, an office between them, and people on both sides.
type demo struct {
	c       *console
	began   time.Time
	procore *procoretest.Server
	box     *boxtest.Server
	office  *office.Office
	data    string
	own     bool // the data directory is to be removed

	folder boxtest.Item        // the project's in Box
	ann    *procoretest.Person // edits in Procore
	bob    *boxtest.Person     // edits in Box
	steps  int
}

func (d *demo) close() error {
	var all []error
	if d.office != nil {
		all = append(all, d.office.Close())
	}
	if d.procore != nil {
		all = append(all, d.procore.Close())
	}
	if d.box != nil {
		all = append(all, d.box.Close())
	}
	if d.own {
		all = append(all, os.RemoveAll(d.data))
	}
	return errors.Join(all...)
}

// head begins a step.
func (d *demo) head(format string, args ...any) error {
	d.steps++
	return d.c.print("\n%d. %s\n\n", d.steps, fmt.Sprintf(format, args...))
}

// serve starts both fakes, and fills one with a project.
func (d *demo) serve(ctx context.Context) error {
	play := site.New(site.Options{})
	if err := d.head("Two fakes start on this machine; Procore's holds the project %q.", play.Name); err != nil {
		return err
	}
	var err error
	if d.procore, err = procoretest.Start(ctx, "127.0.0.1:0", stage.New(play).Options(procoretest.Options{Limits: procoretest.NoLimits})); err != nil {
		return err
	}
	if err := stage.New(play).Furnish(d.procore.Procore); err != nil {
		return err
	}
	if d.box, err = boxtest.Start(ctx, "127.0.0.1:0", boxtest.Options{
		Limits: boxtest.NoLimits, PrimaryKey: boxPrimaryKey, SecondaryKey: boxSecondaryKey,
	}); err != nil {
		return err
	}
	if d.folder, err = d.box.Home().CreateFolder("0", play.Name); err != nil {
		return err
	}
	d.ann = d.procore.AddUser("Ann Baker", "ann@builder.example")
	d.procore.PermitAllProjects(d.ann.User)
	d.bob = d.box.AddUser("Bob Costa", "bob@owner.example")
	if err := d.box.Home().Collaborate(d.folder, d.bob, "editor"); err != nil {
		return err
	}
	if err := d.c.print("   %d files, %d photos, %d RFIs, %d submittals\n",
		len(play.Files), photos(play), len(play.RFIs), len(play.Submittals)); err != nil {
		return err
	}
	return d.look("Procore at %s, Box at %s, while this runs; procorebox projects, procorebox folders", d.procore.URLs().API, d.box.URLs().API)
}

func photos(p *site.Project) int {
	n := 0
	for _, a := range p.Albums {
		n += len(a.Photos)
	}
	return n
}

// settings say where the fakes are.
func (d *demo) settings() office.Settings {
	at, from := d.box.URLs(), d.procore.URLs()
	boxID, boxSecret := d.box.Client()
	procoreID, procoreSecret := d.procore.Client()
	settle := time.Duration(0)
	return office.Settings{
		Data: d.data, Settle: &settle,
		Box: office.BoxSettings{
			Bases:    box.Bases{API: at.API, Upload: at.Upload, Login: at.Login},
			ClientID: boxID, ClientSecret: boxSecret, RefreshToken: d.box.RefreshToken(), Folder: d.folder.ID,
		},
		Procore: office.ProcoreSettings{
			Bases:    procore.Bases{API: from.API, Login: from.Login},
			ClientID: procoreID, ClientSecret: procoreSecret, RefreshToken: d.procore.RefreshToken(),
			Company: strconv.FormatInt(d.procore.Company().ID, 10), Project: strconv.FormatInt(d.procore.Project().ID, 10),
		},
	}
}

// open makes a data directory: that of --data, or one for the time of the demo.
func (d *demo) open(ctx context.Context) error {
	d.data = d.c.data
	if d.data == "" {
		dir, err := os.MkdirTemp("", "procorebox-demo-")
		if err != nil {
			return err
		}
		d.data, d.own = dir, true
	}
	var err error
	d.office, err = office.Open(ctx, d.settings(), &office.Options{Backoff: time.Nanosecond})
	return err
}

// connect signs in to both.
func (d *demo) connect(ctx context.Context) error {
	if err := d.head("The program signs in to both: procorebox connect procore, procorebox connect box"); err != nil {
		return err
	}
	s := d.settings()
	toProcore, err := d.office.ConnectProcore(ctx, office.Connection{
		Way: office.Browser, ClientID: s.Procore.ClientID, ClientSecret: s.Procore.ClientSecret,
	})
	if err != nil {
		return err
	}
	toBox, err := d.office.ConnectBox(ctx, office.Connection{Way: office.Browser, ClientID: s.Box.ClientID, ClientSecret: s.Box.ClientSecret})
	if err != nil {
		return err
	}
	if err := d.c.print("   connected to Procore as %s\n   connected to Box as %s\n", toProcore.Account, toBox.Account); err != nil {
		return err
	}
	return d.look("procorebox doctor, which says what the two accounts may do")
}

// stay serves until the context ends. The data directory is left to the other commands, of which restore wants it
// alone.
func (d *demo) stay(ctx context.Context) error {
	s := d.settings()
	err := d.office.Close()
	d.office = nil
	if err != nil {
		return err
	}
	if err := d.c.print("\nAll of it goes on until you interrupt it. From another terminal, after these lines,\n" +
		"every other command reaches it.\n\n"); err != nil {
		return err
	}
	for _, line := range [][2]string{
		{"PROCOREBOX_DATA", d.data},
		{"PROCOREBOX_SETTLE", "0s"},
		{"BOX_API_BASE", s.Box.Bases.API},
		{"BOX_UPLOAD_BASE", s.Box.Bases.Upload},
		{"BOX_LOGIN_BASE", s.Box.Bases.Login},
		{"BOX_WEBHOOK_PRIMARY_KEY", boxPrimaryKey},
		{"PROCORE_BASE", s.Procore.Bases.API},
		{"PROCORE_LOGIN_BASE", s.Procore.Bases.Login},
		{"PROCORE_COMPANY_ID", s.Procore.Company},
		{"PROCORE_PROJECT_ID", s.Procore.Project},
	} {
		if err := d.c.print("export %s=%s\n", line[0], quote(line[1])); err != nil {
			return err
		}
	}
	if err := d.people(); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// demoHooks is where a watch beside the demo takes webhooks.
const demoHooks = "127.0.0.1:9465"

// people tells how to make an edit as one of them, since the fakes have no pages for a browser.
func (d *demo) people() error {
	return d.c.print("export ANN_TOKEN=%[1]s\nexport BOB_TOKEN=%[2]s\n\n"+
		"To change something yourself, call the fakes as Ann does in Procore or Bob in Box, with the\n"+
		"number that \"procorebox why\" tells of an item. Bob deletes a file so:\n\n"+
		"procorebox why demo 'Documents/05 Meetings/OAC/Agenda (template).md'\n"+
		"curl -X DELETE -H \"Authorization: Bearer $BOB_TOKEN\" $BOX_API_BASE/2.0/files/NUMBER\n"+
		"procorebox sync demo\n\n"+
		"A watch keeps both sides in step. This one is told by webhooks who does what in Procore:\n\n"+
		"procorebox watch --hooks http://%[3]s --hooks-listen %[3]s\n\n"+
		"From a third terminal Ann deletes a folder, and why tells then that it was she:\n\n"+
		"procorebox why demo 'Documents/05 Meetings/Mail'\n"+
		"curl -X DELETE -H \"Authorization: Bearer $ANN_TOKEN\" -H \"Procore-Company-Id: $PROCORE_COMPANY_ID\" \\\n"+
		"  \"$PROCORE_BASE/rest/v1.0/folders/NUMBER?project_id=$PROCORE_PROJECT_ID\"\n"+
		"procorebox why demo 'Documents/05 Meetings/Mail'\n",
		quote(d.procore.TokenFor(d.ann.User, 0)), quote(d.box.TokenFor(d.bob.User, 0)), demoHooks)
}

// quote makes a word for a shell.
func quote(s string) string {
	if !strings.ContainsAny(s, " '\"\\$`&;|<>()*?[]{}~#!") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
