package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/box/boxtest"
)

// fakesFlags are the flags of "procorebox fakes".
type fakesFlags struct {
	box       string
	limits    string
	faultRate float64
	seed      uint64
	switches  []string
	json      bool
}

// A settings is what a client needs to reach the fakes. The names are those of the environment that
// every program here reads.
type settings struct {
	APIBase      string `json:"BOX_API_BASE"`
	UploadBase   string `json:"BOX_UPLOAD_BASE"`
	LoginBase    string `json:"BOX_LOGIN_BASE"`
	Token        string `json:"BOX_TOKEN"`
	ClientID     string `json:"BOX_CLIENT_ID"`
	ClientSecret string `json:"BOX_CLIENT_SECRET"`
	RefreshToken string `json:"BOX_REFRESH_TOKEN"`
	FolderID     string `json:"BOX_FOLDER_ID"`
}

func fakesCommand() *cobra.Command {
	var f fakesFlags
	cmd := &cobra.Command{
		Use:   "fakes --box ADDR",
		Short: "Serve fakes of the services until interrupted",
		Long: `Serve a fake Box on three neighbouring ports, the first of which is that of ADDR,
for https://api.box.com, https://upload.box.com/api and https://account.box.com/api.
With port 0 they are any three that are free.

When the fake serves, what a client needs to reach it is printed in one go. The
access token does not expire, and BOX_FOLDER_ID is an empty folder. Webhooks go to
addresses on this machine, too, and are signed with the keys boxtest-primary and
boxtest-secondary.`,
		Example: "  procorebox fakes --box 127.0.0.1:0 --limits off --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := f.options()
			if err != nil {
				return err
			}
			return serveFakes(cmd.Context(), f, o, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.box, "box", "", "`address` of the fake Box, such as 127.0.0.1:8090")
	flags.StringVar(&f.limits, "limits", "real", "rate limits: real, or off to refuse nothing")
	flags.Float64Var(&f.faultRate, "fault-rate", 0, "share of calls that fail for no reason, from 0 to 1")
	flags.Uint64Var(&f.seed, "seed", 0, "seed of the faults")
	flags.StringSliceVar(&f.switches, "switch", nil, "switch of package boxtest to turn on, by `name`; may be repeated")
	flags.BoolVar(&f.json, "json", false, "print one line of JSON instead of lines for a shell")
	return cmd
}

// options reads the flags. An error names the one that is wrong.
func (f fakesFlags) options() (boxtest.Options, error) {
	o := boxtest.Options{FaultRate: f.faultRate, Seed: f.seed}
	switch f.limits {
	case "real":
		o.Limits = boxtest.RealLimits
	case "off":
		o.Limits = boxtest.NoLimits
	default:
		return o, fmt.Errorf("--limits must be real or off, not %q", f.limits)
	}
	if f.box == "" {
		return o, errors.New("--box is missing: say where the fake Box is to listen")
	}
	if !(f.faultRate >= 0 && f.faultRate <= 1) {
		return o, fmt.Errorf("--fault-rate must be from 0 to 1, not %g", f.faultRate)
	}
	known := o.Switches.All()
	for _, name := range f.switches {
		i := slices.IndexFunc(known, func(s boxtest.Switch) bool { return s.Name == name })
		if i < 0 {
			return o, fmt.Errorf("--switch knows no %q", name)
		}
		known[i].Set(&o.Switches, true)
	}
	return o, checkAddress(f.box)
}

// serveFakes serves until the context ends.
func serveFakes(ctx context.Context, f fakesFlags, o boxtest.Options, out io.Writer) error {
	server, err := boxtest.Start(ctx, f.box, o)
	if err != nil {
		return &workError{err}
	}
	s, err := settingsOf(server)
	if err == nil {
		err = s.print(out, f.json)
	}
	if err != nil {
		return &workError{errors.Join(err, server.Close())}
	}
	<-ctx.Done()
	if err := server.Close(); err != nil {
		return &workError{err}
	}
	return nil
}

// settingsOf makes what a client needs: tokens, and an empty folder to work in.
func settingsOf(server *boxtest.Server) (settings, error) {
	folder, err := server.Home().CreateFolder("0", "procorebox")
	if err != nil {
		return settings{}, fmt.Errorf("make a folder in the fake box: %w", err)
	}
	urls := server.URLs()
	id, secret := server.Client()
	return settings{
		APIBase: urls.API, UploadBase: urls.Upload, LoginBase: urls.Login,
		Token: server.Token(), ClientID: id, ClientSecret: secret, RefreshToken: server.RefreshToken(),
		FolderID: folder.ID,
	}, nil
}

func (s settings) print(out io.Writer, asJSON bool) error {
	text, err := json.Marshal(s) //nolint:gosec // the secrets of a fake are none
	if err != nil {
		return fmt.Errorf("print the settings: %w", err)
	}
	if !asJSON {
		text, err = shell(text)
		if err != nil {
			return fmt.Errorf("print the settings: %w", err)
		}
	}
	_, err = fmt.Fprintf(out, "%s\n", text)
	return err
}

// shell turns a flat JSON object into lines that a shell can read.
func shell(text []byte) ([]byte, error) {
	var values map[string]string
	if err := json.Unmarshal(text, &values); err != nil {
		return nil, err
	}
	var lines []string
	for name, value := range values {
		lines = append(lines, "export "+name+"="+value)
	}
	slices.Sort(lines)
	return []byte(strings.Join(lines, "\n")), nil
}

// checkAddress wants a host and a port that leaves room for its two neighbours.
func checkAddress(addr string) error {
	_, text, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("--box must be host:port, not %q", addr)
	}
	if port, err := strconv.ParseUint(text, 10, 16); err != nil || port > 65533 {
		return fmt.Errorf("--box must have a port from 0 to 65533, not %q", text)
	}
	return nil
}
