package procore_test

import (
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// fake is a Client on the fake Procore, in its project.
type fake struct {
	*procoretest.Procore

	t       *testing.T
	client  *procore.Client
	project procore.ID
}

// onFake runs a test on the fake Procore, through memory and on the time of synctest.
func onFake(t *testing.T, o procoretest.Options, test func(t *testing.T, f *fake)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p, err := procoretest.New(o)
		require.NoError(t, err)
		defer p.Close()
		client, err := procore.New(procore.Options{
			Bases:     procore.Bases{API: p.URLs().API, Login: p.URLs().Login},
			CompanyID: procore.ID(p.Company().ID), Tokens: procore.Fixed(p.Token()), HTTP: p.HTTPClient().Transport,
			UploadDir: t.TempDir(),
		})
		require.NoError(t, err)
		test(t, &fake{p, t, client, procore.ID(p.Project().ID)})
	})
}

// unlimited has no limits, so that a test need not wait for them.
func unlimited() procoretest.Options { return procoretest.Options{Limits: procoretest.NoLimits} }

// everyPosition runs a test with no switch set, and with each of them alone.
func everyPosition(t *testing.T, test func(t *testing.T, o procoretest.Options)) {
	t.Helper()
	t.Run("as it is", func(t *testing.T) { test(t, unlimited()) })
	for _, s := range (procoretest.Switches{}).All() {
		t.Run(s.Name, func(t *testing.T) {
			o := unlimited()
			s.Set(&o.Switches, true)
			test(t, o)
		})
	}
}

func (f *fake) write(in procore.Scope, parent procore.ID, name, text string) *procore.File {
	f.t.Helper()
	u, err := f.client.Upload(f.t.Context(), in, name, contents(text))
	require.NoError(f.t, err)
	file, err := f.client.PostFiles(f.t.Context(), in, procore.NewFile{ParentID: parent, Name: name, Upload: u})
	require.NoError(f.t, err)
	return file
}

func (f *fake) read(in procore.Scope, id procore.ID, d procore.Download) string {
	f.t.Helper()
	body, err := f.client.GetContents(f.t.Context(), in, id, d)
	require.NoError(f.t, err)
	return all(f.t, body)
}

