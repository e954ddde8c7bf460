package boxtest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestARenameAndAMoveKeepTheIDAndRaiseTheETag(t *testing.T) { // section 3.5
	w := newWorld(t, Options{})
	from, to := w.folder("0", "A"), w.folder("0", "B")
	id := w.file(from, "a.txt", "hello")
	r := w.put("/2.0/files/"+id, object{"name": "b.txt"})
	w.status(http.StatusOK, r)
	require.Equal(t, []string{id, "b.txt", "1", "1"}, []string{r.at("id"), r.at("name"), r.at("etag"), r.at("sequence_id")})
	r = w.put("/2.0/files/"+id, object{"parent": object{"id": to}})
	require.Equal(t, to, r.at("parent.id"))
	require.Equal(t, "2", r.at("etag"))
	r = w.put("/2.0/folders/"+to, object{"name": "C", "parent": object{"id": from}})
	w.status(http.StatusOK, r)
	require.Equal(t, []string{"All Files", "A", "C"}, []string{
		w.get("/2.0/files/" + id).at("path_collection.entries.0.name"),
		w.get("/2.0/files/" + id).at("path_collection.entries.1.name"),
		w.get("/2.0/files/" + id).at("path_collection.entries.2.name"),
	})
	require.Equal(t, "2", w.get("/2.0/files/"+id).at("etag"), "what lies in a moved folder does not change")
}

func TestWhatElseAPUTCanChange(t *testing.T) { // section 3.5
	w := newWorld(t, Options{})
	id := w.file("0", "a.txt", "hello")
	r := w.put("/2.0/files/"+id+"?fields=description,tags,content_modified_at,size", object{
		"description": strings.Repeat("ä", 255), "tags": []string{"one", "two"}, "content_modified_at": "2026-07-01T09:00:00+02:00",
	})
	w.status(http.StatusOK, r)
	require.Equal(t, "1", r.at("etag"), "one change for one call")
	require.Equal(t, "[one two]", r.at("tags"))
	require.Equal(t, "2026-07-01T00:00:00-07:00", r.at("content_modified_at"))
	require.Equal(t, "5", r.at("size"))
	w.refused(w.put("/2.0/files/"+id, object{"description": strings.Repeat("ä", 256)}), 400, "bad_request")
	w.refused(w.put("/2.0/files/"+id, object{"content_modified_at": "1969-12-31T23:59:59Z"}), 400, "bad_request")
	w.refused(w.put("/2.0/files/"+id, object{"shared_link": object{"access": "some"}}), 400, "bad_request")
	w.refused(w.put("/2.0/files/"+id, object{"lock": object{"type": "chain"}}), 400, "bad_request")
}

func TestAFolderShowsItsFirstItems(t *testing.T) { // sections 3.1 and 3.3
	w := newWorld(t, Options{})
	id := w.folder("0", "A")
	w.file(id, "a", "1")
	w.file(id, "b", "22")
	r := w.get("/2.0/folders/" + id + "?limit=1&offset=1")
	require.Equal(t, "2", r.at("item_collection.total_count"))
	require.Equal(t, "b", r.at("item_collection.entries.0.name"))
	require.Empty(t, r.at("item_collection.entries.1.name"))
	require.Equal(t, "3", r.at("size"), "of everything below")
}

func TestAPreconditionGuardsARenameAndNoMove(t *testing.T) { // sections 3.5 and 3.8, trap 6
	w := newWorld(t, Options{})
	to := w.folder("0", "B")
	id := w.file("0", "a.txt", "hello")
	stale := w.with("If-Match", `"9"`)
	w.refused(stale.put("/2.0/files/"+id, object{"name": "b.txt"}), 412, "precondition_failed")
	w.status(http.StatusOK, stale.put("/2.0/files/"+id, object{"parent": object{"id": to}}))
	w.refused(stale.remove("/2.0/folders/"+to), 412, "precondition_failed")
	w.status(http.StatusNotModified, w.with("If-None-Match", "1").get("/2.0/files/"+id))
	w.status(http.StatusOK, w.with("If-None-Match", "0").get("/2.0/files/"+id))
}

func TestEditsThatAreRefused(t *testing.T) { // section 3.5
	w := newWorld(t, Options{})
	a := w.folder("0", "A")
	b := w.folder(a, "B")
	w.file("0", "a.txt", "hello")
	w.refused(w.put("/2.0/folders/"+a, object{"parent": object{"id": b}}), 400, "cyclical_folder_structure")
	w.refused(w.put("/2.0/folders/"+b, object{"name": "A.TXT", "parent": object{"id": "0"}}), 409, "item_name_in_use")
	w.refused(w.put("/2.0/folders/"+b, object{"parent": object{"id": "4711"}}), 404, "not_found")
	w.refused(w.put("/2.0/folders/"+b, object{"name": "x/y"}), 400, "item_name_invalid")
	w.refused(w.put("/2.0/folders/0", object{"name": "x"}), 403, "access_denied_insufficient_permissions")
	w.refused(w.put("/2.0/folders/"+b, object{"content_modified_at": "yesterday"}), 400, "bad_request")
	require.Equal(t, "0", w.get("/2.0/folders/"+b).at("etag"), "what was refused changed nothing")
	w.status(http.StatusOK, w.put("/2.0/folders/"+b, object{"name": "b"}))
}

