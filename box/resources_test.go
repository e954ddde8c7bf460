package box_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/syncer"
)

func TestAUserIsReadWithNumbersOfAnySize(t *testing.T) {
	with(t, routes{"GET api.box.com/2.0/users/me": always(200, `{"type":"user","id":"22","name":"Ann","login":"ann@x.example","status":"active","space_amount":1e+18,"space_used":1.0034576983313e+14,
		"max_upload_size":53687091200,"enterprise":{"type":"enterprise","id":"77","name":"X"},"hostname":"https://x.app.box.com/"}`)}, func(t *testing.T, c *box.Client, s *service) {
		me, err := c.GetUsersMe(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1_000_000_000_000_000_000, me.SpaceAmount)
		require.EqualValues(t, 100_345_769_833_130, me.SpaceUsed)
		require.EqualValues(t, 50<<30, me.MaxUploadSize)
		require.Equal(t, "77", me.Enterprise.ID)
		require.Contains(t, asked(s.last()), "hostname")
	})
}

func TestASearchGoesByOffsetsAsFarAsBoxLetsIt(t *testing.T) {
	const search = "GET api.box.com/2.0/search"
	page := func(offset, total int) http.HandlerFunc {
		return reply(200, fmt.Sprintf(`{"total_count":%d,"entries":[{"type":"file","id":"5"}],"limit":200,"offset":%d,"type":"search_results_items"}`, total, offset))
	}
	with(t, routes{search: {page(0, 401), page(200, 401), page(400, 401)}}, func(t *testing.T, c *box.Client, s *service) {
		items, err := collect(c.GetSearch(t.Context(), box.Search{Query: "RFI 12", Type: "file", Within: []string{"987", "988"}, Extensions: []string{"pdf"}, In: []string{"name"}}))
		require.NoError(t, err)
		require.Len(t, items, 3)
		q := s.last().URL.Query()
		require.Equal(t, "RFI 12", q.Get("query"))
		require.Equal(t, "987,988", q.Get("ancestor_folder_ids"))
		require.Equal(t, "pdf", q.Get("file_extensions"))
		require.Equal(t, "name", q.Get("content_types"))
		require.Equal(t, "400", q.Get("offset"))
	})
	with(t, routes{search: {page(9800, 50_000), page(10_000, 50_000)}}, func(t *testing.T, c *box.Client, s *service) {
		_, err := collect(c.GetSearch(t.Context(), box.Search{Query: "x"}))
		require.NoError(t, err)
		require.Len(t, s.calls(), 2, "an offset above 10,000 is refused")
	})
	with(t, routes{search: always(200, `{"total_count":5,"entries":[]}`)}, func(t *testing.T, c *box.Client, _ *service) {
		_, err := collect(c.GetSearch(t.Context(), box.Search{Query: "x"}))
		require.Error(t, err, "an empty page has no next one, and must not be asked for again and again")
		_, err = collect(c.GetSearch(t.Context(), box.Search{}))
		require.ErrorIs(t, err, syncer.ErrInvalid)
	})
}

