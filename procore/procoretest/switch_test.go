package procoretest

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
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

// A question is asked of a world with a switch off and with it on.
type question struct {
	ask     func(w *world) string
	off, on string
}

// statusOf is the status of an answer.
func statusOf(r result) string { return fmt.Sprint(r.status) }

// list is the names in the index, by name.
func (w *world) list(query string) string {
	w.Helper()
	r := w.get(w.at("/documents?sort=name&" + query))
	if r.status != http.StatusOK {
		return statusOf(r)
	}
	return strings.Join(r.names(), ",")
}

// switchQuestions has one for each switch: each says something that its two positions answer
// differently.
func switchQuestions() map[string]question {
	all := map[string]question{}
	for _, group := range []map[string]question{
		loginQuestions(), listQuestions(), updatedQuestions(), binQuestions(), nameQuestions(), transferQuestions(),
		errorQuestions(), photoQuestions(), recordQuestions(), hookQuestions(),
	} {
		maps.Copy(all, group)
	}
	return all
}

func loginQuestions() map[string]question {
	return map[string]question{
		"BearerLower": {func(w *world) string {
			return w.login(url.Values{"grant_type": {"client_credentials"}}).at("token_type")
		}, "Bearer", "bearer"},
		"GrantBadRequest": {func(w *world) string { return statusOf(w.refresh("x")) }, "401", "400"},
		"RefreshExpires": {func(w *world) string {
			token := w.procore.RefreshToken()
			w.procore.clock.Advance(181 * 24 * time.Hour)
			return statusOf(w.refresh(token))
		}, "200", "401"},
		"RevokeKeepsAccess": {func(w *world) string {
			pair := w.refresh(w.procore.RefreshToken())
			id, secret := w.procore.Client()
			w.post("/oauth/revoke", object{"token": pair.at("refresh_token"), "client_id": id, "client_secret": secret})
			w.token = pair.at("access_token")
			return statusOf(w.get(me10))
		}, "401", "200"},
		"TokensShort": {func(w *world) string {
			return w.login(url.Values{"grant_type": {"client_credentials"}}).at("expires_in")
		}, "5400", "900"},
		"ProjectForbidden": {func(w *world) string {
			w.procore.PermitProjects(w.procore.Home().User)
			return statusOf(w.get(w.at("/documents")))
		}, "404", "403"},
		"HeaderMissingText": {func(w *world) string {
			r := w.with("Procore-Company-Id", "").get(w.at("/documents"))
			return statusOf(r) + r.header.Get("Content-Type")[:10] + fmt.Sprint(strings.HasPrefix(string(r.body), "Missing Procore-Company-Id header!"))
		}, "404applicatiofalse", "400text/plaintrue"},
	}
}

func listQuestions() map[string]question {
	limited := func(w *world) result {
		w.procore.limiter = newLimiter(Options{SpikeCalls: 1, HourlyCalls: 9, Switches: w.procore.options.Switches})
		w.get(me10)
		return w.get(me10)
	}
	return map[string]question{
		"SmallPages": {func(w *world) string { return w.get(w.at("/documents")).header.Get("Per-Page") }, "100", "20"},
		"EmptyLink":  {func(w *world) string { return fmt.Sprint(len(w.get(w.at("/documents")).header.Values("Link"))) }, "0", "1"},
		"OpenRanges": {func(w *world) string {
			return w.list("filters[updated_at]=2020-01-01...")
		}, "400", "Recycle Bin"},
		"QuotesRefused": {func(w *world) string {
			return w.list(`filters[updated_at]="2020-01-01...2030-01-01"`)
		}, "Recycle Bin", "400"},
		"RetryAfterOmitted": {func(w *world) string { return limited(w).header.Get("Retry-After") }, "10", ""},
		"RateErrorNested": {func(w *world) string {
			r := limited(w)
			return fmt.Sprint(r.at("errors") != "", r.at("error.error") != "")
		}, "true false", "false true"},
		"LinksCount": {func(w *world) string {
			link := w.show(w.file(w.project.RootID, "a", "x")).at("file_versions.0.url")
			w.procore.limiter = newLimiter(Options{SpikeCalls: 5, HourlyCalls: 9})
			r := w.get(link)
			return statusOf(r) + r.header.Get("X-Rate-Limit-Remaining")
		}, "302", "3024"},
		"RootIndexed": {func(w *world) string { return w.list("") }, "Recycle Bin", "Recycle Bin,Tower A"},
		"BinLeftOut":  {func(w *world) string { return w.list("") }, "Recycle Bin", ""},
		"RecycledLeftOut": {func(w *world) string {
			w.remove(w.inProject(fmt.Sprintf("/folders/%d", w.folder(w.project.RootID, "a"))))
			return w.list("") + " " + w.list("filters[is_in_recycle_bin]=true")
		}, "a,Recycle Bin a", "Recycle Bin a"},
		"ParentFilter": {func(w *world) string {
			a := w.folder(w.project.RootID, "a")
			w.folder(a, "b")
			return w.list(fmt.Sprintf("filters[parent_id]=%d", a)) + " " + w.list(fmt.Sprintf("parent_id=%d", a))
		}, "a,b,Recycle Bin a,b,Recycle Bin", "b b"},
	}
}

