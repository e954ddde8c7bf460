package policy_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
)

// changing returns a plan for a pair of two sides of so many known files.
func changing(known int, actions ...syncer.Action) *syncer.Plan {
	t := syncer.Tally{Known: known + 10, Files: known, Listed: known + 10}
	return &syncer.Plan{Pair: "drawings", Full: true, Source: t, Destination: t, Actions: actions}
}

// several returns n actions on files.
func several(n int, op syncer.Op, on syncer.Side) (list []syncer.Action) {
	for i := range n {
		list = append(list, syncer.Action{
			ID: syncer.ActionID(fmt.Sprint(op, on, i)), Op: op, On: on, Kind: syncer.File, Record: syncer.RecordID(i + 2), Path: fmt.Sprint("f", i),
		})
	}
	return list
}

func TestBrakeHaltsAPairWhoseFilesChangeAtOnce(t *testing.T) {
	t.Parallel()
	const update, remove, move, create = syncer.OpUpdate, syncer.OpDelete, syncer.OpMove, syncer.OpCreateFile
	const source, destination = syncer.Source, syncer.Destination
	folders := several(150, remove, destination)
	for i := range folders {
		folders[i].Kind = syncer.Folder
	}
	for _, c := range []struct {
		name     string
		brake    policy.Brake
		plan     *syncer.Plan
		evidence string // "" if the pair goes on
	}{
		{"half of 200 files", policy.Brake{}, changing(200, several(100, update, destination)...), ""},
		{
			"more than half of 200 files",
			policy.Brake{},
			changing(200, several(101, update, destination)...),
			`101 of 200 files on destination are to change in one run: "f0", "f1", "f10", "f100", "f11" and 96 more`,
		},
		{
			"more than half of the source's files",
			policy.Brake{},
			changing(200, several(101, update, source)...),
			`101 of 200 files on source are to change`,
		},
		{"all of 199 files", policy.Brake{}, changing(199, several(199, update, destination)...), ""},
		{"half on each side", policy.Brake{}, changing(200, append(several(100, update, source), several(100, update, destination)...)...), ""},
		{"every file is moved", policy.Brake{}, changing(200, several(200, move, destination)...), ""},
		{"as many new files again", policy.Brake{}, changing(200, several(200, create, destination)...), ""},
		{"every file is deleted, and a limit bounds that", policy.Brake{}, changing(200, several(200, remove, destination)...), ""},
		{
			"more than half is deleted, and no limit bounds that",
			policy.Brake{Deletes: true},
			changing(200, several(101, remove, destination)...),
			`101 of 200 files on destination are to change`,
		},
		{"folders are no files", policy.Brake{Deletes: true}, changing(200, folders...), ""},
		{"fewer files, if so set", policy.Brake{Files: 10}, changing(10, several(6, update, destination)...), `6 of 10 files`},
		{"even fewer", policy.Brake{Files: 10}, changing(9, several(9, update, destination)...), ""},
		{"another share, if so set", policy.Brake{Percent: 10}, changing(200, several(21, update, destination)...), `21 of 200 files`},
		{"just that share", policy.Brake{Percent: 10}, changing(200, several(20, update, destination)...), ""},
		{"nothing is known yet", policy.Brake{}, changing(0, several(500, create, destination)...), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			verdicts, err := c.brake.Judge(t.Context(), c.plan)
			require.Empty(t, verdicts)
			if c.evidence == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, syncer.ErrHalted)
			require.ErrorContains(t, err, c.evidence)
		})
	}
}

func TestBrakeCountsAConflictOnceAndOnBothSides(t *testing.T) {
	t.Parallel()
	plan := changing(200, several(60, syncer.OpUpdate, syncer.Destination)...)
	for i := range 100 {
		plan.Conflicts = append(plan.Conflicts, syncer.Conflict{Path: fmt.Sprint("f", i), Record: syncer.RecordID(i + 2)})
	}
	_, err := policy.Brake{}.Judge(t.Context(), plan)
	require.NoError(t, err, "60 of the 100 conflicts are settled by an update")
	plan.Conflicts = append(plan.Conflicts, syncer.Conflict{Path: "new on both sides"})
	_, err = policy.Brake{}.Judge(t.Context(), plan)
	require.NoError(t, err, "what is new was never known")
	plan.Conflicts = append(plan.Conflicts, syncer.Conflict{Path: "another", Record: 500})
	_, err = policy.Brake{}.Judge(t.Context(), plan)
	require.ErrorContains(t, err, "101 of 200 files on source")
}

func TestTheEvidenceOfABrakeStandsForExactlyTheseChanges(t *testing.T) {
	t.Parallel()
	evidence := func(p *syncer.Plan) string {
		_, err := policy.Brake{}.Judge(t.Context(), p)
		halt, ok := errors.AsType[*syncer.Halt](err)
		require.True(t, ok)
		return halt.Evidence
	}
	changes := several(150, syncer.OpUpdate, syncer.Destination)
	first := evidence(changing(200, changes[:149]...))
	require.Equal(t, first, evidence(changing(200, append(several(7, syncer.OpCreateFile, syncer.Destination), changes[:149]...)...)), "other actions do not matter")
	require.NotEqual(t, first, evidence(changing(200, changes...)), "one change more")
	other := slices.Concat(changes[:148], changes[149:])
	require.NotEqual(t, first, evidence(changing(200, other...)), "as many, but not the same")
	require.NotEqual(t, first, evidence(changing(200, several(149, syncer.OpUpdate, syncer.Source)...)), "the other side")
}

func TestBrakeRefusesSettingsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for _, b := range []policy.Brake{{Files: -1}, {Percent: -1}, {Percent: 100}} {
		_, err := b.Judge(t.Context(), changing(0))
		require.ErrorIs(t, err, syncer.ErrInvalid)
		require.NotErrorIs(t, err, syncer.ErrHalted)
	}
}
