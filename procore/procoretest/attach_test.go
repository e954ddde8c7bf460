package procoretest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// subject makes a record for a call of the table, and returns it with the path of a route.
func (w *world) subject(r register) Record {
	w.Helper()
	kind := r.kind
	if kind == "commitment" {
		kind = "work_order_contract"
	}
	one := Record{Kind: kind, Title: "T", Date: "2026-03-01", Files: []Attachment{{Name: "old.pdf", Content: []byte("old")}}}
	if kind == "bid" {
		pack, err := w.procore.Home().AddRecord(w.project.ID, Record{Kind: "bid_package", Title: "P"})
		require.NoError(w, err)
		one.Parent = pack.ID
	}
	one, err := w.procore.Home().AddRecord(w.project.ID, one)
	require.NoError(w, err)
	return one
}

// path fills the ids of a path in, and the project in the query where it stands nowhere else.
func (w *world) path(path string, of Record, scope scope) string {
	path = strings.NewReplacer(
		"{project_id}", fmt.Sprint(w.project.ID), "{company_id}", fmt.Sprint(w.project.CompanyID),
		"{bid_package_id}", fmt.Sprint(of.Parent), "{id}", fmt.Sprint(of.ID),
	).Replace(path)
	if scope == byQuery {
		path += "?project_id=" + fmt.Sprint(w.project.ID)
	}
	return path
}

// attachBody is how a field names a file called new.pdf.
func (w *world) attachBody(field attachField, old int64) any {
	w.Helper()
	switch field {
	case byUpload:
		return []string{w.upload("new.pdf", "new")}
	case byUUID:
		return []object{{"upload_uuid": w.upload("new.pdf", "new")}}
	case byPair:
		return []object{{"uuid": w.upload("new.pdf", "new")}}
	case keeping:
		return []int64{}
	}
	uuid := w.upload("new.pdf", "new")
	file := w.post(w.inProject("/files"), object{"file": object{
		"parent_id": w.folder(0, uuid), "name": "new.pdf", "upload_uuid": uuid,
	}})
	stored := file.id("file_versions.0.prostore_file.id")
	switch field {
	case byVersion:
		return []int64{file.id("file_versions.0.id")}
	case byAttribute:
		return []object{{"prostore_file_id": stored}, {"id": old, "_destroy": true}}
	case byImage:
		return []int64{w.photo("new.jpg", "new", object{"starred": true}).id("id")}
	case byDrawing:
		return []int64{w.drawing("new.pdf")}
	}
	return []int64{stored}
}

// attachment sends one call of the table, with one field.
func (w *world) attachment(r register, how attachCall, by attachField, of Record) result {
	w.Helper()
	method, path, _ := strings.Cut(how.name, " ")
	path = w.path(path, of, how.scope)
	if by == byPart {
		name := "attachments[]"
		if how.wrap != "" && r.tool != DailyLog && r.tool != PunchList {
			name = how.wrap + "[attachments][]"
		}
		return w.multipart(method, path, textField("project_id", w.project.ID), textField("id", of.ID),
			textField(how.wrap+"[date]", "2026-03-01"), field{name, "new.pdf", "new"})
	}
	inner := object{string(by): w.attachBody(by, of.Files[0].ID)}
	body := object{"project_id": w.project.ID}
	if how.wrap == "" {
		body[string(by)] = inner[string(by)]
	} else {
		body[how.wrap] = inner
	}
	return w.send(method, path, body)
}

func textField(name string, value any) field { return field{name: name, value: fmt.Sprint(value)} }

func TestEachToolOfTheTableTakesAFileAsItsRowSays(t *testing.T) { // section 10
	w := newWorld(t, Options{Clock: newClock()})
	for _, r := range registers() {
		for _, how := range r.calls {
			for _, by := range how.takes {
				if by == byForm {
					continue // the fake has no forms
				}
				t.Run(how.name+" by "+string(by), func(t *testing.T) {
					w := *w
					w.T = t
					w.row(r, how, by)
				})
			}
		}
	}
}

