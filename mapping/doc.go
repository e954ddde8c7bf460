// Package mapping says which Procore project, or which company's documents, and which folder in Box belong
// together, and keeps them in step with the engine in package syncer.
//
// A [Link] is what a person has chosen: a project, some of its tools, a folder in Box, and the rules. A program
// brings the two services and the stores, and gets [Links]:
//
//	links, err := mapping.New(mapping.Options{
//		Store: file.Notes, States: file.Store,
//		Box:     func(ctx context.Context, l mapping.Link) (mapping.Place, error) { ... },
//		Procore: func(ctx context.Context, l mapping.Link, t mapping.Tool) (mapping.Place, error) { ... },
//	})
//	link, err := links.Add(ctx, mapping.Link{
//		Name: "harbour bridge", Company: "4281379", Project: "316469", Folder: "123456789",
//		Tools: []mapping.Tool{mapping.Documents, mapping.Photos},
//	})
//	hints, err := links.Poll(ctx)
//	results, err := links.Sync(ctx, "harbour bridge", mapping.SyncOptions{})
//
// # Tools and their folders
//
// Each chosen tool has a folder under the Link's folder: Documents, Photos, RFIs, Submittals. [Links.Add]
// makes those that are missing, and takes one that is there already with all it holds. Every tool is a pair
// of its own ([Part]): direction, permission and failure belong to the tool. A tool that was not chosen is
// neither listed nor touched.
//
// From then on folders are known by their IDs. The Box folder, a tool's folder and the project may be renamed and
// moved, and sync follows without a transfer and without a delete. What is in the trash, or out of sight, is
// not replaced: its pair is paused with the reason, which is in the [Result] of a Sync and in the Roots of the
// Link, and goes on by itself when it is back. The other tools are not concerned.
//
// # One place, one Link
//
// Two Links with common ground would carry every change round in circles, so the second one is refused: the
// same folder, a folder inside the other's, wherever people have moved it meanwhile, or a tool of a project
// that has a Link. Where people move one Link's folder into another's later, each leaves the other's alone.
//
// # From one tool to another
//
// A file that somebody drags from Documents to Photos in Box is made in Procore's Photos first, and deleted
// from Procore's Documents when that is durable. If Photos takes no such file, the one in Documents stays and
// the delete is held with that reason.
//
// # Two sides that are full already
//
// A Link may begin with files on both sides. Those that are equal become one without an upload: by the hashes
// that both sides tell, else by name and size and one read of the side that tells none. [Rules].Adopt trusts
// name and size instead, or asks. What differs is kept on both sides, whatever the rule for conflicts says.
// Nothing is deleted.
//
// # The first sync
//
// It may take hours, and nobody has to stop working. [Links.Poll] takes the position of the feeds before
// anything is listed. Sync works in slices, asks the feeds between them, and carries over first what people have
// changed. Before anything is written an observer is told what it takes, and after each action what is left. It
// may be killed at any point.
//
// # What was done
//
// With Options.Runs every run of a tool is remembered: when it began and ended, by whom, how it ended and why, its
// figures and calls ([Links.Runs]), and each item that it touched ([Links.Items], [Links.AllItems]). A run whose
// process died is told as interrupted. Runs that did nothing are taken together, day by day, and what is
// older than Options.Keep is forgotten.
//
// # What this package does not know
//
// It knows words, and no client of either service: a program opens the file systems, and makes policies of
// [Rules]. Procore is the source of every pair, Box the destination. Links are kept by a [Store], as texts
// with a version, and so is what became of runs, by a [RunStore]; stores of this project have both beside the
// state of pairs.
package mapping
