package boxtest

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestEverySwitchIsListed(t *testing.T) {
	var fields, listed []string
	for field := range reflect.TypeFor[Switches]().Fields() {
		fields = append(fields, field.Name)
	}
	for _, s := range (Switches{}).All() {
		var one Switches
		s.Set(&one, true)
		require.True(t, reflect.ValueOf(one).FieldByName(s.Name).Bool(), s.Name)
		listed = append(listed, s.Name)
		require.NotEmpty(t, s.Section)
	}
	require.Equal(t, fields, listed)
}

// switchCases has a question for each switch that no other test asks: what is seen with it off, and
// with it on.
func switchCases() map[string]struct {
	ask     func(w *world) string
	off, on string
} {
	type c = struct {
		ask     func(w *world) string
		off, on string
	}
	mkdir := func(name string) func(w *world) string {
		return func(w *world) string { return codeOf(w.makeFolder(name)) }
	}
	pair := func(first, second string) func(w *world) string {
		return func(w *world) string {
			w.folder("0", first)
			return codeOf(w.makeFolder(second))
		}
	}
	emoji := strings.Repeat("👍", 128) // 128 code points, 256 units of UTF-16, 512 bytes
	return map[string]c{
		"LeadingSpaceRefused":       {mkdir(" a"), "ok", "item_name_invalid"},
		"ReservedCharactersRefused": {mkdir("a?"), "ok", "item_name_invalid"},
		"EmojiRefused":              {mkdir("👍"), "ok", "item_name_invalid"},
		"NameLengthInCodePoints":    {mkdir(emoji), "item_name_too_long", "ok"},
		"NameLengthInBytes":         {mkdir(strings.Repeat("ä", 200)), "ok", "item_name_too_long"},
		"SanitisedNames":            {func(w *world) string { return codeOf(w.upload("0", "a/b ", "x")) + strings.Join(w.names(), ",") }, "item_name_invalid", "okab"},
		"FoldASCIIOnly":             {pair("Ä", "ä"), "item_name_in_use", "ok"},
		"FoldFully":                 {pair("Straße", "STRASSE"), "ok", "item_name_in_use"},
		"NFKCSkew":                  {pair("\u798f", "\ufa1b"), "ok", "item_name_in_use"},
		"RacyCreates":               {pair("a", "a"), "item_name_in_use", "ok"},
		"WebLinksApart": {func(w *world) string {
			w.folder("0", "A")
			return codeOf(w.post("/2.0/web_links", object{"url": "https://x.example", "name": "a", "parent": object{"id": "0"}}))
		}, "item_name_in_use", "ok"},
		"CaseRenameRefused": {func(w *world) string {
			return codeOf(w.put("/2.0/folders/"+w.folder("0", "a"), object{"name": "A"}))
		}, "ok", "item_name_in_use"},
		"DescriptionKeepsETag": {func(w *world) string {
			return w.put("/2.0/folders/"+w.folder("0", "a"), object{"description": "x"}).at("etag")
		}, "1", "0"},
		"SharedLinkKeepsETag": {func(w *world) string {
			return w.put("/2.0/folders/"+w.folder("0", "a"), object{"shared_link": object{}}).at("etag")
		}, "1", "0"},
		"LockRaisesETag": {func(w *world) string {
			return w.put("/2.0/files/"+w.file("0", "a", "x"), object{"lock": object{"type": "lock"}}).at("etag")
		}, "0", "1"},
		"MetadataRaisesETag": {func(w *world) string {
			id := w.file("0", "a", "x")
			w.post("/2.0/files/"+id+"/metadata/global/properties", object{"a": "b"})
			return w.get("/2.0/files/" + id).at("etag")
		}, "0", "1"},
		"SameContentIgnored": {func(w *world) string {
			id := w.file("0", "a", "x")
			_, err := w.box.Home().Edit(id, []byte("x"))
			require.NoError(w, err)
			return w.get("/2.0/files/" + id + "/versions").at("total_count")
		}, "1", "0"},
		"SimpleUploadLimited": {func(w *world) string {
			return codeOf(w.upload("0", "a", strings.Repeat("x", simpleLimit+1)))
		}, "ok", "request_entity_too_large"},
		"CommitSorted": {func(w *world) string {
			content := []byte("0123456789abcdefghijk")
			session := w.open("a", len(content))
			parts := w.parts(session, content)
			return codeOf(w.commit(session, content, []any{parts[1], parts[0], parts[2]}))
		}, "ok", "parts_mismatch"},
		"VersionCreated": {func(w *world) string {
			kind, body := form(object{}, "file", "y")
			r, err := w.try("POST", w.box.URLs().Upload+"/2.0/files/"+w.file("0", "a", "x")+"/content", kind, body)
			require.NoError(w, err)
			return http.StatusText(r.status)
		}, "OK", "Created"},
		"DescendantEvents": {func(w *world) string {
			top := w.folder("0", "a")
			w.file(top, "b", "x")
			_, at := w.events("stream_position=now")
			w.remove("/2.0/folders/" + top + "?recursive=true")
			list, _ := w.events("stream_position=" + at)
			return strings.Join(list, ",")
		}, "ITEM_TRASH a", "ITEM_TRASH a,ITEM_TRASH b"},
		"PurgesTold": {func(w *world) string {
			id := w.file("0", "b", "x")
			w.remove("/2.0/files/" + id)
			_, at := w.events("stream_position=now")
			w.remove("/2.0/files/" + id + "/trash")
			list, _ := w.events("stream_position=" + at)
			return strings.Join(list, ",")
		}, "", "ITEM_PURGE "},
		"EventSnapshots": {func(w *world) string {
			_, at := w.events("stream_position=now")
			w.put("/2.0/folders/"+w.folder("0", "a"), object{"name": "b"})
			list, _ := w.events("stream_position=" + at)
			return strings.Join(list, ",")
		}, "ITEM_CREATE b,ITEM_RENAME b", "ITEM_CREATE a,ITEM_RENAME b"},
		"RenameTellsOldName": {func(w *world) string {
			address, messages := listener(w.T)
			id := w.folder("0", "a")
			w.webhook(id, address, "FOLDER.RENAMED")
			w.put("/2.0/folders/"+id, object{"name": "b"})
			info, _ := (<-messages).json["additional_info"].(map[string]any)
			old, _ := info["old_name"].(string)
			return old
		}, "", "a"},
		"FolderPutSplit": {func(w *world) string {
			return codeOf(w.put("/2.0/folders/"+w.folder("0", "a"), object{"name": "b", "parent": object{"id": w.folder("0", "c")}}))
		}, "ok", "operation_limit_exceeded"},
		"ConflictAsList": {func(w *world) string {
			w.folder("0", "a")
			return w.put("/2.0/folders/"+w.folder("0", "b"), object{"name": "a"}).at("context_info.conflicts.0.name")
		}, "", "a"},
		"ConflictOmitted": {func(w *world) string {
			w.folder("0", "a")
			return w.put("/2.0/folders/"+w.folder("0", "b"), object{"name": "a"}).at("context_info.conflicts.name")
		}, "a", ""},
		"RetentionForbids": {func(w *world) string {
			home := w.box.Home()
			it, err := home.Upload("0", "a", nil)
			require.NoError(w, err)
			require.NoError(w, home.Retain(it, time.Now().Add(time.Hour)))
			require.NoError(w, home.Trash(it))
			return codeOf(w.remove("/2.0/files/" + it.ID + "/trash"))
		}, "access_denied_insufficient_permissions", "forbidden"},
		"QuotaConflicts":           {full, "Forbidden", "Conflict"},
		"QuotaInsufficientStorage": {full, "Forbidden", "Insufficient Storage"},
		"UnauthorizedBody":         {func(w *world) string { return w.using("x").get("/2.0/users/me").at("code") }, "", "unauthorized"},
		"RangeBody": {func(w *world) string {
			to := w.get("/2.0/files/" + w.file("0", "a", "x") + "/content").header.Get("Location")
			return w.with("Range", "bytes=9-").get(to).at("code")
		}, "", "requested_range_not_satisfiable"},
		"TrashedListed": {func(w *world) string {
			w.remove("/2.0/files/" + w.file("0", "a", "x"))
			r := w.get("/2.0/folders/0/items?fields=name,item_status")
			return r.at("entries.0.item_status")
		}, "", "trashed"},
		"NotesUnreadable": {func(w *world) string {
			note, err := w.box.Home().Note("0", "a", "x")
			require.NoError(w, err)
			return codeOf(w.get("/2.0/files/" + note.ID + "/content"))
		}, "ok", "access_denied_insufficient_permissions"},
	}
}

