package contract

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// boxDiffers is where the facts about Box, or the fake that keeps to them, differ from the document.
// Numbers are those of sections of the fact sheet.
var boxDiffers = []difference{
	{"OPTIONS /files/{id}/content", "no operation", "4.3: the preflight of a version is in the guide and the SDKs"},
	{"*", ": code: value is not one of", "8.3: the document lists 17 of the many codes"},
	{"*", "sequence_id: Value is not nullable", "3.1: the root has none"},
	{"*", "shared_link: Value is not nullable", "3.1: null where there is no link"},
	{"get_shared_items", `property "accessed" is missing`, "9: what a link holds, which is not that"},
	{"get_events", "source: Value is not nullable", "6.1: null where Box does not tell"},
	{"options_files_content", "upload_token: Value is not nullable", "4.3: null in the sample"},
	{"*", "context_info.conflicts: value must be an array", "8.2: an object where files are concerned"},
	{"post_files_id_content", `request: attributes.name: property "name" is missing`, "4.2: called optional and marked as required"},
	{"post_files_upload_sessions_id_commit", "request: field attributes is not known", "4.4: times go along with the commit"},
	{"put_files_id", "request: field lock.type is not known", "9: what a lock is made of"},
	{"post_oauth2_revoke", `request: grant_type: property "grant_type" is missing`, "2.6: three fields, which are all that the document describes"},
	{"get_files_id_metadata_id_id", "answer: status 200 is not known", "9: it reads; the document says 201"},
	{"get_folders_id_metadata_id_id", "answer: status 200 is not known", "9: it reads; the document says 201"},
	{"get_files_id_metadata", "answer: field entries.", "9: the document describes no more than what all templates have in common"},
	{"get_folders_id_metadata", "answer: field entries.", "9: the document describes no more than what all templates have in common"},
}

func boxDocument(t *testing.T) *document {
	t.Helper()
	return load(t, "BOX_OPENAPI", "../shared/specs/box-openapi.json.gz")
}

// operation is the ID that a method of box.Client is named after.
func operation(method string) string {
	words := regexp.MustCompile(`ID|[A-Z][a-z]*`).FindAllString(method, -1)
	return strings.ToLower(strings.Join(words, "_"))
}

// ours are methods that begin like an operation and are none: they send what another one sends, or
// what the document leaves out.
var ours = map[string]string{
	"PutFilesIDLock":        "put_files_id",
	"PutFilesIDUnlock":      "put_files_id",
	"OptionsFilesIDContent": "", // section 4.3: in the guide and the SDKs, not in the document
}

// boxMethods lists the methods of box.Client that are calls, each with its operation.
func boxMethods() map[string]string {
	all := map[string]string{}
	for m := range reflect.TypeFor[*box.Client]().Methods() {
		if !regexp.MustCompile(`^(Get|Post|Put|Delete|Options)[A-Z]`).MatchString(m.Name) {
			continue
		}
		all[m.Name] = operation(m.Name)
		if op, ok := ours[m.Name]; ok {
			all[m.Name] = op
		}
	}
	return all
}

func TestMethodsOfTheBoxClientAreNamedAfterOperations(t *testing.T) {
	known := boxDocument(t).operations()
	for method, op := range boxMethods() {
		require.True(t, op == "" || known[op], "%s: there is no operation %s", method, op)
	}
}

func TestBoxClientAndFakeKeepToTheDocument(t *testing.T) {
	doc := boxDocument(t)
	seen := exchangesWithBox(t)
	c := newCheck(doc, boxDiffers)
	for _, x := range seen {
		require.NoError(t, c.exchange(t.Context(), x))
	}
	for _, v := range c.found() {
		t.Error(v)
	}
	for _, d := range c.stale() {
		t.Errorf("this differs no more, so take it out of the table: %s: %s", d.op, d.what)
	}
	for method, op := range boxMethods() {
		if op != "" && !c.called[op] {
			t.Errorf("%s was not called: no request for %s", method, op)
		}
	}
}

