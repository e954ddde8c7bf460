package syncertest_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// explained is a scenario of the catalogue that ends in a skip, a hold, a conflict or a failure, or of which
// the catalogue wants something to be reported: what Explain says then of an item.
type explained struct {
	given  func(s *stage)
	about  string
	want   syncer.Condition
	reason string
}

// refuse lets each call of a method fail before it has an effect.
func refuse(op string, err error) func(syncertest.Call) error {
	return func(c syncertest.Call) error {
		if c.Op == op && c.Phase == syncertest.Before {
			return err
		}
		return nil
	}
}

func explainedScenarios() map[string]explained {
	both := tree{"p": "1", "q": "2", "d/x": "x", "d/y": "y", "k": "k"}
	return map[string]explained{
		"create-create-different": {
			func(s *stage) { s.start(tree{"p": "1"}, tree{"p": "2"}) }, "p", syncer.InConflict, "keep both",
		},
		"edit-edit-different": {
			func(s *stage) { s.given(both); s.a.Write("p", "of a"); s.b.Write("p", "of b") }, "p", syncer.InConflict, "keep both",
		},
		"wrong-bytes-arrive": {
			func(s *stage) {
				s.given(both)
				s.rough = true
				s.a.Write("p", "version 2")
				s.b.conn.Inject(syncertest.Faults{Spoil: 1, Rand: rand.New(rand.NewPCG(1, 2))})
				s.run()
			}, "p", syncer.Failing, `update "p" on destination: `,
		},
		"grows-while-read": {
			func(s *stage) {
				s.given(both)
				s.a.Write("p", "line 1")
				s.a.conn.OnCall(func(c syncertest.Call) error {
					if c.Op == "Open" && c.Phase == syncertest.Before {
						s.a.Write("p", "line 1, line 2")
					}
					return nil
				})
				s.run()
			}, "p", syncer.Failing, "item has changed since it was read",
		},
		"first-run-no-base": {
			func(s *stage) { s.start(tree{"same": "s", "p": "1"}, tree{"same": "s", "p": "2", "k": "k"}) },
			"p", syncer.InConflict, "keep both",
		},
		"conflict-of-conflict": {
			func(s *stage) {
				s.given(both)
				s.a.Write("p", "of a")
				s.b.Write("p", "of b")
				s.run()
				s.a.Write("p (conflict a972d2)", "of a again")
				s.b.Write("p (conflict a972d2)", "of b again")
			}, "p (conflict a972d2)", syncer.InConflict, "keep both",
		},
		"changed-since-plan": {
			func(s *stage) {
				s.given(both)
				s.a.Write("p", "2")
				s.b.conn.OnCall(refuse("UpdateFile", syncer.ErrStale))
				s.run()
			}, "p", syncer.Failing, "item has changed since it was read",
		},
		"edit-vs-delete": {
			func(s *stage) { s.given(both); s.a.Write("p", "2"); s.b.Remove("p") },
			"p", syncer.Due, "deleted on destination, edited on source: the edit is kept",
		},
		"folder-deleted-child-added": {
			func(s *stage) { s.given(both); s.a.Remove("d"); s.b.Write("d/new", "n") }, "d", syncer.Due, `"new" in it`,
		},
		"folder-deleted-child-edited": {
			func(s *stage) { s.given(both); s.a.Remove("d"); s.b.Write("d/x", "edited") },
			"d/x", syncer.Due, "deleted on source, edited on destination: the edit is kept",
		},
		"delete-storm-at-once": {
			func(s *stage) { s.given(both, limited(1)); s.a.Remove("p"); s.a.Remove("q"); s.run() },
			"q", syncer.OnHold, "over the limit of 1 delete",
		},
		"delete-drip": {
			func(s *stage) {
				s.given(both, limited(1))
				s.a.Remove("p")
				s.run()
				s.Later(time.Hour)
				s.a.Remove("q")
				s.run()
			}, "q", syncer.OnHold, "over the limit of 1 delete",
		},
		"limit-window-rolls": {
			func(s *stage) { s.given(both, limited(1)); s.a.Remove("p"); s.run(); s.a.Remove("q"); s.run() },
			"q", syncer.OnHold, "room from 2026-01-06 08:00:00 UTC",
		},
		"held-delete-withdrawn": {
			func(s *stage) {
				s.given(both, limited(0))
				s.a.Remove("p")
				s.run()
				s.b.Write("p", "edited")
			}, "p", syncer.Due, "deleted on source, edited on destination: the edit is kept",
		},
		"held-delete-approved": {
			func(s *stage) {
				s.given(both, limited(0))
				s.a.Remove("p")
				s.run()
				require.NoError(s.t, s.Store.Decide(s.t.Context(), s.Pair.Name, s.report.Holds[0].Action, syncer.Approved))
			}, "p", syncer.OnHold, "over the limit of 0 deletes",
		},
		"limit-survives-restart": {
			func(s *stage) {
				s.given(both, limited(1))
				s.a.Remove("p")
				s.run()
				s.crash()
				s.a.Remove("q")
			}, "q", syncer.OnHold, "1 used before this run",
		},
		"root-emptied": {
			func(s *stage) { s.given(tree{"p": "1"}); s.a.Remove("p") }, "p", syncer.Stopped, "root of source is empty",
		},
		"root-missing-or-replaced": {
			func(s *stage) { s.given(both); s.b.Remove(".") }, "p", syncer.Stopped, "root of destination is in the trash",
		},
		"listing-failed-half-way": {
			func(s *stage) { s.given(both, onA(bare)); s.a.Remove("d/x"); s.a.Bar("d"); s.run() },
			"d/x", syncer.Unsettled, "its folder could not be read",
		},
		"permission-lost": {
			func(s *stage) { s.given(both); s.a.Hide("d"); s.run() }, "d/x", syncer.Hidden, "not visible and not in the trash",
		},
		"undeletable": {
			func(s *stage) { s.given(both); s.b.Lock("p"); s.a.Remove("p"); s.run() }, "p", syncer.Failing, "locked",
		},
		"rename-rename-different": {
			func(s *stage) { s.given(both); s.a.Rename("p", "of a"); s.b.Rename("p", "of b") },
			"p", syncer.Due, `renamed on both sides, to "of a" and to "of b": the name on source counts`,
		},
		"rename-onto-existing": {
			func(s *stage) { s.given(both); s.a.Rename("p", "new"); s.b.Write("new", "another") },
			"destination:new", syncer.Due, `another item has the name "new"`,
		},
		"move-folder-into-itself-crosswise": {
			func(s *stage) {
				s.given(tree{"d/x": "x", "e/y": "y", "k": "k"})
				s.a.Move("d", "e/d")
				s.b.Move("e", "d/e")
			},
			"e", syncer.Due, "moved into each other on the two sides",
		},
		"move-into-excluded": {
			func(s *stage) { s.given(both, excluding); s.a.Move("p", "out/p"); s.run() }, "out/p", syncer.LeftOut, `excluded by "out"`,
		},
		"reserved-and-edge-names": {
			func(s *stage) {
				s.given(both, onB(func(o *syncertest.Options) { o.Info.Names.Reserved = []string{"con"} }))
				s.a.Write("con", "c")
			},
			"con", syncer.Skipped, "destination cannot hold it",
		},
		"name-too-long": {
			func(s *stage) {
				s.given(both, onB(func(o *syncertest.Options) { o.Info.Names.MaxLength = 6 }))
				s.a.Write("longer than six", "c")
			},
			"longer than six", syncer.Skipped, "is longer than 6",
		},
		"name-taken-by-folder": {
			func(s *stage) { s.given(both); s.a.Write("n", "file"); s.b.Write("n/in", "folder") },
			"destination:n", syncer.Due, `another item has the name "n"`,
		},
		"file-to-folder-vs-edit": {
			func(s *stage) {
				s.given(both)
				s.a.Remove("p")
				s.a.Write("p/in", "2")
				s.b.Write("p", "edited")
			}, "p", syncer.Due, "deleted on source, edited on destination: the edit is kept",
		},
		"unsupported-kind": {
			func(s *stage) { s.given(both); s.a.AddLink("link"); s.run() }, "link", syncer.Skipped, "is a link",
		},
		"locked-or-checked-out": {
			func(s *stage) { s.given(both); s.b.Lock("p"); s.a.Write("p", "2"); s.run() }, "p", syncer.Failing, "locked",
		},
		"partially-failed-apply": {
			func(s *stage) {
				s.given(both)
				s.a.Write("new/in", "n")
				s.b.conn.OnCall(refuse("CreateFolder", syncer.ErrRefused))
				s.run()
			}, "new/in", syncer.Unsettled, `its folder waits: create folder "new" on destination: CreateFolder on Memory: refused by the service`,
		},
		"poison-item": {
			func(s *stage) {
				s.given(both)
				s.a.Write("p", "poison")
				s.b.conn.OnCall(refuse("UpdateFile", syncer.ErrRefused))
				s.run()
				s.Later(time.Hour)
				s.run()
			}, "p", syncer.Failing, "refused by the service",
		},
		"reply-lost": {
			func(s *stage) {
				s.given(both)
				s.a.Write("p", "2")
				s.b.conn.OnCall(func(c syncertest.Call) error {
					if c.Op == "UpdateFile" && c.Phase == syncertest.After {
						return errReset
					}
					return nil
				})
				s.run()
			}, "p", syncer.Interrupted, "a write to it is not settled yet",
		},
		"preservation-fails": {
			func(s *stage) {
				s.given(both)
				s.a.Write("p", "of a")
				s.b.Write("p", "of b")
				s.a.conn.OnCall(refuse("Move", syncer.ErrLocked))
				s.b.conn.OnCall(refuse("Move", syncer.ErrLocked))
				s.run()
			}, "p", syncer.Failing, `move "p (conflict a972d2)" on destination: Move on Memory: locked`,
		},
		"stale-listing": {
			func(s *stage) {
				s.given(both, settlingFor(10*time.Second))
				s.Later(time.Minute)
				s.a.Write("p", "2")
				s.run()
				s.b.Write("p", "3") // it may as well be an old view of what we wrote
			}, "p", syncer.Unsettled, "written a moment ago: the service may still show an old state",
		},
		"quota-full": {
			func(s *stage) {
				s.given(both)
				s.a.Write("p", "2")
				s.b.conn.OnCall(refuse("UpdateFile", syncer.ErrQuota))
				s.run()
			}, "p", syncer.Failing, "out of space",
		},
		"maintenance": {
			func(s *stage) {
				s.given(both)
				s.a.Write("p", "2")
				s.b.conn.OnCall(refuse("UpdateFile", syncer.ErrBusy))
				s.run()
			}, "p", syncer.Failing, "service is busy",
		},
		"filter-narrowed": {
			func(s *stage) {
				s.given(both)
				s.filter(globs{Exclude: []string{"d"}})
				s.full()
			}, "d/x", syncer.LeftOut, `left out: excluded by "d"`,
		},
		"tool-filter": {
			func(s *stage) {
				s.start(tree{"Documents/p": "1", "Drawings/q": "2"}, tree{})
				tools, err := policy.NewTools("Documents")
				require.NoError(s.t, err)
				s.Options.Policies.Filter = tools
				s.full()
			}, "Drawings/q", syncer.LeftOut, `tool "Drawings" is not chosen`,
		},
		"one-way-folder": {
			func(s *stage) { s.given(both, aToB); s.b.Write("mine", "b"); s.run() }, "mine", syncer.Skipped, "one-way: only on destination",
		},
		"deletes-off": {
			func(s *stage) {
				s.given(both, with(func(o *syncer.Options) { o.Policies.Guards = append(o.Policies.Guards, policy.DeletesOff{}) }))
				s.a.Remove("p")
				s.run()
			}, "p", syncer.Skipped, "deletes were switched off",
		},
		"size-or-type-limit": {
			func(s *stage) {
				s.given(both, onB(func(o *syncertest.Options) { o.Info.MaxSize = 4 }))
				s.a.Write("big", "12345")
				s.run()
			}, "big", syncer.Skipped, "destination takes no files above 4 bytes",
		},
		"read-only-account": {
			func(s *stage) {
				s.given(both)
				s.a.Write("p", "2")
				s.b.conn.OnCall(refuse("UpdateFile", syncer.ErrReadOnly))
				s.run()
			},
			"p", syncer.Failing, "side is read-only",
		},
		"private-items": {
			func(s *stage) { s.given(both); s.a.Hide("p"); s.run() }, "p", syncer.Hidden, "not visible and not in the trash",
		},
	}
}

