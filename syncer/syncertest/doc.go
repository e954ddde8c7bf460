// Package syncertest helps to test what is built on package syncer: connectors, stores, policies
// and programs that embed the engine.
//
// A [Service] is a file service in memory. An engine sees it through a [Handle], which logs every
// call and can be made to fail, lie and lag; a [User] edits it behind the engine's back:
//
//	disk := syncertest.New(syncertest.Options{}, syncertest.Tree{
//		"Drawings/A-101.pdf": "first issue",
//		"Photos/":            "",
//	})
//	handle := disk.Connect()
//	ann := disk.User("ann")
//	ann.Write("Drawings/A-101.pdf", "second issue")
//	ann.Move("Drawings", "Plans")
//	fmt.Println(disk.Tree()) // map[Photos/: Plans/: Plans/A-101.pdf:second issue]
//
// The facts of a service ([Options].Info) are kept by it: with Guards off it overwrites what it is
// told to, with Trash off it deletes for good. So one scenario runs against services of many kinds.
//
// A [World] is two Services with an engine between them, a user on each side, and a [Clock] that only
// the test moves.
//
// [TestFileSystem] holds a connector to every promise that package syncer makes in its name. The
// in-memory Service passes it; so must yours. [TestStateStore], [TestLedger] and [TestJournal] do the
// same for what remembers. Each has a twin (CheckFileSystem and so on) that needs no testing.T.
//
// Everything here uses the standard library and package syncer only.
package syncertest
