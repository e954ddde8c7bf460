package connect_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

type markerPage struct {
	Entries []int  `json:"entries"`
	Next    string `json:"next_marker"`
}

func byMarker(at connect.Call, page markerPage, _ http.Header) ([]int, *connect.Call, error) {
	return page.Entries, connect.ByMarker(at, "marker", page.Next), nil
}

// drain reads a sequence to its end.
func drain[T any](seq func(func(T, error) bool)) (all []T, err error) {
	for item, failed := range seq {
		if failed != nil {
			return all, failed
		}
		all = append(all, item)
	}
	return all, nil
}

func TestPagesFollowAMarkerToTheLastPage(t *testing.T) {
	w := wired(
		reply(200, `{"entries":[1,2],"next_marker":"m1"}`), reply(200, `{"entries":[],"next_marker":"m2"}`),
		reply(200, `{"entries":[3],"next_marker":""}`),
	)
	query := url.Values{"limit": {"2"}}
	all, err := drain(connect.Pages(t.Context(), client(t, w), connect.Call{Op: "list", Path: "/items", Query: query}, byMarker))
	require.NoError(t, err)
	require.Equal(t, []int{1, 2, 3}, all)
	require.Equal(t, []string{"limit=2", "limit=2&marker=m1", "limit=2&marker=m2"}, queries(w))
	require.Equal(t, url.Values{"limit": {"2"}}, query, "the caller's query is left alone")
}

func queries(w *wire) (list []string) {
	for _, req := range w.seen {
		list = append(list, req.URL.RawQuery)
	}
	return list
}

func TestAPageIsAskedForWhenTheLoopGetsThere(t *testing.T) {
	w := wired(reply(200, `{"entries":[1,2],"next_marker":"m1"}`))
	for item, err := range connect.Pages(t.Context(), client(t, w), connect.Call{Op: "list"}, byMarker) {
		require.NoError(t, err)
		if item == 2 {
			break
		}
	}
	require.Len(t, w.seen, 1)
}

func TestAPageThatFailsEndsTheSequenceWithItsError(t *testing.T) {
	w := wired(reply(200, `{"entries":[1],"next_marker":"m1"}`), reply(404, ""))
	all, err := drain(connect.Pages(t.Context(), client(t, w), connect.Call{Op: "list"}, byMarker))
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.Equal(t, []int{1}, all)

	odd := errors.New("page of another kind")
	_, err = drain(connect.Pages(t.Context(), client(t, wired(reply(200, `{}`))), connect.Call{Op: "list"},
		func(connect.Call, markerPage, http.Header) ([]int, *connect.Call, error) { return nil, nil, odd }))
	require.ErrorIs(t, err, odd)
}

func TestPagesThatLeadInACircleEnd(t *testing.T) {
	for name, length := range map[string]int{"the same page": 1, "two": 2, "many": 17} {
		n := 0
		w := wired(func(req *http.Request) (*http.Response, error) {
			n++
			return reply(200, fmt.Sprintf(`{"entries":[1],"next_marker":"m%d"}`, n%length))(req)
		})
		_, err := drain(connect.Pages(t.Context(), client(t, w), connect.Call{Op: "list"}, byMarker))
		require.ErrorIs(t, err, connect.ErrReply, name)
		require.ErrorContains(t, err, "circle", name)
		require.Less(t, len(w.seen), 70, name)
	}
}

func TestPagesWithoutAnItemDoNotGoOnForEver(t *testing.T) {
	n := 0
	w := wired(func(req *http.Request) (*http.Response, error) {
		n++
		entries := ""
		if n == 900 {
			entries = "7"
		}
		return reply(200, fmt.Sprintf(`{"entries":[%s],"next_marker":"m%d"}`, entries, n))(req)
	})
	all, err := drain(connect.Pages(t.Context(), client(t, w), connect.Call{Op: "list", Path: "/items"}, byMarker))
	require.ErrorIs(t, err, connect.ErrReply)
	require.ErrorContains(t, err, "list: 1000 empty pages in a row")
	require.Equal(t, []int{7}, all)
	require.Equal(t, 1900, n)
}

func TestManyPagesAreNoCircle(t *testing.T) {
	n := 0
	w := wired(func(req *http.Request) (*http.Response, error) {
		n++
		if n == 1000 {
			return reply(200, `{"entries":[1]}`)(req)
		}
		return reply(200, fmt.Sprintf(`{"entries":[1],"next_marker":"m%d"}`, n))(req)
	})
	all, err := drain(connect.Pages(t.Context(), client(t, w), connect.Call{Op: "list"}, byMarker))
	require.NoError(t, err)
	require.Len(t, all, 1000)
}

