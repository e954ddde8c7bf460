// Package localfs is a connector for a directory on a Linux machine. It is written as anybody would
// write one in a module of their own: it uses exported packages only, and follows the numbered steps
// of internal/docs/writing-a-connector.md.
//
//	side, err := localfs.New("/home/ann/drawings", &localfs.Options{Trash: "/home/ann/.drawings-trash"})
//	...
//	syncer.Endpoint{FS: side, Root: side.Root()}
//
// # What is synced
//
// Ordinary files and folders: names, bytes, and the time of the last change. Modes and owners are
// kept on an update and not carried to the other side; extended attributes, access lists and sparse
// regions are not looked at. Symbolic links are not followed; they, pipes, sockets, devices and
// folders on which another file system is mounted are listed with a reason and left alone.
//
// # Names
//
// Names are bytes. Upper and lower case are two names, so are the composed and the decomposed form of
// an accent, and a name need not be UTF-8. The directory must be on a file system where this holds.
//
// # Identity
//
// An ID is made of the inode and its time of birth, so a file that is renamed or moved stays the
// same, and an inode that is used again is another item. Where several files of one folder tree are
// names of one inode (hard links) each is an item of its own, whose ID also depends on its place.
// File systems that tell no time of birth are refused by New.
//
// # Versions and preconditions
//
// A version is size, time of change (mtime) and time of status change (ctime). Nobody can set a
// ctime, so an edit of the same size whose mtime was put back is a new version all the same. The
// price is that renaming a file, or changing its mode, makes a new version of the same bytes; the
// engine then reads the file once and finds nothing to do. A rename that this package makes itself is
// remembered while the FS lives.
//
// Two edits of the same size within one tick of the kernel's clock could have equal times (since
// Linux 6.13 they have not, on ext4, xfs, btrfs and tmpfs). Open therefore waits until the tick of the
// last change is over before it reads, and looks again at the end: whoever writes after that gets a
// later ctime. A file that this package has written gets the mtime of its original, so an edit in the
// same tick shows by its mtime.
//
// All three guards hold. Update exchanges the new file and the old one in one step, and Delete takes
// the file out of its folder, before looking a last time at what was there: if it is not what the
// caller saw it goes back.
//
// # Writing
//
// Bodies are written to a private area beside the root, on the same file system, and renamed into
// place when they are whole; nothing half-done ever stands among the user's files. Each process has a
// folder of its own there, locked while it lives. [FS.Recover] clears up after processes that died.
// With Options.Sync what a call has changed is on the disk when it returns, so that no power failure
// takes back what the engine remembers as done.
//
// # Trash
//
// Deleted files and replaced versions go to Options.Trash, by a rename, or, if it is on another file
// system, by a copy that is on the disk before the original goes. Without it they are gone.
//
// # Limits
//
// A path below the root has at most 4095 bytes; a folder below that is listed with its error. There
// is no [syncer.Looker], since Linux finds no path by inode, and so every run lists everything. A
// process that has a file open while it is replaced goes on writing into the replaced one, in the
// trash. The root must not be a mount point, unless Options.Private names a place on its file system.
//
// # Errors
//
// The system's errors are kept and can be matched: ENOSPC and EDQUOT also as syncer.ErrQuota, EROFS
// as syncer.ErrReadOnly, ENAMETOOLONG as syncer.ErrName, EBUSY and ETXTBSY as syncer.ErrLocked.
//
// # Testing
//
// The suite syncertest.TestFileSystem holds, and so do tests of its own for what no service has:
// links, clocks, crashes and two file systems.
package localfs
