package policy_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
)

func TestDeletesOffRefusesEveryDeleteAndNothingElse(t *testing.T) {
	t.Parallel()
	verdicts, err := policy.DeletesOff{}.Judge(t.Context(), deletes("d/a", "d"))
	require.NoError(t, err)
	require.Equal(t, []syncer.Verdict{
		{Action: "d/a", Refuse: true, Reason: "deletes were switched off when it was deleted"},
		{Action: "d", Refuse: true, Reason: "deletes were switched off when it was deleted"},
	}, verdicts)
}

func TestDeletesAskedHoldsEveryDeleteThatNobodyApproved(t *testing.T) {
	t.Parallel()
	plan := deletes("d/a", "d")
	plan.Actions[1].Approved = true
	verdicts, err := policy.DeletesAsked{Reason: "restored"}.Judge(t.Context(), plan)
	require.NoError(t, err)
	require.Equal(t, []syncer.Verdict{{Action: "d", Reason: "restored"}}, verdicts)
	verdicts, err = policy.DeletesAsked{}.Judge(t.Context(), deletes("d"))
	require.NoError(t, err)
	require.Equal(t, []syncer.Verdict{{Action: "d", Reason: "each delete waits for a person"}}, verdicts)
}

func TestDeleteRulesDecideAtTheLastMomentToo(t *testing.T) {
	t.Parallel()
	ledger := newClock().ledger()
	byFolder, err := policy.NewDeletesByFolder(map[string]policy.DeleteRule{
		"":                policy.DeleteLimit{Ledger: ledger, Scope: "pair", Most: 1},
		"Photos":          policy.DeletesOff{},
		"Photos/Rejected": policy.DeletesOn{},
		"RFIs":            policy.DeleteLimit{Ledger: ledger, Scope: "pair, RFIs", Most: 0},
	})
	require.NoError(t, err)
	for _, c := range []struct {
		name     string
		rule     policy.DeleteRule
		path     string
		approved bool
		goes     bool
	}{
		{"switched on", policy.DeletesOn{}, "a", false, true},
		{"switched off", policy.DeletesOff{}, "a", false, false},
		{"switched off, and approved before", policy.DeletesOff{}, "a", true, true},
		{"each waits for a person", policy.DeletesAsked{}, "a", false, false},
		{"each waits for a person, who approved it", policy.DeletesAsked{}, "a", true, true},
		{"the rule of everything", byFolder, "Drawings/a", false, true},
		{"the rule of everything, for one too many", byFolder, "Drawings/b", false, false},
		{"one too many, and approved", byFolder, "Drawings/c", true, true},
		{"a folder that has deletes off", byFolder, "Photos/a.jpg", false, false},
		{"the folder itself", byFolder, "Photos", false, false},
		{"whatever the case", byFolder, "PHOTOS/a.jpg", false, false},
		{"a folder in it that has deletes on", byFolder, "Photos/Rejected/a.jpg", false, true},
		{"a folder with a limit of its own", byFolder, "RFIs/1.pdf", false, false},
		{"what no folder covers", policy.DeletesByFolder{}, "a", false, true},
	} {
		err := c.rule.Admit(t.Context(), syncer.Action{ID: syncer.ActionID(c.path), Op: syncer.OpDelete, Path: c.path}, c.approved)
		if c.goes {
			require.NoError(t, err, c.name)
		} else {
			require.ErrorIs(t, err, syncer.ErrHeld, c.name)
		}
		require.NoError(t, c.rule.Admit(t.Context(), syncer.Action{ID: "m", Op: syncer.OpMove, Path: c.path}, false), c.name)
		require.NoError(t, c.rule.Withdraw(t.Context(), syncer.Action{ID: "m", Op: syncer.OpMove, Path: c.path}), c.name)
	}
}

func TestAFolderMayHaveADeleteRuleOfItsOwn(t *testing.T) {
	t.Parallel()
	ledger := newClock().ledger()
	rule, err := policy.NewDeletesByFolder(map[string]policy.DeleteRule{
		"Drawings": policy.DeleteLimit{Ledger: ledger, Scope: "drawings", Most: 1},
		"Photos":   policy.DeletesOff{},
	})
	require.NoError(t, err)
	verdicts, err := rule.Judge(t.Context(), deletes("Drawings/a", "Photos/1.jpg", "Drawings/b", "Photos", "Other/x"))
	require.NoError(t, err)
	require.Equal(t, []syncer.Verdict{
		{Action: "Drawings/b", Reason: `over the limit of 1 delete in 24 hours for "drawings", 0 used before this run`},
		{Action: "Photos/1.jpg", Refuse: true, Reason: "deletes were switched off when it was deleted"},
		{Action: "Photos", Refuse: true, Reason: "deletes were switched off when it was deleted"},
	}, verdicts)

	require.NoError(t, rule.Admit(t.Context(), syncer.Action{ID: "Drawings/a", Op: syncer.OpDelete, Path: "Drawings/a"}, false))
	require.NoError(t, rule.Withdraw(t.Context(), syncer.Action{ID: "Drawings/a", Op: syncer.OpDelete, Path: "Drawings/a"}))
	require.Equal(t, []syncer.ActionID{"Drawings/b"}, held(t, policy.DeleteLimit{Ledger: ledger, Scope: "drawings", Most: 1}, deletes("Drawings/a", "Drawings/b")), "it was given back")
}

func TestDeleteRulesByFolderRefuseWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	for _, table := range []map[string]policy.DeleteRule{
		{"a": nil}, {"a": policy.DeletesOn{}, "A": policy.DeletesOff{}}, {"a//b": policy.DeletesOn{}},
	} {
		_, err := policy.NewDeletesByFolder(table)
		require.ErrorIs(t, err, syncer.ErrInvalid)
	}
	broken := errors.New("disk is full")
	ledger := memory.NewLedger(memory.Options{Fail: func(memory.Op, bool) error { return broken }})
	rule, err := policy.NewDeletesByFolder(map[string]policy.DeleteRule{"a": policy.DeleteLimit{Ledger: ledger, Scope: "a"}})
	require.NoError(t, err)
	_, err = rule.Judge(t.Context(), deletes("a/x"))
	require.ErrorIs(t, err, broken)
}
