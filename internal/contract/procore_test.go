package contract

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer"
)

// procoreDiffers is where the facts about Procore, or the fake that keeps to them, differ from the
// document. Numbers are those of sections of the fact sheet.
var procoreDiffers = []difference{
	{"*", "no operation: no matching", "4.1: the index of documents has a page of its own in the reference"},
	{"*", "answer: field errors is not known", "13: the document has the oldest of six shapes only, see procoretest.Switches.ErrorsLegacy"},
	{"oauth_authorize_get", "answer: status 200 is not known", "1.2: the page where a person decides comes first"},
	{"rest_v10_projects_id_get", "answer: field stage is not known", "1.7: seen in lists"},
	{"rest_v11_projects_get", "answer: field stage is not known", "1.7: seen in lists"},
	{"*", "request: field size is not known", "5.1: in the guide"},
	{"rest_v10_images_get", "0: value must be an object", "7.2: serializer_view=ids_only lists numbers"},
	{"*", "answer: field daily_log_segment_id", "7.2: newer than the document"},
	{"*", "answer: field projection", "7.2: newer than the document"},
	{"*", "answer: field tiles_config", "7.2: newer than the document"},
	{"*", "answer: field tiling_status", "7.2: newer than the document"},
	{"*", "event_type: value is not one of", "11.1: the document has them in capitals, see procoretest.Switches.TriggersInCapitals"},
	{"*", "answer: field title is not known", "8.2: newer than the document"},
	{"*", "answer: field revision is not known", "8.2: newer than the document"},
	{"*", "answer: field has_revisions is not known", "8.2: newer than the document"},
	{"*", "answer: field link is not known", "8.2: newer than the document"},
	{"rest_v10_projects_project_id_rfis_get", "answer: field draft", "8.2: the document has it for one, not for a list"},
	{"*", "answer: field associated_attachments is not known", "9: newer than the document"},
	{"*", "answer: field closed_at is not known", "9: newer than the document"},
	{"*", "answer: field last_distributed_submittal is not known", "9: newer than the document"},
	{"*", "answer: field attachments_count is not known", "9: newer than the document"},
	{"rest_v10_webhooks_resources_get", "answer: field name", "11.1: names, as a sandbox told"},
}

// notPlayed are operations of the document that the fake does not have.
var notPlayed = map[string]string{
	"rest_v10_projects_post":                                 "projects are made by people",
	"rest_v10_projects_id_patch":                             "projects are made by people",
	"rest_v10_companies_company_id_files_id_send_email_post": "nothing is mailed",
	"rest_v10_projects_project_id_rfis_patch":                "sync actions are not for files",
}

func procoreDocument(t *testing.T) *document {
	t.Helper()
	return load(t, "PROCORE_OPENAPI", "../shared/specs/procore-openapi.json.gz")
}

func TestProcoreClientAndFakeKeepToTheDocument(t *testing.T) {
	doc := procoreDocument(t)
	seen := exchangesWithProcore(t)
	c := newCheck(doc, procoreDiffers)
	for _, x := range seen {
		require.NoError(t, c.exchange(t.Context(), x))
	}
	for _, v := range c.found() {
		t.Error(v)
	}
	for _, d := range c.stale() {
		t.Errorf("this differs no more, so take it out of the table: %s: %s", d.op, d.what)
	}
	for op := range doc.operations() {
		_, left := notPlayed[op]
		require.Equal(t, !left, c.called[op], "called: %s", op)
	}
}

// exchangesWithProcore drives the client, and what it has no call for, against the fake, and returns
// what they said to each other.
func exchangesWithProcore(t *testing.T) (seen []exchange) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fake, err := procoretest.New(procoretest.Options{SmallestSegment: 4, Limits: procoretest.NoLimits})
		require.NoError(t, err)
		defer fake.Close()
		tr := &transport{next: fake.HTTPClient().Transport, origins: map[string]string{
			host(t, fake.URLs().API): "https://api.procore.com",
		}}
		d := newVisitor(t, fake, tr)
		d.documents(procore.InProject(procore.ID(fake.Project().ID)))
		d.documents(procore.InCompany())
		d.segments()
		d.people()
		d.photos()
		d.rfis()
		d.submittals()
		d.webhooks()
		d.refusals()
		d.logins()
		seen = tr.seen
	})
	return slices.DeleteFunc(seen, func(x exchange) bool { return strings.HasPrefix(x.path, "/api/v5/files/") })
}

// A visitor calls everything once, and is told of what should have gone well.
type visitor struct {
	t       *testing.T
	fake    *procoretest.Procore
	c       *procore.Client
	http    *http.Client
	token   string
	project procoretest.Project
}

