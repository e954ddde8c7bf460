// Package syncer keeps two file systems in step, both ways, without losing a file.
//
// It knows contracts and decides; it knows no brand, no HTTP and no SQL. A side is a [FileSystem]
// (or, where nothing is written to it, a [Reader]) with any of the small upgrades [Mover],
// [Looker], [Finder], [FolderReader], [Feed], [Restorer], [Versions] and [Copier]; what it can do is told
// by its [Info]. What must be remembered is in a [StateStore]. The user's rules are [Policies]. An [Engine]
// puts them together for one [Pair] of folders:
//
//	engine, err := syncer.New(store, syncer.Pair{
//		Name:        "harbour bridge",
//		Source:      syncer.Endpoint{FS: site, Root: "drawings"},
//		Destination: syncer.Endpoint{FS: archive, Root: "1234567"},
//	}, nil)
//	...
//	report, err := engine.Run(ctx, nil)
//
// # One run
//
// A run asks what has changed, decides, acts, and remembers:
//
//	settle    open Intents of an earlier run that died: was the write made?
//	observe   a full scan of both sides, or a look at what hints and the pending set name
//	match     which entries are which items: by ID first, by place, contents and name after that
//	reconcile contents, name and parent, each against its own last agreed state
//	place     every item that stays gets a living folder and a free name on both sides
//	plan      actions in an order that can be carried out; Guards judge it, Holds wait for a person
//	apply     an Intent before each call, one Batch after it
//	report    everything that is left different, with its reason
//
// Everything between observing and applying is pure: the same observations make the same [Plan], in
// the same order, with the same [Plan.Hash]. So a plan can be printed, sent for approval with
// [Engine.Plan], and carried out exactly with [Engine.Apply], or refused because the world moved on.
//
// # What is remembered
//
// A [Record] is one item, with a [Half] for each side. A side's change is judged against its own
// Half alone; times and hashes of different services are never compared with each other to find
// out what is newer. Paths are not stored, so renaming a folder changes one Record. A [Tombstone]
// remembers an item that went away, an [Intent] a write that is about to be sent, a [Pending] row an
// item that is not settled, a [Hold] an action that waits for a person.
//
// # What is promised
//
//   - Nothing is deleted that was not known and is not proved gone: in the trash, or, where a side has
//     none, missing from its visible folder. Absence from a listing is no proof, and neither is a
//     "not found".
//   - What is only assumed never justifies an overwrite or a delete: the item is looked at in the
//     same run, and the write carries what it expects to find.
//   - Contents that only one side has seen are never overwritten by default: both versions stay, one
//     of them under a conflict name.
//   - Everything that is left alone has a reason, in the [Report] and in the state.
//   - What happened is durable before an error is returned. A run that is killed at any call is
//     healed by the next one, once the side has settled, without a person, a duplicate or a lost byte.
//   - A second run without edits writes nothing. No goroutine outlives the call that started it.
//
// # Where next
//
// Package syncertest has an in-memory service to play with and the suites that hold connectors and
// stores to these promises. Package policy has ready-made rules, storage/sqlite a store that outlives
// the program, storage/memory one that does not. Package connect is the kit for connectors of services
// with an HTTP interface. The design paper, internal/docs/design.md, says why things are as they are.
package syncer
