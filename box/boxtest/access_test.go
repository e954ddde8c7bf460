package boxtest

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLosingACollaborationLooksLikeNothingWasEverThere(t *testing.T) { // section 9, trap 4
	w := newWorld(t, Options{})
	ann := w.box.AddUser("Ann", "ann@x.example")
	folder, err := ann.CreateFolder("0", "Hers")
	require.NoError(t, err)
	file, err := ann.Upload(folder.ID, "a.txt", []byte("hello"))
	require.NoError(t, err)
	w.refused(w.get("/2.0/files/"+file.ID), 404, "not_found")

	require.NoError(t, ann.Collaborate(folder, w.box.Home(), "editor"))
	require.Equal(t, []string{"Hers"}, w.get("/2.0/folders/0/items").names(), "it shows up in the root")
	r := w.get("/2.0/files/" + file.ID)
	require.Equal(t, "Ann", r.at("owned_by.name"))
	require.Equal(t, []string{"0", folder.ID}, []string{r.at("path_collection.entries.0.id"), r.at("path_collection.entries.1.id")})
	require.Equal(t, "0", w.get("/2.0/folders/"+folder.ID).at("parent.id"))

	require.NoError(t, ann.Uncollaborate(folder, w.box.Home()))
	w.refused(w.get("/2.0/files/"+file.ID), 404, "not_found")
	w.refused(w.get("/2.0/folders/"+folder.ID+"/items"), 404, "not_found")
	require.Empty(t, w.get("/2.0/folders/0/items").names())
	require.Empty(t, w.get("/2.0/folders/trash/items").names())
}

func TestWhatARoleAllows(t *testing.T) { // section 9
	for _, c := range []struct {
		role                               string
		download, upload, rename, deleting int
	}{
		{"viewer", 302, 403, 403, 403},
		{"previewer", 403, 403, 403, 403},
		{"uploader", 403, 201, 403, 403},
		{"viewer uploader", 302, 201, 403, 403},
		{"previewer uploader", 403, 201, 403, 403},
		{"editor", 302, 201, 200, 204},
		{"co-owner", 302, 201, 200, 204},
	} {
		t.Run(c.role, func(t *testing.T) {
			w := newWorld(t, Options{})
			ann := w.box.AddUser("Ann", "ann@x.example")
			folder, err := ann.CreateFolder("0", "Hers")
			require.NoError(t, err)
			file, err := ann.Upload(folder.ID, "a.txt", []byte("hello"))
			require.NoError(t, err)
			require.NoError(t, ann.Collaborate(folder, w.box.Home(), c.role))
			r := w.get("/2.0/files/" + file.ID + "?fields=permissions")
			require.Equal(t, c.deleting == 204, r.at("permissions.can_delete") == "true")
			require.Equal(t, c.download == 302, r.at("permissions.can_download") == "true")
			w.status(c.download, w.get("/2.0/files/"+file.ID+"/content"))
			w.status(c.upload, w.upload(folder.ID, "b.txt", "b"))
			w.status(c.rename, w.put("/2.0/files/"+file.ID, object{"name": "c.txt"}))
			w.status(c.deleting, w.remove("/2.0/files/"+file.ID))
		})
	}
}

func TestAFileOfAForeignFolderHasNoParent(t *testing.T) { // section 3.1
	w := newWorld(t, Options{})
	ann := w.box.AddUser("Ann", "ann@x.example")
	folder, err := ann.CreateFolder("0", "Hers")
	require.NoError(t, err)
	file, err := ann.Upload(folder.ID, "a.txt", []byte("hello"))
	require.NoError(t, err)
	require.NoError(t, ann.Collaborate(file, w.box.Home(), "viewer"))
	value, ok := w.get("/2.0/files/" + file.ID).value("parent")
	require.True(t, ok)
	require.Nil(t, value)
	require.Equal(t, []string{"a.txt"}, w.get("/2.0/folders/0/items").names())
}

