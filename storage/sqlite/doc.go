// Package sqlite keeps what must outlive a program in SQLite files: the state of pairs, the ledger of
// deletes, the tokens of credentials, the budgets of calls, the program's settings and what became of runs. It is the default of
// a program that runs on one machine. Nothing has to be installed, and no C compiler is needed.
//
//	key, err := connect.TokenKeyFile("procorebox.key")
//	file, err := sqlite.OpenFile(ctx, "procorebox.db", sqlite.FileOptions{Key: key})
//	engine, err := syncer.New(file.Store, pair, ...)
//
// # What it keeps
//
// A [Store] keeps every promise of [syncer.StateStore] for any number of pairs in one file, with rows
// for all that a pair remembers, and the positions of streams. What Commit, Append, Advance and
// Decide have written is on the disk when they return: the file is in write-ahead mode with full
// synchronisation (also where the system needs to be asked twice), so neither a kill nor a power
// failure takes anything back. One Batch is one transaction.
//
// A [Ledger] keeps every promise of [syncer.Ledger]. It stands apart from the pairs: processes with
// different state files share one ledger if they spend from one account. How
// much time has passed it learns from how long the machine has been running, or better from a service
// (see LedgerOptions.Confirmed), and from the clock only where neither is known: whoever sets the
// clock frees no deletes.
//
// [Tokens] keeps every promise of [connect.TokenStore]. What is stored is encrypted with a key that the
// program brings, from the environment ([connect.ParseTokenKey]) or from a file that only its owner can
// read ([connect.TokenKeyFile]); a file of tokens without its key, in a backup say, is of no use. Tokens
// of another key are said to be such ([connect.ErrOtherKey]) and stay as they are; when the key is lost,
// [Tokens.Forget] makes room for a new sign-in. A lock of the operating system, on a file that is called
// like the file of tokens with "-token-" and a number, sees to it that one process at a time refreshes,
// and that the next one can as soon as it has died.
//
// A [Budget] keeps every promise of [connect.Budget]. Its time is that of the machine, as the ledger's
// is, so that all Governors of a credential agree how much has passed.
//
// [Notes] are texts of the program's own: the Links of package mapping for one. [Runs] are what became of
// runs, in the order in which they began, each under a number.
//
// # One file, or one for each part
//
// A [File] holds all parts. That is what a program wants that keeps its own data: one file to name, to
// copy and to look after; [File.Backup] copies it while it is used. [Open], [OpenLedger], [OpenTokens],
// [OpenBudget], [OpenNotes] and [OpenRuns] keep one part
// in a file of its own, for programs that share that part and nothing else, or that need only one. Each
// kind of file is known by its header, and none is taken for another. The parts of a File take turns to write.
//
// # Who may write
//
// Opening a pair takes its lease, which is a row with a fence and an end, and beside it a lock of the
// operating system on the file that is called like the state file with "-lock-" and a number. The
// lock ends with its process, however that ends. So on one machine a dead owner is recognised at
// once: a run that starts the moment after a kill -9 has the pair. A living owner keeps the pair for
// as long as it lives, also while it sleeps. Between machines, of which each has a name (see
// Options.Machine), there is only the end of the lease to go by. Whatever happens, the fence keeps a
// stale owner from writing. A State that was dropped without Close inside a living process is opened
// again by the same Store when its lease has run out.
//
// Lock files are removed on Close; one that is left over after a kill says nothing and is used again.
// A state file that was copied to another machine opens there when the lease that it was copied with
// has run out.
//
// # What is not a file of ours
//
// Open never takes a file for an empty state that is not one. A file that is empty, cut short, no
// database, of another program, of a newer version of this one, or with other tables is an error that
// wraps [syncer.ErrDamaged]; so is a write-ahead log without its file. What is small and must not be
// missed (the list of pairs, intents, holds, pending items, inboxes) is looked through at Open. Every
// value carries a checksum, Records are counted, and outcomes are numbered without a gap: a read
// yields what was written, or an error. [Store.Check] looks through everything, and takes some
// seconds for a million Records; so does [File.Check]. A token or an account that is damaged says so
// when it is asked for, and stops no other.
//
// # Where the file may be
//
// On a local disk. Write-ahead mode needs memory that all processes share, which network file systems
// (NFS, SMB and the like) do not offer, and many of them keep locks badly: two machines that write to
// one file there can destroy it. Use a store on a server for that.
//
// The file has two companions while it is open, "-wal" and "-shm". Whoever copies it must take them
// along, or stop the program first. The last commits are in "-wal" until they are taken over. A new
// file is made under a name with "-new-" and gets its own when it is complete; what a kill leaves of
// that may be removed.
//
// # When the disk is full
//
// Commit fails with the system's error and changes nothing. The engine then sends no further write to
// a service, since no write goes out before its intent is stored. When there is room again the next
// run goes on.
//
// # Reading
//
// A sequence reads page by page and holds no lock, so a loop may take its time, read within itself
// and commit. It sees the pair as it was when the loop began, for up to ten seconds; a loop that
// takes longer goes on with what is there then, because an older snapshot would keep the write-ahead
// log growing.
package sqlite
