package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/examples/internal/office"
)

// connectFlags are the flags of "procorebox connect".
type connectFlags struct {
	clientID, clientSecret string
	clientCredentials      bool
	refreshToken           bool
	jwt                    string
	enterprise, user       string
	redirect               string
	noBrowser              bool
	json                   bool
}

func (c *console) connectCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "connect box|procore",
		Short: "Sign in to a service",
		Long: `Sign in to a service and keep the connection in the data directory, sealed with its key.
Where no connection is stored a static token serves: BOX_TOKEN or PROCORE_TOKEN.`,
	}
	cmd.AddCommand(c.connectBoxCommand(), c.connectProcoreCommand())
	return onlyWords(cmd)
}

const browserHelp = `
Without further flags a browser is opened, a person signs in there, and the answer
comes back to this machine (--redirect must be registered with the app). An answer to
another question is refused.
`

func (c *console) connectBoxCommand() *cobra.Command {
	var f connectFlags
	cmd := &cobra.Command{
		Use:   "box",
		Short: "Sign in to Box",
		Long: `Sign in to Box.
` + browserHelp + `
With --client-credentials or --jwt the app signs in by itself, as its own account in
the enterprise or as a user of it. The secret of an app is better in BOX_CLIENT_SECRET
than in a flag, which others on this machine may see.`,
		Example: `  BOX_CLIENT_ID=... BOX_CLIENT_SECRET=... procorebox connect box
  procorebox connect box --client-credentials --enterprise 12345
  procorebox connect box --jwt config.json`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.making(cmd, func(ctx context.Context, o *office.Office) error {
				return signInAdvice(office.BoxService, c.connectBox(ctx, o, f))
			})
		},
	}
	f.register(cmd, "http://127.0.0.1/callback")
	flags := cmd.Flags()
	flags.StringVar(&f.jwt, "jwt", "", "the app signs in with the key in this `file` of the developer console (BOX_JWT_CONFIG)")
	flags.StringVar(&f.enterprise, "enterprise", "", "act as the app's own account in the enterprise of this `ID` (BOX_ENTERPRISE_ID)")
	flags.StringVar(&f.user, "user", "", "act as the user of this `ID` (BOX_USER_ID)")
	cmd.MarkFlagsMutuallyExclusive("client-credentials", "jwt", "refresh-token")
	cmd.MarkFlagsMutuallyExclusive("enterprise", "user")
	return cmd
}

// register adds what both services have.
func (f *connectFlags) register(cmd *cobra.Command, redirect string) {
	flags := cmd.Flags()
	flags.StringVar(&f.clientID, "client-id", "", "`ID` of the app (..._CLIENT_ID)")
	flags.StringVar(&f.clientSecret, "client-secret", "", "`secret` of the app (..._CLIENT_SECRET)")
	flags.BoolVar(&f.clientCredentials, "client-credentials", false, "the app signs in with its ID and secret")
	flags.BoolVar(&f.refreshToken, "refresh-token", false, "somebody has signed in elsewhere: take ..._REFRESH_TOKEN, which is used up by that")
	flags.StringVar(&f.redirect, "redirect", redirect, "`URL` of this machine that the browser comes back to; without a port any that is free")
	flags.BoolVar(&f.noBrowser, "no-browser", false, "print the address instead of opening a browser")
	flags.BoolVar(&f.json, "json", false, "print JSON")
}

func (c *console) connectBox(ctx context.Context, o *office.Office, f connectFlags) error {
	n, err := f.box(o.Settings().Box)
	if err != nil {
		return err
	}
	if n.Way == office.Browser && !f.refreshToken {
		return c.signIn(ctx, f, func(redirect string) (*office.SignIn, error) { return o.SignInToBox(n, redirect) })
	}
	made, err := o.ConnectBox(ctx, n)
	if err != nil {
		return err
	}
	return c.connected(made, f.json)
}

// box puts together what flags and environment say.
func (f *connectFlags) box(env office.BoxSettings) (office.Connection, error) {
	n := office.Connection{
		Way:      office.Browser,
		ClientID: cmp.Or(f.clientID, env.ClientID), ClientSecret: cmp.Or(f.clientSecret, env.ClientSecret),
		Enterprise: f.enterprise, User: f.user,
	}
	if n.Enterprise == "" && n.User == "" {
		n.Enterprise, n.User = env.Enterprise, env.User
	}
	if err := errors.Join(numeric("--enterprise", f.enterprise), numeric("--user", f.user)); err != nil {
		return n, err
	}
	jwt, named := f.jwt, "--jwt"
	if jwt == "" && !f.clientCredentials && !f.refreshToken {
		jwt, named = env.JWT, "BOX_JWT_CONFIG"
	}
	if jwt != "" {
		config, err := os.ReadFile(jwt) //nolint:gosec // the user names the file
		if err != nil {
			return n, unread(named, jwt, err)
		}
		if _, _, _, err := box.ReadAppConfig(config); err != nil {
			return n, &advised{fmt.Errorf("%s: %s is not the file of settings that the developer console of Box offers: %w", named, jwt, err), "download it there again"}
		}
		n.Way, n.Config = office.JWT, config
		return n, nil
	}
	if f.clientCredentials {
		n.Way = office.ClientCredentials
		if n.Enterprise == "" && n.User == "" {
			return n, usage("say whom the app acts as: --enterprise, --user, BOX_ENTERPRISE_ID or BOX_USER_ID")
		}
	}
	return n, f.check(n, "BOX", env.RefreshToken)
}

// check wants what every way needs but JWT.
func (f *connectFlags) check(n office.Connection, prefix, refreshToken string) error {
	switch {
	case n.ClientID == "":
		return usage("which app? set %s_CLIENT_ID or --client-id", prefix)
	case n.ClientSecret == "":
		return usage("the secret of the app is missing: set %s_CLIENT_SECRET or --client-secret", prefix)
	case f.refreshToken && refreshToken == "":
		return usage("--refresh-token takes the token from %s_REFRESH_TOKEN, which is not set", prefix)
	}
	return nil
}

// connected says what has been stored.
func (c *console) connected(n *office.Connection, asJSON bool) error {
	if asJSON {
		return c.object(map[string]any{
			"service": n.Service, "way": n.Way, "account": n.Account, "id": n.AccountID, "since": n.Since.UTC().Format(time.RFC3339),
		})
	}
	return c.print("connected to %s as %s\n", n.Service.Title(), readable(n.Account))
}
