package procoretest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/internal/fake"
)

func (w *world) show(id int64) result {
	w.Helper()
	return w.get(w.inProject(fmt.Sprintf("/files/%d", id)))
}

func (w *world) edit(id int64, change object) result {
	w.Helper()
	return w.patch(w.inProject(fmt.Sprintf("/files/%d", id)), object{"file": change})
}

func TestNothingTellsAHashOfAFile(t *testing.T) { // section 4.6, trap 7
	w := newWorld(t, Options{})
	const content = "hello world"
	id := w.file(w.project.RootID, "a.txt", content)
	sums := []string{"5eb63bbbe01eeed093cb22bb8f5acdc3", hex.EncodeToString(sha256Of(content))}
	link := w.show(id).at("file_versions.0.url")
	for _, r := range []result{
		w.show(id), w.get(w.at("/documents?view=extended")), w.get(w.inProject("/folders")), w.get(link), w.download(link),
		w.get(fmt.Sprintf("/rest/v2.0/companies/%d/projects/%d/documents", w.project.CompanyID, w.project.ID)),
	} {
		text := strings.ToLower(string(r.body) + fmt.Sprint(r.header))
		for _, word := range append(sums, "sha", "md5", "checksum", "fingerprint") {
			require.NotContains(t, text, word)
		}
	}
}

func sha256Of(content string) []byte {
	sum := sha256.Sum256([]byte(content))
	return sum[:]
}

func TestNewContentsMakeANewVersionAndARenameMakesNone(t *testing.T) { // sections 4.5 and 4.6, trap 8
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	id := w.file(w.project.RootID, "a.txt", "one")
	first := w.show(id)
	require.Equal(t, "1", first.at("file_versions.0.number"))
	require.Equal(t, "TXT", first.at("file_type"))

	clock.Advance(time.Minute)
	other := w.folder(w.project.RootID, "other")
	renamed := w.edit(id, object{"name": "b.txt", "parent_id": other, "description": "plan"})
	w.status(http.StatusOK, renamed)
	require.Equal(t, first.at("file_versions.0.id"), renamed.at("file_versions.0.id"))
	require.Equal(t, first.at("file_versions.0.prostore_file.id"), renamed.at("file_versions.0.prostore_file.id"))
	require.Equal(t, "2026-03-01T09:01:00Z", renamed.at("updated_at"))
	require.Equal(t, "2026-03-01T09:00:00Z", renamed.at("created_at"))
	require.Equal(t, "plan", renamed.at("description"))

	clock.Advance(time.Minute)
	second := w.edit(id, object{"upload_uuid": w.upload("b.txt", "two!")})
	w.status(http.StatusOK, second)
	require.Equal(t, "4", second.at("size"))
	require.Equal(t, "2", second.at("file_versions.0.number"), "the newest first")
	require.Equal(t, first.at("file_versions.0.id"), second.at("file_versions.1.id"))
	require.NotEqual(t, first.at("file_versions.0.prostore_file.id"), second.at("file_versions.0.prostore_file.id"))
	require.Equal(t, "one", string(w.download(second.at("file_versions.1.url")).body))
	require.Equal(t, "two!", string(w.download(second.at("file_versions.0.url")).body))

	third := w.post(w.inProject(fmt.Sprintf("/file_versions?file_id=%d", id)), object{"file_version": object{
		"name": "c.txt", "notes": "from Box", "upload_uuid": w.upload("c.txt", "three"),
	}})
	w.status(http.StatusCreated, third)
	require.Equal(t, "from Box", third.at("notes"))
	now := w.show(id)
	require.Equal(t, "c.txt", now.at("name"))
	require.Equal(t, third.at("id"), now.at("file_versions.0.id"))
	require.Equal(t, "5", w.get(w.inProject("/file_versions/"+third.at("id"))).at("size"))
	only := w.get(w.inProject(fmt.Sprintf("/files/%d?show_latest_version_only=true", id)))
	require.Empty(t, only.at("file_versions.1.id"))
}