// exchangesWithBox drives the client against the fake, and returns what they said to each other.
func exchangesWithBox(t *testing.T) (seen []exchange) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fake, err := boxtest.New(boxtest.Options{
			PartSize: 4, SmallestSession: 5, CommitDelays: 1, NotReady: 1, Limits: boxtest.NoLimits,
			Switches: boxtest.Switches{UnauthorizedBody: true},
		})
		require.NoError(t, err)
		defer fake.Close()
		at := fake.URLs()
		tr := &transport{next: fake.HTTPClient().Transport, origins: map[string]string{
			host(t, at.API): "https://api.box.com", host(t, at.Upload): "https://upload.box.com/api",
		}}
		driveBox(t, fake, tr)
		seen = tr.seen
	})
	return seen
}

func host(t *testing.T, origin string) string {
	t.Helper()
	u, err := url.Parse(origin)
	require.NoError(t, err)
	return u.Host
}

// driver calls everything once, and is told of what should have gone well.
type driver struct {
	t    *testing.T
	c    *box.Client
	fake *boxtest.Box
}

func driveBox(t *testing.T, fake *boxtest.Box, tr http.RoundTripper) {
	t.Helper()
	bases := box.Bases{API: fake.URLs().API, Upload: fake.URLs().Upload, Login: fake.URLs().Login}
	c, err := box.New(box.Options{Bases: bases, Tokens: box.Fixed(fake.Token()), HTTP: tr, SpoolDir: t.TempDir()})
	require.NoError(t, err)
	d := driver{t, c, fake}
	d.items()
	d.uploads()
	d.aside()
	d.refusals()
	d.tokens(box.App{ClientID: "boxtest-client", ClientSecret: "boxtest-secret", Bases: bases, HTTP: tr})
	other, err := box.New(box.Options{Bases: bases, Tokens: box.Fixed("wrong"), HTTP: tr})
	require.NoError(t, err)
	_, err = other.GetUsersMe(t.Context())
	require.ErrorIs(t, err, connect.ErrSignIn)
}

func (d driver) ok(_ any, err error) {
	d.t.Helper()
	require.NoError(d.t, err)
}

func (d driver) must(item *box.Item, err error) *box.Item {
	d.t.Helper()
	require.NoError(d.t, err)
	return item
}

func (d driver) text(text string) syncer.Content {
	return syncer.Content{
		Size: int64(len(text)), Digest: syncer.SHA1.Of([]byte(text)), Modified: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
	}
}

