package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/procore/procoretest"
)

// The keys that webhooks of the fake Box are signed with.
const boxPrimaryKey, boxSecondaryKey = "boxtest-primary", "boxtest-secondary"

// fakesFlags are the flags of "procorebox fakes".
type fakesFlags struct {
	box       string
	procore   string
	tree      string
	limits    string
	faultRate float64
	seed      uint64
	switches  []string
	json      bool
}

func fakesCommand() *cobra.Command {
	var f fakesFlags
	cmd := &cobra.Command{
		Use:   "fakes [--box ADDR] [--procore ADDR]",
		Short: "Serve fakes of the services until interrupted",
		Long: `Serve a fake Box, a fake Procore, or both.

--box serves on three neighbouring ports, the first of which is that of ADDR, for
https://api.box.com, https://upload.box.com/api and https://account.box.com/api.
--procore serves on three neighbouring ports, too, for https://api.procore.com with
the links of its files, https://login.procore.com, and the storage behind them. With
port 0 they are any three that are free.

When the fakes serve, what a client needs to reach them is printed in one go. The
access tokens do not expire. BOX_FOLDER_ID is an empty folder. PROCORE_PROJECT_ID is
a construction project with documents, photos, RFIs and submittals. With --tree its
documents hold what is in that directory, and there is nothing else.
ANN_TOKEN and BOB_TOKEN are access tokens of Ann, who works in Procore, and of Bob, who
works in Box. Webhooks go to addresses on this machine, too; BOX_WEBHOOK_PRIMARY_KEY and
BOX_WEBHOOK_SECONDARY_KEY are the keys that Box's are signed with.`,
		Example: `  procorebox fakes --box 127.0.0.1:0 --procore 127.0.0.1:0 --limits off --json
  procorebox fakes --procore 127.0.0.1:8095 --tree ./drawings`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			fakes, err := f.fakes()
			if err != nil {
				return err
			}
			return serveFakes(cmd.Context(), fakes, f.json, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.box, "box", "", "`address` of the fake Box, such as 127.0.0.1:8090")
	flags.StringVar(&f.procore, "procore", "", "`address` of the fake Procore, such as 127.0.0.1:8095")
	flags.StringVar(&f.tree, "tree", "", "`directory` that the documents of the fake project are to hold")
	flags.StringVar(&f.limits, "limits", "real", "rate limits: real, or off to refuse nothing")
	flags.Float64Var(&f.faultRate, "fault-rate", 0, "share of calls that fail for no reason, from 0 to 1")
	flags.Uint64Var(&f.seed, "seed", 0, "seed of the faults")
	flags.StringSliceVar(&f.switches, "switch", nil, "switch of package boxtest or procoretest to turn on, by `name`; may be repeated")
	flags.BoolVar(&f.json, "json", false, "print one line of JSON instead of lines for a shell")
	return cmd
}

// A fakeService is a fake that can be started. It says what a client needs to reach it, under the names
// of the environment that every program here reads.
type fakeService func(ctx context.Context) (io.Closer, map[string]string, error)

// fakes reads the flags. An error names the one that is wrong.
func (f fakesFlags) fakes() ([]fakeService, error) {
	if f.limits != "real" && f.limits != "off" {
		return nil, fmt.Errorf("--limits must be real or off, not %q", f.limits)
	}
	if f.box == "" && f.procore == "" {
		return nil, errors.New("--box and --procore are missing: say where a fake is to listen")
	}
	if !(f.faultRate >= 0 && f.faultRate <= 1) {
		return nil, fmt.Errorf("--fault-rate must be from 0 to 1, not %g", f.faultRate)
	}
	boxSwitches, procoreSwitches, err := f.readSwitches()
	if err != nil {
		return nil, err
	}
	if err := f.checkTree(); err != nil {
		return nil, err
	}
	var all []fakeService
	if f.box != "" {
		o := boxtest.Options{
			FaultRate: f.faultRate, Seed: f.seed, Switches: boxSwitches, PrimaryKey: boxPrimaryKey, SecondaryKey: boxSecondaryKey,
		}
		if f.limits == "off" {
			o.Limits = boxtest.NoLimits
		}
		all = append(all, fakeBox(f.box, o))
	}
	if f.procore != "" {
		o := procoretest.Options{FaultRate: f.faultRate, Seed: f.seed, Switches: procoreSwitches}
		if f.limits == "off" {
			o.Limits = procoretest.NoLimits
		}
		all = append(all, fakeProcore(f.procore, f.tree, o))
	}
	return all, errors.Join(checkAddress("--box", f.box), checkAddress("--procore", f.procore))
}

// readSwitches finds the switches by name. Each must be known to a fake that is served.
func (f fakesFlags) readSwitches() (b boxtest.Switches, p procoretest.Switches, err error) {
	set := map[string]func(){}
	if f.procore != "" {
		for _, s := range p.All() {
			set[s.Name] = func() { s.Set(&p, true) }
		}
	}
	if f.box != "" {
		for _, s := range b.All() {
			before := set[s.Name]
			set[s.Name] = func() {
				s.Set(&b, true)
				if before != nil {
					before()
				}
			}
		}
	}
	for _, name := range f.switches {
		turn := set[name]
		if turn == nil {
			return b, p, fmt.Errorf("--switch knows no %q", name)
		}
		turn()
	}
	return b, p, nil
}

func (f fakesFlags) checkTree() error {
	if f.tree == "" {
		return nil
	}
	if f.procore == "" {
		return errors.New("--tree is for the fake Procore: --procore is missing")
	}
	info, err := os.Stat(f.tree)
	switch {
	case err != nil:
		return fmt.Errorf("--tree must be a directory: %w", err)
	case !info.IsDir():
		return fmt.Errorf("--tree must be a directory, and %q is none", f.tree)
	}
	return nil
}

// checkAddress wants a host and a port that leaves room for its two neighbours.
func checkAddress(flag, addr string) error {
	if addr == "" {
		return nil
	}
	_, text, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("%s must be host:port, not %q", flag, addr)
	}
	if port, err := strconv.ParseUint(text, 10, 16); err != nil || port > 65533 {
		return fmt.Errorf("%s must have a port from 0 to 65533, not %q", flag, text)
	}
	return nil
}

