package box_test

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
)

func TestWhatPeopleDoBelowARootBecomesHintsForItsPairs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, boxtest.Options{}, memory.Options{})
		p.wire.handler = receiver(t, p.options())
		ann := p.Home()
		item := func(it boxtest.Item, err error) boxtest.Item {
			require.NoError(t, err)
			return it
		}
		folder, file, before := boxtest.Item{}, boxtest.Item{}, 0
		for what, step := range []struct {
			did syncer.Deeds
			do  func() string
		}{
			{syncer.DidWrite, func() string { folder = item(ann.CreateFolder(p.root.ID, "Drawings")); return folder.ID }},
			{syncer.DidWrite | syncer.DidMove, func() string { file = item(ann.Upload(folder.ID, "plan.pdf", []byte("one"))); return "f" + file.ID }},
			{syncer.DidWrite | syncer.DidMove, func() string { item(ann.Edit(file.ID, []byte("two"))); return "f" + file.ID }},
			{syncer.DidMove, func() string { item(ann.Rename(file, "Plän.pdf")); return "f" + file.ID }},
			{syncer.DidMove, func() string { item(ann.Move(file, p.root.ID)); return "f" + file.ID }},
			{0, func() string { item(ann.Lock(file, time.Time{})); return "f" + file.ID }},
			{0, func() string { item(ann.Unlock(file)); return "f" + file.ID }},
			{syncer.DidDelete, func() string { require.NoError(t, ann.Trash(file)); return "f" + file.ID }},
			{syncer.DidRestore, func() string { item(ann.Restore(file)); return "f" + file.ID }},
			{syncer.DidDelete, func() string { require.NoError(t, ann.Trash(folder)); return folder.ID }},
			{syncer.DidRestore, func() string { item(ann.Restore(folder)); return folder.ID }},
			{syncer.DidMove, func() string { item(ann.Move(file, "0")); return "f" + file.ID }},
		} {
			id := step.do()
			synctest.Wait()
			hints := p.inbox(t, "drawings")
			require.Greater(t, len(hints), before, "step %d", what)
			for _, h := range hints[before:] {
				require.Equal(t, id, h.ID, "step %d", what)
				require.Equal(t, syncer.Destination, h.Side)
				require.False(t, h.Full)
				require.Equal(t, step.did, h.Did, "step %d", what)
				require.Equal(t, syncer.Author{ID: ann.ID, Name: ann.Name + " (" + ann.Login + ")"}, h.By)
			}
			before = len(hints)
			require.Equal(t, hints, p.inbox(t, "photos"))
		}
		require.Equal(t, []string{folder.ID, p.root.ID, "0@" + ann.ID}, p.inbox(t, "drawings")[1].Within)
		for _, d := range p.Deliveries() {
			require.Equal(t, http.StatusNoContent, d.Status)
		}
	})
}

func TestBoxSendsAgainWhatCouldNotBeKept(t *testing.T) {
	for name, late := range map[string]bool{"nothing was written": false, "and yet it was written": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var failures atomic.Int32
				clock := boxtest.NewClock(time.Now())
				p := newPost(t, boxtest.Options{Clock: clock}, memory.Options{Fail: func(op memory.Op, done bool) error {
					if op == memory.OpAppend && done == late && failures.Add(1) <= 3 {
						return errors.New("disk full")
					}
					return nil
				}})
				o := p.options()
				o.Clock = clock.Now
				p.wire.handler = receiver(t, o)
				file, err := p.Home().Upload(p.root.ID, "plan.pdf", []byte("one"))
				require.NoError(t, err)
				synctest.Wait()
				require.Equal(t, 1, clock.Waiting(), "Box means to send it again")
				for clock.Waiting() > 0 {
					clock.Advance(2 * time.Hour)
					synctest.Wait()
				}
				tries := p.Deliveries()
				require.Len(t, tries, 3)
				require.Equal(t, []int{503, 503, 204}, []int{tries[0].Status, tries[1].Status, tries[2].Status})
				for _, pair := range []string{"drawings", "photos"} {
					require.Contains(t, told(p.inbox(t, pair)), "f"+file.ID)
				}
			})
		})
	}
}

func TestASenderThatStopsInTheMiddleIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, boxtest.Options{}, memory.Options{})
		server := &http.Server{Handler: receiver(t, p.options())}
		far := make(listener, 1)
		go func() { _ = server.Serve(far) }()
		t.Cleanup(func() { require.NoError(t, server.Close()) })
		near, conn := net.Pipe()
		far <- conn
		begun := time.Now()
		whole := fromBox("/box/"+p.root.ID, delivery, begun.Format(time.RFC3339))
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, whole.path, strings.NewReader(delivery))
		r.Header = whole.header
		var text bytes.Buffer
		require.NoError(t, r.Write(&text))
		go func() { _, _ = near.Write(text.Bytes()[:text.Len()-1]) }()
		answer, err := http.ReadResponse(bufio.NewReader(near), r)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, http.StatusBadRequest, answer.StatusCode)
		require.Equal(t, 10*time.Second, time.Since(begun))
		require.NoError(t, near.Close())
	})
}

// listener hands out the connections that are put into it.
type listener chan net.Conn

func (l listener) Accept() (net.Conn, error) {
	if conn, ok := <-l; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}

func (l listener) Close() error   { close(l); return nil }
func (l listener) Addr() net.Addr { return &net.IPAddr{} }

func TestWhatADeliveryDoesNotTellIsLookedForEverywhere(t *testing.T) {
	const full = "a full scan"
	p := newPost(t, boxtest.Options{}, memory.Options{})
	for name, c := range map[string]struct{ body, want string }{
		"the webhook is gone":         {`{"type":"webhook_event","id":"e","trigger":"WEBHOOK.DELETED","source":{"id":"7","type":"folder"},"additional_info":{"reason":"auto_cleanup"}}`, full},
		"half a message":              {`{"type":"webhook_event","id":"e","trigger":"NO_ACTIVE_SESSION","source":{"id":"7","type":"file"}}`, "f7"},
		"less than half":              {`{"type":"webhook_event","id":"e","trigger":"NO_ACTIVE_SESSION"}`, full},
		"no source":                   {`{"type":"webhook_event","id":"e","trigger":"FILE.MOVED","source":null}`, full},
		"what cannot be understood":   {`{"type":"webhook_event","id":"e","trigger":"FILE.MOVED","source":7}`, full},
		"no JSON":                     {`<html>`, full},
		"a bookmark":                  {`{"type":"webhook_event","id":"e","trigger":"FILE.MOVED","source":{"id":"7","type":"web_link"}}`, "w7"},
		"a trigger of tomorrow":       {`{"type":"webhook_event","id":"e","trigger":"FILE.TELEPORTED","source":{"id":"7","type":"file"}}`, "f7"},
		"a comment, which is no item": {`{"type":"webhook_event","id":"e","trigger":"COMMENT.CREATED","source":{"id":"7","type":"comment"}}`, "nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			o, store := p.options(), memory.New(memory.Options{})
			o.Store, p.store = store, store
			require.Equal(t, http.StatusNoContent, fromBox("/"+p.root.ID, c.body, time.Now().Format(time.RFC3339)).to(receiver(t, o)))
			got := "nothing"
			for _, h := range p.inbox(t, "drawings") {
				got = h.ID
				if h.Full {
					got = cmp.Or(h.ID, full)
				}
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestWhatIsNoDeliveryIsRefusedCheaply(t *testing.T) {
	p := newPost(t, boxtest.Options{}, memory.Options{})
	good := fromBox("/box/"+p.root.ID, delivery, time.Now().Format(time.RFC3339))
	send := func(method, path, body string, header http.Header) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.Header = header
		answer := httptest.NewRecorder()
		receiver(t, p.options()).ServeHTTP(answer, r)
		return answer
	}
	got := send(http.MethodGet, good.path, "", good.header)
	require.Equal(t, http.StatusMethodNotAllowed, got.Code)
	require.Equal(t, http.MethodPost, got.Header().Get("Allow"))
	require.Equal(t, http.StatusNotFound, send(http.MethodPost, "/box", delivery, good.header).Code)
	require.Equal(t, http.StatusForbidden, send(http.MethodPost, good.path, delivery, http.Header{}).Code)

	unread := httptest.NewRequestWithContext(t.Context(), http.MethodPost, good.path, iotest.ErrReader(errors.New("read")))
	refused := httptest.NewRecorder()
	receiver(t, p.options()).ServeHTTP(refused, unread)
	require.Equal(t, http.StatusForbidden, refused.Code, "without a signature the body is not read")

	long := fromBox(good.path, strings.Repeat(" ", 256<<10-len(delivery))+delivery, time.Now().Format(time.RFC3339))
	require.Equal(t, http.StatusNoContent, long.to(receiver(t, p.options())))
	longer := fromBox(good.path, " "+string(long.body), time.Now().Format(time.RFC3339))
	require.Equal(t, http.StatusRequestEntityTooLarge, longer.to(receiver(t, p.options())))
	require.Equal(t, http.StatusNoContent, fromBox("/box/4711", delivery, time.Now().Format(time.RFC3339)).to(receiver(t, p.options())), "a root that nobody has any more")
	require.Len(t, p.inbox(t, "drawings"), 1)
}

func TestAReceiverThatMakesNoSenseNamesTheOption(t *testing.T) {
	p := newPost(t, boxtest.Options{}, memory.Options{})
	for field, spoil := range map[string]func(o *box.ReceiverOptions){
		"Files":       func(o *box.ReceiverOptions) { o.Files = nil },
		"Keys":        func(o *box.ReceiverOptions) { o.Keys = box.WebhookKeys{} },
		"Store":       func(o *box.ReceiverOptions) { o.Store = nil },
		"Side":        func(o *box.ReceiverOptions) { o.Side = 2 },
		"Pairs":       func(o *box.ReceiverOptions) { o.Pairs = nil },
		"Remember":    func(o *box.ReceiverOptions) { o.Remember = -1 },
		"LargestBody": func(o *box.ReceiverOptions) { o.LargestBody = -1 },
		"Patience":    func(o *box.ReceiverOptions) { o.Patience = -1 },
	} {
		o := p.options()
		spoil(&o)
		_, err := box.NewReceiver(o)
		require.ErrorIs(t, err, syncer.ErrInvalid)
		require.ErrorContains(t, err, "ReceiverOptions."+field)
	}
}

func FuzzReceiver(f *testing.F) {
	f.Add([]byte(delivery))
	f.Add([]byte(`{"type":"webhook_event","id":"e","trigger":"FILE.TRASHED","source":[],"additional_info":[]}`))
	f.Add([]byte(`{"type":"webhook_event","id":"e","trigger":"WEBHOOK.DELETED"}`))
	f.Add([]byte(`{"type":"webhook_event","id":"e","trigger":"COMMENT.CREATED","source":{"type":"comment","id":"1"}}`))
	client, err := box.New(box.Options{Tokens: box.Fixed("AT")})
	require.NoError(f, err)
	files, err := box.NewFileSystem(f.Context(), client, &box.FileSystemOptions{User: &box.User{ID: "22"}})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, body []byte) {
		p := &post{store: memory.New(memory.Options{}), root: boxtest.Item{ID: "987"}, account: &account{fs: files}}
		r := receiver(t, p.options())
		s := fromBox("/987", string(body), time.Now().Format(time.RFC3339))
		require.Equal(t, http.StatusForbidden, s.with("BOX-SIGNATURE-PRIMARY", sign("wrong", string(body), "")).to(r))
		require.Empty(t, p.inbox(t, "drawings"))
		for range 2 {
			require.Equal(t, http.StatusNoContent, s.to(r), "what Box has signed is never refused")
		}
		hints := p.inbox(t, "drawings")
		require.LessOrEqual(t, len(hints), 1, "a replay is dropped")
		if d, err := box.ReadDelivery(body); err != nil || d.Source == nil {
			require.Len(t, hints, 1)
			require.True(t, hints[0].Full, "what is not told is looked for everywhere")
		}
	})
}
