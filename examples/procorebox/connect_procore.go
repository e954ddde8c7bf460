package main

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
)

func (c *console) connectProcoreCommand() *cobra.Command {
	var f connectFlags
	cmd := &cobra.Command{
		Use:   "procore",
		Short: "Sign in to Procore",
		Long: `Sign in to Procore.
` + browserHelp + `
With --client-credentials the app signs in by itself, as its service account, and sees
the projects that an administrator has permitted it; PROCORE_COMPANY_ID must name its
company. The secret of an app is better in
PROCORE_CLIENT_SECRET than in a flag, which others on this machine may see.`,
		Example: `  PROCORE_CLIENT_ID=... PROCORE_CLIENT_SECRET=... procorebox connect procore
  procorebox connect procore --client-credentials`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.making(cmd, func(ctx context.Context, o *office.Office) error {
				return signInAdvice(office.ProcoreService, c.connectProcore(ctx, o, f))
			})
		},
	}
	f.register(cmd, "http://localhost:8917/callback")
	cmd.MarkFlagsMutuallyExclusive("client-credentials", "refresh-token")
	return cmd
}

func (c *console) connectProcore(ctx context.Context, o *office.Office, f connectFlags) error {
	env := o.Settings().Procore
	n := office.Connection{
		Way:      office.Browser,
		ClientID: cmp.Or(f.clientID, env.ClientID), ClientSecret: cmp.Or(f.clientSecret, env.ClientSecret),
	}
	if f.clientCredentials {
		n.Way = office.ClientCredentials
	}
	if err := f.check(n, "PROCORE", env.RefreshToken); err != nil {
		return err
	}
	if n.Way == office.Browser && !f.refreshToken {
		return c.signIn(ctx, f, func(redirect string) (*office.SignIn, error) { return o.SignInToProcore(n, redirect) })
	}
	made, err := o.ConnectProcore(ctx, n)
	if err != nil {
		return err
	}
	return c.connected(made, f.json)
}