func TestACheckOutKeepsOthersFromAddingVersions(t *testing.T) { // sections 4.5 and 4.7
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	ann := w.procore.AddUser("Jane Smith", "jane@x.example")
	id := w.file(w.project.RootID, "a.txt", "one")
	_, err := ann.CheckOut(Item{ID: id}, clock.Now().Add(time.Hour))
	require.NoError(t, err)
	shown := w.show(id)
	require.Equal(t, "Jane Smith", shown.at("checked_out_by.name"))
	require.Equal(t, "2026-03-01T10:00:00Z", shown.at("checked_out_until"))
	require.Equal(t, "Jane Smith", w.get(w.at("/documents?view=extended&filters[document_type]=file")).at("0.file.checked_out_by.name"))

	uuid := w.upload("a.txt", "two")
	for _, r := range []result{
		w.edit(id, object{"upload_uuid": uuid}),
		w.post(w.inProject(fmt.Sprintf("/file_versions?file_id=%d", id)), object{"file_version": object{"upload_uuid": uuid}}),
	} {
		w.status(http.StatusConflict, r)
		require.Equal(t, "FileIsCheckedOut", r.at("error_type"))
		require.Equal(t, "This file is currently checked out by Jane Smith so a new revision cannot be added", r.at("errors.base.0"))
		require.Equal(t, "a.txt", r.at("file.name"))
	}
	w.status(http.StatusOK, w.edit(id, object{"name": "b.txt"}))
	_, err = ann.Edit(id, []byte("hers"))
	require.NoError(t, err)
	clock.Advance(time.Hour)
	require.Empty(t, w.show(id).at("checked_out_by"))
	w.status(http.StatusOK, w.edit(id, object{"upload_uuid": uuid}))

	w.status(http.StatusOK, w.edit(id, object{"checked_out_until": "2026-03-01T12:00:00Z"}))
	_, err = ann.Edit(id, []byte("x"))
	require.ErrorContains(t, err, "checked out by Sync Robot")
	_, err = ann.CheckIn(Item{ID: id}) // an administrator may
	require.NoError(t, err)
	_, err = ann.Edit(id, []byte("x"))
	require.NoError(t, err)
}

func TestContentsAboveAMebibyteLieInFilesThatGoAway(t *testing.T) {
	w := newWorld(t, Options{})
	w.file(w.project.RootID, "small", strings.Repeat("x", fake.InMemory))
	require.Empty(t, w.procore.vault.Dir(), "small contents stay in memory")
	content := strings.Repeat("x", fake.InMemory+1)
	id := w.file(w.project.RootID, "great", content)
	require.Equal(t, content, string(w.download(w.show(id).at("file_versions.0.url")).body))
	files, err := os.ReadDir(w.procore.vault.Dir())
	require.NoError(t, err)
	require.Len(t, files, 1)

	w.status(http.StatusBadRequest, w.multipart("POST", w.inProject("/files"),
		field{name: "file[name]", value: "great"}, field{name: "file[data]", file: "great", value: content}))
	files, err = os.ReadDir(w.procore.vault.Dir())
	require.NoError(t, err)
	require.Len(t, files, 1, "what was refused is not kept")
	require.NoError(t, w.procore.Close())
	require.NoDirExists(t, w.procore.vault.Dir())
}

func TestAPersonEditsByTheSameRules(t *testing.T) {
	w := newWorld(t, Options{})
	ann := w.procore.AddUser("Ann", "ann@x.example")
	folder, err := ann.CreateFolder(w.project.RootID, "A")
	require.NoError(t, err)
	_, err = ann.CreateFolder(w.project.RootID, "A")
	require.ErrorContains(t, err, "has already been taken")
	require.ErrorIs(t, err, fs.ErrInvalid)
	file, err := ann.Upload(folder.ID, "a.txt", []byte("one"))
	require.NoError(t, err)
	require.Equal(t, "Tower A/A/a.txt", file.Path)
	file, err = ann.Edit(file.ID, bytes.Repeat([]byte("x"), 2<<20))
	require.NoError(t, err)
	require.Equal(t, int64(2<<20), file.Size)
	require.Equal(t, 2, file.Number)
	content, err := ann.Read(file.ID)
	require.NoError(t, err)
	require.Len(t, content, 2<<20)
	found, err := ann.Find(w.project.RootID, "A/a.txt")
	require.NoError(t, err)
	require.Equal(t, file, found)
	_, err = ann.Find(w.project.RootID, "A/a.txt/b")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorIs(t, ann.Delete(Item{ID: w.project.RootID}), fs.ErrPermission)
	file, err = ann.Rename(file, "b.txt")
	require.NoError(t, err)
	file, err = ann.Move(file, w.project.RootID)
	require.NoError(t, err)
	_, err = ann.Describe(file, "text")
	require.NoError(t, err)
	_, err = ann.Track(folder, true)
	require.NoError(t, err)
	list, err := ann.List(w.project.RootID)
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, "b.txt", list[1].Name)
	require.NoError(t, ann.Delete(folder))
	bin, err := ann.Bin(w.project.RootID)
	require.NoError(t, err)
	require.Len(t, bin, 1)
	back, err := ann.Restore(bin[0])
	require.NoError(t, err)
	require.Equal(t, w.project.RootID, back.ParentID)
	require.False(t, back.Deleted)
	require.Panics(t, func() { w.procore.AddUser("Ann", "ann@x.example") })
	old, err := ann.At(time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)).Upload(w.project.RootID, "old.txt", nil)
	require.NoError(t, err)
	require.Equal(t, "2025-01-02T03:04:05Z", w.show(old.ID).at("file_versions.0.created_at"))
}
