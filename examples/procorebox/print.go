package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// printer says what was done and what was left, for people or as JSON. It is called by one goroutine at a
// time.
type printer struct {
	c          *console
	json, list bool
	err        error // the first of writing
}

func (c *console) printer(asJSON, listed bool) *printer {
	return &printer{c: c, json: asJSON, list: listed}
}

// line is one action, or something that was left.
type line struct {
	Link   string         `json:"link,omitempty"`
	Tool   mapping.Tool   `json:"tool,omitempty"`
	Op     string         `json:"op"`
	On     office.Service `json:"on,omitempty"`
	Kind   string         `json:"kind,omitempty"`
	Path   string         `json:"path,omitempty"`
	From   string         `json:"from,omitempty"`
	Result string         `json:"result"`
	Bytes  int64          `json:"bytes,omitempty"`
	Copy   string         `json:"copy,omitempty"`
	Reason string         `json:"reason,omitempty"`

	below int // how many others in a folder it stands for
}

func (p *printer) write(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *printer) line(l line) {
	if l.From == l.Path {
		l.From = ""
	}
	if p.json {
		p.write(p.c.object(l))
		return
	}
	text := inOurWords(l.Result) + ": " + l.Op
	if l.Link != "" && l.Path == "" {
		text += fmt.Sprintf(" link %q", readable(l.Link))
	}
	if l.Path != "" {
		text += fmt.Sprintf(" %q", readable(l.Path))
	}
	if l.From != "" {
		text += fmt.Sprintf(" from %q", readable(l.From))
	}
	if l.On != "" {
		text += " in " + l.On.Title()
	}
	if l.below > 0 {
		text += ", with " + many(l.below, "item") + " in it"
	}
	if l.Copy != "" {
		text += fmt.Sprintf(", one version is %q now", readable(l.Copy))
	}
	if l.Reason != "" {
		text += ": " + readable(l.Reason)
	}
	p.write(p.c.print("%s\n", text))
}

func side(s syncer.Side) office.Service {
	if s == syncer.Source {
		return office.ProcoreService
	}
	return office.BoxService
}

// event prints what is done as soon as it is. What was not done is in the report.
func (p *printer) event(e syncer.Event) {
	o := e.Outcome
	if o == nil || o.Result != syncer.Done || !p.json && !(p.list && o.Op.Writes()) {
		return
	}
	p.line(line{
		Op: o.Op.String(), On: side(o.On), Kind: o.Kind.String(), Path: toolOf(e.Pair) + "/" + o.Path, From: from(e.Pair, o.From),
		Result: o.Result.String(), Bytes: o.Bytes, Reason: o.Reason,
	})
}

// toolOf is the name of the tool of a pair, as paths begin with it.
func toolOf(pair string) string {
	for _, t := range mapping.Tools() {
		if end := "/" + string(t); len(pair) > len(end) && pair[len(pair)-len(end):] == end {
			return t.Folder()
		}
	}
	return pair
}

func from(pair, path string) string {
	if path == "" {
		return ""
	}
	return toolOf(pair) + "/" + path
}

// results prints what was left of tools. What several tools of a link are paused for is one line for people.
func (p *printer) results(all []mapping.Result) {
	for i, r := range all {
		if r.Paused != "" && r.Tool != "" && !p.json {
			p.paused(all[:i], all[i:])
			r.Paused = ""
		}
		p.result(r)
	}
}

// paused prints why the first of the tools to come is paused, with the others of its link that are for the same
// reason, unless one of them was before.
func (p *printer) paused(before, all []mapping.Result) {
	same := func(r mapping.Result) bool { return r.Link == all[0].Link && r.Paused == all[0].Paused }
	if slices.ContainsFunc(before, same) {
		return
	}
	var names []string
	for _, r := range all {
		if same(r) {
			names = append(names, strconv.Quote(r.Tool.Folder()))
		}
	}
	p.write(p.c.print("paused: sync %s: %s\n", strings.Join(names, ", "), readable(all[0].Paused)))
}

