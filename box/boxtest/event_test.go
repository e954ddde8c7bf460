package boxtest

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// events are the types and names of a page, and the position behind it.
func (w *world) events(query string) (list []string, next string) {
	w.Helper()
	r := w.get("/2.0/events?" + query)
	w.status(http.StatusOK, r)
	for i := range r.entries() {
		at := "entries." + strconv.Itoa(i)
		list = append(list, r.at(at+".event_type")+" "+r.at(at+".source.name"))
	}
	require.Equal(w, strconv.Itoa(len(list)), r.at("chunk_size"))
	return list, r.at("next_stream_position")
}

func TestEventsTellWhatHappened(t *testing.T) { // section 6.1
	w := newWorld(t, Options{})
	none, now := w.events("stream_position=now")
	require.Empty(t, none)
	position, err := strconv.ParseInt(now, 10, 64)
	require.NoError(t, err)
	require.Less(t, position, int64(1)<<53)

	folder := w.folder("0", "A")
	id := w.file(folder, "a.txt", "hello")
	w.put("/2.0/files/"+id, object{"name": "b.txt"})
	w.put("/2.0/files/"+id, object{"parent": object{"id": "0"}})
	_, err = w.box.Home().Edit(id, []byte("world"))
	require.NoError(t, err)
	w.get("/2.0/files/" + id + "/content")
	w.remove("/2.0/files/" + id)
	w.post("/2.0/files/"+id, nil)
	w.post("/2.0/files/"+id+"/copy", object{"parent": object{"id": folder}, "name": "c.txt"})
	all, next := w.events("stream_position=" + now)
	require.Equal(t, []string{
		"ITEM_CREATE A", "ITEM_UPLOAD b.txt", "ITEM_RENAME b.txt", "ITEM_MOVE b.txt", "ITEM_UPLOAD b.txt",
		"ITEM_DOWNLOAD b.txt", "ITEM_TRASH b.txt", "ITEM_UNDELETE_VIA_TRASH b.txt", "ITEM_COPY c.txt",
	}, all, "sources are as they are now")
	changes, _ := w.events("stream_type=changes&stream_position=" + now)
	require.NotContains(t, changes, "ITEM_DOWNLOAD b.txt")
	none, same := w.events("stream_position=" + next)
	require.Empty(t, none)
	require.Equal(t, next, same)

	pages, at := []string{}, "0"
	for {
		page, next := w.events("limit=2&stream_position=" + at)
		if len(page) == 0 {
			break
		}
		pages, at = append(pages, page...), next
	}
	require.Equal(t, all, pages)
	w.refused(w.get("/2.0/events?stream_position=yesterday"), 400, "bad_request")
	w.refused(w.get("/2.0/events?stream_type=rivers"), 400, "bad_request")
}

func TestStreamsAreOfOneUser(t *testing.T) { // section 6.1
	w := newWorld(t, Options{})
	ann := w.box.AddUser("Ann", "ann@x.example")
	folder, err := ann.CreateFolder("0", "Hers")
	require.NoError(t, err)
	mine, at := w.events("stream_position=0")
	require.Empty(t, mine)
	require.NoError(t, ann.Collaborate(folder, w.box.Home(), "editor"))
	_, err = ann.Upload(folder.ID, "a.txt", []byte("a"))
	require.NoError(t, err)
	require.NoError(t, ann.Uncollaborate(folder, w.box.Home()))
	_, err = ann.Upload(folder.ID, "b.txt", []byte("b"))
	require.NoError(t, err)
	r := w.get("/2.0/events?stream_position=" + at)
	var types []string
	for i := range r.entries() {
		types = append(types, r.at("entries."+strconv.Itoa(i)+".event_type"))
	}
	require.Equal(t, []string{
		"COLLAB_INVITE_COLLABORATOR", "COLLAB_ADD_COLLABORATOR", "ITEM_UPLOAD", "COLLAB_REMOVE_COLLABORATOR",
	}, types)
	require.Equal(t, "<nil>", r.at("entries.2.source"), "what is out of sight has no source")
	require.Equal(t, "collaboration", r.at("entries.3.source.type"))
}

func TestAMoveOutOfSightIsToldToThoseWhoSawTheItem(t *testing.T) { // section 6.1
	w := newWorld(t, Options{})
	home, ann := w.box.Home(), w.box.AddUser("Ann", "ann@x.example")
	folder, err := home.CreateFolder("0", "Ours")
	require.NoError(t, err)
	require.NoError(t, home.Collaborate(folder, ann, "editor"))
	file, err := home.Upload(folder.ID, "a.txt", nil)
	require.NoError(t, err)
	_, at := w.as(ann).events("stream_position=now")
	_, err = home.Move(file, "0")
	require.NoError(t, err)
	told, _ := w.as(ann).events("stream_position=" + at)
	require.Equal(t, []string{"ITEM_MOVE "}, told, "without a source")
}