func updatedQuestions() map[string]question {
	// moves says whether a change moves updated_at of a file in a folder, and of the folder.
	moves := func(change func(w *world, file, folder int64)) func(w *world) string {
		return func(w *world) string {
			folder := w.folder(w.project.RootID, "f")
			file := w.file(folder, "a.txt", "x")
			before := w.procore.clock.Now()
			w.procore.clock.Advance(time.Minute)
			change(w, file, folder)
			moved := ""
			for _, id := range []int64{file, folder} {
				it, err := w.procore.Home().Look(id)
				require.NoError(w, err)
				moved += map[bool]string{true: "moved ", false: "kept "}[it.Updated.After(before)]
			}
			switch moved {
			case strings.Repeat("moved ", 2):
				return "both moved"
			case strings.Repeat("kept ", 2):
				return "both kept"
			}
			return strings.TrimSpace(moved)
		}
	}
	edit := func(change object) func(w *world, file, _ int64) {
		return func(w *world, file, _ int64) { w.status(http.StatusOK, w.edit(file, change)) }
	}
	checkedOut := func(then func(w *world, file int64) result) func(w *world) string {
		return func(w *world) string {
			file := w.file(w.project.RootID, "a.txt", "x")
			_, err := w.procore.AddUser("Ann", "ann@x.example").CheckOut(Item{ID: file}, w.procore.clock.Now().Add(time.Hour))
			require.NoError(w, err)
			return statusOf(then(w, file))
		}
	}
	return map[string]question{
		"MoveKeepsUpdated": {moves(func(w *world, file, _ int64) {
			w.edit(file, object{"parent_id": w.project.RootID})
		}), "moved kept", "both kept"},
		"RenameKeepsUpdated": {moves(edit(object{"name": "b.txt"})), "moved kept", "both kept"},
		"DeleteKeepsUpdated": {moves(func(w *world, file, _ int64) {
			w.remove(w.inProject(fmt.Sprintf("/files/%d", file)))
		}), "moved kept", "both kept"},
		"FlagsKeepUpdated":   {moves(edit(object{"description": "x"})), "moved kept", "both kept"},
		"ChildTouchesFolder": {moves(edit(object{"name": "b.txt"})), "moved kept", "both moved"},
		"MoveTouchesContents": {moves(func(w *world, _, folder int64) {
			w.patch(w.inProject(fmt.Sprintf("/folders/%d", folder)), object{"folder": object{"name": "g"}})
		}), "kept moved", "both moved"},
		"RenameMakesVersion": {func(w *world) string {
			return w.edit(w.file(w.project.RootID, "a.txt", "x"), object{"name": "b.txt"}).at("file_versions.0.number")
		}, "1", "2"},
		"CheckOutSparesAdmins": {checkedOut(func(w *world, file int64) result {
			return w.edit(file, object{"upload_uuid": w.upload("a.txt", "y")})
		}), "409", "200"},
		"CheckOutHoldsAll": {checkedOut(func(w *world, file int64) result {
			return w.remove(w.inProject(fmt.Sprintf("/files/%d", file)))
		}), "200", "409"},
	}
}

