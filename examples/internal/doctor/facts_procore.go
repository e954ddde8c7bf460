package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/procore"
)

// procoreProbes only read.
func procoreProbes() []probe {
	about := func(name, section, question, how string, ask func(context.Context, *desk) (string, error)) probe {
		return probe{Fact{Service: office.ProcoreService, Name: name, Section: section, Question: question, How: how}, ask}
	}
	const index = "GET the index of documents"
	return []probe{
		about("token-life", "1.2", "How long does an access token live?", "the time that came with the stored token", tokenLife),
		about("company-header", "1.4", "What is the answer to a call without Procore-Company-Id?", "GET /rest/v1.0/projects without it", companyHeader),
		about("page-size", "2", "How many items has a page of v1 that names no size?", index+" without per_page", pageSize),
		about("empty-link", "2", "Does the only page of a v1 list have an empty Link?", "GET the albums", emptyLink),
		about("open-ranges", "2", "May a range of times be open at its end?", index+" since a year, with no end", rangeOf("2025-01-01T00:00:00Z...")),
		about("quoted-ranges", "2", "May a range of times stand in double quotes?", index+" with a quoted range", rangeOf(`"2025-01-01T00:00:00Z...2025-01-02T00:00:00Z"`)),
		about("root-indexed", "4.2", "Is the top folder in the index of documents?", index, rootIndexed),
		about("bin-indexed", "4.2", "Is the recycle bin itself in the index?", index, binIndexed),
		about("recycled-indexed", "4.2", "Is what lies in the recycle bin in the index, without being asked for?", index+", and again for the bin", recycledIndexed),
		about("parent-filter", "4.2", "Does the index heed filters[parent_id]?", index+" of the top folder only", parentFilter),
		about("error-shape", "13", "What shape has an error of v1?", "GET a folder that is not there", errorShape),
		about("status-filter", "trap 21", "May the status of RFIs be asked for without brackets?", "GET the RFIs with filters[status]=open", statusFilter),
	}
}

func tokenLife(ctx context.Context, k *desk) (string, error) {
	is, err := k.doctor.office.SignedIn(ctx, office.ProcoreService)
	switch {
	case err != nil:
		return "", err
	case is.Expiry.IsZero() || is.Received.IsZero():
		return "", fmt.Errorf("the token of the environment tells no end")
	}
	return fmt.Sprintf("about %.0f s", is.Expiry.Sub(is.Received).Round(30*time.Second).Seconds()), nil // the answer took a while
}

// company names the company in each request.
func (k *desk) company() http.Header {
	return http.Header{"Procore-Company-Id": {k.procore.CompanyID().String()}}
}

// inProject asks below the project of the link, or says that there is none.
func (k *desk) inProject(ctx context.Context, path string, query url.Values) (*answer, error) {
	if k.in.ProjectID() == 0 {
		return nil, errNothing("project")
	}
	path = strings.ReplaceAll(path, "{project}", k.in.ProjectID().String())
	return k.get(ctx, office.ProcoreService, path, query, k.company())
}

const indexPath = "/rest/v1.0/projects/{project}/documents"

// index reads the index of documents. It is for looking at some of it: what does not fit on a page is left
// out.
func (k *desk) index(ctx context.Context, query url.Values) ([]procore.Document, error) {
	if query == nil {
		query = url.Values{}
	}
	query.Set("page", "1")
	query.Set("per_page", "2000")
	got, err := k.inProject(ctx, indexPath, query)
	if err != nil {
		return nil, err
	}
	var all []procore.Document
	if got.status != http.StatusOK || json.Unmarshal(got.body, &all) != nil {
		return nil, fmt.Errorf("the index of documents is answered with %d", got.status)
	}
	return all, nil
}

func companyHeader(ctx context.Context, k *desk) (string, error) {
	got, err := k.get(ctx, office.ProcoreService, "/rest/v1.0/projects", url.Values{"company_id": {k.procore.CompanyID().String()}}, nil)
	switch {
	case err != nil:
		return "", err
	case got.status == http.StatusOK:
		return "it is answered all the same", nil
	case json.Valid(got.body):
		return fmt.Sprintf("%d and JSON", got.status), nil
	}
	return fmt.Sprintf("%d and a text", got.status), nil
}

func pageSize(ctx context.Context, k *desk) (string, error) {
	got, err := k.inProject(ctx, indexPath, nil)
	if err != nil {
		return "", err
	}
	if size := got.header.Get("Per-Page"); got.status == http.StatusOK && size != "" {
		return size, nil
	}
	return "", fmt.Errorf("the answer %d has no Per-Page", got.status)
}

