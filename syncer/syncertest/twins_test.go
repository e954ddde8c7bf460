package syncertest_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// twinsOnA lets A have any number of items of one name.
var twinsOnA = onA(func(o *syncertest.Options) { o.Info.Names.Unique = syncer.UniqueNone })

// forget takes away all that is remembered.
func (s *stage) forget() {
	s.memory = memory.New(memory.Options{Clock: s.Clock.Now})
	s.Store = s.memory
}

// requireTheSameAgain runs twice and requires that nothing was written and both sides are as they were.
func (s *stage) requireTheSameAgain() {
	s.t.Helper()
	a, b := s.a.Tree(), s.b.Tree()
	for range 2 {
		s.full()
		s.requireWrites(s.a)
		s.requireWrites(s.b)
		require.Empty(s.t, s.report.Conflicts)
		require.True(s.t, s.report.Settled(), s.report)
	}
	require.Equal(s.t, a, s.a.Tree())
	require.Equal(s.t, b, s.b.Tree())
}

// Cameras begin anew with IMG_0001, and a side that takes a name once gives the second of two a tag. Who
// is whose must be found out from what stands there, since memory may be lost.
func TestTwinsAreWhoTheyWereWhenNothingIsRemembered(t *testing.T) {
	t.Parallel()
	lossless := with(func(o *syncer.Options) { o.Policies.Namer = policy.Lossless{} })
	hyphens := with(func(o *syncer.Options) { o.Policies.Namer = policy.Hyphens() })
	strict := onB(func(o *syncertest.Options) {
		o.Info.Names.Forbidden, o.Info.Names.Trailing, o.Info.Names.MaxLength = `:*?"<>|`, ". ", 40
	})
	noParentheses := onB(func(o *syncertest.Options) { o.Info.Names.Forbidden = `:()` })
	long := "a name that is so long that it has to be cut: even without a tag.jpg"
	for _, c := range []struct {
		name string
		make func(s *stage)
		opts []option
	}{
		{"photos of one name", func(s *stage) { s.addTwins("d/p.jpg", 5) }, nil},
		{"photos of one name and no digest", func(s *stage) { s.addTwins("d/p.jpg", 5) }, []option{digestlessA.on}},
		{"more of them than numbers with one digit", func(s *stage) { s.addTwins("d/p.jpg", 30) }, nil},
		{"a name that the other side cannot hold, kept apart without loss", func(s *stage) { s.addTwins("d/p: 1?.jpg", 3) }, []option{lossless, strict}},
		{"a name that the other side cannot hold, with hyphens", func(s *stage) { s.addTwins("d/p: 1?.jpg", 3); s.a.Add("d/p- 1-.jpg", "4") }, []option{hyphens, strict}},
		{"a name that is too long", func(s *stage) { s.addTwins("d/"+long, 3) }, []option{lossless, strict}},
		{"a side that refuses the brackets of a tag", func(s *stage) { s.addTwins("d/p.jpg", 3) }, []option{lossless, noParentheses}},
		{"names that differ by case", func(s *stage) {
			s.a.Add("d/p.jpg", "1")
			s.a.Add("d/P.jpg", "2")
			s.a.Add("d/P.JPG", "3")
		}, []option{onA(exact)}},
		{"folders of one name", func(s *stage) {
			for i := range 3 {
				id := s.a.AddFolder("album")
				s.a.Rename("id:"+id, "another")
				s.a.Add("another/p.jpg", fmt.Sprint("in ", i))
				s.a.Add("another/p.jpg", fmt.Sprint("also in ", i))
				s.a.Rename("id:"+id, "album")
			}
		}, nil},
		{"a folder and a file of one name", func(s *stage) {
			s.a.AddFolder("d/p")
			s.addTwins("d/p", 2)
		}, nil},
		{"one that was renamed to the name of another", func(s *stage) {
			s.addTwins("d/p.jpg", 2)
			id := s.a.Add("d/q.jpg", "q")
			s.run()
			s.a.Rename("id:"+id, "p.jpg")
		}, nil},
		{"a name with its tag was taken, too", func(s *stage) {
			ids := s.addTwins("d/p.jpg", 2)
			s.a.Remove("id:" + ids[1])
			sum := sha256.Sum256([]byte(ids[1]))
			s.b.Write(fmt.Sprintf("d/p (%x).jpg", sum[:4]), "of somebody")
			s.run()
			s.a.Restore("id:" + ids[1])
			s.run()
			require.Contains(s.t, s.b.Tree(), fmt.Sprintf("d/p (%x).jpg", sum[:5]))
		}, nil},
		{"the one without a tag was deleted", func(s *stage) {
			ids := s.addTwins("d/p.jpg", 3)
			s.run()
			s.a.Remove("id:" + ids[0])
		}, nil},
		{"the one without a tag was deleted, and another has its name", func(s *stage) {
			ids := s.addTwins("d/p.jpg", 3)
			s.run()
			s.a.Remove("id:" + ids[0])
			s.run()
			s.a.Add("d/p.jpg", "new")
		}, nil},
	} {
		t.Run(c.name, eachWay(func(_ *testing.T, s *stage) {
			s.given(tree{"k": "k", "d/": ""}, append([]option{twinsOnA}, c.opts...)...)
			c.make(s)
			s.run()
			s.run()
			s.forget()
			s.requireTheSameAgain()
		}))
	}
}

