package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer"
)

// was says where the item stood that was asked about, and who took it from there.
func (e explanation) was() (lines []string) {
	if e.Asked == "" {
		return nil
	}
	lines = []string{quoted(e.Asked)}
	for _, ev := range e.Moved {
		text := fmt.Sprintf("%s: %q became %q in %s", when(ev.At), ev.From, ev.Path, ev.On.Other().Title())
		if ev.By == nil {
			text += ", which has not told who did it"
		}
		lines = append(lines, text+by(ev.By))
	}
	return lines
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }

// reasons say why it is so: in plain words first where something went wrong.
func (e explanation) reasons() []string {
	switch {
	case e.State == syncer.Unasked.String() && e.Plain != "":
		return nil // the line of the service says it
	case e.Plain != "" && e.Reason != "":
		return []string{e.Plain, e.Reason}
	case e.Reason != "":
		return []string{e.Reason}
	}
	return nil
}

// state is what holds of the item, in a sentence.
func (e explanation) state() string {
	on, other := e.On.Title(), e.On.Other().Title()
	switch e.State {
	case office.PausedLink:
		text := "paused: nothing of it is synced for now"
		if e.ByPerson {
			text = "paused by a person: nothing of the link is synced for now"
		}
		if e.Item != "" {
			text += "; the item itself is " + cmp.Or(itemWords[e.Item], e.Item)
		}
		return text
	case office.NotChosen:
		return "not synced: the tool is not among those of the link"
	case office.OutsideLinks:
		return "not synced: it stands outside of the link"
	case office.LinkFolder:
		return "not synced as a whole: the folders of the tools in it are"
	case office.NeverSynced:
		return "not synced yet: the tool never was"
	case syncer.Settled.String():
		return "in step: both sides agree"
	case syncer.Due.String():
		return "not in step yet: the next sync does something about it"
	case syncer.Deleted.String():
		return "deleted" + e.deleted()
	case syncer.LeftOut.String():
		return "not synced: a rule of the link leaves it out"
	case syncer.Skipped.String():
		return "left alone: " + on + " does not have it, or not as " + other + " has"
	case syncer.Unsettled.String():
		return "not in step: the next sync looks again"
	case syncer.Hidden.String():
		return "not in step: " + on + " does not show it, and nothing proves that it was deleted"
	case syncer.OnHold.String():
		return e.held()
	case syncer.InConflict.String():
		return "in conflict: changed in Procore and in Box"
	case syncer.Failing.String():
		return "failed: what was tried in " + on + " did not work"
	case syncer.Interrupted.String():
		return "open: a write in " + on + " was begun, and nobody knows yet what became of it"
	case syncer.Stopped.String():
		return "stopped: nothing of the tool is synced until a person has looked"
	}
	return "not known: " + e.unasked() + " could not be asked"
}

// itemWords say how an item is of which something else is the main thing to say.
var itemWords = map[string]string{
	syncer.Settled.String(): "in step", syncer.Due.String(): "not in step yet", syncer.Skipped.String(): "left alone",
	syncer.Unsettled.String(): "to be looked at again", syncer.Hidden.String(): "hidden from the account", syncer.OnHold.String(): "held",
	syncer.Failing.String(): "one that failed", syncer.Interrupted.String(): "one of which a write is open",
	syncer.Unasked.String(): "not known, for the services could not be asked",
}

// unasked names the services that did not answer.
func (e explanation) unasked() string {
	var silent []string
	for _, side := range []*office.WhySide{e.Procore, e.Box} {
		if side != nil && side.Where == syncer.Unreachable.String() {
			silent = append(silent, side.Service.Title())
		}
	}
	if len(silent) == 0 {
		return "the services"
	}
	return strings.Join(silent, " and ")
}

// deleted says which side deleted first, and by whom.
func (e explanation) deleted() string {
	for _, ev := range slices.Backward(e.Events) {
		if !carried(ev) {
			continue
		}
		text := fmt.Sprintf(" in %s", ev.On.Other().Title())
		if ev.By != nil {
			text += by(ev.By)
		} else {
			text += ", which has not told who did it"
		}
		return text + fmt.Sprintf("; carried over to %s %s", ev.On.Title(), when(ev.At))
	}
	return " on both sides"
}

// carriedOver says whether a sync has made the delete, which "holds undo" takes back then.
func (e explanation) carriedOver() bool { return slices.ContainsFunc(e.Events, carried) }

func carried(ev office.WhyEvent) bool {
	return ev.Op == syncer.OpDelete.String() && ev.Result == "done"
}

// standing says since when it waits and for what.
func (e explanation) standing() (lines []string) {
	if !e.Since.IsZero() && !e.Settled() {
		lines = append(lines, "since "+when(e.Since))
	}
	if e.By != nil && e.Did != "" {
		lines = append(lines, e.Did+" in "+e.DidOn.Title()+by(e.By))
	}
	if e.Tries > 0 {
		text := fmt.Sprintf("tried %s", times(e.Tries))
		if !e.NextTry.IsZero() {
			text += ", again from " + when(e.NextTry) + " on, or with the next \"procorebox sync\""
		}
		lines = append(lines, text)
	}
	if l := e.Limit; l != nil {
		text := used(l.Used, l.Most)
		switch {
		case l.Room.IsZero() || l.Most == 0:
		case l.Used > l.Most:
			text += ", no room before " + when(l.Room)
		default:
			text += ", room from " + when(l.Room) + " on"
		}
		lines = append(lines, text)
	}
	if said, known := rememberedWords[e.Remembered]; known {
		lines = append(lines, "when it was last synced, "+said)
	}
	return lines
}

// rememberedWords are for what office.KnownFile calls so.
var rememberedWords = map[string]string{
	"same": "both sides had it, and agreed", "only in procore": "only Procore had it", "only in box": "only Box had it",
	"differs": "both sides had it, and one could not follow the other", "hidden": "it was hidden from the account, or left out",
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
