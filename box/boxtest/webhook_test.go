package boxtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A received message is what came to the address of a webhook.
type received struct {
	header http.Header
	body   []byte
	json   object
}

// listener is an address for webhooks, which answers with what answers yields.
func listener(t *testing.T, answers ...int) (address string, messages chan received) {
	messages = make(chan received, 100)
	var calls atomic.Int64 // two may come at once
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		m := received{header: r.Header, body: body}
		if err == nil {
			err = json.Unmarshal(body, &m.json)
		}
		if err != nil {
			t.Error(err)
		}
		status := http.StatusOK
		if n := int(calls.Add(1)); n <= len(answers) {
			status = answers[n-1]
		}
		w.WriteHeader(status)
		messages <- m
	}))
	t.Cleanup(server.Close)
	return server.URL + "/hook", messages
}

func (w *world) webhook(target, address string, triggers ...string) result {
	w.Helper()
	return w.post("/2.0/webhooks", object{
		"target": object{"id": target, "type": "folder"}, "address": address, "triggers": triggers,
	})
}

func TestAWebhookIsSignedWithBothKeysOverItsRawBody(t *testing.T) { // section 6.4
	w := newWorld(t, Options{PrimaryKey: "one", SecondaryKey: "two"})
	address, messages := listener(t)
	top := w.folder("0", "A")
	hook := w.webhook(top, address, "FILE.UPLOADED", "FILE.MOVED", "FILE.RENAMED")
	w.status(http.StatusCreated, hook)
	below := w.folder(top, "B")
	id := w.file(below, "Zürich 👍.txt", "hello")

	m := <-messages
	require.Equal(t, "webhook_event", m.json["type"])
	require.Equal(t, "FILE.UPLOADED", m.json["trigger"])
	require.Equal(t, []any{}, m.json["additional_info"])
	require.Contains(t, string(m.body), `Z\u00fcrich \ud83d\udc4d.txt`)
	require.Equal(t, "Box-WH-Client/0.1", m.header.Get("User-Agent"))
	require.Equal(t, "1", m.header.Get("BOX-SIGNATURE-VERSION"))
	require.Equal(t, "HmacSHA256", m.header.Get("BOX-SIGNATURE-ALGORITHM"))
	stamped := m.header.Get("BOX-DELIVERY-TIMESTAMP")
	at, err := time.Parse(time.RFC3339, stamped)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), at, 10*time.Minute)
	for header, key := range map[string]string{"BOX-SIGNATURE-PRIMARY": "one", "BOX-SIGNATURE-SECONDARY": "two"} {
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write(append(m.body, stamped...))
		require.Equal(t, base64.StdEncoding.EncodeToString(mac.Sum(nil)), m.header.Get(header))
	}

	w.put("/2.0/files/"+id, object{"parent": object{"id": top}})
	m = <-messages
	require.Equal(t, "FILE.MOVED", m.json["trigger"])
	require.Contains(t, string(m.body), `"additional_info":{"after":{"id":"`+top+`","type":"folder"},"before":{"id":"`+below+`"`)
	w.put("/2.0/files/"+id, object{"name": "b.txt"})
	m = <-messages
	require.Equal(t, []any{}, m.json["additional_info"], "nothing is known of the old name")
	require.Eventually(t, func() bool { return len(w.box.Deliveries()) == 3 }, time.Minute, time.Millisecond)
}

func TestAFileThatMovesIntoAFolderIsUploadedThere(t *testing.T) { // section 6.4
	w := newWorld(t, Options{})
	address, messages := listener(t)
	top, elsewhere := w.folder("0", "A"), w.folder("0", "B")
	w.webhook(top, address, "FILE.UPLOADED")
	id := w.file(elsewhere, "a.txt", "hello")
	w.put("/2.0/files/"+id, object{"parent": object{"id": top}})
	m := <-messages
	require.Equal(t, "FILE.UPLOADED", m.json["trigger"])
	source, _ := m.json["source"].(map[string]any)
	require.Equal(t, id, source["id"])
}

