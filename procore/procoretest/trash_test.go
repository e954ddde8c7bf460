package procoretest

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestADeletePutsIntoTheRecycleBinWithoutABody(t *testing.T) { // section 4.8, section 0.3 fact 4
	w := newWorld(t, Options{})
	folder := w.folder(w.project.RootID, "A")
	file := w.file(folder, "a.txt", "hello")
	gone := w.remove(w.inProject(fmt.Sprintf("/folders/%d", folder)))
	w.status(http.StatusOK, gone)
	require.Empty(t, gone.body)
	index := w.get(w.at("/documents?sort=name"))
	require.Equal(t, []string{"A", "a.txt", "Recycle Bin"}, index.names(), "the index has it, marked")
	require.Equal(t, "true", index.at("0.is_deleted"))
	require.Equal(t, "true", index.at("1.is_deleted"))
	require.Equal(t, "false", index.at("2.is_deleted"))
	require.Equal(t, "Tower A/Recycle Bin/A/a.txt", index.at("1.name_with_path"))
	require.Equal(t, []string{"A", "a.txt"}, w.get(w.at("/documents?sort=name&filters[is_in_recycle_bin]=true")).names())
	require.Equal(t, []string{"Recycle Bin"}, w.get(w.at("/documents?filters[is_in_recycle_bin]=False")).names())

	shown := w.show(file)
	w.status(http.StatusOK, shown)
	require.Equal(t, "true", shown.at("is_deleted"))
	require.Equal(t, "hello", string(w.download(shown.at("file_versions.0.url")).body))
	w.status(http.StatusNotFound, w.edit(file, object{"name": "b"}))
	w.status(http.StatusNotFound, w.remove(w.inProject(fmt.Sprintf("/files/%d", file))))
	w.folder(w.project.RootID, "A") // the name is free again
	w.status(http.StatusForbidden, w.remove(w.inProject(fmt.Sprintf("/folders/%d", w.project.RootID))))
	bin := index.at("2.id")
	w.status(http.StatusForbidden, w.remove(w.inProject("/folders/"+bin)))
	w.status(http.StatusBadRequest, w.post(w.inProject("/folders"), object{"folder": object{"name": "x", "parent_id": bin}}))
}

func TestWhatIsMovedOutOfTheBinIsRestored(t *testing.T) { // section 4.8
	w := newWorld(t, Options{})
	folder := w.folder(w.project.RootID, "A")
	file := w.file(folder, "a.txt", "hello")
	w.status(http.StatusOK, w.remove(w.inProject(fmt.Sprintf("/folders/%d", folder))))
	w.folder(w.project.RootID, "A")
	back := object{"folder": object{"name": "A", "parent_id": w.project.RootID}}
	w.status(http.StatusBadRequest, w.patch(w.inProject(fmt.Sprintf("/folders/%d", folder)), back))
	back = object{"folder": object{"name": "A again", "parent_id": w.project.RootID}}
	w.status(http.StatusOK, w.patch(w.inProject(fmt.Sprintf("/folders/%d", folder)), back))
	require.Equal(t, "Tower A/A again/a.txt", w.show(file).at("name_with_path"))
	require.Equal(t, "false", w.show(file).at("is_deleted"))
}

func TestOnlySomeSeeTheBin(t *testing.T) { // section 4.8
	w := newWorld(t, Options{})
	file := w.file(w.project.RootID, "a.txt", "hello")
	w.status(http.StatusOK, w.remove(w.inProject(fmt.Sprintf("/files/%d", file))))
	robot := w.procore.Home().User
	w.procore.Permit(robot, w.project.ID, Documents, Standard)
	require.Empty(t, w.get(w.at("/documents")).names())
	require.Empty(t, w.get(w.at("/documents?filters[is_in_recycle_bin]=true")).names())
	w.status(http.StatusNotFound, w.show(file))
	w.procore.PermitBin(robot, w.project.ID, true)
	require.Equal(t, []string{"a.txt"}, w.get(w.at("/documents?filters[is_in_recycle_bin]=true")).names())
	w.status(http.StatusOK, w.show(file))
}