func emptyLink(ctx context.Context, k *desk) (string, error) {
	got, err := k.inProject(ctx, "/rest/v1.0/image_categories", url.Values{"project_id": {k.in.ProjectID().String()}, "page": {"1"}, "per_page": {"2000"}})
	switch {
	case err != nil:
		return "", err
	case got.status != http.StatusOK:
		return "", fmt.Errorf("the albums are answered with %d", got.status)
	}
	link, sent := got.header["Link"]
	return yes(sent && strings.Join(link, "") == ""), nil
}

func rangeOf(text string) func(context.Context, *desk) (string, error) {
	return func(ctx context.Context, k *desk) (string, error) {
		got, err := k.inProject(ctx, indexPath, url.Values{"filters[updated_at]": {text}, "page": {"1"}, "per_page": {"1"}})
		if err != nil {
			return "", err
		}
		if got.status == http.StatusOK {
			return yes(true), nil
		}
		return fmt.Sprintf("no: %d", got.status), nil
	}
}

func rootIndexed(ctx context.Context, k *desk) (string, error) {
	all, err := k.index(ctx, nil)
	if err != nil {
		return "", err
	}
	for _, d := range all {
		if d.ParentID == 0 {
			return yes(true), nil
		}
	}
	return yes(false), nil
}

func binIndexed(ctx context.Context, k *desk) (string, error) {
	top, err := k.procore.GetFolders(ctx, k.in, procore.FolderQuery{NoFiles: true})
	if err != nil {
		return "", err
	}
	seen := false
	for _, f := range top.Folders {
		seen = seen || f.IsRecycleBin
	}
	if !seen {
		return "", errNothing("recycle bin that the account sees")
	}
	all, err := k.index(ctx, nil)
	if err != nil {
		return "", err
	}
	for _, d := range all {
		if d.IsRecycleBin {
			return yes(true), nil
		}
	}
	return yes(false), nil
}

func recycledIndexed(ctx context.Context, k *desk) (string, error) {
	binned, err := k.index(ctx, url.Values{"filters[is_in_recycle_bin]": {"true"}})
	if err != nil {
		return "", err
	}
	if len(binned) == 0 {
		return "", errNothing("document in the recycle bin")
	}
	all, err := k.index(ctx, nil)
	if err != nil {
		return "", err
	}
	for _, d := range all {
		if d.ID == binned[0].ID {
			return yes(true), nil
		}
	}
	return yes(false), nil
}

func parentFilter(ctx context.Context, k *desk) (string, error) {
	top, err := k.procore.GetFolders(ctx, k.in, procore.FolderQuery{NoFiles: true})
	if err != nil {
		return "", err
	}
	below := func(all []procore.Document) bool {
		for _, d := range all {
			if d.ParentID != 0 && d.ParentID != top.ID && !d.IsDeleted {
				return true
			}
		}
		return false
	}
	all, err := k.index(ctx, nil)
	if err != nil {
		return "", err
	}
	if !below(all) {
		return "", errNothing("document that stands in a folder")
	}
	some, err := k.index(ctx, url.Values{"filters[parent_id]": {top.ID.String()}})
	return yes(err == nil && !below(some)), err
}

func errorShape(ctx context.Context, k *desk) (string, error) {
	got, err := k.inProject(ctx, "/rest/v1.0/folders/1", url.Values{"project_id": {k.in.ProjectID().String()}})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d and %s", got.status, shape(got.body)), nil
}

// shape names the form of an error's body: what stands at its top, and what is below that.
func shape(body []byte) string {
	var top map[string]json.RawMessage
	if json.Unmarshal(body, &top) != nil {
		return "no object"
	}
	for _, name := range []string{"errors", "error"} {
		inner, ok := top[name]
		switch {
		case !ok:
		case bytes.HasPrefix(inner, []byte("{")):
			return name + "." + key(inner)
		case len(top) > 1:
			return name + " beside other fields"
		default:
			return name + " as a text"
		}
	}
	return "another object"
}

// key is one that an object has, of those that are known.
func key(object []byte) string {
	var fields map[string]json.RawMessage
	if json.Unmarshal(object, &fields) == nil {
		for _, name := range []string{"name", "base", "code"} {
			if _, ok := fields[name]; ok {
				return name
			}
		}
	}
	return "..."
}

// word is the text of a field of an object, empty if there is none.
func word(body []byte, field string) string {
	var fields map[string]json.RawMessage
	var text string
	if json.Unmarshal(body, &fields) == nil {
		_ = json.Unmarshal(fields[field], &text) // what is no text is none
	}
	return text
}

func statusFilter(ctx context.Context, k *desk) (string, error) {
	got, err := k.inProject(ctx, "/rest/v1.0/projects/{project}/rfis", url.Values{"filters[status]": {"open"}, "page": {"1"}, "per_page": {"1"}})
	if err != nil {
		return "", err
	}
	if got.status == http.StatusForbidden {
		return "", errNothing("right to read RFIs")
	}
	if got.status == http.StatusOK {
		return yes(true), nil
	}
	return fmt.Sprintf("no: %d", got.status), nil
}
