package syncertest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// scenario is one line of the catalogue of situations that a two-way sync must get right.
type scenario struct {
	name string
	run  func(t *testing.T, s *stage)
}

// catalogue holds the name of every scenario.
var catalogue = strings.Fields(`
	create-create-same create-create-different edit-one-side edit-edit-same edit-edit-different touch-only
	touch-vs-edit edit-and-back same-size-same-time-edit older-version-promoted zero-byte-file grows-while-read
	wrong-bytes-arrive large-chunked-file no-checksum-side

	delete-one-side delete-delete edit-vs-delete delete-then-recreate-same-name folder-deleted-child-added
	folder-deleted-child-edited folder-deleted-both-partly folder-delete-counts-descendants delete-storm-at-once
	delete-drip limit-window-rolls held-delete-withdrawn held-delete-approved limit-survives-restart
	rename-is-not-a-delete root-emptied root-missing-or-replaced listing-failed-half-way permission-lost
	first-run-no-base state-lost undeletable trash-and-restore purged-from-trash

	rename-file move-file move-and-rename rename-vs-edit move-and-edit-same-side rename-vs-delete
	rename-rename-different rename-rename-same rename-onto-existing swap-names rotate-names swap-vs-edit
	rename-folder rename-folder-vs-child-edit rename-folder-vs-child-added move-folder-into-itself-crosswise
	move-into-excluded move-out-of-excluded rename-detect-ambiguous case-only-rename copy-on-one-side

	unicode-nfc-nfd unicode-twins-on-one-side case-twins duplicate-names-in-a-folder forbidden-characters
	sanitize-collision sanitized-name-edited sanitized-name-renamed reserved-and-edge-names name-too-long
	extension-kept conflict-of-conflict name-taken-by-folder

	file-to-folder file-to-folder-vs-edit folder-to-file empty-folder-create folder-created-on-both
	unsupported-kind locked-or-checked-out

	idle-second-run kill-before-call uploaded-but-not-recorded reply-lost partially-failed-apply poison-item
	two-runs-at-once overlapping-pairs stop-signal preservation-fails changed-since-plan state-write-fails

	event-replayed events-out-of-order event-missed cursor-expired cursor-ahead-of-effects own-echo
	echo-with-normalised-name timestamp-cursor-ties create-then-delete-quickly burst event-outside-root

	stale-listing resurrected-listing page-shift clock-skew all-times-changed coarse-times

	rate-storm spike-versus-hour budget-shared month-allowance token-expires-mid-run refresh-token-lost
	server-5xx-flaky slow-loris quota-full maintenance

	filter-narrowed filter-widened tool-filter one-way-folder deletes-off size-or-type-limit mapping-changed
	dry-run read-only-account private-items
`)

// TestScenario runs the catalogue.
func TestScenario(t *testing.T) {
	t.Parallel()
	groups := []func() []scenario{
		contentScenarios,
		deleteScenarios,
		moveScenarios,
		nameScenarios,
		nameRuleScenarios,
		kindScenarios,
		crashScenarios,
		feedScenarios,
		timeScenarios,
		limitScenarios,
		scopeScenarios,
	}
	var names []string
	for _, group := range groups {
		for _, c := range group() {
			names = append(names, c.name)
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				c.run(t, newStage(t, scanned, false))
			})
		}
	}
	t.Run("catalogue", func(t *testing.T) {
		require.Len(t, catalogue, 129)
		require.ElementsMatch(t, catalogue, names, "each line of the catalogue is a test, once")
	})
}

// way says how a stage's runs look at the world.
type way string

const (
	scanned way = "scanned"
	hinted  way = "hinted"
)

// both makes a scenario that holds whether a run scans everything or follows hints, and whichever
// of the two sides is the source.
func both(f func(t *testing.T, s *stage)) func(*testing.T, *stage) {
	return func(t *testing.T, _ *stage) {
		for _, mirrored := range []bool{false, true} {
			for _, w := range []way{scanned, hinted} {
				name := string(w)
				if mirrored {
					name += "-mirrored"
				}
				t.Run(name, func(t *testing.T) { f(t, newStage(t, w, mirrored)) })
			}
		}
	}
}