// row tries one call of the table with one field.
func (w *world) row(r register, how attachCall, by attachField) {
	w.Helper()
	one := w.subject(r)
	done := w.attachment(r, how, by, one)
	w.status(how.status, done)
	at := ""
	if strings.Contains(how.name, "/v2.0/") {
		at = "data."
		id, _ := done.value("data.id")
		require.IsType(w, "", id)
	}
	want := "old.pdf new.pdf"
	switch {
	case how.creates:
		want = "new.pdf"
	case by == keeping:
		want = ""
	case by == byProstore, by == byAttribute:
		want = "new.pdf"
	case by == byImage:
		want = "old.pdf new.jpg"
	}
	require.Equal(w, want, attachedNames(done, at+"attachments"))
	for _, word := range []string{"size", "sha256", "md5"} {
		_, told := done.value(at + "attachments.0." + word)
		require.False(w, told, word)
	}
	if r.show == "" || how.creates {
		return
	}
	alone := w.get(w.path(r.show, one, r.scope))
	w.status(200, alone)
	require.Equal(w, attachedNames(done, at+"attachments"), attachedNames(alone, at+"attachments"), "what was answered is kept")
}

// drawing uploads a drawing and returns the id of its revision.
func (w *world) drawing(name string) int64 {
	w.Helper()
	made := w.post(w.at11("/drawing_uploads"), object{"drawing_upload": object{
		"drawing_set_id": 1, "drawing_log_imports": []object{{
			"upload_uuid": w.upload(name, "new"), "drawing_date": "2026-03-01", "default_revision": "0",
		}},
	}})
	w.status(http.StatusCreated, made)
	return made.id("drawing_log_imports.0.id")
}

func TestListsOfRecordsAreWhereTheTableSays(t *testing.T) { // section 10, trap 1
	w := newWorld(t, Options{Clock: newClock()})
	for _, r := range registers() {
		if r.list == "" {
			continue
		}
		one := w.subject(r)
		list := w.get(w.path(r.list, one, r.scope))
		w.status(200, list)
		require.Contains(t, string(list.body), fmt.Sprint(one.ID), r.list)
		if r.scope == byQuery {
			w.status(400, w.get(r.list)) // it must be said which project
		}
	}
	w.status(404, w.get("/rest/v1.0/prime_contracts/1?project_id="+fmt.Sprint(w.project.ID))) // the singular shows one
	w.status(404, w.get(w.at("/email_communications/emails")))                                // emails have the singular, too
	meetings := w.get(w.at11("/meetings"))
	require.Equal(t, "Draft", meetings.at("0.group_title"))
	require.Equal(t, "T", meetings.at("0.meetings.0.title"))
	mixed := w.get(w.inProject("/commitments"))
	require.GreaterOrEqual(t, len(mixed.entries()), 3, "work orders and purchase orders")
}

func TestWhoMayNotDoItIsForbidden(t *testing.T) { // section 13
	w := newWorld(t, Options{})
	w.procore.SetTool(w.project.ID, Meetings, false)
	w.status(403, w.get(w.at11("/meetings")))
	w.procore.SetTool(w.project.ID, Photos, false)
	w.status(403, w.get(w.inProject("/images")))
	guest := w.procore.AddUser("Guest", "guest@x.example")
	w.procore.Permit(guest.User, w.project.ID, RFIs, ReadOnly)
	w.procore.Permit(guest.User, w.project.ID, Submittals, NoAccess)
	w.status(403, w.as(guest).ask("S", object{}))
	w.status(200, w.as(guest).get(w.at("/rfis")))
	w.status(403, w.as(guest).get(w.at11("/submittals")))
}

func TestAMailIsSentAndNeverEdited(t *testing.T) { // section 10
	w := newWorld(t, Options{})
	for _, base := range []string{
		fmt.Sprintf("/rest/v1.0/project/%d/email_communications", w.project.ID),
		fmt.Sprintf("/rest/v1.0/companies/%d/email_communications", w.project.CompanyID),
	} {
		made := w.post(base+"?topic_type=Rfi&topic_id=7", object{
			"communication": object{"subject": "Slab"}, "email": object{"body": "one", "upload_ids": []string{w.upload("a.pdf", "a")}},
		})
		w.status(201, made)
		require.Equal(t, "a.pdf", attachedNames(made, "emails.0.attachments"))
		more := w.post(base+"/"+made.at("id")+"/emails", object{"email": object{"body": "two", "upload_ids": []string{w.upload("b.pdf", "b")}}})
		w.status(200, more)
		require.Equal(t, "b.pdf", attachedNames(w.get(base+"/"+made.at("id")), "emails.1.attachments"))
		list := w.get(base + "/emails?topic_type=Rfi&topic_id=7")
		require.Equal(t, "2", list.at("total"), "the list is an object")
		require.Equal(t, "one", list.at("emails.0.body"))
		require.Equal(t, "0", w.get(base+"/emails?topic_id=8").at("total"))
		w.status(400, w.post(base, object{"email": object{"body": "no subject"}}))
		w.status(404, w.post(base+"/4711/emails", object{"email": object{"body": "x"}}))
	}
}

