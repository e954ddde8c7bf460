package syncertest_test

import (
	"errors"
	"io/fs"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// choose chooses again for the only conflict there is.
func (s *stage) choose(r syncer.Resolution, o *syncer.ChooseOptions) (*syncer.Chosen, error) {
	s.t.Helper()
	engine, err := s.Engine()
	require.NoError(s.t, err)
	return engine.Choose(s.t.Context(), s.onlyClash().ID, r, o)
}

const ofSource, ofDestination = "from source", "from the destination"

func TestAConflictThatWasSettledCanBeSettledOtherwise(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		settled  syncer.Resolver
		choice   syncer.Resolution
		dropCopy bool
		file     string
		copies   []string
	}{
		{"the source's after both were kept", policy.KeepBoth, syncer.TakeSource, false, ofSource, []string{ofDestination}},
		{"the source's after both were kept, without the copy", policy.KeepBoth, syncer.TakeSource, true, ofSource, nil},
		{"the destination's after both were kept", policy.KeepBoth, syncer.TakeDestination, false, ofDestination, []string{ofDestination}},
		{"the destination's after both were kept, without the copy", policy.KeepBoth, syncer.TakeDestination, true, ofDestination, nil},
		{"both after both were kept", policy.KeepBoth, syncer.KeepBoth, false, ofSource, []string{ofDestination}},
		{"the destination's after the source's", policy.Prefer(syncer.Source), syncer.TakeDestination, false, ofDestination, nil},
		{"the source's after the source's", policy.Prefer(syncer.Source), syncer.TakeSource, false, ofSource, nil},
		{"the source's after the destination's", policy.Prefer(syncer.Destination), syncer.TakeSource, false, ofSource, nil},
		{"the older after the newest", policy.Newest{}, syncer.TakeSource, false, ofSource, nil},
		{"both after the source's", policy.Prefer(syncer.Source), syncer.KeepBoth, false, ofSource, []string{ofDestination}},
		{"both after the newest", policy.Newest{}, syncer.KeepBoth, false, ofDestination, []string{ofSource}},
	} {
		t.Run(c.name, eachWay(func(t *testing.T, s *stage) {
			s.disagree(resolved(c.settled))
			ids := [2]string{s.source().ID("d/p.txt"), ""}
			s.run()
			s.Later(time.Hour)
			ids[syncer.Destination] = s.destination().ID("d/p.txt")
			got, err := s.choose(c.choice, &syncer.ChooseOptions{DropCopy: c.dropCopy})
			require.NoError(t, err)
			require.False(t, got.Waits)
			s.run()
			s.requireEqualTrees()
			require.Equal(t, c.file, s.a.Tree()["d/p.txt"])
			var copies []string
			for at, text := range s.a.Tree() {
				if at != "d/p.txt" && at != "d/" && at != "k" {
					copies = append(copies, text)
				}
			}
			require.Equal(t, c.copies, copies)
			s.requireSame(s.source(), ids[syncer.Source], "d/p.txt")
			s.requireSame(s.destination(), ids[syncer.Destination], "d/p.txt")
			s.requireSettled()
			after := s.onlyClash()
			require.True(t, after.Chosen)
			require.Equal(t, c.choice, after.Choice)
		}))
	}
}

func TestAPersonMayChangeTheirMind(t *testing.T) {
	t.Parallel()
	eachWay(func(t *testing.T, s *stage) {
		s.disagree(resolved(policy.Newest{}))
		s.run()
		for _, c := range []struct {
			choice syncer.Resolution
			want   string
		}{{syncer.TakeSource, ofSource}, {syncer.TakeDestination, ofDestination}, {syncer.TakeSource, ofSource}} {
			s.Later(time.Hour)
			_, err := s.choose(c.choice, nil)
			require.NoError(t, err)
			s.run()
			s.requireTrees(tree{"d/p.txt": c.want, "k": "k"})
			s.requireSettled()
		}
	})(t)
}

