package worlds_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/syncer"
)

// boxDesk is a folder of Bob's, into which the user of the engine is invited.
type boxDesk struct {
	fake   *boxtest.Box
	bob    *boxtest.Person
	home   *boxtest.Person
	token  string
	folder boxtest.Item
	other  boxtest.Item // beside it
}

func newBoxDesk(t *testing.T, s setup, log *slog.Logger) (*boxDesk, error) {
	t.Helper()
	fake, err := boxtest.New(boxtest.Options{
		Limits: boxtest.NoLimits, Switches: s.Box, ReplayEvents: s.Replay, ShuffleEvents: s.Shuffle,
		FolderPace: s.Pace, Seed: s.Seed, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { _ = fake.Close() })
	d := &boxDesk{fake: fake, bob: fake.AddUser("Bob", "bob@x.example"), home: fake.Home(), token: fake.Token()}
	for name, at := range map[string]*boxtest.Item{"root": &d.folder, "beside": &d.other} {
		if *at, err = d.bob.CreateFolder("0", name); err != nil {
			return nil, err
		}
		if err = d.bob.Collaborate(*at, fake.Home(), "editor"); err != nil {
			return nil, err
		}
	}
	_, err = d.bob.Upload(d.other.ID, "a", []byte("outside"))
	return d, err
}

func (d *boxDesk) root() string { return d.folder.ID }

func (d *boxDesk) connect(ctx context.Context, l func(http.RoundTripper) http.RoundTripper) (syncer.FileSystem, syncer.Feed, error) {
	urls := d.fake.URLs()
	client, err := box.New(box.Options{
		Bases:  box.Bases{API: urls.API, Upload: urls.Upload, Login: urls.Login},
		Tokens: box.Fixed(d.token), HTTP: l(d.fake.HTTPClient().Transport),
	})
	if err != nil {
		return nil, nil, err
	}
	home := d.home
	files, err := box.NewFileSystem(ctx, client, &box.FileSystemOptions{User: &box.User{ID: home.ID, Name: home.Name}, Listings: 1})
	return files, files, err
}

func (d *boxDesk) tree() (map[string]found, error) {
	all := map[string]found{}
	return all, d.walk(d.folder.ID, "", all)
}

func (d *boxDesk) walk(folder, at string, all map[string]found) error {
	items, err := d.bob.List(folder)
	if err != nil {
		return err
	}
	for _, i := range items {
		here := path.Join(at, i.Name)
		switch {
		case i.Trashed: // with one of the switches it is listed nevertheless
		case i.Type == box.TypeFolder:
			all[here] = found{kind: syncer.Folder, id: i.ID, parent: folder}
			if err := d.walk(i.ID, here, all); err != nil {
				return err
			}
		default:
			body, err := d.bob.Read(i.ID)
			if err != nil {
				return err
			}
			all[here] = found{syncer.File, "f" + i.ID, folder, string(body)}
		}
	}
	return nil
}

func (d *boxDesk) at(below string) (boxtest.Item, error) { return d.bob.Find(path.Join("root", below)) }

func (d *boxDesk) do(e edit) error {
	if e.Do == "restore" {
		bin := d.bob.Bin()
		i := slices.IndexFunc(bin, func(i boxtest.Item) bool { return i.Name == path.Base(e.Path) })
		if i < 0 {
			return errSenseless
		}
		_, err := d.bob.Restore(bin[i])
		return err
	}
	parent, err := d.at(path.Dir(e.Path))
	if err != nil || parent.Type != box.TypeFolder {
		return errSenseless
	}
	item, err := d.at(e.Path)
	there := err == nil
	if !there && e.Do != "write" && e.Do != "mkdir" || there && e.Do == "write" && item.Type != box.TypeFile {
		return errSenseless
	}
	switch e.Do {
	case "write":
		if there {
			_, err = d.bob.Edit(item.ID, []byte(e.Text))
		} else {
			_, err = d.bob.Upload(parent.ID, path.Base(e.Path), []byte(e.Text))
		}
	case "mkdir":
		_, err = d.bob.CreateFolder(parent.ID, path.Base(e.Path))
	case "remove":
		err = d.bob.Trash(item)
	case "rename":
		_, err = d.bob.Rename(item, e.To)
	case "move":
		folder, gone := d.at(path.Dir(e.To))
		if gone != nil || folder.Type != box.TypeFolder {
			return errSenseless
		}
		_, err = d.bob.Move(item, folder.ID)
	}
	return err
}

var boxTarget = regexp.MustCompile(`/2\.0/(file|folder)s/([0-9]+)`)

func (d *boxDesk) quick(request, text string) (id, old string, ok bool) {
	at := boxTarget.FindStringSubmatch(request)
	if at == nil {
		return "", "", false
	}
	if at[1] == box.TypeFile {
		was, err := d.bob.Read(at[2])
		_, failed := d.bob.Edit(at[2], []byte(text))
		return "f" + at[2], string(was), err == nil && failed == nil
	}
	file, err := d.bob.Upload(at[2], "new", []byte(text))
	return "f" + file.ID, "", err == nil
}

func (d *boxDesk) holds(id, _ string) bool {
	_, err := d.bob.Read(strings.TrimPrefix(id, "f"))
	return err == nil
}

func (d *boxDesk) beside() string {
	items, err := d.bob.List(d.other.ID)
	text := fmt.Sprint(err)
	for _, i := range items {
		text += fmt.Sprint(i.ID, i.Name, i.ETag, i.SHA1)
	}
	return text
}

func (d *boxDesk) inject(f fault) error {
	return d.fake.Inject(boxtest.Fault{
		Route: f.Route, Nth: f.Nth, Times: f.Times, Status: f.Status, RetryAfter: f.RetryAfter, Plain: f.Plain, Reset: f.Reset,
		When: f.When, Delay: f.Delay, Slow: f.Slow, Cut: f.Cut, Short: f.Short,
	})
}

func (d *boxDesk) chance(rate float64, _ uint64) error { return d.fake.SetFaultRate(rate) }

func (d *boxDesk) clear() { d.fake.ClearFaults() }

func (d *boxDesk) ends() (list []string) {
	for route, n := range d.fake.Calls() {
		if n > 0 && strings.HasPrefix(route, "DELETE") && (strings.Contains(route, "trash") || strings.Contains(route, "versions")) {
			list = append(list, route)
		}
	}
	return list
}
