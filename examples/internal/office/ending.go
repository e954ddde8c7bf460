package office

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// endings are what ended runs: each cause once, with all whom it concerns, since a service that is down ends
// those of every tool of every Link.
type endings []*ending

// ending is why some runs ended.
type ending struct {
	service Service // that it came from, empty if it does not tell
	err     error
	text    string // of err, without those whom it concerns
	who     []affected
}

// affected is a tool of a Link, by its name, or all of it if tool is empty.
type affected struct {
	link string
	tool mapping.Tool
}

// add notes an ending, together with those of the same cause.
func (e *endings) add(n ending) {
	same := func(o *ending) bool {
		cause := syncer.CauseOf(n.err)
		alike := n.service != "" && n.service == o.service && cause != syncer.CauseUnknown && cause == syncer.CauseOf(o.err)
		return alike || n.text == o.text
	}
	i := slices.IndexFunc(*e, same)
	if i < 0 {
		*e = append(*e, &n)
		return
	}
	for _, a := range n.who {
		if o := (*e)[i]; !slices.Contains(o.who, a) && !slices.Contains(o.who, affected{link: a.link}) {
			o.who = append(o.who, a)
		}
	}
}

// link notes what ended all of a Link.
func (e *endings) link(l mapping.Link, err error) {
	if o, ok := errors.AsType[*mapping.OpenError](err); ok {
		e.add(ending{on(o.Side), err, o.Error(), []affected{{link: l.Name}}})
	} else if err != nil {
		e.add(ending{err: err, text: err.Error()})
	}
}

// tool notes what ended the run of a tool. A halt is none: its Result tells it.
func (e *endings) tool(r mapping.Result) {
	n := ending{err: r.Err, who: []affected{{r.Link, r.Tool}}}
	at, ok := errors.AsType[*syncer.Error](r.Err)
	switch {
	case r.Err == nil || errors.Is(r.Err, syncer.ErrHalted):
		return
	case errors.Is(r.Err, syncer.ErrLocked):
		n.err = taken(r.Err)
		n.text = n.err.Error()
	case ok:
		n.service, n.text = on(at.Side), what(at)
	default:
		n.text = r.Err.Error()
	}
	e.add(n)
}

// poll notes what kept feeds from being asked, as far as it concerns one of links, and is not told already: by
// the end of a run, or by the reason for which a tool is paused.
func (e *endings) poll(err error, links []mapping.Link, paused func(l mapping.Link, t mapping.Tool) bool) {
	for _, part := range parts(err) {
		p, ok := errors.AsType[*mapping.PollError](part)
		if !ok {
			e.add(ending{err: part, text: part.Error()})
			continue
		}
		n := ending{service: on(p.Side), err: p, text: p.Error()}
		if o, ok := errors.AsType[*mapping.OpenError](p); ok {
			n.text = o.Error()
		}
		gone := slices.Contains([]syncer.Cause{syncer.CauseMissing, syncer.CausePermission}, syncer.CauseOf(p))
		for _, l := range links {
			for _, t := range l.Tools {
				if slices.Contains(p.Pairs, l.Pair(t)) && !(gone && paused(l, t)) {
					n.who = append(n.who, affected{l.Name, t})
				}
			}
		}
		if len(n.who) > 0 {
			e.add(n)
		}
	}
}

// parts returns the errors that errors.Join has joined.
func parts(err error) []error {
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		return all.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// err joins them, nil if there are none.
func (e *endings) err() error {
	var all []error
	for _, n := range *e {
		if who := whom(n.who); who != "" {
			all = append(all, &said{who + ": " + n.text, n.err})
		} else {
			all = append(all, n.err)
		}
	}
	return errors.Join(all...)
}

// most is how many Links are named.
const most = 5

// whom names those whom something concerns, by Link.
func whom(all []affected) string {
	var links []string
	tools := map[string][]string{}
	for _, a := range all {
		if !slices.Contains(links, a.link) {
			links = append(links, a.link)
		}
		if a.tool != "" {
			tools[a.link] = append(tools[a.link], string(a.tool))
		}
	}
	others := ""
	if n := len(links) - most; n > 0 {
		links, others = links[:most], fmt.Sprintf(" and %d more", n)
	}
	for i, link := range links {
		of := strings.Join(tools[link], ", ")
		if of != "" {
			of += " of "
		}
		links[i] = fmt.Sprintf("%slink %q", of, link)
	}
	return strings.Join(links, ", ") + others
}

// what says in words that people know what was attempted: on a service, and not on a side of a pair.
func what(at *syncer.Error) string {
	text := at.Op
	if at.Path != "" {
		text += fmt.Sprintf(" %q", at.Path)
	}
	return fmt.Sprintf("%s in %s: %v", text, on(at.Side).Title(), at.Err)
}

// taken says who works on a tool that a run has found in use.
func taken(err error) error {
	who := "another sync or watch"
	if l, ok := errors.AsType[*syncer.Locked](err); ok {
		who = l.Owner.String()
	}
	return fmt.Errorf("in use by %s; try again when it has ended: %w", who, syncer.ErrLocked)
}

// said is an error in other words.
type said struct {
	text string
	err  error
}

// Error implements error.
func (s *said) Error() string { return s.text }

// Unwrap returns the cause.
func (s *said) Unwrap() error { return s.err }
