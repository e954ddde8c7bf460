package worlds_test

import (
	"context"
	"fmt"
	"path"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
)

// office is a program with Links, on a Procore and a Box over HTTP. Ann works in Procore, Bob in the
// account of Box that the program has.
type office struct {
	*mapping.Links
	t       *testing.T
	procore *procoretest.Procore
	box     *boxtest.Box
	ann     *procoretest.Person
	bob     *boxtest.Person
	states  *memory.Store
	times   [2]interface{ Advance(d time.Duration) }
}

func newOffice(t *testing.T) *office {
	t.Helper()
	start := time.Now() // Date headers go by the machine, whatever the fakes' clocks show
	procoreTime, boxTime := procoretest.NewClock(start), boxtest.NewClock(start)
	fake, err := procoretest.New(procoretest.Options{Limits: procoretest.NoLimits, Clock: procoreTime})
	require.NoError(t, err)
	t.Cleanup(func() { _ = fake.Close() })
	drive, err := boxtest.New(boxtest.Options{Limits: boxtest.NoLimits, Clock: boxTime})
	require.NoError(t, err)
	t.Cleanup(func() { _ = drive.Close() })
	o := &office{t: t, procore: fake, box: drive, ann: fake.Home(), bob: drive.Home(), states: memory.New(memory.Options{Clock: boxTime.Now})}
	o.times[0], o.times[1] = procoreTime, boxTime

	procoreURLs, boxURLs := fake.URLs(), drive.URLs()
	client, err := procore.New(procore.Options{
		Bases: procore.Bases{API: procoreURLs.API, Login: procoreURLs.Login}, CompanyID: procore.ID(fake.Company().ID),
		Tokens: procore.Fixed(fake.TokenFor(fake.Home().User, 1000*time.Hour)), HTTP: fake.HTTPClient().Transport,
	})
	require.NoError(t, err)
	account, err := box.New(box.Options{
		Bases:  box.Bases{API: boxURLs.API, Upload: boxURLs.Upload, Login: boxURLs.Login},
		Tokens: box.Fixed(drive.TokenFor(drive.Home().User, 1000*time.Hour)), HTTP: drive.HTTPClient().Transport,
	})
	require.NoError(t, err)
	files, err := box.NewFileSystem(t.Context(), account, &box.FileSystemOptions{Clock: boxTime.Now})
	require.NoError(t, err)
	opened := map[string]mapping.Place{}
	o.Links, err = mapping.New(mapping.Options{
		Store: memory.NewNotes(memory.Options{}), States: o.states,
		Engine: syncer.Options{Clock: boxTime.Now},
		Box: func(context.Context, mapping.Link) (mapping.Place, error) {
			return mapping.Place{Endpoint: syncer.Endpoint{FS: files}, Stream: "box"}, nil
		},
		Procore: func(ctx context.Context, l mapping.Link, tool mapping.Tool) (mapping.Place, error) {
			if p, ok := opened[l.Pair(tool)]; ok {
				return p, nil
			}
			id, err := strconv.ParseInt(l.Project, 10, 64)
			if err != nil {
				return mapping.Place{}, err
			}
			in, so := procore.InProject(procore.ID(id)), &procore.FileSystemOptions{Clock: procoreTime.Now}
			p := mapping.Place{Endpoint: syncer.Endpoint{Root: procore.RootID}, Stream: "procore " + string(tool)}
			switch tool {
			case mapping.Documents:
				p.FS, err = procore.NewDocuments(ctx, client, in, so)
			case mapping.Photos:
				p.FS, err = procore.NewPhotos(ctx, client, in, so)
			default:
				return p, fmt.Errorf("%s: %w", tool, syncer.ErrInvalid)
			}
			opened[l.Pair(tool)] = p
			return p, err
		},
	})
	require.NoError(t, err)
	return o
}

// later lets an hour pass: nothing is just being written any more.
func (o *office) later() {
	for _, c := range o.times {
		c.Advance(time.Hour)
	}
}

// folder and file make what is not there in Box, by path.
func (o *office) folder(at string) boxtest.Item {
	o.t.Helper()
	if at == "." {
		return boxtest.Item{ID: "0", Type: box.TypeFolder}
	}
	if found, err := o.bob.Find(at); err == nil {
		return found
	}
	made, err := o.bob.CreateFolder(o.folder(path.Dir(at)).ID, path.Base(at))
	require.NoError(o.t, err)
	return made
}

func (o *office) file(at, body string) boxtest.Item {
	o.t.Helper()
	made, err := o.bob.Upload(o.folder(path.Dir(at)).ID, path.Base(at), []byte(body))
	require.NoError(o.t, err)
	return made
}

