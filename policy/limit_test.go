package policy_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
)

// clock is a time that tests set.
type clock struct{ now time.Time }

func newClock() *clock { return &clock{time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time          { return c.now }
func (c *clock) Advance(d time.Duration) { c.now = c.now.Add(d) }

func (c *clock) ledger() *memory.Ledger { return memory.NewLedger(memory.Options{Clock: c.Now}) }

// deletes returns a plan that deletes a folder's files, and then the folder.
func deletes(names ...string) *syncer.Plan {
	p := &syncer.Plan{Pair: "drawings"}
	for _, name := range names {
		p.Actions = append(p.Actions,
			syncer.Action{ID: syncer.ActionID("update " + name), Op: syncer.OpUpdate, Path: name},
			syncer.Action{ID: syncer.ActionID(name), Op: syncer.OpDelete, Path: name})
	}
	return p
}

func held(t *testing.T, g syncer.Guard, p *syncer.Plan) []syncer.ActionID {
	t.Helper()
	verdicts, err := g.Judge(t.Context(), p)
	require.NoError(t, err)
	var ids []syncer.ActionID
	for _, v := range verdicts {
		require.False(t, v.Refuse)
		ids = append(ids, v.Action)
	}
	return ids
}

func TestDeleteLimitForecastsWhatWillBeHeld(t *testing.T) {
	t.Parallel()
	ids := func(list ...syncer.ActionID) []syncer.ActionID { return list }
	for _, c := range []struct {
		name string
		most int
		also []syncer.Limit
		used int
		plan *syncer.Plan
		want []syncer.ActionID
	}{
		{"fewer than the limit go", 3, nil, 0, deletes("d/a", "d"), nil},
		{"just the limit goes", 2, nil, 0, deletes("d/a", "d"), nil},
		{"what is over the limit is held, the folder first of all", 2, nil, 0, deletes("d/a", "d/b", "d"), ids("d")},
		{"what was used before counts", 3, nil, 2, deletes("d/a", "d/b", "d"), ids("d/b", "d")},
		{"a limit of nothing holds all", 0, nil, 0, deletes("d/a", "d"), ids("d/a", "d")},
		{"the narrowest of several limits counts", 9, []syncer.Limit{{Scope: "account", Most: 1}}, 0, deletes("d/a", "d"), ids("d")},
		{"a limit lowered below what is used holds all", 1, nil, 5, deletes("d/a"), ids("d/a")},
		{"a plan without deletes is free", 0, nil, 0, &syncer.Plan{Actions: []syncer.Action{{Op: syncer.OpMove}}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ledger := newClock().ledger()
			limit := policy.DeleteLimit{Ledger: ledger, Scope: "drawings", Most: c.most, Also: c.also}
			for i := range c.used {
				require.NoError(t, limit.Admit(t.Context(), syncer.Action{ID: syncer.ActionID(fmt.Sprint(i)), Op: syncer.OpDelete}, true))
			}
			require.Equal(t, c.want, held(t, limit, c.plan))
		})
	}
}

func TestDeleteLimitSaysWhatIsUsedAndWhenThereIsRoomAgain(t *testing.T) {
	t.Parallel()
	limit := policy.DeleteLimit{Ledger: newClock().ledger(), Scope: "drawings", Most: 1}
	require.NoError(t, limit.Admit(t.Context(), deletes("a").Actions[1], false))
	verdicts, err := limit.Judge(t.Context(), deletes("b"))
	require.NoError(t, err)
	require.Equal(t, []syncer.Verdict{{Action: "b", Reason: `over the limit of 1 delete in 24 hours for "drawings", 1 used before this run; room from 2026-05-05 09:00:00 UTC`}}, verdicts)
}

func TestDeleteLimitPromisesNoRoomThatApprovedDeletesTake(t *testing.T) {
	t.Parallel()
	for most, want := range map[int]string{
		0: `over the limit of 0 deletes in 24 hours for "drawings", 2 used before this run`,
		1: `over the limit of 1 delete in 24 hours for "drawings", 2 used before this run; no room before 2026-05-05 09:00:00 UTC`,
	} {
		limit := policy.DeleteLimit{Ledger: newClock().ledger(), Scope: "drawings", Most: most}
		for _, id := range []syncer.ActionID{"a", "b"} {
			require.NoError(t, limit.Admit(t.Context(), syncer.Action{ID: id, Op: syncer.OpDelete}, true))
		}
		verdicts, err := limit.Judge(t.Context(), deletes("c"))
		require.NoError(t, err)
		require.Equal(t, []syncer.Verdict{{Action: "c", Reason: want}}, verdicts)
	}
}

func TestDeleteLimitIsCalledByItsNameWhereItHasOne(t *testing.T) {
	t.Parallel()
	limit := policy.DeleteLimit{
		Ledger: newClock().ledger(), Scope: "x7/drawings", Most: 1, Name: "the bridge",
		Also: []syncer.Limit{{Scope: "x7", Most: 1, Name: "the bridge"}},
	}
	require.NoError(t, limit.Admit(t.Context(), deletes("a").Actions[1], false))
	require.ErrorContains(t, limit.Admit(t.Context(), deletes("b").Actions[1], false), "1 of at most 1 in the bridge within 24h0m0s are used")
	verdicts, err := limit.Judge(t.Context(), deletes("b"))
	require.NoError(t, err)
	require.Contains(t, verdicts[0].Reason, "over the limit of 1 delete in 24 hours for the bridge, 1 used")
}

func TestDeleteLimitDecidesAtTheLastMoment(t *testing.T) {
	t.Parallel()
	clock := newClock()
	ledger := clock.ledger()
	limit := policy.DeleteLimit{Ledger: ledger, Scope: "drawings", Most: 1, Also: []syncer.Limit{{Scope: "account", Most: 10}}}
	a, b, c := deletes("a").Actions[1], deletes("b").Actions[1], deletes("c").Actions[1]
	used := func(scope string) int {
		n, _, err := ledger.Used(t.Context(), scope, 24*time.Hour)
		require.NoError(t, err)
		return n
	}

	require.NoError(t, limit.Admit(t.Context(), a, false))
	require.NoError(t, limit.Admit(t.Context(), a, false), "the same delete counts once")
	err := limit.Admit(t.Context(), b, false)
	require.ErrorIs(t, err, syncer.ErrHeld)
	require.ErrorContains(t, err, "drawings")
	require.Equal(t, 1, used("account"), "what is held counts nowhere")

	require.NoError(t, limit.Admit(t.Context(), b, true), "an approved delete goes through")
	require.Equal(t, 2, used("drawings"), "and counts")

	require.NoError(t, limit.Withdraw(t.Context(), b))
	require.Equal(t, 1, used("drawings"), "a delete that did not take place is given back")
	require.Equal(t, 1, used("account"))

	move := syncer.Action{ID: "m", Op: syncer.OpMove}
	require.NoError(t, limit.Admit(t.Context(), move, false), "only deletes count")
	require.NoError(t, limit.Withdraw(t.Context(), move))

	clock.Advance(24 * time.Hour)
	require.NoError(t, limit.Admit(t.Context(), c, false), "the window has rolled on")
}

func TestDeletesThatDripNeverExceedTheLimitInAnyWindow(t *testing.T) {
	t.Parallel()
	const most, window = 20, 24 * time.Hour
	r := rand.New(rand.NewPCG(7, 7))
	clock := newClock()
	limit := policy.DeleteLimit{Ledger: clock.ledger(), Scope: "drawings", Most: most}
	var sent []time.Time
	for left, run := 600, 0; run < 200; run++ {
		wanted := left * 45 / 100
		for i := range wanted {
			a := syncer.Action{ID: syncer.ActionID(fmt.Sprint(run, i)), Op: syncer.OpDelete}
			switch err := limit.Admit(t.Context(), a, false); {
			case err == nil:
				sent, left = append(sent, clock.now), left-1
			case !errors.Is(err, syncer.ErrHeld):
				require.NoError(t, err)
			}
		}
		if r.IntN(10) == 0 {
			clock.Advance(-time.Duration(r.IntN(100)) * time.Hour)
		}
		clock.Advance(time.Duration(r.IntN(600)) * time.Minute)
	}
	require.Greater(t, len(sent), most)
	// The clock ran backwards at times, and what it said then was taken for the latest time before.
	for i, high := range sent {
		if i > 0 && high.Before(sent[i-1]) {
			sent[i] = sent[i-1]
		}
	}
	for i := most; i < len(sent); i++ {
		require.GreaterOrEqual(t, sent[i].Sub(sent[i-most]), window)
	}
}

func TestDeleteLimitRefusesSettingsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	ledger := newClock().ledger()
	for _, limit := range []policy.DeleteLimit{
		{Scope: "drawings", Most: 1},
		{Ledger: ledger, Most: 1},
		{Ledger: ledger, Scope: "drawings", Window: -time.Hour},
		{Ledger: ledger, Scope: "drawings", Most: -1},
		{Ledger: ledger, Scope: "drawings", Also: []syncer.Limit{{Most: 1}}},
		{Ledger: ledger, Scope: "drawings", Also: []syncer.Limit{{Scope: "account", Most: -1}}},
	} {
		_, err := limit.Judge(t.Context(), deletes("a"))
		require.ErrorIs(t, err, syncer.ErrInvalid)
		require.ErrorIs(t, limit.Admit(t.Context(), deletes("a").Actions[1], true), syncer.ErrInvalid)
		require.ErrorIs(t, limit.Withdraw(t.Context(), deletes("a").Actions[1]), syncer.ErrInvalid)
	}
}

func TestATroubleWithTheLedgerStopsTheDelete(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk is full")
	ledger := memory.NewLedger(memory.Options{Fail: func(memory.Op, bool) error { return broken }})
	limit := policy.DeleteLimit{Ledger: ledger, Scope: "drawings", Most: 1}
	_, err := limit.Judge(t.Context(), deletes("a"))
	require.ErrorIs(t, err, broken)
	err = limit.Admit(t.Context(), deletes("a").Actions[1], true)
	require.ErrorIs(t, err, broken)
	require.NotErrorIs(t, err, syncer.ErrHeld)
	require.ErrorIs(t, limit.Withdraw(t.Context(), deletes("a").Actions[1]), broken)
}

func TestDeleteLimitLetsGoFirstWhatWasHeldLongest(t *testing.T) {
	t.Parallel()
	monday := newClock().now
	plan := deletes("new", "held since tuesday", "approved", "held since monday", "newer")
	for i := range plan.Actions {
		switch a := &plan.Actions[i]; a.Path {
		case "held since monday":
			a.Since = monday
		case "held since tuesday":
			a.Since = monday.AddDate(0, 0, 1)
		case "approved":
			a.Approved = true
		}
	}
	for most, want := range [][]syncer.ActionID{
		{"held since monday", "held since tuesday", "new", "newer"},
		{"held since monday", "held since tuesday", "new", "newer"}, // what is approved takes its share
		{"held since tuesday", "new", "newer"},
		{"new", "newer"},
		{"newer"},
		nil,
	} {
		limit := policy.DeleteLimit{Ledger: newClock().ledger(), Scope: "drawings", Most: most}
		require.Equal(t, want, held(t, limit, plan), "at most %d", most)
	}
}

func TestWhatIsInAFolderIsAsOldAsTheFolder(t *testing.T) {
	t.Parallel()
	monday := newClock().now
	plan := deletes("d/sub/x", "d/sub", "d", "e/y", "e")
	for i := range plan.Actions {
		switch a := &plan.Actions[i]; a.Path {
		case "d": // held since monday; somebody touched what is in it, so that is held anew
			a.Since = monday
		case "e/y", "e":
			a.Since = monday.AddDate(0, 0, 1)
		}
	}
	for most, want := range [][]syncer.ActionID{
		{"d/sub/x", "d/sub", "d", "e/y", "e"},
		{"d/sub", "d", "e/y", "e"},
		{"d", "e/y", "e"},
		{"e/y", "e"},
		{"e"},
		nil,
	} {
		limit := policy.DeleteLimit{Ledger: newClock().ledger(), Scope: "drawings", Most: most}
		require.Equal(t, want, held(t, limit, plan), "at most %d", most)
	}
}

func TestADeleteThatIsCountedAlreadyIsNotHeldWhenItIsTriedAgain(t *testing.T) {
	t.Parallel()
	limit := policy.DeleteLimit{Ledger: newClock().ledger(), Scope: "drawings", Most: 2}
	for _, name := range []string{"tried", "done"} {
		require.NoError(t, limit.Admit(t.Context(), syncer.Action{ID: syncer.ActionID(name), Op: syncer.OpDelete}, false))
	}
	plan := deletes("new", "tried", "newer")
	require.Equal(t, []syncer.ActionID{"new", "newer"}, held(t, limit, plan))
	require.NoError(t, limit.Admit(t.Context(), plan.Actions[3], false))
}

func TestDeletesOfTwoPairsWithEqualActionIDsCountTwice(t *testing.T) {
	t.Parallel()
	ledger := newClock().ledger()
	account := []syncer.Limit{{Scope: "account", Most: 2}}
	same := deletes("same").Actions[1]
	for _, pair := range []string{"drawings", "photos"} {
		require.NoError(t, policy.DeleteLimit{Ledger: ledger, Scope: pair, Most: 9, Also: account}.Admit(t.Context(), same, false))
	}
	third := policy.DeleteLimit{Ledger: ledger, Scope: "rfis", Most: 9, Also: account}
	require.ErrorIs(t, third.Admit(t.Context(), same, false), syncer.ErrHeld)
	require.NoError(t, policy.DeleteLimit{Ledger: ledger, Scope: "photos", Most: 9, Also: account}.Withdraw(t.Context(), same))
	require.NoError(t, third.Admit(t.Context(), same, false), "just one was given back")
}
