package box_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/syncer"
)

const preflight = "OPTIONS api.box.com/2.0/files/content"

// The item is the one of section 3.1 of the facts about Box.
const fullFile = `{"type":"file","id":"1500001","file_version":{"type":"file_version","id":"1650001","sha1":"97b3dbba6eab7ad0f058240744c8636b7c7bea93"},
 "sequence_id":"1","etag":"1","sha1":"97B3DBBA6eab7ad0f058240744c8636b7c7bea93","name":"RFI 12.pdf","description":"","size":1.06833e+5,
 "path_collection":{"total_count":2,"entries":[
   {"type":"folder","id":"0","sequence_id":null,"etag":null,"name":"All Files"},
   {"type":"folder","id":"987","sequence_id":"0","etag":"0","name":"Project A"}]},
 "created_at":"2026-03-01T10:00:00-07:00","modified_at":"2026-03-01T10:00:05-07:00","trashed_at":null,"purged_at":null,
 "content_created_at":"2026-02-27T18:33:50-07:00","content_modified_at":"2026-02-27T18:33:50-07:00",
 "created_by":{"type":"user","id":"22","name":"Ann","login":"ann@x.example"},"modified_by":{"type":"user","id":"22","name":"Ann","login":"ann@x.example"},
 "owned_by":{"type":"user","id":"22","name":"Ann","login":"ann@x.example"},"permissions":{"can_upload":true,"can_delete":false},
 "lock":{"type":"lock","id":"9","expired_at":"2026-03-02T10:00:00-07:00","app_type":"an_editor_of_tomorrow"},
 "a_field_of_tomorrow":{"deep":[1,{}]},"order":{"by":"name"},
 "shared_link":null,"parent":{"type":"folder","id":"987","sequence_id":"0","etag":"0","name":"Project A"},"item_status":"a_status_of_tomorrow"}`

func TestAnItemIsReadWhateverBoxAddsToIt(t *testing.T) {
	with(t, routes{"GET api.box.com/2.0/files/1500001": always(200, fullFile)}, func(t *testing.T, c *box.Client, _ *service) {
		file, err := c.GetFilesID(t.Context(), "1500001")
		require.NoError(t, err)
		require.Equal(t, "RFI 12.pdf", file.Name)
		require.EqualValues(t, 106833, file.Size)
		require.Equal(t, syncer.Digest("sha1:97b3dbba6eab7ad0f058240744c8636b7c7bea93"), file.Digest())
		require.Equal(t, "1650001", file.FileVersion.ID)
		require.True(t, file.ContentModifiedAt.Equal(time.Date(2026, 2, 28, 1, 33, 50, 0, time.UTC)))
		require.True(t, file.TrashedAt.IsZero())
		require.Equal(t, "987", file.Parent.ID)
		require.Empty(t, file.Path.Entries[0].ETag)
		require.Equal(t, "22", file.OwnedBy.ID)
		require.True(t, *file.Permissions.CanUpload)
		require.False(t, *file.Permissions.CanDelete)
		require.Nil(t, file.Permissions.CanDownload, "what Box does not tell is not guessed")
		require.True(t, file.Lock.Held(time.Date(2026, 3, 2, 16, 0, 0, 0, time.UTC)))
		require.False(t, file.Lock.Held(time.Date(2026, 3, 2, 17, 0, 0, 0, time.UTC)))
		require.Equal(t, "a_status_of_tomorrow", file.ItemStatus)
		require.False(t, file.Trashed())
	})
}

func TestAnItemInTheTrashOrBelowItIsTrashed(t *testing.T) {
	for text, want := range map[string]bool{
		`{"item_status":"active"}`:  false,
		`{"item_status":"trashed"}`: true,
		`{"item_status":"deleted"}`: true,
		`{}`:                        false,
		`{"item_status":"active","path_collection":{"entries":[]}}`:                 false,
		`{"item_status":"active","path_collection":{"entries":[{"id":"0"}]}}`:       false,
		`{"path_collection":{"entries":[{"type":"folder","id":"1"},{"id":"987"}]}}`: true,
	} {
		var item box.Item
		require.NoError(t, json.Unmarshal([]byte(text), &item))
		require.Equal(t, want, item.Trashed(), text)
	}
}

