package worlds_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer"
)

// projectDesk is a folder in the documents of a project, in which Ann works.
type projectDesk struct {
	fake   *procoretest.Procore
	ann    *procoretest.Person
	token  string
	folder procoretest.Item
	other  procoretest.Item // beside it
}

func newProjectDesk(t *testing.T, s setup, log *slog.Logger) (*projectDesk, error) {
	t.Helper()
	fake, err := procoretest.New(procoretest.Options{Limits: procoretest.NoLimits, Switches: s.Procore, Seed: s.Seed, Logger: log})
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { _ = fake.Close() })
	d := &projectDesk{fake: fake, ann: fake.AddUser("Ann", "ann@x.example"), token: fake.Token()}
	for name, at := range map[string]*procoretest.Item{"root": &d.folder, "beside": &d.other} {
		if *at, err = d.ann.CreateFolder(fake.Project().RootID, name); err != nil {
			return nil, err
		}
	}
	_, err = d.ann.Upload(d.other.ID, "a", []byte("outside"))
	return d, err
}

func (d *projectDesk) root() string { return strconv.FormatInt(d.folder.ID, 10) }

func (d *projectDesk) connect(ctx context.Context, l func(http.RoundTripper) http.RoundTripper) (syncer.FileSystem, syncer.Feed, error) {
	urls := d.fake.URLs()
	client, err := procore.New(procore.Options{
		Bases:     procore.Bases{API: urls.API, Login: urls.Login},
		CompanyID: procore.ID(d.fake.Company().ID),
		Tokens:    procore.Fixed(d.token), HTTP: l(d.fake.HTTPClient().Transport),
	})
	if err != nil {
		return nil, nil, err
	}
	files, err := procore.NewDocuments(ctx, client, procore.InProject(procore.ID(d.fake.Project().ID)), &procore.FileSystemOptions{
		User: &procore.Person{ID: procore.ID(d.fake.Home().ID)},
	})
	return files, files, err
}

func (d *projectDesk) tree() (map[string]found, error) {
	all := map[string]found{}
	return all, d.walk(d.folder.ID, "", all)
}

func (d *projectDesk) walk(folder int64, at string, all map[string]found) error {
	items, err := d.ann.List(folder)
	if err != nil {
		return err
	}
	in := strconv.FormatInt(folder, 10)
	for _, i := range items {
		here, id := path.Join(at, i.Name), strconv.FormatInt(i.ID, 10)
		if i.Type == procore.TypeFolder {
			all[here] = found{kind: syncer.Folder, id: id, parent: in}
			if err := d.walk(i.ID, here, all); err != nil {
				return err
			}
			continue
		}
		body, err := d.ann.Read(i.ID)
		if err != nil {
			return err
		}
		all[here] = found{syncer.File, "f" + id, in, string(body)}
	}
	return nil
}

func (d *projectDesk) at(below string) (procoretest.Item, error) {
	return d.ann.Find(d.folder.ID, strings.TrimPrefix(path.Clean("/"+below), "/"))
}

func (d *projectDesk) do(e edit) error {
	if e.Do == "restore" {
		bin, err := d.ann.Bin(d.fake.Project().RootID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(bin, func(i procoretest.Item) bool { return i.Name == path.Base(e.Path) })
		if i < 0 {
			return errSenseless
		}
		_, err = d.ann.Restore(bin[i])
		return err
	}
	parent, err := d.at(path.Dir(e.Path))
	if err != nil || parent.Type != procore.TypeFolder {
		return errSenseless
	}
	item, err := d.at(e.Path)
	there := err == nil
	if !there && e.Do != "write" && e.Do != "mkdir" || there && e.Do == "write" && item.Type != procore.TypeFile {
		return errSenseless
	}
	switch e.Do {
	case "write":
		if there {
			_, err = d.ann.Edit(item.ID, []byte(e.Text))
		} else {
			_, err = d.ann.Upload(parent.ID, path.Base(e.Path), []byte(e.Text))
		}
	case "mkdir":
		_, err = d.ann.CreateFolder(parent.ID, path.Base(e.Path))
	case "remove":
		err = d.ann.Delete(item)
	case "rename":
		_, err = d.ann.Rename(item, e.To)
	case "move":
		folder, gone := d.at(path.Dir(e.To))
		if gone != nil || folder.Type != procore.TypeFolder {
			return errSenseless
		}
		_, err = d.ann.Move(item, folder.ID)
	}
	return err
}

var procoreTarget = regexp.MustCompile(`/rest/v1\.0/(file|folder)s/([0-9]+)`)

func (d *projectDesk) quick(request, text string) (id, old string, ok bool) {
	at := procoreTarget.FindStringSubmatch(request)
	if at == nil {
		return "", "", false
	}
	number, _ := strconv.ParseInt(at[2], 10, 64)
	if at[1] == procore.TypeFile {
		was, err := d.ann.Read(number)
		_, failed := d.ann.Edit(number, []byte(text))
		return "f" + at[2], string(was), err == nil && failed == nil
	}
	file, err := d.ann.Upload(number, "new", []byte(text))
	return "f" + strconv.FormatInt(file.ID, 10), "", err == nil
}

func (d *projectDesk) holds(id, _ string) bool {
	number, _ := strconv.ParseInt(strings.TrimPrefix(id, "f"), 10, 64)
	_, err := d.ann.Read(number)
	return err == nil
}

func (d *projectDesk) beside() string {
	items, err := d.ann.List(d.other.ID)
	text := fmt.Sprint(err)
	for _, i := range items {
		text += fmt.Sprint(i.ID, i.Name, i.Version, i.Size)
	}
	return text
}

func (d *projectDesk) inject(f fault) error {
	return d.fake.Inject(procoretest.Fault{
		Route: f.Route, Nth: f.Nth, Times: f.Times, Status: f.Status, RetryAfter: f.RetryAfter, Plain: f.Plain, Reset: f.Reset,
		When: procoretest.Moment(f.When), Delay: f.Delay, Slow: f.Slow, Cut: f.Cut, Short: f.Short,
	})
}

func (d *projectDesk) chance(rate float64, _ uint64) error { return d.fake.SetFaultRate(rate) }

func (d *projectDesk) clear() { d.fake.ClearFaults() }

func (d *projectDesk) ends() []string { return nil } // nothing can be ended for good
