package box

import (
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// settle is how long an answer that got lost is waited for before the item is looked at. Listings are
// not known to lag; an upload whose connection broke may land a moment later.
const settle = 10 * time.Second

// Info implements syncer.Reader. MaxSize is left open: the largest file that fits is a matter of who
// owns the folder, and Box says so before any contents are sent in parts.
func (f *FileSystem) Info() syncer.Info { return f.info }

func infoOf(bases Bases, account string, names *syncer.Names) syncer.Info {
	return syncer.Info{
		Service: "Box",
		Realm:   realm(bases),
		Account: account,
		Digest:  syncer.SHA1,
		Trash:   true,
		// Box heeds the precondition of a rename, and ignores that of a move to another folder.
		Guards:      syncer.Guards{Update: true, Rename: true, Delete: true},
		File:        syncer.FullAbilities(),
		Folder:      syncer.FullAbilities(),
		Names:       *names,
		CleansNames: true,
		Settle:      settle,
		CallTimeout: callTimeout,
		Calls:       syncer.Calls{Open: 2}, // the version is asked for before its contents
	}
}

// realm is the same for all accounts: a number names the same item in each of them, but for the top
// folder, whose ID carries the account.
func realm(b Bases) string {
	if b.API == realAPI {
		return "box"
	}
	return "box at " + b.API
}
