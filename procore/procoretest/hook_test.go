package procoretest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A listener is an address for webhooks.
type listener struct {
	url      string
	messages chan message1

	mu     sync.Mutex
	status int
}

// A message1 is what came.
type message1 struct {
	header http.Header
	json   object
}

func newListener(t *testing.T) *listener {
	t.Helper()
	l := &listener{messages: make(chan message1, 10_000), status: http.StatusOK}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m := message1{header: r.Header}
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(body, &m.json)
		}
		if err != nil {
			t.Error(err)
		}
		l.mu.Lock()
		status := l.status
		l.mu.Unlock()
		w.WriteHeader(status)
		l.messages <- m
	}))
	t.Cleanup(server.Close)
	l.url = server.URL + "/hook"
	return l
}

func (l *listener) answer(status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.status = status
}

// hook makes a hook of the project that is told of all that happens to some resources.
func (w *world) hook(version, address string, resources ...string) string {
	w.Helper()
	made := w.post("/rest/v1.0/webhooks/hooks", object{"project_id": w.project.ID, "hook": object{
		"api_version": version, "namespace": "acme-sync", "destination_url": address,
		"destination_headers": object{"Authorization": "Bearer s3cret"},
	}})
	w.status(http.StatusCreated, made)
	for _, resource := range resources {
		for _, event := range []string{"create", "update", "delete"} {
			w.status(http.StatusCreated, w.trigger(made.at("id"), version, resource, event))
		}
	}
	return made.at("id")
}

func (w *world) trigger(hook, version, resource, event string) result {
	w.Helper()
	return w.post("/rest/v1.0/webhooks/hooks/"+hook+"/triggers", object{
		"project_id": w.project.ID, "api_version": version, "trigger": object{"resource_name": resource, "event_type": event},
	})
}

// ofHooks is a path of v1.0 with the project in the query.
func (w *world) ofHooks(path string) string { return w.inProject("/webhooks/hooks" + path) }

func TestMessagesTellWhatHappenedAndNoMore(t *testing.T) { // section 11.4
	w := newWorld(t, Options{Clock: newClock()})
	me := float64(w.procore.Home().ID)
	project, company := float64(w.project.ID), float64(w.project.CompanyID)
	for _, version := range []string{"v2", "v2.0", "v3.0", "v4.0"} {
		l := newListener(t)
		hook := w.hook(version, l.url, "Project Folders")
		id := w.folder(0, "A "+version)
		m := <-l.messages
		require.Equal(t, "Bearer s3cret", m.header.Get("Authorization"))
		require.Equal(t, "application/json", m.header.Get("Content-Type"))
		for name := range m.header {
			require.NotContains(t, strings.ToLower(name), "signature")
		}
		if version == "v4.0" {
			require.Len(t, m.json["id"], 26)
			delete(m.json, "id")
			require.Equal(t, object{
				"timestamp": "2026-03-01T09:00:00.000000Z", "reason": "create", "company_id": fmt.Sprint(w.project.CompanyID),
				"project_id": fmt.Sprint(w.project.ID), "user_id": fmt.Sprint(w.procore.Home().ID),
				"resource_type": "Project Folders", "resource_id": fmt.Sprint(id),
			}, m.json)
			continue
		}
		require.Len(t, m.json["ulid"], 26)
		require.NotZero(t, m.json["id"])
		delete(m.json, "ulid")
		delete(m.json, "id")
		want := object{
			"timestamp": "2026-03-01T09:00:00.000000Z", "user_id": me, "company_id": company, "project_id": project,
			"api_version": version, "event_type": "create", "resource_name": "Project Folders", "resource_id": float64(id),
			"metadata": map[string]any{
				"source_user_id": me, "source_project_id": project, "source_operation_id": nil,
				"source_company_id": company, "source_application_id": "procoretest-client",
			},
		}
		if version == "v3.0" {
			want["related_resources"] = []any{}
		}
		require.Equal(t, want, m.json)
		w.status(200, w.remove(w.ofHooks("/"+hook)))
	}
}

