package syncertest

import (
	"fmt"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// someDay is when everything in the cases happens, with the precision that every database has.
var someDay = time.Date(2026, 5, 4, 9, 30, 15, 123_456_000, time.UTC)

var anAuthor = syncer.Author{ID: "17", Name: "Ann", At: someDay.Add(-time.Minute)}

// aRoot returns the Record of the two roots.
func aRoot() syncer.Record {
	return syncer.Record{
		ID: syncer.RootRecord, Kind: syncer.Folder,
		Source:      syncer.Half{Presence: syncer.Present, ID: "source-root"},
		Destination: syncer.Half{Presence: syncer.Present, ID: "destination-root"},
	}
}

// aRecord returns a Record of an item that is on both sides, in every field of which there is
// something.
func aRecord(id, parent syncer.RecordID, name string) syncer.Record {
	return syncer.Record{
		ID: id, ParentID: parent, Kind: syncer.File, Name: name, Dormant: true,
		Source: aHalf(syncer.Source, id, name), Destination: aHalf(syncer.Destination, id, name),
	}
}

func aHalf(side syncer.Side, id syncer.RecordID, name string) syncer.Half {
	at := someDay.Add(time.Duration(id) * time.Second)
	return syncer.Half{
		Presence: syncer.Present, Provisional: true, Behind: true, OwnName: true, ID: itemID(side, id), Content: fmt.Sprintf("content of %d on %s", id, side),
		Name: name, Parent: syncer.RootRecord, Size: int64(id) << 33, Digest: "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
		Birth: fmt.Sprintf("birth of %d on %s", id, side), Guard: syncer.Precondition(fmt.Sprintf("etag %d \x00\xff'\"%%", id)),
		Facts: &syncer.Facts{
			Private: true, Tracked: true, Fixed: true, Locked: "ann", Author: "bob", Created: at, Modified: at.Add(time.Minute), Link: "https://example.com/" + name,
			Taken: at.Add(-time.Minute), Location: "level 2", Description: "rebar of " + name,
		},
		Wrote: at.Add(time.Hour),
	}
}

// itemID is the ID that half gives a Record on a side.
func itemID(side syncer.Side, id syncer.RecordID) string { return fmt.Sprintf("%s-%d", side, id) }

// aPlainRecord returns a Record of an item that stands in the same folder on both sides.
func aPlainRecord(id, parent syncer.RecordID, name string) syncer.Record {
	r := aRecord(id, parent, name)
	r.Source.Parent, r.Destination.Parent = 0, 0
	return r
}

func anIntent(id syncer.ActionID, at time.Time) syncer.Intent {
	return syncer.Intent{
		ID: id, Op: syncer.OpUpdate, On: syncer.Destination, Record: 2, Kind: syncer.File, Parent: "destination-root",
		Name: "plan.pdf", Temporary: true, Old: syncer.Stamp{ID: "destination-2", Content: "v1"}, Size: 1 << 40,
		Digest: "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709", After: aRecord(2, 1, "after"), Split: aRecord(3, 1, "split"),
		By: anAuthor, Fence: 7, At: at, Trash: syncer.Trashed{ID: "t", Handle: "h"},
	}
}

func aHeader() syncer.Header {
	return syncer.Header{
		Source:      syncer.Root{Locator: "here", ID: "source-root", Parent: "source-top"},
		Destination: syncer.Root{Locator: "there", ID: "destination-root", Parent: "destination-top"},
		Policies:    "filter", Next: 1 << 40, Generation: 7, Completed: someDay,
		Scan: syncer.Scan{
			Generation: 8, Since: 9, Gaps: true, Source: syncer.Frontier{From: "from", Done: true}, Destination: syncer.Frontier{From: "to", Done: true},
		},
		Unlisted: []syncer.Unlisted{{Side: syncer.Destination, Path: "a/b", Cause: syncer.CausePermission, Reason: "403"}},
	}
}

func aTombstone(side syncer.Side, id string, at time.Time) syncer.Tombstone {
	return syncer.Tombstone{
		Side: side, ID: id, Content: "v1", Kind: syncer.File, Name: "plan.pdf", OtherID: "other " + id,
		OtherName: "other plan.pdf", Handle: "bin 7", Birth: "b1", At: at,
	}
}

func aHold(action syncer.ActionID, since time.Time) syncer.Hold {
	return syncer.Hold{
		Action: action, Op: syncer.OpDelete, On: syncer.Destination, Record: 2, Kind: syncer.File, Path: "a/plan.pdf",
		Reason: "over the limit", Since: since, Run: 7,
	}
}

func aClash(id syncer.ClashID, since time.Time) syncer.Clash {
	version := func(side syncer.Side) syncer.ClashVersion {
		return syncer.ClashVersion{
			Stamp: syncer.Stamp{ID: itemID(side, 2), Content: "v7"}, Name: "plan.pdf", Size: 1 << 40, Digest: "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
			Modified: since.Add(-time.Hour), Author: "ann", Person: "Ann Lee (ann@example.com)", Link: "https://example.com/plan.pdf",
		}
	}
	return syncer.Clash{
		ID: id, Record: 2, CopyRecord: 3, Kind: syncer.File, Path: "a/plan.pdf", Since: since, Run: 7, Source: version(syncer.Source),
		Destination: version(syncer.Destination), Resolution: syncer.Leave, Rule: "newest", Reason: "changed on both sides", Copy: "plan (conflict 123456).pdf",
	}
}

func aPending(key syncer.PendingKey) syncer.Pending {
	known := syncer.Verified{Stamp: syncer.Stamp{ID: "x", Content: "v1"}, Digest: "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"}
	return syncer.Pending{
		PendingKey: key, On: syncer.Destination, Path: "a/plan.pdf", Reason: "locked", Since: someDay, Attempts: 3,
		NotBefore: someDay.Add(time.Hour), Result: syncer.Failed, Quiet: true, Conflict: true, Undone: 2, Op: syncer.OpUpdate,
		Did: syncer.DidMove, By: anAuthor,
		Cause: syncer.CauseLocked, Verified: [2]syncer.Verified{known, known},
	}
}

func anOutcome(action syncer.ActionID) syncer.Outcome {
	return syncer.Outcome{
		At: someDay, Action: action, Op: syncer.OpMove, On: syncer.Destination, Record: 2, Kind: syncer.File, Path: "a/plan.pdf",
		From: "plan.pdf", Result: syncer.Done, Bytes: 1 << 40, Reason: "moved on source", Err: "none",
		Before: syncer.Stamp{ID: "destination-2", Content: "v1"}, After: syncer.Stamp{ID: "destination-2", Content: "v2"},
		By: anAuthor, Undo: syncer.Trashed{ID: "t", Handle: "h"},
	}
}

func aHint(id string) syncer.Hint {
	return syncer.Hint{
		Side: syncer.Destination, ID: id, Within: []string{"inner", "outer"}, Guard: "etag \x00\xff", Did: syncer.DidDelete, By: anAuthor, At: someDay,
	}
}

// aFullBatch is a Batch with something of everything in it.
func aFullBatch() syncer.Batch {
	h := aHeader()
	return syncer.Batch{
		Header:     &h,
		Put:        []syncer.Record{aRoot(), aRecord(2, 1, "two"), aRecord(3, 1, "three")},
		Intents:    []syncer.Intent{anIntent("i1", someDay), anIntent("i2", someDay.Add(time.Second))},
		Tombstones: []syncer.Tombstone{aTombstone(syncer.Source, "gone", someDay)},
		Pending:    []syncer.Pending{aPending(syncer.PendingKey{Record: 2}), aPending(syncer.PendingKey{Side: syncer.Destination, ID: "x"})},
		Holds:      []syncer.Hold{aHold("h1", someDay), aHold("h2", someDay.Add(time.Second))},
		Clashes:    []syncer.Clash{aClash("c1", someDay), aClash("c2", someDay.Add(time.Second))},
		Seen:       []syncer.Seen{{Side: syncer.Source, Records: []syncer.RecordID{1, 2}}, {Side: syncer.Destination, Records: []syncer.RecordID{3}}},
		Outcomes:   []syncer.Outcome{anOutcome("o1"), anOutcome("o2")},
	}
}
