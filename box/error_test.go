package box_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

const renameFile = "PUT api.box.com/2.0/files/1"

// refusedRename renames a file, is answered with status and body, and returns the error.
func refusedRename(t *testing.T, status int, body string, header ...string) (err error) {
	t.Helper()
	with(t, routes{
		renameFile:                      always(status, body, header...),
		"GET api.box.com/2.0/files/1":   always(http.StatusOK, `{"type":"file","id":"1","etag":"0","name":"a"}`),
		"POST api.box.com/oauth2/token": always(http.StatusTeapot, ""),
	}, func(t *testing.T, c *box.Client, _ *service) {
		_, err = c.PutFilesID(t.Context(), "1", box.Change{Name: "b"})
		require.Error(t, err)
	})
	return err
}

// The table is that of section 8.3 of the facts about Box, and the statuses that go beyond it.
func TestAnErrorIsTheSentinelThatItsCodeStandsFor(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
		want   error
	}{
		{400, "bad_request", syncer.ErrRefused},
		{400, "invalid_parameter", syncer.ErrRefused},
		{400, "item_name_invalid", syncer.ErrName},
		{400, "item_name_too_long", syncer.ErrName},
		{400, "bad_digest", syncer.ErrStale},
		{400, "metadata_after_file_contents", syncer.ErrRefused},
		{400, "cyclical_folder_structure", syncer.ErrStale},
		{400, "folder_not_empty", fs.ErrExist},
		{400, "cannot_make_collaborated_subfolder_private", syncer.ErrRefused},
		{400, "sync_item_move_failure", syncer.ErrRefused},
		{400, "terms_of_service_required", fs.ErrPermission},
		{400, "password_reset_required", fs.ErrPermission},
		{403, "access_denied_insufficient_permissions", fs.ErrPermission},
		{403, "access_denied_item_locked", syncer.ErrLocked},
		{403, "insufficient_scope", fs.ErrPermission},
		{403, "storage_limit_exceeded", syncer.ErrQuota},
		{409, "storage_limit_exceeded", syncer.ErrQuota},
		{507, "", syncer.ErrQuota},
		{507, "storage_limit_exceeded", syncer.ErrQuota},
		{403, "file_size_limit_exceeded", syncer.ErrRefused},
		{403, "forbidden_by_policy", syncer.ErrRefused},
		{403, "operation_limit_exceeded", syncer.ErrRefused},
		{403, "forbidden", fs.ErrPermission},
		{403, "a_code_of_tomorrow", fs.ErrPermission},
		{404, "not_found", fs.ErrNotExist},
		{404, "trashed", fs.ErrNotExist},
		{404, "not_trashed", fs.ErrNotExist},
		{404, "", fs.ErrNotExist},
		{405, "method_not_allowed", syncer.ErrRefused},
		{409, "item_name_in_use", fs.ErrExist},
		{409, "name_temporarily_reserved", syncer.ErrLocked},
		{409, "operation_blocked_temporary", syncer.ErrLocked},
		{409, "conflict", fs.ErrExist},
		{410, "session_expired", syncer.ErrStale},
		{410, "upload_failed", syncer.ErrStale},
		{411, "length_required", syncer.ErrRefused},
		{412, "precondition_failed", syncer.ErrStale},
		{412, "sync_state_precondition_failed", syncer.ErrStale},
		{413, "request_entity_too_large", syncer.ErrRefused},
		{415, "unsupported_media_type", syncer.ErrRefused},
		{423, "", syncer.ErrLocked},
		{429, "rate_limit_exceeded", syncer.ErrBusy},
		{429, "", syncer.ErrBusy},
	} {
		t.Run(strconv.Itoa(c.status)+" "+c.code, func(t *testing.T) {
			body := `{"type":"error","code":"` + c.code + `","message":"No","request_id":"abc"}`
			if c.code == "" {
				body = ""
			}
			err := refusedRename(t, c.status, body)
			require.ErrorIs(t, err, c.want)
			require.True(t, syncer.NotDone(err), "such an answer proves that nothing was done: %v", err)
			e, ok := errors.AsType[*box.Error](err)
			require.True(t, ok)
			require.Equal(t, c.status, e.Status)
			require.Equal(t, c.code, e.Code)
			require.Equal(t, c.code != "", box.HasCode(err, "other", c.code))
		})
	}
}

