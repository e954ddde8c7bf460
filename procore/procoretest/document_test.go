package procoretest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOnlyTheExtendedIndexHasSizeAndVersion(t *testing.T) { // sections 0.3 and 4.2, trap 6
	w := newWorld(t, Options{})
	id := w.file(w.project.RootID, "plan.pdf", "hello")
	normal := w.get(w.at("/documents?filters[document_type]=file"))
	require.Equal(t, fmt.Sprint(id), normal.at("0.id"))
	require.Equal(t, "Sync Robot", normal.at("0.created_by.name"))
	for _, name := range []string{"file", "is_tracked", "children", "tracked_folder", "private_parent"} {
		_, has := normal.value("0." + name)
		require.False(t, has, name)
	}
	extended := w.get(w.at("/documents?view=extended&sort=-document_type"))
	require.Equal(t, "Recycle Bin", extended.at("0.name"))
	require.Equal(t, "plan.pdf", extended.at("1.name"))
	require.Equal(t, "5", extended.at("1.file.current_version.size"))
	require.Equal(t, "1", extended.at("1.file.current_version.number"))
	require.Equal(t, fmt.Sprint(id), extended.at("1.file.current_version.file_id"))
	require.Equal(t, "PDF", extended.at("1.file.file_type"))
	require.Equal(t, "false", extended.at("0.children.has_children"))
	_, has := extended.value("0.file")
	require.False(t, has, "a folder has no file")
	require.Equal(t, "hello", string(w.download(extended.at("1.file.current_version.url")).body))
}

func TestTheIndexIsFiltered(t *testing.T) { // sections 2 and 4.2
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	ann := w.procore.AddUser("Ann", "ann@x.example")
	drawings := w.folder(w.project.RootID, "Drawings")
	inner := w.folder(drawings, "Inner")
	w.file(inner, "a.pdf", "x")
	clock.Advance(time.Hour)
	file, err := ann.Upload(w.project.RootID, "b.txt", []byte("x"))
	require.NoError(t, err)
	_, err = ann.Describe(file, "Concrete mix")
	require.NoError(t, err)
	clock.Advance(time.Hour)
	_, err = ann.Hide(file, true)
	require.NoError(t, err)

	for query, want := range map[string]string{
		"filters[document_type]=file":                                                      "a.pdf b.txt",
		"filters[document_type]=folder":                                                    "Drawings Inner Recycle Bin",
		"filters[file_type][]=pdf":                                                         "a.pdf",
		"filters[file_type]=pdf,txt":                                                       "a.pdf b.txt",
		"filters[search]=CONCRETE":                                                         "b.txt",
		"filters[private]=true":                                                            "b.txt",
		fmt.Sprintf("filters[created_by_id][]=%d", ann.ID):                                 "b.txt",
		fmt.Sprintf("filters[folder_id]=%d", drawings):                                     "a.pdf Drawings Inner",
		fmt.Sprintf("filters[folder_id]=%d&filters[document_type]=file", drawings):         "a.pdf",
		"filters[updated_at]=2026-03-01T11:00:00Z...2027-01-01T00:00:00Z":                  "b.txt",
		"filters[created_at]=2026-03-01T10:00:00Z...2027-01-01T00:00:00Z":                  "b.txt",
		`filters[updated_at]="2026-03-01T09:30:00Z...2026-03-01T11:00:00Z"`:                "b.txt",
		"filters[updated_at]=2026-03-01...2026-03-01":                                      "a.pdf b.txt Drawings Inner Recycle Bin",
		"filters[updated_at]=" + url.QueryEscape("2026-03-01T12:00:00+01:00...2027-01-01"): "b.txt",
	} {
		r := w.get(w.at("/documents?sort=name&" + query))
		w.status(http.StatusOK, r)
		require.Equal(t, want, strings.Join(r.names(), " "), query)
	}
	for _, query := range []string{
		"filters[updated_at]=2026-03-01T10:00:00Z", "filters[updated_at]=2026-03-01T10:00:00Z...",
		"filters[updated_at]=yesterday...today", "filters[updated_at]=2026-03-01T12:00:00+01:00...2027-01-01",
		"sort=size", "view=all", "filters[private]=maybe", "filters[created_by_id]=x", "page=0", "per_page=x",
	} {
		w.status(http.StatusBadRequest, w.get(w.at("/documents?"+query)))
	}
}