// items drives folders, files, trash and versions.
func (d driver) items() {
	c, ctx := d.c, d.t.Context()
	one := d.must(c.PostFolders(ctx, "0", "One"))
	two := d.must(c.PostFolders(ctx, one.ID, "Two"))
	file := d.must(c.PostFilesContent(ctx, box.Target{ParentID: two.ID, Name: "a.txt", Created: time.Now()}, d.text("first")))
	file = d.must(c.PostFilesIDContent(ctx, box.Target{FileID: file.ID, Name: "a.txt", IfMatch: file.ETag}, d.text("second")))
	d.must(c.GetFoldersID(ctx, one.ID))
	d.must(c.GetFoldersID(ctx, "0"))
	d.must(c.GetFilesID(ctx, file.ID))
	d.ok(all(c.GetFoldersIDItems(ctx, two.ID)))
	d.must(c.PutFoldersID(ctx, two.ID, box.Change{Name: "Zwei", ParentID: "0", IfMatch: two.ETag}))
	d.must(c.PutFilesID(ctx, file.ID, box.Change{Name: "b.txt", ParentID: one.ID}))
	d.must(c.PostFilesIDCopy(ctx, file.ID, "", two.ID, "c.txt"))
	d.must(c.PostFoldersIDCopy(ctx, two.ID, one.ID, "Copy"))

	body, err := c.GetFilesIDContent(ctx, file.ID, box.Download{})
	require.NoError(d.t, err)
	d.ok(io.ReadAll(body))
	require.NoError(d.t, body.Close())
	versions, err := all(c.GetFilesIDVersions(ctx, file.ID))
	require.NoError(d.t, err)
	d.ok(c.GetFilesIDVersionsID(ctx, file.ID, versions[0].ID))
	d.ok(c.PostFilesIDVersionsCurrent(ctx, file.ID, versions[0].ID))
	require.NoError(d.t, c.DeleteFilesIDVersionsID(ctx, file.ID, versions[0].ID, ""))
	require.NoError(d.t, c.PutFilesIDVersionsID(ctx, file.ID, versions[0].ID))

	require.NoError(d.t, c.DeleteFilesID(ctx, file.ID, ""))
	d.must(c.GetFilesIDTrash(ctx, file.ID))
	d.ok(all(c.GetFoldersTrashItems(ctx)))
	d.must(c.PostFilesID(ctx, file.ID, one.ID, "back.txt"))
	require.NoError(d.t, c.DeleteFoldersID(ctx, two.ID, "", true))
	d.must(c.GetFoldersIDTrash(ctx, two.ID))
	d.must(c.PostFoldersID(ctx, two.ID, "0", "back"))
	require.NoError(d.t, c.DeleteFilesID(ctx, file.ID, ""))
	require.NoError(d.t, c.DeleteFilesIDTrash(ctx, file.ID))
	require.NoError(d.t, c.DeleteFoldersID(ctx, two.ID, "", true))
	require.NoError(d.t, c.DeleteFoldersIDTrash(ctx, two.ID))
}

// uploads drives preflights and sessions.
func (d driver) uploads() {
	c, ctx := d.c, d.t.Context()
	require.NoError(d.t, c.OptionsFilesContent(ctx, "0", "big.bin", 6))
	to := box.Target{ParentID: "0", Name: "big.bin", Created: time.Now()}
	s, err := c.PostFilesUploadSessions(ctx, "0", "big.bin", 6)
	require.NoError(d.t, err)
	file := d.send(s, to, "abcdef")
	require.NoError(d.t, c.OptionsFilesIDContent(ctx, file.ID, "", 6))
	s, err = c.PostFilesIDUploadSessions(ctx, file.ID, "", 6)
	require.NoError(d.t, err)
	d.send(s, box.Target{FileID: file.ID, IfMatch: file.ETag}, "uvwxyz")
	s, err = c.PostFilesIDUploadSessions(ctx, file.ID, "other.bin", 6)
	require.NoError(d.t, err)
	require.NoError(d.t, c.DeleteFilesUploadSessionsID(ctx, s))
}

func (d driver) send(s *box.UploadSession, to box.Target, text string) *box.Item {
	d.t.Helper()
	c, ctx := d.c, d.t.Context()
	for at, part := range map[int64]string{0: text[:4], 4: text[4:]} {
		d.ok(c.PutFilesUploadSessionsID(ctx, s, at, int64(len(text)), d.text(part)))
	}
	d.ok(c.GetFilesUploadSessionsID(ctx, s))
	stored, err := all(c.GetFilesUploadSessionsIDParts(ctx, s))
	require.NoError(d.t, err)
	return d.must(c.PostFilesUploadSessionsIDCommit(ctx, s, to, stored, syncer.SHA1.Of([]byte(text)), time.Now()))
}