func TestCollaborationsByTheAPI(t *testing.T) { // section 9
	w := newWorld(t, Options{})
	bob := w.box.AddUser("Bob", "bob@x.example")
	folder := w.folder("0", "A")
	r := w.post("/2.0/collaborations", object{
		"item": object{"type": "folder", "id": folder}, "accessible_by": object{"type": "user", "login": "bob@x.example"}, "role": "viewer",
	})
	w.status(http.StatusCreated, r)
	id := r.at("id")
	require.Equal(t, "accepted", r.at("status"))
	require.Equal(t, bob.ID, w.get("/2.0/folders/"+folder+"/collaborations").at("entries.0.accessible_by.id"))
	w.refused(w.as(bob).upload(folder, "b", "b"), 403, "access_denied_insufficient_permissions")
	w.status(http.StatusOK, w.put("/2.0/collaborations/"+id, object{"role": "editor"}))
	w.status(http.StatusCreated, w.as(bob).upload(folder, "b", "b"))
	w.refused(w.as(bob).put("/2.0/collaborations/"+id, object{"role": "viewer"}), 403, "access_denied_insufficient_permissions")
	w.status(http.StatusNoContent, w.as(bob).remove("/2.0/collaborations/"+id))
	w.refused(w.as(bob).get("/2.0/folders/"+folder), 404, "not_found")
	w.refused(w.get("/2.0/collaborations/"+id), 404, "not_found")
	r = w.post("/2.0/collaborations", object{
		"item": object{"type": "folder", "id": folder}, "accessible_by": object{"type": "user", "id": bob.ID}, "role": "emperor",
	})
	require.Equal(t, "role", r.at("context_info.errors.0.name"))
}

func TestAMoveIntoAnotherOwnersFolderChangesTheOwner(t *testing.T) { // section 9
	w := newWorld(t, Options{})
	ann := w.box.AddUser("Ann", "ann@x.example")
	folder, err := ann.CreateFolder("0", "Hers")
	require.NoError(t, err)
	require.NoError(t, ann.Collaborate(folder, w.box.Home(), "editor"))
	id := w.file("0", "a.txt", "hello")
	require.Equal(t, "5", w.get("/2.0/users/me").at("space_used"))
	require.Equal(t, "Ann", w.put("/2.0/files/"+id, object{"parent": object{"id": folder.ID}}).at("owned_by.name"))
	require.Equal(t, "0", w.get("/2.0/users/me").at("space_used"))
	require.Equal(t, "5", w.as(ann).get("/2.0/users/me").at("space_used"))
}

func TestMetadataStandsBesideTheFile(t *testing.T) { // section 9
	w := newWorld(t, Options{})
	id := w.file("0", "a.txt", "hello")
	at := "/2.0/files/" + id + "/metadata/global/properties"
	w.refused(w.get(at), 404, "instance_not_found")
	r := w.post(at, object{"mark": "1"})
	w.status(http.StatusCreated, r)
	require.Equal(t, "file_"+id, r.at("$parent"))
	w.refused(w.post(at, object{"mark": "2"}), 409, "tuple_already_exists")
	patch := w.with("Content-Type", "application/json-patch+json")
	r = patch.put(at, []object{{"op": "test", "path": "/mark", "value": "1"}, {"op": "replace", "path": "/mark", "value": "2"}})
	w.status(http.StatusOK, r)
	require.Equal(t, "2", r.at("mark"))
	w.refused(patch.put(at, []object{{"op": "test", "path": "/mark", "value": "1"}}), 400, "bad_request")
	w.refused(w.put(at, []object{}), 415, "unsupported_media_type")
	require.Equal(t, "2", w.get("/2.0/files/"+id+"?fields=metadata.global.properties").at("metadata.global.properties.mark"))
	require.Equal(t, "0", w.get("/2.0/files/"+id).at("etag"))
	w.status(http.StatusNoContent, w.remove(at))
	require.Empty(t, w.get("/2.0/files/"+id+"/metadata").entries())
}

func TestGreatNumbersHaveAnExponent(t *testing.T) { // section 3.1, trap 9
	w := newWorld(t, Options{FloatsFrom: 5})
	require.Equal(t, "1e+18", w.get("/2.0/users/me").at("space_amount"))
	require.Equal(t, "5e+00", w.upload("0", "a", "hello").at("entries.0.size"))
	require.Equal(t, "4", w.upload("0", "b", "four").at("entries.0.size"))
}
