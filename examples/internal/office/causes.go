package office

import (
	"cmp"
	"strings"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// Remedy says in plain words what a cause means, and in one sentence what to do about it: whoever has nothing to do is told so, and
// when it is tried again. RemedyOf leaves words in it that stand for the scene, which in fills in.
type Remedy struct {
	Plain, Next string
}

// A scene is where something went wrong. Each part may be empty.
type scene struct {
	link string
	tool mapping.Tool
	on   Service
	// confirm is what lets a halt go on.
	confirm string
}

const (
	retried  = "the next sync tries it again"
	patience = "nothing to do: " + retried
	signIn   = "procorebox connect SERVICE"
)

// in says what holds of one scene.
func (r Remedy) in(p scene) Remedy {
	title, other, connects := "the service", "the other one", "procorebox connect box, or procorebox connect procore"
	if p.on != "" {
		title, other, connects = p.on.Title(), p.on.Other().Title(), "procorebox connect "+string(p.on)
	}
	if p.confirm == "" {
		r.Next = strings.ReplaceAll(r.Next, "procorebox sync LINK --confirm EVIDENCE goes on", "go on as procorebox sync LINK says")
	}
	fill := strings.NewReplacer(
		signIn, connects, "SERVICE", title, "OTHER", other, "EVIDENCE", p.confirm,
		"TOOL=WAY", cmp.Or(string(p.tool), "TOOL")+"="+cmp.Or(awayFrom(p.on), "to-box|to-procore"), " LINK", strings.TrimRight(" "+p.link, " "),
	)
	return Remedy{fill.Replace(r.Plain), fill.Replace(r.Next)}
}

// awayFrom is the direction that does not write to a service.
func awayFrom(s Service) string {
	switch s {
	case BoxService:
		return string(mapping.ToProcore)
	case ProcoreService:
		return string(mapping.ToBox)
	}
	return ""
}

// RemedyOf returns that of a cause: each has one.
func RemedyOf(c syncer.Cause) Remedy {
	switch c {
	case CauseNotConnected:
		return Remedy{"there is no connection to SERVICE", "sign in: " + signIn + "; the next sync goes on"}
	case syncer.CauseSignIn:
		return Remedy{"SERVICE no longer takes the sign-in", "sign in again: " + signIn + "; the next sync goes on"}
	case syncer.CauseClient:
		return Remedy{"SERVICE does not take the app", "compare ID and secret of the app with what SERVICE shows of it and connect again: " + signIn + "; the next sync goes on"}
	case syncer.CauseUnreached:
		return Remedy{"SERVICE was not reached", "look whether this machine has a network; once SERVICE can be reached " + retried}
	case syncer.CauseBusy:
		return Remedy{"SERVICE was busy, or out of order for the moment", patience}
	case syncer.CauseTimeout:
		return Remedy{"SERVICE did not answer in time", patience}
	case syncer.CauseReadOnly:
		return Remedy{"the account may not write in SERVICE", "give the account the right to write in SERVICE, or let it flow one way: procorebox link edit LINK --direction TOOL=WAY; " + retried}
	case syncer.CausePermission:
		return Remedy{"the account lacks a right in SERVICE", "give the account the right that procorebox doctor LINK names; " + retried}
	case syncer.CauseQuota:
		return Remedy{"there is no room left in SERVICE", "make room in SERVICE, or have it given more; " + retried}
	case syncer.CauseName:
		return Remedy{"SERVICE cannot hold the name", "rename the item in OTHER; " + retried}
	case syncer.CauseRefused:
		return Remedy{"SERVICE does not take the item as it is", "change the item so that SERVICE takes it: its type, its size, or what else was told; " + retried}
	case syncer.CauseUnsupported:
		return Remedy{"SERVICE cannot do it", "do it in SERVICE by hand, or undo it in OTHER; the next sync finds both alike then"}
	case syncer.CauseLocked:
		return Remedy{"somebody has it locked, or works on it", "ask whoever has it locked in SERVICE to unlock it; " + retried}
	case syncer.CauseStale:
		return Remedy{"it was changed while it was worked on", patience + " with what is there then"}
	case syncer.CauseExists:
		return Remedy{"the name is taken in SERVICE", "rename one of the two; " + retried}
	case syncer.CauseMissing:
		return Remedy{"it is not to be seen in SERVICE", "look in SERVICE whether it was deleted, moved or hidden from the account; the next sync looks again"}
	}
	return remedyHere(c)
}

// Causes of trouble that no error of the library stands for.
const (
	CauseNotConnected syncer.Cause = "not connected"
	CausePaused       syncer.Cause = "paused"
	CauseInterrupted  syncer.Cause = "interrupted"
	CauseIncomplete   syncer.Cause = "incomplete"
	CauseBlocked      syncer.Cause = "blocked"
)

// remedyHere is RemedyOf for what comes of our own doing, and not of what a service says.
func remedyHere(c syncer.Cause) Remedy {
	switch c {
	case syncer.CauseHeld:
		return Remedy{"a rule holds it back", "approve or reject it: procorebox holds list LINK; the next sync heeds that"}
	case syncer.CauseHalted:
		return Remedy{"it stopped until a person has looked", "look at what it found, and if that is meant procorebox sync LINK --confirm EVIDENCE goes on"}
	case syncer.CauseFenced:
		return Remedy{"another process has taken the work over", "nothing to do: the other process goes on with it, or the next sync"}
	case syncer.CauseDamaged:
		return Remedy{"what is remembered cannot be read", "bring back a backup: procorebox restore FILE --replace; the next sync goes on"}
	case syncer.CauseOverlap:
		return Remedy{"two links have common ground", "change or remove one of those that procorebox link list shows; " + retried}
	case syncer.CauseInvalid:
		return Remedy{"a setting makes no sense", "change the setting with procorebox link edit LINK; procorebox link show LINK shows all; " + retried}
	case syncer.CauseStopped:
		return Remedy{"it was stopped", "nothing to do: the next sync goes on from there"}
	case CausePaused:
		return Remedy{"the folder of the tool is in the trash or not to be seen", "restore the folder, or give the account access to it; the next sync goes on"}
	case CauseInterrupted:
		return Remedy{"the program died while it worked", "nothing to do: the next sync finds out what was done, and goes on"}
	case CauseIncomplete:
		return Remedy{"SERVICE could not be read to its end", "wait: the next sync reads it again; if it fails each time, mend what the service has told"}
	case CauseBlocked:
		return Remedy{"it waits for something else that failed", "mend what it waits for; the next sync does it then"}
	}
	return Remedy{"it failed", "wait: the next sync tries it again; if it fails each time, mend what was told"}
}