func binQuestions() map[string]question {
	deleted := func(then func(w *world, file, folder int64) string) func(w *world) string {
		return func(w *world) string {
			folder := w.folder(w.project.RootID, "f")
			file := w.file(folder, "a.txt", "x")
			w.status(http.StatusOK, w.remove(w.inProject(fmt.Sprintf("/folders/%d", folder))))
			return then(w, file, folder)
		}
	}
	told := func(what func(w *world)) func(w *world) string {
		return func(w *world) string {
			folder := w.folder(w.project.RootID, "f")
			w.file(folder, "a.txt", "x")
			var all []string
			w.procore.listen(func(n news) { all = append(all, fmt.Sprint(n.resource, " ", n.what)) })
			what(w)
			return strings.Join(all, ",")
		}
	}
	revise := func(w *world) {
		found, err := w.procore.Home().Find(w.project.RootID, "f/a.txt")
		require.NoError(w, err)
		_, err = w.procore.Home().Edit(found.ID, []byte("y"))
		require.NoError(w, err)
	}
	return map[string]question{
		"DeletedKeepParent": {deleted(func(w *world, _, folder int64) string {
			return w.get(w.inProject(fmt.Sprintf("/folders/%d", folder))).at("name_with_path")
		}), "Tower A/Recycle Bin/f", "Tower A/f"},
		"ContentsNotDeleted": {deleted(func(w *world, file, _ int64) string { return w.show(file).at("is_deleted") }), "true", "false"},
		"RestoreRefused": {deleted(func(w *world, _, folder int64) string {
			return statusOf(w.patch(w.inProject(fmt.Sprintf("/folders/%d", folder)), object{"folder": object{"name": "f", "parent_id": w.project.RootID}}))
		}), "200", "404"},
		"BinnedNotFound": {deleted(func(w *world, file, _ int64) string { return statusOf(w.show(file)) }), "200", "404"},
		"BinForbidden": {deleted(func(w *world, file, _ int64) string {
			w.procore.Permit(w.procore.Home().User, w.project.ID, Documents, ReadOnly)
			return statusOf(w.show(file))
		}), "404", "403"},
		"FolderDeleteToldForAll": {told(func(w *world) {
			found, err := w.procore.Home().Find(w.project.RootID, "f")
			require.NoError(w, err)
			w.remove(w.inProject(fmt.Sprintf("/folders/%d", found.ID)))
		}), "Project Folders delete", "Project Folders delete,Project Files delete"},
		"FolderMoveToldForAll": {told(func(w *world) {
			found, err := w.procore.Home().Find(w.project.RootID, "f")
			require.NoError(w, err)
			_, err = w.procore.Home().Rename(found, "g")
			require.NoError(w, err)
		}), "Project Folders update", "Project Folders update,Project Files update"},
		"VersionsNotTold":   {told(revise), "Project File Versions create,Project Files update", "Project Files update"},
		"VersionsToldAlone": {told(revise), "Project File Versions create,Project Files update", "Project File Versions create"},
		"VersionsToldTwice": {told(revise), "Project File Versions create,Project Files update", "Project File Versions create,File Versions create,Project Files update"},
	}
}

func nameQuestions() map[string]question {
	mkdir := func(name string) func(w *world) string {
		return func(w *world) string {
			r := w.makeFolder(name)
			return statusOf(r) + r.at("name")
		}
	}
	twice := func(ask func(r result) string) func(w *world) string {
		return func(w *world) string {
			w.makeFolder("a")
			return ask(w.makeFolder("a"))
		}
	}
	long := strings.Repeat("ä", 256)
	return map[string]question{
		"NamesFolded": {func(w *world) string {
			w.makeFolder("Ä")
			return statusOf(w.makeFolder("ä"))
		}, "201", "400"},
		"KindsApart": {func(w *world) string {
			w.makeFolder("a")
			return statusOf(w.createFile(w.project.RootID, "a", "x"))
		}, "400", "201"},
		"DuplicateAsBase":   {twice(func(r result) string { return r.at("errors.name.0") + r.at("errors.base.0") }), "has already been taken", "Name has already been taken"},
		"DuplicateAsText":   {twice(func(r result) string { return r.at("errors.name.0") + r.at("errors") }), "has already been takenmap[name:[has already been taken]]", "Name has already been taken"},
		"CharactersRefused": {mkdir("a/b?"), "201a/b?", "400"},
		"NamesLimited":      {mkdir(long), "201" + long, "400"},
		"NamesTrimmed":      {mkdir(" a "), "201 a ", "201a"},
		"ExtensionsFixed": {func(w *world) string {
			return statusOf(w.edit(w.file(w.project.RootID, "a.txt", "x"), object{"name": "a.pdf"}))
		}, "200", "400"},
		"EmptyRefused": {func(w *world) string { return statusOf(w.createFile(w.project.RootID, "a", "")) }, "201", "400"},
		"CyclesFail": {func(w *world) string {
			a := w.folder(w.project.RootID, "a")
			return statusOf(w.patch(w.inProject(fmt.Sprintf("/folders/%d", a)), object{"folder": object{"name": "a", "parent_id": w.folder(a, "b")}}))
		}, "400", "500"},
	}
}