// asked returns the fields that a request named.
func asked(r request) []string { return strings.Split(r.URL.Query().Get("fields"), ",") }

func TestEverythingThatAnItemHoldsIsAskedForByName(t *testing.T) {
	var all []string
	for f := range reflect.TypeFor[box.Item]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		all = append(all, name)
	}
	without := func(names ...string) []string {
		return slices.Sorted(func(yield func(string) bool) {
			for _, name := range all {
				if !slices.Contains(names, name) && !yield(name) {
					return
				}
			}
		})
	}
	with(t, routes{
		"GET api.box.com/2.0/files/1":         always(200, `{"id":"1"}`),
		"GET api.box.com/2.0/folders/1":       always(200, `{"id":"1"}`),
		"GET api.box.com/2.0/folders/1/items": always(200, `{"entries":[]}`),
	}, func(t *testing.T, c *box.Client, s *service) {
		_, err := c.GetFilesID(t.Context(), "1")
		require.NoError(t, err)
		require.ElementsMatch(t, without(), asked(s.last()))
		_, err = c.GetFoldersID(t.Context(), "1")
		require.NoError(t, err)
		require.ElementsMatch(t, without("sha1", "file_version", "lock", "is_package"), asked(s.last()))
		_, err = collect(c.GetFoldersIDItems(t.Context(), "1"))
		require.NoError(t, err)
		require.ElementsMatch(t, without("path_collection"), asked(s.last()))
	})
}

func TestAFolderIsListedByMarkersToItsEnd(t *testing.T) {
	for name, end := range map[string]string{"null": `,"next_marker":null`, "empty": `,"next_marker":""`, "missing": ``} {
		t.Run("the last marker is "+name, func(t *testing.T) {
			with(t, routes{"GET api.box.com/2.0/folders/987/items": {
				reply(200, `{"entries":[{"type":"folder","id":"11","name":"A"},{"type":"file","id":"55","name":"a.txt"}],"limit":1000,"next_marker":"JV9I"}`),
				reply(200, `{"entries":[],"limit":1000,"next_marker":"K0"}`), // everything here was invisible
				reply(200, `{"entries":[{"type":"web_link","id":"7","name":"Site"},{"type":"app_item","id":"8","name":"?"}],"order":{"by":"id"},"limit":1000`+end+`}`),
			}}, func(t *testing.T, c *box.Client, s *service) {
				items, err := collect(c.GetFoldersIDItems(t.Context(), "987"))
				require.NoError(t, err)
				var got []string
				for _, i := range items {
					got = append(got, i.Type+" "+i.ID)
				}
				require.Equal(t, []string{"folder 11", "file 55", "web_link 7", "app_item 8"}, got)
				var markers []string
				for _, r := range s.requests() {
					q := r.URL.Query()
					require.Equal(t, "true", q.Get("usemarker"))
					require.Equal(t, "1000", q.Get("limit"))
					markers = append(markers, q.Get("marker"))
				}
				require.Equal(t, []string{"", "JV9I", "K0"}, markers)
			})
		})
	}
}

func TestAListingEndsWithItsError(t *testing.T) {
	with(t, routes{"GET api.box.com/2.0/folders/987/items": {
		reply(200, `{"entries":[{"type":"file","id":"55"}],"next_marker":"M"}`), refusal(404, "not_found"),
	}}, func(t *testing.T, c *box.Client, _ *service) {
		items, err := collect(c.GetFoldersIDItems(t.Context(), "987"))
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.Len(t, items, 1)
	})
}

func TestAFolderIsMade(t *testing.T) {
	with(t, routes{"POST api.box.com/2.0/folders": always(201, `{"type":"folder","id":"12","name":"Drawings","etag":"0"}`)}, func(t *testing.T, c *box.Client, s *service) {
		made, err := c.PostFolders(t.Context(), "987", "Drawings ")
		require.NoError(t, err)
		require.Equal(t, "Drawings", made.Name, "the name is what Box made of it")
		require.JSONEq(t, `{"name":"Drawings ","parent":{"id":"987"}}`, s.last().body)
		require.Equal(t, "Bearer AT", s.last().Header.Get("Authorization"))
	})
}

