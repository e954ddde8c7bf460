package boxtest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAFolderIsMadeListedAndFoundByItsID(t *testing.T) { // section 3
	w := newWorld(t, Options{})
	r := w.post("/2.0/folders", object{"name": "Drawings", "parent": object{"id": "0"}})
	w.status(http.StatusCreated, r)
	require.Equal(t, "folder", r.at("type"))
	require.Equal(t, "0", r.at("etag"))
	require.Equal(t, "0", r.at("sequence_id"))
	require.Equal(t, "active", r.at("item_status"))
	require.Equal(t, "0", r.at("parent.id"))
	require.Equal(t, "All Files", r.at("path_collection.entries.0.name"))
	require.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-0[78]:00$`, r.at("created_at"))

	got := w.get("/2.0/folders/" + r.at("id"))
	w.status(http.StatusOK, got)
	require.Equal(t, "Drawings", got.at("name"))
	require.Equal(t, []string{"Drawings"}, w.get("/2.0/folders/0/items").names())
}

func TestTheRootHasNeitherETagNorDates(t *testing.T) { // section 3.1
	w := newWorld(t, Options{})
	r := w.get("/2.0/folders/0")
	for _, field := range []string{"etag", "sequence_id", "created_at", "modified_at", "parent"} {
		value, ok := r.value(field)
		require.True(t, ok, field)
		require.Nil(t, value, field)
	}
	require.Equal(t, "All Files", r.at("name"))
}

func TestFilesAndFoldersHaveIDsOfTheirOwn(t *testing.T) { // section 3.1
	for _, overlap := range []bool{false, true} { // rclone keys on the id alone, and its suite fails if they meet
		w := newWorld(t, Options{Switches: Switches{IDsOverlap: overlap}})
		folder, file := w.folder("0", "A"), w.file("0", "a.txt", "a")
		require.Equal(t, overlap, folder == file)
		require.Equal(t, "A", w.get("/2.0/folders/"+folder).at("name"))
		require.Equal(t, "a.txt", w.get("/2.0/files/"+file).at("name"))
	}
}

func TestListingsGoBySortKeyWithinTheKind(t *testing.T) { // section 3.2
	w := newWorld(t, Options{})
	w.file("0", "a.txt", "1")
	w.file("0", "B.txt", "22")
	w.folder("0", "Z")
	w.post("/2.0/web_links", object{"url": "https://x.example", "name": "AA", "parent": object{"id": "0"}})
	require.Equal(t, []string{"Z", "a.txt", "B.txt", "AA"}, w.get("/2.0/folders/0/items").names())
	r := w.get("/2.0/folders/0/items?sort=size&direction=DESC&fields=name")
	require.Equal(t, []string{"AA", "B.txt", "a.txt", "Z"}, r.names())
	require.Equal(t, "DESC", r.at("order.1.direction"))
}

func TestAListingWithoutFieldsIsMini(t *testing.T) { // section 3.1, trap 2
	w := newWorld(t, Options{})
	w.file("0", "a.txt", "hello")
	w.folder("0", "A")
	r := w.get("/2.0/folders/0/items")
	for _, field := range []string{"size", "created_at", "modified_at", "parent", "item_status"} {
		_, ok := r.value("entries.1." + field)
		require.False(t, ok, field)
	}
	require.Equal(t, "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d", r.at("entries.1.sha1"))
	require.NotEmpty(t, r.at("entries.1.file_version.id"))
}

func TestFieldsAddTheBaseSetOnly(t *testing.T) { // section 3.1, section 14 item 4
	w := newWorld(t, Options{})
	id := w.file("0", "a.txt", "hello")
	r := w.get("/2.0/files/" + id + "?fields=size,no_such_field")
	require.Len(t, r.json, 4)
	require.Equal(t, "5", r.at("size"))

	w = newWorld(t, Options{Switches: Switches{FieldsAddMini: true, UnknownFieldsRefused: true}})
	id = w.file("0", "a.txt", "hello")
	require.Equal(t, "a.txt", w.get("/2.0/files/"+id+"?fields=size").at("name"))
	w.refused(w.get("/2.0/files/"+id+"?fields=size,no_such_field"), 400, "bad_request")
}

func TestMarkersLoseNothingWhileAFolderChanges(t *testing.T) { // section 3.2, trap 16
	w := newWorld(t, Options{})
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		w.file("0", name, name)
	}
	w.folder("0", "Z")
	var seen []string
	marker := ""
	for page := 0; ; page++ {
		r := w.get("/2.0/folders/0/items?usemarker=true&limit=2&marker=" + marker)
		_, counted := r.value("total_count")
		require.False(t, counted)
		seen = append(seen, r.names()...)
		if page == 0 { // somebody deletes what was seen
			it, err := w.box.Home().Find(seen[0])
			require.NoError(t, err)
			require.NoError(t, w.box.Home().Trash(it))
		}
		next, more := r.value("next_marker")
		if !more {
			break
		}
		marker, _ = next.(string)
	}
	require.ElementsMatch(t, []string{"a", "b", "c", "d", "e", "Z"}, seen)
}

func TestOffsetsSkipWhatMovedUp(t *testing.T) { // section 3.2, trap 16
	w := newWorld(t, Options{})
	for _, name := range []string{"a", "b", "c", "d"} {
		w.file("0", name, name)
	}
	first := w.get("/2.0/folders/0/items?limit=2")
	require.Equal(t, "4", first.at("total_count"))
	it, err := w.box.Home().Find("a")
	require.NoError(t, err)
	require.NoError(t, w.box.Home().Trash(it))
	require.Equal(t, []string{"d"}, w.get("/2.0/folders/0/items?limit=2&offset=2").names(), "c is lost")
}

func TestALimitIsCutDownAndAnOffsetRefused(t *testing.T) { // section 3.2
	w := newWorld(t, Options{})
	require.Equal(t, "1000", w.get("/2.0/folders/0/items?limit=5000").at("limit"))
	r := w.get("/2.0/folders/0/items?offset=101000")
	w.refused(r, 400, "bad_request")
	require.Equal(t, "offset", r.at("context_info.errors.0.name"))
	w.refused(w.get("/2.0/folders/0/items?limit=x"), 400, "bad_request")
	w.refused(w.get("/2.0/folders/0/items?limit=0"), 400, "bad_request")
	w.refused(w.get("/2.0/folders/0/items?sort=colour"), 400, "bad_request")
	w.refused(w.get("/2.0/folders/trash/items?usemarker=true&offset=1"), 400, "invalid_parameter")
	w.refused(w.get("/2.0/folders/0/items?usemarker=true&marker=*"), 400, "bad_request")
}

func TestAnIDThatIsNoneIsMethodNotAllowed(t *testing.T) { // section 3.3
	w := newWorld(t, Options{})
	for _, path := range []string{"/2.0/folders/abc", "/2.0/files/abc", "/2.0/folders/x1/items"} {
		w.refused(w.get(path), 405, "method_not_allowed")
	}
	w.refused(w.get("/2.0/folders/4711"), 404, "not_found")
	w.refused(w.send("PATCH", "/2.0/folders/0", nil), 405, "method_not_allowed")
	w.refused(w.get("/2.0/nonsense"), 404, "not_found")
}

func TestANameIsTakenByFilesAndFoldersInAnyCase(t *testing.T) { // sections 5 and 8.2
	w := newWorld(t, Options{})
	id := w.folder("0", "New Folder")
	r := w.post("/2.0/folders", object{"name": "NEW folder", "parent": object{"id": "0"}})
	w.refused(r, 409, "item_name_in_use")
	require.Equal(t, id, r.at("context_info.conflicts.0.id"), "a list after a folder's create")
	r = w.upload("0", "new FOLDER", "x")
	w.refused(r, 409, "item_name_in_use")
	require.Equal(t, "folder", r.at("context_info.conflicts.type"), "an object after an upload")
}

func TestNamesThatCannotBe(t *testing.T) { // section 5
	w := newWorld(t, Options{})
	for _, name := range []string{"", ".", "..", "a/b", `a\b`, "a\tb", "a\x7f", "end "} {
		r := w.post("/2.0/folders", object{"name": name, "parent": object{"id": "0"}})
		w.refused(r, 400, "item_name_invalid")
	}
	r := w.post("/2.0/folders", object{"name": strings.Repeat("ä", 256), "parent": object{"id": "0"}})
	w.refused(r, 400, "item_name_too_long")
	for _, name := range []string{" lead", "hello? sausage", "dot.", strings.Repeat("ä", 255), "👩‍👩‍👧", "-", "~x", "CON"} {
		w.folder("0", name)
	}
}

func TestABadBodyNamesItsField(t *testing.T) { // section 8.1
	w := newWorld(t, Options{})
	r := w.post("/2.0/folders", object{"name": 7, "parent": object{"id": "0"}})
	w.refused(r, 400, "bad_request")
	require.Equal(t, "name", r.at("context_info.errors.0.name"))
	r = w.post("/2.0/folders", object{"name": "A"})
	require.Equal(t, "parent.id", r.at("context_info.errors.0.name"))
	r = w.upload("", "a.txt", "hello")
	w.refused(r, 400, "bad_request")
	require.Equal(t, "parent.id", r.at("context_info.errors.0.name"))
	r = w.post("/2.0/folders", nil)
	require.Equal(t, "body", r.at("context_info.errors.0.name"))
	require.NotEmpty(t, r.at("request_id"))
	require.NotEqual(t, r.at("request_id"), r.header.Get("box-request-id"))
}

func TestBothBasesAndASlashAtTheEndAreServed(t *testing.T) { // sections 1 and 13
	w := newWorld(t, Options{})
	for _, path := range []string{"/2.0/folders/0", "/api/2.0/folders/0", "/2.0/folders/0/"} {
		w.status(http.StatusOK, w.get(path))
	}
}

func TestEachOriginServesItsOwnRoutesOnly(t *testing.T) { // section 1, trap 20
	w := newWorld(t, Options{})
	kind, body := form(object{"name": "a", "parent": object{"id": "0"}}, "file", "a")
	r, err := w.try("POST", w.box.URLs().API+"/2.0/files/content", kind, body)
	require.NoError(t, err)
	require.Equal(t, 405, r.status)
	w.status(http.StatusNotFound, w.get(w.box.URLs().Upload+"/2.0/folders/0"))
	w.status(http.StatusNotFound, w.get(w.box.URLs().Login+"/2.0/folders/0"))
}