func (o *office) find(at string) boxtest.Item {
	o.t.Helper()
	found, err := o.bob.Find(at)
	require.NoError(o.t, err)
	return found
}

func (o *office) move(at, to string) {
	o.t.Helper()
	item := o.find(at)
	item, err := o.bob.Move(item, o.folder(path.Dir(to)).ID)
	require.NoError(o.t, err)
	if item.Name != path.Base(to) {
		_, err = o.bob.Rename(item, path.Base(to))
		require.NoError(o.t, err)
	}
}

// document makes a file in the project's Documents, with the folders above it.
func (o *office) document(at, body string) {
	o.t.Helper()
	parent := o.procore.Project().RootID
	for dir := range strings.SplitSeq(path.Dir(at), "/") {
		if dir == "." {
			break
		}
		found, err := o.ann.Find(parent, dir)
		if err != nil {
			found, err = o.ann.CreateFolder(parent, dir)
		}
		require.NoError(o.t, err)
		parent = found.ID
	}
	_, err := o.ann.Upload(parent, path.Base(at), []byte(body))
	require.NoError(o.t, err)
}

// documents and below return files with their contents, and folders with a slash behind.
func (o *office) documents() map[string]string {
	o.t.Helper()
	all := map[string]string{}
	var walk func(id int64, at string)
	walk = func(id int64, at string) {
		items, err := o.ann.List(id)
		require.NoError(o.t, err)
		for _, i := range items {
			here := path.Join(at, i.Name)
			if i.Type == procore.TypeFolder {
				if i.Name == "Recycle Bin" {
					continue
				}
				all[here+"/"] = ""
				walk(i.ID, here)
				continue
			}
			body, err := o.ann.Read(i.ID)
			require.NoError(o.t, err)
			all[here] = string(body)
		}
	}
	walk(o.procore.Project().RootID, "")
	return all
}

func (o *office) below(folder string) map[string]string {
	o.t.Helper()
	all := map[string]string{}
	var walk func(id, at string)
	walk = func(id, at string) {
		items, err := o.bob.List(id)
		require.NoError(o.t, err)
		for _, i := range items {
			here := path.Join(at, i.Name)
			if i.Type == box.TypeFolder {
				all[here+"/"] = ""
				walk(i.ID, here)
				continue
			}
			body, err := o.bob.Read(i.ID)
			require.NoError(o.t, err)
			all[here] = string(body)
		}
	}
	walk(o.find(folder).ID, "")
	return all
}

// link makes a Link between tools of the project and a folder in Box.
func (o *office) link(folder string, tools ...mapping.Tool) {
	o.t.Helper()
	p := o.procore.Project()
	_, err := o.Add(o.t.Context(), mapping.Link{
		Name: "bridge", Company: strconv.FormatInt(p.CompanyID, 10), Project: strconv.FormatInt(p.ID, 10),
		Folder: o.folder(folder).ID, Tools: tools,
	})
	require.NoError(o.t, err)
}

// run polls and syncs once, after an hour, with calls counted from zero.
func (o *office) run(full bool) []mapping.Result {
	o.t.Helper()
	o.later()
	o.procore.ForgetCalls()
	o.box.ForgetCalls()
	_, err := o.Poll(o.t.Context())
	require.NoError(o.t, err)
	results, err := o.Sync(o.t.Context(), "bridge", mapping.SyncOptions{Full: full})
	require.NoError(o.t, err)
	return results
}

func (o *office) settle() {
	o.t.Helper()
	for _, r := range o.run(false) {
		require.True(o.t, r.Settled(), "%s: %s %v %v", r.Tool, r.Paused, r.Report, r.Err)
	}
}

