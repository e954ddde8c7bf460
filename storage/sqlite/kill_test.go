package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

var killSeeds = flag.Int("kills", 6, "seeds of TestARunThatIsKilledAnywhereIsHealedByTheNext; each kills a process some ten times")

// Services are the two services of a pair, which live on when the process that syncs them is killed.
type Services struct {
	sides  [2]*syncertest.Service
	fs     [2]syncer.FileSystem
	random *rand.Rand

	mu     sync.Mutex
	calls  int
	child  *child
	death  death
	result *Result
}

// death is when a child is killed: around one of its calls.
type death struct {
	at    int // 0 for never
	when  int // before the call has its effect, after it, or a moment after its answer
	after time.Duration
}

var errDead = errors.New("the caller is dead")

// Roots tells the IDs of the two roots.
func (s *Services) Roots(_ struct{}, roots *[2]string) error {
	*roots = [2]string{s.sides[0].Root(), s.sides[1].Root()}
	return nil
}

// Done takes the report of a run that ended.
func (s *Services) Done(r Result, _ *struct{}) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result = &r
	return nil
}

// Do carries out one call, unless its caller dies before.
func (s *Services) Do(c Call, r *Reply) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	dies := s.calls == s.death.at
	if s.death.at > 0 && s.calls > s.death.at && s.death.when < 2 {
		return errDead
	}
	if dies && s.death.when == 0 {
		s.child.kill()
		return errDead
	}
	s.perform(context.Background(), s.fs[c.Side], c, r)
	switch {
	case dies && s.death.when == 1:
		s.child.kill()
		return errDead
	case dies:
		time.AfterFunc(s.death.after, s.child.kill)
	}
	return nil
}

func (s *Services) perform(ctx context.Context, side syncer.FileSystem, c Call, r *Reply) {
	var e syncer.Entry
	var err error
	c.Content.Open = func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(c.Body)), nil }
	switch c.Op {
	case "List":
		for e, err := range side.List(ctx, c.At, c.From) {
			if err != nil {
				r.fail(err)
				return
			}
			r.Entries = append(r.Entries, e)
		}
		return
	case "Open":
		body, err := side.Open(ctx, c.At)
		if err == nil {
			r.Body, err = io.ReadAll(body)
			body.Close()
		}
		r.fail(err)
		return
	case "CreateFolder":
		e, err = side.CreateFolder(ctx, c.Parent, c.Name)
	case "CreateFile":
		e, err = side.CreateFile(ctx, c.Parent, c.Name, c.Content)
	case "UpdateFile":
		e, err = side.UpdateFile(ctx, c.At, c.Content)
	case "Delete":
		r.Trashed, err = side.Delete(ctx, c.At)
	case "Move":
		e, err = side.(syncer.Mover).Move(ctx, c.At, c.Parent, c.Name)
	case "Look":
		e, err = side.(syncer.Looker).Look(ctx, c.At.ID)
	case "Find":
		r.Entries, err = side.(syncer.Finder).Find(ctx, c.Parent, c.Key)
		r.fail(err)
		return
	}
	r.Entries = []syncer.Entry{e}
	r.fail(err)
}

// live starts a run, and returns what it reports, nil if it was killed.
func (s *Services) live(t *testing.T, path string, d death) *Result {
	t.Helper()
	s.mu.Lock()
	s.calls, s.death, s.result = 0, d, nil
	s.child = start(t, "sync", path, s)
	living := s.child
	s.mu.Unlock()
	err := living.wait()
	if s.result == nil {
		require.Positive(t, d.at, "a run that nobody kills ends: %v", err)
	}
	return s.result
}

// edit lets a user of a side change something in a folder of their own, and what is expected.
func (s *Services) edit(want syncertest.Tree, n int) {
	side := s.random.IntN(2)
	user, folder := s.sides[side].User("ann"), [...]string{"ann", "bob"}[side]
	mine := slices.Sorted(maps.Keys(want))
	mine = slices.DeleteFunc(mine, func(at string) bool { return at[:3] != folder || at[len(at)-1] == '/' || !s.sides[side].Has(at) })
	contents := fmt.Sprintf("written as edit %d", n)
	if len(mine) < 3 || s.random.IntN(2) == 0 {
		at := fmt.Sprintf("%s/%d/file %d.pdf", folder, s.random.IntN(3), n)
		want[at] = contents
		user.Write(at, contents)
		return
	}
	at := mine[s.random.IntN(len(mine))]
	switch s.random.IntN(3) {
	case 0:
		want[at] = contents
		user.Write(at, contents)
	case 1:
		to := fmt.Sprintf("%s/moved %d.pdf", folder, n)
		want[to] = want[at]
		delete(want, at)
		user.Move(at, to)
	default:
		delete(want, at)
		user.Remove(at)
	}
}

// files returns a tree without its folders.
func files(tree syncertest.Tree) syncertest.Tree {
	tree = maps.Clone(tree)
	maps.DeleteFunc(tree, func(at, _ string) bool { return at[len(at)-1] == '/' })
	return tree
}

func newServices(seed uint64) (*Services, syncertest.Tree) {
	s := &Services{random: rand.New(rand.NewPCG(seed, 0))}
	for side := range s.sides {
		s.sides[side] = syncertest.New(syncertest.Options{Prefix: [...]string{"s", "d"}[side]}, nil)
		s.fs[side] = s.sides[side].Connect().FileSystem()
	}
	want := syncertest.Tree{}
	for n := range 12 {
		s.edit(want, n)
	}
	return s, want
}

func TestARunThatIsKilledAnywhereIsHealedByTheNext(t *testing.T) {
	t.Parallel()
	for seed := range *killSeeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s, want := newServices(uint64(seed))
			path := filepath.Join(t.TempDir(), [...]string{"state.db", wholeFile}[seed%2])
			killed := 0
			for n := range 10 {
				d := death{at: 1 + s.random.IntN(12), when: s.random.IntN(3), after: time.Duration(s.random.IntN(3000)) * time.Microsecond}
				if result := s.live(t, path, d); result == nil {
					killed++
				} else {
					require.Empty(t, result.Err, "a run at once after a kill is not kept out")
				}
				for i := range 1 + s.random.IntN(3) {
					s.edit(want, 100+10*n+i)
				}
			}
			for range 3 {
				result := s.live(t, path, death{})
				require.Empty(t, result.Err)
				if result.Report.Totals.Writes == 0 {
					break
				}
			}
			last := s.live(t, path, death{})
			require.Empty(t, last.Err)
			require.Zero(t, last.Report.Totals.Writes, last.Report.String())
			require.True(t, last.Report.Settled(), last.Report.String())
			require.Equal(t, want, files(s.sides[0].Tree()), "nothing is lost or doubled on the source")
			require.Equal(t, want, files(s.sides[1].Tree()), "nothing is lost or doubled on the destination")
			t.Logf("%d processes killed, %d files in step", killed, len(want))
			store, file, err := openEither(t.Context(), path)
			require.NoError(t, err)
			require.NoError(t, store.Check(t.Context()))
			require.NoError(t, file.Close())
		})
	}
}
