package boxtest

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestADeletedFileIsInTheTrashAndCanComeBack(t *testing.T) { // section 3.7
	w := newWorld(t, Options{})
	parent := w.folder("0", "A")
	id := w.file(parent, "a.txt", "hello")
	w.refused(w.with("If-Match", "7").remove("/2.0/files/"+id), 412, "precondition_failed")
	w.status(http.StatusNoContent, w.remove("/2.0/files/"+id))
	w.refused(w.get("/2.0/files/"+id), 404, "trashed")
	w.refused(w.remove("/2.0/files/"+id), 404, "trashed")

	r := w.get("/2.0/files/" + id + "/trash")
	w.status(http.StatusOK, r)
	require.Equal(t, "trashed", r.at("item_status"))
	require.NotEmpty(t, r.at("trashed_at"))
	require.NotEmpty(t, r.at("purged_at"))
	require.Equal(t, "1", r.at("path_collection.entries.0.id"))
	require.Equal(t, "Trash", r.at("path_collection.entries.0.name"))
	require.Equal(t, parent, r.at("parent.id"), "the old folder stays")
	require.Equal(t, []string{"a.txt"}, w.get("/2.0/folders/trash/items").names())

	w.file(parent, "A.TXT", "other")
	w.refused(w.post("/2.0/files/"+id, nil), 409, "item_name_in_use")
	r = w.post("/2.0/files/"+id, object{"name": "b.txt"})
	w.status(http.StatusCreated, r)
	require.Equal(t, id, r.at("id"))
	require.Equal(t, "<nil>", r.at("trashed_at"))
	require.Equal(t, []string{"A.TXT", "b.txt"}, w.get("/2.0/folders/"+parent+"/items").names())
	w.refused(w.post("/2.0/files/"+id, nil), 404, "not_trashed")
}

func TestAFolderIsDeletedWithItsContentsOnlyIfAsked(t *testing.T) { // section 3.7
	w := newWorld(t, Options{})
	folder := w.folder("0", "A")
	file := w.file(folder, "a.txt", "hello")
	w.refused(w.remove("/2.0/folders/"+folder), 400, "folder_not_empty")
	w.status(http.StatusNoContent, w.remove("/2.0/folders/"+folder+"?recursive=true"))
	w.refused(w.get("/2.0/files/"+file), 404, "trashed")
	w.refused(w.get("/2.0/files/"+file+"/trash"), 404, "not_found")
	require.Equal(t, []string{"A"}, w.get("/2.0/folders/trash/items").names(), "what lies in it is not listed")
	w.status(http.StatusCreated, w.post("/2.0/folders/"+folder, nil))
	w.status(http.StatusOK, w.get("/2.0/files/"+file))
}

func TestAnItemWhoseFolderIsGoneComesBackElsewhere(t *testing.T) { // section 3.7
	w := newWorld(t, Options{})
	folder, other := w.folder("0", "A"), w.folder("0", "B")
	file := w.file(folder, "a.txt", "hello")
	w.remove("/2.0/files/" + file)
	w.remove("/2.0/folders/" + folder)
	w.refused(w.post("/2.0/files/"+file, nil), 404, "not_found")
	r := w.post("/2.0/files/"+file, object{"parent": object{"id": other}})
	w.status(http.StatusCreated, r)
	require.Equal(t, other, r.at("parent.id"))
}

func TestAMoveOutOfTheTrashRestores(t *testing.T) { // section 3.5
	w := newWorld(t, Options{})
	folder, other := w.folder("0", "A"), w.folder("0", "B")
	w.file(folder, "a.txt", "hello")
	w.remove("/2.0/folders/" + folder + "?recursive=true")
	w.refused(w.put("/2.0/folders/"+folder, object{"name": "C"}), 404, "trashed")
	r := w.put("/2.0/folders/"+folder, object{"name": "C", "parent": object{"id": other}})
	w.status(http.StatusOK, r)
	require.Equal(t, "active", r.at("item_status"))
	require.Equal(t, []string{"C"}, w.get("/2.0/folders/"+other+"/items").names())
	require.Equal(t, []string{"a.txt"}, w.get("/2.0/folders/"+folder+"/items").names())
	require.Empty(t, w.get("/2.0/folders/trash/items").names())
}

func TestWhatIsPurgedIsGone(t *testing.T) { // section 3.7
	w := newWorld(t, Options{})
	folder := w.folder("0", "A")
	file := w.file(folder, "a.txt", "hello")
	w.refused(w.remove("/2.0/files/"+file+"/trash"), 404, "not_trashed")
	w.remove("/2.0/folders/" + folder + "?recursive=true")
	w.status(http.StatusNoContent, w.remove("/2.0/folders/"+folder+"/trash"))
	w.refused(w.get("/2.0/folders/"+folder), 404, "not_found")
	w.refused(w.get("/2.0/files/"+file), 404, "not_found")
	require.Empty(t, w.get("/2.0/folders/trash/items").names())
	require.Equal(t, "0", w.get("/2.0/users/me").at("space_used"))
}

func TestTheTrashEndsThingsInTime(t *testing.T) { // section 3.7
	clock := NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	w := newWorld(t, Options{Clock: clock})
	id := w.file("0", "a.txt", "hello")
	w.remove("/2.0/files/" + id)
	clock.Advance(29 * 24 * time.Hour)
	w.refused(w.get("/2.0/files/"+id), 404, "trashed")
	clock.Advance(24 * time.Hour)
	w.refused(w.get("/2.0/files/"+id), 404, "not_found")
}

func TestSomeEnterprisesHaveNoTrash(t *testing.T) { // section 3.7
	w := newWorld(t, Options{NoTrash: true})
	id := w.file("0", "a.txt", "hello")
	w.status(http.StatusNoContent, w.remove("/2.0/files/"+id))
	w.refused(w.get("/2.0/files/"+id), 404, "not_found")
}

func TestRetentionKeepsThingsInTheTrash(t *testing.T) { // section 9
	clock := NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	w := newWorld(t, Options{Clock: clock})
	home := w.box.Home()
	it, err := home.Upload("0", "a.txt", []byte("hello"))
	require.NoError(t, err)
	require.NoError(t, home.Retain(it, clock.Now().Add(time.Hour)))
	require.NoError(t, home.Trash(it))
	w.refused(w.remove("/2.0/files/"+it.ID+"/trash"), 403, "access_denied_insufficient_permissions")
	clock.Advance(time.Hour)
	w.status(http.StatusNoContent, w.remove("/2.0/files/"+it.ID+"/trash"))
}
