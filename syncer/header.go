package syncer

import "time"

// Header holds what concerns a pair as a whole.
type Header struct {
	// Roots say which folders the Records describe. Other roots mean a fresh baseline.
	Source, Destination Root
	// Policies is the fingerprint of filter and namer; another one asks for a full scan.
	Policies string
	// Next is the lowest RecordID that was never used; 0 before the first commit.
	Next RecordID
	// Generation counts full scans; Completed is when the last one ended.
	Generation uint64
	Completed  time.Time
	// Scan is the unfinished full scan, if there is one.
	Scan Scan
	// Unlisted are folders that the last full scan, or the unfinished one, could not list, 100 at most. They
	// are in every Report until a full scan has listed them.
	Unlisted []Unlisted
}

// Root is one side's root: the locator it was configured with, the ID that it had, and that of the
// folder it stood in, empty where the side does not tell.
type Root struct {
	Locator string
	ID      string
	Parent  string
}

// Root returns the root of side.
func (h *Header) Root(side Side) *Root {
	if side == Source {
		return &h.Source
	}
	return &h.Destination
}

// Scan is a full scan that was interrupted: a generation, and how far each side's listing got.
type Scan struct {
	Generation uint64
	// Since is the Seq of the newest hint for a full scan that was there when the scan began.
	Since uint64
	// Gaps says that folders could not be read so far: when the scan ends, the next one is due soon.
	Gaps                bool
	Source, Destination Frontier
}

// Frontier is how far the listing of one side got.
type Frontier struct {
	From Token
	Done bool
}

// Frontier returns that of side.
func (s *Scan) Frontier(side Side) *Frontier {
	if side == Source {
		return &s.Source
	}
	return &s.Destination
}
