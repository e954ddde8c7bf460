package office

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// darkParts are the tools of a Link as they are remembered, when a service could not even be signed in to:
// that side says why it cannot be asked. The other is asked all the same.
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
			e := o.lit(ctx, l, t, side, why)
			e.Root, e.Name = h.Root(side).Locator, on(side).Title()
			*p.Pair.Endpoint(side) = e
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// lit opens the side that an error did not come from.
func (o *Office) lit(ctx context.Context, l mapping.Link, t mapping.Tool, side syncer.Side, why error) syncer.Endpoint {
	opening, told := errors.AsType[*mapping.OpenError](why)
	switch {
	case !told:
		return syncer.Endpoint{FS: darkness(why)}
	case opening.Side == side:
		return syncer.Endpoint{FS: darkness(opening.Err)}
	}
	var place mapping.Place
	var err error
	if side == syncer.Source {
		place, err = o.procorePlace(ctx, l, t)
	} else {
		place, err = o.boxPlace(ctx, l)
	}
	if err != nil {
		return syncer.Endpoint{FS: darkness(err)}
	}
	return place.Endpoint
}

// dark is a side that cannot be asked.
type dark struct{ why error }

// darkness is dark: a service that is not found is no folder that is gone.
func darkness(why error) dark {
	if errors.Is(why, fs.ErrNotExist) {
		why = errors.New(why.Error())
	}
	return dark{why}
}

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
