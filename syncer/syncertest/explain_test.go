package syncertest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// explain asks about a path, and demands that asking changes nothing.
func (s *stage) explain(at string) *syncer.Explanation {
	s.t.Helper()
	return s.explainSubject(syncer.Subject{Path: at})
}

func (s *stage) explainSubject(about syncer.Subject) *syncer.Explanation {
	s.t.Helper()
	engine, err := s.Engine()
	require.NoError(s.t, err)
	a, b, before := len(s.a.conn.Writes()), len(s.b.conn.Writes()), s.snapshot()
	x, err := engine.Explain(s.t.Context(), about)
	require.NoError(s.t, err)
	require.Len(s.t, s.a.conn.Writes(), a)
	require.Len(s.t, s.b.conn.Writes(), b)
	require.Equal(s.t, before, s.snapshot(), "nothing is remembered of the question")
	return x
}

func TestExplainSaysOfAnItemInEachState(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		given  func(s *stage)
		about  string
		want   syncer.Condition
		side   syncer.Side
		reason string
	}{
		"settled": {
			func(s *stage) { s.given(tree{"d/p": "1"}) }, "d/p", syncer.Settled, 0, "",
		},
		"a folder that is settled": {
			func(s *stage) { s.given(tree{"d/p": "1"}) }, "d", syncer.Settled, 0, "",
		},
		"the roots": {
			func(s *stage) { s.given(tree{"d/p": "1"}) }, "", syncer.Settled, 0, "",
		},
		"never heard of": {
			func(s *stage) { s.given(tree{"d/p": "1"}) }, "d/q", syncer.Unknown, 0, "",
		},
		"below what nobody has": {
			func(s *stage) { s.given(tree{"d/p": "1"}) }, "x/y/z", syncer.Unknown, 0, "",
		},
		"new": {
			func(s *stage) { s.given(tree{"k": "k"}); s.a.Write("new", "n") }, "new", syncer.Due, syncer.Destination, "",
		},
		"new in a pair that has never run": {
			func(s *stage) { s.start(tree{"new": "n"}, tree{}) }, "new", syncer.Due, syncer.Destination, "",
		},
		"edited": {
			func(s *stage) { s.given(tree{"p": "1"}); s.b.Write("p", "2") }, "p", syncer.Due, syncer.Source, "",
		},
		"renamed, by its new name": {
			func(s *stage) { s.given(tree{"d/p": "1"}); s.a.Rename("d/p", "q") }, "d/q", syncer.Due, syncer.Destination, "",
		},
		"renamed, by its old name": {
			func(s *stage) { s.given(tree{"d/p": "1"}); s.a.Rename("d/p", "q") }, "d/p", syncer.Due, syncer.Destination, "",
		},
		"in a folder that was renamed": {
			func(s *stage) { s.given(tree{"d/p": "1"}); s.a.Rename("d", "e") }, "e/p", syncer.Settled, 0, "",
		},
		"deleted, and not yet there": {
			func(s *stage) { s.given(tree{"p": "1", "k": "k"}); s.a.Remove("p") }, "p", syncer.Due, syncer.Destination, "",
		},
		"deleted on both sides by a run": {
			func(s *stage) { s.given(tree{"p": "1", "k": "k"}); s.a.Remove("p"); s.run() }, "p", syncer.Deleted, syncer.Destination, "",
		},
		"left out by a filter": {
			func(s *stage) {
				s.given(tree{"k": "k"}, excluding)
				s.a.Write("out/deep/a", "x")
				s.run()
			}, "out/deep/a", syncer.LeftOut, syncer.Destination, "left out: ",
		},
		"of a type that a side does not take": {
			func(s *stage) {
				s.given(tree{"k.txt": "k"}, onB(func(o *syncertest.Options) { o.Info.Extensions = []string{".txt"} }))
				s.a.Write("a.exe", "x")
				s.run()
			}, "a.exe", syncer.Skipped, syncer.Destination, "destination takes no files of this type",
		},
		"neither a file nor a folder": {
			func(s *stage) { s.given(tree{"k": "k"}); s.a.AddLink("link"); s.run() }, "link", syncer.Skipped, syncer.Destination, "is a link",
		},
		"a name that cannot be held": {
			func(s *stage) {
				s.given(tree{"k": "k"}, onB(func(o *syncertest.Options) { o.Info.Names.MaxLength = 5 }))
				s.a.Write("longer than five", "x")
				s.run()
			}, "longer than five", syncer.Skipped, syncer.Destination, "destination cannot hold it",
		},
		"held by the limit": {
			func(s *stage) {
				s.given(tree{"p": "1", "k": "k"}, limited(0))
				s.a.Remove("p")
				s.run()
			}, "p", syncer.OnHold, syncer.Destination, "over the limit of 0 deletes in 24 hours",
		},
		"held by the limit, before any run": {
			func(s *stage) { s.given(tree{"p": "1", "k": "k"}, limited(0)); s.a.Remove("p") },
			"p", syncer.OnHold, syncer.Destination, "over the limit of 0 deletes in 24 hours",
		},
		"held, and then restored": {
			func(s *stage) {
				s.given(tree{"p": "1", "k": "k"}, limited(0))
				s.a.Remove("p")
				s.run()
				s.a.Restore("p")
			}, "p", syncer.Due, 0, "",
		},
		"moved out of the root": {
			func(s *stage) { s.given(tree{"p": "1", "k": "k"}); s.a.MoveOut("p"); s.run() },
			"p", syncer.OnHold, syncer.Destination, "moved out of the root on source",
		},
		"changed on both sides and left": {
			func(s *stage) {
				s.given(tree{"p": "1"}, with(func(o *syncer.Options) { o.Policies.Resolver = policy.Leave }))
				s.a.Write("p", "2")
				s.b.Write("p", "3")
				s.run()
			}, "p", syncer.InConflict, syncer.Destination, "changed on both sides",
		},
		"changed on both sides, before any run": {
			func(s *stage) { s.given(tree{"p": "1"}); s.a.Write("p", "2"); s.b.Write("p", "3") },
			"p", syncer.InConflict, syncer.Destination, "keep both",
		},
		"refused by the side": {
			func(s *stage) {
				s.given(tree{"p": "1"})
				s.b.Lock("p")
				s.a.Write("p", "2")
				s.run()
			}, "p", syncer.Failing, syncer.Destination, "locked",
		},
		"hidden": {
			func(s *stage) { s.given(tree{"d/p": "1", "k": "k"}); s.a.Hide("d/p"); s.run() }, "d/p", syncer.Hidden, syncer.Source, "not visible",
		},
		"renamed where nothing can be renamed": {
			func(s *stage) {
				s.given(tree{"p": "1"}, onB(func(o *syncertest.Options) { o.Info.File.Rename = false }))
				s.a.Rename("p", "q")
				s.run()
			}, "q", syncer.Skipped, syncer.Destination, "could not take the name",
		},
		"on the side that only receives": {
			func(s *stage) { s.given(tree{"p": "1"}, aToB); s.b.Write("q", "q"); s.run() }, "q", syncer.Skipped, syncer.Source, "one-way: only on destination",
		},
		"a root that is in the trash": {
			func(s *stage) { s.given(tree{"p": "1"}); s.b.Remove(".") }, "p", syncer.Stopped, 0, "root of destination is in the trash",
		},
		"a root that was emptied": {
			func(s *stage) { s.given(tree{"p": "1"}); s.a.Remove("p") }, "p", syncer.Stopped, syncer.Source, "root of source is empty",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, scanned, false)
			c.given(s)
			x := s.explain(c.about)
			require.Equal(t, c.want.String(), x.Condition.String(), "%s: %q", x.Side, x.Reason)
			require.Equal(t, c.side, x.Side)
			if require.Contains(t, x.Reason, c.reason); c.reason == "" {
				require.Empty(t, x.Reason)
			}
		})
	}
}