func TestSlashesAreEscaped(t *testing.T) { // section 6.4, trap 25
	text, err := phpJSON(object{"a": "x/y<&>"})
	require.NoError(t, err)
	require.Contains(t, string(text), `x\/y<&>`)
}

func TestAMessageIsTriedAgainUntilSomebodyTakesIt(t *testing.T) { // section 6.4
	clock := NewClock(time.Now())
	w := newWorld(t, Options{Clock: clock})
	address, messages := listener(t, 500, 302, 200)
	top := w.folder("0", "A")
	w.webhook(top, address, "FILE.UPLOADED")
	w.file(top, "a.txt", "hello")
	first := <-messages
	for range 2 {
		require.Eventually(t, func() bool { return clock.Waiting() == 1 }, time.Minute, time.Millisecond)
		clock.Advance(time.Hour)
		again := <-messages
		require.Equal(t, first.json["id"], again.json["id"], "the message is the same")
		require.NotEqual(t, first.header.Get("BOX-DELIVERY-ID"), again.header.Get("BOX-DELIVERY-ID"), "the delivery is new")
	}
	require.Eventually(t, func() bool { return len(w.box.Deliveries()) == 3 }, time.Minute, time.Millisecond)
	require.Equal(t, 200, w.box.Deliveries()[2].Status)
	require.Zero(t, clock.Waiting())
}

func TestAMessageIsGivenUpAfterTenOrTwelveTries(t *testing.T) { // section 14 item 8
	for twelve, want := range map[bool]int{false: 10, true: 12} {
		clock := NewClock(time.Now())
		w := newWorld(t, Options{Clock: clock, Switches: Switches{WebhookTwelveTries: twelve}})
		top := w.folder("0", "A")
		w.webhook(top, "http://127.0.0.1:1/nobody", "FILE.UPLOADED")
		w.file(top, "a.txt", "hello")
		for try := 1; try < want; try++ {
			require.Eventually(t, func() bool { return len(w.box.Deliveries()) == try && clock.Waiting() == 1 }, time.Minute, time.Millisecond)
			clock.Advance(2 * time.Hour)
		}
		require.Eventually(t, func() bool { return len(w.box.Deliveries()) == want }, time.Minute, time.Millisecond)
		require.Zero(t, clock.Waiting(), "nobody waits for another try")
		require.Error(t, w.box.Deliveries()[0].Err)
	}
}

func TestWebhooksAreKeptLikeAnyResource(t *testing.T) { // section 6.4
	w := newWorld(t, Options{})
	bob := w.box.AddUser("Bob", "bob@x.example")
	top, other := w.folder("0", "A"), w.folder("0", "B")
	r := w.webhook(top, "https://hook.example/box", "FILE.UPLOADED", "FOLDER.MOVED")
	w.status(http.StatusCreated, r)
	id := r.at("id")
	w.refused(w.webhook(top, "https://hook.example/box", "FILE.UPLOADED"), 409, "conflict")
	w.refused(w.webhook("0", "https://hook.example/box", "FILE.UPLOADED"), 400, "bad_request")
	w.refused(w.webhook("4711", "https://hook.example/box", "FILE.UPLOADED"), 404, "not_found")
	for field, r := range map[string]result{
		"triggers": w.webhook(other, "https://hook.example/box", "FILE.EATEN"),
		"address":  w.webhook(other, "http://hook.example/box", "FILE.UPLOADED"),
	} {
		w.refused(r, 400, "bad_request")
		require.Equal(t, field, r.at("context_info.errors.0.name"))
	}
	w.webhook(other, "https://hook.example/box", "FILE.UPLOADED")
	page := w.get("/2.0/webhooks?limit=1")
	require.Equal(t, id, page.at("entries.0.id"))
	require.Empty(t, page.at("entries.0.address"), "the list is mini")
	page = w.get("/2.0/webhooks?limit=1&marker=" + page.at("next_marker"))
	require.Equal(t, other, page.at("entries.0.target.id"))
	require.Empty(t, page.at("next_marker"))
	r = w.put("/2.0/webhooks/"+id, object{"triggers": []string{"FILE.TRASHED"}})
	require.Equal(t, "FILE.TRASHED", r.at("triggers.0"))
	w.refused(w.as(bob).get("/2.0/webhooks/"+id), 404, "not_found")
	w.status(http.StatusNoContent, w.remove("/2.0/webhooks/"+id))
	w.refused(w.get("/2.0/webhooks/"+id), 404, "not_found")
}