// serveFakes serves until the context ends.
func serveFakes(ctx context.Context, fakes []fakeService, asJSON bool, out io.Writer) (err error) {
	settings := map[string]string{}
	for _, start := range fakes {
		server, names, err := start(ctx)
		if err != nil {
			return err
		}
		defer server.Close()
		maps.Copy(settings, names)
	}
	if err := printSettings(out, settings, asJSON); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// printSettings prints what a client needs: a line of JSON, or lines that a shell can read.
func printSettings(out io.Writer, settings map[string]string, asJSON bool) error {
	text, err := json.Marshal(settings)
	if err != nil {
		return fmt.Errorf("print the settings: %w", err)
	}
	if !asJSON {
		var lines []string
		for _, name := range slices.Sorted(maps.Keys(settings)) {
			lines = append(lines, "export "+name+"="+settings[name])
		}
		text = []byte(strings.Join(lines, "\n"))
	}
	_, err = fmt.Fprintf(out, "%s\n", text)
	return err
}

// fakeBox makes a folder to work in.
func fakeBox(addr string, o boxtest.Options) fakeService {
	return func(ctx context.Context) (io.Closer, map[string]string, error) {
		server, err := boxtest.Start(ctx, addr, o)
		if err != nil {
			return nil, nil, err
		}
		names, err := boxSettings(server) //nolint:contextcheck // what a person does there is no call
		if err != nil {
			return nil, nil, errors.Join(err, server.Close())
		}
		return server, names, nil
	}
}

func boxSettings(server *boxtest.Server) (map[string]string, error) {
	folder, err := server.Home().CreateFolder("0", "procorebox")
	if err != nil {
		return nil, fmt.Errorf("make a folder in the fake box: %w", err)
	}
	bob := server.AddUser("Bob Costa", "bob@owner.example")
	if err := server.Home().Collaborate(folder, bob, "editor"); err != nil {
		return nil, fmt.Errorf("let Bob into a folder of the fake box: %w", err)
	}
	urls := server.URLs()
	id, secret := server.Client()
	return map[string]string{
		"BOB_TOKEN": server.TokenFor(bob.User, 0), "BOX_WEBHOOK_PRIMARY_KEY": boxPrimaryKey, "BOX_WEBHOOK_SECONDARY_KEY": boxSecondaryKey,
		"BOX_API_BASE": urls.API, "BOX_UPLOAD_BASE": urls.Upload, "BOX_LOGIN_BASE": urls.Login,
		"BOX_TOKEN": server.Token(), "BOX_CLIENT_ID": id, "BOX_CLIENT_SECRET": secret,
		"BOX_REFRESH_TOKEN": server.RefreshToken(), "BOX_FOLDER_ID": folder.ID,
	}, nil
}
