package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

var bothSides = []syncer.Side{syncer.Source, syncer.Destination}

// spot is a place of a tool as it is now: what stands there on each side, nil for nothing, and the Record
// that knows it, nil if none does.
type spot struct {
	entry  [2]*syncer.Entry
	record *syncer.Record
	path   [2]string // on each side, below its root
}

// under is the path of what stands in a folder.
func under(folder, name string) string {
	if folder == "" {
		return name
	}
	return folder + "/" + name
}

// splitPath takes the tool from the beginning of a path, as people see it in the Box folder of a Link.
func splitPath(parts []mapping.Part, path string) (mapping.Part, []string, error) {
	names := elements(path)
	if len(names) == 0 {
		return mapping.Part{}, nil, fmt.Errorf("a path begins with a tool, as in Documents/Drawings: %w", syncer.ErrInvalid)
	}
	for _, p := range parts {
		if syncer.NameKey(p.Tool.Folder()) != syncer.NameKey(names[0]) {
			continue
		}
		if p.Paused != "" {
			return p, nil, fmt.Errorf("%s is paused: %s: %w", p.Tool, p.Paused, syncer.ErrHalted)
		}
		return p, names[1:], nil
	}
	var known []string
	for _, p := range parts {
		known = append(known, p.Tool.Folder())
	}
	return mapping.Part{}, nil, fmt.Errorf("%q is no tool of the link: a path begins with one, which is %s: %w", names[0], strings.Join(known, " or "), syncer.ErrInvalid)
}

// locate goes down a path on both sides at once. Where an item is called otherwise on one side its Record
// leads to it. The error wraps fs.ErrNotExist if neither side has it, and nothing is known of it.
func (o *Office) locate(ctx context.Context, p mapping.Part, names []string) (spot, error) {
	view, err := o.file.Store.View(ctx, p.Pair.Name)
	if err != nil {
		return spot{}, err
	}
	at := spot{}
	for _, side := range bothSides {
		at.entry[side] = &syncer.Entry{ID: p.Pair.Endpoint(side).Root, Kind: syncer.Folder}
	}
	root, err := view.Record(ctx, syncer.RootRecord)
	if err == nil {
		at.record = &root
	} else if !errors.Is(err, fs.ErrNotExist) {
		return spot{}, err
	}
	for i, name := range names {
		up := at.path
		if at, err = below(ctx, view, p.Pair, at, name); err != nil {
			path := append([]string{p.Tool.Folder()}, names[:i+1]...)
			if errors.Is(err, errNothing) { // a service that does not find something says so otherwise
				return spot{}, &NoItem{Link: p.Link.Name, Path: strings.Join(path, "/"), Folder: strings.Join(path[:i+1], "/")}
			}
			return spot{}, fmt.Errorf("%s: %w", strings.Join(path, "/"), err)
		}
		for _, side := range bothSides {
			if e := at.entry[side]; e != nil {
				at.path[side] = under(up[side], cmp.Or(e.Name, name))
			}
		}
	}
	return at, nil
}

// errNothing says that neither side has something, and that nothing is known of it.
var errNothing = fmt.Errorf("nothing: %w", fs.ErrNotExist)

// below goes one step down. The error is errNothing if there is nothing of that name.
func below(ctx context.Context, view syncer.View, pair syncer.Pair, at spot, name string) (spot, error) {
	var next spot
	var err error
	for _, side := range bothSides {
		if at.entry[side] == nil {
			continue
		}
		if next.entry[side], err = named(ctx, pair.Endpoint(side).FS, *at.entry[side], name); err != nil {
			return next, err
		}
	}
	if next.record, err = recordOf(ctx, view, at, next, name); err != nil {
		return next, err
	}
	if next.record == nil {
		if next.entry == ([2]*syncer.Entry{}) {
			return next, errNothing
		}
		return next, nil
	}
	for _, side := range bothSides {
		half := next.record.Half(side)
		looker, looks := pair.Endpoint(side).FS.(syncer.Looker)
		if next.entry[side] != nil && next.entry[side].ID == half.ID || half.ID == "" || !looks {
			continue
		}
		e, err := looker.Look(ctx, half.ID)
		switch {
		case errors.Is(err, fs.ErrNotExist) || err == nil && e.Trashed:
			// Gone; another item may have taken its place.
		case err != nil:
			return next, err
		default:
			next.entry[side] = &e
		}
	}
	return next, nil
}

// named returns what stands in a folder under a name, nil if nothing does.
func named(ctx context.Context, in syncer.Reader, folder syncer.Entry, name string) (*syncer.Entry, error) {
	var found []syncer.Entry
	var err error
	if f, ok := in.(syncer.Finder); ok {
		found, err = f.Find(ctx, folder, syncer.NameKey(name))
	} else {
		found, err = children(ctx, in, folder)
	}
	if err != nil {
		return nil, err
	}
	for _, same := range []func(e syncer.Entry) bool{
		func(e syncer.Entry) bool { return e.Name == name },
		func(e syncer.Entry) bool { return syncer.NameKey(e.Name) == syncer.NameKey(name) },
	} {
		if i := slices.IndexFunc(found, same); i >= 0 {
			return &found[i], nil
		}
	}
	return nil, nil //nolint:nilnil // nothing is an answer
}

// recordOf returns the Record of what was found, or else the one that the folder remembers by that name.
func recordOf(ctx context.Context, view syncer.View, in, found spot, name string) (*syncer.Record, error) {
	for _, side := range bothSides {
		if e := found.entry[side]; e != nil {
			r, err := view.ByID(ctx, side, e.ID)
			if err == nil {
				return &r, nil
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
		}
	}
	if in.record == nil {
		return nil, nil //nolint:nilnil // nothing is an answer
	}
	for r, err := range view.Children(ctx, in.record.ID) {
		if err != nil {
			return nil, err
		}
		if r.Name == name || r.Source.Name == name || r.Destination.Name == name {
			return &r, nil
		}
	}
	return nil, nil //nolint:nilnil // nothing is an answer
}

// children lists what stands directly in a folder.
func children(ctx context.Context, in syncer.Reader, folder syncer.Entry) ([]syncer.Entry, error) {
	var out []syncer.Entry
	id := ""
	for e, err := range in.List(ctx, folder, "") {
		switch {
		case err != nil:
			return nil, err
		case id == "":
			id = e.ID // the folder itself
			if e.Err != nil {
				return nil, e.Err
			}
		case e.ParentID == id:
			out = append(out, e)
		}
	}
	return out, nil
}
