package procore_test

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
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
      "url":"https://storage.procore.com/api/v5/files/us-east-1/pro-core.com/companies/1/01J?companyId=1&projectId=2&sig=topsecret",
      "prostore_file":{"id":990017,"name":"plan.pdf","filename":"plan.pdf","url":"https://storage.procore.com/x?sig=topsecret"}}},
 "children":{"has_children":false,"has_children_files":false,"has_children_folders":false}}`

func TestTheFlatIndexTellsSizesAndVersions(t *testing.T) {
	s := newService(t)
	s.on("GET /rest/v1.0/projects/316469/documents", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Total", "1")
		w.Header().Set("Per-Page", "2000")
		says(200, "["+indexRow+"]")(w, r)
	})
	all, err := collect(s.client().GetDocuments(t.Context(), procore.InProject(project), procore.DocumentQuery{}))
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
	require.Equal(t, []string{
		"GET /rest/v1.0/projects/316469/documents?filters[is_in_recycle_bin]=false&page=1&per_page=2000&view=extended",
	}, s.lines())
}

func TestALinkIsNeverPrinted(t *testing.T) {
	s := newService(t)
	s.on("GET /rest/v1.0/projects/316469/documents", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Total", "1")
		says(200, "["+indexRow+"]")(w, r)
	})
	all, err := collect(s.client().GetDocuments(t.Context(), procore.InProject(project), procore.DocumentQuery{}))
	require.NoError(t, err)
	v := *all[0].File.CurrentVersion
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		require.NotContains(t, fmt.Sprintf(verb, v), "topsecret", verb)
		require.NotContains(t, fmt.Sprintf(verb, v.Blob), "topsecret", verb)
	}
	require.Contains(t, v.URL.URL(), "topsecret")
}

func TestPagesGoOnUntilTheServiceSaysThatThereAreNoMore(t *testing.T) {
	row := func(id int) string { return fmt.Sprintf(`{"id":%d,"document_type":"folder","name":"n%d"}`, id, id) }
	for name, c := range map[string]struct {
		pages  []string                   // bodies
		header func(page int) http.Header // of each
		want   int
		calls  int
		fails  bool
	}{
		"by Link": {
			pages: []string{"[" + row(1) + "]", "[" + row(2) + "]"},
			header: func(page int) http.Header {
				if page == 1 {
					return http.Header{"Link": {`<https://elsewhere.example/rest?page=2>; rel="next", <https://x/y?page=2>; rel="last"`}}
				}
				return http.Header{"Link": {`<https://x/y?page=1>; rel="first", <https://x/y?page=1>; rel="prev"`}}
			},
			want: 2, calls: 2,
		},
		"by Total where Link is left out": {
			pages:  []string{"[" + row(1) + "," + row(2) + "]", "[" + row(3) + "]"},
			header: func(int) http.Header { return http.Header{"Total": {"3"}, "Per-Page": {"2"}} },
			want:   3, calls: 2,
		},
		"a page of which the user may see nothing is not the end": {
			pages: []string{"[]", "[" + row(1) + "]"},
			header: func(page int) http.Header {
				if page == 1 {
					return http.Header{"Link": {`<https://x/y?page=2>; rel="next"`}}
				}
				return http.Header{"Link": {`<https://x/y?page=1>; rel="prev"`}}
			},
			want: 1, calls: 2,
		},
		"nothing is told, so an empty page is the end": {
			pages:  []string{"[" + row(1) + "]", "[" + row(2) + "]", "[]"},
			header: func(int) http.Header { return nil },
			want:   2, calls: 3,
		},
		"a listing without pages is told once": {
			pages:  []string{"[" + row(1) + "]", "[" + row(1) + "]"},
			header: func(int) http.Header { return nil },
			want:   1, calls: 2,
		},
		"nothing at all": {
			pages:  []string{"[]"},
			header: func(int) http.Header { return http.Header{"Total": {"0"}} },
			want:   0, calls: 1,
		},
		"a service that says next for ever": {
			pages:  []string{"[" + row(1) + "]", "[" + row(1) + "]"},
			header: func(int) http.Header { return http.Header{"Link": {`<https://x/y?page=9>; rel="next"`}} },
			want:   1, calls: 2, fails: true,
		},
		"an item that cannot be read is an error, not left out": {
			pages:  []string{"[" + row(1) + `,{"id":"seven"}]`},
			header: func(int) http.Header { return http.Header{"Total": {"2"}} },
			calls:  1, fails: true,
		},
		"what is no list is an error, not empty": {
			pages:  []string{`{"errors":"not now"}`},
			header: func(int) http.Header { return nil },
			calls:  1, fails: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t)
			s.on("GET /rest/v1.0/projects/316469/documents", func(w http.ResponseWriter, r *http.Request) {
				page, _ := strconv.Atoi(r.URL.Query().Get("page"))
				maps.Copy(w.Header(), c.header(page))
				says(200, c.pages[page-1])(w, r)
			})
			all, err := collect(s.client().GetDocuments(t.Context(), procore.InProject(project), procore.DocumentQuery{}))
			if c.fails {
				require.ErrorIs(t, err, connect.ErrReply)
			} else {
				require.NoError(t, err)
			}
			require.Len(t, all, c.want)
			require.Len(t, s.lines(), c.calls)
		})
	}
}

