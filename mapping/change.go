package mapping

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/procorebox/procorebox/syncer"
)

// errChanged says that the Links are not those that were checked.
var errChanged = errors.New("links were changed meanwhile")

// Edit changes name, rules and tools of a Link, all or nothing, and returns it as it is then. What it is
// about cannot be changed: that is another Link. Which tools there are may be; a tool that is left out is
// left alone on both sides, and one that is added gets its folder by the next [Links.Parts]. After other
// rules or tools the next run of each pair is a full scan.
func (s *Links) Edit(ctx context.Context, which string, change func(l *Link) error) (Link, error) {
	var was Link
	l, err := s.change(ctx, which, func(l *Link, others []Link) error {
		was = l.clone()
		if err := change(l); err != nil {
			return err
		}
		if err := l.Check(); err != nil {
			return err
		}
		l.Tools = sortTools(l.Tools)
		if l.ID != was.ID || l.Company != was.Company || l.Project != was.Project || l.Folder != was.Folder || !l.Made.Equal(was.Made) {
			return fmt.Errorf("company, project and folder of a link cannot be changed: %w", syncer.ErrInvalid)
		}
		if err := s.check(*l); err != nil {
			return err
		}
		if err := nameIsFree(*l, others); err != nil {
			return err
		}
		return toolsAreFree(*l, others)
	})
	if err == nil && !(reflect.DeepEqual(l.Rules, was.Rules) && slices.Equal(l.Tools, was.Tools)) {
		err = s.scan(ctx, l)
	}
	if err != nil {
		return Link{}, fmt.Errorf("edit link %q: %w", which, err)
	}
	return l, nil
}

// scan asks for a full scan of every tool: what was left alone by other rules, and what nobody listened to,
// is looked at again.
func (s *Links) scan(ctx context.Context, l Link) error {
	for _, t := range l.Tools {
		if err := s.o.States.Append(ctx, l.Pair(t), syncer.Hint{Full: true, At: s.o.Engine.Clock()}); err != nil {
			return fmt.Errorf("ask for a scan of %s: %w", l.Pair(t), err)
		}
	}
	return nil
}

// Pause stops a Link until Resume. A run that has begun goes on to its end.
func (s *Links) Pause(ctx context.Context, which string) error {
	_, err := s.change(ctx, which, func(l *Link, _ []Link) error {
		l.Paused = true
		return nil
	})
	if err != nil {
		return fmt.Errorf("pause link %q: %w", which, err)
	}
	return nil
}

// Resume ends a Pause. What happened meanwhile was not listened to, so the next run of each pair is a full
// scan.
func (s *Links) Resume(ctx context.Context, which string) error {
	l, err := s.Get(ctx, which)
	if err != nil {
		return fmt.Errorf("resume link %q: %w", which, err)
	}
	// First the hints: if this ends before the change they do no harm.
	if err := s.scan(ctx, l); err != nil {
		return fmt.Errorf("resume link %q: %w", which, err)
	}
	_, err = s.change(ctx, l.ID, func(l *Link, _ []Link) error {
		l.Paused = false
		return nil
	})
	if err != nil {
		return fmt.Errorf("resume link %q: %w", which, err)
	}
	return nil
}

// Remove takes a Link away. Nothing on either side is touched; a Link that is made of the same project and
// folder later adopts what is there.
func (s *Links) Remove(ctx context.Context, which string) error {
	l, err := s.Get(ctx, which)
	if err != nil {
		return fmt.Errorf("remove link: %w", err)
	}
	name := prefix + l.ID
	err = s.o.Store.Change(ctx, name, func(map[string][]byte) (map[string][]byte, error) {
		return map[string][]byte{name: nil}, nil
	})
	if err != nil {
		return fmt.Errorf("remove link %q: %w", which, err)
	}
	return nil
}

// change lets f change one Link, beside the others, and stores it.
func (s *Links) change(ctx context.Context, which string, f func(l *Link, others []Link) error) (Link, error) {
	var out Link
	err := s.o.Store.Change(ctx, prefix, func(now map[string][]byte) (map[string][]byte, error) {
		list, err := decodeAll(now)
		if err != nil {
			return nil, err
		}
		l, err := pick(list, which)
		if err != nil {
			return nil, err
		}
		others := slices.DeleteFunc(list, func(o Link) bool { return o.ID == l.ID })
		if err := f(&l, others); err != nil {
			return nil, err
		}
		out = l
		data, err := encode(l)
		if err != nil {
			return nil, err
		}
		return map[string][]byte{prefix + l.ID: data}, nil
	})
	return out, err
}
