package procoretest

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAFileGoesThroughTheWholeFake(t *testing.T) { // sections 4 to 6
	w := newWorld(t, Options{})
	folder := w.folder(w.project.RootID, "01 Drawings")
	made := w.createFile(folder, "plan.txt", "hello")
	w.status(http.StatusCreated, made)
	require.Equal(t, "Tower A/01 Drawings/plan.txt", made.at("name_with_path"))
	require.Equal(t, "5", made.at("size"))
	require.Equal(t, "hello", string(w.download(made.at("file_versions.0.url")).body))

	index := w.get(w.at("/documents?view=extended&sort=name"))
	w.status(http.StatusOK, index)
	require.Equal(t, []string{"01 Drawings", "plan.txt", "Recycle Bin"}, index.names())
	require.Equal(t, "5", index.at("1.file.current_version.size"))
	require.Equal(t, "3", index.header.Get("Total"))

	w.status(http.StatusOK, w.remove(w.inProject("/files/"+made.at("id"))))
	index = w.get(w.at("/documents?filters[is_in_recycle_bin]=true"))
	require.Equal(t, []string{"plan.txt"}, index.names())
	require.Equal(t, "true", index.at("0.is_deleted"))
}
