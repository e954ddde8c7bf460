package procore_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// indexRow is a file in the extended view of the flat index, as the fact sheet has it (4.2).
const indexRow = `{"id":14475561,"created_at":"2026-02-17T01:15:34Z",
 "created_by":{"id":2,"company_name":null,"locale":null,"login":"a@example.com","name":"A B"},
 "custom_fields":{},"document_type":"file","is_deleted":false,"is_recycle_bin":false,
 "name":"plan.pdf","name_with_path":"Tower A/01 Drawings/plan.pdf","parent_id":14475555,
 "private":false,"read_only":false,"updated_at":"2026-02-17T01:15:34Z",
 "is_tracked":false,
 "private_parent":{"id":7,"name":"HR","name_with_path":"Tower A/HR"},
 "tracked_folder":{"id":7,"name":"HR","name_with_path":"Tower A/HR"},
 "file":{"checked_out_by":{"id":9,"login":"j@example.com","name":"Jane","company_name":null,"locale":null},
   "checked_out_until":null,"description":"","file_type":"PDF",
   "current_version":{"id":88001,"file_id":14475561,"notes":null,"number":3,"size":54332,
      "created_at":"2026-02-17T01:15:34Z","created_by":{"id":2,"login":"a@example.com","name":"A B"},
      "url":"https://storage.procore.com/api/v5/files/us-east-1/pro-core.com/companies/1/01J?companyId=1&projectId=2&sig=SIGNED",
      "prostore_file":{"id":990017,"name":"plan.pdf","filename":"plan.pdf","url":"https://storage.procore.com/x?sig=SIGNED"}}},
 "children":{"has_children":false,"has_children_files":false,"has_children_folders":false}}`

// index is where the flat index of the project is.
const index = "GET " + api + "/projects/598134325988700/documents"

func TestTheFlatIndexTellsSizesAndVersions(t *testing.T) {
	with(t, routes{index: always(200, "["+indexRow+"]", "Total", "1", "Per-Page", "2000")}, func(t *testing.T, c *procore.Client, s *service) {
		all, err := collect(c.GetDocuments(t.Context(), procore.InProject(project), procore.DocumentQuery{}))
		require.NoError(t, err)
		require.Len(t, all, 1)
		d := all[0]
		require.Equal(t, procore.ID(14475561), d.ID)
		require.Equal(t, procore.ID(14475555), d.ParentID)
		require.Equal(t, procore.TypeFile, d.Type)
		require.Equal(t, "plan.pdf", d.Name)
		require.Equal(t, time.Date(2026, 2, 17, 1, 15, 34, 0, time.UTC), d.UpdatedAt)
		require.Equal(t, procore.ID(7), d.PrivateParent.ID)
		require.Equal(t, "Jane", d.File.CheckedOutBy.Name)
		require.Equal(t, procore.ID(88001), d.File.CurrentVersion.ID)
		require.Equal(t, procore.Number(54332), d.File.CurrentVersion.Size)
		require.Equal(t, procore.Number(3), d.File.CurrentVersion.Number)
		require.Equal(t, procore.ID(990017), d.File.CurrentVersion.Blob.ID)
		require.Len(t, s.calls(), 1)
		require.Equal(t, "filters[is_in_recycle_bin]=false&page=1&per_page=2000&view=extended", s.last().query())
	})
}

func TestALinkIsNeverPrinted(t *testing.T) {
	with(t, routes{index: always(200, "["+indexRow+"]", "Total", "1")}, func(t *testing.T, c *procore.Client, _ *service) {
		all, err := collect(c.GetDocuments(t.Context(), procore.InProject(project), procore.DocumentQuery{}))
		require.NoError(t, err)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			require.NotContains(t, fmt.Sprintf(verb, all), "SIGNED", verb)
			require.NotContains(t, fmt.Sprintf(verb, *all[0].File.CurrentVersion), "SIGNED", verb)
		}
		require.Contains(t, all[0].File.CurrentVersion.URL.URL(), "SIGNED")
	})
}