// full asks for more room than there is.
func full(w *world) string {
	return http.StatusText(w.upload("0", "a", strings.Repeat("x", 101)).status)
}

func codeOf(r result) string {
	if r.status < 400 {
		return "ok"
	}
	return r.at("code")
}

func TestEachSwitchHasTwoPositions(t *testing.T) { // section 14
	cases := switchCases()
	elsewhere := []string{ // tests of their own, by what they are about
		"RefreshGrace", "FieldsAddMini", "UnknownFieldsRefused", "MinimumInMebibytes", "ExpiredPositionIgnored", "EventsKeptLong",
		"WebhookTwelveTries", "LongFolderOK", "MonthlyQuota", "BasicRefused", "SearchLags", "InvalidTokenCode", "IDsOverlap",
	}
	for _, s := range (Switches{}).All() {
		c, ok := cases[s.Name]
		if !ok {
			require.Contains(t, elsewhere, s.Name)
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			for on, want := range map[bool]string{false: c.off, true: c.on} {
				o := small(Options{Space: 100})
				if s.Name == "SimpleUploadLimited" {
					o.Space = 0
				}
				s.Set(&o.Switches, on)
				require.Equal(t, want, c.ask(newWorld(t, o)), "on: %v", on)
			}
		})
	}
}

func TestTheCodeOfAnInvalidToken(t *testing.T) { // section 14 item 15
	w := newWorld(t, Options{Switches: Switches{UnauthorizedBody: true, InvalidTokenCode: true}})
	w.refused(w.using("x").get("/2.0/users/me"), 401, "invalid_token")
}