func all(t *testing.T, body io.ReadCloser) string {
	t.Helper()
	data, err := io.ReadAll(body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	return string(data)
}

// names are those in the index, in order.
func (f *fake) names(in procore.Scope, q procore.DocumentQuery) []string {
	f.t.Helper()
	docs, err := collect(f.client.GetDocuments(f.t.Context(), in, q))
	require.NoError(f.t, err)
	var names []string
	for _, d := range docs {
		if d.ParentID != 0 && !d.IsRecycleBin { // the top folder and the bin may be told or not
			names = append(names, d.Name)
		}
	}
	slices.Sort(names)
	return names
}

// Nothing that is not known about Procore makes a difference to the client.
func TestTheDocumentsOfAProjectAndOfACompanyAreReadAndWritten(t *testing.T) {
	everyPosition(t, func(t *testing.T, o procoretest.Options) {
		onFake(t, o, func(t *testing.T, f *fake) {
			for _, in := range []procore.Scope{procore.InProject(f.project), procore.InCompany()} {
				documents(t, f, in)
			}
		})
	})
}

func documents(t *testing.T, f *fake, in procore.Scope) {
	t.Helper()
	ctx, c := t.Context(), f.client
	top, err := c.GetFolders(ctx, in, procore.FolderQuery{})
	require.NoError(t, err)
	drawings, err := c.PostFolders(ctx, in, procore.NewFolder{Name: "Drawings"})
	require.NoError(t, err)
	require.Equal(t, top.ID, drawings.ParentID)
	_, err = c.PostFolders(ctx, in, procore.NewFolder{ParentID: top.ID, Name: "Drawings"})
	require.ErrorIs(t, err, fs.ErrExist)
	old, err := c.PostFolders(ctx, in, procore.NewFolder{ParentID: drawings.ID, Name: "Old"})
	require.NoError(t, err)

	plan := f.write(in, drawings.ID, "plan.pdf", "first")
	require.EqualValues(t, 5, plan.Current().Size)
	_, err = c.PostFiles(ctx, in, procore.NewFile{ParentID: drawings.ID, Name: "plan.pdf", Upload: upload2(t, c, in, "x")})
	require.ErrorIs(t, err, fs.ErrExist)
	require.Equal(t, []string{"Drawings", "Old", "plan.pdf"}, f.names(in, procore.DocumentQuery{}))
	require.Equal(t, []string{"plan.pdf"}, f.names(in, procore.DocumentQuery{Type: procore.TypeFile}))

	second, err := c.PatchFilesID(ctx, in, plan.ID, procore.FileChange{Upload: upload2(t, c, in, "second"), Current: plan.Current().ID})
	require.NoError(t, err)
	require.NotEqual(t, plan.Current().ID, second.Current().ID)
	third, err := c.PostFileVersions(ctx, in, procore.NewVersion{FileID: plan.ID, Upload: upload2(t, c, in, "third one"), Current: second.Current().ID, Notes: "from Box"})
	require.NoError(t, err)
	require.Equal(t, "third one", f.read(in, plan.ID, procore.Download{}))
	require.Equal(t, "one", f.read(in, plan.ID, procore.Download{VersionID: third.ID, Offset: 6}))
	require.Equal(t, "first", f.read(in, plan.ID, procore.Download{VersionID: plan.Current().ID, Size: 5, Digest: syncer.SHA1.Of([]byte("first"))}))
	v, err := c.GetFileVersionsID(ctx, in, third.ID)
	require.NoError(t, err)
	require.EqualValues(t, 9, v.Size)

	moved, err := c.PatchFilesID(ctx, in, plan.ID, procore.FileChange{Name: "new plan.pdf", ParentID: old.ID})
	require.NoError(t, err)
	require.Equal(t, old.ID, moved.ParentID)
	renamed, err := c.PatchFoldersID(ctx, in, old.ID, procore.FolderChange{Name: "Older", ParentID: top.ID})
	require.NoError(t, err)
	require.Equal(t, top.ID, renamed.ParentID)
	require.Equal(t, []string{"Drawings", "Older", "new plan.pdf"}, f.names(in, procore.DocumentQuery{Sort: "name"}))

	require.NoError(t, c.DeleteFilesID(ctx, in, plan.ID))
	require.NoError(t, c.DeleteFoldersID(ctx, in, old.ID))
	require.Equal(t, []string{"Drawings"}, f.names(in, procore.DocumentQuery{}))
	require.Contains(t, f.names(in, procore.DocumentQuery{Bin: procore.BinOnly}), "new plan.pdf")
	_, err = c.PatchFilesID(ctx, in, 999999, procore.FileChange{Name: "x"})
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.True(t, syncer.NotDone(err))
}

func upload2(t *testing.T, c *procore.Client, in procore.Scope, text string) *procore.Upload {
	t.Helper()
	u, err := c.Upload(t.Context(), in, "a.pdf", contents(text))
	require.NoError(t, err)
	return u
}

func TestAnIndexOfManyPagesIsReadInAsManyCallsByBothVersions(t *testing.T) {
	for _, v2 := range []bool{false, true} {
		t.Run(fmt.Sprint("v2 ", v2), func(t *testing.T) {
			onFake(t, unlimited(), func(t *testing.T, f *fake) {
				ann := f.AddUser("Ann", "ann@x.example")
				f.Permit(ann.User, f.Project().ID, procoretest.Documents, procoretest.Admin)
				for i := range 250 {
					_, err := ann.CreateFolder(f.Project().RootID, fmt.Sprintf("folder %03d", i))
					require.NoError(t, err)
				}
				client, err := procore.New(procore.Options{
					Bases: procore.Bases{API: f.URLs().API}, CompanyID: procore.ID(f.Company().ID), Tokens: procore.Fixed(f.Token()),
					HTTP: f.HTTPClient().Transport, V2: v2,
				})
				require.NoError(t, err)
				f.ForgetCalls()
				docs, err := collect(client.GetDocuments(t.Context(), procore.InProject(f.project), procore.DocumentQuery{Type: procore.TypeFolder, PageSize: 100}))
				require.NoError(t, err)
				names := map[string]bool{}
				for _, d := range docs {
					names[d.Name] = true
				}
				require.GreaterOrEqual(t, len(names), 250)
				calls := 0
				for _, n := range f.Calls() {
					calls += n
				}
				require.Equal(t, 3, calls)
			})
		})
	}
}

func TestLargeContentsReachTheFakeInParts(t *testing.T) {
	o := unlimited()
	o.SmallestSegment = 10
	onFake(t, o, func(t *testing.T, f *fake) {
		f.client.Limit(20, 10)
		in := procore.InProject(f.project)
		text := strings.Repeat("0123456789", 7) + "end"
		require.NoError(t, f.Inject(procoretest.Fault{Route: "PATCH /rest/v1.1/projects/{project_id}/uploads/{uuid}", Reset: true, When: procoretest.AfterEffect}))
		file := f.write(in, 0, "large.bin", text)
		require.Equal(t, text, f.read(in, file.ID, procore.Download{Size: int64(len(text)), Digest: syncer.SHA256.Of([]byte(text))}))
	})
}

func TestACheckOutOfSomebodyElseIsWaitedFor(t *testing.T) {
	onFake(t, unlimited(), func(t *testing.T, f *fake) {
		in := procore.InProject(f.project)
		file := f.write(in, 0, "plan.pdf", "first")
		ann := f.AddUser("Ann", "ann@x.example")
		f.Permit(ann.User, f.Project().ID, procoretest.Documents, procoretest.Admin)
		item, err := ann.Look(int64(file.ID))
		require.NoError(t, err)
		_, err = ann.CheckOut(item, time.Now().Add(time.Hour))
		require.NoError(t, err)
		_, err = f.client.PatchFilesID(t.Context(), in, file.ID, procore.FileChange{Upload: upload2(t, f.client, in, "mine"), Current: file.Current().ID})
		require.ErrorIs(t, err, syncer.ErrLocked)
		docs, err := collect(f.client.GetDocuments(t.Context(), in, procore.DocumentQuery{Type: procore.TypeFile}))
		require.NoError(t, err)
		require.Equal(t, "Ann", docs[0].File.CheckedOutBy.Name)
		require.Equal(t, "first", f.read(in, file.ID, procore.Download{}))
	})
}

func TestPhotosAreReadAndWritten(t *testing.T) {
	everyPosition(t, func(t *testing.T, o procoretest.Options) {
		onFake(t, o, func(t *testing.T, f *fake) {
			ctx, c, in := t.Context(), f.client, procore.InProject(f.project)
			site, err := c.PostImageCategories(ctx, in, "Site")
			require.NoError(t, err)
			roof, err := c.PostImageCategories(ctx, in, "Roof")
			require.NoError(t, err)
			albums, err := collect(c.GetImageCategories(ctx, in))
			require.NoError(t, err)
			require.True(t, slices.ContainsFunc(albums, func(a procore.Album) bool { return a.Name == procore.Unclassified }))

			photo, err := c.PostImages(ctx, in, procore.NewImage{AlbumID: site.ID, Filename: "IMG_1.jpg", Upload: upload2(t, c, in, "pixels")})
			require.NoError(t, err)
			require.Equal(t, site.ID, photo.AlbumID)
			again, err := c.PostImages(ctx, in, procore.NewImage{AlbumID: site.ID, Filename: "IMG_1.jpg", Upload: upload2(t, c, in, "pixels")})
			require.NoError(t, err, "names repeat")
			require.NotEqual(t, photo.ID, again.ID)
			body, err := c.GetImageContents(ctx, in, photo.ID, procore.Download{Size: 6})
			require.NoError(t, err)
			require.Equal(t, "pixels", all(t, body))

			moved, err := c.PatchImagesID(ctx, in, photo.ID, procore.ImageChange{AlbumID: roof.ID})
			require.NoError(t, err)
			require.Equal(t, roof.ID, moved.AlbumID)
			listed, err := collect(c.GetImages(ctx, in, procore.ImageQuery{AlbumID: roof.ID}))
			require.NoError(t, err)
			require.Len(t, listed, 1)
			require.Equal(t, procore.Number(6), listed[0].Size)

			require.NoError(t, c.DeleteImagesID(ctx, in, photo.ID))
			ids, err := collect(c.GetImagesIDs(ctx, in, procore.ImageQuery{}))
			require.NoError(t, err)
			require.Equal(t, []procore.ID{again.ID}, ids)
			renamed, err := c.PatchImageCategoriesID(ctx, in, roof.ID, "Roofs")
			require.NoError(t, err)
			require.Equal(t, "Roofs", renamed.Name)
			require.NoError(t, c.DeleteImageCategoriesID(ctx, in, roof.ID))
			_, err = c.GetImageCategoriesID(ctx, in, roof.ID)
			require.ErrorIs(t, err, fs.ErrNotExist)
		})
	})
}

func TestWhatHasNoNameOfItsOwnIsNotMadeTwice(t *testing.T) {
	for name, c := range map[string]struct {
		when  procoretest.Moment
		fails bool
	}{
		"the call never came":     {procoretest.BeforeEffect, false},
		"only the answer is lost": {procoretest.AfterEffect, true},
		"the effect comes late":   {procoretest.LateEffect, true},
	} {
		t.Run(name, func(t *testing.T) {
			onFake(t, unlimited(), func(t *testing.T, f *fake) {
				require.NoError(t, f.Inject(procoretest.Fault{Route: "POST /rest/v1.0/image_categories", Reset: true, When: c.when, Delay: 4 * time.Second}))
				_, err := f.client.PostImageCategories(t.Context(), procore.InProject(f.project), "Roof")
				require.Len(t, f.Home().Albums(f.Project().ID), 2)
				require.Equal(t, c.fails, err != nil)
				require.True(t, err == nil || !syncer.NotDone(err))
			})
		})
	}
}

func TestRecordsAreReadWithTheirAttachmentsAndRendered(t *testing.T) {
	everyPosition(t, func(t *testing.T, o procoretest.Options) {
		onFake(t, o, func(t *testing.T, f *fake) {
			ctx, c, home, project := t.Context(), f.client, f.Home(), f.Project().ID
			asked, err := home.AddRFI(project, procoretest.RFI{Subject: "Slab edge", Question: "Where?", Files: []procoretest.Attachment{{Name: "a.pdf", Content: []byte("sketch")}}})
			require.NoError(t, err)
			_, err = home.AnswerRFI(project, asked.ID, "There.", procoretest.Attachment{Name: "b.pdf", Content: []byte("answer")})
			require.NoError(t, err)
			rfi, err := c.GetRFIsID(ctx, f.project, procore.ID(asked.ID))
			require.NoError(t, err)
			require.Equal(t, "Slab edge", rfi.Subject)
			attached := rfi.Attachments()
			require.Len(t, attached, 2)
			require.Equal(t, []string{"a.pdf", "b.pdf"}, []string{attached[0].Name, attached[1].Name})
			body, err := c.GetRFIAttachment(ctx, f.project, rfi.ID, attached[1].ID)
			require.NoError(t, err)
			require.Equal(t, "answer", all(t, body))
			_, err = c.GetRFIAttachment(ctx, f.project, rfi.ID, 424242)
			require.ErrorIs(t, err, syncer.ErrStale)
			first, err := c.GetRFIsIDPDF(ctx, f.project, rfi.ID)
			require.NoError(t, err)
			second, err := c.GetRFIsIDPDF(ctx, f.project, rfi.ID)
			require.NoError(t, err)
			one, two := all(t, first), all(t, second)
			require.True(t, strings.HasPrefix(one, "%PDF-"))
			require.NotEqual(t, one, two, "Procore renders anew each time")
			listed, err := collect(c.GetRFIs(ctx, f.project, procore.RecordQuery{Updated: procore.Span{From: rfi.UpdatedAt}}))
			require.NoError(t, err)
			require.Len(t, listed, 1)
			require.NoError(t, home.RecycleRFI(project, asked.ID))
			bin, err := collect(c.GetRFIsRecycleBin(ctx, f.project, procore.RecordQuery{}))
			require.NoError(t, err)
			require.Len(t, bin, 1)
			_, err = c.GetRFIsIDPDF(ctx, f.project, 424242)
			require.ErrorIs(t, err, fs.ErrNotExist)

			sent, err := home.AddSubmittal(project, procoretest.Submittal{Number: "003", Title: "Concrete mix", Files: []procoretest.Attachment{{Name: "mix.pdf", Content: []byte("mix")}}})
			require.NoError(t, err)
			submittal, err := c.GetSubmittalsID(ctx, f.project, procore.ID(sent.ID))
			require.NoError(t, err)
			require.Equal(t, "Concrete mix", submittal.Title)
			require.Len(t, submittal.Attachments(), 1)
			body, err = c.GetSubmittalAttachment(ctx, f.project, submittal.ID, submittal.Attachments()[0].ID)
			require.NoError(t, err)
			require.Equal(t, "mix", all(t, body))
			body, err = c.GetSubmittalsIDPDF(ctx, f.project, submittal.ID)
			require.NoError(t, err)
			require.Contains(t, all(t, body), "%PDF-")
			require.NoError(t, home.DeleteSubmittal(project, sent.ID))
			deleted, err := collect(c.GetSubmittalsRecycleBin(ctx, f.project, procore.RecordQuery{}))
			require.NoError(t, err)
			require.Len(t, deleted, 1)
			left, err := collect(c.GetSubmittals(ctx, f.project, procore.RecordQuery{}))
			require.NoError(t, err)
			require.Empty(t, left)
		})
	})
}

func TestAGovernorOnTheFakeIsNeverRefused(t *testing.T) {
	for _, numbers := range []procoretest.Options{{}, {SpikeCalls: 100, HourlyCalls: 600}, {SpikeCalls: 25, HourlyCalls: 300}} {
		t.Run(fmt.Sprint(numbers.SpikeCalls, " in ten seconds, ", numbers.HourlyCalls, " in an hour"), func(t *testing.T) {
			onFake(t, numbers, func(t *testing.T, f *fake) {
				governor, err := connect.NewGovernor(connect.GovernorOptions{Windows: procore.Windows(), Read: procore.Readings})
				require.NoError(t, err)
				client, err := procore.New(procore.Options{
					Bases: procore.Bases{API: f.URLs().API}, CompanyID: procore.ID(f.Company().ID), Tokens: procore.Fixed(f.Token()),
					HTTP: f.HTTPClient().Transport, Pace: governor.Lane("pair"), Attempts: 1, // so that a refusal is an error
				})
				require.NoError(t, err)
				group, ctx := errgroup.WithContext(t.Context())
				group.SetLimit(8)
				for range 400 {
					group.Go(func() error { return callMe(ctx, client) })
				}
				require.NoError(t, group.Wait())
			})
		})
	}
}
