package box_test

import (
	"context"
	"io/fs"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/syncer"
)

// hooked tells of each webhook where it leads and for how many triggers, by target.
func hooked(t *testing.T, c *box.Client) map[string]box.Webhook {
	t.Helper()
	all := map[string]box.Webhook{}
	for mini, err := range c.GetWebhooks(t.Context()) {
		require.NoError(t, err)
		hook, err := c.GetWebhooksID(t.Context(), mini.ID)
		require.NoError(t, err)
		all[hook.Target.ID] = *hook
	}
	return all
}

// withFolders runs a test with some folders of the app's user.
func withFolders(t *testing.T, count int, test func(t *testing.T, c *box.Client, fake *boxtest.Box, ids []string)) {
	t.Helper()
	withFake(t, boxtest.Options{Limits: boxtest.NoLimits}, func(t *testing.T, c *box.Client, fake *boxtest.Box) {
		var ids []string
		for i := range count {
			folder, err := fake.Home().CreateFolder("0", string(rune('A'+i)))
			require.NoError(t, err)
			ids = append(ids, folder.ID)
		}
		test(t, c, fake, ids)
	})
}

func targets(hooks []box.Webhook) (ids []string) {
	for _, h := range hooks {
		ids = append(ids, h.Target.ID)
	}
	return ids
}

func TestASetOfWebhooksIsMadeOnceAndThenLeftAlone(t *testing.T) {
	withFolders(t, 2, func(t *testing.T, c *box.Client, fake *boxtest.Box, ids []string) {
		set := box.WebhookSet{Namespace: "office", Address: "https://hook.example/box/", Roots: append(ids, ids[0])}
		done, err := c.ReconcileWebhooks(t.Context(), set)
		require.NoError(t, err)
		require.Equal(t, ids, targets(done.Made), "a root that two pairs have gets one")
		for _, id := range ids {
			hook := hooked(t, c)[id]
			require.Equal(t, "https://hook.example/box/procorebox-office/"+id, hook.Address)
			require.ElementsMatch(t, box.SyncTriggers(), hook.Triggers)
		}

		fake.ForgetCalls()
		done, err = c.ReconcileWebhooks(t.Context(), set)
		require.NoError(t, err)
		require.Equal(t, &box.WebhookChanges{Kept: done.Kept}, done)
		require.Equal(t, ids, targets(done.Kept))
		require.Equal(t, map[string]int{"GET /2.0/webhooks": 1, "GET /2.0/webhooks/{webhook_id}": 2}, fake.Calls())
	})
}

func TestWebhooksOfTheSetAreMendedAndRemovedAndOthersAreNot(t *testing.T) {
	withFolders(t, 8, func(t *testing.T, c *box.Client, _ *boxtest.Box, ids []string) {
		triggers := box.SyncTriggers()
		const base = "https://hook.example/box/procorebox-office/"
		moved, poor, rich, unwanted, other, alike, theirs := ids[0], ids[1], ids[2], ids[3], ids[4], ids[5], ids[6]
		for id, hook := range map[string]box.Webhook{
			moved:    {Address: "https://old.example/procorebox-office/" + moved, Triggers: triggers},
			poor:     {Address: base + poor, Triggers: triggers[:1]},
			rich:     {Address: base + rich, Triggers: append([]string{"COLLABORATION.CREATED"}, triggers...)},
			unwanted: {Address: base + unwanted, Triggers: triggers},
			other:    {Address: "https://hook.example/box/procorebox-lab/" + other, Triggers: triggers},
			alike:    {Address: base + moved, Triggers: triggers}, // of another target
			theirs:   {Address: "https://elsewhere.example/?at=/procorebox-office/" + theirs, Triggers: triggers},
		} {
			_, err := c.PostWebhooks(t.Context(), box.TypeFolder, id, hook.Address, hook.Triggers)
			require.NoError(t, err)
		}
		before := hooked(t, c)
		set := box.WebhookSet{
			Namespace: "office", Address: "https://hook.example/box", Roots: []string{moved, poor, rich, ids[7]}, Triggers: slices.Repeat(triggers, 2),
		}
		done, err := c.ReconcileWebhooks(t.Context(), set)
		require.NoError(t, err)
		require.Equal(t, []string{moved, poor, rich}, targets(done.Mended))
		require.Equal(t, []string{unwanted}, targets(done.Removed))
		require.Equal(t, []string{ids[7]}, targets(done.Made))

		after := hooked(t, c)
		require.NotContains(t, after, unwanted)
		for _, id := range set.Roots {
			require.Equal(t, base+id, after[id].Address)
			require.ElementsMatch(t, triggers, after[id].Triggers)
		}
		for _, id := range []string{other, alike, theirs} {
			require.Equal(t, before[id], after[id])
		}
		require.Equal(t, before[moved].ID, after[moved].ID, "it is mended and not made anew")

		set.Roots = nil
		done, err = c.ReconcileWebhooks(t.Context(), set)
		require.NoError(t, err)
		require.Len(t, done.Removed, 4)
		require.Len(t, hooked(t, c), 3, "a set without roots leaves nothing of its own")
	})
}