func TestAPersonInTheBrowserIsNoApp(t *testing.T) { // section 11.5
	w := newWorld(t, Options{})
	l := newListener(t)
	w.hook("v2", l.url, "RFIs", "RFI Replies", "Submittals", "Images", "Image Categories")
	home, project := w.procore.Home(), w.project.ID
	r, err := home.AddRFI(project, RFI{Subject: "S", Question: "?"})
	require.NoError(t, err)
	_, err = home.AnswerRFI(project, r.ID, "!")
	require.NoError(t, err)
	require.NoError(t, home.RecycleRFI(project, r.ID))
	s, err := home.AddSubmittal(project, Submittal{Number: "1"})
	require.NoError(t, err)
	require.NoError(t, home.DeleteSubmittal(project, s.ID))
	a, err := home.AddAlbum(project, "A")
	require.NoError(t, err)
	_, err = home.AddPhoto(project, a.ID, "a.jpg", nil)
	require.NoError(t, err)
	require.NoError(t, home.DeleteAlbum(project, a.ID))
	var told []string
	for range 9 {
		m := <-l.messages
		metadata, _ := m.json["metadata"].(map[string]any)
		require.Nil(t, metadata["source_application_id"])
		told = append(told, fmt.Sprint(m.json["resource_name"], " ", m.json["event_type"]))
	}
	require.Equal(t, []string{
		"RFIs create", "RFI Replies create", "RFIs update", "RFIs delete", "Submittals create", "Submittals delete",
		"Image Categories create", "Images create", "Image Categories delete",
	}, told)
	m := <-l.messages
	require.Equal(t, "update", m.json["event_type"], "the photo went to Unclassified")
}

func TestHooksAreKeptLikeAnyResource(t *testing.T) { // section 11.1
	w := newWorld(t, Options{StrictAddresses: true})
	hook := func(version, namespace, address string) result {
		return w.post("/rest/v1.0/webhooks/hooks", object{"project_id": w.project.ID, "hook": object{
			"api_version": version, "namespace": namespace, "destination_url": address,
			"destination_headers": object{"Authorization": "Bearer s3cret"},
		}})
	}
	for _, bad := range [][3]string{
		{"v9", "acme", "https://hook.example"},
		{"v2", "ACME", "https://hook.example"},
		{"v2", "", "https://hook.example"},
		{"v2", "acme", "http://hook.example"},
		{"v2", "acme", "https://localhost"},
		{"v2", "acme", "nonsense"},
	} {
		w.status(400, hook(bad[0], bad[1], bad[2]))
	}
	made := hook("v2", "acme", "https://hook.example")
	w.status(201, made)
	id := made.at("id")
	require.Equal(t, "*****3cret", made.at("destination_headers.Authorization"))
	require.Equal(t, fmt.Sprint(w.project.ID), made.at("owned_by_project_id"))
	require.Empty(t, made.at("owned_by_company_id"))
	require.Equal(t, id, w.get(w.ofHooks("?namespace=acme")).at("0.id"))
	require.Empty(t, w.get(w.ofHooks("?namespace=other")).entries())
	changed := w.patch("/rest/v1.0/webhooks/hooks/"+id, object{"project_id": w.project.ID, "hook": object{"destination_url": "https://b.example"}})
	require.Equal(t, "https://b.example", changed.at("destination_url"))
	w.status(400, w.patch("/rest/v1.0/webhooks/hooks/"+id, object{"project_id": w.project.ID, "hook": object{"destination_url": "x"}}))

	company := w.post("/rest/v1.0/webhooks/hooks", object{"company_id": w.project.CompanyID, "hook": object{
		"api_version": "v4.0", "namespace": "acme", "destination_url": "https://hook.example",
	}})
	w.status(201, company)
	require.Equal(t, fmt.Sprint(w.project.CompanyID), company.at("owned_by_company_id"))
	require.Len(t, w.get(w.ofHooks("")).entries(), 1, "the other one is the company's")
	w.status(404, w.remove(w.ofHooks("/"+company.at("id"))))
	w.status(200, w.remove(w.ofHooks("/"+id)))
	w.status(404, w.remove(w.ofHooks("/"+id)))
}

