package main

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer"
)

// explanation writes a Why for people.
type explanation struct{ *office.Why }

// String says first what holds and what to do about it, and then what it rests on.
func (e explanation) String() string {
	var b strings.Builder
	lines := func(head string, texts ...string) {
		for i, text := range texts {
			if i > 0 {
				head = ""
			}
			fmt.Fprintf(&b, "%-9s %s\n", head, readable(text))
		}
	}
	fmt.Fprintf(&b, "%s\n", readable(e.title()))
	lines("was:", e.was()...)
	lines("state:", e.state())
	lines("why:", e.reasons()...)
	lines("", e.standing()...)
	lines("do:", e.steps()...)
	lines("in it:", e.within()...)
	if e.Procore != nil {
		lines("procore:", shown(e.Procore, e.Box))
	}
	if e.Box != nil {
		lines("box:", shown(e.Box, e.Procore))
	}
	lines("open:", eachOf(e.Open, begun)...)
	lines("done:", eachOf(e.Events, e.wasDone)...)
	lines("next:", e.next()...)
	if e.LastError != "" {
		lines("", fmt.Sprintf("the last sync of %s ended early: %s", e.Tool, e.LastError))
	}
	lines("calls:", e.calls()...)
	if e.Changes > 0 {
		lines("", plural(e.Changes, "message")+" of the services that no sync has looked at yet")
	}
	return b.String()
}

// title names the item.
func (e explanation) title() string {
	if e.Path == "" {
		return "folder of link " + e.Link
	}
	return strings.TrimSpace(fmt.Sprintf("%s %q of link %s", e.Kind, e.Path, e.Link))
}

func eachOf(events []office.WhyEvent, say func(office.WhyEvent) string) (texts []string) {
	for _, ev := range events {
		texts = append(texts, say(ev))
	}
	return texts
}

// calls are those of the look that was taken.
func (e explanation) calls() (texts []string) {
	for _, c := range e.Calls {
		text := fmt.Sprintf("%s %s of %s: ", c.Method, c.Path, c.Service.Title())
		if c.Status == 0 {
			text += "no answer"
		} else {
			text += strconv.Itoa(c.Status)
		}
		if c.Request != "" {
			text += " (request " + c.Request + ")"
		}
		texts = append(texts, text)
	}
	return texts
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// shown says what one service shows. What keeps both from being asked is said once.
func shown(s, other *office.WhySide) string {
	var text string
	switch s.Where {
	case syncer.Nowhere.String():
		return "has none"
	case syncer.Unreachable.String():
		if other != nil && other.Where == s.Where && other.Err == s.Err && s.Service == office.BoxService {
			return "could not be asked either"
		}
		return fmt.Sprintf("could not be asked: %s: %s", s.Plain, s.Err)
	case syncer.Here.String():
		text = fmt.Sprintf("%q", cmp.Or(s.Path, s.Name))
	case syncer.Outside.String():
		text = "outside of the link: " + fmt.Sprintf("%q", s.Name)
	case syncer.InTrash.String():
		text = fmt.Sprintf("in the trash: %q", cmp.Or(s.Name, s.Path))
	default:
		return "does not show it any more: it is gone for good, or hidden from the account"
	}
	if s.ID != "0" { // a tool without a folder of its own
		number, _, _ := strings.Cut(strings.TrimPrefix(s.ID, "f"), "/") // what is made of a record has the record's
		text += ", number " + number
	}
	if s.Size > 0 {
		text += ", " + plural(int(s.Size), "byte")
	}
	if !s.Modified.IsZero() {
		text += ", of " + when(s.Modified)
	}
	if s.Author != nil {
		text += ", by " + who(s.Author)
	}
	if s.Locked != "" {
		text += ", locked by " + s.Locked
	}
	if s.Private {
		text += ", private"
	}
	if s.Link != "" {
		text += "  " + s.Link
	}
	return text
}
