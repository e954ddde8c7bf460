//go:build linux

package main

import (
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	crashes = flag.Int("crashes", 6, "how many processes TestAKilledRunIsHealedByTheNextOne kills")
	seed    = flag.Uint64("seed", 1, "the first seed of random tests")
)

// TestAKilledRunIsHealedByTheNextOne kills processes at random points of first syncs and of runs
// after many edits, small ones and every fourth a large one, and runs the command again at once. The
// outcome must be that of a twin that was not killed: nothing twice, nothing missing, no strays.
func TestAKilledRunIsHealedByTheNextOne(t *testing.T) {
	killed := 0
	for n := *seed; killed < *crashes; n++ {
		t.Run(fmt.Sprint("seed ", n), func(t *testing.T) {
			files := 60
			if n%4 == 0 {
				files = 1500
			}
			if crash(t, n, files) {
				killed++
			}
		})
		if t.Failed() || n > *seed+uint64(5**crashes) {
			break
		}
	}
	require.Equal(t, *crashes, killed, "processes were killed before they had ended")
}

// crash reports whether the process was killed before it had ended.
func crash(t *testing.T, seed uint64, files int) bool {
	w, twin := newWorld(t), newWorld(t)
	r := rand.New(rand.NewPCG(seed, 2))
	for _, each := range []*world{w, twin} {
		each.plant(seed, files)
		if seed%2 == 1 {
			require.Equal(t, agree, each.sync().code)
			each.twist(seed, files/6)
		}
	}
	before := append(w.bytes(w.a), w.bytes(w.b)...)

	began := time.Now()
	require.Equal(t, agree, twin.process(0))
	took := time.Since(began)
	code := w.process(time.Duration(r.Float64() * float64(took)))

	require.Equal(t, agree, w.sync().code, "healed at once")
	require.Equal(t, twin.outline(twin.a), w.outline(w.a))
	require.Equal(t, twin.outline(twin.b), w.outline(w.b))
	after := append(w.bytes(w.a), w.trash()...)
	slices.Sort(after)
	for _, contents := range before {
		_, found := slices.BinarySearch(after, contents)
		require.True(t, found, "%.60q is lost", contents)
	}
	w.agree()
	return code < 0
}

// plant makes files on both sides.
func (w *world) plant(seed uint64, files int) {
	w.t.Helper()
	r := rand.New(rand.NewPCG(seed, 3))
	for i := range files {
		side := []string{"a", "b"}[r.IntN(2)]
		size := []int{10, 1000, 100_000}[r.IntN(3)]
		w.write(fmt.Sprintf("%s/folder %d/sub %d/file %d", side, i%7, i%3, i), strings.Repeat(fmt.Sprint(i, " "), size/4+1))
	}
}

// twist edits both sides, each file on one side only, save for some that are in conflict.
func (w *world) twist(seed uint64, edits int) {
	w.t.Helper()
	r := rand.New(rand.NewPCG(seed, 4))
	all := newEditor(seed, w.a, "").files
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for i, path := range all[:edits] {
		rel, err := filepath.Rel(w.a, path)
		require.NoError(w.t, err)
		side := []string{"a", "b"}[r.IntN(2)]
		here := side + "/" + rel
		switch i % 6 {
		case 0:
			w.write(here, fmt.Sprint("edited ", i))
		case 1:
			w.remove(here)
		case 2:
			w.rename(here, filepath.Dir(here)+fmt.Sprint("/renamed ", i))
		case 3:
			w.rename(here, fmt.Sprintf("%s/moved %d", side, i))
		case 4:
			w.write(here+" new", strings.Repeat(fmt.Sprint("new ", i), 30_000))
		case 5:
			w.write("a/"+rel, fmt.Sprint("on a ", i))
			w.write("b/"+rel, fmt.Sprint("on b, longer ", i))
		}
	}
	w.rename("a/folder 1", "a/folder one")
	w.rename("b/folder 2", "b/folder 3/folder two")
}

// process runs the command in a process of its own, which is killed after a time unless that is 0. It
// returns the exit code, or -1 if the process was killed.
func (w *world) process(life time.Duration) int {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), "/proc/self/exe", "-state", w.state, w.a, w.b)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stdout, cmd.Stderr = io.Discard, os.Stderr
	require.NoError(w.t, cmd.Start())
	if life > 0 {
		killer := time.AfterFunc(life, func() { _ = cmd.Process.Kill() })
		defer killer.Stop()
	}
	_ = cmd.Wait()
	return cmd.ProcessState.ExitCode()
}

// conflictTag is made from the version of a file, and so another one in each world.
var conflictTag = regexp.MustCompile(`\(conflict [0-9a-f]+\)`)

// outline is a tree in which contents are short and conflict copies have one name.
func (w *world) outline(root string) map[string]string {
	out := map[string]string{}
	for path, contents := range w.tree(root) {
		path = conflictTag.ReplaceAllString(path, "(conflict)")
		for out[path] != "" {
			path += " again"
		}
		out[path] = fmt.Sprintf("%d %.40s", len(contents), contents)
	}
	return out
}

// bytes returns the contents of all files below a directory.
func (w *world) bytes(root string) []string {
	var all []string
	for path, contents := range w.tree(root) {
		if !strings.HasSuffix(path, "/") {
			all = append(all, contents)
		}
	}
	return all
}
