package procoretest

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheRootHasTheNameOfTheProjectAndShowsOneLevel(t *testing.T) { // section 4.4, traps 5 and 12
	w := newWorld(t, Options{})
	drawings := w.folder(w.project.RootID, "01 Drawings")
	w.folder(drawings, "Old")
	w.file(drawings, "plan.txt", "x")
	root := w.get(w.inProject("/folders"))
	require.Equal(t, "Tower A", root.at("name"))
	require.Empty(t, root.at("parent_id"))
	require.Equal(t, "01 Drawings", root.at("folders.0.name"))
	require.Equal(t, "true", root.at("folders.0.has_children_files"))
	require.Equal(t, "[]", root.at("folders.0.folders"), "nested lists are empty, not cut")
	require.Equal(t, "[]", root.at("folders.0.files"))
	require.Equal(t, "Recycle Bin", root.at("folders.1.name"))
	require.Equal(t, "true", root.at("folders.1.is_recycle_bin"))
	_, has := root.value("created_at")
	require.False(t, has)

	w.procore.RenameProject(w.project.ID, "Tower One")
	index := w.get(w.at("/documents?filters[document_type]=file"))
	require.Equal(t, "Tower One/01 Drawings/plan.txt", index.at("0.name_with_path"))
	w.status(http.StatusNotFound, w.get(w.at("/folders")))
	bare := w.get(w.inProject("/folders?exclude_folders=true"))
	require.Equal(t, "[]", bare.at("folders"))
	require.Empty(t, bare.header.Get("Total"), "folders are not paged")
}

func TestAProjectIsRenamedByAPerson(t *testing.T) {
	w := newWorld(t, Options{})
	at := fmt.Sprintf("/rest/v1.0/projects/%d", w.project.ID)
	renamed := w.patch(at, object{"company_id": w.project.CompanyID, "project": object{"name": "Tower One", "project_number": "77"}})
	w.status(http.StatusOK, renamed)
	require.Equal(t, "77 - Tower One", renamed.at("display_name"))
	require.Equal(t, "Tower One", w.get(w.inProject("/folders")).at("name"), "its root folder has it, too")

	for _, refused := range []struct {
		body  object
		field string
	}{
		{object{"project": object{"name": "X"}}, "company_id"},
		{object{"company_id": w.project.CompanyID + 1, "project": object{"name": "X"}}, "company_id"},
		{object{"company_id": w.project.CompanyID, "project": object{"name": ""}}, "name"},
	} {
		r := w.patch(at, refused.body)
		w.status(http.StatusBadRequest, r)
		require.NotEmpty(t, r.at("errors."+refused.field+".0"))
	}
	require.Equal(t, "Tower One", w.get(at).at("name"))

	w.status(http.StatusOK, w.patch(at, object{"company_id": w.project.CompanyID, "project": object{"active": false}}))
	require.Equal(t, "false", w.get(at).at("active"))
}

func TestANameThatIsTakenIsABadRequest(t *testing.T) { // section 4.9, trap 9
	w := newWorld(t, Options{})
	w.folder(w.project.RootID, "a")
	for _, r := range []result{
		w.post(w.inProject("/folders"), object{"folder": object{"name": "a"}}),
		w.createFile(w.project.RootID, "a", "x"),
		w.patch(w.inProject(fmt.Sprintf("/folders/%d", w.folder(w.project.RootID, "b"))), object{"folder": object{"name": "a"}}),
	} {
		w.status(http.StatusBadRequest, r)
		require.Equal(t, "has already been taken", r.at("errors.name.0"))
	}
	r := w.post(w.inProject("/files"), object{"file": object{"name": "a", "unique_name": true, "upload_uuid": w.upload("a", "x")}})
	w.status(http.StatusCreated, r)
	require.Equal(t, "a (1)", r.at("name"))
	w.status(http.StatusBadRequest, w.post(w.inProject("/folders"), object{"folder": object{"parent_id": 1}}))
}