func TestPagesByOffset(t *testing.T) {
	for _, c := range []struct {
		name  string
		total int // told by the service; 0: it tells none
		want  []string
	}{
		{"to the total", 5, []string{"limit=2", "limit=2&offset=2", "limit=2&offset=4"}},
		{"to an empty page", 0, []string{"limit=2", "limit=2&offset=2", "limit=2&offset=4", "limit=2&offset=5"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := wired(func(req *http.Request) (*http.Response, error) {
				offset, _ := strconv.Atoi(req.URL.Query().Get("offset"))
				var items []string
				for i := offset; i < min(offset+2, 5); i++ {
					items = append(items, strconv.Itoa(i))
				}
				return reply(200, "["+strings.Join(items, ",")+"]")(req)
			})
			all, err := drain(connect.Pages(t.Context(), client(t, w), connect.Call{Op: "list", Query: url.Values{"limit": {"2"}}},
				func(at connect.Call, page []int, _ http.Header) ([]int, *connect.Call, error) {
					return page, connect.ByOffset(at, "offset", len(page), c.total), nil
				}))
			require.NoError(t, err)
			require.Equal(t, []int{0, 1, 2, 3, 4}, all)
			require.Equal(t, c.want, queries(w))
		})
	}
}

func byLink(at connect.Call, page []int, h http.Header) ([]int, *connect.Call, error) {
	return page, connect.ByLink(at, h), nil
}

func TestPagesByLink(t *testing.T) {
	w := wired(
		reply(200, `[1]`, `Link: <https://api.example.com/2.0/items?page=2&per_page=1>; rel="next", <https://api.example.com/2.0/items?page=9>; rel="last"`),
		reply(200, `[2]`, `Link: <https://api.example.com/2.0/items?page=1>; rel=prev`, `Link: </items?page=3>;rel="Next"`),
		reply(200, `[3]`, `Link: `),
	)
	all, err := drain(connect.Pages(t.Context(), client(t, w), connect.Call{Op: "list", Path: "/items", Query: url.Values{"per_page": {"1"}}}, byLink))
	require.NoError(t, err)
	require.Equal(t, []int{1, 2, 3}, all)
	require.Equal(t, []string{"per_page=1", "page=2&per_page=1", "page=3"}, queries(w))
}

func TestALinkToAnotherOriginGetsNoToken(t *testing.T) {
	w := wired(reply(200, `[1]`, `Link: <https://evil.example.net/items?page=2>; rel="next"`))
	all, err := drain(connect.Pages(t.Context(), client(t, w, func(o *connect.Options) { o.Tokens = tokens("tok") }), connect.Call{Op: "list"}, byLink))
	require.ErrorIs(t, err, syncer.ErrInvalid)
	require.Equal(t, []int{1}, all)
	require.Len(t, w.seen, 1)
}

func TestALinkHeaderIsReadAsItIsMeant(t *testing.T) {
	for value, want := range map[string]string{
		``:                 "",
		`<a>`:              "",
		`<a>; rel=next`:    "a",
		`<a>; rel="next"`:  "a",
		`<a>;rel = "next"`: "a",
		`<a>; title="x, <b>; rel=next"; rel=last`: "",
		`<a>; title="say \"next\""; rel="next"`:   "a",
		`<a>; rel="prev next"`:                    "a",
		`<a>; rel="prev", <b>; rel="next"`:        "b",
		`<a,b>; rel="next"`:                       "a,b",
		`<a>; rel="last"; rel="next"`:             "",
		`<a>; anchor, <b>; rel=next`:              "b",
		`<a; rel=next`:                            "",
		`garbage <a>; rel="next`:                  "a",
	} {
		next := connect.ByLink(connect.Call{}, http.Header{"Link": {value}})
		if want == "" {
			assert.Nil(t, next, value)
		} else if assert.NotNil(t, next, value) {
			assert.Equal(t, want, next.Path, value)
		}
	}
}

func FuzzALinkHeaderLeadsToAPartOfItself(f *testing.F) {
	for _, value := range []string{
		`<https://api.example.com/x?page=2>; rel="next", <https://api.example.com/x?page=7>; rel="last"`,
		`<a>; title="say \"next\""; rel="next"`, `<a>;rel="x next`, `<`, `<>;=;rel`, `,,,<a>;;;rel=next`,
	} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		next := connect.ByLink(connect.Call{Op: "list"}, http.Header{"Link": {value}})
		if next == nil {
			return
		}
		require.Contains(t, value, "<"+next.Path+">")
		require.Contains(t, strings.ToLower(strings.ReplaceAll(value, `\`, "")), "next")
		require.Equal(t, "list", next.Op)
	})
}