func newVisitor(t *testing.T, fake *procoretest.Procore, tr http.RoundTripper) visitor {
	t.Helper()
	c, err := procore.New(procore.Options{
		Bases: procore.Bases{API: fake.URLs().API, Login: fake.URLs().API}, CompanyID: procore.ID(fake.Company().ID),
		Tokens: procore.Fixed(fake.Token()), HTTP: tr, SpoolDir: t.TempDir(),
	})
	require.NoError(t, err)
	return visitor{t, fake, c, &http.Client{Transport: tr}, fake.Token(), fake.Project()}
}

func (d visitor) ok(_ any, err error) {
	d.t.Helper()
	require.NoError(d.t, err)
}

// send makes a call that the client has none for, and returns the id in its answer.
func (d visitor) send(want int, method, path string, body any) int64 {
	d.t.Helper()
	var content io.Reader = http.NoBody
	if body != nil {
		text, err := json.Marshal(body)
		require.NoError(d.t, err)
		content = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.fake.URLs().API+path, content)
	require.NoError(d.t, err)
	r.Header.Set("Authorization", "Bearer "+d.token)
	r.Header.Set("Procore-Company-Id", strconv.FormatInt(d.project.CompanyID, 10))
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := d.http.Do(r)
	require.NoError(d.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(d.t, err)
	require.Equal(d.t, want, answer.StatusCode, "%s %s: %s", method, path, text)
	var made struct {
		ID int64 `json:"id"`
	}
	_ = json.Unmarshal(text, &made) // a list has none
	return made.ID
}

// at is a path with the project in it, in is one with the project in the query.
func (d visitor) at(version, path string) string {
	return fmt.Sprintf("/rest/%s/projects/%d%s", version, d.project.ID, path)
}

func (d visitor) in(path string) string {
	return fmt.Sprintf("/rest/v1.0%s?project_id=%d", path, d.project.ID)
}

func text(content string) syncer.Content {
	return syncer.Content{
		Size: int64(len(content)), Digest: syncer.SHA256.Of([]byte(content)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil },
	}
}

func listed[T any](seq iter.Seq2[T, error]) (list []T, err error) {
	for one, err := range seq {
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

// documents drives folders, files, versions and the index.
func (d visitor) documents(in procore.Scope) {
	c, ctx := d.c, d.t.Context()
	one, err := c.PostFolders(ctx, in, procore.NewFolder{Name: "One"})
	require.NoError(d.t, err)
	up, err := c.Upload(ctx, in, "a.txt", text("first"))
	require.NoError(d.t, err)
	file, err := c.PostFiles(ctx, in, procore.NewFile{ParentID: one.ID, Name: "a.txt", Upload: up, Description: "x"})
	require.NoError(d.t, err)
	up, err = c.Upload(ctx, in, "a.txt", text("second"))
	require.NoError(d.t, err)
	version, err := c.PostFileVersions(ctx, in, procore.NewVersion{FileID: file.ID, Upload: up, Current: file.Current().ID, Notes: "n"})
	require.NoError(d.t, err)
	d.ok(c.GetFileVersionsID(ctx, in, version.ID))
	until := time.Now().Add(time.Hour)
	d.ok(c.PatchFilesID(ctx, in, file.ID, procore.FileChange{Name: "b.txt", CheckedOutUntil: &until}))
	d.ok(c.GetFilesID(ctx, in, file.ID))
	body, err := c.GetContents(ctx, in, file.ID, procore.Download{})
	require.NoError(d.t, err)
	d.ok(io.ReadAll(body))
	require.NoError(d.t, body.Close())
	d.ok(c.PatchFoldersID(ctx, in, one.ID, procore.FolderChange{Name: "Two"}))
	d.ok(c.GetFoldersID(ctx, in, one.ID, procore.FolderQuery{Latest: in.ProjectID() != 0}))
	d.ok(c.GetFolders(ctx, in, procore.FolderQuery{NoFiles: true}))
	d.ok(listed(c.GetDocuments(ctx, in, procore.DocumentQuery{})))
	require.NoError(d.t, c.DeleteFilesID(ctx, in, file.ID))
	require.NoError(d.t, c.DeleteFoldersID(ctx, in, one.ID))
}

// segments drives uploads of both versions, at both levels.
func (d visitor) segments() {
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte("hello")))
	for _, version := range []string{"v1.0", "v1.1"} {
		for _, base := range []string{d.at(version, "/uploads"), fmt.Sprintf("/rest/%s/companies/%d/uploads", version, d.project.CompanyID)} {
			d.upload(base, sum)
		}
	}
}

func (d visitor) upload(base, sum string) {
	made := d.read(http.MethodPost, base, map[string]any{
		"response_filename": "a", "response_content_type": "text/plain", "attachment_content_disposition": false,
		"segments": []any{map[string]any{"size": 5, "sha256": sum}},
	})
	part, _ := made["segments"].([]any)[0].(map[string]any)
	r, err := http.NewRequestWithContext(d.t.Context(), http.MethodPut, part["url"].(string), strings.NewReader("hello"))
	require.NoError(d.t, err)
	r.Header.Set("X-Amz-Content-Sha256", sum)
	answer, err := d.http.Do(r)
	require.NoError(d.t, err)
	require.NoError(d.t, answer.Body.Close())
	at := base + "/" + made["uuid"].(string)
	d.send(http.StatusOK, http.MethodPatch, at, map[string]any{"segments": []any{map[string]any{"etag": answer.Header.Get("Etag")}}})
	d.send(http.StatusOK, http.MethodGet, at, nil)
}

// read makes a call and returns its answer.
func (d visitor) read(method, path string, body any) map[string]any {
	d.t.Helper()
	data, err := json.Marshal(body)
	require.NoError(d.t, err)
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.fake.URLs().API+path, bytes.NewReader(data))
	require.NoError(d.t, err)
	r.Header.Set("Authorization", "Bearer "+d.token)
	r.Header.Set("Procore-Company-Id", strconv.FormatInt(d.project.CompanyID, 10))
	r.Header.Set("Content-Type", "application/json")
	answer, err := d.http.Do(r)
	require.NoError(d.t, err)
	defer answer.Body.Close()
	var made map[string]any
	require.NoError(d.t, json.NewDecoder(answer.Body).Decode(&made))
	return made
}

