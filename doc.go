// Package procorebox is the front door of a library that keeps folders in two services in step, both
// ways, without losing a file. It was made for Procore and Box. The core knows neither: it works
// with any two services that implement its contracts. This package holds only this comment; the code
// is in the packages below it.
//
// # The words
//
// The same few nouns name the types, the files and what a report says.
//
//   - A Pair is two roots to be kept in step. Its sides are Source and Destination, and its Mode says
//     which way changes flow: TwoWay, ToDestination or ToSource.
//   - A FileSystem is one side as a connector shows it; a Reader is the part of it that a one-way
//     source needs. What it lists is an Entry, and a Stamp names an Entry's identity and content.
//   - A Record is what the engine knows of one item: a name, a parent, and a Half for each side. All
//     Records together are the baseline, against which both sides are compared. A Tombstone is what
//     stays of a deleted item, so that late news of it is not taken for something new.
//   - A Plan is what a run would do, as a value: a list of Actions, each of which says on which side
//     it acts. Adopt and Forget move no bytes and are Actions all the same.
//   - A Conflict is what both sides changed differently. A Hold was kept back by a policy and waits.
//     A Skip was left alone, with a reason.
//   - An Intent is a write that is about to be sent. It is stored first, so that a run that was
//     killed is cleared up by the next one.
//   - An Outcome is what became of an Action, and a Report is what became of a run.
//   - Policies are the user's rules. A Filter says what is in scope, a Namer how an item is called on
//     the other side, a Resolver who wins a Conflict; a Guard judges a Plan, and a Gate each write
//     just before it goes out. A policy can leave out, hold or refuse; it never adds to a Plan.
//   - A StateStore keeps all of this between runs. A Ledger counts deletes over a window of time.
//   - A Link is the word of package mapping, for the product: a project of Procore, some of its tools, and a
//     folder of Box. Each tool of a Link is a Pair.
//
// # A program that embeds it
//
// Two services in memory stand in for the connectors here. A real program passes connectors, and a
// store and a ledger that outlive it.
//
//	drawings := syncertest.New(syncertest.Options{}, syncertest.Tree{"A-101.pdf": "first issue"}).Connect()
//	archive := syncertest.New(syncertest.Options{}, nil).Connect()
//	limit := policy.DeleteLimit{Ledger: memory.NewLedger(memory.Options{}), Scope: "drawings", Most: 50}
//
//	engine, err := syncer.New(memory.New(memory.Options{}), syncer.Pair{
//		Name:        "drawings",
//		Source:      syncer.Endpoint{FS: drawings, Root: drawings.Root()},
//		Destination: syncer.Endpoint{FS: archive, Root: archive.Root()},
//	}, &syncer.Options{
//		Policies: policy.Recommended(limit),
//	})
//	if err != nil {
//		return err
//	}
//	plan, err := engine.Plan(ctx, nil) // what a run would do; nothing is written
//	if err != nil {
//		return err
//	}
//	fmt.Print(plan)
//	report, err := engine.Run(ctx, nil)
//	fmt.Print(report) // what was done, and why the rest was not
//	return err
//
// # Where to go next
//
// Package syncer holds the contracts and the engine; begin with its FileSystem, StateStore and
// Engine. Package policy holds ready-made rules. Package storage/sqlite keeps all of it in a
// file, storage/memory that of programs that need not remember. Packages box and procore are the
// connectors, and box/boxtest and procore/procoretest fakes of both services for tests. Package mapping makes
// Pairs of Links and keeps them in step.
//
// Whoever writes a connector finds in syncer/connect what all of them need: calls, tokens, rates.
// Package syncer/syncertest has an in-memory service, and the suites that hold a connector or a store
// to its promises. The program in examples/quickstart can be copied; the one in examples/procorebox is the
// product. The guides are in internal/docs, and README.md says which is for whom.
package procorebox
