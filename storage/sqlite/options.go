package sqlite

import (
	"time"

	"github.com/procorebox/procorebox/syncer/connect"
)

// Options may be left zero.
type Options struct {
	// Clock tells the time by which leases run out and charges leave their window; nil means
	// time.Now.
	Clock func() time.Time
	// Lease is how long a lease lasts unless it is renewed; 0 means 5 minutes. It matters between
	// machines only: on one machine a dead owner is recognised at once. A run renews it after a third.
	// What is left then should be longer than syncer.Info.CallTimeout of both sides: if it is not, each
	// write renews the lease first, which takes a commit, and may still outlast it.
	Lease time.Duration
	// Machine names the machine that the process runs on; empty means its host name and, where there
	// is one, its machine ID. Processes with one name rely on locks of the operating system.
	Machine string
	// Program names what the process does, for those who find a pair in use; empty means the name of its
	// file. It must hold no secret.
	Program string
	// Busy is how long a write waits for another process that writes; 0 means 5 seconds.
	Busy time.Duration
	// Cache bounds the pages that the writer keeps in memory, in bytes, and four times as much is kept
	// by all readers together; 0 means 16 MiB.
	Cache int64
}

// LedgerOptions may be left zero.
type LedgerOptions struct {
	// Clock tells the time by which charges leave their window; nil means time.Now. It is asked for
	// the time once, and from then on for how much has passed: the system's clock may be set while the
	// Ledger is open, and that changes nothing.
	Clock func() time.Time
	// Confirmed returns the latest time that a service has told, as in the Date header of an answer,
	// and the zero time before the first. With it the Ledger goes by the service, and by what has passed
	// since: no clock of a machine that is set, forward or back, frees anything, not even across a
	// restart or between processes whose clocks differ. nil means that only the machine is asked.
	Confirmed func() time.Time
	// Uptime returns how long the machine has been running, by a clock that nobody can set and that all
	// processes share, and a name for this start of it; an empty name means that it is not known. With
	// it, and without Confirmed, the clock is believed only at the first charge after a start of the
	// machine. nil means what the system says, which is known on Linux, or nothing if Clock is set.
	// Where it is not known the clock is believed each time a Ledger is opened.
	Uptime func() (boot string, up time.Duration)
	// Busy is how long a charge waits for another process that charges; 0 means 5 seconds.
	Busy time.Duration
}

// TokenOptions say how Tokens are kept. Key must be set.
type TokenOptions struct {
	// Key encrypts what is stored: see connect.TokenKeyFile and connect.ParseTokenKey.
	Key connect.TokenKey
	// Busy is how long a write waits for another process that writes; 0 means 5 seconds.
	Busy time.Duration
}

// BudgetOptions may be left zero.
type BudgetOptions struct {
	// Clock tells the time; nil means time.Now. It is asked for the time once, and from then on for how
	// much has passed.
	Clock func() time.Time
	// Uptime is that of LedgerOptions. With it the clock is believed only at the first Update after a
	// start of the machine.
	Uptime func() (boot string, up time.Duration)
	// Busy is how long an Update waits for another process that writes; 0 means 5 seconds.
	Busy time.Duration
}

// NoteOptions may be left zero.
type NoteOptions struct {
	// Busy is how long a Change waits for another process that writes; 0 means 5 seconds.
	Busy time.Duration
}

// RunOptions may be left zero.
type RunOptions struct {
	// Busy is how long a write waits for another process that writes; 0 means 5 seconds.
	Busy time.Duration
}

// FileOptions may be left zero.
type FileOptions struct {
	// Options are those of the file and of its Store.
	Options
	// Confirmed and Uptime are those of LedgerOptions.
	Confirmed func() time.Time
	Uptime    func() (boot string, up time.Duration)
	// Key is that of TokenOptions. Without it the File keeps no tokens: whoever asks for one or stores
	// one is told so.
	Key connect.TokenKey
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Lease <= 0 {
		o.Lease = 5 * time.Minute
	}
	if o.Machine == "" {
		o.Machine = machine()
	}
	if o.Program == "" {
		o.Program = program()
	}
	if o.Busy <= 0 {
		o.Busy = 5 * time.Second
	}
	if o.Cache <= 0 {
		o.Cache = 16 << 20
	}
	return o
}
