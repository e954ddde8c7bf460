package mapping

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// stands reports whether both roots of a part are where they can be worked on. That is looked at only if
// an earlier run has found that one is not: otherwise the run itself will see.
func (s *Links) stands(ctx context.Context, p *Part) (bool, error) {
	was := p.Link.Roots[p.Tool]
	if was.Paused == "" {
		return true, nil
	}
	why, err := s.Away(ctx, *p)
	if err != nil || why == "" {
		return err == nil, err
	}
	p.Paused = why
	return false, s.remember(ctx, p, why)
}

// Away looks at both roots of a part and says which of them cannot be worked on, and why: it is in the trash,
// or not visible. It returns "" if both can. The reason does not name the tool, so that what concerns several
// of them can be said once.
func (s *Links) Away(ctx context.Context, p Part) (string, error) {
	if p.Paused != "" {
		return p.Paused, nil
	}
	for _, side := range []syncer.Side{syncer.Destination, syncer.Source} {
		e, err := rootOf(ctx, p.Pair.Endpoint(side))
		where := rootName(p.Link, side)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return where + " is not visible: it was deleted for good, or access to it was lost", nil
		case err != nil:
			return "", &syncer.Error{Op: "look at the root", Side: side, Where: p.Pair.Endpoint(side).Name, Err: err}
		case e.Trashed && side == syncer.Destination:
			return where + " is in the trash, or one that holds it: restore that, and sync goes on", nil
		case e.Trashed:
			return where + " is in the trash: restore it, and sync goes on", nil
		case e.Kind != syncer.Folder:
			return where + " is no folder", nil
		}
	}
	return "", nil
}

func rootName(l Link, side syncer.Side) string {
	switch {
	case side == syncer.Destination:
		return "its folder in Box"
	case l.Project == "":
		return "company " + l.Company + " in Procore, or the tool in it,"
	}
	return "project " + l.Project + " in Procore, or the tool in it,"
}

// rootOf reads a root: by a look, or as the first entry of its listing. A look at the root of what can only be
// read tells nothing: it is the list of records, and no folder that the service keeps.
func rootOf(ctx context.Context, end *syncer.Endpoint) (syncer.Entry, error) {
	_, kept := end.FS.(syncer.FileSystem)
	if l, ok := end.FS.(syncer.Looker); ok && kept {
		return l.Look(ctx, end.Root)
	}
	for e, err := range end.FS.List(ctx, syncer.Entry{ID: end.Root, Kind: syncer.Folder}, "") {
		return e, err
	}
	return syncer.Entry{}, errors.New("the listing is empty: not even the root is in it")
}

// note remembers that a part was paused by its last run, or that it goes on.
func (s *Links) note(ctx context.Context, t *turn) error {
	why, halted := paused(t.Err)
	if halted {
		if exact, err := s.Away(ctx, t.part); err == nil && exact != "" {
			why = exact
		}
		t.Paused, t.Err = why, nil
	} else if t.Err != nil {
		return nil //nolint:nilerr // it says nothing about the roots, and is in the Result already
	}
	if why == t.part.Link.Roots[t.part.Tool].Paused {
		return nil
	}
	return s.remember(ctx, &t.part, why)
}

// remember stores why a part is paused, empty if it is not.
func (s *Links) remember(ctx context.Context, p *Part, why string) error {
	l, err := s.change(ctx, p.Link.ID, func(l *Link, _ []Link) error {
		r := l.Roots[p.Tool]
		if r.ID != p.Pair.Destination.Root || r.Paused == why {
			return nil // another process has changed it meanwhile
		}
		since := r.Since
		switch {
		case why == "":
			since = time.Time{}
		case r.Paused == "":
			since = s.o.Engine.Clock().UTC()
		}
		l.Roots[p.Tool] = Root{ID: r.ID, Paused: why, Since: since}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil // the Link was removed meanwhile
	}
	if err != nil {
		return fmt.Errorf("remember %s: %w", p.Pair.Name, err)
	}
	p.Link = l
	return nil
}