func TestACopyIsANewItem(t *testing.T) { // section 3.6
	w := newWorld(t, Options{})
	a := w.folder("0", "A")
	id := w.file(a, "a.txt", "hello")
	r := w.post("/2.0/files/"+id+"/copy", object{"parent": object{"id": "0"}, "name": "c.txt"})
	w.status(http.StatusCreated, r)
	require.NotEqual(t, id, r.at("id"))
	require.Equal(t, helloSHA1, r.at("sha1"))
	w.refused(w.post("/2.0/files/"+id+"/copy", object{"parent": object{"id": a}}), 409, "item_name_in_use")
	r = w.post("/2.0/folders/"+a+"/copy", object{"parent": object{"id": "0"}, "name": "B"})
	w.status(http.StatusCreated, r)
	require.Equal(t, []string{"a.txt"}, w.get("/2.0/folders/"+r.at("id")+"/items").names())
	w.refused(w.post("/2.0/folders/"+a+"/copy", object{"parent": object{"id": a}, "name": "D"}), 400, "cyclical_folder_structure")
	w.status(http.StatusInternalServerError, w.post("/2.0/folders/0/copy", object{"parent": object{"id": a}}))
}

func TestALockKeepsOthersFromWriting(t *testing.T) { // section 9
	clock := NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	w := newWorld(t, Options{Clock: clock})
	ann := w.box.AddUser("Ann", "ann@x.example")
	home := w.box.Home()
	folder, err := home.CreateFolder("0", "A")
	require.NoError(t, err)
	require.NoError(t, home.Collaborate(folder, ann, "editor"))
	it, err := ann.Upload(folder.ID, "a.txt", []byte("hello"))
	require.NoError(t, err)
	_, err = ann.Lock(it, clock.Now().Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, "Ann", w.get("/2.0/files/"+it.ID+"?fields=lock").at("lock.created_by.name"))
	w.refused(w.put("/2.0/files/"+it.ID, object{"name": "b"}), 403, "access_denied_item_locked")
	w.refused(w.remove("/2.0/files/"+it.ID), 403, "access_denied_item_locked")
	w.refused(w.remove("/2.0/folders/"+folder.ID+"?recursive=true"), 403, "access_denied_item_locked")
	w.status(http.StatusOK, w.as(ann).put("/2.0/files/"+it.ID, object{"name": "b"}))
	clock.Advance(time.Hour)
	w.status(http.StatusOK, w.put("/2.0/files/"+it.ID, object{"name": "c"}))
	w.status(http.StatusOK, w.put("/2.0/files/"+it.ID, object{"lock": object{"type": "lock", "is_download_prevented": true}}))
	w.refused(w.as(ann).get("/2.0/files/"+it.ID+"/content"), 403, "access_denied_item_locked")
	w.status(http.StatusOK, w.put("/2.0/files/"+it.ID, object{"lock": nil}))
	require.Equal(t, "<nil>", w.get("/2.0/files/"+it.ID+"?fields=lock").at("lock"))
}

func TestAFolderLockForbidsMoveAndDelete(t *testing.T) { // section 9
	w := newWorld(t, Options{})
	id := w.folder("0", "A")
	lock := w.post("/2.0/folder_locks", object{"folder": object{"type": "folder", "id": id}})
	w.status(http.StatusOK, lock)
	w.refused(w.put("/2.0/folders/"+id, object{"parent": object{"id": w.folder("0", "B")}}), 403, "access_denied_insufficient_permissions")
	w.refused(w.remove("/2.0/folders/"+id), 403, "access_denied_insufficient_permissions")
	require.Equal(t, lock.at("id"), w.get("/2.0/folder_locks?folder_id="+id).at("entries.0.id"))
	w.status(http.StatusNoContent, w.remove("/2.0/folder_locks/"+lock.at("id")))
	w.status(http.StatusNoContent, w.remove("/2.0/folders/"+id))
}

func TestWebLinksHoldTheirNameAndHaveNoContent(t *testing.T) { // section 9, trap 24
	w := newWorld(t, Options{})
	r := w.post("/2.0/web_links", object{"url": "https://x.example/y", "name": "Site", "parent": object{"id": "0"}})
	w.status(http.StatusOK, r)
	id := r.at("id")
	require.Equal(t, "web_link", w.get("/2.0/folders/0/items").at("entries.0.type"))
	require.Equal(t, "https://x.example/y", w.get("/2.0/folders/0/items").at("entries.0.url"))
	w.refused(w.upload("0", "site", "x"), 409, "item_name_in_use")
	r = w.put("/2.0/web_links/"+id, object{"url": "https://z.example", "name": "Other"})
	require.Equal(t, "https://z.example", r.at("url"))
	w.status(http.StatusNoContent, w.remove("/2.0/web_links/"+id))
	w.status(http.StatusOK, w.get("/2.0/web_links/"+id+"/trash"))
	w.status(http.StatusCreated, w.post("/2.0/web_links/"+id, nil))
	w.refused(w.post("/2.0/web_links", object{"url": "nonsense", "parent": object{"id": "0"}}), 400, "bad_request")
}

