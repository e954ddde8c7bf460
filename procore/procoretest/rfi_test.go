package procoretest

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ask makes an RFI by HTTP.
func (w *world) ask(subject string, question object) result {
	w.Helper()
	question["body"] = "How thick?"
	return w.post(w.at("/rfis"), object{"rfi": object{
		"subject": subject, "rfi_manager_id": w.procore.Home().ID, "question": question,
	}})
}

func (w *world) rfi(subject string, question object) string {
	w.Helper()
	r := w.ask(subject, question)
	w.status(http.StatusCreated, r)
	return r.at("id")
}

func TestOnlyAnRFIByItselfShowsItsFiles(t *testing.T) { // section 8.2
	w := newWorld(t, Options{Clock: newClock()})
	id := w.rfi("Slab edge", object{"upload_ids": []string{w.upload("a.pdf", "sketch")}})
	alone, list := w.get(w.at("/rfis/"+id)), w.get(w.at("/rfis"))
	require.Equal(t, "a.pdf", alone.at("questions.0.attachments.0.name"))
	require.Equal(t, "How thick?", alone.at("questions.0.plain_text_body"))
	require.Equal(t, "sketch", string(w.download(alone.at("questions.0.attachments.0.url")).body))
	for _, field := range []string{"size", "created_at", "sha256", "md5"} {
		_, told := alone.value("questions.0.attachments.0." + field)
		require.False(t, told, field)
	}
	require.Equal(t, "How thick?", list.at("0.questions.0.body"))
	_, told := list.value("0.questions.0.attachments")
	require.False(t, told)
	number, _ := list.value("0.number")
	require.Equal(t, "1", number, "a number is a text")
	require.Equal(t, []string{"open", "false"}, []string{list.at("0.status"), list.at("0.draft")})
	_, told = list.value("0.deleted")
	require.False(t, told)
}

func TestAnRFINeedsSubjectManagerAndQuestion(t *testing.T) { // section 8.3
	w := newWorld(t, Options{})
	whole := func() object {
		return object{"subject": "S", "rfi_manager_id": w.procore.Home().ID, "question": object{"body": "?"}}
	}
	for _, field := range []string{"subject", "rfi_manager_id", "question"} {
		in := whole()
		delete(in, field)
		w.status(400, w.post(w.at("/rfis"), object{"rfi": in}))
	}
	in := whole()
	in["rfi_manager_id"] = 4711
	w.status(400, w.post(w.at("/rfis"), object{"rfi": in}))
	in = whole()
	in["number"], in["draft"] = "RD-7", true
	one := w.post(w.at("/rfis"), object{"rfi": in})
	require.Equal(t, []string{"draft", "RD-7"}, []string{one.at("status"), one.at("full_number")})
	in["subject"] = "Other"
	w.status(400, w.post(w.at("/rfis"), object{"rfi": in}))
	opened := w.patch(w.at("/rfis/"+one.at("id")), object{"rfi": object{"draft": false}})
	require.Equal(t, "open", opened.at("status"))
}

func TestAnRFIIsTakenAsAFormWithFiles(t *testing.T) { // section 8.3
	w := newWorld(t, Options{})
	made := w.multipart("POST", w.at("/rfis"),
		field{"rfi[subject]", "", "Slab"}, field{"rfi[rfi_manager_id]", "", fmt.Sprint(w.procore.Home().ID)},
		field{"rfi[question][body]", "", "?"}, field{"rfi[question][attachments][]", "a.pdf", "one"},
		field{"rfi[question][attachments][]", "b.pdf", "two"})
	w.status(201, made)
	require.Equal(t, "two", string(w.download(made.at("questions.0.attachments.1.url")).body))
	answer := w.multipart("POST", w.at("/rfis/"+made.at("id")+"/replies"),
		field{"reply[body]", "", "!"}, field{"attachments[]", "c.pdf", "three"})
	w.status(201, answer)
	require.Equal(t, "c.pdf", answer.at("attachments.0.name"))
}

