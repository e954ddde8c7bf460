// Command box-rclone lets rclone believe that a fake Box is the real one.
//
// Rclone's addresses of Box are constants. So this command puts a proxy between: it ends TLS with
// certificates of its own and hands the requests to package boxtest, host by host. It writes a
// configuration with a remote TestBox: whose access token has expired, and runs a command in an
// environment that makes rclone use all that:
//
//	go run ./internal/clients/box-rclone ./box.test -test.v -remote TestBox:
//
// The environment variable BOX_RCLONE_SWITCHES names switches of the fake to turn on, and
// BOX_RCLONE_LOG, if it is set, has each call logged. The command exits as the one that it runs does. internal/docs/fake-box.md says what came of it.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/box/boxtest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		os.Exit(failed.ExitCode())
	}
	if err != nil {
		slog.Error("run a command with a fake Box", slog.Any("error", err))
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New("say which command is to run")
	}
	dir, err := os.MkdirTemp("", "box-rclone-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // it is a temporary folder
	switches, err := switched(os.Getenv("BOX_RCLONE_SWITCHES"))
	if err != nil {
		return err
	}
	box, err := boxtest.New(boxtest.Options{
		Switches: switches,
		URLs: boxtest.URLs{
			API: "https://api.box.com", Upload: "https://upload.box.com/api", Login: "https://account.box.com/api",
			Download: "https://dl.boxcloud.com", Realtime: "https://realtime.services.box.net", Web: "https://app.box.com",
		},
		Limits:       boxtest.NoLimits,
		CommitDelays: 1,
		Logger:       logger(),
	})
	if err != nil {
		return err
	}
	p, err := newProxy(ctx, box)
	if err != nil {
		return errors.Join(err, box.Close())
	}
	err = command(ctx, args, dir, box, p)
	return errors.Join(err, p.close(), box.Close())
}

// switched turns on the switches of package boxtest that are named, with commas between.
func switched(names string) (boxtest.Switches, error) {
	var on boxtest.Switches
	known := on.All()
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(known, func(s boxtest.Switch) bool { return s.Name == name })
		if i >= 0 {
			known[i].Set(&on, true)
		} else if name != "" {
			return on, fmt.Errorf("BOX_RCLONE_SWITCHES: no switch %q", name)
		}
	}
	return on, nil
}

// logger tells of each call if BOX_RCLONE_LOG is set.
func logger() *slog.Logger {
	if os.Getenv("BOX_RCLONE_LOG") == "" {
		return nil
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// command runs what was asked for, with rclone's settings in its environment.
func command(ctx context.Context, args []string, dir string, box *boxtest.Box, p *proxy) error {
	authority := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(authority, p.authority(), 0o600); err != nil {
		return err
	}
	config := filepath.Join(dir, "rclone.conf")
	if err := os.WriteFile(config, configuration(box), 0o600); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...) //nolint:gosec // the command is the user's own
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(),
		"HTTPS_PROXY="+p.url(), "https_proxy="+p.url(), "RCLONE_CA_CERT="+authority, "RCLONE_CONFIG="+config)
	err := cmd.Run()
	calls := box.Calls()
	routes := box.Routes()
	slices.Sort(routes)
	for _, route := range routes {
		if calls[route] > 0 {
			fmt.Fprintf(os.Stderr, "%6d %s\n", calls[route], route)
		}
	}
	return err
}

// configuration has an access token that expired long ago, so that the first thing rclone does is to
// refresh it.
func configuration(box *boxtest.Box) []byte {
	id, secret := box.Client()
	return fmt.Appendf(nil, `[TestBox]
type = box
client_id = %s
client_secret = %s
token = {"access_token":"stale","token_type":"bearer","refresh_token":%q,"expiry":"2020-01-01T00:00:00Z"}
`, id, secret, box.RefreshToken())
}
