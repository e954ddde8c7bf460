package office

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"strings"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// subject says which tool an item belongs to, and how its engine names it.
func (o *Office) subject(ctx context.Context, parts []mapping.Part, names []string, about About) (mapping.Part, syncer.Subject, error) {
	if about.ID == "" {
		return parts[0], syncer.Subject{Path: strings.Join(names[1:], "/")}, nil
	}
	var subjects []numbered
	for _, p := range parts {
		for _, side := range bothSides {
			if about.On != "" && on(side) != about.On {
				continue
			}
			for _, id := range []string{about.ID, fileMark + about.ID} {
				subjects = append(subjects, numbered{p, syncer.Subject{ID: id, Side: side}})
			}
		}
	}
	for _, find := range []func(context.Context, numbered) (bool, error){o.remembers, shows} {
		for _, n := range subjects {
			if n.part.Paused != "" {
				continue
			}
			if found, err := find(ctx, n); err != nil || found {
				return n.part, n.subject, err
			}
		}
	}
	return mapping.Part{}, syncer.Subject{}, fmt.Errorf("no item of the link has the number %q: %w", about.ID, fs.ErrNotExist)
}

// fileMark stands before the numbers of files, which services count apart from those of folders: see
// box.FileSystem and procore.Documents.
const fileMark = "f"

// numbered is an item that may be meant.
type numbered struct {
	part    mapping.Part
	subject syncer.Subject
}

// remembers reports whether the state knows of the item, or of its end.
func (o *Office) remembers(ctx context.Context, n numbered) (bool, error) {
	view, err := o.file.Store.View(ctx, n.part.Pair.Name)
	if err != nil {
		return false, err
	}
	_, err = view.ByID(ctx, n.subject.Side, n.subject.ID)
	if errors.Is(err, fs.ErrNotExist) {
		_, err = view.Tombstone(ctx, n.subject.Side, n.subject.ID)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// shows reports whether the side shows the item. What does not answer shows nothing.
func shows(ctx context.Context, n numbered) (bool, error) {
	looker, ok := n.part.Pair.Endpoint(n.subject.Side).FS.(syncer.Looker)
	if !ok {
		return false, nil
	}
	_, err := looker.Look(ctx, n.subject.ID)
	return err == nil, ctx.Err()
}

// darkParts are the tools of a Link as they are remembered, when a service could not even be signed in to:
// each side says why it cannot be asked.
func (o *Office) darkParts(ctx context.Context, l mapping.Link, why error) ([]mapping.Part, error) {
	var parts []mapping.Part
	for _, t := range l.Tools {
		p := mapping.Part{Link: l, Tool: t, Paused: l.Roots[t].Paused, Pair: syncer.Pair{Name: l.Pair(t), Mode: l.Rules.Direction(t).Mode()}}
		view, err := o.file.Store.View(ctx, p.Pair.Name)
		if err != nil {
			return nil, err
		}
		h, err := view.Header(ctx)
		if err != nil {
			return nil, err
		}
		if h.Next == 0 {
			return nil, why // nothing is remembered that could be told
		}
		for _, side := range bothSides {
			*p.Pair.Endpoint(side) = syncer.Endpoint{FS: dark{why}, Root: h.Root(side).Locator, Name: on(side).Title()}
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// dark is a side that cannot be asked.
type dark struct{ why error }

// Info implements [syncer.Reader].
func (d dark) Info() syncer.Info { return syncer.Info{Trash: true} }

// List implements [syncer.Reader].
func (d dark) List(context.Context, syncer.Entry, syncer.Token) iter.Seq2[syncer.Entry, error] {
	return func(yield func(syncer.Entry, error) bool) { yield(syncer.Entry{}, d.why) }
}

// Look implements [syncer.Looker].
func (d dark) Look(context.Context, string) (syncer.Entry, error) { return syncer.Entry{}, d.why }

// Open implements [syncer.Reader].
func (d dark) Open(context.Context, syncer.Entry) (io.ReadCloser, error) { return nil, d.why }

// CreateFolder implements [syncer.FileSystem].
func (d dark) CreateFolder(context.Context, syncer.Entry, string) (syncer.Entry, error) {
	return syncer.Entry{}, d.why
}

// CreateFile implements [syncer.FileSystem].
func (d dark) CreateFile(context.Context, syncer.Entry, string, syncer.Content) (syncer.Entry, error) {
	return syncer.Entry{}, d.why
}

// UpdateFile implements [syncer.FileSystem].
func (d dark) UpdateFile(context.Context, syncer.Entry, syncer.Content) (syncer.Entry, error) {
	return syncer.Entry{}, d.why
}

// Delete implements [syncer.FileSystem].
func (d dark) Delete(context.Context, syncer.Entry) (syncer.Trashed, error) {
	return syncer.Trashed{}, d.why
}