func TestProstoreFilesReplaceAndAnswersAdd(t *testing.T) { // section 8.3, trap 24
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	id := w.rfi("Slab", object{"upload_ids": []string{w.upload("a.pdf", "a"), w.upload("b.pdf", "b")}})
	first := w.get(w.at("/rfis/" + id)).id("questions.0.attachments.0.id")
	version := w.createFile(0, "c.pdf", "c").id("file_versions.0.prostore_file.id")
	set := w.patch(w.at("/rfis/"+id), object{"rfi": object{"prostore_file_ids": []int64{first, version}}})
	w.status(200, set)
	require.Equal(t, "a.pdf c.pdf", attachedNames(set, "questions.0.attachments"))
	w.status(400, w.patch(w.at("/rfis/"+id), object{"rfi": object{"prostore_file_ids": []int64{4711}}}))

	clock.Advance(time.Minute)
	answer := w.post(w.at("/rfis/"+id+"/replies"), object{"reply": object{"body": "!", "official": true, "upload_ids": []string{w.upload("d.pdf", "d")}}})
	w.status(201, answer)
	alone := w.get(w.at("/rfis/" + id))
	require.Equal(t, "a.pdf c.pdf", attachedNames(alone, "questions.0.attachments"))
	require.Equal(t, "d.pdf", attachedNames(alone, "questions.0.answers.0.attachments"))
	require.Equal(t, "2026-03-01T09:01:00Z", alone.at("updated_at"))
	at := w.at("/rfis/" + id + "/replies/" + answer.at("id"))
	require.Equal(t, "!", w.get(at).at("plain_text_body"))
	require.Equal(t, "false", w.patch(at, object{"reply": object{"official": false}}).at("official"))
	require.Len(t, w.get(w.at("/rfis/"+id+"/replies")).entries(), 1)
	w.status(200, w.remove(at))
	w.status(404, w.get(at))
}

func attachedNames(r result, path string) string {
	var all []string
	for i := 0; r.at(fmt.Sprintf("%s.%d.name", path, i)) != ""; i++ {
		all = append(all, r.at(fmt.Sprintf("%s.%d.name", path, i)))
	}
	return strings.Join(all, " ")
}

func TestRFIsAreRecycledAndRetrieved(t *testing.T) { // section 8.1
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	id, other := w.rfi("One", object{}), w.rfi("Two", object{})
	w.status(404, w.remove(w.at("/rfis/"+id))) // there is no such call
	clock.Advance(time.Hour)
	w.status(200, w.patch(w.at("/rfis/"+id+"/recycle"), nil))
	require.Equal(t, other, w.get(w.at("/rfis")).at("0.id"))
	bin := w.get(w.at("/rfis/recycle_bin?filters[updated_at]=2026-03-01T10:00:00Z...2026-03-02T00:00:00Z"))
	require.Equal(t, []string{id, "true", "2026-03-01T10:00:00Z"}, []string{bin.at("0.id"), bin.at("0.deleted"), bin.at("0.deleted_at")})
	require.Empty(t, w.get(w.at("/rfis/recycle_bin?filters[updated_at]=2026-03-01T11:00:00Z...2026-03-02T00:00:00Z")).entries())
	w.status(200, w.patch(w.at("/rfis/"+id+"/retrieve"), nil))
	require.Len(t, w.get(w.at("/rfis")).entries(), 2)
}

func TestRFIsAreFilteredAndSorted(t *testing.T) { // section 8.1, trap 21
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	home, project := w.procore.Home(), w.project.ID
	for _, status := range []string{"open", "closed", "draft"} {
		_, err := home.AddRFI(project, RFI{Subject: "is " + status, Question: "?", Status: status})
		require.NoError(t, err)
		clock.Advance(time.Minute)
	}
	list := func(query string) string {
		r := w.get(w.at("/rfis?" + query))
		w.status(200, r)
		var all []string
		for i := range r.entries() {
			all = append(all, r.at(fmt.Sprintf("%d.status", i)))
		}
		return strings.Join(all, " ")
	}
	require.Equal(t, "open closed draft", list(""))
	require.Equal(t, "open draft", list("filters[status][]=open&filters[status][]=draft"))
	require.Equal(t, "closed", list("filters[status]=closed"))
	require.Equal(t, "closed draft", list("filters[updated_at]=2026-03-01T09:01:00Z...2027-01-01T00:00:00Z"))
	require.Equal(t, "draft closed open", list("sort[attribute]=updated_at&sort[direction]=desc"))
	require.Equal(t, "closed", list("search=IS+CLOSED"))
	require.Equal(t, "closed", list("filters[number]=2"))
	require.Equal(t, "open closed draft", list(fmt.Sprintf("filters[rfi_manager_id]=%d", home.ID)))
	require.Empty(t, list("filters[assigned_id]=1"))
	w.status(400, w.get(w.at("/rfis?filters[status][]=lost")))
	closed := w.get(w.at("/rfis?filters[status][]=closed"))
	require.Equal(t, "2026-03-01T09:01:00Z", closed.at("0.time_resolved"))
}