func TestWhatProvesNothingIsNotTakenForNotDone(t *testing.T) {
	for _, status := range []int{408, 500, 502, 503, 504} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			err := refusedRename(t, status, `{"code":"unavailable","message":"No"}`)
			require.False(t, syncer.NotDone(err), "%v", err)
			e, ok := errors.AsType[*box.Error](err)
			require.True(t, ok)
			require.Equal(t, status, e.Status)
			require.False(t, syncer.NotDone(e), "nor does the part of it that Box wrote")
		})
	}
}

func TestAReadThatBoxCannotServeLeavesTheSideInPeace(t *testing.T) {
	with(t, routes{"GET api.box.com/2.0/users/me": always(503, "<html>unavailable</html>")}, func(t *testing.T, c *box.Client, s *service) {
		_, err := c.GetUsersMe(t.Context())
		require.ErrorIs(t, err, syncer.ErrBusy)
		require.Len(t, s.calls(), 5, "it is tried a few times")
	})
}

func TestATokenThatIsRefusedForGoodEndsInSigningIn(t *testing.T) {
	with(t, routes{"GET api.box.com/2.0/users/me": always(401, "", "WWW-Authenticate", `Bearer error="invalid_token"`)}, func(t *testing.T, c *box.Client, s *service) {
		_, err := c.GetUsersMe(t.Context())
		require.ErrorIs(t, err, connect.ErrSignIn)
		require.ErrorIs(t, err, syncer.ErrBusy, "an engine leaves the side in peace until somebody has signed in")
		require.True(t, syncer.NotDone(err))
		require.Len(t, s.calls(), 1)
	})
	withOptions(t, routes{}, box.Options{Tokens: box.Fixed("")}, func(t *testing.T, c *box.Client, _ *service) {
		_, err := c.GetUsersMe(t.Context())
		require.ErrorIs(t, err, connect.ErrSignIn)
		require.ErrorIs(t, err, syncer.ErrBusy)
	})
}

