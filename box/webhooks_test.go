package box_test

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

const hook = `{"id":"53","type":"webhook","target":{"id":"987","type":"folder"},"created_by":{"type":"user","id":"22"},"created_at":"2026-03-01T10:00:00-07:00",
 "address":"https://hook.example/box","triggers":["FILE.UPLOADED","FOLDER.MOVED"]}`

func TestAWebhookIsMadeChangedAndRemoved(t *testing.T) {
	with(t, routes{
		"POST api.box.com/2.0/webhooks":      {reply(201, hook), refusal(409, "conflict"), refusal(403, "insufficient_scope")},
		"GET api.box.com/2.0/webhooks/53":    always(200, hook),
		"PUT api.box.com/2.0/webhooks/53":    always(200, hook),
		"DELETE api.box.com/2.0/webhooks/53": {reply(204, ""), refusal(404, "not_found")},
	}, func(t *testing.T, c *box.Client, s *service) {
		ctx := t.Context()
		triggers := []string{box.TriggerFileUploaded, box.TriggerFolderMoved}
		made, err := c.PostWebhooks(ctx, box.TypeFolder, "987", "https://hook.example/box", triggers)
		require.NoError(t, err)
		require.Equal(t, "53", made.ID)
		require.Equal(t, "987", made.Target.ID)
		require.JSONEq(t, `{"target":{"id":"987","type":"folder"},"address":"https://hook.example/box","triggers":["FILE.UPLOADED","FOLDER.MOVED"]}`, s.last().body)
		_, err = c.PostWebhooks(ctx, box.TypeFolder, "987", "https://hook.example/box", triggers)
		require.ErrorIs(t, err, fs.ErrExist)
		_, err = c.PostWebhooks(ctx, box.TypeFolder, "987", "https://hook.example/box", triggers)
		require.ErrorIs(t, err, fs.ErrPermission)
		got, err := c.GetWebhooksID(ctx, "53")
		require.NoError(t, err)
		require.Equal(t, triggers, got.Triggers)
		_, err = c.PutWebhooksID(ctx, "53", "https://hook.example/other", nil)
		require.NoError(t, err)
		require.JSONEq(t, `{"address":"https://hook.example/other"}`, s.last().body)
		require.NoError(t, c.DeleteWebhooksID(ctx, "53"))
		require.ErrorIs(t, c.DeleteWebhooksID(ctx, "53"), fs.ErrNotExist)
	})
}

func TestAWebhookWhoseAnswerWasLostIsLookedForOnItsItem(t *testing.T) {
	const post, list, get = "POST api.box.com/2.0/webhooks", "GET api.box.com/2.0/webhooks", "GET api.box.com/2.0/webhooks/53"
	mini := `{"entries":[{"id":"52","type":"webhook","target":{"id":"987","type":"file"}},{"id":"53","type":"webhook","target":{"id":"987","type":"folder"}}],"limit":200,"next_marker":null}`
	for name, c := range map[string]struct {
		routes routes
		calls  []string
		fails  bool
	}{
		"it is there":                {routes{post: {lost}, list: always(200, mini), get: always(200, hook)}, []string{post, list, get}, false},
		"it is not":                  {routes{post: {lost, reply(201, hook)}, list: always(200, `{"entries":[]}`)}, []string{post, list, post}, false},
		"there is one for elsewhere": {routes{post: {lost}, list: always(200, mini), get: always(200, strings.Replace(hook, "hook.example", "other.example", 1))}, []string{post, list, get}, true},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, c.routes, func(t *testing.T, client *box.Client, s *service) {
				made, err := client.PostWebhooks(t.Context(), box.TypeFolder, "987", "https://hook.example/box", []string{"FOLDER.MOVED", "FILE.UPLOADED"})
				require.Equal(t, c.calls, s.calls())
				if c.fails {
					require.Error(t, err)
					require.False(t, syncer.NotDone(err))
					return
				}
				require.NoError(t, err)
				require.Equal(t, "53", made.ID)
			})
		})
	}
}

func TestARemovalWhoseAnswerWasLostIsLookedFor(t *testing.T) {
	const del, get = "DELETE api.box.com/2.0/webhooks/53", "GET api.box.com/2.0/webhooks/53"
	with(t, routes{del: {lost, reply(204, "")}, get: {reply(200, hook)}}, func(t *testing.T, c *box.Client, s *service) {
		require.NoError(t, c.DeleteWebhooksID(t.Context(), "53"))
		require.Equal(t, []string{del, get, del}, s.calls())
	})
	with(t, routes{del: {lost}, get: {refusal(404, "not_found")}}, func(t *testing.T, c *box.Client, s *service) {
		require.NoError(t, c.DeleteWebhooksID(t.Context(), "53"))
		require.Equal(t, []string{del, get}, s.calls())
	})
	const delMeta, getMeta = "DELETE api.box.com/2.0/files/1/metadata/global/properties", "GET api.box.com/2.0/files/1/metadata/global/properties"
	with(t, routes{delMeta: {lost}, getMeta: {refusal(404, "instance_not_found")}}, func(t *testing.T, c *box.Client, s *service) {
		require.NoError(t, c.DeleteFilesIDMetadataIDID(t.Context(), "1", "global", "properties"))
		require.Equal(t, []string{delMeta, getMeta}, s.calls())
	})
}