// addTwins adds n files of one name to A, and returns their IDs.
func (s *stage) addTwins(at string, n int) []string {
	var ids []string
	for i := range n {
		ids = append(ids, s.a.Add(at, fmt.Sprint("twin ", i)))
	}
	return ids
}

func TestTwinsThatChangedWhileNothingWasRememberedLoseNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		change    func(s *stage, ids []string)
		uploads   int // of the first run that remembers nothing
		conflicts int
		bodies    []string // on both sides in the end
	}{
		{
			"one with a tag was edited on the side of the twins", func(s *stage, ids []string) { s.a.Write("id:"+ids[1], "edited") },
			2, 1,
			[]string{"edited", "twin 0", "twin 1", "twin 2"},
		},
		{
			"the one without a tag was edited on the side of the twins", func(s *stage, ids []string) { s.a.Write("id:"+ids[0], "edited") },
			2, 1,
			[]string{"edited", "twin 0", "twin 1", "twin 2"},
		},
		{
			"one was edited where it has a tag", func(s *stage, _ []string) { s.b.Write(s.withBody(s.b, "twin 2"), "edited") },
			2, 1,
			[]string{"edited", "twin 0", "twin 1", "twin 2"},
		},
		{
			"there is one more", func(s *stage, _ []string) { s.a.Add("d/p.jpg", "one more") },
			1, 0,
			[]string{"one more", "twin 0", "twin 1", "twin 2"},
		},
		{
			"the first was deleted where it had no tag", func(s *stage, _ []string) { s.b.Remove("d/p.jpg") },
			1, 0,
			[]string{"twin 0", "twin 1", "twin 2"},
		},
		{
			"the first was deleted on the side of the twins", func(s *stage, ids []string) { s.a.Remove("id:" + ids[0]) },
			1, 0,
			[]string{"twin 0", "twin 1", "twin 2"},
		},
		{
			"the first was deleted, and there is another of its size", func(s *stage, ids []string) {
				s.a.Remove("id:" + ids[0])
				s.a.Add("d/p.jpg", "twin 9")
			},
			2, 1,
			[]string{"twin 0", "twin 1", "twin 2", "twin 9"},
		},
		{
			"a copy of all was made in another folder", func(s *stage, _ []string) {
				for i := range 3 {
					s.a.Add("e/p.jpg", fmt.Sprint("twin ", i))
				}
			},
			3, 0,
			[]string{"twin 0", "twin 0", "twin 1", "twin 1", "twin 2", "twin 2"},
		},
	} {
		t.Run(c.name, eachWay(func(t *testing.T, s *stage) {
			s.given(tree{"k": "k", "d/": "", "e/k": "k"}, twinsOnA, digestlessA.on)
			ids := s.addTwins("d/p.jpg", 3)
			s.run()
			c.change(s, ids)
			s.forget()
			s.full()
			require.Equal(t, c.uploads, s.report.Totals.Uploads, s.report)
			require.Len(t, s.report.Conflicts, c.conflicts)
			require.Zero(t, s.report.Totals.Deletes)
			for _, e := range s.ends() {
				require.Equal(t, c.bodies, slices.DeleteFunc(bodiesBelow(e, ""), func(body string) bool { return body == "k" }))
			}
			s.full()
			s.requireTheSameAgain()
		}))
	}
}

// What a backup knows is older than what stands there: the first twin at most, or a file that was not sent yet.
func TestTwinsThatAreYoungerThanTheirBackupAreWhoTheyWere(t *testing.T) {
	t.Parallel()
	lossless := with(func(o *syncer.Options) { o.Policies.Namer = policy.Lossless{} })
	strict := onB(func(o *syncertest.Options) { o.Info.Names.Forbidden = `:*?"<>|` })
	for _, c := range []struct {
		name   string
		before func(s *stage) // the backup
	}{
		{"none is known", func(*stage) {}},
		{"the first is known", func(s *stage) { s.a.Add("d/p: 1.jpg", "first") }},
		{"two are known, and could not be sent yet", func(s *stage) {
			s.b.conn.OnCall(failing("CreateFile"))
			s.addTwins("d/p: 1.jpg", 2)
		}},
	} {
		t.Run(c.name, eachWay(func(_ *testing.T, s *stage) {
			s.given(tree{"k": "k", "d/k": "k"}, twinsOnA, digestlessA.on, lossless, strict)
			c.before(s)
			s.run()
			backup := s.memory.Clone()
			s.b.conn.OnCall(nil)
			s.Later(time.Hour)
			s.addTwins("d/p: 1.jpg", 4)
			s.run()
			s.memory = backup
			s.Store = backup
			a, b := s.a.Tree(), s.b.Tree()
			s.run()
			s.requireNoWrites()
			require.Empty(s.t, s.report.Conflicts)
			s.requireTheSameAgain()
			s.requireTree(s.a, a)
			s.requireTree(s.b, b)
		}))
	}
}

