package connect_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// answered is what a Get gives: a body that is cut where a "|" stands, from the byte that was asked for.
type answered struct {
	bodies []string
	ranges []string
	untold bool
}

var errBeyond = errors.New("beyond")

func (a *answered) get(_ context.Context, h http.Header) (*http.Response, error) {
	a.ranges = append(a.ranges, h.Get("Range"))
	body := a.bodies[0]
	a.bodies = a.bodies[1:]
	if body == "beyond" {
		return nil, errBeyond
	}
	resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, ContentLength: int64(len(strings.ReplaceAll(body, "|", "")))}
	if from, ok := strings.CutPrefix(h.Get("Range"), "bytes="); ok {
		resp.StatusCode = http.StatusPartialContent
		resp.Header.Set("Content-Range", "bytes "+from)
	}
	sent, _, cut := strings.Cut(body, "|")
	resp.Body = io.NopCloser(strings.NewReader(sent))
	if cut {
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(sent), broken{}))
	}
	if a.untold {
		resp.ContentLength = -1
	}
	return resp, nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestADownloadEndsWellOnlyIfAllHasCome(t *testing.T) {
	sum := syncer.SHA1.Of([]byte("contents"))
	for name, c := range map[string]struct {
		bodies []string
		untold bool
		d      connect.Download
		want   string
		err    error
		ranges []string
	}{
		"in one answer":               {bodies: []string{"contents"}, want: "contents", ranges: []string{""}},
		"with a cut in a named one":   {bodies: []string{"con|tents", "tents"}, d: connect.Download{Named: true}, want: "contents", ranges: []string{"", "bytes=3-"}},
		"with a cut in a known one":   {bodies: []string{"con|tents", "tents"}, d: connect.Download{Digest: sum}, want: "contents", ranges: []string{"", "bytes=3-"}},
		"a cut in an unknown one":     {bodies: []string{"con|tents"}, want: "con", err: io.ErrUnexpectedEOF, ranges: []string{""}},
		"a part":                      {bodies: []string{"ten"}, d: connect.Download{Offset: 3, Length: 3}, want: "ten", ranges: []string{"bytes=3-5"}},
		"other contents":              {bodies: []string{"continue"}, d: connect.Download{Digest: sum}, want: "continue", err: syncer.ErrStale, ranges: []string{""}},
		"more than was said":          {bodies: []string{"contents"}, d: connect.Download{Size: 4}, want: "contents", err: syncer.ErrStale, ranges: []string{""}},
		"shorter after a cut":         {bodies: []string{"con|tents", "beyond"}, d: connect.Download{Named: true, Beyond: func(err error) bool { return errors.Is(err, errBeyond) }}, want: "con", err: syncer.ErrStale, ranges: []string{"", "bytes=3-"}},
		"of a length that is untold":  {bodies: []string{"contents"}, untold: true, want: "contents", ranges: []string{""}},
		"cut again and again at once": {bodies: []string{"con|tents", "|tents", "|tents", "|tents", "|tents"}, d: connect.Download{Named: true}, want: "con", err: io.ErrUnexpectedEOF, ranges: []string{"", "bytes=3-", "bytes=3-", "bytes=3-", "bytes=3-"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := &answered{bodies: c.bodies, untold: c.untold}
			c.d.Op, c.d.Get = "download file 1", a.get
			body, err := c.d.Open(t.Context())
			require.NoError(t, err)
			got, err := io.ReadAll(body)
			require.ErrorIs(t, err, c.err)
			require.Equal(t, c.want, string(got))
			require.Equal(t, c.ranges, a.ranges)
			require.NoError(t, body.Close())
		})
	}
}

func TestADownloadThatCannotBeTrustedDoesNotBegin(t *testing.T) {
	a := &answered{bodies: []string{"contents"}, untold: true}
	_, err := (&connect.Download{Op: "download file 1", Told: true, Get: a.get}).Open(t.Context())
	require.ErrorContains(t, err, "download file 1: the length of the contents is not told")
	for _, d := range []connect.Download{{Offset: -1}, {Length: -1}, {Size: -1}, {Offset: 2, Length: 1<<63 - 1}} {
		_, err := d.Open(t.Context())
		require.ErrorIs(t, err, syncer.ErrInvalid)
	}
}