func TestExplainFindsAnItemByTheNameOfEitherSideAndByItsID(t *testing.T) {
	t.Parallel()
	s := newStage(t, scanned, false)
	s.start(tree{"d/a:b": "1"}, tree{}, onB(func(o *syncertest.Options) { o.Info.Names.Forbidden = ":" }), with(func(o *syncer.Options) { o.Policies.Namer = policy.Hyphens() }))
	s.base()
	id := s.a.ID("d/a:b")
	for _, about := range []syncer.Subject{
		{Path: "d/a:b"}, {Path: "D/A-B"}, {Path: "/d//a-b/"}, {ID: id, Side: syncer.Source}, {ID: s.b.ID("d/a-b"), Side: syncer.Destination},
	} {
		x := s.explainSubject(about)
		require.Equal(t, syncer.Settled, x.Condition, about)
		require.Equal(t, id, x.Source.Entry.ID)
		require.Equal(t, "d/a:b", x.Source.Path)
		require.Equal(t, "d/a-b", x.Destination.Path)
		require.Equal(t, syncer.File, x.Kind)
		require.NotZero(t, x.Record)
		require.Equal(t, syncer.OpCreateFile, x.Outcomes[0].Op)
	}
	require.Equal(t, syncer.Unknown, s.explainSubject(syncer.Subject{ID: "nobody", Side: syncer.Source}).Condition)
	engine, err := s.Engine()
	require.NoError(t, err)
	_, err = engine.Explain(t.Context(), syncer.Subject{ID: "x", Side: 7})
	require.ErrorIs(t, err, syncer.ErrInvalid)
}

