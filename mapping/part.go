package mapping

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/procorebox/procorebox/syncer"
)

// Part is one tool of a Link, ready to be kept in step.
type Part struct {
	Link Link
	Tool Tool
	// Pair is what an engine works on: Procore is the source, Box the destination. If Paused is not
	// empty only its Name is set.
	Pair syncer.Pair
	// Paused says why the tool cannot be kept in step for now.
	Paused string

	source, destination Place
	options             syncer.Options
	neighbours          *neighbours
}

// Engine returns an engine for the part, with its rules. Whoever wants other settings, such as an observer
// of its own, says so in change, which may be nil. What becomes of its runs is not remembered: see Record. Make one for each run: it knows the Links as they were
// when the Part was opened.
func (s *Links) Engine(p Part, change func(o *syncer.Options)) (*syncer.Engine, error) {
	return s.engine(p, s.o.States, change)
}

// LeftOut says why the rules of the part keep an item out of sync, "" if they do not. Its path is that below the
// root of its side. What is in a folder that is left out is so, too, and need not be asked about. A part that is
// paused has no rules.
func (p Part) LeftOut(i syncer.Item) string {
	if p.options.Policies.Filter == nil {
		return ""
	}
	return p.options.Policies.Filter.Filter(i)
}

func (s *Links) engine(p Part, states syncer.StateStore, change func(o *syncer.Options)) (*syncer.Engine, error) {
	if p.Paused != "" {
		return nil, fmt.Errorf("%s is paused: %s: %w", p.Pair.Name, p.Paused, syncer.ErrHalted)
	}
	o := p.options
	if change != nil {
		change(&o)
	}
	return syncer.New(states, p.Pair, &o)
}

// Parts opens the tools of a Link, one Part each, in their order. A tool that has no folder in Box yet gets
// one: that is the only thing written. What a person has paused is opened too, for those who only look.
//
// A tool whose folder is in the trash, or not visible, comes back with Paused set and the reason, and the
// others as ever: nothing is made in its place, and nothing is deleted anywhere. What is in the trash comes
// back to life when it is restored.
func (s *Links) Parts(ctx context.Context, which string) ([]Part, error) {
	all, err := s.All(ctx)
	if err != nil {
		return nil, err
	}
	l, err := pick(all, which)
	if err != nil {
		return nil, err
	}
	box, err := s.box(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("link %q: %w", l.Name, err)
	}
	var parts []Part
	for _, t := range l.Tools {
		p := Part{Tool: t, Pair: syncer.Pair{Name: l.Pair(t)}, destination: box.Place, neighbours: newNeighbours(s.o.States)}
		if p.Paused, err = s.rooted(ctx, &l, t, box, all); err != nil {
			return nil, fmt.Errorf("link %q: %w", l.Name, err)
		}
		if p.Paused == "" {
			if err := s.complete(ctx, &p, l, all, box); err != nil {
				return nil, fmt.Errorf("link %q: %w", l.Name, err)
			}
		}
		parts = append(parts, p)
	}
	for i := range parts {
		p := &parts[i]
		p.Link = l.clone()
		p.neighbours.self = p.Pair
		for j, other := range parts {
			if j != i && other.Paused == "" {
				p.neighbours.others = append(p.neighbours.others, other)
			}
		}
	}
	return parts, nil
}

// complete opens the Procore side of a part and gathers its rules.
func (s *Links) complete(ctx context.Context, p *Part, l Link, all []Link, box *account) error {
	var err error
	if p.source, err = s.o.Procore(ctx, l, p.Tool); err != nil {
		return &OpenError{syncer.Source, err}
	}
	source, destination := p.source.Endpoint, box.Endpoint
	source.Name, destination.Name = "Procore", "Box"
	source.Follow = true
	destination.Root, destination.Follow = l.Roots[p.Tool].ID, true
	p.Pair.Mode = l.Rules.Direction(p.Tool).Mode()
	p.Pair.Source, p.Pair.Destination = source, destination
	p.options = s.o.Engine
	rules, err := s.o.Policies(l, p.Tool)
	if err != nil {
		return fmt.Errorf("rules of %s: %w", p.Tool, err)
	}
	rules.Filter = apart{rules.Filter, around(l, p.Tool, all)}
	if rules.Resolver != nil {
		rules.Resolver = firstMeeting{rules.Resolver}
	}
	p.options.Policies, p.options.Adopt, p.options.Elsewhere = rules, l.Rules.adoption(), p.neighbours.elsewhere
	return nil
}

// rooted makes sure that a tool has a folder, and says why the tool is paused if it has none.
func (s *Links) rooted(ctx context.Context, l *Link, t Tool, box *account, all []Link) (paused string, err error) {
	if l.Roots[t].ID != "" {
		return "", nil
	}
	in, err := box.folder(ctx, l.Folder)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syncer.ErrInvalid) {
		return err.Error(), nil
	}
	if err != nil {
		return "", err
	}
	id, err := box.toolFolder(ctx, *l, t, in, all)
	if errors.Is(err, fs.ErrExist) || errors.Is(err, syncer.ErrOverlap) {
		return err.Error(), nil
	}
	if err != nil {
		return "", err
	}
	now, err := s.change(ctx, l.ID, func(l *Link, _ []Link) error {
		if l.Roots[t].ID == "" { // another process may have been faster
			if l.Roots == nil {
				l.Roots = map[Tool]Root{}
			}
			l.Roots[t] = Root{ID: id}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	*l = now
	return "", nil
}
