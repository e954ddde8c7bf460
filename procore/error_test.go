package procore_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/syncer"
)

// The shapes are those of the fact sheet's section 13.
func TestEachShapeOfAnErrorIsRead(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   string
		kind   error
	}{
		"a text": {
			404, `{"errors":"Item not found"}`,
			"procore answers 404 Not Found: Item not found (request R1)", fs.ErrNotExist,
		},
		"a list of texts": {
			400, `{"errors":["too long","too old"]}`,
			"procore answers 400 Bad Request: too long; too old (request R1)", syncer.ErrRefused,
		},
		"complaints by field": {
			422, `{"errors":{"number":["has already been taken"],"title":["is missing"]}}`,
			"procore answers 422 Unprocessable Entity; number: has already been taken; title: is missing (request R1)", syncer.ErrRefused,
		},
		"a taken name": {
			400, `{"errors":{"name":["has already been taken"]}}`,
			"procore answers 400 Bad Request; name: has already been taken (request R1)", fs.ErrExist,
		},
		"a base with fields": {
			400, `{"errors":{"base":["No"],"fields":{"label":"is blank"}}}`,
			"procore answers 400 Bad Request: No; label: is blank (request R1)", syncer.ErrRefused,
		},
		"the standard of REST v2": {
			403, `{"error":{"code":"403","message":"Forbidden here","details":[{"reason_code":"R","message":"no access","source":"project_id"}]}}`,
			"procore answers 403 403: Forbidden here; project_id: no access (request R1)", fs.ErrPermission,
		},
		"the legacy one": {
			401, `{"code":56,"message":"","fields":"","reason":"","error":"Invalid Token"}`,
			"procore answers 401 56: Invalid Token (request R1)", fs.ErrPermission,
		},
		"one word": {
			403, `{"error":"App is not connected to this company"}`,
			"procore answers 403 Forbidden: App is not connected to this company (request R1)", fs.ErrPermission,
		},
		"OAuth's": {
			400, `{"error":"invalid_grant","error_description":"The refresh token is invalid"}`,
			"procore answers 400 invalid_grant: The refresh token is invalid (request R1)", syncer.ErrRefused,
		},
		"an error in an error": {
			429, `{"error":{"error":"You have surpassed the max number of requests"}}`,
			"procore answers 429 Too Many Requests: You have surpassed the max number of requests (request R1)", syncer.ErrBusy,
		},
		"plain text": {
			400, `Missing Procore-Company-Id header!`,
			"procore answers 400 Bad Request: Missing Procore-Company-Id header! (request R1)", syncer.ErrRefused,
		},
		"a page of a load balancer": {
			502, `<html><body><h1>502 Bad Gateway</h1></body></html>`,
			"procore answers 502 Bad Gateway (request R1)", nil,
		},
		"a check-out": {
			409, `{"errors":{"base":["This file is currently checked out by Jane Smith"]},"error_type":"FileIsCheckedOut","file":{"id":12}}`,
			"procore answers 409 FileIsCheckedOut: This file is currently checked out by Jane Smith (request R1)", syncer.ErrLocked,
		},
		"another conflict":        {409, ``, "procore answers 409 Conflict (request R1)", fs.ErrExist},
		"an upload that is gone":  {410, ``, "procore answers 410 Gone (request R1)", syncer.ErrStale},
		"too much at once":        {413, `{"errors":"Exceeded limit of 500 triggers per request"}`, "procore answers 413 Request Entity Too Large: Exceeded limit of 500 triggers per request (request R1)", syncer.ErrRefused},
		"too slow":                {408, ``, "procore answers 408 Request Timeout (request R1)", nil},
		"overloaded":              {503, ``, "procore answers 503 Service Unavailable (request R1)", nil},
		"what nobody can do":      {501, ``, "procore answers 501 Not Implemented (request R1)", errors.ErrUnsupported},
		"no room":                 {507, ``, "procore answers 507 Insufficient Storage (request R1)", syncer.ErrQuota},
		"what is no error at all": {400, `[1,2]`, "procore answers 400 Bad Request (request R1)", syncer.ErrRefused},
		"a forged line":           {400, `{"errors":"a\nlevel=INFO msg=fine"}`, "procore answers 400 Bad Request: a level=INFO msg=fine (request R1)", syncer.ErrRefused},
	} {
		t.Run(name, func(t *testing.T) {
			e, ok := errors.AsType[*procore.Error](procore.DecodeAnswer(c.status, http.Header{"X-Request-Id": {"R1"}}, []byte(c.body)))
			require.True(t, ok)
			require.Equal(t, c.want, e.Error())
			require.Equal(t, c.kind, e.Unwrap())
			require.Equal(t, c.status == 429, e.Temporary())
			if c.kind == nil {
				require.ErrorIs(t, procore.DecodeAnswer(c.status, nil, nil), syncer.ErrBusy, "for reads")
			}
		})
	}
}

func TestALongErrorIsCut(t *testing.T) {
	body := `{"errors":{"a":["` + strings.Repeat("x", 5000) + `"],"b":["b"],"c":["c"],"d":["d"],"e":["e"],"f":["f"],"g":["g"]}}`
	text := procore.DecodeAnswer(400, nil, []byte(body)).Error()
	require.Less(t, len(text), 600)
	require.NotContains(t, text, "g: g")
}

func TestAWriteThatFailedForNoKnownReasonMayHaveBeenDone(t *testing.T) {
	with(t, routes{"PATCH " + api + "/folders/2": always(500, ""), folder2: always(500, "")}, func(t *testing.T, c *procore.Client, _ *service) {
		_, err := c.PatchFoldersID(t.Context(), in, 2, procore.FolderChange{Name: "x"})
		require.False(t, syncer.NotDone(err))
		require.NotErrorIs(t, err, syncer.ErrBusy)
		require.True(t, procore.HasStatus(err, 500))
	})
}

func TestAReadThatFailedIsRepeated(t *testing.T) {
	with(t, routes{folder2: {reply(502, "<html>"), lost, reply(200, `{"id":2}`)}}, func(t *testing.T, c *procore.Client, s *service) {
		f, err := c.GetFoldersID(t.Context(), in, 2, procore.FolderQuery{})
		require.NoError(t, err)
		require.Equal(t, procore.ID(2), f.ID)
		require.Len(t, s.calls(), 3)
	})
}

func FuzzError(f *testing.F) {
	for _, body := range []string{
		`{"errors":{"name":["has already been taken"]}}`, `{"errors":"x"}`, `{"error":{"code":"403","details":[{"message":"m"}]}}`,
		`{"code":56,"error":"Invalid Token"}`, `Missing header!`, `<html>`, `{"error_type":"FileIsCheckedOut"}`, `{"errors":{"a":{"b":{"c":{"d":"e"}}}}}`,
	} {
		f.Add(400, []byte(body))
		f.Add(409, []byte(body))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		for _, storage := range []bool{false, true} {
			decode := procore.DecodeAnswer
			if storage {
				decode = procore.DecodeStorage
			}
			e, ok := errors.AsType[*procore.Error](decode(status, http.Header{}, body))
			require.True(t, ok)
			require.NotContains(t, e.Error(), "\n")
			require.Less(t, len(e.Error()), 4000)
			require.NotErrorIs(t, e, context.Canceled)
			proof := status >= 400 && status < 500 && status != 408 || !storage && (status == 501 || status == 507)
			require.Equal(t, proof, syncer.NotDone(e), "what is no proof must not look like one")
		}
	})
}
