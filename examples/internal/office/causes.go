package office

import (
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// Remedy says in plain words what a cause means and what to do about it. Next is empty if nobody need do anything:
// it is tried again.
type Remedy struct {
	Plain, Next string
}

// nextFor is Next for a Link and a service, which may be empty.
func (r Remedy) nextFor(link string, s Service) string {
	next := strings.ReplaceAll(r.Next, "LINK", link)
	if s != "" {
		next = strings.ReplaceAll(next, "procorebox connect box, or procorebox connect procore", "procorebox connect "+string(s))
	}
	return next
}

const patience = "nothing; it is tried again by itself"

// RemedyOf returns that of a cause: each has one.
func RemedyOf(c syncer.Cause) Remedy {
	switch c {
	case syncer.CauseSignIn:
		return Remedy{"the service no longer takes the sign-in", "sign in again: procorebox connect box, or procorebox connect procore"}
	case syncer.CauseClient:
		return Remedy{"the service does not take the app", "compare its ID and secret with what the service says of it, and connect again"}
	case syncer.CauseUnreached:
		return Remedy{"the service was not reached", "look at the network; " + patience}
	case syncer.CauseBusy:
		return Remedy{"the service could not serve", patience}
	case syncer.CauseTimeout:
		return Remedy{"the service did not answer in time", patience}
	case syncer.CauseReadOnly:
		return Remedy{"the account may not write on that side", "give the account the right to write, or let the link flow one way: procorebox link edit --direction"}
	case syncer.CausePermission:
		return Remedy{"the account lacks a right", "procorebox doctor says which; give it in the service"}
	case syncer.CauseQuota:
		return Remedy{"there is no room left on that side", "make room in the service, or delete what is not needed"}
	case syncer.CauseName:
		return Remedy{"that side cannot hold the name", "rename the item"}
	case syncer.CauseRefused:
		return Remedy{"the service does not take the item as it is", "see the reason: its type, its size or a rule of the service"}
	case syncer.CauseUnsupported:
		return Remedy{"that side cannot do it", "do it there by hand, or undo it on the other side"}
	case syncer.CauseLocked:
		return Remedy{"somebody has it locked, or works on it", "ask them to unlock it; it is tried again by itself"}
	case syncer.CauseStale:
		return Remedy{"it was changed while it was worked on", patience}
	case syncer.CauseExists:
		return Remedy{"the name is taken on that side", "rename one of the two"}
	case syncer.CauseMissing:
		return Remedy{"it is not to be seen on that side", "look whether it was deleted, moved or hidden from the account"}
	case syncer.CauseHeld:
		return Remedy{"a rule holds it back", "procorebox holds list"}
	case syncer.CauseHalted:
		return Remedy{"it stopped until a person has looked", "look at what it found; then procorebox sync LINK --confirm EVIDENCE"}
	case syncer.CauseFenced:
		return Remedy{"another process has taken the work over", patience}
	case syncer.CauseDamaged:
		return Remedy{"what is remembered cannot be read", "bring back a copy of the data directory"}
	case syncer.CauseOverlap:
		return Remedy{"two links have common ground", "change or remove one: procorebox link list"}
	case syncer.CauseInvalid:
		return Remedy{"a setting makes no sense", "procorebox link show LINK, and procorebox link edit"}
	case syncer.CauseStopped:
		return Remedy{"it was stopped", "procorebox sync LINK goes on"}
	case syncer.CauseUnknown:
	}
	return Remedy{"it failed", "see the reason; " + patience}
}

// Causes of trouble that no error of the library stands for.
const (
	CauseNotConnected syncer.Cause = "not connected"
	CausePaused       syncer.Cause = "paused"
	CauseInterrupted  syncer.Cause = "interrupted"
	CauseIncomplete   syncer.Cause = "incomplete"
	CauseBlocked      syncer.Cause = "blocked"
)

// remedyHere is RemedyOf for the causes of this package, too.
func remedyHere(c syncer.Cause) Remedy {
	switch c {
	case CauseNotConnected:
		return Remedy{"there is no connection to the service", "procorebox connect box, or procorebox connect procore"}
	case CausePaused:
		return Remedy{"the folder of the tool is in the trash or not to be seen", "restore it, or give the account access; it goes on by itself then"}
	case CauseInterrupted:
		return Remedy{"the program died while it worked", "procorebox sync LINK finds out what was done, and goes on"}
	case CauseIncomplete:
		return Remedy{"a side could not be read to its end", "see the reason; " + patience}
	case CauseBlocked:
		return Remedy{"it waits for something else that failed", "mend that; it follows by itself"}
	}
	return RemedyOf(c)
}
