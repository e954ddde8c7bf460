package procoretest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// at11 is a path of version 1.1 with the project in it.
func (w *world) at11(path string) string {
	return fmt.Sprintf("/rest/v1.1/projects/%d%s", w.project.ID, path)
}

func (w *world) submittal(fields object) string {
	w.Helper()
	r := w.post(w.at11("/submittals"), object{"submittal": fields})
	w.status(http.StatusCreated, r)
	return r.at("id")
}

func TestARevisionIsASubmittalOfItsOwn(t *testing.T) { // section 9
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	first := w.submittal(object{"number": "003", "title": "Mix"})
	clock.Advance(time.Minute)
	second := w.submittal(object{"number": "003", "title": "Mix", "revision": "1"})
	require.NotEqual(t, first, second)
	old, now := w.get(w.at11("/submittals/"+first)), w.get(w.at11("/submittals/"+second))
	require.Equal(t, []string{"false", "true"}, []string{old.at("current_revision"), now.at("current_revision")})
	require.Equal(t, now.at("updated_at"), old.at("updated_at"), "what is current no longer has changed")
	number, _ := now.value("number")
	revision, _ := now.value("revision")
	require.Equal(t, []any{"003", "1"}, []any{number, revision}, "both are texts")
	require.Len(t, w.get(w.at11("/submittals/"+second+"/revisions")).entries(), 2)
	require.Equal(t, second, w.get(w.at11("/submittals?filters[current_revision]=true")).at("0.id"))
	w.status(200, w.remove(w.at11("/submittals/"+second)))
	require.Equal(t, "true", w.get(w.at11("/submittals/"+first)).at("current_revision"))
}

func TestASubmittalIsRefusedWith422(t *testing.T) { // section 9
	w := newWorld(t, Options{})
	w.status(422, w.post(w.at11("/submittals"), object{"submittal": object{"title": "no number"}}))
	id := w.submittal(object{"number": "1"})
	w.status(422, w.post(w.at11("/submittals"), object{"submittal": object{"number": "1"}}))
	w.status(422, w.patch(w.at11("/submittals/"+id), object{"submittal": object{"status_id": 4711}}))
	w.status(422, w.patch(w.at11("/submittals/"+id), object{"submittal": object{"submittal_package_id": 4711}}))
	w.status(400, w.patch(w.at11("/submittals/"+id), object{"submittal": object{"workflow_data": []object{}}}))
	w.status(404, w.patch(w.at11("/submittals/4711"), object{"submittal": object{}}))
	closed := w.patch(w.at11("/submittals/"+id), object{"submittal": object{"status_id": 3}})
	require.Equal(t, "Closed", closed.at("status.name"))
	require.NotEmpty(t, closed.at("closed_at"))
}

func TestASubmittalTakesFilesThatProcoreHasAndNoUploads(t *testing.T) { // section 9, ways 1 and 2
	w := newWorld(t, Options{})
	file := w.createFile(0, "mix.pdf", "mix").id("file_versions.0.prostore_file.id")
	id := w.submittal(object{"number": "1", "prostore_file_ids": []int64{file}})
	other := w.createFile(0, "b.pdf", "b").id("file_versions.0.prostore_file.id")
	first := w.get(w.at11("/submittals/" + id))
	require.Equal(t, "mix", string(w.download(first.at("associated_attachments.0.url")).body))
	union := w.patch(w.at11("/submittals/"+id), object{"submittal": object{"prostore_file_ids": []int64{file, other}}})
	require.Equal(t, "2", union.at("attachments_count"))
	require.Equal(t, first.at("associated_attachments.0.id"), union.at("associated_attachments.0.id"), "the association stays")
	require.NotEqual(t, union.at("associated_attachments.0.id"), union.at("associated_attachments.0.attachment_id"))
	replaced := w.patch(w.at11("/submittals/"+id), object{"submittal": object{"prostore_file_ids": []int64{other}}})
	require.Equal(t, "b.pdf", replaced.at("associated_attachments.0.filename"))
	require.Equal(t, "1", replaced.at("attachments_count"))

	ignored := w.patch(w.at11("/submittals/"+id), object{"submittal": object{"upload_ids": []string{w.upload("c.pdf", "c")}}})
	w.status(200, ignored)
	require.Equal(t, "1", ignored.at("attachments_count"))
	parts := w.multipart("PATCH", w.at11("/submittals/"+id), field{"submittal[attachments][]", "d.pdf", "d"})
	w.status(200, parts)
	require.Equal(t, "2", parts.at("attachments_count"))
	require.Len(t, w.get(w.at11("/submittals/"+id+"/attachments_with_markup")).entries(), 2)
	require.Len(t, w.get(w.inProject("/submittal_associated_attachments")).entries(), 2)
}

