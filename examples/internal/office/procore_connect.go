package office

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

func (o *Office) procoreApp(c *Connection) procore.App {
	return procore.App{ClientID: c.ClientID, ClientSecret: c.ClientSecret, Bases: o.settings.Procore.Bases, HTTP: o.transport}
}

// procoreRefresh gets the tokens of a stored connection.
func (o *Office) procoreRefresh(c *Connection) (connect.Refresh, error) {
	switch c.Way {
	case Browser:
		return o.procoreApp(c).Refresh()
	case ClientCredentials:
		return o.procoreApp(c).ClientCredentials()
	case JWT:
	}
	return nil, fmt.Errorf("stored connection to Procore has the way %q: %w", c.Way, syncer.ErrInvalid)
}

// ConnectProcore signs in to Procore as c says and stores the connection if that succeeds. A Connection
// that a person signs in to goes through SignInToProcore instead, unless the environment has a refresh
// token.
func (o *Office) ConnectProcore(ctx context.Context, c Connection) (*Connection, error) {
	c.Service, c.Origin = ProcoreService, procoreOrigin(o.settings.Procore.Bases)
	refresh, err := o.procoreRefresh(&c)
	if err != nil {
		return nil, err
	}
	token, err := refresh(ctx, connect.Token{Refresh: o.handed(c)})
	if err != nil {
		return nil, fmt.Errorf("sign in to Procore: %w", err)
	}
	return o.connectProcore(ctx, c, token)
}

// SignInToProcore begins to sign a person in. redirect is where the browser is sent back to; it must be
// registered with the app, letter by letter.
func (o *Office) SignInToProcore(c Connection, redirect string) (*SignIn, error) {
	c.Service, c.Way, c.Origin = ProcoreService, Browser, procoreOrigin(o.settings.Procore.Bases)
	app := o.procoreApp(&c)
	begun, err := app.SignIn(redirect)
	if err != nil {
		return nil, err
	}
	return &SignIn{URL: begun.URL, Finish: func(ctx context.Context, answer url.Values) (*Connection, error) {
		token, err := app.Finish(ctx, begun, answer)
		if err != nil {
			return nil, err
		}
		return o.connectProcore(ctx, c, token)
	}}, nil
}

// connectProcore stores a connection whose token Procore takes.
func (o *Office) connectProcore(ctx context.Context, c Connection, token connect.Token) (*Connection, error) {
	options := procore.Options{
		Bases: o.settings.Procore.Bases, Tokens: procore.Fixed(token.Access), HTTP: o.transport, Log: o.log, Attempts: handful,
	}
	var err error
	switch in := o.settings.Procore.Company; {
	case in != "":
		if options.CompanyID, err = number("company", in); err != nil {
			return nil, err
		}
	case c.Way == ClientCredentials:
		return nil, fmt.Errorf("a service account belongs to a company: set PROCORE_COMPANY_ID: %w", syncer.ErrInvalid)
	}
	account, err := procore.NewAccount(options)
	if err != nil {
		return nil, err
	}
	me, err := account.GetMe(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask Procore whose account it is: %w", err)
	}
	c.Account, c.AccountID, c.Since = cmp.Or(me.Name, me.Login), me.ID.String(), time.Now()
	if err := o.remember(ctx, c, token); err != nil {
		return nil, err
	}
	o.reconnect()
	return o.Connected(ctx, ProcoreService)
}
