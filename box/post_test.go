package box_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
)

var bothKeys = box.WebhookKeys{Primary: "boxtest-primary", Secondary: "boxtest-secondary"}

// wire is the way of deliveries: whatever goes over it is kept, and handed to the handler if there is
// one.
type wire struct {
	mu      sync.Mutex
	kept    []sent
	handler http.Handler
}

// sent is a delivery as Box sent it.
type sent struct {
	path   string
	header http.Header
	body   []byte
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	s := sent{r.URL.Path, r.Header, body}
	w.mu.Lock()
	w.kept = append(w.kept, s)
	w.mu.Unlock()
	answer := http.StatusOK
	if w.handler != nil {
		answer = s.to(w.handler)
	}
	return &http.Response{StatusCode: answer, Body: http.NoBody, Request: r}, nil
}

// to delivers it.
func (s sent) to(h http.Handler) int {
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, s.path, bytes.NewReader(s.body))
	r.Header = s.header.Clone()
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	return answer.Code
}

// with returns it with a header changed, or removed.
func (s sent) with(header, value string) sent {
	s.header = s.header.Clone()
	s.header.Del(header)
	if value != "" {
		s.header.Set(header, value)
	}
	return s
}

// post is an office with a root that two pairs have, whose webhook the app's user has made.
type post struct {
	*account
	wire  *wire
	store *memory.Store
	root  boxtest.Item
}

func newPost(t *testing.T, o boxtest.Options, m memory.Options) *post {
	t.Helper()
	w := &wire{}
	o.Limits, o.WebhookClient = boxtest.NoLimits, &http.Client{Transport: w}
	p := &post{account: newAccount(t, o), wire: w, store: memory.New(m)}
	root, err := p.Home().CreateFolder("0", "Root")
	require.NoError(t, err)
	p.root = root
	_, err = connectTo(t, p.Box).ReconcileWebhooks(t.Context(), box.WebhookSet{
		Namespace: "office", Address: "https://hook.example/box", Roots: []string{root.ID},
	})
	require.NoError(t, err)
	return p
}

func (p *post) options() box.ReceiverOptions {
	return box.ReceiverOptions{
		Files: p.fs, Keys: bothKeys, Store: p.store, Side: syncer.Destination, Pairs: func(root string) []string {
			return map[string][]string{p.root.ID: {"drawings", "photos"}}[root]
		},
	}
}

func receiver(t *testing.T, o box.ReceiverOptions) *box.Receiver {
	t.Helper()
	r, err := box.NewReceiver(o)
	require.NoError(t, err)
	return r
}

// inbox is what a pair was told.
func (p *post) inbox(t *testing.T, pair string) (hints []syncer.Hint) {
	t.Helper()
	view, err := p.store.View(t.Context(), pair)
	require.NoError(t, err)
	for h, err := range view.Inbox(t.Context()) {
		require.NoError(t, err)
		hints = append(hints, h.Hint)
	}
	return hints
}

// uploads lets a person upload files, and returns what Box sends because of that, and their IDs.
func (p *post) uploads(t *testing.T, count int) (all []sent, ids []string) {
	t.Helper()
	for i := range count {
		file, err := p.Home().Upload(p.root.ID, fmt.Sprintf("Plan Zürich %d.pdf", i), []byte("one"))
		require.NoError(t, err)
		ids = append(ids, "f"+file.ID)
		synctest.Wait() // one after the other, so that the order is that of the files
	}
	require.Len(t, p.wire.kept, count)
	return p.wire.kept, ids
}

func told(hints []syncer.Hint) (ids []string) {
	for _, h := range hints {
		ids = append(ids, h.ID)
	}
	return ids
}

func sign(key, body, stamped string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(body + stamped))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// fromBox is a delivery as Box would send it, with any body.
func fromBox(path, body, stamped string) sent {
	s := sent{path: path, body: []byte(body), header: http.Header{}}
	for name, value := range map[string]string{
		"BOX-SIGNATURE-VERSION": "1", "BOX-SIGNATURE-ALGORITHM": "HmacSHA256", "BOX-DELIVERY-TIMESTAMP": stamped,
		"BOX-SIGNATURE-PRIMARY": sign(bothKeys.Primary, body, stamped),
	} {
		s.header.Set(name, value)
	}
	return s
}