func TestExplainSaysWhoDeletedWhatWhenAndWhereItLies(t *testing.T) {
	t.Parallel()
	s := newStage(t, hinted, false)
	s.given(tree{"d/p": "1", "k": "k"})
	ids := [2]string{s.a.ID("d/p"), s.b.ID("d/p")}
	s.a.Service.User("eve").Remove("d")
	s.Later(time.Minute)
	s.run()
	for _, about := range []syncer.Subject{{Path: "d/p"}, {ID: ids[0], Side: syncer.Source}, {ID: ids[1], Side: syncer.Destination}} {
		x := s.explainSubject(about)
		require.Equal(t, syncer.Deleted, x.Condition, about)
		require.Equal(t, syncer.Destination, x.Side, "there the run has deleted it")
		last := x.Outcomes[len(x.Outcomes)-1]
		require.Equal(t, "eve", last.By.Name)
		require.Equal(t, s.Clock.Now(), last.At)
		require.Equal(t, s.Clock.Now().Add(-time.Minute), last.By.At)
		require.Equal(t, syncer.InTrash, x.Source.Whereabouts)
		require.Equal(t, syncer.InTrash, x.Destination.Whereabouts)
	}
	// A new item of that path is another one.
	s.a.Write("d/p", "2")
	require.Equal(t, syncer.Due, s.explain("d/p").Condition)
	require.Empty(t, s.explain("d/p").Outcomes)
}

func TestExplainSaysWhatARunWouldDoAndWhatHasToComeFirst(t *testing.T) {
	t.Parallel()
	s := newStage(t, scanned, false)
	s.given(tree{"k": "k"})
	s.a.Write("d/e/p", "1")
	x := s.explain("d/e/p")
	require.Equal(t, syncer.OpCreateFile, x.Next[0].Op)
	require.Equal(t, "d/e/p", x.Next[0].Path)
	require.Equal(t, "ann", x.Next[0].By.ID)
	require.Len(t, x.Before, 2)
	require.Equal(t, "d", x.Before[0].Path)
	require.Equal(t, syncer.Here, x.Source.Whereabouts)
	require.Equal(t, syncer.Nowhere, x.Destination.Whereabouts)
	s.poll()
	require.NotEmpty(t, s.explain("d/e/p").Hints)
}

// acquainted is a side that has met people.
type acquainted struct {
	*syncertest.Handle
	called map[string]string
}

func (a acquainted) Person(account string) string { return a.called[account] }

func TestWhoChangedSomethingIsCalledByTheNameThatTheSideHasMet(t *testing.T) {
	t.Parallel()
	s := newStage(t, scanned, false)
	s.given(tree{"p": "1", "q": "1"})
	s.Pair.Endpoint(s.a.side).FS = acquainted{s.a.conn, map[string]string{"ann": "Ann Lee"}}
	s.a.Write("p", "2")
	s.a.Service.User("bob").Write("q", "2")
	require.Equal(t, "Ann Lee", s.explain("p").Next[0].By.Name)
	s.run()
	by := s.explain("p").Outcomes
	require.Equal(t, "ann", by[len(by)-1].By.ID)
	require.Equal(t, "Ann Lee", by[len(by)-1].By.Name)
	by = s.explain("q").Outcomes
	require.Equal(t, "bob", by[len(by)-1].By.ID)
	require.Empty(t, by[len(by)-1].By.Name)
}