// unexplained are the scenarios that end in none of these, or not in an item, and why.
var unexplained = map[string]string{
	"both sides agree in the end, and nothing is left to be said": `
		create-create-same edit-one-side edit-edit-same touch-only touch-vs-edit edit-and-back same-size-same-time-edit
		older-version-promoted zero-byte-file large-chunked-file no-checksum-side
		delete-one-side delete-delete delete-then-recreate-same-name folder-deleted-both-partly folder-delete-counts-descendants
		rename-is-not-a-delete state-lost trash-and-restore purged-from-trash
		rename-file move-file move-and-rename rename-vs-edit move-and-edit-same-side rename-vs-delete rename-rename-same
		swap-names rotate-names swap-vs-edit rename-folder rename-folder-vs-child-edit rename-folder-vs-child-added
		move-out-of-excluded rename-detect-ambiguous case-only-rename copy-on-one-side
		unicode-nfc-nfd unicode-twins-on-one-side case-twins duplicate-names-in-a-folder forbidden-characters sanitize-collision
		sanitized-name-edited sanitized-name-renamed extension-kept
		file-to-folder folder-to-file empty-folder-create folder-created-on-both
		idle-second-run kill-before-call uploaded-but-not-recorded
		event-replayed events-out-of-order event-missed cursor-expired cursor-ahead-of-effects own-echo
		echo-with-normalised-name timestamp-cursor-ties create-then-delete-quickly burst event-outside-root
		resurrected-listing page-shift clock-skew coarse-times
		rate-storm spike-versus-hour budget-shared token-expires-mid-run server-5xx-flaky slow-loris
		filter-widened mapping-changed`,
	"it is about a run as a whole: its error or its report says it, and no item is the reason": `
		two-runs-at-once overlapping-pairs stop-signal state-write-fails all-times-changed month-allowance refresh-token-lost`,
	"it stands for each of the others, without a write: Explain writes nothing in any of them": `dry-run`,
}

