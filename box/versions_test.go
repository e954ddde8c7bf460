package box_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/syncer"
)

const oldVersion = `{"type":"file_version","id":"1650000","sha1":"97B3DBBA6EAB7AD0F058240744C8636B7C7BEA93","name":"a.txt","size":16,"created_at":"2026-03-01T10:00:00Z",
 "modified_by":{"type":"user","id":"22"},"trashed_at":null,"purged_at":null,"version_number":"1"}`

func TestEarlierVersionsAreListed(t *testing.T) {
	with(t, routes{"GET api.box.com/2.0/files/1/versions": {
		reply(200, `{"total_count":3,"entries":[`+oldVersion+`,`+oldVersion+`],"limit":2,"offset":0}`), reply(200, `{"total_count":3,"entries":[`+oldVersion+`],"limit":2,"offset":2}`),
	}}, func(t *testing.T, c *box.Client, s *service) {
		versions, err := collect(c.GetFilesIDVersions(t.Context(), "1"))
		require.NoError(t, err)
		require.Len(t, versions, 3)
		require.Equal(t, "1650000", versions[0].ID)
		require.Equal(t, syncer.Digest("sha1:97b3dbba6eab7ad0f058240744c8636b7c7bea93"), versions[0].Digest())
		require.EqualValues(t, 16, versions[0].Size)
		require.Equal(t, "2", s.last().URL.Query().Get("offset"))
		require.Contains(t, asked(s.last()), "version_number")
	})
}

func TestAnEarlierVersionIsMadeCurrent(t *testing.T) {
	const post, get, old = "POST api.box.com/2.0/files/1/versions/current", "GET api.box.com/2.0/files/1", "GET api.box.com/2.0/files/1/versions/1650000"
	file := func(sha1 string) string {
		return `{"type":"file","id":"1","file_version":{"type":"file_version","id":"1650009","sha1":"` + sha1 + `"}}`
	}
	top := reply(201, `{"type":"file_version","id":"1650009"}`)
	for name, c := range map[string]struct {
		routes routes
		calls  []string
		fails  bool
	}{
		"at once":                    {routes{post: {top}}, []string{post}, false},
		"the answer was lost":        {routes{post: {lost}, old: always(200, oldVersion), get: always(200, file("97b3dbba6eab7ad0f058240744c8636b7c7bea93"))}, []string{post, old, get}, false},
		"the request was lost":       {routes{post: {lost, top}, old: always(200, oldVersion), get: always(200, file("00"))}, []string{post, old, get, post}, false},
		"the version cannot be seen": {routes{post: {lost}, old: {refusal(404, "not_found")}}, []string{post, old}, true},
		"the file is told in part":   {routes{post: {lost}, old: always(200, oldVersion), get: always(200, `{"id":"1"}`)}, []string{post, old, get}, true},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, c.routes, func(t *testing.T, client *box.Client, s *service) {
				v, err := client.PostFilesIDVersionsCurrent(t.Context(), "1", "1650000")
				require.Equal(t, c.calls, s.calls())
				require.JSONEq(t, `{"type":"file_version","id":"1650000"}`, s.requests()[0].body)
				if c.fails {
					require.Error(t, err)
					require.False(t, syncer.NotDone(err))
					return
				}
				require.NoError(t, err)
				require.Equal(t, "1650009", v.ID)
			})
		})
	}
}

func TestAVersionIsTrashedAndTakenBack(t *testing.T) {
	const del, put, get = "DELETE api.box.com/2.0/files/1/versions/1650000", "PUT api.box.com/2.0/files/1/versions/1650000", "GET api.box.com/2.0/files/1/versions/1650000"
	const trashed = `{"type":"file_version","id":"1650000","trashed_at":"2026-03-01T10:00:00Z"}`
	with(t, routes{del: {lost, reply(204, "")}, put: {lost}, get: {reply(200, oldVersion), reply(200, oldVersion)}}, func(t *testing.T, c *box.Client, s *service) {
		require.NoError(t, c.DeleteFilesIDVersionsID(t.Context(), "1", "1650000", "3"))
		require.Equal(t, []string{del, get, del}, s.calls(), "it was not trashed at the first look")
		require.Equal(t, "3", s.last().Header.Get("If-Match"))
		require.NoError(t, c.PutFilesIDVersionsID(t.Context(), "1", "1650000"))
		require.Equal(t, []string{del, get, del, put, get}, s.calls(), "it is back already")
		require.JSONEq(t, `{"trashed_at":null}`, s.requests()[3].body)
	})
	with(t, routes{del: {lost}, get: always(200, trashed)}, func(t *testing.T, c *box.Client, s *service) {
		require.NoError(t, c.DeleteFilesIDVersionsID(t.Context(), "1", "1650000", ""))
		require.Equal(t, []string{del, get}, s.calls())
	})
}
