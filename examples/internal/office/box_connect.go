package office

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// boxRefresh gets the tokens of a stored connection.
func (o *Office) boxRefresh(c *Connection) (connect.Refresh, error) {
	app := box.App{ClientID: c.ClientID, ClientSecret: c.ClientSecret, Bases: o.settings.Box.Bases, HTTP: o.transport}
	subject := box.Subject{EnterpriseID: c.Enterprise, UserID: c.User}
	switch c.Way {
	case Browser:
		return app.Refresh()
	case ClientCredentials:
		return app.ClientCredentials(subject)
	case JWT:
		told, key, of, err := box.ReadAppConfig(c.Config)
		if err != nil {
			return nil, err
		}
		if subject != (box.Subject{}) {
			of = subject
		}
		app.ClientID, app.ClientSecret = told.ClientID, told.ClientSecret
		return app.JWT(key, of)
	default:
		return nil, fmt.Errorf("stored connection to Box has the way %q: %w", c.Way, syncer.ErrInvalid)
	}
}

// ConnectBox signs in to Box as c says and stores the connection if that succeeds. A Connection that a
// person signs in to goes through SignInToBox instead, unless the environment has a refresh token.
func (o *Office) ConnectBox(ctx context.Context, c Connection) (*Connection, error) {
	c.Service, c.Origin = BoxService, boxOrigin(o.settings.Box.Bases)
	refresh, err := o.boxRefresh(&c)
	if err != nil {
		return nil, err
	}
	token, err := refresh(ctx, connect.Token{Refresh: o.handed(c)})
	if err != nil {
		return nil, fmt.Errorf("sign in to Box: %w", err)
	}
	return o.connectBox(ctx, c, token)
}

// SignInToBox begins to sign a person in. redirect is where the browser is sent back to.
func (o *Office) SignInToBox(c Connection, redirect string) (*SignIn, error) {
	c.Service, c.Way, c.Origin = BoxService, Browser, boxOrigin(o.settings.Box.Bases)
	app := box.App{ClientID: c.ClientID, ClientSecret: c.ClientSecret, Bases: o.settings.Box.Bases, HTTP: o.transport}
	begun, err := app.SignIn(redirect)
	if err != nil {
		return nil, err
	}
	return &SignIn{URL: begun.URL, Finish: func(ctx context.Context, answer url.Values) (*Connection, error) {
		token, err := app.Finish(ctx, begun, answer)
		if err != nil {
			return nil, err
		}
		return o.connectBox(ctx, c, token)
	}}, nil
}

// connectBox stores a connection whose token Box takes.
func (o *Office) connectBox(ctx context.Context, c Connection, token connect.Token) (*Connection, error) {
	client, err := box.New(box.Options{Bases: o.settings.Box.Bases, Tokens: box.Fixed(token.Access), HTTP: o.transport, Log: o.log, Attempts: handful})
	if err != nil {
		return nil, err
	}
	user, err := client.GetUsersMe(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask Box whose account it is: %w", err)
	}
	c.Account, c.AccountID, c.Since = user.Name+" <"+user.Login+">", user.ID, time.Now()
	if err := o.remember(ctx, c, token); err != nil {
		return nil, err
	}
	o.reconnect()
	return o.Connected(ctx, BoxService)
}
