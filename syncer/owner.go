package syncer

import (
	"fmt"
	"strings"
	"time"
)

// Owner says who has the lease of a pair, as far as its store knows.
type Owner struct {
	// Host is the name of the machine, Process the number of the process on it.
	Host    string `json:"host,omitempty"`
	Process int    `json:"process,omitempty"`
	// Program is what the process calls itself.
	Program string `json:"program,omitempty"`
	// Since is when it took the lease.
	Since time.Time `json:"since,omitzero"`
}

// String names the owner for people: "procorebox watch" (process 4711 on office) since 2026-11-23 11:40:02 UTC.
func (o Owner) String() string {
	var b strings.Builder
	b.WriteString("another run")
	if o.Program != "" {
		b.Reset()
		fmt.Fprintf(&b, "%q", o.Program)
	}
	switch {
	case o.Process != 0 && o.Host != "":
		fmt.Fprintf(&b, " (process %d on %s)", o.Process, o.Host)
	case o.Host != "":
		fmt.Fprintf(&b, " (on %s)", o.Host)
	}
	if !o.Since.IsZero() {
		b.WriteString(" since " + o.Since.UTC().Format(time.DateTime) + " UTC")
	}
	return b.String()
}

// Locked is the error of a pair that somebody else works on, of a store that knows who. It wraps ErrLocked.
type Locked struct {
	Owner Owner
	// Until is when the lease ends unless it is renewed; zero if it lasts for as long as its owner lives.
	Until time.Time
}

// Error says who has the pair.
func (l *Locked) Error() string {
	text := "in use by " + l.Owner.String()
	if !l.Until.IsZero() {
		text += ", until " + l.Until.UTC().Format(time.DateTime) + " UTC unless it goes on"
	}
	return text + ": " + ErrLocked.Error()
}

// Unwrap returns ErrLocked.
func (l *Locked) Unwrap() error { return ErrLocked }
