package procoretest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestALinkNeedsTheTokenAndTheStorageRefusesIt(t *testing.T) { // section 6, trap 18
	clock := newClock()
	w := newWorld(t, Options{Clock: clock, URLs: URLs{
		API: "http://api.procoretest.example", Login: "http://login.procoretest.example",
		Files: "http://us02.procoretest.example", Storage: "http://bucket.storagetest.example",
	}})
	link := w.show(w.file(w.project.RootID, "a.txt", "hello")).at("file_versions.0.url")
	require.True(t, strings.HasPrefix(link, "http://us02.procoretest.example/"), "a host of its own: %s", link)
	w.status(http.StatusUnauthorized, w.bare().get(link))
	hop := w.with("Procore-Company-Id", "").get(link)
	w.status(http.StatusFound, hop)
	target := hop.header.Get("Location")
	require.True(t, strings.HasPrefix(target, "http://bucket.storagetest.example/"), target)
	w.status(http.StatusBadRequest, w.get(target))
	done := w.bare().get(target)
	w.status(http.StatusOK, done)
	require.Equal(t, "hello", string(done.body))
	require.Equal(t, "text/plain", done.header.Get("Content-Type"))

	w.status(http.StatusForbidden, w.bare().get(target+"0"))
	w.status(http.StatusNotFound, w.get(link+"0"))
	clock.Advance(15 * time.Minute)
	expired := w.bare().get(target)
	w.status(http.StatusForbidden, expired)
	require.Contains(t, string(expired.body), "Request has expired")
	clock.Advance(1000 * time.Hour)
	w.status(http.StatusFound, w.get(link))
}

func TestEachOriginServesItsOwnOnly(t *testing.T) { // sections 1.1 and 16
	w := newWorld(t, Options{})
	urls := w.procore.URLs()
	w.status(http.StatusNotFound, w.get(urls.Login+w.at("/documents")))
	w.status(http.StatusNotFound, w.get(urls.Storage+w.at("/documents")))
	w.status(http.StatusNotFound, w.get(urls.Storage+"/oauth/token/info"))
	w.status(http.StatusOK, w.get(urls.API+"/oauth/token/info"))
}

func TestAPartOfAFileCanBeHad(t *testing.T) { // section 6
	w := newWorld(t, Options{})
	link := w.show(w.file(w.project.RootID, "a.txt", "hello world")).at("file_versions.0.url")
	target := w.get(link).header.Get("Location")
	part := w.bare().with("Range", "bytes=6-").get(target)
	w.status(http.StatusPartialContent, part)
	require.Equal(t, "world", string(part.body))
	require.Equal(t, "bytes 6-10/11", part.header.Get("Content-Range"))
	w.status(http.StatusRequestedRangeNotSatisfiable, w.bare().with("Range", "bytes=11-").get(target))
	head, err := w.bare().try("HEAD", target, "", nil)
	require.NoError(t, err)
	w.status(http.StatusOK, head)
	require.Equal(t, "11", head.header.Get("Content-Length"))
	require.Empty(t, head.body)
}
