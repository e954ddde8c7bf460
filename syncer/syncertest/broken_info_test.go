package syncertest_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// brokenInfos are file systems that say of themselves what is not so.
var brokenInfos = []breakage{{
	"info tells a length limit that is too high",
	"name at the length limit is taken, and a longer one is refused",
	func(t *twisted) { t.lie(func(i *syncer.Info) { i.Names.MaxLength = 256 }) },
}, {
	"info tells a length limit that is too low",
	"name at the length limit is taken, and a longer one is refused",
	func(t *twisted) { t.lie(func(i *syncer.Info) { i.Names.MaxLength = 200 }) },
}, {
	"info leaves out a rule for names",
	"names that keep to the rules are taken",
	func(t *twisted) {
		t.createFolder = func(ctx context.Context, parent syncer.Entry, name string) (syncer.Entry, error) {
			if strings.HasSuffix(name, ".") {
				return syncer.Entry{}, syncer.ErrName
			}
			return t.Handle.CreateFolder(ctx, parent, name)
		}
	},
}, {
	"info tells a rule for names that there is not",
	"names that break the side's rules are refused",
	func(t *twisted) { t.lie(func(i *syncer.Info) { i.Names.Forbidden = "?" }) },
}, {
	"info says that case tells names apart",
	"names clash as the side says",
	func(t *twisted) { t.lie(func(i *syncer.Info) { i.Names.Unique = syncer.UniqueExact }) },
}, {
	"info tells a size limit that there is not",
	"file at the size limit is taken, and one above it is refused",
	func(t *twisted) { t.lie(func(i *syncer.Info) { i.MaxSize = 100 }) },
}, {
	"info says that folders hold no folders",
	"folders nest as deep as the side says",
	func(t *twisted) { t.lie(func(i *syncer.Info) { i.MaxDepth = 1 }) },
}, {
	"info says that deletes are guarded",
	"delete does not take what the caller has not seen",
	func(t *twisted) {
		t.remove = func(ctx context.Context, old syncer.Entry) (syncer.Trashed, error) {
			return t.Handle.Delete(ctx, t.current(ctx, old))
		}
	},
}, {
	"info says that IDs are used again, and entries tell no birth",
	"reusable IDs come with a birth",
	func(t *twisted) {
		t.lie(func(i *syncer.Info) { i.ReusableIDs = true })
		t.createFile = func(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
			e, err := t.Handle.CreateFile(ctx, parent, name, c)
			e.Birth = ""
			return e, err
		}
	},
}, {
	"info says that the root holds folders only",
	"root that holds folders only refuses a file",
	func(t *twisted) { t.lie(func(i *syncer.Info) { i.FoldersOnlyAtRoot = true }) },
}, {
	"info tells types that there are not",
	"accepted types are taken, and others are refused",
	func(t *twisted) { t.lie(func(i *syncer.Info) { i.Extensions = []string{".pdf"} }) },
}, {
	"info says that files cannot be changed",
	"what the side cannot do is refused",
	func(t *twisted) { t.lie(func(i *syncer.Info) { i.File.Update = syncer.UpdateNever }) },
}, {
	"info changes",
	"info stays as it is",
	func(t *twisted) {
		calls := 0
		t.info = func() syncer.Info {
			i := t.Handle.Info()
			calls++
			i.Service = fmt.Sprint("Memory ", calls)
			return i
		}
	},
}}