func TestAListSaysWhereItsPagesAre(t *testing.T) { // section 2
	w := newWorld(t, Options{})
	for i := range 6 {
		w.folder(w.project.RootID, string(rune('a'+i)))
	}
	page := func(number int) result {
		return w.get(w.at(fmt.Sprintf("/documents?sort=name&per_page=3&page=%d", number)))
	}
	relations := func(r result) []string {
		var all []string
		for one := range strings.SplitSeq(r.header.Get("Link"), ", ") {
			_, rel, _ := strings.Cut(one, "; ")
			all = append(all, strings.Trim(strings.TrimPrefix(rel, "rel="), `"`))
		}
		return all
	}
	first := page(1)
	require.Equal(t, "7", first.header.Get("Total"))
	require.Equal(t, "3", first.header.Get("Per-Page"))
	require.Equal(t, []string{"next", "last"}, relations(first))
	require.Equal(t, []string{"first", "prev", "next", "last"}, relations(page(2)))
	require.Equal(t, []string{"first", "prev"}, relations(page(3)))
	require.Len(t, page(3).entries(), 1)
	require.Empty(t, page(4).entries())
	require.Equal(t, "[]", string(page(4).body))
	require.Equal(t, "[]", string(page(1<<62).body))

	target := first.header.Get("Link")
	target = target[1:strings.Index(target, ">")]
	require.True(t, strings.HasPrefix(target, w.procore.URLs().API+"/rest/v1.0/projects/"), target)
	require.Equal(t, []string{"d", "e", "f"}, w.get(target).names())
	whole := w.get(w.at("/documents"))
	require.Empty(t, whole.header.Values("Link"), "a single page has none")
	require.Equal(t, "100", whole.header.Get("Per-Page"))
}

func TestPagesShiftWhileAListIsRead(t *testing.T) { // section 2: pages are offsets
	w := newWorld(t, Options{})
	ids := map[string]int64{}
	for _, name := range []string{"a", "b", "c", "d"} {
		ids[name] = w.folder(w.project.RootID, name)
	}
	list := "/documents?sort=name&per_page=2&filters[is_in_recycle_bin]=false&page="
	require.Equal(t, []string{"a", "b"}, w.get(w.at(list+"1")).names())
	w.status(http.StatusOK, w.remove(w.inProject(fmt.Sprintf("/folders/%d", ids["a"]))))
	require.Equal(t, []string{"d", "Recycle Bin"}, w.get(w.at(list+"2")).names(), "c is never seen")
}

func TestTimesHaveWholeSecondsOnly(t *testing.T) { // section 2
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	clock.Advance(100 * time.Millisecond)
	w.folder(w.project.RootID, "a")
	clock.Advance(800 * time.Millisecond)
	w.folder(w.project.RootID, "b")
	r := w.get(w.at("/documents?filters[updated_at]=2026-03-01T09:00:00Z...2026-03-01T09:00:00Z&sort=updated_at"))
	require.Equal(t, []string{"Recycle Bin", "a", "b"}, r.names())
	require.Equal(t, r.at("1.updated_at"), r.at("2.updated_at"))
}