// people drives companies, projects and users.
func (d visitor) people() {
	ctx := d.t.Context()
	d.ok(d.c.GetMe(ctx))
	d.ok(listed(d.c.GetCompanies(ctx)))
	d.ok(listed(d.c.GetProjects(ctx, procore.ProjectQuery{Inactive: true})))
	d.send(http.StatusOK, http.MethodGet, fmt.Sprintf("/rest/v1.1/projects?company_id=%d", d.project.CompanyID), nil)
	d.send(http.StatusOK, http.MethodGet, fmt.Sprintf("/rest/v1.0/companies/%d/projects", d.project.CompanyID), nil)
	d.send(http.StatusOK, http.MethodGet, fmt.Sprintf("/rest/v1.0/projects/%d?company_id=%d", d.project.ID, d.project.CompanyID), nil)
}

func (d visitor) photos() {
	ctx, in := d.t.Context(), procore.InProject(procore.ID(d.project.ID))
	album, err := d.c.PostImageCategories(ctx, in, "Site")
	require.NoError(d.t, err)
	d.ok(d.c.PatchImageCategoriesID(ctx, in, album.ID, "Yard"))
	d.ok(d.c.GetImageCategoriesID(ctx, in, album.ID))
	d.ok(listed(d.c.GetImageCategories(ctx, in)))
	up, err := d.c.Upload(ctx, in, "a.jpg", text("no JPEG"))
	require.NoError(d.t, err)
	photo, err := d.c.PostImages(ctx, in, procore.NewImage{AlbumID: album.ID, Filename: "a.jpg", Upload: up})
	require.NoError(d.t, err)
	d.ok(listed(d.c.GetImages(ctx, in, procore.ImageQuery{AlbumID: album.ID})))
	d.ok(listed(d.c.GetImagesIDs(ctx, in, procore.ImageQuery{})))
	d.send(http.StatusOK, http.MethodGet, d.in("/image_categories/ids_with_images"), nil)
	d.ok(d.c.GetImagesID(ctx, in, photo.ID))
	description := "y"
	d.ok(d.c.PatchImagesID(ctx, in, photo.ID, procore.ImageChange{Description: &description}))
	require.NoError(d.t, d.c.DeleteImagesID(ctx, in, photo.ID))
	require.NoError(d.t, d.c.DeleteImageCategoriesID(ctx, in, album.ID))
}

func (d visitor) rfis() {
	ctx, project := d.t.Context(), procore.ID(d.project.ID)
	id := d.send(http.StatusCreated, http.MethodPost, d.at("v1.0", "/rfis"), map[string]any{"rfi": map[string]any{
		"subject": "Slab edge", "rfi_manager_id": d.fake.Home().ID, "question": map[string]any{"body": "Where?"},
	}})
	one := d.at("v1.0", fmt.Sprintf("/rfis/%d", id))
	d.send(http.StatusOK, http.MethodPatch, one, map[string]any{"rfi": map[string]any{"subject": "Slab edges"}})
	reply := d.send(http.StatusCreated, http.MethodPost, one+"/replies", map[string]any{"reply": map[string]any{"body": "Here.", "official": true}})
	d.send(http.StatusOK, http.MethodGet, one+"/replies", nil)
	at := fmt.Sprintf("%s/replies/%d", one, reply)
	d.send(http.StatusOK, http.MethodGet, at, nil)
	d.send(http.StatusOK, http.MethodPatch, at, map[string]any{"reply": map[string]any{"official": false}})
	d.ok(listed(d.c.GetRFIs(ctx, project, procore.RecordQuery{})))
	d.ok(d.c.GetRFIsID(ctx, project, procore.ID(id)))
	d.send(http.StatusOK, http.MethodDelete, at, nil)
}