// aside drives all that is not files and folders themselves.
func (d driver) aside() {
	c, ctx := d.c, d.t.Context()
	me, err := c.GetUsersMe(ctx)
	require.NoError(d.t, err)
	require.NotEmpty(d.t, me.ID)
	folder := d.must(c.PostFolders(ctx, "0", "Aside"))
	file := d.must(c.PostFilesContent(ctx, box.Target{ParentID: folder.ID, Name: "a.txt"}, d.text("first")))
	d.ok(all(c.GetSearch(ctx, box.Search{Query: "a", Type: "file", Within: []string{folder.ID}, Extensions: []string{"txt"}, In: []string{"name"}})))

	page, err := c.GetEvents(ctx, box.Events{})
	require.NoError(d.t, err)
	d.ok(c.GetEvents(ctx, box.Events{Stream: box.StreamAll, Position: box.Now}))
	d.ok(c.OptionsEvents(ctx))
	d.ok(nil, c.Realtime().Wait(ctx, "0"))
	require.NotEmpty(d.t, page.Entries)

	d.must(c.PutFilesIDLock(ctx, file.ID, time.Now().Add(time.Hour)))
	d.must(c.GetFilesID(ctx, file.ID))
	d.must(c.PutFilesIDUnlock(ctx, file.ID))
	require.NoError(d.t, d.fake.Home().Freeze(boxtest.Item{Type: "folder", ID: folder.ID}))
	d.ok(all(c.GetFolderLocks(ctx, folder.ID)))

	hook, err := c.PostWebhooks(ctx, box.TypeFolder, folder.ID, "http://127.0.0.1:1/", []string{box.TriggerFileUploaded})
	require.NoError(d.t, err)
	d.ok(all(c.GetWebhooks(ctx)))
	d.ok(c.GetWebhooksID(ctx, hook.ID))
	d.ok(c.PutWebhooksID(ctx, hook.ID, "http://127.0.0.1:2/", []string{box.TriggerFileMoved}))
	require.NoError(d.t, c.DeleteWebhooksID(ctx, hook.ID))

	d.metadata(file.ID, folder.ID)
	d.people(file.ID, folder.ID)
}

func (d driver) metadata(fileID, folderID string) {
	c, ctx := d.c, d.t.Context()
	const scope, template = box.ScopeGlobal, box.TemplateProperties
	values, patch := map[string]any{"marker": "x"}, []box.Patch{{Op: "replace", Path: "/marker", Value: "y"}}
	d.ok(c.PostFilesIDMetadataIDID(ctx, fileID, scope, template, values))
	d.ok(c.GetFilesIDMetadata(ctx, fileID))
	d.ok(c.GetFilesIDMetadataIDID(ctx, fileID, scope, template))
	d.ok(c.PutFilesIDMetadataIDID(ctx, fileID, scope, template, patch))
	require.NoError(d.t, c.DeleteFilesIDMetadataIDID(ctx, fileID, scope, template))
	d.ok(c.PostFoldersIDMetadataIDID(ctx, folderID, scope, template, values))
	d.ok(c.GetFoldersIDMetadata(ctx, folderID))
	d.ok(c.GetFoldersIDMetadataIDID(ctx, folderID, scope, template))
	d.ok(c.PutFoldersIDMetadataIDID(ctx, folderID, scope, template, patch))
	require.NoError(d.t, c.DeleteFoldersIDMetadataIDID(ctx, folderID, scope, template))
}

func (d driver) people(fileID, folderID string) {
	c, ctx := d.c, d.t.Context()
	ann := d.fake.AddUser("Ann", "ann@x.example")
	require.NoError(d.t, d.fake.Home().Collaborate(boxtest.Item{Type: "folder", ID: folderID}, ann, "editor"))
	list, err := all(c.GetFoldersIDCollaborations(ctx, folderID))
	require.NoError(d.t, err)
	d.ok(c.GetCollaborationsID(ctx, list[0].ID))
	d.ok(all(c.GetFilesIDCollaborations(ctx, fileID)))
	link, err := d.fake.Home().Share(boxtest.Item{Type: "file", ID: fileID})
	require.NoError(d.t, err)
	d.ok(c.GetSharedItems(ctx, link, ""))
}

