package syncertest_test

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// brokenLists are file systems whose listings break a promise.
var brokenLists = []breakage{{
	"listing leaves out the item it was asked for",
	"listing begins with the item it was asked for",
	func(t *twisted) { t.filtered(func(i int, _ *syncer.Entry) bool { return i > 0 }) },
}, {
	"listing shows the root under its parent's ID",
	"listing begins with the item it was asked for",
	func(t *twisted) {
		t.filtered(func(i int, e *syncer.Entry) bool {
			if i == 0 {
				e.ID = e.ParentID
			}
			return true
		})
	},
}, {
	"listing repeats an item",
	"listing shows each item once, and folders before what they hold",
	func(t *twisted) {
		t.list = func(ctx context.Context, at syncer.Entry, from syncer.Token) iter.Seq2[syncer.Entry, error] {
			return func(yield func(syncer.Entry, error) bool) {
				for e, err := range t.Handle.List(ctx, at, from) {
					if !yield(e, err) || strings.HasPrefix(e.Name, "b.") && !yield(e, err) {
						return
					}
				}
			}
		}
	},
}, {
	"listing loses an item",
	"listing shows each item once, and folders before what they hold",
	func(t *twisted) {
		t.filtered(func(_ int, e *syncer.Entry) bool { return !strings.HasPrefix(e.Name, "b.") })
	},
}, {
	"listing shows contents before their folder",
	"listing shows each item once, and folders before what they hold",
	func(t *twisted) {
		t.list = func(ctx context.Context, at syncer.Entry, from syncer.Token) iter.Seq2[syncer.Entry, error] {
			return func(yield func(syncer.Entry, error) bool) {
				var all []syncer.Entry
				for e, err := range t.Handle.List(ctx, at, from) {
					if err != nil {
						yield(e, err)
						return
					}
					all = append(all, e)
				}
				slices.Reverse(all[1:])
				for _, e := range all {
					if !yield(e, nil) {
						return
					}
				}
			}
		}
	},
}, {
	"listing tells a wrong size",
	"listing tells the truth about contents",
	func(t *twisted) { t.filtered(func(_ int, e *syncer.Entry) bool { e.Size++; return true }) },
}, {
	"listing leaves out what it cannot read",
	"folder that cannot be read is listed with the reason",
	func(t *twisted) { t.filtered(func(_ int, e *syncer.Entry) bool { return e.Err == nil }) },
}, {
	"listing shows an unreadable folder as empty",
	"folder that cannot be read is listed with the reason",
	func(t *twisted) { t.filtered(func(_ int, e *syncer.Entry) bool { e.Err = nil; return true }) },
}, {
	"listing leaves out links",
	"item that cannot be synced is listed with the reason",
	func(t *twisted) { t.filtered(func(_ int, e *syncer.Entry) bool { return e.Skip == "" }) },
}, {
	"listing of a deleted folder is empty",
	"listing of what is not there is fs.ErrNotExist",
	func(t *twisted) {
		t.list = func(ctx context.Context, at syncer.Entry, from syncer.Token) iter.Seq2[syncer.Entry, error] {
			return func(yield func(syncer.Entry, error) bool) {
				for e, err := range t.Handle.List(ctx, at, from) {
					if errors.Is(err, fs.ErrNotExist) {
						e, err = at, nil
					}
					if !yield(e, err) {
						return
					}
				}
			}
		}
	},
}, {
	"listing starts over when it is resumed",
	"listing goes on behind the entry it is resumed from",
	func(t *twisted) {
		t.list = func(ctx context.Context, at syncer.Entry, _ syncer.Token) iter.Seq2[syncer.Entry, error] {
			return t.Handle.List(ctx, at, "")
		}
	},
}, {
	"listing takes any token",
	"listing refuses a token that it did not give",
	func(t *twisted) {
		t.list = func(ctx context.Context, at syncer.Entry, from syncer.Token) iter.Seq2[syncer.Entry, error] {
			if from == "no such token" {
				from = ""
			}
			return t.Handle.List(ctx, at, from)
		}
	},
}, {
	"listing swallows the end of its context",
	"listing ends when its context is cancelled",
	func(t *twisted) {
		t.list = func(ctx context.Context, at syncer.Entry, from syncer.Token) iter.Seq2[syncer.Entry, error] {
			return func(yield func(syncer.Entry, error) bool) {
				i := 0
				for e, err := range t.Handle.List(context.WithoutCancel(ctx), at, from) {
					if i++; i > 1 && ctx.Err() != nil || !yield(e, err) {
						return
					}
				}
			}
		}
	},
}, {
	"colleague's edits pass for ours",
	"our own writes are told apart",
	func(t *twisted) {
		t.filtered(func(_ int, e *syncer.Entry) bool { e.Facts.Author = t.Info().Account; return true })
	},
}}
