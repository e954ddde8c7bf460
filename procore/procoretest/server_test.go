package procoretest

import (
	"fmt"
	"net/http"
	"sync"
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

func TestManyMayCallAtOnce(t *testing.T) {
	w := newWorld(t, Options{})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for j := range 5 {
				name := fmt.Sprintf("%d-%d", i, j)
				id := w.file(w.project.RootID, name, name)
				w.status(http.StatusOK, w.get(w.at("/documents?view=extended&sort=name&per_page=7")))
				w.status(http.StatusOK, w.edit(id, object{"upload_uuid": w.upload(name, "again")}))
				_, err := w.procore.Home().Rename(Item{ID: id}, name+".txt")
				require.NoError(t, err)
				if j == 0 {
					w.status(http.StatusOK, w.remove(w.inProject(fmt.Sprintf("/files/%d", id))))
				}
			}
		})
	}
	group.Wait()
	require.Equal(t, "32", w.get(w.at("/documents?filters[document_type]=file&filters[is_in_recycle_bin]=false")).header.Get("Total"))
	require.Equal(t, "8", w.get(w.at("/documents?filters[is_in_recycle_bin]=true")).header.Get("Total"))
}

func TestAServerHasAPortForEachOrigin(t *testing.T) { // sections 1.1 and 16
	server, err := Start(t.Context(), "127.0.0.1:0", Options{})
	require.NoError(t, err)
	urls := server.URLs()
	require.Equal(t, urls.API, urls.Files)
	require.Len(t, map[string]bool{urls.API: true, urls.Login: true, urls.Storage: true}, 3)
	w := &world{T: t, procore: server.Procore, client: &http.Client{}, token: server.Token(), project: server.Project()}
	w = w.with("Procore-Company-Id", fmt.Sprint(w.project.CompanyID))
	w.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	link := w.show(w.file(w.project.RootID, "a.txt", "hello")).at("file_versions.0.url")
	require.Equal(t, "hello", string(w.download(link).body))
	require.NoError(t, server.Close())
	_, err = Start(t.Context(), "nonsense", Options{})
	require.Error(t, err)
	_, err = Start(t.Context(), "127.0.0.1:0", Options{FaultRate: 2})
	require.ErrorContains(t, err, "FaultRate")
}

func TestEachRouteIsThereOnce(t *testing.T) {
	p, err := New(Options{})
	require.NoError(t, err)
	defer p.Close()
	seen := map[string]bool{}
	for _, name := range p.Routes() {
		require.False(t, seen[name], name)
		seen[name] = true
	}
}
