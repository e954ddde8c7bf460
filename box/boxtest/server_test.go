package boxtest

import (
	"bytes"
	"compress/gzip"
	"io"
	"math"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAServerHasAnOriginForEachHostOfBox(t *testing.T) { // section 1
	s, err := Start(t.Context(), "127.0.0.1:0", Options{})
	require.NoError(t, err)
	urls := s.URLs()
	seen := map[string]bool{}
	for _, base := range []string{urls.API, urls.Upload, urls.Login} {
		u, err := url.Parse(base)
		require.NoError(t, err)
		require.Empty(t, u.Path)
		require.False(t, seen[u.Host])
		seen[u.Host] = true
	}
	w := &world{T: t, box: s.Box, client: http.DefaultClient, token: s.Token()}
	id := w.file("0", "a.txt", "hello")
	require.Equal(t, "hello", string(w.get("/2.0/files/"+id+"/content").body), "a client follows the redirect")
	poll := w.send("OPTIONS", "/2.0/events", nil).at("entries.0.url") + "&stream_position=0"
	require.Equal(t, "new_change", w.get(poll).at("message"))
	require.Contains(t, string(w.get(urls.Login+"/oauth2/authorize?response_type=code&client_id=boxtest-client&redirect_uri=https://x.example").body), "<form")
	require.NoError(t, s.Close())
	_, err = w.try("GET", "/2.0/folders/0", "", nil)
	require.Error(t, err)
}

func TestAnAddressThatIsNoneIsAnError(t *testing.T) {
	for _, addr := range []string{"nonsense", "127.0.0.1:x", "127.0.0.1:99999"} {
		_, err := Start(t.Context(), addr, Options{})
		require.Error(t, err, addr)
	}
}

func TestOptionsThatCannotBeNameTheirField(t *testing.T) {
	for field, o := range map[string]Options{
		"FaultRate":        {FaultRate: 1.5},
		"FaultRate is NaN": {FaultRate: math.NaN()},
		"PartSize":         {PartSize: -1},
		"TokenLife":        {TokenLife: -1},
		"FolderPace":       {FolderPace: -1},
		"URLs.Upload":      {URLs: URLs{API: "http://x", Login: "http://y"}},
	} {
		_, err := New(o)
		require.ErrorContains(t, err, field)
	}
}

func TestABoxWorksInABubbleOfVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, err := New(Options{})
		require.NoError(t, err)
		w := &world{T: t, box: b, client: b.HTTPClient(), token: b.TokenFor(b.Home().User, time.Hour)}
		require.NoError(t, b.Inject(Fault{Route: createFolders, Slow: 10 * time.Minute}))
		began := time.Now()
		w.folder("0", "A")
		require.Equal(t, 10*time.Minute, time.Since(began))
		time.Sleep(time.Hour)
		w.status(http.StatusUnauthorized, w.get("/2.0/folders/0"))
		require.NoError(t, b.Close())
	})
}

func TestManyClientsAtOnceSeeOneBox(t *testing.T) { // run with -race
	w := newWorld(t, Options{Limits: NoLimits, ReplayEvents: true})
	home := w.box.Home()
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			top := w.folder("0", "g"+digits(g))
			for i := range 10 {
				id := w.file(top, "f"+digits(i), "x")
				w.put("/2.0/files/"+id, object{"name": "r" + digits(i)})
				w.get("/2.0/events?stream_position=0")
				w.get("/2.0/folders/0/items?fields=size")
				it, err := home.Find("g" + digits(g) + "/r" + digits(i))
				if err == nil && i%2 == 0 {
					err = home.Trash(it)
				}
				if err != nil {
					w.Error(err)
				}
			}
		})
	}
	all.Wait()
	r := w.get("/2.0/search?query=r&type=file&limit=200")
	require.Equal(t, "20", r.at("total_count"))
}

func TestABrowserMayCallFromAnyPage(t *testing.T) { // section 10
	w := newWorld(t, Options{})
	page := w.with("Origin", "https://page.example")
	r := page.with("Access-Control-Request-Method", "GET").with("Access-Control-Request-Headers", "authorization").
		send("OPTIONS", "/2.0/folders/0", nil)
	w.status(http.StatusNoContent, r)
	require.Equal(t, "authorization", r.header.Get("Access-Control-Allow-Headers"))
	require.Equal(t, "https://page.example", page.get("/2.0/folders/0").header.Get("Access-Control-Allow-Origin"))
}

func TestATokenMayStandInTheAddress(t *testing.T) { // section 1
	w := newWorld(t, Options{})
	id := w.file("0", "a.txt", "hello")
	token := w.token
	w.token = ""
	w.status(http.StatusFound, w.get("/2.0/files/"+id+"/content?access_token="+token))
}

func TestABodyThatIsTooLongIsRefused(t *testing.T) {
	w := newWorld(t, Options{})
	r, err := w.try("POST", "/2.0/folders", "application/json", io.LimitReader(neverEnding('x'), longestBody+1))
	require.NoError(t, err)
	w.refused(r, 413, "request_entity_too_large")
	r, err = w.try("POST", "/2.0/folders", "application/json", strings.NewReader(`{"name":`))
	require.NoError(t, err)
	w.refused(r, 400, "bad_request")
}

type neverEnding byte

func (b neverEnding) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(b)
	}
	return len(p), nil
}

func TestGreatAnswersAreCompressedForThoseWhoTakeIt(t *testing.T) { // section 1
	w := newWorld(t, Options{})
	for i := range 80 {
		w.folder("0", "folder "+digits(i))
	}
	plain := w.get("/2.0/folders/0/items")
	require.Empty(t, plain.header.Get("Content-Encoding"))
	r, err := w.with("Accept-Encoding", "gzip, deflate").try("GET", "/2.0/folders/0/items", "", nil)
	require.Error(t, err, "the body is no JSON as it comes")
	require.Equal(t, "gzip", r.header.Get("Content-Encoding"))
	unpacked, err := gzip.NewReader(bytes.NewReader(r.body))
	require.NoError(t, err)
	text, err := io.ReadAll(unpacked)
	require.NoError(t, err)
	require.Equal(t, plain.body, text)
}
