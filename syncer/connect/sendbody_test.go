package connect_test

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// text is a Body of which opens counts how often it was opened and not closed yet.
func text(s string, size int64, open *atomic.Int32) connect.Body {
	return connect.Body{Size: size, Open: func(context.Context) (io.ReadCloser, error) {
		open.Add(1)
		return &closing{strings.NewReader(s), open}, nil
	}}
}

type closing struct {
	io.Reader
	open *atomic.Int32
}

func (c *closing) Close() error {
	c.open.Add(-1)
	return nil
}

func TestABodyIsOpenedForEachTryAndClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var open atomic.Int32
		w := wired(reply(429, ""), unreached, reply(201, ""))
		err := client(t, w).JSON(t.Context(), connect.Call{Op: "upload", Method: "POST", Body: text("contents", 8, &open)}, nil)
		require.NoError(t, err)
		require.Equal(t, []string{"contents", "contents", "contents"}, w.bodies)
		require.EqualValues(t, 8, w.seen[2].ContentLength)
		require.Zero(t, open.Load())
	})
}

func TestABodyThatIsNotWhatItWasSaidToBeIsNotSentWhole(t *testing.T) {
	own := errors.New("disk failed")
	for _, c := range []struct {
		name string
		body connect.Body
		is   error
	}{
		{"too short", text("conten", 8, new(atomic.Int32)), syncer.ErrStale},
		{"too long", text("contents!", 8, new(atomic.Int32)), syncer.ErrStale},
		{"much too long", text(strings.Repeat("x", 100_000), 70_000, new(atomic.Int32)), syncer.ErrStale},
		{"empty", text("", 8, new(atomic.Int32)), syncer.ErrStale},
		{"of another digest", withDigest(text("contents", 8, new(atomic.Int32)), syncer.SHA1.Of([]byte("content5"))), syncer.ErrStale},
		{"of another digest and no known size", withDigest(text("contents", syncer.UnknownSize, new(atomic.Int32)), syncer.SHA1.Of(nil)), syncer.ErrStale},
		{"unreadable", connect.Body{Size: 8, Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader("cont"), failing{own})), nil
		}}, own},
		{"unreadable at its very end", connect.Body{Size: 8, Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader("contents"), failing{own})), nil
		}}, own},
		{"not to be opened", connect.Body{Size: 8, Open: func(context.Context) (io.ReadCloser, error) { return nil, own }}, own},
	} {
		t.Run(c.name, func(t *testing.T) {
			var whole, asked atomic.Int32
			service, _ := serve(t, func(_ http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				if _, err := io.Copy(io.Discard, r.Body); err == nil {
					whole.Add(1)
				}
			})
			err := service.JSON(t.Context(), connect.Call{Op: "upload", Method: "POST", Body: c.body}, nil)
			require.ErrorIs(t, err, c.is)
			failed, _ := errors.AsType[*connect.Error](err)
			require.False(t, failed.Unknown, "what was not sent whole was not taken")
			require.Equal(t, errors.Is(c.is, syncer.ErrStale), syncer.NotDone(err))
			require.Zero(t, whole.Load())
			require.LessOrEqual(t, asked.Load(), int32(1), "it is not tried again")

			w := wired(reply(201, ""))
			err = client(t, w).JSON(t.Context(), connect.Call{Op: "upload", Method: "POST", Body: c.body}, nil)
			require.ErrorIs(t, err, c.is)
			if c.body.Size != syncer.UnknownSize {
				require.Less(t, int64(len(w.bodies[0])), c.body.Size, "however little a transport buffers")
			}
		})
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func withDigest(b connect.Body, d syncer.Digest) connect.Body {
	b.Digest = d
	return b
}

func TestABodyThatIsWhatItWasSaidToBeArrives(t *testing.T) {
	large := strings.Repeat("0123456789", 50_000)
	for name, body := range map[string]connect.Body{
		"of known size":       withDigest(text(large, int64(len(large)), new(atomic.Int32)), syncer.SHA1.Of([]byte(large))),
		"of unknown size":     withDigest(text(large, syncer.UnknownSize, new(atomic.Int32)), syncer.SHA256.Of([]byte(large))),
		"of unknown contents": connect.File(syncer.Content{Size: int64(len(large)), Open: connect.Bytes("", []byte(large)).Open}),
	} {
		got := make(chan string, 1)
		c, _ := serve(t, func(_ http.ResponseWriter, r *http.Request) {
			data, _ := io.ReadAll(r.Body)
			got <- string(data)
		})
		require.NoError(t, c.JSON(t.Context(), connect.Call{Op: "upload", Method: "POST", Body: body}, nil), name)
		require.Equal(t, large, <-got, name)
	}
}

func TestAFormOfFilesIsStreamedInOrder(t *testing.T) {
	var open atomic.Int32
	file := text("the contents", 12, &open)
	file.Type = "application/pdf"
	body, err := connect.Multipart(
		connect.Field("attributes", `{"name":"a"}`),
		connect.Part{Name: "file", FileName: "a \"b\"\r\n.pdf", Body: file},
	)
	require.NoError(t, err)
	require.Zero(t, open.Load(), "nothing is opened before it is sent")
	for range 2 {
		r, err := body.Open(t.Context())
		require.NoError(t, err)
		data, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		require.Zero(t, open.Load())
		require.Len(t, data, int(body.Size))
		_, params, err := mime.ParseMediaType(body.Type)
		require.NoError(t, err)
		form := multipart.NewReader(strings.NewReader(string(data)), params["boundary"])
		first, err := form.NextPart()
		require.NoError(t, err)
		require.Equal(t, "attributes", first.FormName())
		second, err := form.NextPart()
		require.NoError(t, err)
		require.Equal(t, "file", second.FormName())
		require.Equal(t, "a %22b%22%0D%0A.pdf", second.FileName())
		require.Equal(t, "application/pdf", second.Header.Get("Content-Type"))
		contents, err := io.ReadAll(second)
		require.NoError(t, err)
		require.Equal(t, "the contents", string(contents))
		_, err = form.NextPart()
		require.ErrorIs(t, err, io.EOF)
	}
}

func TestAFormWithAFlawInItIsNotSentWhole(t *testing.T) {
	body, err := connect.Multipart(connect.Part{Name: "file", FileName: "a", Body: text("short", 12, new(atomic.Int32))})
	require.NoError(t, err)
	r, err := body.Open(t.Context())
	require.NoError(t, err)
	_, err = io.ReadAll(r)
	require.ErrorIs(t, err, syncer.ErrStale)
}

func TestAFormOfUnknownSizeHasUnknownSize(t *testing.T) {
	body, err := connect.Multipart(connect.Field("a", "b"),
		connect.Part{Name: "file", FileName: "a", Body: text("x", syncer.UnknownSize, new(atomic.Int32))}, connect.Field("c", "d"))
	require.NoError(t, err)
	require.Equal(t, syncer.UnknownSize, body.Size)
}

func TestAFormPartWithoutANameIsRefused(t *testing.T) {
	_, err := connect.Multipart(connect.Field("", "x"))
	require.ErrorIs(t, err, syncer.ErrInvalid)
	_, err = connect.Multipart(connect.Part{Name: "file"})
	require.ErrorIs(t, err, syncer.ErrInvalid)
}

func TestAFormIsWhatABrowserSends(t *testing.T) {
	body := connect.Form(url.Values{"a": {"1 2"}, "b": {"ä"}})
	require.Equal(t, "application/x-www-form-urlencoded", body.Type)
	r, err := body.Open(t.Context())
	require.NoError(t, err)
	data, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, "a=1+2&b=%C3%A4", string(data))
}

func TestWhatCannotBeEncodedIsAnError(t *testing.T) {
	_, err := connect.JSON(func() {})
	require.ErrorContains(t, err, "encode request body")
}
