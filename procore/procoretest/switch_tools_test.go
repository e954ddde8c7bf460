package procoretest

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"
)

func photoQuestions() map[string]question {
	twins := func(w *world) string {
		w.album("A")
		return fmt.Sprint(w.post(w.inProject("/image_categories"), object{"image_category": object{"name": "A"}}).status)
	}
	add := func(name string, in object) func(w *world) string {
		return func(w *world) string { return fmt.Sprint(w.photo(name, "x", in).status) }
	}
	return map[string]question{
		"AlbumNamesRepeat": {twins, "400", "201"},
		"AlbumTakesPhotos": {func(w *world) string {
			album := w.album("A")
			w.photo("a.jpg", "x", object{"image_category_id": album})
			w.remove(w.inProject(fmt.Sprintf("/image_categories/%d", album)))
			return w.get(w.inProject("/images")).at("0.image_category_name")
		}, "Unclassified", ""},
		"PhotosNeedAlbum": {add("a.jpg", object{"private": false}), "201", "400"},
		"PhotosOfAnyType": {add("a.pdf", object{"private": false}), "400", "201"},
		"VideosAccepted":  {add("a.mp4", object{"private": false}), "400", "201"},
		"TakenByExifOnly": {func(w *world) string {
			return w.photo("a.jpg", "x", object{"private": false}).at("taken_at")
		}, "2026-03-01T09:00:00Z", ""},
		"PhotosStayDeleted": {func(w *world) string {
			id := w.photo("a.jpg", "x", object{"private": false}).at("id")
			w.remove(w.inProject("/images/" + id))
			return fmt.Sprint(w.patch(w.inProject("/images/"+id+"/retrieve"), nil).status)
		}, "200", "404"},
	}
}

func recordQuestions() map[string]question {
	return map[string]question{
		"StatusNeedsArray": {func(w *world) string {
			require.Equal(w, 200, w.get(w.at("/rfis?filters[status][]=open")).status)
			return fmt.Sprint(w.get(w.at("/rfis?filters[status]=open")).status)
		}, "200", "400"},
		"RecycledNotFound": {func(w *world) string {
			id := w.rfi("S", object{})
			w.patch(w.at("/rfis/"+id+"/recycle"), nil)
			require.Equal(w, id, w.get(w.at("/rfis/recycle_bin")).at("0.id"))
			return fmt.Sprint(w.get(w.at("/rfis/" + id)).status)
		}, "200", "404"},
		"PrintedAtStorage": {func(w *world) string {
			hop := w.get(w.at("/rfis/" + w.rfi("S", object{}) + ".pdf")).header.Get("Location")
			bare := *w
			bare.token, bare.header = "", nil
			return fmt.Sprint(bare.get(hop).status)
		}, "401", "200"},
		"RepliesKeepUpdated": {func(w *world) string {
			id := w.rfi("S", object{})
			w.procore.options.Clock.Advance(time.Hour)
			w.post(w.at("/rfis/"+id+"/replies"), object{"reply": object{"body": "!"}})
			return w.get(w.at("/rfis/" + id)).at("updated_at")
		}, "2026-03-01T10:00:00Z", "2026-03-01T09:00:00Z"},
		"UploadIDsReplace": {func(w *world) string {
			id := w.rfi("S", object{"upload_ids": []string{w.upload("a.pdf", "a")}})
			return attachedNames(w.patch(w.at("/rfis/"+id), object{"rfi": object{
				"question": object{"upload_ids": []string{w.upload("b.pdf", "b")}},
			}}), "questions.0.attachments")
		}, "a.pdf b.pdf", "b.pdf"},
		"PartsForgotten": {func(w *world) string {
			parts := w.multipart("PATCH", w.at11("/submittals/"+w.submittal(object{"number": "1"})), field{"submittal[attachments][]", "a.pdf", "a"})
			punch := w.row1("punch_item", byPart)
			return fmt.Sprintf("%d %s %d %s", parts.status, parts.at("attachments_count"), punch.status, attachedNames(punch, "attachments"))
		}, "200 1 200 old.pdf new.pdf", "200 0 200 old.pdf"},
		"AttachmentsForgotten": {func(w *world) string {
			done := w.row1("meeting", byUpload)
			return fmt.Sprintf("%d %s", done.status, attachedNames(done, "attachments"))
		}, "200 old.pdf new.pdf", "200 old.pdf"},
		"BidFilesAdd":     {func(w *world) string { return attachedNames(w.row1("bid", byProstore), "attachments") }, "new.pdf", "old.pdf new.pdf"},
		"KeepListIgnored": {func(w *world) string { return attachedNames(w.row1("prime_change_order", keeping), "attachments") }, "", "old.pdf"},
		"WideLogsRefused": {func(w *world) string {
			return fmt.Sprint(w.get(w.at("/notes_logs?start_date=2025-11-29&end_date=2026-03-01")).status)
		}, "200", "422"},
	}
}

// row1 sends the first call of the table for a kind, with one field.
func (w *world) row1(kind string, by attachField) result {
	w.Helper()
	for _, r := range registers() {
		if r.kind == kind {
			return w.attachment(r, r.calls[0], by, w.subject(r))
		}
	}
	require.Fail(w, "no such kind", kind)
	return result{}
}

func hookQuestions() map[string]question {
	return map[string]question{
		"TriggersInCapitals": {func(w *world) string {
			return w.trigger(w.hook("v2", "https://hook.example"), "v2", "RFIs", "create").at("event_type")
		}, "create", "CREATE"},
		"HooksLimited": {func(w *world) string {
			for range mostHooks {
				w.hook("v2", "https://hook.example")
			}
			return fmt.Sprint(w.post("/rest/v1.0/webhooks/hooks", object{"project_id": w.project.ID, "hook": object{
				"api_version": "v2", "namespace": "acme", "destination_url": "https://hook.example",
			}}).status)
		}, "201", "400"},
		"MetadataOmitted": {func(w *world) string {
			l := newListener(w.T)
			w.hook("v2", l.url, "Project Folders")
			w.folder(0, "A")
			return fmt.Sprint((<-l.messages).json["metadata"] == nil)
		}, "false", "true"},
	}
}
