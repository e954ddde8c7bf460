package main

import (
	"cmp"
	"fmt"
	"path"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer"
)

// deed is what is done to an item, in the words of people who do not know what the program keeps in its books.
func deed(ev office.WhyEvent) string {
	in, other := ev.On.Title(), ev.On.Other().Title()
	switch ev.Op {
	case syncer.OpVerify.String():
		return fmt.Sprintf("read %q in %s, to compare it with %s", ev.Path, in, other)
	case syncer.OpAdopt.String():
		return fmt.Sprintf("take %q of both sides for one", ev.Path)
	case syncer.OpAgree.String():
		return fmt.Sprintf("note that both sides agree on %q", ev.Path)
	case syncer.OpDecline.String():
		return fmt.Sprintf("leave %q in %s as it is", ev.Path, in)
	case syncer.OpForget.String():
		return fmt.Sprintf("note that %q is gone on both sides", ev.Path)
	case syncer.OpUpdate.String():
		return fmt.Sprintf("new version of %q in %s", ev.Path, in)
	case syncer.OpMove.String():
		return fmt.Sprintf("%s %q to %q in %s", moving(ev), cmp.Or(ev.From, ev.Path), ev.Path, in)
	}
	return fmt.Sprintf("%s %q in %s", ev.Op, ev.Path, in)
}

// moving is what people call a move.
func moving(ev office.WhyEvent) string {
	if path.Dir(ev.From) == path.Dir(ev.Path) {
		return "rename"
	}
	return "move"
}

// wasDone says what was done, or was to be.
func (e explanation) wasDone(ev office.WhyEvent) string {
	if ev.Err != "" && ev.Err == e.Reason {
		ev.Err, ev.Reason = "as said above", "" // why the last try failed
	}
	text := deed(ev)
	switch ev.Result {
	case "", syncer.Done.String():
	case syncer.Blocked.String():
		text = "not begun: " + text
	case syncer.Dropped.String():
		text = "put off: " + text
	default:
		text = ev.Result + ": " + text
	}
	return when(ev.At) + "  " + because(text, ev)
}

// coming is something that a sync would do.
func coming(ev office.WhyEvent) string { return because(deed(ev), ev) }

func because(text string, ev office.WhyEvent) string {
	if why := cmp.Or(ev.Err, ev.Reason); why != "" && (ev.Err != "" || ev.Op != syncer.OpVerify.String()) {
		text += ": " + why
	}
	return text + by(ev.By)
}

// begun is a write of which nobody knows what became of it.
func begun(ev office.WhyEvent) string {
	return deed(ev) + " was begun " + when(ev.At) + by(ev.By)
}

// by names who made the change that was carried over.
func by(a *syncer.Author) string {
	if a == nil {
		return ""
	}
	if a.At.IsZero() {
		return fmt.Sprintf(" (by %s)", who(a))
	}
	return fmt.Sprintf(" (by %s, %s)", who(a), when(a.At))
}

// who is the name that people know, or else the number.
func who(a *syncer.Author) string {
	if a.Name == "" {
		return "account " + a.ID
	}
	return a.Name
}
