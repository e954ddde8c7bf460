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

// tag is what the engine adds to a name that is taken. A name that was taken on one side only when the
// item came there keeps its tag there, also when it would be free again.
var tag = regexp.MustCompile(`( \((conflict )?[0-9a-f]{6,}\))+`)

// untagged returns what stands under each path without the tags.
func untagged(tree map[string]string) map[string][]string {
	out := map[string][]string{}
	for path, contents := range tree {
		path = tag.ReplaceAllString(path, "")
		out[path] = append(out[path], contents)
	}
	for _, all := range out {
		slices.Sort(all)
	}
	return out
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
	a, b := w.tree(w.a), w.tree(w.b)
	require.Equal(t, untagged(a), untagged(b))
	w.tidy()
	tags := 0
	for path := range a {
		if _, same := b[path]; !same {
			tags++
			t.Logf("only on a: %q", path)
		}
	}
	for path := range b {
		if _, same := a[path]; !same {
			t.Logf("only on b: %q", path)
		}
	}
	t.Logf("%d runs; in the end %d items, of which %d have a tag on one side; %d files in the trash", runs, len(a), tags, len(w.trash()))
}
