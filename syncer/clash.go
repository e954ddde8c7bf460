package syncer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// ClashID names a Clash by the versions that met. The same two versions are the same Clash in every
// run; another edit makes another one.
type ClashID string

// Clash is a Conflict as it is remembered: what both sides had when it was met, and what became of it.
// It stays when it is settled, and when its Record is gone.
type Clash struct {
	ID ClashID `json:"id"`
	// Record is the item, 0 as long as it has none. Copy is that of the version which got a name of its
	// own, 0 if none did.
	Record     RecordID `json:"record,omitempty"`
	CopyRecord RecordID `json:"copy_record,omitempty"`
	Kind       Kind     `json:"kind"`
	// Path is where the item stood on the source.
	Path string `json:"path"`
	// Since is when it was first met, Run the Fence of the run that met it.
	Since time.Time `json:"since"`
	Run   uint64    `json:"run"`
	// Source and Destination are the two versions.
	Source      ClashVersion `json:"source"`
	Destination ClashVersion `json:"destination"`
	// Resolution is how it is or was settled: Leave if both sides were left as they were, and Reason says
	// why then. Rule is what decided: see Ruler.
	Resolution Resolution `json:"resolution"`
	Rule       string     `json:"rule,omitempty"`
	Reason     string     `json:"reason,omitempty"`
	// Copy is the name that one of the versions got, on the side where it stood.
	Copy string `json:"copy,omitempty"`
	// Chosen says that a person has chosen, and Choice what: as long as it is open the next run does it if
	// the sides still have these two versions; later it says what counts instead of Resolution.
	Chosen bool       `json:"chosen,omitempty"`
	Choice Resolution `json:"choice,omitempty"`
	// Settled is when nothing was left to do, zero as long as it is open. With Leave it is when people had
	// settled it themselves.
	Settled time.Time `json:"settled,omitzero"`
}

// ClashVersion is one of the versions of a Clash, as its side told it.
type ClashVersion struct {
	Stamp

	Name     string    `json:"name"`
	Size     int64     `json:"size"` // or UnknownSize
	Digest   Digest    `json:"digest,omitempty"`
	Modified time.Time `json:"modified,omitzero"`
	Author   string    `json:"author,omitempty"` // the account, where it is told
	Person   string    `json:"person,omitempty"` // what people call the account, as the side's Directory did then
	Link     string    `json:"link,omitempty"`   // where a person opens the item
}

// Open reports whether something is left to do about it.
func (c *Clash) Open() bool { return c.Settled.IsZero() }

// Version returns that of side.
func (c *Clash) Version(side Side) *ClashVersion {
	if side == Source {
		return &c.Source
	}
	return &c.Destination
}

// Ruler is an optional upgrade of a Resolver: it says in a word which rule it settles a Conflict by.
type Ruler interface {
	Rule(c Conflict) string
}

// clashID hashes what meets.
func clashID(source, destination Stamp) ClashID {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q|%q", source, destination))
	return ClashID(hex.EncodeToString(sum[:12]))
}

// seenAs is what is kept of an entry of a side.
func (r *run) seenAs(side Side, e *Entry) ClashVersion {
	v := ClashVersion{Stamp: e.Stamp(), Name: e.Name, Size: e.Size, Digest: e.Digest, Modified: e.Modified}
	if v.Digest == "" {
		v.Digest = r.digests[version{side, e.Stamp()}]
	}
	if e.Facts != nil {
		v.Author, v.Link = e.Facts.Author, e.Facts.Link
		v.Person = r.w.called(side, Author{ID: v.Author}).Name
	}
	return v
}