func TestPagesGoOnUntilTheServiceSaysThatThereAreNoMore(t *testing.T) {
	row := func(id int) string { return fmt.Sprintf(`{"id":%d,"document_type":"folder","name":"n%d"}`, id, id) }
	list := func(ids ...int) string {
		var rows []string
		for _, id := range ids {
			rows = append(rows, row(id))
		}
		return "[" + strings.Join(rows, ",") + "]"
	}
	for name, c := range map[string]struct {
		pages []http.HandlerFunc
		want  int
		calls int
		fails bool
	}{
		"by Link": {
			pages: []http.HandlerFunc{
				reply(200, list(1), "Link", `<https://elsewhere.example/rest?page=2>; rel="next", <https://x/y?page=2>; rel="last"`),
				reply(200, list(2), "Link", `<https://x/y?page=1>; rel="first", <https://x/y?page=1>; rel="prev"`),
			},
			want: 2, calls: 2,
		},
		"by Total where Link is left out": {
			pages: []http.HandlerFunc{
				reply(200, list(1, 2), "Total", "3", "Per-Page", "2"), reply(200, list(3), "Total", "3", "Per-Page", "2"),
			},
			want: 3, calls: 2,
		},
		"a page of which the user may see nothing is not the end": {
			pages: []http.HandlerFunc{
				reply(200, "[]", "Link", `<https://x/y?page=2>; rel="next"`), reply(200, list(1), "Link", `<https://x/y?page=1>; rel="prev"`),
			},
			want: 1, calls: 2,
		},
		"nothing is told, so an empty page is the end": {
			pages: []http.HandlerFunc{reply(200, list(1)), reply(200, list(2)), reply(200, "[]")},
			want:  2, calls: 3,
		},
		"a listing without pages is told once": {
			pages: always(200, list(1)), want: 1, calls: 2,
		},
		"nothing at all": {
			pages: always(200, "[]", "Total", "0"), want: 0, calls: 1,
		},
		"a service that says next for ever": {
			pages: always(200, list(1), "Link", `<https://x/y?page=9>; rel="next"`), want: 1, calls: 2, fails: true,
		},
		"an item that cannot be read is an error, not left out": {
			pages: always(200, "["+row(1)+`,{"id":"seven"}]`, "Total", "2"), calls: 1, fails: true,
		},
		"an empty answer is an error, not an empty listing": {
			pages: always(200, ""), calls: 1, fails: true,
		},
		"what is no list is an error, not empty": {
			pages: always(200, `{"errors":"not now"}`), calls: 1, fails: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, routes{index: c.pages}, func(t *testing.T, client *procore.Client, s *service) {
				all, err := collect(client.GetDocuments(t.Context(), procore.InProject(project), procore.DocumentQuery{}))
				if c.fails {
					require.ErrorIs(t, err, connect.ErrReply)
				} else {
					require.NoError(t, err)
				}
				require.Len(t, all, c.want)
				for i, r := range s.requests() {
					require.Equal(t, fmt.Sprint(i+1), r.URL.Query().Get("page"))
				}
				require.Len(t, s.calls(), c.calls)
			})
		})
	}
}