func transferQuestions() map[string]question {
	ask := func(then func(w *world, link string) string) func(w *world) string {
		return func(w *world) string {
			made := w.multipart("POST", w.inProject("/files"), field{name: "file[name]", value: "a.txt"}, field{name: "file[data]", file: "a.txt", value: "hello"})
			w.status(http.StatusCreated, made)
			return then(w, made.at("file_versions.0.url"))
		}
	}
	return map[string]question{
		"StorageCreated": {func(w *world) string { return statusOf(w.toStorage(w.begin(object{"response_filename": "a"}), "x")) }, "204", "201"},
		"UploadsReusable": {func(w *world) string {
			made := w.begin(object{"response_filename": "a"})
			w.toStorage(made, "x")
			w.post(w.inProject("/files"), object{"file": object{"name": "a", "upload_uuid": made.at("uuid")}})
			return statusOf(w.post(w.inProject("/files"), object{"file": object{"name": "b", "upload_uuid": made.at("uuid")}}))
		}, "400", "201"},
		"PostUnlimited": {func(w *world) string {
			return statusOf(w.toStorage(w.begin(object{"response_filename": "a"}), strings.Repeat("x", 11)))
		}, "400", "204"},
		"LinksOpen": {ask(func(w *world, link string) string { return statusOf(w.bare().get(link)) }), "401", "302"},
		"LinksExpire": {ask(func(w *world, link string) string {
			w.procore.clock.Advance(time.Hour)
			return statusOf(w.get(link))
		}), "302", "403"},
		"TargetsShort": {ask(func(w *world, link string) string {
			target := w.get(link).header.Get("Location")
			w.procore.clock.Advance(10 * time.Second)
			return statusOf(w.bare().get(target))
		}), "200", "403"},
		"RangesIgnored": {ask(func(w *world, link string) string {
			r := w.bare().with("Range", "bytes=1-2").get(w.get(link).header.Get("Location"))
			return statusOf(r) + string(r.body)
		}), "206el", "200hello"},
		"HeadRefused": {ask(func(w *world, link string) string {
			r, err := w.bare().try("HEAD", w.get(link).header.Get("Location"), "", nil)
			require.NoError(w, err)
			return statusOf(r)
		}), "200", "403"},
	}
}

func errorQuestions() map[string]question {
	shape := func(w *world) string {
		r := w.makeFolder("")
		return statusOf(r) + strings.Join(keysOf(r), ",")
	}
	return map[string]question{
		"ErrorsStructured": {shape, "400errors", "400error"},
		"ErrorsLegacy":     {shape, "400errors", "400code,error,fields,message,reason"},
		"ErrorsSingular": {func(w *world) string {
			return w.makeFolder("").at("error")
		}, "", "Name can't be blank"},
	}
}

func keysOf(r result) []string {
	m, _ := r.json.(map[string]any)
	names := keys(m)
	slices.Sort(names)
	return names
}

func TestEachSwitchTurnsWhatItSays(t *testing.T) { // section 16, and the sections that the switches name
	questions := switchQuestions()
	for _, s := range (Switches{}).All() {
		t.Run(s.Name, func(t *testing.T) {
			q, asked := questions[s.Name]
			require.True(t, asked, "nobody asks about it")
			for _, on := range []bool{false, true} {
				o := Options{Clock: newClock(), LargestPost: 10}
				s.Set(&o.Switches, on)
				want := q.off
				if on {
					want = q.on
				}
				require.Equal(t, want, q.ask(newWorld(t, o)), "on: %v", on)
			}
		})
	}
}
