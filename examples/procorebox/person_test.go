package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// A person edits one side, without the program's knowledge.
type person struct {
	files syncer.FileSystem
	root  string
	// bin moves a folder to the trash with all that is in it; nil where the tests have no need for it.
	bin func(ctx context.Context, id string) error
}

// all returns what is below the root, by path.
func (p person) all(ctx context.Context) (map[string]syncer.Entry, error) {
	byID := map[string]string{}
	found := map[string]syncer.Entry{}
	for e, err := range p.files.List(ctx, syncer.Entry{ID: p.root}, "") {
		if err != nil {
			return nil, err
		}
		at := path.Join(byID[e.ParentID], e.Name)
		if len(found) == 0 {
			at = "" // the root comes first
		}
		byID[e.ID], found[at] = at, e
	}
	return found, nil
}

// tree lists the paths, folders with a slash at their end.
func (p person) tree(ctx context.Context) (string, error) {
	all, err := p.all(ctx)
	if err != nil {
		return "", err
	}
	var lines []string
	for at, e := range all {
		switch {
		case at == "":
		case e.Kind == syncer.Folder:
			lines = append(lines, at+"/\n")
		default:
			lines = append(lines, at+"\n")
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, ""), nil
}

func (p person) find(ctx context.Context, at string) (syncer.Entry, error) {
	all, err := p.all(ctx)
	if err != nil {
		return syncer.Entry{}, err
	}
	if at == "." {
		at = ""
	}
	e, ok := all[at]
	if !ok {
		return e, fmt.Errorf("%s: %w", at, fs.ErrNotExist)
	}
	return e, nil
}

// folder returns the folder at a path, and makes it if need be.
func (p person) folder(ctx context.Context, at string) (syncer.Entry, error) {
	all, err := p.all(ctx)
	if err != nil {
		return syncer.Entry{}, err
	}
	e, done := all[""], ""
	for name := range strings.SplitSeq(at, "/") {
		if name == "" || name == "." {
			continue
		}
		done = path.Join(done, name)
		next, ok := all[done]
		if !ok {
			if next, err = p.files.CreateFolder(ctx, e, name); err != nil {
				return e, err
			}
		}
		e = next
	}
	return e, nil
}

// write makes a file, or gives it new contents.
func (p person) write(ctx context.Context, at, text string) error {
	c := syncer.Content{
		Size: int64(len(text)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
	}
	if old, err := p.find(ctx, at); err == nil {
		_, err = p.files.UpdateFile(ctx, old, c)
		return err
	}
	parent, err := p.folder(ctx, path.Dir(at))
	if err != nil {
		return err
	}
	_, err = p.files.CreateFile(ctx, parent, path.Base(at), c)
	return err
}

// move gives an item another place or name.
func (p person) move(ctx context.Context, from, to string) error {
	old, err := p.find(ctx, from)
	if err != nil {
		return err
	}
	parent, err := p.folder(ctx, path.Dir(to))
	if err != nil {
		return err
	}
	_, err = p.files.(syncer.Mover).Move(ctx, old, parent, path.Base(to))
	return err
}

// remove deletes an item with all that is in it.
func (p person) remove(ctx context.Context, at string) error {
	all, err := p.all(ctx)
	if err != nil {
		return err
	}
	var doomed []string
	for there := range all {
		if there == at || strings.HasPrefix(there, at+"/") {
			doomed = append(doomed, there)
		}
	}
	if len(doomed) == 0 {
		return fmt.Errorf("%s: %w", at, fs.ErrNotExist)
	}
	slices.Sort(doomed)
	for _, there := range slices.Backward(doomed) {
		if _, err := p.files.Delete(ctx, all[there]); err != nil {
			return err
		}
	}
	return nil
}

// await waits until an item is there, for as long as the tests may take.
func (p person) await(ctx context.Context, at string) error {
	for {
		_, err := p.find(ctx, at)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		time.Sleep(100 * time.Millisecond) // another process makes it
	}
}

// trash puts a folder into the trash with all that is in it, in one step, as people do.
func (p person) trash(ctx context.Context, at string) error {
	e, err := p.find(ctx, at)
	if err != nil {
		return err
	}
	if p.bin == nil {
		return errors.ErrUnsupported
	}
	return p.bin(ctx, e.ID)
}

func (p person) read(ctx context.Context, at string) ([]byte, error) {
	e, err := p.find(ctx, at)
	if err != nil {
		return nil, err
	}
	body, err := p.files.Open(ctx, e)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(body)
	return b.Bytes(), err
}

// do carries out one line of a script.
func (p person) do(ctx context.Context, out io.Writer, args []string) error {
	const how = "usage: box|procore tree | await PATH | mkdir PATH | write PATH TEXT | read PATH | move FROM TO | remove PATH | trash PATH"
	want := map[string]int{"tree": 1, "await": 2, "mkdir": 2, "write": 3, "read": 2, "move": 3, "remove": 2, "trash": 2}
	if len(args) == 0 || want[args[0]] != len(args) {
		return fmt.Errorf("%s", how)
	}
	switch args[0] {
	case "tree":
		text, err := p.tree(ctx)
		_, _ = io.WriteString(out, text)
		return err
	case "await":
		return p.await(ctx, args[1])
	case "mkdir":
		_, err := p.folder(ctx, args[1])
		return err
	case "write":
		return p.write(ctx, args[1], args[2])
	case "read":
		text, err := p.read(ctx, args[1])
		_, _ = out.Write(text)
		return err
	case "move":
		return p.move(ctx, args[1], args[2])
	case "trash":
		return p.trash(ctx, args[1])
	}
	return p.remove(ctx, args[1])
}