func TestTheVersionsOfAConflictAreByPeopleWhomTheSideHasMet(t *testing.T) {
	t.Parallel()
	s := newStage(t, scanned, false)
	s.given(tree{"p": "1"})
	s.Pair.Endpoint(s.a.side).FS = acquainted{s.a.conn, map[string]string{"ann": "Ann Lee"}}
	s.a.Write("p", "2")
	s.b.Write("p", "3")
	s.run()
	clashes := s.explain("p").Clashes
	require.Len(t, clashes, 1)
	v := clashes[0].Version(s.a.side)
	require.Equal(t, "ann", v.Author)
	require.Equal(t, "Ann Lee", v.Person)
	require.Empty(t, clashes[0].Version(s.b.side).Person)
}

func TestExplainForeseesWhatARunWouldHold(t *testing.T) {
	t.Parallel()
	s := newStage(t, scanned, false)
	s.given(tree{"p": "1", "k": "k"}, limited(0))
	s.a.Remove("p")
	x := s.explain("p")
	require.Empty(t, x.Holds)
	require.Equal(t, syncer.OpDelete, x.Foreseen.Op)
	require.Equal(t, syncer.Destination, x.Foreseen.On)
	s.run()
	x = s.explain("p")
	require.Nil(t, x.Foreseen)
	require.Len(t, x.Holds, 1)
}

func TestExplainSaysWhatIsRememberedOfASideThatCannotBeReached(t *testing.T) {
	t.Parallel()
	s := newStage(t, scanned, false)
	s.given(tree{"p": "1", "q": "1", "k": "k"}, limited(0))
	s.a.Remove("q")
	s.run()
	s.b.conn.OnCall(func(syncertest.Call) error { return syncer.ErrBusy })
	x := s.explain("p")
	require.Equal(t, syncer.Unreachable, x.Destination.Whereabouts)
	require.Contains(t, x.Destination.Err, "busy")
	require.Equal(t, syncer.Here, x.Source.Whereabouts)
	require.Equal(t, syncer.CauseBusy, x.Destination.Cause)
	require.Equal(t, syncer.Unasked.String(), x.Condition.String())
	x = s.explain("q")
	require.Equal(t, syncer.OnHold, x.Condition)
	require.Contains(t, x.Reason, "over the limit")
}

func TestExplainTellsOfAWriteWhoseAnswerWasLost(t *testing.T) {
	t.Parallel()
	s := newStage(t, scanned, false)
	s.given(tree{"p": "1"})
	s.a.Write("p", "2")
	s.b.conn.OnCall(func(c syncertest.Call) error {
		if c.Op == "UpdateFile" && c.Phase == syncertest.After {
			return errDead
		}
		return nil
	})
	s.run()
	x := s.explain("p")
	require.Equal(t, syncer.Interrupted, x.Condition)
	require.Len(t, x.Intents, 1)
	require.Equal(t, syncer.OpUpdate, x.Intents[0].Op)
	require.Equal(t, "ann", x.Intents[0].By.ID)
}

// Where a side can do the least there is nobody to ask by ID: what stands under the name is looked at.
func TestExplainWorksOnSidesThatCanDoTheLeast(t *testing.T) {
	t.Parallel()
	s := newStage(t, scanned, false)
	s.given(tree{"d/p": "1", "d/q": "2", "k": "k"}, onBoth(bare))
	require.Equal(t, syncer.Settled, s.explain("d/p").Condition)
	s.a.Write("d/new", "n")
	x := s.explain("d/new")
	require.Equal(t, syncer.Due, x.Condition, x.Reason)
	s.a.Write("d/p", "11")
	x = s.explain("d/p")
	require.Equal(t, syncer.Due, x.Condition, x.Reason)
}

func TestExplainReadsNoContentsAndHasNoLease(t *testing.T) {
	t.Parallel()
	s := newStage(t, scanned, false)
	s.given(tree{"p": "1"}, onBoth(digestless))
	s.a.Write("p", "2")
	s.b.Write("p", "3")
	state, err := s.Store.Open(t.Context(), s.Pair.Name)
	require.NoError(t, err)
	defer state.Close()
	s.a.conn.Clear()
	s.b.conn.Clear()
	x := s.explain("p")
	require.Equal(t, syncer.Due, x.Condition, "a read tells whether they are equal")
	s.requireNoBytes()
}