func TestAQueryOfTheIndexIsSentAsProcoreReadsIt(t *testing.T) {
	at := time.Date(2026, 1, 1, 12, 0, 0, 500, time.FixedZone("CET", 3600))
	for name, c := range map[string]struct {
		in   procore.Scope
		q    procore.DocumentQuery
		v2   bool
		at   string
		want string
	}{
		"what was changed since a time": {
			in: procore.InProject(project), q: procore.DocumentQuery{Updated: procore.Span{From: at}, Sort: "updated_at"}, at: index,
			want: "filters[is_in_recycle_bin]=false&filters[updated_at]=2026-01-01T11:00:00Z...2999-12-31T23:59:59Z" +
				"&page=1&per_page=2000&sort=updated_at&view=extended",
		},
		"a span is rounded outwards": {
			in: procore.InProject(project), q: procore.DocumentQuery{Updated: procore.Span{From: at, To: at}}, at: index,
			want: "filters[is_in_recycle_bin]=false&filters[updated_at]=2026-01-01T11:00:00Z...2026-01-01T11:00:01Z" +
				"&page=1&per_page=2000&view=extended",
		},
		"the recycle bin of the company": {
			in: procore.InCompany(), q: procore.DocumentQuery{Bin: procore.BinOnly, Type: procore.TypeFile, FolderID: 7, PageSize: 10},
			at:   "GET " + api + "/companies/4281379/documents",
			want: "filters[document_type]=file&filters[folder_id]=7&filters[is_in_recycle_bin]=true&page=1&per_page=10&view=extended",
		},
		"REST v2": {
			in: procore.InProject(project), v2: true,
			at:   "GET api.procore.com/rest/v2.0/companies/4281379/projects/598134325988700/documents",
			want: "filters[is_in_recycle_bin]=false&page=1&per_page=100",
		},
	} {
		t.Run(name, func(t *testing.T) {
			withOptions(t, routes{c.at: always(200, "[]", "Total", "0")}, procore.Options{V2: c.v2}, func(t *testing.T, client *procore.Client, s *service) {
				_, err := collect(client.GetDocuments(t.Context(), c.in, c.q))
				require.NoError(t, err)
				require.Equal(t, c.want, s.last().query())
			})
		})
	}
}

func TestTheIndexOfRESTv2IsReadTheSame(t *testing.T) {
	const at = "GET api.procore.com/rest/v2.0/companies/4281379/projects/598134325988700/documents"
	body := `{"data":[{"id":"9007199254740993","parent_id":"3","name":"a.pdf","document_type":"file","has_private_ancestor":true,
		"file":{"current_version":{"id":"88001","number":2,"size":"10"}}}]}`
	withOptions(t, routes{at: always(200, body, "Total", "1")}, procore.Options{V2: true}, func(t *testing.T, c *procore.Client, _ *service) {
		all, err := collect(c.GetDocuments(t.Context(), procore.InProject(project), procore.DocumentQuery{}))
		require.NoError(t, err)
		require.Len(t, all, 1)
		require.Equal(t, procore.ID(9007199254740993), all[0].ID, "beyond what a float can hold")
		require.True(t, all[0].HasPrivateAncestor)
		require.Equal(t, procore.Number(10), all[0].File.CurrentVersion.Size)
	})
}

func TestAQueryThatMakesNoSenseIsNotSent(t *testing.T) {
	for name, c := range map[string]struct {
		in procore.Scope
		q  procore.DocumentQuery
	}{
		"no scope":            {procore.Scope{}, procore.DocumentQuery{}},
		"no project":          {procore.InProject(0), procore.DocumentQuery{}},
		"a type of its own":   {procore.InCompany(), procore.DocumentQuery{Type: "drawing"}},
		"a folder below zero": {procore.InCompany(), procore.DocumentQuery{FolderID: -1}},
		"another bin":         {procore.InCompany(), procore.DocumentQuery{Bin: 7}},
		"pages below zero":    {procore.InCompany(), procore.DocumentQuery{PageSize: -1}},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, routes{}, func(t *testing.T, client *procore.Client, s *service) {
				_, err := collect(client.GetDocuments(t.Context(), c.in, c.q))
				require.ErrorIs(t, err, syncer.ErrInvalid)
				require.Empty(t, s.calls())
			})
		})
	}
}

func TestAFolderIsAskedForOnlyByWhatItsScopeKnows(t *testing.T) {
	q := procore.FolderQuery{NoFolders: true, NoFiles: true, Latest: true}
	for at, want := range map[string]string{
		"GET " + api + "/folders/2":                   "exclude_files=true&exclude_folders=true&project_id=598134325988700&show_latest_file_version_only=true",
		"GET " + api + "/companies/4281379/folders/2": "exclude_files=true&exclude_folders=true",
	} {
		with(t, routes{at: always(200, `{"id":2}`)}, func(t *testing.T, c *procore.Client, s *service) {
			in := procore.InProject(project)
			if strings.Contains(at, "companies") {
				in = procore.InCompany()
			}
			_, err := c.GetFoldersID(t.Context(), in, 2, q)
			require.NoError(t, err)
			require.Equal(t, want, s.last().query())
		})
	}
}