func TestAnOpenConflictIsLeftToTheNextRun(t *testing.T) {
	t.Parallel()
	eachWay(func(t *testing.T, s *stage) {
		s.disagree(resolved(policy.Leave))
		s.run()
		_, err := s.choose(syncer.TakeSource, &syncer.ChooseOptions{DropCopy: true})
		require.ErrorIs(t, err, syncer.ErrInvalid)
		got, err := s.choose(syncer.TakeDestination, nil)
		require.NoError(t, err)
		require.True(t, got.Waits)
		_, err = s.choose(syncer.Leave, nil)
		require.NoError(t, err)
		s.run()
		require.Len(t, s.clashes(true), 1, "the word was taken back")
		_, err = s.choose(syncer.TakeDestination, nil)
		require.NoError(t, err)
		s.run()
		s.requireTrees(tree{"d/p.txt": ofDestination, "k": "k"})
	})(t)
}

func TestNothingIsChosenOverWhatPeopleHaveDoneSince(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		settled syncer.Resolver
		since   func(s *stage)
		want    error
	}{
		{"edited, and not synced yet", policy.Newest{}, func(s *stage) { s.b.Write("d/p.txt", "new") }, syncer.ErrStale},
		{"edited, and synced", policy.Newest{}, func(s *stage) { s.b.Write("d/p.txt", "new"); s.run() }, syncer.ErrStale},
		{"deleted", policy.Newest{}, func(s *stage) { s.b.Remove("d/p.txt"); s.run() }, fs.ErrNotExist},
		{"in the trash", policy.Newest{}, func(s *stage) { s.b.Remove("d/p.txt") }, fs.ErrNotExist},
		{"the copy was edited", policy.KeepBoth, func(s *stage) { s.b.Write("d/"+s.onlyClash().Copy, "new"); s.run() }, syncer.ErrStale},
	} {
		t.Run(c.name, eachWay(func(t *testing.T, s *stage) {
			s.disagree(resolved(c.settled))
			s.run()
			c.since(s)
			a, b := s.a.Tree(), s.b.Tree()
			choice := syncer.TakeSource
			if c.settled == policy.KeepBoth {
				choice = syncer.TakeDestination
			}
			_, err := s.choose(choice, nil)
			require.ErrorIs(t, err, c.want)
			s.requireTree(s.a, a)
			s.requireTree(s.b, b)
			require.False(t, s.onlyClash().Chosen)
		}))
	}
}

func TestWithoutAHistoryNothingIsChosenAgain(t *testing.T) {
	t.Parallel()
	eachWay(func(t *testing.T, s *stage) {
		s.disagree(resolved(policy.Prefer(syncer.Destination)), onBoth(func(o *syncertest.Options) { o.Without |= syncertest.Extras }))
		s.lossy = true
		s.run()
		_, err := s.choose(syncer.TakeSource, nil)
		require.ErrorIs(t, err, errors.ErrUnsupported)
	})(t)
}

func TestWhatFlowsOneWayIsNotChosenAgain(t *testing.T) {
	t.Parallel()
	eachWay(func(t *testing.T, s *stage) {
		one, err := policy.NewDirections(map[string]syncer.Direction{"": {Mode: syncer.ToDestination, Wrong: syncer.PutBack}})
		require.NoError(t, err)
		s.disagree(with(func(o *syncer.Options) { o.Policies.Director = one }))
		s.run()
		_, err = s.choose(syncer.TakeDestination, nil)
		require.ErrorIs(t, err, errors.ErrUnsupported)
	})(t)
}

func TestAChoiceThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	eachWay(func(t *testing.T, s *stage) {
		s.disagree()
		s.run()
		for _, r := range []syncer.Resolution{syncer.Leave, syncer.Leave + 1} {
			_, err := s.choose(r, nil)
			require.ErrorIs(t, err, syncer.ErrInvalid)
		}
		engine, err := s.Engine()
		require.NoError(t, err)
		_, err = engine.Choose(t.Context(), "nonsense", syncer.TakeSource, nil)
		require.ErrorIs(t, err, fs.ErrNotExist)
	})(t)
}