func TestARootThatCannotBeServedDoesNotKeepOthersFromIt(t *testing.T) {
	withFolders(t, 2, func(t *testing.T, c *box.Client, _ *boxtest.Box, ids []string) {
		_, err := c.PostWebhooks(t.Context(), box.TypeFolder, ids[0], "https://elsewhere.example", []string{"FILE.UPLOADED"})
		require.NoError(t, err)
		set := box.WebhookSet{Namespace: "office", Address: "https://hook.example", Roots: []string{ids[0], "4711", ids[1]}}
		done, err := c.ReconcileWebhooks(t.Context(), set)
		require.ErrorIs(t, err, fs.ErrExist)
		require.ErrorContains(t, err, ids[0])
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.ErrorContains(t, err, "4711")
		require.Equal(t, []string{ids[1]}, targets(done.Made))
		require.Equal(t, "https://elsewhere.example", hooked(t, c)[ids[0]].Address)
	})
}

func TestAWebhookThatWentMeanwhileIsMadeAnew(t *testing.T) {
	const list, post, one = "GET api.box.com/2.0/webhooks", "POST api.box.com/2.0/webhooks", " api.box.com/2.0/webhooks/53"
	mini := `{"entries":[{"id":"53","type":"webhook","target":{"id":"987","type":"folder"}}]}`
	old := `{"id":"53","type":"webhook","target":{"id":"987","type":"folder"},"address":"https://old.example/procorebox-office/987","triggers":["FILE.MOVED"]}`
	gone := refusal(http.StatusNotFound, "not_found")
	set := box.WebhookSet{Namespace: "office", Address: "https://hook.example", Roots: []string{"987"}}
	for name, r := range map[string]routes{
		"before it was read":   {list: always(200, mini), "GET" + one: {gone}, post: always(201, hook)},
		"before it was mended": {list: always(200, mini), "GET" + one: always(200, old), "PUT" + one: {gone}, post: always(201, hook)},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, r, func(t *testing.T, c *box.Client, _ *service) {
				done, err := c.ReconcileWebhooks(t.Context(), set)
				require.NoError(t, err)
				require.Equal(t, []string{"987"}, targets(done.Made))
			})
		})
	}
	t.Run("before it was removed", func(t *testing.T) {
		with(t, routes{list: always(200, mini), "GET" + one: {reply(200, old), gone}, "DELETE" + one: {gone}}, func(t *testing.T, c *box.Client, _ *service) {
			set := set
			set.Roots = nil
			done, err := c.ReconcileWebhooks(t.Context(), set)
			require.NoError(t, err)
			require.Equal(t, []string{"987"}, targets(done.Removed))
		})
	})
}

func TestNothingIsDoneWhereTheWebhooksCannotBeRead(t *testing.T) {
	const list = "GET api.box.com/2.0/webhooks"
	mini := `{"entries":[{"id":"53","type":"webhook","target":{"id":"987","type":"folder"}}]}`
	set := box.WebhookSet{Namespace: "office", Address: "https://hook.example", Roots: []string{"1"}}
	refused := refusal(http.StatusForbidden, "insufficient_scope")
	for name, r := range map[string]routes{
		"the list": {list: {refused}},
		"one":      {list: always(200, mini), list + "/53": {refused}},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, r, func(t *testing.T, c *box.Client, s *service) {
				_, err := c.ReconcileWebhooks(t.Context(), set)
				require.ErrorIs(t, err, fs.ErrPermission)
				require.Len(t, s.calls(), len(r))
			})
		})
	}
	t.Run("since it was called off", func(t *testing.T) {
		with(t, routes{}, func(t *testing.T, c *box.Client, _ *service) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err := c.ReconcileWebhooks(ctx, set)
			require.ErrorIs(t, err, context.Canceled)
		})
	})
}

func TestASetThatMakesNoSenseNamesTheField(t *testing.T) {
	good := box.WebhookSet{Namespace: "office", Address: "https://hook.example", Roots: []string{"1"}}
	for field, spoil := range map[string]func(s *box.WebhookSet){
		"Namespace":            func(s *box.WebhookSet) { s.Namespace = "" },
		`Namespace "a/b"`:      func(s *box.WebhookSet) { s.Namespace = "a/b" },
		`Namespace "büro"`:     func(s *box.WebhookSet) { s.Namespace = "büro" },
		"Address is no URL":    func(s *box.WebhookSet) { s.Address = "hook.example" },
		"Address has":          func(s *box.WebhookSet) { s.Address = "https://ann:hush@hook.example" },
		"Address has more":     func(s *box.WebhookSet) { s.Address = "https://hook.example/?at=1" },
		"Roots":                func(s *box.WebhookSet) { s.Roots = []string{"1", "../2"} },
		"Roots: the top":       func(s *box.WebhookSet) { s.Roots = []string{"0"} },
		"Address is no URL of": func(s *box.WebhookSet) { s.Address = "ftp://hook.example" },
	} {
		t.Run(field, func(t *testing.T) {
			with(t, routes{}, func(t *testing.T, c *box.Client, s *service) {
				set := good
				spoil(&set)
				_, err := c.ReconcileWebhooks(t.Context(), set)
				require.ErrorIs(t, err, syncer.ErrInvalid)
				require.ErrorContains(t, err, "WebhookSet."+field)
				require.NotContains(t, err.Error(), "hush")
				require.Empty(t, s.calls())
			})
		})
	}
}
