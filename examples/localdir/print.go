//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/procorebox/procorebox/syncer"
)

// printer says what was done and what was left, for people or as JSON. It is called by one goroutine
// at a time.
type printer struct {
	out  io.Writer
	json bool
	err  error // the first of writing to out
}

// line is one action, or something that was left.
type line struct {
	Op     string `json:"op"`
	On     string `json:"on,omitempty"`
	Kind   string `json:"kind,omitempty"`
	Path   string `json:"path"`
	From   string `json:"from,omitempty"`
	Result string `json:"result"`
	Bytes  int64  `json:"bytes,omitempty"`
	Copy   string `json:"copy,omitempty"`
	Reason string `json:"reason,omitempty"`
}

func (p *printer) print(l line) {
	if l.From == l.Path {
		l.From = ""
	}
	l.Path, l.From, l.Copy = readable(l.Path), readable(l.From), readable(l.Copy)
	if p.json {
		p.object(l)
		return
	}
	text := fmt.Sprintf("%s: %s %q", l.Result, l.Op, l.Path)
	if l.From != "" {
		text += fmt.Sprintf(" from %q", l.From)
	}
	if l.On != "" {
		text += " on " + l.On
	}
	if l.Copy != "" {
		text += fmt.Sprintf(", one version is %q now", l.Copy)
	}
	if l.Reason != "" {
		text += ": " + l.Reason
	}
	p.write(text + "\n")
}

func (p *printer) object(v any) {
	text, err := json.Marshal(v)
	if err != nil {
		p.err = err
		return
	}
	p.write(string(text) + "\n")
}

func (p *printer) write(text string) {
	if _, err := io.WriteString(p.out, text); err != nil && p.err == nil {
		p.err = fmt.Errorf("write the report: %w", err)
	}
}

func (p *printer) totals(t syncer.Totals) {
	if p.json {
		p.object(t)
		return
	}
	p.write(fmt.Sprintf("%d writes (%d uploads, %d moves, %d deletes; %d bytes), %d conflicts, %d held, %d skipped, %d failed\n",
		t.Writes, t.Uploads, t.Moves, t.Deletes, t.Bytes, t.Conflicts, t.Held, t.Skipped, t.Failed))
}

// event prints what is done as soon as it is. What was not done is in the report.
func (p *printer) event(e syncer.Event) {
	if o := e.Outcome; o != nil && o.Result == syncer.Done && (p.json || o.Op.Writes()) {
		p.print(line{
			Op: o.Op.String(), On: letter(o.On), Kind: o.Kind.String(), Path: o.Path, From: o.From,
			Result: o.Result.String(), Bytes: o.Bytes, Reason: o.Reason,
		})
	}
}

// report prints what was left, and the totals.
func (p *printer) report(r *syncer.Report) {
	p.rest(r.Conflicts, r.Holds, r.Skips)
	for _, f := range r.Failures {
		p.print(line{
			Op: f.Op.String(), On: letter(f.On), Kind: f.Kind.String(), Path: f.Path, From: f.From, Result: f.Result.String(), Reason: f.Err,
		})
	}
	for _, u := range r.Incomplete {
		p.print(line{Op: "list", On: letter(u.Side), Kind: syncer.Folder.String(), Path: u.Path, Result: "incomplete", Reason: u.Reason})
	}
	p.totals(r.Totals)
}

func (p *printer) rest(conflicts []syncer.Conflict, holds []syncer.Hold, skips []syncer.Skip) {
	for _, c := range conflicts {
		p.print(line{Op: "conflict", Kind: syncer.File.String(), Path: c.Path, Result: c.Resolution.String(), Copy: c.Copy})
	}
	for _, h := range holds {
		p.print(line{Op: h.Op.String(), On: letter(h.On), Kind: h.Kind.String(), Path: h.Path, Result: "held", Reason: h.Reason})
	}
	for _, s := range skips {
		p.print(line{Op: "skip", On: letter(s.Side), Path: s.Path, Result: "left", Reason: s.Reason})
	}
}

// plan prints what a run would do.
func (p *printer) plan(plan *syncer.Plan) {
	t := syncer.Totals{
		Writes: plan.Writes(), Conflicts: len(plan.Conflicts), Held: len(plan.Holds), Skipped: len(plan.Skips),
	}
	for i := range plan.Actions {
		a := &plan.Actions[i]
		l := line{
			Op: a.Op.String(), On: letter(a.On), Kind: a.Kind.String(), Path: a.Path, From: a.From, Result: "planned", Reason: a.Reason,
		}
		switch a.Op {
		case syncer.OpCreateFile, syncer.OpUpdate:
			t.Uploads++
			l.Bytes = max(a.Size, 0)
			t.Bytes += l.Bytes
		case syncer.OpMove:
			t.Moves++
		case syncer.OpDelete:
			t.Deletes++
		}
		if p.json || a.Op.Writes() || a.Op == syncer.OpVerify {
			p.print(l)
		}
	}
	p.rest(plan.Conflicts, plan.Holds, plan.Skips)
	p.totals(t)
}

// letter is how the command line calls a side.
func letter(s syncer.Side) string {
	if s == syncer.Source {
		return "a"
	}
	return "b"
}

// readable shows bytes that are not UTF-8 as \xNN, since JSON and terminals have no way to.
func readable(path string) string {
	if utf8.ValidString(path) {
		return path
	}
	var b strings.Builder
	for i := 0; i < len(path); {
		r, n := utf8.DecodeRuneInString(path[i:])
		if r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, `\x%02x`, path[i])
		} else {
			b.WriteString(path[i : i+n])
		}
		i += n
	}
	return b.String()
}
