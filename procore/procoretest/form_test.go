package procoretest

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/internal/fake"
)

func TestTheRequestsOfProPyCoreAreUnderstood(t *testing.T) { // section 14; sections 2, 4.5 and 4.9
	w := newWorld(t, Options{})
	id, secret := w.procore.Client()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.procore.URLs().API+"/oauth/token",
		strings.NewReader(url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}}.Encode()))
	require.NoError(t, err)
	r.SetBasicAuth(id, secret)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := w.client.Do(r)
	require.NoError(t, err)
	answer.Body.Close()
	require.Equal(t, http.StatusOK, answer.StatusCode)

	root := fmt.Sprint(w.project.RootID)
	made := w.post(w.inProject("/folders"), object{"folder": object{"parent_id": root, "name": "Specs", "explicit_permissions": false}})
	w.status(http.StatusCreated, made)
	w.status(http.StatusBadRequest, w.post(w.inProject("/folders"), object{"folder": object{"parent_id": root, "name": "Specs"}}))
	file := w.multipart("POST", w.inProject("/files"),
		field{name: "file[parent_id]", value: made.at("id")}, field{name: "file[name]", value: "a.pdf"}, field{name: "file[description]", value: "None"},
		field{name: "file[private]", value: "False"}, field{name: "file[data]", file: "a.pdf", value: "%PDF"})
	w.status(http.StatusCreated, file)
	require.Equal(t, "4", file.at("size"))
	w.status(http.StatusOK, w.multipart("PATCH", w.inProject("/files/"+file.at("id")), field{name: "file[name]", value: "b.pdf"}))

	var names []string
	for page := 1; ; page++ { // until a page is empty
		list := w.get(w.at("/documents?view=&sort=name&per_page=10000&filters[document_type]=file&filters[is_in_recycle_bin]=False" +
			"&filters[private]=False&page=" + fmt.Sprint(page)))
		w.status(http.StatusOK, list)
		if len(list.entries()) == 0 {
			break
		}
		names = append(names, list.names()...)
	}
	require.Equal(t, []string{"b.pdf"}, names)
	in := w.get(w.at("/documents?view=normal&sort=name&per_page=10000&filters[folder_id]=" + made.at("id")))
	require.Equal(t, []string{"b.pdf", "Specs"}, in.names())
}

func TestTheRubyGemFindsItsPages(t *testing.T) { // section 14; section 2
	w := newWorld(t, Options{}).with("Accepts", "application/json").with("Procore-Sdk-Language", "ruby")
	for i := range 5 {
		w.folder(w.project.RootID, fmt.Sprint(i))
	}
	pattern := regexp.MustCompile(`<.*rest/v\d\.\d/([^>]*)>; rel="(\w+)"`)
	var names []string
	next := "projects/" + fmt.Sprint(w.project.ID) + "/documents?per_page=2&page=1"
	for next != "" {
		r := w.get("/rest/v1.0/" + next)
		names = append(names, r.names()...)
		next = ""
		for one := range strings.SplitSeq(r.header.Get("Link"), ", ") {
			found := pattern.FindStringSubmatch(one)
			require.NotNil(t, found, "each entry is understood: %s", one)
			if found[2] == "next" {
				next = found[1]
			}
		}
	}
	require.Equal(t, []string{"Recycle Bin", "0", "1", "2", "3", "4"}, names)
}

func TestTheJSSDKWritesArraysWithBracketsAndHasOneHost(t *testing.T) { // section 14, trap 34
	w := newWorld(t, Options{}).with("Procore-Sdk-Language", "javascript").with("Accept", "application/json")
	w.file(w.project.RootID, "a.pdf", "x")
	w.file(w.project.RootID, "b.txt", "x")
	query := url.Values{"filters[file_type][]": {"pdf", "txt"}, "sort": {"name"}}.Encode()
	require.Equal(t, []string{"a.pdf", "b.txt"}, w.get(w.at("/documents?"+query)).names())
	id, secret := w.procore.Client()
	w.status(http.StatusOK, w.post("/oauth/token", object{
		"grant_type": "refresh_token", "client_id": id, "client_secret": secret, "refresh_token": w.procore.RefreshToken(), "redirect_uri": "http://localhost",
	}))
}

func TestFormsAreReadLikeJSON(t *testing.T) { // sections 4.5 and 10
	for name, c := range map[string]struct {
		fields url.Values
		want   string
	}{
		"nested":           {url.Values{"file[name]": {"a"}, "file[parent_id]": {"7"}}, "map[file:map[name:a parent_id:7]]"},
		"array":            {url.Values{"ids[]": {"1", "2"}}, "map[ids:[1 2]]"},
		"array in object":  {url.Values{"rfi[upload_ids][]": {"1", "2"}}, "map[rfi:map[upload_ids:[1 2]]]"},
		"objects in array": {url.Values{"a[][x]": {"1", "2"}}, "map[a:[map[x:1] map[x:2]]]"},
		"fields together":  {url.Values{"a[][x]": {"1"}, "a[][y]": {"2"}}, "map[a:[map[x:1 y:2]]]"},
		"deep":             {url.Values{"a[b][c][d]": {"1"}}, "map[a:map[b:map[c:map[d:1]]]]"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(c.fields.Encode()))
			require.NoError(t, err)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			got, _, err := readParams(r, nil)
			require.NoError(t, err)
			require.Equal(t, c.want, fmt.Sprint(got))
		})
	}
}

func FuzzReadParams(f *testing.F) {
	f.Add("application/json", `{"file":{"name":"a","parent_id":"7","ids":[1,"2",null,{"a":[]}]}}`)
	f.Add("application/x-www-form-urlencoded", "file[name]=a&ids[]=1&a[][x]=1&a[][y]=2&[=&]=&a[=1&a]=1&[[]]=")
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file[data]\"; filename=\"a\"\r\n\r\nhello\r\n--x--\r\n")
	f.Add("application/x-www-form-urlencoded", strings.Repeat("a[", 100))
	f.Fuzz(func(_ *testing.T, kind, body string) {
		r := &http.Request{Method: http.MethodPost, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body))}
		p, _, err := readParams(r, &fake.Vault{})
		if err != nil {
			return
		}
		for name := range p { // whatever came, no reader of it panics
			_, _ = p.id(name)
			_, _ = p.flag(name)
			_, _ = p.ids(name)
			p.time(name)
			p.texts(name)
			p.files(name)
			p.part(name)
			p.pointer(name)
			p.in(name).text("x")
		}
	})
}
