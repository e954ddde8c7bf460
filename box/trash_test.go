package box_test

import (
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/syncer"
)

const trashedFile = `{"type":"file","id":"1","name":"a.txt","item_status":"trashed","trashed_at":"2026-03-01T10:00:00Z","purged_at":"2026-03-31T10:00:00Z",
 "path_collection":{"total_count":1,"entries":[{"type":"folder","id":"1","sequence_id":null,"etag":null,"name":"Trash"}]},"parent":{"type":"folder","id":"987"}}`

func TestATrashedItemIsFoundInTheTrash(t *testing.T) {
	with(t, routes{
		"GET api.box.com/2.0/files/1/trash":   always(200, trashedFile),
		"GET api.box.com/2.0/folders/2/trash": {refusal(404, "not_found")},
		"GET api.box.com/2.0/files/1":         {refusal(404, box.CodeTrashed)},
	}, func(t *testing.T, c *box.Client, _ *service) {
		file, err := c.GetFilesIDTrash(t.Context(), "1")
		require.NoError(t, err)
		require.True(t, file.Trashed())
		require.Equal(t, "987", file.Parent.ID)
		require.False(t, file.PurgedAt.IsZero())
		_, err = c.GetFoldersIDTrash(t.Context(), "2")
		require.ErrorIs(t, err, fs.ErrNotExist)
		_, err = c.GetFilesID(t.Context(), "1")
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.True(t, box.HasCode(err, box.CodeTrashed))
	})
}

func TestTheTrashIsListedByMarkers(t *testing.T) {
	with(t, routes{"GET api.box.com/2.0/folders/trash/items": {
		reply(200, `{"entries":[`+trashedFile+`],"limit":1000,"next_marker":"M","order":{"by":"id"}}`), reply(200, `{"entries":[`+trashedFile+`],"limit":1000}`),
	}}, func(t *testing.T, c *box.Client, s *service) {
		items, err := collect(c.GetFoldersTrashItems(t.Context()))
		require.NoError(t, err)
		require.Len(t, items, 2)
		require.Equal(t, "true", s.requests()[0].URL.Query().Get("usemarker"))
		require.Equal(t, "M", s.last().URL.Query().Get("marker"))
	})
}

func TestAnItemIsRestored(t *testing.T) {
	with(t, routes{
		"POST api.box.com/2.0/files/1":   always(201, `{"type":"file","id":"1","item_status":"active"}`),
		"POST api.box.com/2.0/folders/2": {refusal(409, box.CodeNameInUse), refusal(404, "not_found")},
	}, func(t *testing.T, c *box.Client, s *service) {
		_, err := c.PostFilesID(t.Context(), "1", "", "")
		require.NoError(t, err)
		require.JSONEq(t, `{}`, s.last().body)
		_, err = c.PostFoldersID(t.Context(), "2", "988", "other")
		require.ErrorIs(t, err, fs.ErrExist)
		require.JSONEq(t, `{"name":"other","parent":{"id":"988"}}`, s.last().body)
		_, err = c.PostFoldersID(t.Context(), "2", "988", "other")
		require.ErrorIs(t, err, fs.ErrNotExist)
	})
}

func TestARestoreWhoseAnswerWasLostIsLookedFor(t *testing.T) {
	const post, get, trash = "POST api.box.com/2.0/files/1", "GET api.box.com/2.0/files/1", "GET api.box.com/2.0/files/1/trash"
	back := reply(201, `{"type":"file","id":"1","name":"a.txt"}`)
	for name, c := range map[string]struct {
		routes routes
		calls  []string
		fails  bool
	}{
		"it is back":               {routes{post: {lost}, get: {back}}, []string{post, get}, false},
		"it is still in the trash": {routes{post: {lost, back}, get: {refusal(404, "trashed")}, trash: always(200, trashedFile)}, []string{post, get, trash, get, trash, post}, false},
		"it is nowhere":            {routes{post: {lost}, get: {refusal(404, "not_found")}, trash: {refusal(404, "not_found")}}, []string{post, get, trash}, true},
		"nobody can say":           {routes{post: {lost}, get: {refusal(403, "forbidden")}}, []string{post, get}, true},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, c.routes, func(t *testing.T, client *box.Client, s *service) {
				file, err := client.PostFilesID(t.Context(), "1", "", "")
				require.Equal(t, c.calls, s.calls())
				if c.fails {
					require.Error(t, err)
					require.False(t, syncer.NotDone(err))
					return
				}
				require.NoError(t, err)
				require.Equal(t, "a.txt", file.Name)
			})
		})
	}
}

func TestAnItemIsPurgedFromTheTrashOnly(t *testing.T) {
	const purge = "DELETE api.box.com/2.0/files/1/trash"
	with(t, routes{purge: {reply(204, ""), refusal(404, box.CodeNotTrashed)}, "DELETE api.box.com/2.0/folders/2/trash": always(204, "")}, func(t *testing.T, c *box.Client, _ *service) {
		require.NoError(t, c.DeleteFilesIDTrash(t.Context(), "1"))
		require.ErrorIs(t, c.DeleteFilesIDTrash(t.Context(), "1"), fs.ErrNotExist)
		require.NoError(t, c.DeleteFoldersIDTrash(t.Context(), "2"))
	})
	with(t, routes{purge: {lost}, "GET api.box.com/2.0/files/1/trash": {refusal(404, "not_found")}}, func(t *testing.T, c *box.Client, _ *service) {
		err := c.DeleteFilesIDTrash(t.Context(), "1")
		require.Error(t, err)
		require.False(t, syncer.NotDone(err), "it may have been purged, or restored by somebody")
	})
}