func TestVersion11OfRFIsHasAnotherShape(t *testing.T) { // section 8.1, as seen in a sandbox
	w := newWorld(t, Options{})
	id := w.rfi("Slab", object{"upload_ids": []string{w.upload("a.pdf", "a")}})
	w.post(w.at("/rfis/"+id+"/replies"), object{"reply": object{"body": "!"}})
	for at, r := range map[string]result{"": w.get(w.at11("/rfis/" + id)), "0.": w.get(w.at11("/rfis?filters[status][]=open"))} {
		require.Equal(t, "a.pdf", r.at(at+"question.attachments.0.name"))
		require.Equal(t, "!", r.at(at+"responses.0.plain_text_body"))
		_, told := r.value(at + "questions")
		require.False(t, told)
	}
	w.status(400, w.get(w.at11("/rfis?filters[status]=open")))
}

func TestAPDFIsARedirectAndNeverTheSame(t *testing.T) { // section 8.1, fact 10, trap 27
	w := newWorld(t, Options{Clock: newClock()})
	id := w.rfi("Slab edge", object{})
	seen := map[string]bool{}
	for range 3 {
		hop := w.get(w.at("/rfis/" + id + ".pdf"))
		w.status(http.StatusFound, hop)
		pdf := w.download(hop.header.Get("Location"))
		require.True(t, strings.HasPrefix(string(pdf.body), "%PDF-"))
		require.Equal(t, "application/pdf", pdf.header.Get("Content-Type"))
		seen[string(pdf.body)] = true
	}
	require.Len(t, seen, 3)
	w.status(404, w.get(w.at("/rfis/4711.pdf")))
}

func TestAProgramMayRenderPDFsItself(t *testing.T) {
	var got Sheet
	w := newWorld(t, Options{Render: func(to io.Writer, s Sheet) error {
		got = s
		_, err := io.WriteString(to, "mine")
		return err
	}})
	id := w.rfi("Slab edge", object{})
	w.post(w.at("/rfis/"+id+"/replies"), object{"reply": object{"body": "maybe", "official": false}})
	hop := w.get(w.at("/rfis/" + id + ".pdf"))
	require.Equal(t, "mine", string(w.download(hop.header.Get("Location")).body))
	require.Equal(t, "RFIs", got.Tool)
	require.Contains(t, got.Lines, "maybe")
	w.get(w.at("/rfis/" + id + ".pdf?only_official=true"))
	require.NotContains(t, got.Lines, "maybe")
}

func TestPeopleEditRFIsBehindTheirClients(t *testing.T) {
	w := newWorld(t, Options{})
	home, project := w.procore.Home(), w.project.ID
	r, err := home.AddRFI(project, RFI{Subject: "S", Question: "?", Files: []Attachment{{Name: "a.pdf", Content: []byte("a")}}})
	require.NoError(t, err)
	require.Equal(t, []string{"1", "0", "open"}, []string{r.Number, r.Revision, r.Status})
	_, err = home.AddRFI(project, RFI{Question: "?"})
	require.Error(t, err, "the rules are the same")
	r, err = home.EditRFI(project, RFI{ID: r.ID, Subject: "T", Status: "closed"}, Attachment{Name: "b.pdf", Content: []byte("b")})
	require.NoError(t, err)
	require.Equal(t, []string{"T", "?", "closed"}, []string{r.Subject, r.Question, r.Status})
	r, err = home.AnswerRFI(project, r.ID, "!", Attachment{Name: "c.pdf"})
	require.NoError(t, err)
	require.Len(t, r.Files, 3)
	r, err = home.DetachRFI(project, r.ID, r.Files[0].ID)
	require.NoError(t, err)
	require.Equal(t, "b.pdf", r.Files[0].Name)
	require.Equal(t, []RFI{r}, home.RFIs(project))
	require.NoError(t, home.RecycleRFI(project, r.ID))
	require.Empty(t, home.RFIs(project))
	r, err = home.RetrieveRFI(project, r.ID)
	require.NoError(t, err)
	require.False(t, r.Recycled)
	require.Error(t, home.RecycleRFI(project, 4711))
}