// refusals drives what Box says no to.
func (d driver) refusals() {
	c, ctx := d.c, d.t.Context()
	folder := d.must(c.PostFolders(ctx, "0", "Taken"))
	file := d.must(c.PostFilesContent(ctx, box.Target{ParentID: folder.ID, Name: "a.txt"}, d.text("first")))
	for what, err := range map[string]error{
		"a taken name":           second(c.PostFolders(ctx, "0", "taken")),
		"a taken file name":      second(c.PostFilesContent(ctx, box.Target{ParentID: folder.ID, Name: "A.txt"}, d.text("x"))),
		"a taken name, asked":    c.OptionsFilesContent(ctx, folder.ID, "a.txt", 1),
		"a taken name, session":  second(c.PostFilesUploadSessions(ctx, folder.ID, "a.txt", 6)),
		"a session too small":    second(c.PostFilesUploadSessions(ctx, folder.ID, "b.txt", 1)),
		"a bad name":             second(c.PostFolders(ctx, "0", "a/b")),
		"an old state":           second(c.PutFilesID(ctx, file.ID, box.Change{Name: "b", IfMatch: "99"})),
		"an old state, deleted":  c.DeleteFilesID(ctx, file.ID, "99"),
		"an old state, uploaded": second(c.PostFilesIDContent(ctx, box.Target{FileID: file.ID, IfMatch: "99"}, d.text("x"))),
		"a full folder":          c.DeleteFoldersID(ctx, folder.ID, "", false),
		"a folder into itself":   second(c.PutFoldersID(ctx, folder.ID, box.Change{ParentID: folder.ID})),
		"no file":                second(c.GetFilesID(ctx, "999999")),
		"no folder":              second(c.GetFoldersID(ctx, "999999")),
		"no trashed file":        second(c.GetFilesIDTrash(ctx, file.ID)),
		"no metadata":            second(c.GetFilesIDMetadataIDID(ctx, file.ID, "global", "properties")),
		"no webhook":             second(c.GetWebhooksID(ctx, "999999")),
		"no contents":            second(c.GetFilesIDContent(ctx, "999999", box.Download{})),
	} {
		require.Error(d.t, err, what)
	}
}

// tokens drives the ways to sign in.
func (d driver) tokens(app box.App) {
	ctx := d.t.Context()
	const redirect = "http://127.0.0.1:1/cb"
	begun, err := app.SignIn(redirect, box.ScopeReadWrite)
	require.NoError(d.t, err)
	code := d.fake.Code(d.fake.Home().User, redirect)
	first, err := app.Finish(ctx, begun, url.Values{"code": {code}, "state": {begun.State}})
	require.NoError(d.t, err)
	refresh, err := app.Refresh()
	require.NoError(d.t, err)
	next, err := refresh(ctx, first)
	require.NoError(d.t, err)
	require.NotEqual(d.t, first.Refresh, next.Refresh)
	credentials, err := app.ClientCredentials(box.Subject{EnterpriseID: "777"})
	require.NoError(d.t, err)
	d.ok(credentials(ctx, connect.Token{}))
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(d.t, err)
	signed, err := app.JWT(box.Key{ID: "kid", Private: private}, box.Subject{EnterpriseID: "777"})
	require.NoError(d.t, err)
	d.ok(signed(ctx, connect.Token{}))
	d.ok(app.Downscope(ctx, next.Access, box.Downscope{Scopes: []string{"base_picker"}, FolderID: "0"}))
	require.NoError(d.t, app.Revoke(ctx, next.Access))
	d.ok(nil, func() error {
		if _, err := refresh(ctx, first); err == nil {
			return io.ErrNoProgress
		}
		return nil
	}())
}

func second[T any](_ T, err error) error { return err }

// all reads a listing to its end.
func all[T any](list func(yield func(T, error) bool)) ([]T, error) {
	var entries []T
	for v, err := range list {
		if err != nil {
			return entries, err
		}
		entries = append(entries, v)
	}
	return entries, nil
}