const conflict = `{"type":"error","status":409,"code":"item_name_in_use","context_info":{"conflicts":{"type":"folder","id":"12","name":"Drawings"}}}`

func TestAFolderWhoseAnswerWasLostIsLookedForFirst(t *testing.T) {
	made := reply(201, `{"type":"folder","id":"12","name":"Drawings"}`)
	for name, c := range map[string]struct {
		routes routes
		calls  []string
		fails  bool
	}{
		"the name is free: it is made again": {
			routes{"POST api.box.com/2.0/folders": {lost, made}, preflight: always(200, `{"upload_url":"https://upload.box.com/x","upload_token":null}`)},
			[]string{"POST api.box.com/2.0/folders", preflight, preflight, "POST api.box.com/2.0/folders"},
			false,
		},
		"the name is taken: nobody can tell by whom": {
			routes{"POST api.box.com/2.0/folders": {lost}, preflight: always(409, conflict)},
			[]string{"POST api.box.com/2.0/folders", preflight},
			true,
		},
		"a gateway gave up: the same": {
			routes{"POST api.box.com/2.0/folders": always(504, ""), preflight: always(409, conflict)},
			[]string{"POST api.box.com/2.0/folders", preflight},
			true,
		},
		"it turns up only after it is made again": {
			routes{"POST api.box.com/2.0/folders": {lost, reply(409, conflict)}, preflight: {reply(200, `{}`), reply(200, `{}`), reply(409, conflict)}},
			[]string{"POST api.box.com/2.0/folders", preflight, preflight, "POST api.box.com/2.0/folders", preflight},
			true,
		},
		"it turns up before it is made again": {
			routes{"POST api.box.com/2.0/folders": {lost}, preflight: {reply(200, `{}`), reply(409, conflict)}},
			[]string{"POST api.box.com/2.0/folders", preflight, preflight},
			true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, c.routes, func(t *testing.T, client *box.Client, s *service) {
				folder, err := client.PostFolders(t.Context(), "987", "Drawings")
				require.Equal(t, c.calls, s.calls())
				if c.fails {
					require.Error(t, err)
					require.False(t, syncer.NotDone(err), "%v", err)
					return
				}
				require.NoError(t, err)
				require.Equal(t, "12", folder.ID)
			})
		})
	}
}

func TestARenameWhoseAnswerWasLostIsLookedFor(t *testing.T) {
	const put, get = "PUT api.box.com/2.0/folders/12", "GET api.box.com/2.0/folders/12"
	was := `{"type":"folder","id":"12","name":"Old","etag":"3","parent":{"id":"987"}}`
	is := `{"type":"folder","id":"12","name":"New","etag":"4","parent":{"id":"988"}}`
	other := `{"type":"folder","id":"12","name":"Third","etag":"5","parent":{"id":"987"}}`
	for name, c := range map[string]struct {
		routes routes
		calls  []string
		fails  bool
	}{
		"it is there":                               {routes{put: {lost}, get: always(200, is)}, []string{put, get}, false},
		"it is not":                                 {routes{put: {lost, reply(200, is)}, get: always(200, was)}, []string{put, get, get, put}, false},
		"Box goes on after its answer":              {routes{put: {reply(503, "")}, get: {reply(200, is)}}, []string{put, get}, false},
		"somebody has renamed it since":             {routes{put: {lost}, get: always(200, other)}, []string{put, get}, true},
		"it has gone":                               {routes{put: {lost}, get: {refusal(404, "not_found")}}, []string{put, get}, true},
		"it is not, and then the tree is locked up": {routes{put: {lost, refusal(409, box.CodeBlocked)}, get: always(200, was)}, nil, true},
		"it is not, and then it is stale":           {routes{put: {lost, refusal(412, "precondition_failed")}, get: {reply(200, was), reply(200, was), reply(200, other)}}, []string{put, get, get, put, get}, true},
		"it is not, and then it is, and is stale":   {routes{put: {lost, refusal(412, "precondition_failed")}, get: {reply(200, was), reply(200, was), reply(200, is)}}, []string{put, get, get, put, get}, false},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, c.routes, func(t *testing.T, client *box.Client, s *service) {
				now, err := client.PutFoldersID(t.Context(), "12", box.Change{Name: "New", ParentID: "988", IfMatch: "3"})
				if c.calls != nil {
					require.Equal(t, c.calls, s.calls())
				}
				require.Equal(t, "3", s.requests()[0].Header.Get("If-Match"))
				if c.fails {
					require.Error(t, err)
					require.False(t, syncer.NotDone(err), "%v", err)
					return
				}
				require.NoError(t, err)
				require.Equal(t, "New", now.Name)
				require.Equal(t, "988", now.Parent.ID)
			})
		})
	}
}

