// Package policy holds ready-made rules for [syncer.Policies]. None is needed: a pair without any
// syncs everything both ways under unchanged names and keeps both versions of a conflict. A rule can
// leave out, hold back or refuse what the planner wants; none can add to it, and none talks to a
// service. [Recommended] puts together what most people would be glad of:
//
//	options.Policies = policy.Recommended(policy.DeleteLimit{Ledger: ledger, Scope: "drawings", Most: 100})
//
// The rules in the order in which a run asks them:
//
// What is in scope? [Tools] picks the top-level folders of a project, [Globs] items by their paths,
// [Files] files by size and type, and [All] combines them. What is left out is neither touched nor
// deleted, on neither side; when it comes into scope it is compared, and nothing is overwritten.
//
// Which way? [Directions] lets folders flow one way. An edit on the side that only receives is kept
// aside under a conflict name, put back, or left, as the table says.
//
// Under which name? [Lossless] translates names so that they can be translated back: it is the rule
// for everyone who has no other wish. [Replace] puts a hyphen in the place of what is refused, and
// [Hyphens] does so with the twelve characters that products for this purpose replace.
// Without a Namer an item whose name the other side cannot hold is left alone and reported.
//
// Who wins? [KeepBoth] keeps both versions, which is what happens without a rule; [Newest] goes by
// the clocks of the services; [Prefer] goes by the side; [Leave] waits for a person. [ByFolder]
// chooses among them.
//
// Is the plan sane? [Brake] halts a pair before anything is written if more than half of its files,
// of at least 200, are to change at once. That a side suddenly lists empty, or has lost its root, halts every pair.
// The error is a [syncer.Halt]; a person looks, and one run that is given its Evidence goes on.
//
// How many deletes? [DeletesOn] and [DeletesOff] are the switch, and with [DeletesAsked] each waits for a person. [DeleteLimit] allows so many in any
// 24 hours, per pair and per account, and holds the rest for a person or for time, while everything
// else flows on. [DeletesByFolder] gives a tool a switch of its own. A [DeleteRule] belongs in both
// lists, of Guards and of Gates: as a Guard it forecasts, so that a plan tells what will be held, and
// as a Gate it decides, at the moment of each call.
//
// All policies are values that never change and are safe for use by many goroutines. Those that
// depend on a table of patterns or folders are made by a function that checks the table; its errors
// wrap [syncer.ErrInvalid], and so do those of a rule that is set to something senseless.
package policy