func TestAFileIsLockedAndUnlocked(t *testing.T) {
	const put = "PUT api.box.com/2.0/files/1"
	locked, free := `{"type":"file","id":"1","lock":{"type":"lock","id":"9","created_by":{"id":"22"}}}`, `{"type":"file","id":"1","lock":null}`
	with(t, routes{put: {reply(200, locked), lost, reply(200, free), lost, refusal(403, "access_denied_item_locked")}}, func(t *testing.T, c *box.Client, s *service) {
		file, err := c.PutFilesIDLock(t.Context(), "1", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
		require.NoError(t, err)
		require.True(t, file.Lock.Held(time.Now()))
		require.Equal(t, "22", file.Lock.CreatedBy.ID)
		require.JSONEq(t, `{"lock":{"type":"lock","expires_at":"2026-03-01T00:00:00Z","is_download_prevented":false}}`, s.last().body)
		file, err = c.PutFilesIDUnlock(t.Context(), "1")
		require.NoError(t, err)
		require.JSONEq(t, `{"lock":null}`, s.last().body)
		require.False(t, file.Lock.Held(time.Now()))
		_, err = c.PutFilesIDLock(t.Context(), "1", time.Time{})
		require.Error(t, err)
		require.False(t, syncer.NotDone(err), "the lock that is in the way may be ours")
	})
}

func TestLocksOfAFolderAreListedThoughTheirLimitIsAText(t *testing.T) {
	with(t, routes{"GET api.box.com/2.0/folder_locks": always(200, `{"entries":[{"id":"5","type":"folder_lock","folder":{"type":"folder","id":"12"},"created_at":"2026-03-01T10:00:00Z","locked_operations":{"move":true,"delete":true}}],"limit":"1000","next_marker":null}`)},
		func(t *testing.T, c *box.Client, s *service) {
			locks, err := collect(c.GetFolderLocks(t.Context(), "12"))
			require.NoError(t, err)
			require.Equal(t, "12", locks[0].Folder.ID)
			require.Equal(t, "12", s.last().URL.Query().Get("folder_id"))
		})
}

func TestCollaborationsAreRead(t *testing.T) {
	const one = `{"type":"collaboration","id":"91","item":{"type":"folder","id":"987"},"accessible_by":{"type":"group","id":"6","name":"Site"},"role":"editor","status":"accepted","expires_at":null}`
	const pending = `{"type":"collaboration","id":"92","item":null,"accessible_by":null,"role":"a role of tomorrow","status":"pending"}`
	with(t, routes{
		"GET api.box.com/2.0/folders/987/collaborations": {reply(200, `{"entries":[`+one+`],"next_marker":"M"}`), reply(200, `{"entries":[`+pending+`]}`)},
		"GET api.box.com/2.0/files/1/collaborations":     always(200, `{"entries":[`+one+`],"next_marker":null}`),
		"GET api.box.com/2.0/collaborations/91":          always(200, one),
	}, func(t *testing.T, c *box.Client, s *service) {
		all, err := collect(c.GetFoldersIDCollaborations(t.Context(), "987"))
		require.NoError(t, err)
		require.Len(t, all, 2)
		require.Equal(t, "M", s.last().URL.Query().Get("marker"))
		require.Equal(t, "group", all[0].AccessibleBy.Type)
		require.Nil(t, all[1].Item)
		all, err = collect(c.GetFilesIDCollaborations(t.Context(), "1"))
		require.NoError(t, err)
		require.Len(t, all, 1)
		got, err := c.GetCollaborationsID(t.Context(), "91")
		require.NoError(t, err)
		require.Equal(t, "editor", got.Role)
	})
}

func TestASharedLinkLeadsToItsItemAndIsNotShown(t *testing.T) {
	const link = "https://x.app.box.com/s/SECRET"
	with(t, routes{"GET api.box.com/2.0/shared_items": {
		reply(200, `{"type":"folder","id":"987","shared_link":{"url":"https://x.app.box.com/s/SECRET","effective_access":"company","permissions":{"can_download":true}}}`), refusal(403, "incorrect_shared_item_password"),
	}}, func(t *testing.T, c *box.Client, s *service) {
		item, err := c.GetSharedItems(t.Context(), link, "")
		require.NoError(t, err)
		require.Equal(t, "987", item.ID)
		require.Equal(t, "shared_link=https://x.app.box.com/s/SECRET", s.last().Header.Get("BoxApi"))
		require.NotContains(t, fmt.Sprintf("%v %+v %s", item.SharedLink, *item.SharedLink, item.SharedLink), "SECRET")
		_, err = c.GetSharedItems(t.Context(), link, "pass word")
		require.ErrorIs(t, err, fs.ErrPermission)
		require.Contains(t, s.last().Header.Get("BoxApi"), "&shared_link_password=pass word")
		require.NotContains(t, err.Error(), "SECRET")
		_, err = c.GetSharedItems(t.Context(), "SECRET", "")
		require.ErrorIs(t, err, syncer.ErrInvalid)
		require.NotContains(t, err.Error(), "SECRET")
	})
}

const properties = `{"$type":"properties","$parent":"file_1","$id":"c79","$version":2,"$typeVersion":8,"$template":"properties","$scope":"global","$canEdit":true,"marker":"x","big":1152922976252290886,"list":["a"]}`

func TestMetadataIsReadWithItsValuesApartFromWhatIsBoxsOwn(t *testing.T) {
	var m box.Metadata
	require.NoError(t, json.Unmarshal([]byte(properties), &m))
	require.Equal(t, box.Metadata{Scope: "global", Template: "properties", Version: 2, Values: map[string]any{
		"marker": "x", "big": json.Number("1152922976252290886"), "list": []any{"a"},
	}}, m)
	require.Error(t, json.Unmarshal([]byte(`[]`), &m))
}

func TestMetadataIsMadeReadChangedAndRemoved(t *testing.T) {
	const file, folder = "api.box.com/2.0/files/1/metadata", "api.box.com/2.0/folders/2/metadata"
	const at = "/global/properties"
	with(t, routes{
		"GET " + file: always(200, `{"entries":[`+properties+`],"limit":100}`), "GET " + file + at: always(200, properties),
		"POST " + file + at: {reply(201, properties), refusal(409, "conflict")}, "PUT " + file + at: always(200, properties), "DELETE " + file + at: always(204, ""),
		"GET " + folder: always(200, `{"entries":[]}`), "GET " + folder + at: {refusal(404, "instance_not_found")},
		"POST " + folder + at: always(201, properties), "PUT " + folder + at: always(200, properties), "DELETE " + folder + at: always(204, ""),
	}, func(t *testing.T, c *box.Client, s *service) {
		ctx := t.Context()
		all, err := c.GetFilesIDMetadata(ctx, "1")
		require.NoError(t, err)
		require.Len(t, all, 1)
		m, err := c.GetFilesIDMetadataIDID(ctx, "1", box.ScopeGlobal, box.TemplateProperties)
		require.NoError(t, err)
		require.Equal(t, "x", m.Values["marker"])
		_, err = c.PostFilesIDMetadataIDID(ctx, "1", "global", "properties", map[string]any{"marker": "x"})
		require.NoError(t, err)
		require.JSONEq(t, `{"marker":"x"}`, s.last().body)
		_, err = c.PostFilesIDMetadataIDID(ctx, "1", "global", "properties", nil)
		require.ErrorIs(t, err, fs.ErrExist)
		require.JSONEq(t, `{}`, s.last().body)
		_, err = c.PutFilesIDMetadataIDID(ctx, "1", "global", "properties", []box.Patch{{Op: "replace", Path: "/marker", Value: "y"}, {Op: "remove", Path: "/list"}})
		require.NoError(t, err)
		require.JSONEq(t, `[{"op":"replace","path":"/marker","value":"y"},{"op":"remove","path":"/list"}]`, s.last().body)
		require.Equal(t, "application/json-patch+json", s.last().Header.Get("Content-Type"))
		require.NoError(t, c.DeleteFilesIDMetadataIDID(ctx, "1", "global", "properties"))
		_, err = c.PutFilesIDMetadataIDID(ctx, "1", "global", "properties", nil)
		require.ErrorIs(t, err, syncer.ErrInvalid)

		all, err = c.GetFoldersIDMetadata(ctx, "2")
		require.NoError(t, err)
		require.Empty(t, all)
		_, err = c.GetFoldersIDMetadataIDID(ctx, "2", "global", "properties")
		require.ErrorIs(t, err, fs.ErrNotExist)
		_, err = c.PostFoldersIDMetadataIDID(ctx, "2", "global", "properties", nil)
		require.NoError(t, err)
		_, err = c.PutFoldersIDMetadataIDID(ctx, "2", "global", "properties", []box.Patch{{Op: "test", Path: "/a", Value: "b"}})
		require.NoError(t, err)
		require.NoError(t, c.DeleteFoldersIDMetadataIDID(ctx, "2", "global", "properties"))
	})
}

func TestMetadataWhoseAnswerWasLostIsLookedFor(t *testing.T) {
	const post, get = "POST api.box.com/2.0/files/1/metadata/global/properties", "GET api.box.com/2.0/files/1/metadata/global/properties"
	values := map[string]any{"marker": "x", "big": 1152922976252290886, "list": []string{"a"}}
	for name, c := range map[string]struct {
		routes routes
		calls  []string
		fails  bool
	}{
		"it is there":      {routes{post: {lost}, get: always(200, properties)}, []string{post, get}, false},
		"it is not":        {routes{post: {lost, reply(201, properties)}, get: {refusal(404, "instance_not_found")}}, []string{post, get, post}, false},
		"others are there": {routes{post: {lost}, get: always(200, `{"$scope":"global","marker":"y"}`)}, []string{post, get}, true},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, c.routes, func(t *testing.T, client *box.Client, s *service) {
				_, err := client.PostFilesIDMetadataIDID(t.Context(), "1", "global", "properties", values)
				require.Equal(t, c.calls, s.calls())
				require.Equal(t, c.fails, err != nil, "%v", err)
				require.False(t, syncer.NotDone(err))
			})
		})
	}
}
