package box_test

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/syncer"
)

// edit is something that a user does: Ann on the source, Bob on Box.
type edit struct {
	// At says, for an edit during a run, before which instant it comes.
	At       int
	On       syncer.Side
	Do       string
	Path, To string // below the root
	Text     string
}

func (e edit) String() string {
	return fmt.Sprintf("{%d, %d, %q, %q, %q, %q}", e.At, e.On, e.Do, e.Path, e.To, e.Text)
}

var errSenseless = errors.New("makes no sense now")

// edit lets a user do something. What a service refuses does not happen.
func (w *sim) edit(e edit) {
	over := w.contentsAt(e.On, e.Path)
	err := w.editBox(e)
	if e.On == syncer.Source {
		err = w.editSource(e)
	}
	w.log.Info("edit", "what", e, "error", err)
	if err != nil {
		return
	}
	switch e.Do {
	case "write":
		if w.known[e.Text] == nil {
			w.known[e.Text] = map[string]bool{}
		}
		w.end(over)
	case "remove":
		w.end(over)
	}
	w.remember()
}

func (w *sim) end(contents []string) {
	for _, c := range contents {
		w.ended[c] = true
	}
}

// contentsAt returns the contents of the file at a path, or of all files below it.
func (w *sim) contentsAt(side syncer.Side, at string) (all []string) {
	for p, i := range w.tree(side) {
		if i.kind == syncer.File && (p == at || strings.HasPrefix(p, at+"/")) {
			all = append(all, i.body)
		}
	}
	return all
}

func (w *sim) editSource(e edit) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errSenseless, p)
		}
	}()
	parent := path.Dir(e.Path)
	if e.Do != "restore" && !w.source.Has(parent) {
		return errSenseless
	}
	switch e.Do {
	case "write":
		w.ann.Write(e.Path, e.Text)
	case "mkdir":
		w.ann.Mkdir(e.Path)
	case "remove":
		w.ann.Remove(e.Path)
	case "rename":
		w.ann.Rename(e.Path, e.To)
	case "move":
		if !w.source.Has(path.Dir(e.To)) {
			return errSenseless
		}
		w.ann.Move(e.Path, e.To)
	case "restore":
		w.ann.Restore(e.Path)
	}
	return nil
}

// bob is a person who works below one of his folders.
type bob struct {
	*boxtest.Person

	root string
}

func (b bob) at(below string) (boxtest.Item, error) { return b.Find(path.Join(b.root, below)) }

func (w *sim) editBox(e edit) error {
	if e.On != syncer.Destination {
		return nil
	}
	b := w.bob
	if e.Do == "restore" {
		return b.restore(path.Base(e.Path))
	}
	parent, err := b.at(path.Dir(e.Path))
	if err != nil || parent.Type != box.TypeFolder {
		return errSenseless
	}
	item, err := b.at(e.Path)
	there := err == nil
	if !there && e.Do != "write" && e.Do != "mkdir" || there && e.Do == "write" && item.Type != box.TypeFile {
		return errSenseless
	}
	switch e.Do {
	case "write":
		if there {
			item, err = b.Edit(item.ID, []byte(e.Text))
		} else {
			item, err = b.Upload(parent.ID, path.Base(e.Path), []byte(e.Text))
		}
		if err == nil {
			w.known[e.Text] = map[string]bool{item.ID: true}
		}
	case "mkdir":
		_, err = b.CreateFolder(parent.ID, path.Base(e.Path))
	case "remove":
		err = b.Trash(item)
	case "rename":
		_, err = b.Rename(item, e.To)
	case "move":
		err = b.move(item, e.To)
	}
	return err
}

func (b bob) move(item boxtest.Item, to string) error {
	folder, err := b.at(path.Dir(to))
	if err != nil || folder.Type != box.TypeFolder {
		return errSenseless
	}
	_, err = b.Move(item, folder.ID)
	return err
}

// restore takes back what has a name and was deleted.
func (b bob) restore(name string) error {
	bin := b.Bin()
	i := slices.IndexFunc(bin, func(i boxtest.Item) bool { return i.Name == name })
	if i < 0 {
		return errSenseless
	}
	_, err := b.Restore(bin[i])
	return err
}

// target is the item that a request to Box is about.
var target = regexp.MustCompile(`/2\.0/(file|folder)s/([0-9]+)`)

// ambush lets Bob be quicker than a write: he edits the file that it is about, or puts one into the folder.
func (w *sim) ambush(request string) {
	p, at := w.process, target.FindStringSubmatch(request)
	if p == nil || p.dead || at == nil {
		return
	}
	if p.targets++; p.targets != p.run.Ambush {
		return
	}
	text, id := fmt.Sprint("ambush ", len(w.known)), at[2]
	if at[1] == box.TypeFile {
		old, err := w.bob.Read(id)
		if _, failed := w.bob.Edit(id, []byte(text)); err != nil || failed != nil {
			return
		}
		w.end([]string{string(old)})
	} else {
		file, err := w.bob.Upload(id, "new", []byte(text))
		if err != nil {
			return
		}
		id = file.ID
	}
	w.known[text] = map[string]bool{id: true}
	w.log.Info("ambush", "request", request, "text", text)
}
