package connect_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

type item struct {
	ID   string `json:"id"`
	Size int64  `json:"size"`
}

func TestAnAnswerIsDecoded(t *testing.T) {
	var got item
	w := wired(reply(200, `{"id":"7","size":12,"more":[1]}`))
	require.NoError(t, client(t, w).JSON(t.Context(), connect.Call{Op: "read", Path: connect.Path("files", "7"), Query: map[string][]string{"fields": {"id,size"}}}, &got))
	require.Equal(t, item{"7", 12}, got)
	require.Equal(t, "https://api.example.com/2.0/files/7?fields=id%2Csize", w.seen[0].URL.String())
	require.Equal(t, "application/json", w.seen[0].Header.Get("Accept"))
	require.NotEmpty(t, w.seen[0].Header.Get("User-Agent"))
}

func TestAnEmptyAnswerLeavesWhatWasThere(t *testing.T) {
	got := item{ID: "before"}
	require.NoError(t, client(t, wired(reply(204, ""))).JSON(t.Context(), connect.Call{Op: "read"}, &got))
	require.Equal(t, item{ID: "before"}, got)
}

func TestAnAnswerThatCannotBeUnderstood(t *testing.T) {
	for _, c := range []struct {
		name    string
		call    connect.Call
		step    step
		tries   int
		is      error
		unknown bool
	}{
		{"a read that is cut off is repeated", connect.Call{}, cut(`{"id":"7"`), 5, io.ErrUnexpectedEOF, false},
		{"a gateway's page in place of an answer is asked for again", connect.Call{}, reply(200, "<html>"), 5, connect.ErrReply, false},
		{"half a document is asked for again", connect.Call{}, reply(200, `{"id":`), 5, connect.ErrReply, false},
		{"two documents are asked for again", connect.Call{}, reply(200, `{} {}`), 5, connect.ErrReply, false},
		{"another document is not", connect.Call{}, reply(200, `{"size":"many"}`), 1, connect.ErrReply, false},
		{"nor is one that is too large", connect.Call{}, reply(200, strings.Repeat(" ", 101)), 1, connect.ErrTooLarge, false},
		{"a write whose answer is cut off may have been done", connect.Call{Method: "POST"}, cut(`{"id":"7"`), 1, io.ErrUnexpectedEOF, true},
		{"a write whose answer makes no sense may have been done", connect.Call{Method: "POST"}, reply(200, "<html>"), 1, connect.ErrReply, true},
		{"a write whose answer is too large may have been done", connect.Call{Method: "POST"}, reply(200, strings.Repeat(" ", 101)), 1, connect.ErrTooLarge, true},
		{"a write whose answer was cut off is looked for", connect.Call{Method: "POST", Look: looks(true)}, cut(`{"id":"7"`), 1, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := wired(c.step)
				c.call.Op = "test"
				err := client(t, w, func(o *connect.Options) { o.Most = 100 }).JSON(t.Context(), c.call, &item{})
				require.Len(t, w.seen, c.tries)
				requireTruth(t, err, c.is, c.unknown)
			})
		})
	}
}

// serve returns a Client for a service that really listens.
func serve(t *testing.T, h http.HandlerFunc, set ...func(o *connect.Options)) (*connect.Client, *httptest.Server) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	o := connect.Options{Base: s.URL, Random: func() float64 { return 0 }}
	for _, f := range set {
		f(&o)
	}
	c, err := connect.New(o)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c, s
}

func TestACompressedAnswerIsBoundedByWhatComesOutOfIt(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, err := io.Copy(z, io.LimitReader(spaces{}, 64<<20))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.Less(t, bomb.Len(), 1<<20)
	c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "gzip" {
			http.Error(w, "asked for something else", http.StatusNotAcceptable)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	}, func(o *connect.Options) { o.Most = 1 << 20 })
	require.ErrorIs(t, c.JSON(t.Context(), connect.Call{Op: "read"}, &item{}), connect.ErrTooLarge)
}

type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestAnErrorsBodyIsBounded(t *testing.T) {
	seen := 0
	c, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.Copy(w, io.LimitReader(spaces{}, 8<<20))
	}, func(o *connect.Options) {
		o.Decode = func(status int, h http.Header, body []byte) error {
			seen = len(body)
			return connect.StatusError(status, h, body)
		}
	})
	require.Error(t, c.JSON(t.Context(), connect.Call{Op: "read"}, nil))
	require.Equal(t, 1<<20, seen)
}

func TestADownloadIsWhatWasSentByteForByte(t *testing.T) {
	c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "identity", r.Header.Get("Accept-Encoding"))
		_, _ = io.WriteString(w, "contents")
	})
	resp, err := c.Do(t.Context(), connect.Call{Op: "download"})
	require.NoError(t, err)
	defer resp.Body.Close()
	require.EqualValues(t, 8, resp.ContentLength)
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, "contents", string(data))
}

func TestADownloadThatIsCutShortDoesNotEndLikeAWholeOne(t *testing.T) {
	for name, length := range map[string]string{"with a length": "100", "in chunks": ""} {
		c, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			if length != "" {
				w.Header().Set("Content-Length", length)
			}
			_, _ = io.WriteString(w, "half of it")
			assert.NoError(t, http.NewResponseController(w).Flush())
			panic(http.ErrAbortHandler)
		})
		resp, err := c.Do(t.Context(), connect.Call{Op: "download"})
		require.NoError(t, err, name)
		_, err = io.ReadAll(resp.Body)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, name)
		resp.Body.Close()
	}
}

func TestAnAnswerThatDoesNotBeginIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, wire := inMemory(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		s.Start()
		began := time.Now()
		err := client(t, wire, plainly).JSON(t.Context(), connect.Call{Op: "create", Method: "POST", Timeout: 20 * time.Second}, nil)
		requireTruth(t, err, errAny, true)
		require.ErrorContains(t, err, "no answer in time")
		require.Equal(t, 20*time.Second, time.Since(began))
	})
}

func TestAnAnswerThatHasBegunMayTakeItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, wire := inMemory(t, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "begun ")
			assert.NoError(t, http.NewResponseController(w).Flush())
			time.Sleep(time.Hour)
			_, _ = io.WriteString(w, "and ended")
		})
		s.Start()
		resp, err := client(t, wire, plainly).Do(t.Context(), connect.Call{Op: "download", Timeout: time.Minute})
		require.NoError(t, err)
		defer resp.Body.Close()
		data, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.Equal(t, "begun and ended", string(data))
	})
}

func TestAnAnswerThatComesBeforeTheRequestIsSentWholeMayTakeItsTimeToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := wired(func(req *http.Request) (*http.Response, error) {
			trace, sent := httptrace.ContextClientTrace(req.Context()), false
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(readerFunc(func(p []byte) (int, error) {
				if sent {
					return 0, io.EOF
				}
				sent = true
				trace.WroteRequest(httptrace.WroteRequestInfo{})
				time.Sleep(2 * time.Minute)
				return copy(p, "{}"), req.Context().Err()
			}))}, nil
		})
		require.NoError(t, client(t, w).JSON(t.Context(), connect.Call{Op: "upload", Method: "POST"}, &item{}))
	})
}

func TestAConnectionThatCannotBeMadeProvesThatNothingWasDone(t *testing.T) {
	c, s := serve(t, func(http.ResponseWriter, *http.Request) {}, func(o *connect.Options) { o.Attempts = 1 })
	s.Close()
	err := c.JSON(t.Context(), connect.Call{Op: "create", Method: "POST"}, nil)
	require.ErrorIs(t, err, syncer.ErrBusy)
	require.True(t, syncer.NotDone(err))
	cause, is := errors.AsType[*net.OpError](err)
	require.True(t, is, "what kept us from it is there to be looked at")
	require.Equal(t, "dial", cause.Op)
}

func TestAConnectionThatBreaksProvesNothing(t *testing.T) {
	c, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) })
	err := c.JSON(t.Context(), connect.Call{Op: "create", Method: "POST", Body: connect.Bytes("text/plain", []byte("x"))}, nil)
	requireTruth(t, err, errAny, true)
	failed, _ := errors.AsType[*connect.Error](err)
	require.Equal(t, 1, failed.Tries)
}

func TestACertificateThatIsNotTrustedProvesThatNothingWasDone(t *testing.T) {
	asked := false
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	c, err := connect.New(connect.Options{Base: s.URL, Attempts: 1})
	require.NoError(t, err)
	defer c.Close()
	err = c.JSON(t.Context(), connect.Call{Op: "create", Method: "POST"}, nil)
	require.True(t, syncer.NotDone(err), "%v", err)
	require.ErrorContains(t, err, "certificate")
	require.False(t, asked)
}

func TestManyGoroutinesShareAClient(t *testing.T) {
	c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	})
	failed := make(chan error, 20)
	for i := range cap(failed) {
		go func() {
			sent, err := connect.JSON(item{ID: strings.Repeat("x", i)})
			if err == nil {
				var got item
				err = c.JSON(context.Background(), connect.Call{Op: "echo", Method: "POST", Body: sent}, &got)
				if err == nil && len(got.ID) != i {
					err = errors.New("somebody else's answer")
				}
			}
			failed <- err
		}()
	}
	for range cap(failed) {
		require.NoError(t, <-failed)
	}
}

func TestOverHTTP2TheSameIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, wire := inMemory(t, func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/2.0/slow":
				<-r.Context().Done()
			case "/2.0/break":
				panic(http.ErrAbortHandler)
			}
			_, _ = io.WriteString(w, `{"id":"`+r.Proto+`"}`)
		})
		s.EnableHTTP2 = true
		s.StartTLS()
		stranger := connect.NewTransport()
		stranger.DialContext = wire.DialContext
		wire.TLSClientConfig = s.Client().Transport.(*http.Transport).TLSClientConfig
		c := client(t, wire)
		var got item
		for range 2 { // over a new connection, and over one that is there
			require.NoError(t, c.JSON(t.Context(), connect.Call{Op: "read", Path: "/fine"}, &got))
			require.Equal(t, "HTTP/2.0", got.ID)
			for _, path := range []string{"/slow", "/break"} {
				err := c.JSON(t.Context(), connect.Call{Op: "create", Method: "POST", Path: path, Body: connect.Bytes("", []byte("x"))}, nil)
				requireTruth(t, err, errAny, true)
			}
		}
		other := client(t, stranger, func(o *connect.Options) { o.Attempts = 1 }) // does not trust the certificate
		err := other.JSON(t.Context(), connect.Call{Op: "create", Method: "POST"}, nil)
		require.True(t, syncer.NotDone(err), "%v", err)
	})
}