func TestAQueryOfTheIndexIsSentAsProcoreReadsIt(t *testing.T) {
	at := time.Date(2026, 1, 1, 12, 0, 0, 500, time.FixedZone("CET", 3600))
	for name, c := range map[string]struct {
		in   procore.Scope
		q    procore.DocumentQuery
		v2   bool
		want string
	}{
		"what was changed since a time": {
			procore.InProject(project),
			procore.DocumentQuery{Updated: procore.Span{From: at}, Sort: "updated_at"},
			false, "GET /rest/v1.0/projects/316469/documents?filters[is_in_recycle_bin]=false&" +
				"filters[updated_at]=2026-01-01T11:00:00Z...2999-12-31T23:59:59Z&page=1&per_page=2000&sort=updated_at&view=extended",
		},
		"a span is rounded outwards": {
			procore.InProject(project),
			procore.DocumentQuery{Updated: procore.Span{From: at, To: at}},
			false,
			"GET /rest/v1.0/projects/316469/documents?filters[is_in_recycle_bin]=false&" +
				"filters[updated_at]=2026-01-01T11:00:00Z...2026-01-01T11:00:01Z&page=1&per_page=2000&view=extended",
		},
		"the recycle bin of the company": {
			procore.InCompany(),
			procore.DocumentQuery{Bin: procore.BinOnly, Type: procore.TypeFile, FolderID: 7, PageSize: 10},
			false,
			"GET /rest/v1.0/companies/562949953421312/documents?filters[document_type]=file&filters[folder_id]=7&" +
				"filters[is_in_recycle_bin]=true&page=1&per_page=10&view=extended",
		},
		"REST v2": {
			procore.InProject(project),
			procore.DocumentQuery{},
			true,
			"GET /rest/v2.0/companies/562949953421312/projects/316469/documents?filters[is_in_recycle_bin]=false&page=1&per_page=100",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t)
			s.on("GET /", func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Total", "0")
				says(200, "[]")(w, r)
			})
			client := s.client(func(o *procore.Options) { o.V2 = c.v2 })
			_, err := collect(client.GetDocuments(t.Context(), c.in, c.q))
			require.NoError(t, err)
			require.Equal(t, []string{c.want}, s.lines())
		})
	}
}

func TestTheIndexOfRESTv2IsReadTheSame(t *testing.T) {
	s := newService(t)
	s.on("GET /rest/v2.0/companies/562949953421312/projects/316469/documents", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Total", "1")
		says(200, `{"data":[{"id":"9007199254740993","parent_id":"3","name":"a.pdf","document_type":"file","has_private_ancestor":true,
			"file":{"current_version":{"id":"88001","number":2,"size":"10"}}}]}`)(w, r)
	})
	all, err := collect(s.client(func(o *procore.Options) { o.V2 = true }).GetDocuments(t.Context(), procore.InProject(project), procore.DocumentQuery{}))
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, procore.ID(9007199254740993), all[0].ID, "beyond what a float can hold")
	require.True(t, all[0].HasPrivateAncestor)
	require.Equal(t, procore.Number(10), all[0].File.CurrentVersion.Size)
}