func TestTriggersHaveTheVersionAndTheLevelOfTheirHook(t *testing.T) { // sections 11.1, 11.3, 11.5
	w := newWorld(t, Options{})
	hook := w.hook("v2", "https://hook.example")
	for _, bad := range [][3]string{
		{"v4", "Project Files", "create"},
		{"v2", "Project File", "create"},
		{"v2", "project files", "create"},
		{"v2", "Company Files", "create"},
		{"v2", "Project Files", "move"},
		{"v2", "Bids", "update"},
	} {
		w.status(400, w.trigger(hook, bad[0], bad[1], bad[2]))
	}
	made := w.trigger(hook, "v2.0", "Project Files", "CREATE")
	w.status(201, made)
	require.Equal(t, []string{hook, "Project Files", "create"}, []string{made.at("webhook_hook_id"), made.at("resource_name"), made.at("event_type")})
	w.status(400, w.trigger(hook, "v2", "Project Files", "create"))
	path := "/rest/v1.0/webhooks/hooks/" + hook + "/triggers"
	require.Len(t, w.get(w.inProject("/webhooks/hooks/"+hook+"/triggers")).entries(), 1)
	w.status(200, w.remove(w.inProject("/webhooks/hooks/"+hook+"/triggers/"+made.at("id"))))

	bulk := w.post(path+"/bulk", object{"project_id": w.project.ID, "api_version": "v2", "triggers": []object{
		{"resource_name": "RFIs", "event_type": "create"}, {"resource_name": "Nonsense", "event_type": "create"},
	}})
	w.status(207, bulk)
	require.Equal(t, "RFIs", bulk.at("success.0.resource_name"))
	require.Equal(t, "Nonsense", bulk.at("failed.0.trigger.resource_name"))
	gone := w.send("DELETE", path+"/bulk", object{"project_id": w.project.ID, "triggers": []int64{bulk.id("success.0.id"), 4711}})
	w.status(207, gone)
	require.Equal(t, "4711", gone.at("failed.0.trigger"))
	many := w.post(path+"/bulk", object{"project_id": w.project.ID, "api_version": "v2", "triggers": make([]object, 501)})
	w.status(413, many)
	require.Equal(t, "Exceeded limit of 500 triggers per request", many.at("errors"))

	names := w.get(w.inProject("/webhooks/resources"))
	require.Contains(t, names.names(), "Project Files")
	require.NotContains(t, names.names(), "Company Files")
	ofCompany := w.get(fmt.Sprintf("/rest/v1.0/webhooks/resources?company_id=%d", w.project.CompanyID))
	i := 0
	for ofCompany.names()[i] != "Bids" {
		i++
	}
	require.Equal(t, "create", ofCompany.at(fmt.Sprintf("%d.except.0", i)))
	require.Len(t, w.get(w.inProject("/webhooks/resources/api_versions")).entries(), 3)
}

func TestHooksOfVersion2AreFlatAndTheirIDsAreTexts(t *testing.T) { // section 11.2
	w := newWorld(t, Options{})
	base := fmt.Sprintf("/rest/v2.0/companies/%d/projects/%d/webhooks", w.project.CompanyID, w.project.ID)
	l := newListener(t)
	made := w.post(base+"/hooks", object{
		"payload_version": "v4.0", "namespace": "acme", "destination_url": l.url, "destination_headers": object{"Authorization": "Bearer token"},
	})
	w.status(201, made)
	id, isText := made.value("data.id")
	require.IsType(t, "", id)
	require.True(t, isText)
	one := base + "/hooks/" + made.at("data.id")
	require.Equal(t, []string{"active", "*****token", "classic"},
		[]string{made.at("data.status"), made.at("data.destination_headers.Authorization"), made.at("data.hook_type")})
	trigger := w.post(one+"/triggers", object{"resource_name": "Project Folders", "event_type": "create"})
	w.status(201, trigger)
	require.Equal(t, "1", w.get(one).at("data.trigger_count"))
	require.Equal(t, trigger.at("data.id"), w.get(one+"/triggers").at("data.0.id"))
	require.Equal(t, "1", w.get(base+"/hooks?namespace=acme&payload_version=v4&include_trigger_count=true").at("data.0.trigger_count"))
	require.Empty(t, w.get(base+"/hooks?namespace=other").at("data.0.id"))
	w.folder(0, "A")
	<-l.messages
	require.Eventually(t, func() bool {
		return w.get(one+"/deliveries?filters[status]=succeeded").at("data.0.delivery_attempts.0.response_status") == "200"
	}, time.Minute, time.Millisecond)
	require.Empty(t, w.get(one+"/deliveries?filters[resource_name]=RFIs").at("data.0.id"))
	off := w.patch(one, object{"status": "disabled"})
	require.Equal(t, "disabled", off.at("data.status"))
	w.folder(0, "B")
	require.Empty(t, l.messages)
	w.status(400, w.patch(one, object{"status": "asleep"}))
	w.status(204, w.remove(one+"/triggers/"+trigger.at("data.id")))
	w.status(204, w.remove(one))
	w.status(404, w.get(one))
	require.NotEmpty(t, w.get(base+"/resources?per_page=100").at("data.0.name"))
	company := fmt.Sprintf("/rest/v2.0/companies/%d/webhooks/hooks", w.project.CompanyID)
	w.status(400, w.post(company, object{"namespace": "acme"}))
	w.status(201, w.post(company, object{"payload_version": "v4.0", "namespace": "acme", "destination_url": "https://hook.example"}))
}