func TestTheSecondVersionHasTextIDsAndNoPaths(t *testing.T) { // section 4.3
	w := newWorld(t, Options{})
	base := fmt.Sprintf("/rest/v2.0/companies/%d/projects/%d", w.project.CompanyID, w.project.ID)
	drawings := w.folder(w.project.RootID, "Drawings")
	file := w.file(drawings, "a.pdf", "one")
	for i := range 21 {
		w.status(http.StatusOK, w.edit(file, object{"upload_uuid": w.upload("a.pdf", strings.Repeat("x", i))}))
	}
	gone := w.folder(w.project.RootID, "Gone")
	w.status(http.StatusOK, w.remove(w.inProject(fmt.Sprintf("/folders/%d", gone))))

	for _, path := range []string{base + "/documents", fmt.Sprintf("/rest/v2.0/projects/%d/documents", w.project.ID)} {
		r := w.get(path + "?sort=document_type,-name")
		w.status(http.StatusOK, r)
		require.Equal(t, "a.pdf", r.at("data.0.name"))
		require.IsType(t, "", r.json.(map[string]any)["data"].([]any)[0].(map[string]any)["id"])
		require.Equal(t, "22", r.at("data.0.file.current_version.number"))
		require.NotContains(t, string(r.body), "name_with_path")
		require.NotContains(t, string(r.body), "Gone", "what was deleted is left out")
		require.Equal(t, "10", r.header.Get("Per-Page"))
		require.Equal(t, []string{""}, r.header.Values("Link"))
	}
	require.Contains(t, string(w.get(base+"/documents?filters[is_in_recycle_bin]=true").body), "Gone")
	require.Equal(t, "100", w.get(base+"/documents?per_page=500").header.Get("Per-Page"))
	require.Equal(t, "500", w.get(base+"/folders?per_page=500").header.Get("Per-Page"))

	names := func(path string) []string {
		var all []string
		r := w.get(path)
		w.status(http.StatusOK, r)
		list, _ := r.value("data")
		for i := range list.([]any) {
			all = append(all, r.at(fmt.Sprintf("data.%d.name", i)))
		}
		slices.Sort(all)
		return all
	}
	require.Equal(t, []string{"Drawings", "Recycle Bin"}, names(base+"/folders"))
	require.Equal(t, []string{"a.pdf"}, names(base+fmt.Sprintf("/folders/%d", drawings)))
	require.Equal(t, []string{"a.pdf"}, names(base+"/folders?include_descendants=true&filters[document_type]=file"))
	require.Equal(t, []string{"Drawings", "Recycle Bin"}, names(base+"/folders?include_descendants=true"), "only with a filter")
	require.Empty(t, names(base+fmt.Sprintf("/folders/%d?exclude_files=true", drawings)))
	_, has := w.get(base + "/folders?view=sync_compact").value("data.0.has_private_ancestor")
	require.False(t, has)

	revisions := w.get(base + fmt.Sprintf("/documents/%d/revisions?per_page=100", file))
	require.Equal(t, "20", revisions.header.Get("Total"), "the newest only")
	require.Equal(t, "22", revisions.at("data.0.file_version"))
	missing := w.get(base + "/folders/1")
	w.status(http.StatusNotFound, missing)
	require.Equal(t, "404", missing.at("error.code"))
	require.Equal(t, "Recycle Bin", w.get(fmt.Sprintf("/rest/v2.0/companies/%d/documents", w.project.CompanyID)).at("data.0.name"))
}

func TestTheSecondVersionIsSortedByAnyOfItsFields(t *testing.T) { // section 4.3
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	ann := w.procore.AddUser("Ann", "ann@x.example")
	w.folder(w.project.RootID, "b")
	clock.Advance(time.Minute)
	_, err := ann.CreateFolder(w.project.RootID, "a")
	require.NoError(t, err)
	base := fmt.Sprintf("/rest/v2.0/companies/%d/projects/%d/folders?sort=", w.project.CompanyID, w.project.ID)
	for order, want := range map[string]string{
		"name": "a b Recycle Bin", "-name": "Recycle Bin b a", "created_at": "Recycle Bin b a", "-updated_at": "a Recycle Bin b",
		"created_by": "Recycle Bin a b", "document_type,-created_at,name": "a b Recycle Bin",
	} {
		r := w.get(base + order)
		w.status(http.StatusOK, r)
		require.Equal(t, want, strings.Join([]string{r.at("data.0.name"), r.at("data.1.name"), r.at("data.2.name")}, " "), order)
	}
	w.status(http.StatusBadRequest, w.get(base+"size"))
}
