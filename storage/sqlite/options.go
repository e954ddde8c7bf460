package sqlite

import "time"

// Options may be left zero.
type Options struct {
	// Clock tells the time by which leases run out and charges leave their window; nil means
	// time.Now.
	Clock func() time.Time
	// Lease is how long a lease lasts unless it is renewed; 0 means 30 seconds. It matters between
	// machines only: on one machine a dead owner is recognised at once.
	Lease time.Duration
	// Machine names the machine that the process runs on; empty means its host name and, where there
	// is one, its machine ID. Processes with one name rely on locks of the operating system.
	Machine string
	// Busy is how long a write waits for another process that writes; 0 means 5 seconds.
	Busy time.Duration
	// Cache bounds the pages that the writer keeps in memory, in bytes, and four times as much is kept
	// by all readers together; 0 means 16 MiB.
	Cache int64
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Lease <= 0 {
		o.Lease = 30 * time.Second
	}
	if o.Machine == "" {
		o.Machine = machine()
	}
	if o.Busy <= 0 {
		o.Busy = 5 * time.Second
	}
	if o.Cache <= 0 {
		o.Cache = 16 << 20
	}
	return o
}