func TestAnApproverAttachesToTheirStep(t *testing.T) { // section 9, way 3
	w := newWorld(t, Options{})
	home, project := w.procore.Home(), w.project.ID
	s, err := home.AddSubmittal(project, Submittal{Number: "1", Title: "Mix"})
	require.NoError(t, err)
	step, err := home.AddApprover(project, s.ID, home.User, Attachment{Name: "a.pdf"})
	require.NoError(t, err)
	path := fmt.Sprintf("/rest/v1.0/submittal_approvers/%d", step)
	done := w.patch(path, object{"project_id": project, "submittal_approver": object{"upload_ids": []string{w.upload("b.pdf", "b")}}})
	w.status(200, done)
	require.Equal(t, "a.pdf b.pdf", attachedNames(done, "attachments"))
	only := w.patch(path, object{"project_id": project, "submittal_approver": object{"attachment_ids": []int64{done.id("attachments.1.id")}}})
	require.Equal(t, "b.pdf", attachedNames(only, "attachments"))
	alone := w.get(w.at11(fmt.Sprintf("/submittals/%d", s.ID)))
	require.Equal(t, "b.pdf", alone.at("approvers.0.associated_attachments.0.name"))
}

func TestSubmittalsAreListedInThreeVersions(t *testing.T) { // section 9
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	id := w.submittal(object{"number": "1", "title": "Mix", "type": "Shop Drawing"})
	pack, err := w.procore.Home().AddPackage(w.project.ID, "Pkg", w.procore.Home().Submittals(w.project.ID)[0].ID)
	require.NoError(t, err)
	for _, path := range []string{w.at11("/submittals"), w.at("/submittals")} {
		require.Equal(t, id, w.get(path).at("0.id"))
	}
	modern := w.get(fmt.Sprintf("/rest/v2.0/companies/%d/projects/%d/submittals", w.project.CompanyID, w.project.ID))
	text, _ := modern.value("data.0.id")
	require.Equal(t, id, text, "a text")
	require.Equal(t, id, w.get(w.at("/submittals/"+id)).at("id"))
	w.status(404, w.get(w.at("/submittals/"+id+".pdf"))) // the older twin has none
	w.status(404, w.remove(w.at("/submittals/"+id)))
	require.Equal(t, "Pkg", w.get(w.at11("/submittals/"+id)).at("submittal_package.title"))
	packages := w.get(w.at("/submittal_packages?filters[id][]=" + fmt.Sprint(pack)))
	require.Equal(t, []string{fmt.Sprint(pack), id}, []string{packages.at("0.id"), packages.at("0.submittal_ids.0")})
	require.Equal(t, "2", w.get(w.at11("/submittals/next_available_number")).at("next_available_number"))
	company := fmt.Sprintf("/rest/v1.0/companies/%d", w.project.CompanyID)
	require.NotEmpty(t, w.get(company+"/submittal_statuses").entries())
	require.NotEmpty(t, w.get(company+"/submittal_types").entries())
	for query, want := range map[string]int{
		"filters[number][]=1": 1, "filters[number][]=2": 0, "filters[type][]=Shop+Drawing": 1, "filters[status_id][]=3": 0,
		"filters[query]=mix": 1, "filters[updated_at]=2026-03-01T09:00:00Z...2026-03-01T09:00:00Z": 1,
		"filters[updated_at]=2026-03-02T00:00:00Z...2027-01-01T00:00:00Z": 0,
		fmt.Sprintf("filters[submittal_package_id][]=%d", pack):           1,
	} {
		require.Len(t, w.get(w.at11("/submittals?"+query)).entries(), want, query)
	}
}

func TestADeletedSubmittalIsInTheBin(t *testing.T) { // section 9
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	id := w.submittal(object{"number": "1"})
	clock.Advance(time.Minute)
	w.status(200, w.remove(w.at11("/submittals/"+id)))
	w.status(404, w.get(w.at11("/submittals/"+id)))
	bin := w.get(w.at11("/submittals/recycle_bin"))
	require.Equal(t, []string{id, "2026-03-01T09:01:00Z"}, []string{bin.at("0.id"), bin.at("0.deleted_at")})
	w.submittal(object{"number": "1"}) // the number is free again
}

func TestASubmittalIsPrinted(t *testing.T) { // section 9
	w := newWorld(t, Options{})
	id := w.submittal(object{"number": "1", "title": "Mix"})
	hop := w.get(w.at11("/submittals/" + id + ".pdf"))
	w.status(http.StatusFound, hop)
	require.True(t, strings.HasPrefix(string(w.download(hop.header.Get("Location")).body), "%PDF-"))
}

func TestPeopleEditSubmittalsBehindTheirClients(t *testing.T) {
	w := newWorld(t, Options{})
	home, project := w.procore.Home(), w.project.ID
	s, err := home.AddSubmittal(project, Submittal{Number: "1", Title: "Mix", Files: []Attachment{{Name: "a.pdf"}}})
	require.NoError(t, err)
	s, err = home.EditSubmittal(project, Submittal{ID: s.ID, Title: "Mixture", Status: "Closed"}, Attachment{Name: "b.pdf"})
	require.NoError(t, err)
	require.Equal(t, []string{"Mixture", "Closed", "b.pdf"}, []string{s.Title, s.Status, s.Files[1].Name})
	require.Equal(t, []Submittal{s}, home.Submittals(project))
	require.NoError(t, home.DeleteSubmittal(project, s.ID))
	require.Empty(t, home.Submittals(project))
	_, err = home.AddSubmittal(project, Submittal{})
	require.Error(t, err, "the rules are the same")
}