// A budget cuts the first scan into slices, and none of them sees all twins.
func TestTwinsAreWhoTheyWereWhenTheFirstScanIsCutIntoSlices(t *testing.T) {
	t.Parallel()
	page := func(o *syncertest.Options) { o.PageSize = 1 }
	eachWay(func(t *testing.T, s *stage) {
		s.given(tree{"k": "k", "d/": "", "e/": ""}, twinsOnA, digestlessA.on, onA(page), onB(page))
		for _, at := range []string{"d/p.jpg", "d/q.jpg", "e/p.jpg", "f/p.jpg", "g/p.jpg", "h/p.jpg"} {
			s.addTwins(at, 6)
		}
		s.run()
		s.forget()
		a, b := s.a.Tree(), s.b.Tree()
		parts := 0
		for s.report = nil; s.report == nil || s.report.More; parts++ {
			require.Less(t, parts, 100)
			report, err := s.World.Run(t.Context(), &syncer.RunOptions{Budget: syncer.Budget{Calls: 60}})
			require.NoError(t, err)
			require.Zero(t, report.Totals.Writes, report)
			s.report = report
		}
		require.Greater(t, parts, 1)
		s.requireTheSameAgain()
		s.requireTree(s.a, a)
		s.requireTree(s.b, b)
	})(t)
}

// A link that was removed and is made again finds hints of all that the first one has written. A name that its own
// side should not hold is found by no question, only by the listing.
func TestHintsOfTheTimeBeforeComeAfterTheFirstListing(t *testing.T) {
	t.Parallel()
	strict := func(o *syncertest.Options) { o.Info.Names.Forbidden, o.Lenient = `:*?"<>|`, true }
	eachWay(func(t *testing.T, s *stage) {
		s.given(tree{"k": "k"}, twinsOnA, onA(strict), onB(strict), with(func(o *syncer.Options) { o.Policies.Namer = policy.Lossless{} }))
		s.a.Add("d: 1/p.jpg", "1")
		s.a.Add("d: 1/p.jpg", "2")
		s.run()
		s.forget()
		for _, at := range sortedKeys(s.b.Tree()) {
			h := syncer.Hint{Side: s.b.side, ID: s.b.ID(strings.TrimSuffix(at, "/"))}
			require.NoError(t, s.Store.Append(t.Context(), s.Pair.Name, h))
		}
		report, err := s.World.Run(t.Context(), &syncer.RunOptions{Budget: syncer.Budget{Calls: 1000}})
		require.NoError(t, err)
		require.Zero(t, report.Totals.Writes, report)
		s.requireTheSameAgain()
	})(t)
}

// A tag is made of an ID. Where each edit makes a new one, a tag is soon one that nobody can explain: then the
// name below it and the size tell who is whose, if they leave no choice. If they do, both are sent rather than one
// taken for the other.
func TestATwinWhoseEditMadeANewIDIsFoundByItsNameAndSize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		bodies  []string // of the twins that are edited
		again   string   // what is added when nothing is remembered
		uploads int
	}{
		{name: "one twin", bodies: []string{"edited"}},
		{name: "two of different sizes", bodies: []string{"edited", "edited, too"}},
		{name: "two of one size, which nobody can tell apart", bodies: []string{"edited", "EDITED"}, uploads: 4},
		{name: "another of its name and size", bodies: []string{"edited"}, again: "EDITED", uploads: 3},
	} {
		t.Run(c.name, eachWay(func(t *testing.T, s *stage) {
			s.given(tree{"k": "k", "d/": ""}, twinsOnA, digestlessA.on)
			ids := s.addTwins("d/p.jpg", 1+len(c.bodies))
			s.run()
			for i, body := range c.bodies {
				s.a.Remove("id:" + ids[1+i])
				s.a.Add("d/p.jpg", body)
				s.run()
			}
			if c.again != "" {
				s.a.Add("d/p.jpg", c.again)
			}
			s.forget()
			s.full()
			require.Equal(t, c.uploads, s.report.Totals.Uploads, s.report)
			require.Zero(t, s.report.Totals.Deletes)
			for _, body := range append(c.bodies, "twin 0", c.again) {
				for _, e := range s.ends() {
					require.Contains(t, append(bodiesBelow(e, ""), ""), body)
				}
			}
			s.requireTheSameAgain()
		}))
	}
}
