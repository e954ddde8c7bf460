//go:build linux

package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	soak   = flag.Duration("soak", 2*time.Second, "how long TestBothSidesAreEditedWhileTheyAreKeptInStep edits")
	source = flag.String("tree", "", "a directory, such as the source of Go, that is put on side a before")
)

// tag is what the engine adds to the name of a file that another has. The two sides have one namespace
// each: a file whose name is taken on one side just when it gets there has a tag on that side alone,
// and keeps it.
var tag = regexp.MustCompile(` \([0-9a-f]{8,}\)`)

// equal demands that both sides are equal, save for few tags, and returns how many these are. What stands
// below a folder with a tag has another path for that, and no tag of its own. How often an edit hits the
// moment in which a name is taken depends on how busy the machine is: on two idle cores it is one item in a
// thousand.
func (w *world) equal() int {
	w.t.Helper()
	a, b := w.tree(w.a), w.tree(w.b)
	tagged := map[string]bool{}
	alone := func(one, other map[string]string) map[string][]string {
		left := map[string][]string{}
		for path, contents := range one {
			if other[path] != contents || !has(other, path) {
				name := tag.ReplaceAllString(path, "")
				left[name] = append(left[name], contents)
				slices.Sort(left[name])
				if at := tag.FindStringIndex(path); at != nil {
					tagged[path[:at[1]]] = true
				}
			}
		}
		return left
	}
	require.Equal(w.t, alone(a, b), alone(b, a))
	require.LessOrEqual(w.t, len(tagged), 10+len(a)/50)
	return len(tagged)
}

func has(tree map[string]string, path string) bool {
	_, there := tree[path]
	return there
}

// TestBothSidesAreEditedWhileTheyAreKeptInStep lets a user on each side edit at random while the
// command runs again and again. When they have stopped, one run more makes the sides agree, and the
// next has nothing to do.
func TestBothSidesAreEditedWhileTheyAreKeptInStep(t *testing.T) {
	w := newWorld(t)
	if *source != "" {
		require.NoError(t, os.CopyFS(filepath.Join(w.a, "tree"), os.DirFS(*source)))
	}
	for i := range 100 {
		e := newEditor(uint64(i), []string{w.a, w.b}[i%2], fmt.Sprint("planted ", i, "-"))
		require.NoError(t, os.WriteFile(filepath.Join(e.pick(e.folders), e.name()), e.contents(), 0o644))
		require.NoError(t, os.Mkdir(filepath.Join(e.pick(e.folders), e.name()), 0o755))
	}
	require.Equal(t, agree, w.sync().code)
	most := len(newEditor(0, w.a, "").files) + 2000

	end := time.Now().Add(*soak)
	var users sync.WaitGroup
	for i, root := range []string{w.a, w.b} {
		users.Go(func() {
			pace := rand.New(rand.NewPCG(*seed, uint64(i)))
			for n := 0; time.Now().Before(end); n++ {
				e := newEditor(*seed+uint64(n), root, filepath.Base(root))
				e.made, e.most = n*1000, most
				for range pace.IntN(30) {
					e.edit()
				}
			}
		})
	}
	runs := 0
	for ; time.Now().Before(end); runs++ {
		require.NotEqual(t, failed, w.sync("-confirm").code)
	}
	users.Wait()
	require.Equal(t, agree, w.sync("-confirm").code)
	again := w.sync("-json")
	require.Equal(t, agree, again.code)
	require.Zero(t, again.totals(t)["writes"], "a second run writes nothing")
	tags := w.equal()
	w.tidy()
	t.Logf("%d runs; in the end %d items, of which %d have a tag on one side, and %d files in the trash", runs, len(w.tree(w.a)), tags, w.trashed())
}