func TestAFolderIsRenamedMovedAndTracked(t *testing.T) { // section 4.4
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	top, other := w.folder(w.project.RootID, "top"), w.folder(w.project.RootID, "other")
	file := w.file(top, "a.txt", "x")
	clock.Advance(1500 * time.Millisecond)
	r := w.patch(w.inProject(fmt.Sprintf("/folders/%d", top)), object{"folder": object{
		"name": "Top", "parent_id": other, "is_tracked": true, "explicit_permissions": true, "custom_field_7": "x",
	}})
	w.status(http.StatusOK, r)
	require.Equal(t, "Tower A/other/Top", r.at("name_with_path"))
	require.Equal(t, "true", r.at("is_tracked"))
	require.Equal(t, "true", r.at("private"))
	require.Equal(t, "x", r.at("custom_fields.custom_field_7.value"))
	require.Equal(t, "2026-03-01T09:00:01Z", r.at("updated_at"), "whole seconds")
	inside := w.get(w.inProject(fmt.Sprintf("/files/%d", file)))
	require.Equal(t, "Top", inside.at("tracked_folder.name"))
	require.Equal(t, "2026-03-01T09:00:00Z", inside.at("updated_at"), "what is in it keeps its time")

	w.status(http.StatusBadRequest, w.patch(w.inProject(fmt.Sprintf("/folders/%d", other)), object{"folder": object{"parent_id": top}}))
	w.status(http.StatusForbidden, w.patch(w.inProject(fmt.Sprintf("/folders/%d", w.project.RootID)), object{"folder": object{"name": "x"}}))
	w.status(http.StatusBadRequest, w.post(w.inProject("/folders"), object{"folder": object{"name": "x", "parent_id": file}}))
}

func TestSystemContentIsReadOnly(t *testing.T) { // section 4.4, trap 13
	w := newWorld(t, Options{})
	ann := w.procore.AddUser("Ann", "ann@x.example")
	folder, err := ann.CreateFolder(w.project.RootID, "Schedules")
	require.NoError(t, err)
	file, err := ann.Upload(folder.ID, "may.txt", []byte("x"))
	require.NoError(t, err)
	_, err = ann.Freeze(folder)
	require.NoError(t, err)
	require.Equal(t, "true", w.get(w.at("/documents?filters[document_type]=file")).at("0.read_only"))
	for _, r := range []result{
		w.patch(w.inProject(fmt.Sprintf("/files/%d", file.ID)), object{"file": object{"name": "x"}}),
		w.remove(w.inProject(fmt.Sprintf("/folders/%d", folder.ID))),
		w.post(w.inProject("/folders"), object{"folder": object{"name": "x", "parent_id": folder.ID}}),
	} {
		w.status(http.StatusForbidden, r)
	}
	_, err = ann.Rename(file, "x")
	require.ErrorContains(t, err, "403")
	_, err = ann.Thaw(folder)
	require.NoError(t, err)
	_, err = ann.Rename(file, "x")
	require.NoError(t, err)
}

func TestNewThingsArePrivateWhereTheProjectIsSetSo(t *testing.T) { // section 4.4
	w := newWorld(t, Options{})
	w.procore.SetPrivateByDefault(w.project.ID, true)
	w.folder(w.project.RootID, "a")
	require.Equal(t, "true", w.get(w.at("/documents?sort=name")).at("0.private"))
	require.Equal(t, []string{"a"}, w.get(w.at("/documents?filters[private]=True")).names())
}

func TestACompanyHasDocumentsOfItsOwn(t *testing.T) { // section 4.1
	w := newWorld(t, Options{})
	base := fmt.Sprintf("/rest/v1.0/companies/%d", w.project.CompanyID)
	made := w.post(base+"/folders", object{"folder": object{"name": "Templates"}})
	w.status(http.StatusCreated, made)
	require.Equal(t, "Example Builders/Templates", made.at("name_with_path"))
	up := w.post(fmt.Sprintf("/rest/v1.1/companies/%d/uploads", w.project.CompanyID), object{"response_filename": "a.txt"})
	w.status(http.StatusNoContent, w.toStorage(up, "hello"))
	file := w.multipart("POST", base+"/files", field{name: "file[name]", value: "a.txt"},
		field{name: "file[parent_id]", value: made.at("id")}, field{name: "file[upload_uuid]", value: up.at("uuid")})
	w.status(http.StatusCreated, file)
	at := base + "/files/" + file.at("id")
	w.status(http.StatusOK, w.patch(at, object{"file": object{"name": "b.txt"}}))
	version := w.multipart("POST", base+"/file_versions?file_id="+file.at("id"), field{name: "file_version[data]", file: "b.txt", value: "again"})
	w.status(http.StatusCreated, version)
	require.Equal(t, "2", version.at("number"))
	w.status(http.StatusOK, w.get(base+"/file_versions/"+version.at("id")))
	require.Equal(t, []string{"Recycle Bin", "Templates", "b.txt"}, w.get(base+"/documents").names())
	w.status(http.StatusNotFound, w.get(w.inProject("/files/"+file.at("id")))) // it is not the project's
	w.status(http.StatusOK, w.remove(at))
	w.status(http.StatusOK, w.remove(base+"/folders/"+made.at("id")))
}
