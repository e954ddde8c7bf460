package fake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAClockWakesThoseWhoseTimeHasCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
		c := NewClock(start)
		woken := make(chan string, 3)
		for name, d := range map[string]time.Duration{"soon": time.Minute, "later": time.Hour} {
			go func() {
				if c.Wait(t.Context(), d) == nil {
					woken <- name
				}
			}()
		}
		gone, leave := context.WithCancel(t.Context())
		go func() {
			if errors.Is(c.Wait(gone, time.Second), context.Canceled) {
				woken <- "left"
			}
		}()
		synctest.Wait()
		require.Equal(t, 3, c.Waiting())
		leave()
		require.Equal(t, "left", <-woken)
		c.Advance(-time.Hour)
		require.Equal(t, start, c.Now())
		c.Advance(time.Minute)
		require.Equal(t, "soon", <-woken)
		require.Equal(t, 1, c.Waiting())
		c.Advance(time.Hour)
		require.Equal(t, "later", <-woken)

		var machine *Clock
		began := time.Now()
		require.NoError(t, machine.Wait(t.Context(), time.Minute))
		require.Equal(t, began.Add(time.Minute), machine.Now())
	})
}

func TestAVaultKeepsGreatContentsInFilesUntilItCloses(t *testing.T) {
	var v Vault
	small, err := v.Store(strings.NewReader("hello"))
	require.NoError(t, err)
	require.Empty(t, v.Dir())
	h := sha256.New()
	content := strings.Repeat("x", InMemory+1)
	great, err := v.Store(strings.NewReader(content), h)
	require.NoError(t, err)
	sum := sha256.Sum256([]byte(content))
	require.Equal(t, hex.EncodeToString(sum[:]), hex.EncodeToString(h.Sum(nil)))
	for want, b := range map[string]*Blob{"hello": small, content: great} {
		require.Equal(t, int64(len(want)), b.Size())
		r, err := b.Open()
		require.NoError(t, err)
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		require.Equal(t, want, string(got))
	}
	dir := v.Dir()
	w := v.Writer()
	_, err = io.WriteString(w, content)
	require.NoError(t, err)
	w.Abandon()
	great.Drop()
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
	require.NoError(t, v.Close())
	require.NoDirExists(t, dir)

	var never Vault
	require.NoError(t, never.Close())
	_, err = never.Store(strings.NewReader(content))
	require.ErrorContains(t, err, "closed")
}

func TestALifeEndsWithAllThatGoesOnBehindCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLife()
		ended := false
		l.Behind(func() { <-l.Context().Done(); ended = true })
		client := l.Client(map[string]http.Handler{
			Host("http://a.example"): http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "a") }),
		})
		get := func(url string) error {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
			require.NoError(t, err)
			answer, err := client.Do(r)
			if err == nil {
				err = answer.Body.Close()
			}
			return err
		}
		require.NoError(t, get("http://a.example/"))
		require.ErrorContains(t, get("http://b.example/"), "not there")
		l.End()
		l.Wait()
		require.True(t, ended)
		l.Behind(func() { t.Error("it begins after the end") })
		l.Wait()
		require.Error(t, get("http://a.example/"))
	})
}

func TestHostsAndRangesAreRead(t *testing.T) {
	for url, want := range map[string]string{
		"http://a.example": "a.example:80", "https://a.example/x": "a.example:443", "http://a.example:7": "a.example:7", "nothing": "",
	} {
		require.Equal(t, want, Host(url))
	}
	for header, want := range map[string][2]int64{
		"": {0, 10}, "bytes=2-4": {2, 5}, "bytes=7-": {7, 10}, "bytes=-3": {7, 10}, "bytes=2-99": {2, 10}, "bytes=1-2,4-5": {0, 10},
	} {
		from, to, part, err := ParseRange(header, 10)
		require.NoError(t, err)
		require.Equal(t, want, [2]int64{from, to}, header)
		require.Equal(t, want != [2]int64{0, 10}, part)
	}
	for _, header := range []string{"bytes=10-", "bytes=5-2", "bytes=-0", "bytes=x-"} {
		_, _, _, err := ParseRange(header, 10)
		require.Error(t, err, header)
	}
}

func TestListenersAreNeighbours(t *testing.T) {
	all, err := Listen(t.Context(), "127.0.0.1:0", 2)
	require.NoError(t, err)
	taken := strings.TrimPrefix(Origin(all[0]), "http://")
	_, err = Listen(t.Context(), taken, 1)
	require.Error(t, err)
	CloseAll(all)
	for _, wrong := range []string{"nonsense", "127.0.0.1:http"} {
		_, err = Listen(t.Context(), wrong, 1)
		require.Error(t, err)
	}
}