func TestAWebhookThatMakesNoSenseNeverLeaves(t *testing.T) {
	with(t, routes{}, func(t *testing.T, c *box.Client, s *service) {
		_, err := c.PostWebhooks(t.Context(), "web_link", "1", "https://hook.example", []string{"FILE.UPLOADED"})
		require.ErrorIs(t, err, syncer.ErrInvalid)
		_, err = c.PostWebhooks(t.Context(), "file", "1", "https://hook.example", nil)
		require.ErrorIs(t, err, syncer.ErrInvalid)
		_, err = c.PutWebhooksID(t.Context(), "1", "", nil)
		require.ErrorIs(t, err, syncer.ErrInvalid)
		require.Empty(t, s.calls())
	})
}

// delivery is that of section 6.4 of the facts about Box, escaped as Box does it.
const delivery = `{"type":"webhook_event","id":"eb0c4e06-751f-442c-86f8-fd5bb404dbec","created_at":"2026-03-01T10:00:00-07:00","trigger":"FILE.MOVED",
 "webhook":{"id":"53","type":"webhook"},"created_by":{"type":"user","id":"22","name":"Ann","login":"ann@x.example"},
 "source":{"type":"file","id":"1500001","name":"R\u00e9sum\u00e9 1\/2.pdf","size":1.0e3,"shared_link":null},
 "additional_info":{"before":{"id":"987","type":"folder"},"after":{"id":"988","type":"folder"}}}`

func TestADeliveryIsRead(t *testing.T) {
	d, err := box.ReadDelivery([]byte(delivery))
	require.NoError(t, err)
	require.Equal(t, "eb0c4e06-751f-442c-86f8-fd5bb404dbec", d.ID)
	require.Equal(t, box.TriggerFileMoved, d.Trigger)
	require.Equal(t, "53", d.WebhookID)
	require.Equal(t, "Résumé 1/2.pdf", d.Source.Name)
	require.Equal(t, []string{"987", "988"}, []string{d.Before.ID, d.After.ID})
}

func TestADeliveryIsReadHoweverLittleItTells(t *testing.T) {
	for name, body := range map[string]string{
		"nothing in addition, as PHP writes it": `{"type":"webhook_event","id":"e","trigger":"FILE.TRASHED","source":{"type":"file","id":"5"},"additional_info":[]}`,
		"null in addition":                      `{"type":"webhook_event","id":"e","trigger":"FILE.TRASHED","additional_info":null,"source":null}`,
		"something else in addition":            `{"type":"webhook_event","id":"e","trigger":"FILE.RENAMED","additional_info":{"old_name":"a","before":"x"}}`,
		"no session":                            `{"type":"webhook_event","id":"e","trigger":"NO_ACTIVE_SESSION"}`,
		"a trigger of tomorrow":                 `{"type":"webhook_event","id":"e","trigger":"FILE.TELEPORTED","webhook":null,"source":{}}`,
	} {
		t.Run(name, func(t *testing.T) {
			d, err := box.ReadDelivery([]byte(body))
			require.NoError(t, err)
			require.Equal(t, "e", d.ID)
			require.Nil(t, d.Before)
		})
	}
	d, err := box.ReadDelivery([]byte(`{"type":"webhook_event","id":"e","trigger":"WEBHOOK.DELETED","additional_info":{"reason":"auto_cleanup"}}`))
	require.NoError(t, err)
	require.Equal(t, "auto_cleanup", d.Reason)
}

func TestWhatIsNoDeliveryIsAnError(t *testing.T) {
	for _, body := range []string{
		``, `{}`, `[]`, `null`, `<html>`, `{"type":"event","id":"e","trigger":"FILE.MOVED"}`, `{"type":"webhook_event","trigger":"FILE.MOVED"}`,
		`{"type":"webhook_event","id":"e"}`, `{"type":"webhook_event","id":"e","trigger":"FILE.MOVED","source":7}`, delivery + `}`,
	} {
		_, err := box.ReadDelivery([]byte(body))
		require.ErrorIs(t, err, connect.ErrReply, body)
	}
}

func FuzzReadDelivery(f *testing.F) {
	f.Add([]byte(delivery))
	f.Add([]byte(`{"type":"webhook_event","id":"e","trigger":"FILE.TRASHED","source":[],"additional_info":[]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := box.ReadDelivery(body)
		if err != nil {
			require.ErrorIs(t, err, connect.ErrReply)
			return
		}
		require.True(t, json.Valid(body))
		require.NotEmpty(t, d.ID)
		require.NotEmpty(t, d.Trigger)
		if d.Source != nil {
			require.NotEmpty(t, d.Source.ID)
		}
	})
}