func (d visitor) submittals() {
	ctx, project := d.t.Context(), procore.ID(d.project.ID)
	made := map[string]any{"submittal": map[string]any{"number": "003", "title": "Concrete mix"}}
	id := d.send(http.StatusCreated, http.MethodPost, d.at("v1.1", "/submittals"), made)
	d.send(http.StatusOK, http.MethodPatch, d.at("v1.1", fmt.Sprintf("/submittals/%d", id)), map[string]any{"submittal": map[string]any{"number": "003", "title": "Mix"}})
	d.ok(listed(d.c.GetSubmittals(ctx, project, procore.RecordQuery{})))
	d.ok(d.c.GetSubmittalsID(ctx, project, procore.ID(id)))
	d.send(http.StatusOK, http.MethodGet, d.at("v1.0", "/submittals"), nil)
	d.send(http.StatusOK, http.MethodGet, d.at("v1.0", fmt.Sprintf("/submittals/%d", id)), nil)
	d.send(http.StatusOK, http.MethodDelete, d.at("v1.1", fmt.Sprintf("/submittals/%d", id)), nil)
	older := d.send(http.StatusCreated, http.MethodPost, d.at("v1.0", "/submittals"), made)
	d.send(http.StatusOK, http.MethodPatch, d.at("v1.0", fmt.Sprintf("/submittals/%d", older)), made)
}

func (d visitor) webhooks() {
	hooks := "/rest/v1.0/webhooks/hooks"
	project := fmt.Sprintf("?project_id=%d", d.project.ID)
	id := d.send(http.StatusCreated, http.MethodPost, hooks, map[string]any{"project_id": d.project.ID, "hook": map[string]any{
		"api_version": "v2", "namespace": "acme-sync", "destination_url": "https://acme.example/hook",
	}})
	one := fmt.Sprintf("%s/%d", hooks, id)
	d.send(http.StatusOK, http.MethodGet, hooks+project, nil)
	d.send(http.StatusOK, http.MethodPatch, one, map[string]any{"project_id": d.project.ID, "hook": map[string]any{"namespace": "acme"}})
	trigger := map[string]any{"resource_name": "Project Files", "event_type": "create"}
	t := d.send(http.StatusCreated, http.MethodPost, one+"/triggers", map[string]any{"project_id": d.project.ID, "api_version": "v2", "trigger": trigger})
	d.send(http.StatusOK, http.MethodGet, one+"/triggers"+project, nil)
	d.send(http.StatusOK, http.MethodDelete, fmt.Sprintf("%s/triggers/%d%s", one, t, project), nil)
	made := d.read(http.MethodPost, one+"/triggers/bulk", map[string]any{"project_id": d.project.ID, "api_version": "v2", "triggers": []any{trigger}})
	require.NotEmpty(d.t, made)
	d.send(http.StatusOK, http.MethodDelete, one+"/triggers/bulk", map[string]any{"project_id": d.project.ID, "triggers": []any{t + 1}})
	d.send(http.StatusOK, http.MethodGet, one+"/deliveries"+project, nil)
	d.send(http.StatusOK, http.MethodGet, "/rest/v1.0/webhooks/resources"+project, nil)
	d.send(http.StatusOK, http.MethodGet, "/rest/v1.0/webhooks/resources/api_versions"+project, nil)
	d.send(http.StatusOK, http.MethodDelete, one+project, nil)
}

// refusals sees to answers that say no.
func (d visitor) refusals() {
	d.send(http.StatusNotFound, http.MethodGet, d.in("/files/1"), nil)
	d.send(http.StatusBadRequest, http.MethodPost, d.in("/folders"), map[string]any{"folder": map[string]any{"name": ""}})
	d.token = "wrong"
	d.send(http.StatusUnauthorized, http.MethodGet, d.in("/folders"), nil)
}

func (d visitor) logins() {
	id, secret := d.fake.Client()
	made := d.read(http.MethodPost, "/oauth/token", map[string]any{
		"grant_type": "refresh_token", "client_id": id, "client_secret": secret, "refresh_token": d.fake.RefreshToken(),
	})
	d.token = made["access_token"].(string)
	d.send(http.StatusOK, http.MethodGet, "/oauth/token/info", nil)
	d.send(http.StatusOK, http.MethodGet, "/oauth/authorize?response_type=code&client_id="+id+"&redirect_uri=http://localhost", nil)
	d.send(http.StatusOK, http.MethodPost, "/oauth/revoke", map[string]any{"token": d.token, "client_id": id, "client_secret": secret})
}