// result prints what was left of a tool.
func (p *printer) result(r mapping.Result) {
	at := line{Link: r.Link, Tool: r.Tool}
	in := func(path string) string { return r.Tool.Folder() + "/" + path }
	if r.Paused != "" {
		l := at
		l.Op, l.Result, l.Path, l.Reason = "sync", "paused", r.Tool.Folder(), r.Paused
		p.line(l)
	}
	if halt, ok := errors.AsType[*syncer.Halt](r.Err); ok {
		l := at
		l.Op, l.Result, l.Path = "sync", "halted", r.Tool.Folder()
		l.Reason = halt.Why + "; to go on: procorebox sync " + r.Link + " --confirm " + halt.Evidence
		p.line(l)
	}
	if r.Report == nil {
		return
	}
	for _, c := range r.Report.Conflicts {
		l := at
		l.Op, l.Kind, l.Path, l.Result, l.Copy = "conflict", "file", in(c.Path), c.Resolution.String(), c.Copy
		p.line(l)
	}
	held := p.holds(r.Report.Holds)
	for i, group := range held {
		if more := len(held) - i; p.enough(i) {
			p.write(p.c.print("held: %s more in %q: procorebox holds list %s\n", many(more, "item"), r.Tool.Folder(), quote(readable(r.Link))))
			break
		}
		h, l := group[0], at
		l.Op, l.On, l.Kind, l.Path, l.Result, l.Reason = h.Op.String(), side(h.On), h.Kind.String(), in(h.Path), "held", h.Reason
		l.below = len(group) - 1
		p.line(l)
	}
	for _, s := range r.Report.Skips {
		l := at
		l.Op, l.On, l.Path, l.Result, l.Reason = "skip", side(s.Side), in(s.Path), "left", s.Reason
		p.line(l)
	}
	if n := len(r.Report.Failures); n > 0 && interrupted(r) && !p.json {
		p.write(p.c.print("interrupted: %s in %q not done yet: procorebox errors %s --items\n", many(n, "item"), r.Tool.Folder(), quote(readable(r.Link))))
		r.Report = &syncer.Report{Incomplete: r.Report.Incomplete}
	}
	for i, f := range r.Report.Failures {
		if more := len(r.Report.Failures) - i; p.enough(i) {
			p.write(p.c.print("failed: %s more in %q: procorebox errors %s --items\n", many(more, "item"), r.Tool.Folder(), quote(readable(r.Link))))
			break
		}
		l := at
		l.Op, l.On, l.Path, l.From, l.Result, l.Reason = f.Op.String(), side(f.On), in(f.Path), f.From, f.Result.String(), f.Err
		if f.Kind != 0 {
			l.Kind = f.Kind.String()
		}
		p.line(l)
	}
	for _, u := range r.Report.Incomplete {
		l := at
		l.Op, l.On, l.Path, l.Result, l.Reason = "list", side(u.Side), r.Tool.Folder(), "incomplete", u.Reason
		if u.Path != "" {
			l.Kind, l.Path = syncer.Folder.String(), in(u.Path)
		}
		p.line(l)
	}
}

// holds puts what is held in a folder under the folder; in JSON each has a line of its own.
func (p *printer) holds(all []syncer.Hold) [][]syncer.Hold {
	return office.Fold(all, func(h syncer.Hold) (office.Held, string) {
		sort := ""
		if p.json {
			sort = string(h.Action)
		}
		return office.Held{Op: h.Op.String(), On: side(h.On), Kind: h.Kind.String(), Path: h.Path}, sort
	})
}

// most is how many failures, or holds, of a tool are printed for people: a token that is taken away fails thousands.
const most = 20

func (p *printer) enough(n int) bool { return n == most && !p.json }

// interrupted reports whether somebody ended a run: then nothing went wrong with what it did not come to.
func interrupted(r mapping.Result) bool { return errors.Is(r.Err, context.Canceled) }

// totals is the last line.
func (p *printer) totals(t office.Totals) {
	if p.json {
		p.write(p.c.object(t))
		return
	}
	p.write(p.c.print("%s (%s, %s, %s; %s), %s, %d held, %d skipped, %d failed; %s to Box, %d to Procore\n",
		many(t.Writes, "write"), many(t.Uploads, "upload"), many(t.Moves, "move"), many(t.Deletes, "delete"), many(t.Bytes, "byte"),
		many(t.Conflicts, "conflict"), t.Held, t.Skipped, t.Failed, many(t.Calls.Box, "call"), t.Calls.Procore))
}

// inOurWords says how a conflict was settled by the names of the services; JSON keeps the engine's words.
func inOurWords(result string) string {
	switch result {
	case syncer.TakeSource.String():
		return "take Procore's"
	case syncer.TakeDestination.String():
		return "take Box's"
	}
	return result
}

// many counts things in words.
func many[N int | int64](n N, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