func TestExplainNamesTheReasonThatTheCatalogueNames(t *testing.T) {
	t.Parallel()
	scenarios := explainedScenarios()
	met := []string{}
	for _, names := range unexplained {
		met = append(met, strings.Fields(names)...)
	}
	for name, c := range scenarios {
		met = append(met, name)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, scanned, false)
			c.given(s)
			about := syncer.Subject{Path: c.about}
			if at, ok := strings.CutPrefix(c.about, "destination:"); ok { // of two items of one name
				about = syncer.Subject{ID: s.b.ID(at), Side: syncer.Destination}
			}
			x := s.explainSubject(about)
			require.Equal(t, c.want.String(), x.Condition.String(), "%s: %q", x.Side, x.Reason)
			require.Contains(t, x.Reason, c.reason)
			if c.want == syncer.Failing {
				require.NotZero(t, x.Pending[0].Since)
				require.NotEmpty(t, x.Reason)
			}
			if name == "held-delete-approved" {
				require.Equal(t, syncer.Approved, x.Holds[0].Decision)
			}
			if name == "poison-item" {
				require.Equal(t, 2, x.Pending[0].Attempts)
			}
		})
	}
	require.Equal(t, slices.Sorted(slices.Values(catalogue)), slices.Sorted(slices.Values(met)), "each scenario is here once")
}