func TestAFolderIsMovedAndThenRenamedWhereBoxDoesNotDoBoth(t *testing.T) {
	const put = "PUT api.box.com/2.0/folders/12"
	limit := refusal(403, box.CodeOperationLimit)
	both := box.Change{Name: "New", ParentID: "988", IfMatch: "3"}
	t.Run("in two steps", func(t *testing.T) {
		with(t, routes{put: {limit, reply(200, `{"id":"12"}`), reply(200, `{"id":"12","name":"New"}`)}}, func(t *testing.T, c *box.Client, s *service) {
			now, err := c.PutFoldersID(t.Context(), "12", both)
			require.NoError(t, err)
			require.Equal(t, "New", now.Name)
			require.JSONEq(t, `{"parent":{"id":"988"}}`, s.requests()[1].body)
			require.Equal(t, "3", s.requests()[1].Header.Get("If-Match"))
			require.JSONEq(t, `{"name":"New"}`, s.requests()[2].body)
			require.Empty(t, s.requests()[2].Header.Get("If-Match"), "the move has changed it")
		})
	})
	t.Run("the move is refused", func(t *testing.T) {
		with(t, routes{put: {limit, refusal(409, box.CodeNameInUse)}}, func(t *testing.T, c *box.Client, _ *service) {
			_, err := c.PutFoldersID(t.Context(), "12", both)
			require.ErrorIs(t, err, fs.ErrExist)
		})
	})
	t.Run("the name is taken there", func(t *testing.T) {
		with(t, routes{put: {limit, reply(200, `{"id":"12"}`), reply(409, conflict)}}, func(t *testing.T, c *box.Client, _ *service) {
			_, err := c.PutFoldersID(t.Context(), "12", both)
			require.False(t, syncer.NotDone(err), "the move is done: %v", err)
			e, ok := errors.AsType[*box.Error](err)
			require.True(t, ok)
			require.Len(t, e.Conflicts, 1)
		})
	})
}

func TestADeleteWhoseAnswerWasLostIsLookedForInTheTrash(t *testing.T) {
	const del, get, trash = "DELETE api.box.com/2.0/files/1", "GET api.box.com/2.0/files/1", "GET api.box.com/2.0/files/1/trash"
	there := always(200, `{"type":"file","id":"1","name":"a"}`)
	no := func(code string) []http.HandlerFunc { return []http.HandlerFunc{refusal(404, code)} }
	for name, c := range map[string]struct {
		routes routes
		calls  []string
		fails  bool
	}{
		"it is in the trash":         {routes{del: {lost}, trash: there, get: no("trashed")}, []string{del, get, trash}, false},
		"it is where it was":         {routes{del: {lost, reply(204, "")}, get: there}, []string{del, get, del}, false},
		"it is nowhere":              {routes{del: {lost}, trash: no("not_found"), get: no("not_found")}, []string{del, get, trash}, true},
		"its folder is in the trash": {routes{del: {lost}, trash: no("not_found"), get: no("trashed")}, []string{del, get, trash}, true},
		"it goes after the look": {
			routes{del: {lost, refusal(404, "trashed")}, trash: always(200, `{"id":"1"}`), get: {reply(200, `{"id":"1"}`), refusal(404, "trashed")}},
			[]string{del, get, del, get, trash},
			false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, c.routes, func(t *testing.T, client *box.Client, s *service) {
				err := client.DeleteFilesID(t.Context(), "1", "7")
				require.Equal(t, c.calls, s.calls())
				require.Equal(t, "7", s.requests()[0].Header.Get("If-Match"))
				if c.fails {
					require.False(t, syncer.NotDone(err), "%v", err)
					require.Error(t, err)
					return
				}
				require.NoError(t, err)
			})
		})
	}
}

