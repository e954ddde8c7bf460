// Package policy holds ready-made rules for [syncer.Policies]. None is needed: a pair without any
// syncs everything both ways and keeps both versions of a conflict. A rule can leave out, hold back
// or refuse what the planner wants; none can add to it, and none talks to a service.
//
// In the order in which a run asks them:
//
//   - What is in scope? [Globs] picks items by their paths.
//   - Which way? [Directions] lets folders flow one way.
//   - Under which name? [Lossless] translates names so that they can be translated back; [Replace] and
//     [Hyphens] put a hyphen in the place of what is refused.
//   - Who wins? [KeepBoth], [Newest], [Prefer], [Leave], and [ByFolder] to choose among them.
//   - Is the plan sane? [Brake] halts a pair one of whose sides has suddenly become empty.
//   - How many deletes? [DeleteLimit] allows so many in any 24 hours and holds the rest for a person
//     or for time; [DeletesOff] carries none over.
//
// What most people would be glad of, in the [syncer.Options] of an engine:
//
//	limit := policy.DeleteLimit{Ledger: ledger, Scope: "drawings", Most: 50}
//	options.Policies = syncer.Policies{
//		Namer:  policy.Replace{},
//		Guards: []syncer.Guard{limit},
//		Gates:  []syncer.Gate{limit},
//	}
//
// All policies are values that never change and are safe for use by many goroutines. Those that
// depend on a table of patterns or folders are made by a function that checks the table; its errors
// wrap [syncer.ErrInvalid].
package policy