func TestConflictsAreReadInEveryShape(t *testing.T) {
	const file = `{"type":"file","id":"1500001","file_version":{"type":"file_version","id":"1650001","sha1":"97b3"},"sequence_id":"0","etag":"0","sha1":"97b3","name":"a.txt"}`
	const folder = `{"type":"folder","id":"987","sequence_id":"0","etag":"0","name":"Drawings"}`
	for name, c := range map[string]struct {
		info string
		want []string
	}{
		"one file, as uploads tell it":          {`{"conflicts":` + file + `}`, []string{"file 1500001"}},
		"a list of folders, as folders tell it": {`{"conflicts":[` + folder + `]}`, []string{"folder 987"}},
		"several":                               {`{"conflicts":[` + folder + `,` + file + `]}`, []string{"folder 987", "file 1500001"}},
		"an empty list":                         {`{"conflicts":[]}`, nil},
		"null":                                  {`{"conflicts":null}`, nil},
		"nothing":                               {`{}`, nil},
		"a list for an empty object, as PHP does": {`[]`, nil},
		"null for all":                         {`null`, nil},
		"a text":                               {`"none"`, nil},
		"a type that nobody knows yet":         {`{"conflicts":{"type":"app_item","id":"5","name":"x","new":{"a":[1]}}}`, []string{"app_item 5"}},
		"one that cannot be read among others": {`{"conflicts":[{"type":7},` + folder + `]}`, []string{"folder 987"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := refusedRename(t, 409, `{"type":"error","status":409,"code":"item_name_in_use","context_info":`+c.info+
				`,"help_url":"http:\/\/developers.box.com\/docs\/#errors","message":"Item with the same name already exists","request_id":"abc"}`)
			require.ErrorIs(t, err, fs.ErrExist)
			e, _ := errors.AsType[*box.Error](err)
			require.Equal(t, "http://developers.box.com/docs/#errors", e.HelpURL)
			var got []string
			for _, i := range e.Conflicts {
				got = append(got, i.Type+" "+i.ID)
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestAnErrorSaysWhatBoxSays(t *testing.T) {
	err := refusedRename(t, 400, `{"type":"error","status":400,"code":"bad_request","context_info":{"errors":[{"reason":"invalid_parameter","name":"offset","message":"Invalid value '101000'."}]},
		"help_url":"http:\/\/developers.box.com\/docs\/#errors","message":"Bad Request","request_id":"2116225221568ed2860ec9b"}`)
	require.EqualError(t, errors.Unwrap(err), "box answers 400 bad_request: Bad Request; offset: Invalid value '101000'. (request 2116225221568ed2860ec9b)")
}

func TestWhatBoxSaysIsOneLineAndNotTooLong(t *testing.T) {
	long := strings.Repeat("y", 1<<20)
	err := &box.Error{
		Status: 400, Code: "x\nlevel=ERROR", Message: "a\x1b[31m\n" + long, RequestID: long,
		Reasons: slices.Repeat([]box.Reason{{Name: "n\n", Message: long}}, 1000),
	}
	require.NotContains(t, err.Error(), "\n")
	require.NotContains(t, err.Error(), "\x1b")
	require.Less(t, len(err.Error()), 4<<10)
	require.ErrorContains(t, err, "box answers 400 x level=ERROR: a [31m yyy")
	require.Len(t, err.RequestID, 1<<20, "a program has all of it")
}

func TestAnErrorWithoutABodyOfBoxGoesByItsStatus(t *testing.T) {
	for name, body := range map[string]string{
		"nothing": "", "a page": "<html><title>403 Forbidden</title></html>", "another JSON": `["no"]`, "a number": `{"code":7}`,
	} {
		t.Run(name, func(t *testing.T) {
			err := refusedRename(t, 403, body, "BOX-REQUEST-ID", "0ab1")
			require.ErrorIs(t, err, fs.ErrPermission)
			e, _ := errors.AsType[*box.Error](err)
			require.Equal(t, box.Error{Status: 403, RequestID: "0ab1"}, box.Error{Status: e.Status, Code: e.Code, Message: e.Message, RequestID: e.RequestID})
			require.ErrorContains(t, err, "box answers 403 Forbidden (request 0ab1)")
		})
	}
}

func TestWhatIsBlockedForAMomentIsTriedAgain(t *testing.T) {
	for _, code := range []string{box.CodeBlocked, box.CodeNameReserved} {
		t.Run(code, func(t *testing.T) {
			with(t, routes{renameFile: {refusal(409, code), refusal(409, code), reply(200, `{"type":"file","id":"1","name":"b"}`)}},
				func(t *testing.T, c *box.Client, _ *service) {
					now, err := c.PutFilesID(t.Context(), "1", box.Change{Name: "b"})
					require.NoError(t, err)
					require.Equal(t, "b", now.Name)
				})
		})
	}
}

func FuzzError(f *testing.F) {
	f.Add(409, []byte(`{"type":"error","status":409,"code":"item_name_in_use","context_info":{"conflicts":{"type":"file","id":"1","name":"a"}},"message":"m","request_id":"r"}`))
	f.Add(409, []byte(`{"code":"item_name_in_use","context_info":{"conflicts":[{"type":"folder","id":"1"},7,null,{}]}}`))
	f.Add(400, []byte(`{"code":"bad_request","context_info":{"errors":[{"reason":"r","name":"offset","message":"m"}]}}`))
	f.Add(503, []byte(`<html>`))
	f.Add(404, []byte(`{"code":"trashed","context_info":[]}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		err := box.DecodeAnswer(status, http.Header{}, body)
		e, ok := errors.AsType[*box.Error](err)
		require.True(t, ok, "whatever came, it is an *Error")
		require.Equal(t, status, e.Status)
		require.NotEmpty(t, err.Error())
		if status >= 500 && status != 501 && status != 507 || status == 408 {
			require.False(t, syncer.NotDone(e), "what a gateway says proves nothing")
		}
		var plain struct {
			Code string `json:"code"`
		}
		if json.Unmarshal(body, &plain) == nil && e.Code != "" {
			require.Equal(t, plain.Code, e.Code)
		}
	})
}