func TestDrawingsAreMadeLaterAndOfPDFsOnly(t *testing.T) { // section 10
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	id := w.drawing("A-101.pdf")
	require.Empty(t, w.get(w.at("/drawing_revisions")).entries())
	upload := w.get(w.at11("/drawing_uploads")).at("0.id")
	require.Equal(t, "processing", w.get(w.at11("/drawing_uploads/"+upload)).at("status"))
	clock.Advance(drawingPace)
	require.Equal(t, "completed", w.get(w.at11("/drawing_uploads/"+upload)).at("status"))
	require.Equal(t, "A-101", w.get(w.at("/drawing_revisions")).at("0.title"))
	one := w.get(w.at(fmt.Sprintf("/drawing_revisions/%d", id)))
	require.Equal(t, "new", string(w.download(one.at("pdf_url")).body))
	require.NotEmpty(t, w.get(w.at("/drawing_areas")).entries())
	imports := func(name string) object {
		return object{"drawing_upload": object{"drawing_set_id": 1, "drawing_log_imports": []object{{
			"upload_uuid": w.upload(name, "x"), "drawing_date": "2026-03-01", "default_revision": "0",
		}}}}
	}
	w.status(400, w.post(w.at11("/drawing_uploads"), imports("a.dwg")))
	w.status(400, w.post(w.at11("/drawing_uploads"), object{"drawing_upload": object{"drawing_set_id": 1}}))
	w.status(404, w.patch(w.at(fmt.Sprintf("/drawing_revisions/%d", id)), object{}))
}

func TestTheDirectoryTakesNoFiles(t *testing.T) { // section 10
	w := newWorld(t, Options{})
	require.Equal(t, "sync@procoretest.example", w.get(w.at("/users")).at("0.login"))
	require.NotEmpty(t, w.get(w.at("/vendors")).entries())
	require.NotEmpty(t, w.get(fmt.Sprintf("/rest/v1.0/vendors?company_id=%d", w.project.CompanyID)).entries())
	w.status(404, w.patch(w.at("/vendors/1"), object{}))
}

func TestDailyLogsAreOfTodayAndTakeFormsOnly(t *testing.T) { // section 10, trap 22
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	note := func(date string) result {
		return w.multipart("POST", w.at("/notes_logs"), textField("notes_log[comment]", "N"), textField("notes_log[date]", date),
			field{"attachments[]", "a.jpg", "a"})
	}
	w.status(201, note("2026-03-01"))
	w.status(201, note("2026-02-01"))
	w.status(422, note(""))
	w.status(422, w.post(w.at("/notes_logs"), object{"notes_log": object{"comment": "N", "date": "2026-03-01"}}))
	require.Len(t, w.get(w.at("/notes_logs")).entries(), 1)
	require.Len(t, w.get(w.at("/notes_logs?log_date=2026-02-01")).entries(), 1)
	require.Len(t, w.get(w.at("/notes_logs?start_date=2025-03-01&end_date=2026-03-01")).entries(), 2)
	w.status(422, w.get(w.at("/notes_logs?log_date=yesterday")))
	clock.Advance(24 * time.Hour)
	require.Empty(t, w.get(w.at("/notes_logs")).entries())
}

func TestARecordThatIsNotThereIsNotFound(t *testing.T) { // section 13
	w := newWorld(t, Options{})
	w.status(404, w.get(w.at11("/meetings/4711")))
	w.status(404, w.patch(w.at11("/meetings/4711"), object{"meeting": object{}}))
	w.status(404, w.get(fmt.Sprintf("/rest/v1.0/companies/%d/bids/4711", w.project.CompanyID)))
	w.status(422, w.multipart("POST", "/rest/v1.1/punch_items/add_punch_item_attachments", textField("project_id", w.project.ID), textField("id", "x")))
	one := w.subject(registers()[0])
	w.status(422, w.patch(w.path(projectPath11+"bid_packages/{bid_package_id}/bids/{id}", one, byProject), object{"bid": object{"prostore_file_ids": []int64{4711}}}))
	_, err := w.procore.Home().AddRecord(w.project.ID, Record{Kind: "nonsense"})
	require.ErrorContains(t, err, "Kind")
	seen, err := w.procore.Home().Record(w.project.ID, "bid", one.ID)
	require.NoError(t, err)
	require.Equal(t, one, seen)
}