func TestFoldersAreFollowedByTheirIDsOverHTTP(t *testing.T) {
	for _, c := range []struct {
		name   string
		do     func(o *office)
		folder string
		writes int
	}{
		{"the Box folder is renamed", func(o *office) { o.move("Bridge", "Old bridge") }, "Old bridge/Documents", 0},
		{"the Box folder is moved", func(o *office) { o.move("Bridge", "Sites/2025/Bridge") }, "Sites/2025/Bridge/Documents", 0},
		{"the tool's folder is renamed", func(o *office) { o.move("Bridge/Documents", "Bridge/Dokumente") }, "Bridge/Dokumente", 0},
		{"the tool's folder is moved away", func(o *office) { o.move("Bridge/Documents", "Shelf/D") }, "Shelf/D", 0},
		{"the project is renamed", func(o *office) { o.procore.RenameProject(o.procore.Project().ID, "North bridge") }, "Bridge/Documents", 0},
		{"a top folder is renamed in Box", func(o *office) { o.move("Bridge/Documents/Specs", "Bridge/Documents/Specifications") }, "Bridge/Documents", 1},
		{"a top folder is moved in Box", func(o *office) { o.move("Bridge/Documents/Specs", "Bridge/Documents/Drawings/Specs") }, "Bridge/Documents", 1},
		{"a top folder is renamed in Procore", func(o *office) {
			found, err := o.ann.Find(o.procore.Project().RootID, "Specs")
			require.NoError(o.t, err)
			_, err = o.ann.Rename(found, "Specifications")
			require.NoError(o.t, err)
		}, "Bridge/Documents", 1},
	} {
		for _, full := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, full scan %v", c.name, full), func(t *testing.T) {
				o := newOffice(t)
				o.file("Bridge/Documents/Drawings/A-101.pdf", "first issue")
				o.document("Specs/concrete.pdf", "c")
				o.link("Bridge", mapping.Documents)
				o.settle()
				before := len(o.documents())
				o.later()
				c.do(o)
				r := o.run(full)[0]
				require.True(t, r.Settled(), "%s %v %v", r.Paused, r.Report, r.Err)
				require.Equal(t, c.writes, r.Report.Totals.Writes)
				require.Equal(t, c.writes, r.Report.Totals.Moves, "whatever is written is a move: %v", r.Report)
				require.Zero(t, r.Report.Totals.Bytes)
				require.Equal(t, o.documents(), o.below(c.folder))
				require.Len(t, o.documents(), before)
				require.Empty(t, o.bob.Bin())

				o.document("new from procore.txt", "p")
				o.file(c.folder+"/new from box.txt", "b")
				o.settle()
				require.Equal(t, o.documents(), o.below(c.folder))
				require.Len(t, o.documents(), before+2)
			})
		}
	}
}

func TestATrashedFolderOfAToolPausesItOverHTTP(t *testing.T) {
	for _, full := range []bool{false, true} {
		t.Run(fmt.Sprintf("full scan %v", full), func(t *testing.T) {
			o := newOffice(t)
			o.document("Specs/concrete.pdf", "c")
			o.link("Bridge", mapping.Documents)
			o.settle()
			before := o.documents()
			folder := o.find("Bridge/Documents")
			require.NoError(t, o.bob.Trash(folder))
			for range 2 {
				r := o.run(full)[0]
				require.Contains(t, r.Paused, "its folder in Box is in the trash", "%v %v", r.Report, r.Err)
				require.Equal(t, before, o.documents())
			}
			_, err := o.bob.Restore(o.bob.Bin()[0])
			require.NoError(t, err)
			o.settle()
			require.Equal(t, before, o.documents())
			require.Equal(t, before, o.below("Bridge/Documents"))
		})
	}
}

func TestAdoptingUploadsNothingOverHTTP(t *testing.T) {
	o := newOffice(t)
	const files = 200
	for i := range files {
		at, body := fmt.Sprintf("Area %d/sheet %d.pdf", i%7, i), fmt.Sprintf("sheet %d", i)
		o.document(at, body)
		o.file("Bridge/Documents/"+at, body)
	}
	o.link("Bridge", mapping.Documents)
	r := o.run(false)[0]
	require.True(t, r.Settled(), "%v %v", r.Report, r.Err)
	require.Zero(t, r.Report.Totals.Writes)
	o.settle()
	require.Equal(t, o.documents(), o.below("Bridge/Documents"))
	require.Len(t, o.documents(), files+7)
}

func TestAPhotoThatIsDraggedToPhotosLeavesDocumentsWhenItIsThereOverHTTP(t *testing.T) {
	o := newOffice(t)
	jpeg := "\xff\xd8\xff\xe0 a photo"
	o.file("Bridge/Documents/site.jpg", jpeg)
	o.file("Bridge/Documents/plan.txt", "plan")
	o.link("Bridge", mapping.Documents, mapping.Photos)
	o.run(false)
	o.settle()
	require.Contains(t, o.documents(), "site.jpg")
	o.move("Bridge/Documents/site.jpg", "Bridge/Photos/North/site.jpg")
	o.move("Bridge/Documents/plan.txt", "Bridge/Photos/North/plan.txt")
	results := o.run(false)
	require.NotContains(t, o.documents(), "site.jpg", "%v\n%v", results[0].Report, results[1].Report)
	project := o.procore.Project().ID
	photos := o.ann.Photos(project)
	require.Len(t, photos, 1)
	body, err := o.ann.ReadPhoto(project, photos[0].ID)
	require.NoError(t, err)
	require.Equal(t, jpeg, string(body))
	require.Contains(t, o.documents(), "plan.txt", "Photos takes no texts")
	require.Len(t, results[0].Report.Holds, 1)
	require.Contains(t, results[0].Report.Holds[0].Reason, "moved to Photos: ")
}