func TestAFolderThatHoldsAnythingIsNotDeletedUnlessThatIsAskedFor(t *testing.T) {
	const del = "DELETE api.box.com/2.0/folders/12"
	with(t, routes{del: {refusal(400, box.CodeFolderNotEmpty), reply(204, "")}}, func(t *testing.T, c *box.Client, s *service) {
		require.ErrorIs(t, c.DeleteFoldersID(t.Context(), "12", "", false), fs.ErrExist)
		require.Empty(t, s.last().URL.RawQuery)
		require.NoError(t, c.DeleteFoldersID(t.Context(), "12", "", true))
		require.Equal(t, "recursive=true", s.last().URL.RawQuery)
	})
}

func TestACopyWhoseAnswerWasLostIsLookedForByItsName(t *testing.T) {
	const post = "POST api.box.com/2.0/files/1/copy"
	with(t, routes{
		post:                          {lost, reply(201, `{"type":"file","id":"2","name":"a.txt"}`)},
		"GET api.box.com/2.0/files/1": always(200, `{"type":"file","id":"1","name":"a.txt"}`),
		preflight:                     always(200, `{}`),
	}, func(t *testing.T, c *box.Client, s *service) {
		made, err := c.PostFilesIDCopy(t.Context(), "1", "165", "988", "")
		require.NoError(t, err)
		require.Equal(t, "2", made.ID)
		require.JSONEq(t, `{"version":"165","parent":{"id":"988"}}`, s.requests()[0].body)
		require.JSONEq(t, `{"name":"a.txt","parent":{"id":"988"}}`, s.requests()[2].body)
	})
}

func TestWhatCannotBeAnIDNeverLeaves(t *testing.T) {
	with(t, routes{}, func(t *testing.T, c *box.Client, s *service) {
		ctx := t.Context()
		for _, id := range []string{"", "a", "../1", "1/trash", "1?x", "-1", "１"} {
			for what, err := range map[string]error{
				"file":       second(c.GetFilesID(ctx, id)),
				"folder":     second(c.GetFoldersID(ctx, id)),
				"listing":    second(collect(c.GetFoldersIDItems(ctx, id))),
				"parent":     second(c.PostFolders(ctx, id, "x")),
				"change":     second(c.PutFilesID(ctx, id, box.Change{Name: "x"})),
				"delete":     c.DeleteFoldersID(ctx, id, "", true),
				"purge":      c.DeleteFilesIDTrash(ctx, id),
				"restore":    second(c.PostFoldersID(ctx, id, "", "")),
				"copy":       second(c.PostFoldersIDCopy(ctx, "1", id, "")),
				"version":    second(c.PostFilesIDVersionsCurrent(ctx, "1", id)),
				"versions":   second(collect(c.GetFilesIDVersions(ctx, id))),
				"webhook":    c.DeleteWebhooksID(ctx, id),
				"download":   second(c.GetFilesIDContent(ctx, id, box.Download{})),
				"metadata":   second(c.GetFilesIDMetadataIDID(ctx, id, "global", "properties")),
				"lock":       second(c.PutFilesIDLock(ctx, id, time.Time{})),
				"preflight":  c.OptionsFilesIDContent(ctx, id, "", 0),
				"access":     second(collect(c.GetFilesIDCollaborations(ctx, id))),
				"folderlock": second(collect(c.GetFolderLocks(ctx, id))),
			} {
				require.ErrorIs(t, err, syncer.ErrInvalid, "%s %q", what, id)
				require.ErrorContains(t, err, "ID", "%s %q", what, id)
			}
		}
		for _, word := range []string{"", ".", "..", "a/b", "a b", "a%2fb", "ä"} {
			_, err := c.GetFilesIDMetadataIDID(ctx, "1", word, "properties")
			require.ErrorIs(t, err, syncer.ErrInvalid, "%q", word)
		}
		_, err := c.PutFilesID(ctx, "1", box.Change{IfMatch: "1"})
		require.ErrorIs(t, err, syncer.ErrInvalid)
		require.Empty(t, s.calls())
	})
}

func second[T any](_ T, err error) error { return err }