func TestAnEventMayComeTwiceAndOutOfOrder(t *testing.T) { // sections 6.1 and 13
	w := newWorld(t, Options{ReplayEvents: true, ShuffleEvents: true, Seed: 7})
	for i := range 40 {
		w.folder("0", strconv.Itoa(i))
	}
	r := w.get("/2.0/events?stream_position=0&limit=500")
	seen := map[string]int{}
	var names []string
	for i := range r.entries() {
		seen[r.at("entries."+strconv.Itoa(i)+".event_id")]++
		names = append(names, r.at("entries."+strconv.Itoa(i)+".source.id"))
	}
	require.Len(t, seen, 40, "each at least once")
	require.Greater(t, len(r.entries()), 40, "some again")
	require.False(t, slices.IsSorted(names))
}

func TestAPositionThatIsNoLongerKept(t *testing.T) { // section 14 item 7
	for _, c := range []struct {
		switches Switches
		days     int
		status   int
	}{
		{Switches{}, 20, 200},
		{Switches{}, 22, 400},
		{Switches{ExpiredPositionIgnored: true}, 22, 200},
		{Switches{EventsKeptLong: true}, 59, 200},
		{Switches{EventsKeptLong: true}, 61, 400},
	} {
		clock := NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
		w := newWorld(t, Options{Clock: clock, Switches: c.switches})
		_, now := w.events("stream_position=now")
		w.folder("0", "A")
		clock.Advance(time.Duration(c.days) * 24 * time.Hour)
		w.status(c.status, w.get("/2.0/events?stream_position="+now))
	}
}

func TestALongPollAnswersWhenSomethingHappens(t *testing.T) { // section 6.2
	clock := NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	w := newWorld(t, Options{Clock: clock})
	_, now := w.events("stream_position=now")
	server := w.send("OPTIONS", "/2.0/events", nil)
	w.status(http.StatusOK, server)
	for field, want := range map[string]any{"type": "realtime_server", "ttl": "10", "max_retries": "10"} {
		value, _ := server.value("entries.0." + field)
		require.Equal(t, want, value, "numbers stand in strings")
	}
	require.Equal(t, "610", server.at("entries.0.retry_timeout"))
	poll := server.at("entries.0.url") + "&stream_position=" + now

	answers := make(chan result)
	wait := func() { answers <- w.get(poll) }
	go wait()
	require.Eventually(t, func() bool { return clock.Waiting() == 1 }, time.Minute, time.Millisecond)
	w.folder("0", "A")
	require.Equal(t, "new_change", (<-answers).at("message"))
	require.Equal(t, "new_change", w.get(poll).at("message"), "what happened before the poll counts")

	_, now = w.events("stream_position=now")
	poll = server.at("entries.0.url") + "&stream_position=" + now
	require.Eventually(t, func() bool { return clock.Waiting() == 0 }, time.Minute, time.Millisecond)
	go wait()
	require.Eventually(t, func() bool { return clock.Waiting() == 1 }, time.Minute, time.Millisecond)
	clock.Advance(610 * time.Second)
	require.Equal(t, "reconnect", (<-answers).at("message"))
	require.Equal(t, "reconnect", w.get(poll).at("message"), "the address is too old")
	require.Equal(t, "reconnect", w.get(w.box.URLs().Realtime+"/subscribe?channel=x").at("message"))
}

func TestAnAddressToPollWearsOut(t *testing.T) { // section 6.2
	w := newWorld(t, Options{})
	w.folder("0", "A")
	poll := w.send("OPTIONS", "/2.0/events", nil).at("entries.0.url") + "&stream_position=0"
	for range pollsPerChannel {
		require.Equal(t, "new_change", w.get(poll).at("message"))
	}
	require.Equal(t, "max_retries", w.get(poll).at("message"))
}

func TestTheEnterprisesLogHasOtherNames(t *testing.T) { // section 6.3
	w := newWorld(t, Options{})
	ann := w.box.AddUser("Ann", "ann@x.example")
	it, err := ann.Upload("0", "a.txt", []byte("a"))
	require.NoError(t, err)
	require.NoError(t, ann.Trash(it))
	r := w.get("/2.0/events?stream_type=admin_logs_streaming&stream_position=0")
	w.status(http.StatusOK, r)
	require.Equal(t, "UPLOAD", r.at("entries.0.event_type"))
	require.Equal(t, it.ID, r.at("entries.0.source.item_id"))
	only := w.get("/2.0/events?stream_type=admin_logs&event_type=DELETE")
	require.Len(t, only.entries(), 1)
	w.refused(w.as(ann).get("/2.0/events?stream_type=admin_logs"), 403, "insufficient_scope")
}

func TestPositionsAreExactInAFloat(t *testing.T) { // section 6.1
	f := feed{}
	for range 1000 {
		f.add(&event{})
	}
	require.Equal(t, f.last, int64(math.Round(float64(f.last))))
	require.Less(t, f.last, int64(1)<<53)
}
