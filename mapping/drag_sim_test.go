package mapping_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

var drags = flag.Int("drags", 60, "how many seeds of drags between tools are tried")

// TestDragsBetweenToolsLoseNothing lets Bob drag files and folders between two tools in Box while both
// edit, and processes be killed. Whatever somebody wrote last is there in the end, on both sides of one tool;
// nobody deletes anything, so nothing may ever be out of Procore and of Box at once.
func TestDragsBetweenToolsLoseNothing(t *testing.T) {
	t.Parallel()
	for seed := range *drags {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			s := newDragging(t, uint64(seed))
			for range 6 {
				for range s.r.IntN(5) {
					s.edit()
				}
				s.w.poll()
				switch s.r.IntN(3) {
				case 0:
					s.w.runAndDie(s.r.IntN(40))
				case 1:
					s.w.sync("bridge", mapping.SyncOptions{Full: true})
				default:
					s.w.sync("bridge", mapping.SyncOptions{})
				}
				s.requireNothingLost()
				s.w.clock.Advance(2 * time.Minute)
			}
			for range 4 {
				s.w.poll()
				s.w.clock.Advance(2 * time.Hour)
				s.w.sync("bridge", mapping.SyncOptions{})
			}
			s.w.settle("bridge")
			require.Equal(t, s.w.documents().Tree(), s.w.below("Bridge/Documents"))
			require.Equal(t, s.w.photos().Tree(), s.w.below("Bridge/Photos"))
			s.requireNothingLost()
		})
	}
}

type dragging struct {
	w       *world
	r       *rand.Rand
	n       int
	current map[string]bool // what was written last, by body
}

func newDragging(t *testing.T, seed uint64) *dragging {
	s := &dragging{r: rand.New(rand.NewPCG(seed, 99)), current: map[string]bool{}}
	s.w = newWorld(t, syncertest.Tree{
		"Bridge/Documents/a.jpg": "1", "Bridge/Documents/d/b.jpg": "2", "Bridge/Documents/d/c.jpg": "3",
		"Bridge/Photos/e.jpg": "4", "Bridge/Photos/f/g.jpg": "5",
	})
	s.w.add("Bridge", mapping.Documents, mapping.Photos)
	s.w.poll()
	s.w.settle("bridge")
	for _, body := range []string{"1", "2", "3", "4", "5"} {
		s.current[body] = true
	}
	return s
}

func (s *dragging) pick(list []string) string {
	slices.Sort(list)
	return list[s.r.IntN(len(list))]
}

// edit lets somebody do something.
func (s *dragging) edit() {
	s.n++
	body := fmt.Sprintf("edit %d", s.n)
	tools := []string{"Documents", "Photos"}
	switch from := s.r.IntN(2); s.r.IntN(5) {
	case 0, 1: // drag something to the other tool
		items := slices.Collect(maps.Keys(s.w.below("Bridge/" + tools[from])))
		if len(items) == 0 {
			return
		}
		at := strings.TrimSuffix(s.pick(items), "/")
		s.w.bob.Move("Bridge/"+tools[from]+"/"+at, fmt.Sprintf("Bridge/%s/moved %d.jpg", tools[1-from], s.n))
	case 2: // Bob edits
		if at := s.file(s.w.below("Bridge/" + tools[from])); at != "" {
			delete(s.current, s.w.below("Bridge/" + tools[from])[at])
			s.w.bob.Write("Bridge/"+tools[from]+"/"+at, body)
			s.current[body] = true
		}
	case 3: // Ann edits
		tool := []*tool{s.w.documents(), s.w.photos()}[from]
		if at := s.file(tool.Tree()); at != "" {
			delete(s.current, tool.Tree()[at])
			tool.Write(at, body)
			s.current[body] = true
		}
	default:
		s.w.bob.Write(fmt.Sprintf("Bridge/%s/new %d.jpg", tools[from], s.n), body)
		s.current[body] = true
	}
}

func (s *dragging) file(tree syncertest.Tree) string {
	files := slices.DeleteFunc(slices.Collect(maps.Keys(tree)), func(at string) bool { return strings.HasSuffix(at, "/") })
	if len(files) == 0 {
		return ""
	}
	return s.pick(files)
}

// requireNothingLost demands that whatever somebody wrote last stands somewhere.
func (s *dragging) requireNothingLost() {
	s.w.t.Helper()
	there := map[string]bool{}
	for _, tree := range []syncertest.Tree{s.w.box.Tree(), s.w.documents().Tree(), s.w.photos().Tree()} {
		for _, body := range tree {
			there[body] = true
		}
	}
	for body := range s.current {
		require.True(s.w.t, there[body], "%q is nowhere", body)
	}
}