func TestAnAddressThatFailsIsLeftAloneForLongerAndLonger(t *testing.T) { // section 11.5
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	l := newListener(t)
	l.answer(500)
	hook := w.hook("v2", l.url, "Project Folders")
	w.folder(0, "A")
	w.folder(0, "B")
	first := <-l.messages
	for _, pause := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		require.Eventually(t, func() bool { return clock.Waiting() == 1 }, time.Minute, time.Millisecond)
		clock.Advance(pause - time.Millisecond)
		require.Empty(t, l.messages)
		clock.Advance(time.Millisecond)
		again := <-l.messages
		require.Equal(t, first.json["ulid"], again.json["ulid"], "what came later waits, too")
	}
	require.Equal(t, "retried", w.get(w.ofHooks("/"+hook+"/deliveries?filter[status]=failing")).at("0.outcome"))
	l.answer(204)
	require.Eventually(t, func() bool { return clock.Waiting() == 1 }, time.Minute, time.Millisecond)
	clock.Advance(time.Hour)
	<-l.messages
	second := <-l.messages
	require.NotEqual(t, first.json["ulid"], second.json["ulid"])
	require.Eventually(t, func() bool {
		return len(w.get(w.ofHooks("/"+hook+"/deliveries?filters[status]=successful")).entries()) == 2
	}, time.Minute, time.Millisecond)
	require.Zero(t, clock.Waiting())
	last := w.procore.Deliveries()[5]
	require.Equal(t, []any{"Project Folders", "create", 204}, []any{last.Resource, last.Event, last.Status})
	require.Len(t, w.get(w.ofHooks("/"+hook+"/deliveries?page_size=1&page_start=2")).entries(), 1)
}

func TestAfterTwelveHoursOfFailureAllThatWaitsIsDiscarded(t *testing.T) { // section 11.5
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	l := newListener(t)
	l.answer(503)
	hook := w.hook("v2", l.url, "Project Folders")
	w.folder(0, "A")
	tries := 0
	for clock.Now().Before(newClock().Now().Add(12 * time.Hour)) {
		<-l.messages
		tries++
		require.Eventually(t, func() bool { return clock.Waiting() == 1 }, time.Minute, time.Millisecond)
		clock.Advance(time.Hour)
	}
	<-l.messages
	require.Equal(t, 12, tries)
	discarded := w.ofHooks("/" + hook + "/deliveries?filters[status]=discarded")
	require.Eventually(t, func() bool { return len(w.get(discarded).entries()) == 1 }, time.Minute, time.Millisecond)
	require.Zero(t, clock.Waiting())
	l.answer(200)
	w.folder(0, "B")
	require.Equal(t, "create", (<-l.messages).json["event_type"], "what comes later is sent again")
}

func TestAnAddressThatCannotBeReachedIsTriedAgain(t *testing.T) { // section 11.5
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	w.hook("v2", "http://127.0.0.1:1/nobody", "Project Folders")
	w.folder(0, "A")
	require.Eventually(t, func() bool { return clock.Waiting() == 1 }, time.Minute, time.Millisecond)
	require.Error(t, w.procore.Deliveries()[0].Err)
}

func TestWebhooksAreLostRepeatedAndShuffled(t *testing.T) { // section 11.5
	const all = 200
	clock := newClock()
	w := newWorld(t, Options{Clock: clock, HookDrops: 0.3, HookRepeats: 0.3, HookDelay: time.Minute, Seed: 1})
	l := newListener(t)
	hook := w.hook("v2", l.url, "Project Folders")
	for i := range all {
		w.folder(0, strconv.Itoa(i))
	}
	// Nothing is due before the clock moves, so all that will ever be sent is in the queue.
	sent := len(w.get(w.ofHooks("/" + hook + "/deliveries?page_size=1000")).entries())
	require.Eventually(t, func() bool {
		clock.Advance(time.Second)
		return len(w.procore.Deliveries()) == sent
	}, time.Minute, time.Millisecond)
	seen, order := map[float64]int{}, []float64{}
	for len(l.messages) > 0 {
		id, _ := (<-l.messages).json["resource_id"].(float64)
		seen[id]++
		order = append(order, id)
	}
	require.InDelta(t, 0.7*all, len(seen), 0.1*all)
	require.InDelta(t, 1.3*float64(len(seen)), len(order), 0.2*all)
	require.False(t, slices.IsSorted(order))
}
