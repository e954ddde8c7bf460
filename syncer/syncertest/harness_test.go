package syncertest_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// kinds are services that differ from the ordinary one in one way each.
var kinds = map[string]func(o *syncertest.Options){
	"ordinary":                  func(*syncertest.Options) {},
	"no digests":                func(o *syncertest.Options) { o.Info.Digest = "" },
	"SHA-256 digests":           func(o *syncertest.Options) { o.Info.Digest = syncer.SHA256 },
	"no guards":                 func(o *syncertest.Options) { o.Info.Guards = syncer.Guards{} },
	"guarded updates only":      func(o *syncertest.Options) { o.Info.Guards = syncer.Guards{Update: true} },
	"guarded renames only":      func(o *syncertest.Options) { o.Info.Guards = syncer.Guards{Rename: true} },
	"names of the basic plane":  func(o *syncertest.Options) { o.Info.Names.BasicPlane = true },
	"guarded deletes only":      func(o *syncertest.Options) { o.Info.Guards = syncer.Guards{Delete: true} },
	"no account told":           func(o *syncertest.Options) { o.Info.Account = "" },
	"no trash":                  func(o *syncertest.Options) { o.Info.Trash = false },
	"reusable IDs":              func(o *syncertest.Options) { o.Info.ReusableIDs, o.Info.Trash = true, false },
	"updates by replacement":    func(o *syncertest.Options) { o.Info.File.Update = syncer.UpdateByReplacement },
	"replacement without trash": func(o *syncertest.Options) { o.Info.File.Update, o.Info.Trash = syncer.UpdateByReplacement, false },
	"no updates":                func(o *syncertest.Options) { o.Info.File.Update = syncer.UpdateNever },
	"no file creation":          func(o *syncertest.Options) { o.Info.File.Create = false },
	"no folder creation":        func(o *syncertest.Options) { o.Info.Folder.Create = false },
	"no renames":                func(o *syncertest.Options) { o.Info.File.Rename, o.Info.Folder.Rename = false, false },
	"no moves":                  func(o *syncertest.Options) { o.Info.File.Move, o.Info.Folder.Move = false, false },
	"no deletes":                func(o *syncertest.Options) { o.Info.File.Delete, o.Info.Folder.Delete = false, false },
	"exact names":               func(o *syncertest.Options) { o.Info.Names.Unique = syncer.UniqueExact },
	"twin names":                func(o *syncertest.Options) { o.Info.Names.Unique = syncer.UniqueNone },
	"twin names of files":       func(o *syncertest.Options) { o.Info.Names.Unique = syncer.UniqueFolders },
	"names with many rules": func(o *syncertest.Options) {
		o.Info.Names = syncer.Names{
			MaxLength: 80, Unit: syncer.UTF16, Forbidden: `\:*?"<>|`, Controls: true,
			Leading: " ~", Trailing: " .", Reserved: []string{"CON", "NUL.txt"},
		}
	},
	"names counted in runes":     func(o *syncertest.Options) { o.Info.Names.Unit = syncer.Runes },
	"names that are bytes":       func(o *syncertest.Options) { o.Info.Names.RawBytes, o.Info.Names.Unique = true, syncer.UniqueExact },
	"names trimmed silently":     func(o *syncertest.Options) { o.Clean = strings.TrimSpace },
	"names composed silently":    func(o *syncertest.Options) { o.Clean = norm.NFC.String },
	"size limit":                 func(o *syncertest.Options) { o.Info.MaxSize = 2000 },
	"few types":                  func(o *syncertest.Options) { o.Info.Extensions = []string{".jpg", ".png"} },
	"few types and short names":  func(o *syncertest.Options) { o.Info.Extensions, o.Info.Names.MaxLength = []string{".heic"}, 40 },
	"folders only at root":       func(o *syncertest.Options) { o.Info.FoldersOnlyAtRoot = true },
	"one level of folders":       func(o *syncertest.Options) { o.Info.MaxDepth = 1 },
	"two levels of folders":      func(o *syncertest.Options) { o.Info.MaxDepth = 2 },
	"rendered files":             func(o *syncertest.Options) { o.Rendered = func(string) bool { return true } },
	"pages of three":             func(o *syncertest.Options) { o.PageSize = 3 },
	"pages of one, by name":      func(o *syncertest.Options) { o.PageSize, o.ByName = 1, true },
	"forgetful":                  func(o *syncertest.Options) { o.Forgetful = true },
	"bodies read twice":          func(o *syncertest.Options) { o.Reopen = true },
	"feed without places":        func(o *syncertest.Options) { o.Placeless = true },
	"root by locator":            func(o *syncertest.Options) { o.Locator = "/" },
	"no Mover":                   func(o *syncertest.Options) { noMover(o); o.Without = syncertest.Moving },
	"no Looker":                  func(o *syncertest.Options) { o.Without = syncertest.Looking },
	"no Finder":                  func(o *syncertest.Options) { o.Without = syncertest.Finding },
	"no Restorer":                func(o *syncertest.Options) { o.Without = syncertest.Restoring },
	"no Feed, Versions and Copy": func(o *syncertest.Options) { o.Without = syncertest.Extras },
	"no optional interfaces":     func(o *syncertest.Options) { noMover(o); o.Without = syncertest.Everything },
	"like a local disk": func(o *syncertest.Options) {
		o.Info = syncer.Info{
			Service: "Local Disk", ReusableIDs: true, File: syncer.FullAbilities(), Folder: syncer.FullAbilities(),
			Names: syncer.Names{Unique: syncer.UniqueExact, RawBytes: true},
		}
	},
}

func noMover(o *syncertest.Options) {
	for _, a := range []*syncer.Abilities{&o.Info.File, &o.Info.Folder} {
		a.Rename, a.Move = false, false
	}
}

func harness(change func(o *syncertest.Options)) *syncertest.Harness {
	o := syncertest.Options{Info: syncertest.Ordinary()}
	change(&o)
	h := syncertest.New(o, nil).Harness()
	if o.Locator != "" {
		h.Root = o.Locator
	}
	return h
}

func TestServiceOfEveryKindKeepsItsPromises(t *testing.T) {
	t.Parallel()
	for name, change := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			syncertest.TestFileSystem(t, func(*testing.T) *syncertest.Harness { return harness(change) })
		})
	}
}

func TestSuiteWaitsForListingsThatLag(t *testing.T) {
	t.Parallel()
	syncertest.TestFileSystem(t, func(*testing.T) *syncertest.Harness {
		disk, _, clock := settling(nil)
		h := disk.Harness()
		h.FS.(*syncertest.Handle).Inject(syncertest.Faults{Rand: seeded(1), Stale: 1})
		h.Settled = func(context.Context) error {
			clock.Advance(disk.Connect().Info().Settle)
			return nil
		}
		return h
	})
}

func TestSuiteNeedsOnlyTheFileSystemAndItsRoot(t *testing.T) {
	t.Parallel()
	err := syncertest.CheckFileSystem(t.Context(), func(context.Context) (*syncertest.Harness, error) {
		h := harness(func(*syncertest.Options) {})
		return &syncertest.Harness{FS: h.FS, Root: h.Root}, nil
	})
	require.NoError(t, err)
}