func TestExplainFindsByAnOldPathWhatWasRenamedMovedOrDeleted(t *testing.T) {
	t.Parallel()
	type from struct {
		given func(s *stage)
		about string
		now   string // where it is on the source; empty for nowhere
		moves []string
	}
	for name, c := range map[string]from{
		"a file that was renamed": {
			func(s *stage) { s.b.Rename("d/p", "q"); s.run() }, "d/p", "d/q", []string{"d/p > d/q"},
		},
		"a folder that was renamed": {
			func(s *stage) { s.b.Rename("d", "e"); s.run() }, "d", "e", []string{"d > e"},
		},
		"a file in a folder that was renamed": {
			func(s *stage) { s.b.Rename("d", "e"); s.run() }, "D/P", "e/p", []string{"d > e"},
		},
		"a folder that was renamed twice, by its second name": {
			func(s *stage) { s.b.Rename("d", "e"); s.run(); s.a.Rename("e", "f"); s.run() }, "e/p", "f/p", []string{"e > f"},
		},
		"a file that was renamed in a folder that was moved": {
			func(s *stage) { s.a.Rename("d/p", "q"); s.run(); s.b.Move("d", "k/d"); s.run() },
			"d/p", "k/d/q",
			[]string{"d/p > d/q", "d > k/d"},
		},
		"a file that was moved away after its folder was renamed": {
			func(s *stage) { s.b.Rename("d", "e"); s.run(); s.a.Move("e/p", "q"); s.run() }, "e/p", "q", []string{"e/p > q"},
		},
		"what has come into the folder since, and nobody has synced": {
			func(s *stage) { s.b.Rename("d", "e"); s.run(); s.a.Write("e/new", "n") }, "d/new", "e/new", []string{"d > e"},
		},
		"a file that was deleted after its folder was renamed": {
			func(s *stage) { s.b.Rename("d", "e"); s.run(); s.a.Remove("e/p"); s.run() }, "d/p", "", nil,
		},
		"a folder that was renamed and deleted, by its first name": {
			func(s *stage) { s.b.Rename("d", "e"); s.run(); s.a.Remove("e"); s.run() }, "d", "", nil,
		},
		"of two that stood there the last": {
			func(s *stage) {
				s.a.Rename("d/p", "q")
				s.run()
				s.a.Write("d/p", "another")
				s.run()
				s.a.Rename("d/p", "r")
				s.run()
			}, "d/p", "d/r", []string{"d/p > d/r"},
		},
	} {
		for kind, sides := range map[string]option{
			"": onBoth(func(*syncertest.Options) {}), ", where nobody can look by ID": onA(func(o *syncertest.Options) { o.Without = syncertest.Looking }),
		} {
			t.Run(name+kind, func(t *testing.T) {
				t.Parallel()
				s := newStage(t, scanned, false)
				s.given(tree{"d/p": "1", "k/k": "k"}, sides)
				c.given(s)
				x := s.explain(c.about)
				if c.now == "" {
					require.Equal(t, syncer.Deleted.String(), x.Condition.String())
				} else {
					require.Equal(t, c.now, x.Source.Path)
				}
				var moves []string
				for _, o := range x.Moves {
					moves = append(moves, o.From+" > "+o.Path)
				}
				require.Equal(t, c.moves, moves)
			})
		}
	}
}

func TestExplainNamesTheMovesOnlyOfWhatWasAskedForByAnOldPath(t *testing.T) {
	t.Parallel()
	s := newStage(t, hinted, false)
	s.given(tree{"d/p": "1", "k": "k"})
	s.b.Service.User("eve").Rename("d", "e")
	s.Later(time.Minute)
	s.run()
	require.Empty(t, s.explain("e/p").Moves)
	require.Empty(t, s.explainSubject(syncer.Subject{ID: s.a.ID("e/p"), Side: syncer.Source}).Moves)
	moves := s.explain("d/p").Moves
	require.Len(t, moves, 1)
	require.Equal(t, "eve", moves[0].By.Name)
	require.Equal(t, syncer.Source, moves[0].On, "there the run has carried it over")
}

func TestExplainAnswersForTheRootsByTheirIDs(t *testing.T) {
	t.Parallel()
	s := newStage(t, scanned, false)
	s.given(tree{"d/p": "1"})
	for _, about := range []syncer.Subject{{ID: s.a.ID("."), Side: syncer.Source}, {ID: s.b.ID("."), Side: syncer.Destination}} {
		x := s.explainSubject(about)
		require.Equal(t, s.explain("").Condition, x.Condition)
		require.Equal(t, syncer.RootRecord, x.Record)
		require.Equal(t, syncer.Here, x.Destination.Whereabouts)
	}
}