func TestASharedLinkLetsOthersInAndChangesWhenItIsMadeAnew(t *testing.T) { // section 9
	w := newWorld(t, Options{})
	bob := w.box.AddUser("Bob", "bob@x.example")
	folder := w.folder("0", "A")
	file := w.file(folder, "a.txt", "hello")
	r := w.put("/2.0/folders/"+folder+"?fields=shared_link", object{"shared_link": object{}})
	link := r.at("shared_link.url")
	require.Equal(t, "open", r.at("shared_link.effective_access"))
	require.Equal(t, "true", r.at("shared_link.permissions.can_download"))

	w.refused(w.as(bob).get("/2.0/files/"+file), 404, "not_found")
	by := w.as(bob).with("BoxApi", "shared_link="+link)
	require.Equal(t, folder, by.get("/2.0/shared_items").at("id"))
	require.Equal(t, "a.txt", by.get("/2.0/files/"+file).at("name"))
	w.status(http.StatusFound, by.get("/2.0/files/"+file+"/content"))

	w.put("/2.0/folders/"+folder, object{"shared_link": nil})
	w.refused(by.get("/2.0/shared_items"), 404, "not_found")
	again := w.put("/2.0/folders/"+folder, object{"shared_link": object{"password": "pw"}}).at("shared_link.url")
	require.NotEqual(t, link, again)
	w.refused(w.as(bob).with("BoxApi", "shared_link="+again).get("/2.0/shared_items"), 403, "incorrect_shared_item_password")
	w.status(http.StatusOK, w.as(bob).with("BoxApi", "shared_link="+again+"&shared_link_password=pw").get("/2.0/shared_items"))
}

func TestAFolderOperationTakesItsTimeAndBlocksOthers(t *testing.T) { // section 3.5, trap 13, section 14 item 9
	clock := NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	for _, on := range []bool{false, true} {
		w := newWorld(t, Options{Clock: clock, FolderPace: time.Minute, Switches: Switches{LongFolderOK: on}})
		home := w.box.Home()
		top, err := home.CreateFolder("0", "A")
		require.NoError(t, err)
		for _, name := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"} {
			_, err := home.Upload(top.ID, name, []byte(name))
			require.NoError(t, err)
		}
		to, err := home.CreateFolder("0", "B")
		require.NoError(t, err)
		done := make(chan result)
		go func() { done <- w.put("/2.0/folders/"+top.ID, object{"parent": object{"id": to.ID}}) }()
		require.Eventually(t, func() bool { return clock.Waiting() == 2 }, time.Minute, time.Millisecond)
		w.refused(w.remove("/2.0/folders/"+top.ID+"?recursive=true"), 409, "operation_blocked_temporary")
		w.refused(w.upload(top.ID, "new", "x"), 409, "operation_blocked_temporary")
		w.refused(w.makeFolderIn(to.ID, "new"), 409, "operation_blocked_temporary")
		clock.Advance(10 * time.Minute)
		r := <-done
		if on {
			w.status(http.StatusOK, r)
		} else {
			w.refused(r, 503, "unavailable")
		}
		require.Equal(t, "0", w.get("/2.0/folders/"+top.ID).at("parent.id"), "the work goes on")
		clock.Advance(2 * time.Minute)
		require.Eventually(t, func() bool { return w.get("/2.0/folders/"+top.ID).at("parent.id") == to.ID }, time.Minute, time.Millisecond)
	}
}

func (w *world) makeFolderIn(parent, name string) result {
	w.Helper()
	return w.post("/2.0/folders", object{"name": name, "parent": object{"id": parent}})
}

func TestAGreatCopyGoesOnInTheBackground(t *testing.T) { // section 3.6, trap 14
	clock := NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	w := newWorld(t, Options{Clock: clock, FolderPace: time.Second})
	home := w.box.Home()
	top, err := home.CreateFolder("0", "A")
	require.NoError(t, err)
	for i := range copiedAtOnce {
		_, err := home.Upload(top.ID, digits(i), nil)
		require.NoError(t, err)
	}
	r := w.post("/2.0/folders/"+top.ID+"/copy", object{"parent": object{"id": "0"}, "name": "B"})
	w.status(http.StatusCreated, r)
	items := "/2.0/folders/" + r.at("id") + "/items"
	require.Equal(t, "0", w.get(items).at("total_count"))
	require.Eventually(t, func() bool { return clock.Waiting() == 1 }, time.Minute, time.Millisecond)
	clock.Advance(501 * time.Second)
	require.Eventually(t, func() bool { return w.get(items).at("total_count") == "500" }, time.Minute, time.Millisecond)
}
