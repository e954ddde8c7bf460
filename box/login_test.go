package box_test

import (
	"context"
	"io/fs"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/syncer/connect"
)

// appOf is the app that a fake knows.
func appOf(fake *boxtest.Box) box.App {
	id, secret := fake.Client()
	return box.App{ClientID: id, ClientSecret: secret, Bases: basesOf(fake), HTTP: fake.HTTPClient().Transport}
}

// clientOf is a client with tokens of that kind.
func clientOf(t *testing.T, fake *boxtest.Box, tokens connect.Tokens) *box.Client {
	t.Helper()
	c, err := box.New(box.Options{Bases: basesOf(fake), Tokens: tokens, HTTP: fake.HTTPClient().Transport})
	require.NoError(t, err)
	return c
}

func TestEveryWayToSignInYieldsATokenThatLasts(t *testing.T) {
	private := key(t)
	for name, grant := range map[string]func(a box.App) (connect.Refresh, error){
		"client credentials": func(a box.App) (connect.Refresh, error) { return a.ClientCredentials(box.Subject{EnterpriseID: "777"}) },
		"a key": func(a box.App) (connect.Refresh, error) {
			return a.JWT(box.Key{ID: "kid1", Private: private}, box.Subject{EnterpriseID: "777"})
		},
		"a person": func(a box.App) (connect.Refresh, error) { return a.Refresh() },
	} {
		t.Run(name, func(t *testing.T) {
			withFake(t, boxtest.Options{}, func(t *testing.T, _ *box.Client, fake *boxtest.Box) {
				refresh, err := grant(appOf(fake))
				require.NoError(t, err)
				src := source(t, refresh)
				if name == "a person" {
					begun, err := appOf(fake).SignIn("https://x.example/cb")
					require.NoError(t, err)
					code := fake.Code(fake.Home().User, "https://x.example/cb")
					token, err := appOf(fake).Finish(t.Context(), begun, url.Values{"code": {code}, "state": {begun.State}})
					require.NoError(t, err)
					require.NoError(t, src.SignIn(t.Context(), token))
				}
				c := clientOf(t, fake, src)
				for range 30 { // five hours, in which four tokens end
					me, err := c.GetUsersMe(t.Context())
					require.NoError(t, err)
					require.Equal(t, fake.Home().ID, me.ID)
					time.Sleep(10 * time.Minute)
				}
			})
		})
	}
}

func TestARefreshTokenIsGoodOnce(t *testing.T) {
	withFake(t, boxtest.Options{}, func(t *testing.T, _ *box.Client, fake *boxtest.Box) {
		refresh, err := appOf(fake).Refresh()
		require.NoError(t, err)
		first := connect.Token{Refresh: fake.RefreshToken()}
		next, err := refresh(t.Context(), first)
		require.NoError(t, err)
		require.NotEqual(t, first.Refresh, next.Refresh)
		_, err = refresh(t.Context(), first)
		require.ErrorIs(t, err, connect.ErrSignIn)
	})
}

func TestALostAnswerToARefreshIsAskedForOnceMore(t *testing.T) {
	for name, c := range map[string]struct {
		fault boxtest.Fault
		grace bool
		ends  bool
	}{
		"the request was lost":                {boxtest.Fault{Reset: true}, false, false},
		"the answer was lost":                 {boxtest.Fault{Reset: true, When: boxtest.AfterEffect}, false, true},
		"the answer was lost, in the grace":   {boxtest.Fault{Reset: true, When: boxtest.AfterEffect}, true, false},
		"the answer was cut off":              {boxtest.Fault{Cut: 20}, false, true},
		"the answer was cut off in the grace": {boxtest.Fault{Cut: 20}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			withFake(t, boxtest.Options{Switches: boxtest.Switches{RefreshGrace: c.grace}}, func(t *testing.T, _ *box.Client, fake *boxtest.Box) {
				refresh, err := appOf(fake).Refresh()
				require.NoError(t, err)
				src := source(t, refresh)
				require.NoError(t, src.SignIn(t.Context(), connect.Token{Refresh: fake.RefreshToken()}))
				c.fault.Route = "POST /oauth2/token"
				require.NoError(t, fake.Inject(c.fault))
				client := clientOf(t, fake, src)
				_, err = client.GetUsersMe(t.Context())
				require.Equal(t, 2, fake.Calls()["POST /oauth2/token"])
				if c.ends {
					require.ErrorIs(t, err, connect.ErrSignIn)
					require.ErrorContains(t, err, "an earlier refresh was not answered")
					_, err = client.GetUsersMe(t.Context())
					require.ErrorIs(t, err, connect.ErrSignIn)
					require.Equal(t, 2, fake.Calls()["POST /oauth2/token"], "nobody is asked in vain")
					return
				}
				require.NoError(t, err)
			})
		})
	}
}

func TestARevokedTokenIsNoTokenAnyMore(t *testing.T) {
	withFake(t, boxtest.Options{}, func(t *testing.T, _ *box.Client, fake *boxtest.Box) {
		refresh, err := appOf(fake).Refresh()
		require.NoError(t, err)
		token, err := refresh(t.Context(), connect.Token{Refresh: fake.RefreshToken()})
		require.NoError(t, err)
		c := clientOf(t, fake, box.Fixed(token.Access))
		_, err = c.GetUsersMe(t.Context())
		require.NoError(t, err)
		require.NoError(t, appOf(fake).Revoke(t.Context(), token.Refresh))
		_, err = c.GetUsersMe(t.Context())
		require.ErrorIs(t, err, connect.ErrSignIn)
	})
}

func TestAWeakTokenDoesNoMoreThanItMay(t *testing.T) {
	withFake(t, boxtest.Options{}, func(t *testing.T, c *box.Client, fake *boxtest.Box) {
		ctx := t.Context()
		folder, err := c.PostFolders(ctx, box.RootID, "Shared")
		require.NoError(t, err)
		weak, err := appOf(fake).Downscope(ctx, fake.Token(), box.Downscope{Scopes: []string{"base_explorer", "item_download"}, FolderID: folder.ID})
		require.NoError(t, err)
		w := clientOf(t, fake, box.Fixed(weak.Access))
		_, err = collect(w.GetFoldersIDItems(ctx, folder.ID))
		require.NoError(t, err)
		_, err = w.PostFolders(ctx, folder.ID, "New")
		require.ErrorIs(t, err, fs.ErrPermission)
	})
}

func TestSomebodyElseIsActedForWithoutSeeingWhatOthersSee(t *testing.T) {
	withFake(t, boxtest.Options{}, func(t *testing.T, c *box.Client, fake *boxtest.Box) {
		ctx := context.Background()
		ann := fake.AddUser("Ann", "ann@x.example")
		own, err := c.PostFolders(ctx, box.RootID, "Mine")
		require.NoError(t, err)
		hers, err := c.As(ann.ID)
		require.NoError(t, err)
		me, err := hers.GetUsersMe(ctx)
		require.NoError(t, err)
		require.Equal(t, "ann@x.example", me.Login)
		_, err = hers.GetFoldersID(ctx, own.ID)
		require.ErrorIs(t, err, fs.ErrNotExist)
		nobody, err := c.As("999999")
		require.NoError(t, err)
		_, err = nobody.GetUsersMe(ctx)
		require.ErrorIs(t, err, fs.ErrNotExist)
	})
}
