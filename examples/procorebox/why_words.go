package main

import (
	"fmt"
	"slices"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer"
)

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
			text += "; the item itself is " + e.Item
		}
		return text
	case office.NotChosen:
		return "not synced: the tool is not among those of the link"
	case office.OutsideLinks:
		return "not synced: it stands outside of the link"
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
		return "held: what is to be done in " + on + " waits for a person, or for room"
	case syncer.InConflict.String():
		return "in conflict: changed in Procore and in Box"
	case syncer.Failing.String():
		return "failed: what was tried in " + on + " did not work"
	case syncer.Interrupted.String():
		return "open: a write in " + on + " was begun, and nobody knows yet what became of it"
	case syncer.Stopped.String():
		return "stopped: nothing of the tool is synced until a person has looked"
	}
	return "not known: the services could not be asked"
}

// deleted says which side deleted first, and by whom.
func (e explanation) deleted() string {
	for _, ev := range slices.Backward(e.Events) {
		if !carried(ev) {
			continue
		}
		text := fmt.Sprintf(" in %s", ev.On.Other().Title())
		if ev.By != nil {
			text += by(ev)
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
		lines = append(lines, e.Did+" in "+e.On.Other().Title()+by(office.WhyEvent{By: e.By}))
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
	if e.Decision != "" {
		lines = append(lines, "a person has "+e.Decision+" it; the next sync hears of it")
	}
	return lines
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// step is what a person can do about it, empty if there is nothing to do.
func (e explanation) step() string {
	switch e.State {
	case office.PausedLink:
		if e.ByPerson {
			return "procorebox link resume " + e.Link
		}
		return "mend what is said above; the next sync goes on by itself"
	case office.OutsideLinks:
		return "if an item of the link is meant: its path begins with the tool, as in " + quote("Documents/"+e.Path)
	case office.NotChosen:
		return fmt.Sprintf("procorebox link edit %s --tools with %s among them", e.Link, e.Tool)
	case office.NeverSynced, syncer.Unsettled.String(), syncer.Interrupted.String():
		return "procorebox sync " + e.Link
	case syncer.Failing.String():
		return "mend what is said above and run procorebox sync " + e.Link
	case syncer.LeftOut.String():
		return "procorebox link show " + e.Link + " shows the rules; link edit changes them"
	case syncer.Hidden.String():
		return "give the account of the sync access to it in " + e.On.Title() + ", or restore it there"
	case syncer.OnHold.String():
		if e.Decision == "" && e.Action != "" && e.Kind == syncer.Folder.String() {
			return fmt.Sprintf("procorebox holds approve %s --folder %s (or reject), for it goes only after what is in it; or wait for room",
				e.Link, quote(e.Path))
		}
		if e.Decision == "" && e.Action != "" {
			return fmt.Sprintf("procorebox holds approve %s %s (or reject), or wait for room", e.Link, e.Action)
		}
		if e.Decision == "" {
			return "procorebox sync " + e.Link + "; then it can be approved"
		}
	case syncer.InConflict.String():
		if len(e.Next) == 0 {
			return fmt.Sprintf("procorebox conflicts choose %s %q with procore, box or both", e.Link, e.Path)
		}
	case syncer.Stopped.String():
		if e.Evidence != "" {
			return fmt.Sprintf("look at it, and if it is meant: procorebox sync %s --confirm %s", e.Link, e.Evidence)
		}
		return "restore the folder; the next sync goes on by itself"
	case syncer.Deleted.String():
		if e.carriedOver() {
			return fmt.Sprintf("to have it back: procorebox holds undo %s --folder %s, or restore it from the trash of either side; "+
				"the next sync brings it to both", e.Link, quote(e.Path))
		}
		return "to have it back restore it from the trash of either side; the next sync carries that over"
	case syncer.Unasked.String():
		return "run it again when the services can be reached"
	}
	return ""
}
