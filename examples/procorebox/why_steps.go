package main

import (
	"fmt"
	"strings"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer"
)

// steps are what a person can do about it, none if there is nothing to do.
func (e explanation) steps() []string {
	if text := e.step(); text != "" {
		return []string{text}
	}
	return nil
}

func (e explanation) step() string {
	switch e.State {
	case office.PausedLink:
		if e.ByPerson {
			return "procorebox link resume " + e.Link
		}
		return "mend what is said above; the next sync goes on by itself"
	case office.OutsideLinks:
		for _, side := range []*office.WhySide{e.Procore, e.Box} {
			switch {
			case side == nil:
			case side.Where == syncer.InTrash.String():
				return "if it is to be synced, restore it in " + side.Service.Title()
			default:
				return "if it is to be synced, put it into the folder of a tool"
			}
		}
		return "if an item of the link is meant: its path begins with the tool, as in " + quote("Documents/"+e.Path)
	case office.NotChosen:
		return fmt.Sprintf("procorebox link edit %s --tools with %s among them", e.Link, e.Tool)
	case office.NeverSynced, syncer.Unsettled.String(), syncer.Interrupted.String():
		return "procorebox sync " + e.Link
	case syncer.Failing.String():
		return e.mend()
	case syncer.LeftOut.String():
		return "procorebox link show " + e.Link + " shows the rules; link edit changes them"
	case syncer.Hidden.String():
		return fmt.Sprintf("give the account of the sync access to it in %s, or restore it there; if it is gone for good there, delete it in %s, too",
			e.On.Title(), e.On.Other().Title())
	case syncer.OnHold.String():
		return e.decide()
	case syncer.InConflict.String():
		if len(e.Next) == 0 {
			return fmt.Sprintf("procorebox conflicts choose %s %s with procore, box or both", e.Link, quote(e.Path))
		}
	case syncer.Stopped.String():
		if e.Evidence != "" {
			return fmt.Sprintf("look at it, and if it is meant: procorebox sync %s --confirm %s", e.Link, e.Evidence)
		}
		return "restore it, or give the account access to it; the next sync goes on by itself"
	case syncer.Deleted.String():
		if e.carriedOver() {
			return fmt.Sprintf("to have it back: procorebox holds undo %s --folder %s, or restore it from the trash of either side; "+
				"the next sync brings it to both", e.Link, quote(e.Path))
		}
		return "to have it back restore it from the trash of either side; the next sync carries that over"
	case syncer.Unasked.String():
		switch e.Cause {
		case "", syncer.CauseUnreached:
			return "run it again when " + e.unasked() + " can be reached; nothing is lost meanwhile"
		case syncer.CauseBusy, syncer.CauseTimeout:
			return "run it again later, when " + e.unasked() + " serves again; nothing is lost meanwhile"
		}
		return e.Mend
	}
	return ""
}

// within says of a folder what waits or was left in it, and which command tells more.
func (e explanation) within() (lines []string) {
	in := e.Within
	for _, kind := range []struct {
		n    int
		what string
	}{
		{in.Held, "held until there is room or a person decides: procorebox holds list " + e.Link},
		{in.Conflicts, "in conflict: procorebox conflicts list " + e.Link},
		{in.Failed, "not done, to be tried again: procorebox errors " + e.Link + " --items"},
		{in.Left, "left alone: procorebox files " + e.Link + " " + quote(e.Path)},
	} {
		if kind.n > 0 {
			lines = append(lines, plural(kind.n, "item")+" "+kind.what)
		}
	}
	return lines
}

// mend says what to do about a failure.
func (e explanation) mend() string {
	if e.Mend == "" {
		return "mend what is said above and run procorebox sync " + e.Link
	}
	if now := "procorebox sync " + e.Link; !strings.Contains(e.Mend, now) {
		return e.Mend + "; to try it at once: " + now
	}
	return e.Mend
}

// decide says how to approve or reject what is held.
func (e explanation) decide() string {
	switch {
	case e.Decision != "":
		return ""
	case e.Action == "":
		return "procorebox sync " + e.Link + "; then it can be approved"
	case e.Kind == syncer.Folder.String() && e.Held != nil && e.Held.Op == syncer.OpDelete.String():
		return fmt.Sprintf("procorebox holds approve %s --folder %s (or reject), for it goes only after what is in it", e.Link, quote(e.Path))
	}
	return fmt.Sprintf("procorebox holds approve %s %s (or reject)", e.Link, shortID(string(e.Action)))
}

// held says what a hold waits for.
func (e explanation) held() string {
	what := "what is to be done in " + e.On.Title()
	if e.Held != nil && e.Held.Op == syncer.OpDelete.String() {
		what = "its delete in " + e.On.Title()
	}
	switch {
	case e.Decision != "":
		return "held: " + what + " has waited; a person has " + e.Decision + " it, and the next sync heeds that"
	case e.rolls():
		return "held: " + what + " waits for room under the limit on deletes, or for a person"
	}
	return "held: " + what + " waits for a person"
}

// rolls reports whether a limit lets it go by itself some time.
func (e explanation) rolls() bool { return e.Limit != nil && e.Limit.Most > 0 }

// afterHold says what becomes of what is held, and when.
func (e explanation) afterHold() []string {
	if e.Held == nil || e.Action == "" {
		return []string{"a sync keeps it waiting; then a person can approve or reject it"}
	}
	if e.Held.Op == syncer.OpAdopt.String() {
		return []string{
			"nothing before a person decides", "if a person approves it, both are taken for one file, and nothing is sent",
			"if a person rejects it, both are kept, one of them under another name",
		}
	}
	goes := "it is deleted in " + e.Held.On.Title()
	if e.Held.Op != syncer.OpDelete.String() {
		goes = deed(*e.Held)
	}
	switch {
	case e.Decision == "approved":
		return []string{"with the next sync " + goes + ", if that is still right then"}
	case e.Decision == "rejected":
		return []string{"nothing: both sides stay as they are"}
	case !e.rolls():
		return []string{"nothing before a person approves it: then " + goes, "if a person rejects it, both sides stay as they are"}
	}
	from := "with the next sync"
	if !e.Limit.Room.IsZero() {
		from = "with the first sync after " + when(e.Limit.Room)
	}
	return []string{
		from + " " + goes + ", if that is still right and what has waited longer leaves room",
		"sooner if a person approves it; not at all if a person rejects it",
	}
}

// next says what a sync would do.
func (e explanation) next() []string {
	if e.State == syncer.OnHold.String() {
		return e.afterHold()
	}
	actions := eachOf(append(e.Before, e.Next...), coming)
	if e.planned() && len(actions) == 0 {
		return []string{"nothing"}
	}
	return actions
}

// planned reports whether it is known what a sync would do.
func (e explanation) planned() bool {
	for _, side := range []*office.WhySide{e.Procore, e.Box} {
		if side == nil || side.Where == syncer.Unreachable.String() {
			return false
		}
	}
	return e.State != office.PausedLink && e.State != syncer.Stopped.String()
}