func TestAUserHasAThousandWebhooksAtMost(t *testing.T) { // section 6.4
	w := newWorld(t, Options{Limits: NoLimits})
	for i := range mostWebhooks {
		w.status(http.StatusCreated, w.webhook(w.folder("0", digits(i)), "https://hook.example/x", "FILE.UPLOADED"))
	}
	w.refused(w.webhook(w.folder("0", "more"), "https://hook.example/x", "FILE.UPLOADED"), 400, "bad_request")
}

func TestStrictAddressesAreThoseOfBox(t *testing.T) { // section 6.4
	w := newWorld(t, Options{StrictAddresses: true})
	top := w.folder("0", "A")
	for _, address := range []string{
		"http://127.0.0.1:80/x", "https://localhost/x", "https://hook.example:8443/x", "https://x.box.com/x", "nonsense",
	} {
		w.refused(w.webhook(top, address, "FILE.UPLOADED"), 400, "bad_request")
	}
	w.status(http.StatusCreated, w.webhook(top, "https://hook.example:443/x", "FILE.UPLOADED"))
}

func TestAWebhookDiesWithTheLastTokenOfItsMaker(t *testing.T) { // section 6.4
	w := newWorld(t, Options{})
	ann := w.box.AddUser("Ann", "ann@x.example")
	address, messages := listener(t)
	folder, err := ann.CreateFolder("0", "A")
	require.NoError(t, err)
	hers := w.as(ann)
	w.status(http.StatusCreated, hers.webhook(folder.ID, address, "FILE.UPLOADED", "WEBHOOK.DELETED"))
	id, secret := w.box.Client()
	w.form("/oauth2/revoke", url.Values{"client_id": {id}, "client_secret": {secret}, "token": {hers.token}})
	m := <-messages
	require.Equal(t, "WEBHOOK.DELETED", m.json["trigger"])
	require.Equal(t, map[string]any{"reason": "auto_cleanup"}, m.json["additional_info"])
	require.Empty(t, w.as(ann).get("/2.0/webhooks").entries())
}

func TestAnExpiredSessionSendsHalfAMessage(t *testing.T) { // section 6.4
	clock := NewClock(time.Now())
	w := newWorld(t, Options{Clock: clock})
	ann := w.box.AddUser("Ann", "ann@x.example")
	address, messages := listener(t)
	folder, err := ann.CreateFolder("0", "A")
	require.NoError(t, err)
	hers := w.using(w.box.TokenFor(ann.User, time.Hour))
	w.status(http.StatusCreated, hers.webhook(folder.ID, address, "FILE.UPLOADED"))
	clock.Advance(time.Hour)
	_, err = ann.Upload(folder.ID, "a.txt", []byte("a"))
	require.NoError(t, err)
	m := <-messages
	require.Equal(t, "NO_ACTIVE_SESSION", m.json["trigger"])
	require.Len(t, m.json["source"], 2)
}

func TestAnAppMayBeAllowedToKeepWebhooksQuiet(t *testing.T) { // section 6.4
	for allowed, want := range map[bool]int{false: 2, true: 1} {
		w := newWorld(t, Options{MaySuppress: allowed})
		address, messages := listener(t)
		top := w.folder("0", "A")
		w.webhook(top, address, "FILE.UPLOADED", "FOLDER.RENAMED")
		quiet := w.with("box-notifications", "off")
		quiet.file(top, "a.txt", "hello")
		quiet.put("/2.0/folders/"+top, object{"description": "x"})
		w.put("/2.0/folders/"+top, object{"name": "B"})
		for range want {
			<-messages
		}
		require.Eventually(t, func() bool { return len(w.box.Deliveries()) == want }, time.Minute, time.Millisecond)
	}
}
