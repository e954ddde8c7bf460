//go:build linux

package main

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"
)

var beside = flag.Int("beside", 0, "how many files of 1 KiB TestBesideUnisonAndRclone measures with; 100000 is what the figures are of")

// rival is a program that keeps two directories in step.
type rival struct {
	name        string
	program     string // in PATH, or a path
	first, next []string
	env         []string
}

// TestBesideUnisonAndRclone measures this command, Unison and rclone bisync on equal trees: the first
// sync, a run without changes, and one with a hundred. Programs that are not installed are left out.
func TestBesideUnisonAndRclone(t *testing.T) {
	if *beside == 0 {
		t.Skip("-beside says with how many files to measure")
	}
	dir := t.TempDir()
	ours := filepath.Join(dir, "our command")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", ours, ".")
	require.NoError(t, build.Run())
	var text bytes.Buffer
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "program\tfirst sync\t\tno change\t\t100 changes\t")
	for _, r := range rivals(dir, ours) {
		if _, err := exec.LookPath(r.program); err != nil {
			fmt.Fprintf(table, "%s\tis not installed\n", r.name)
			continue
		}
		a, b := filepath.Join(dir, r.name, "a"), filepath.Join(dir, r.name, "b")
		grow(t, a, *beside)
		require.NoError(t, os.MkdirAll(b, 0o755))
		first := r.measure(t, r.first, a, b)
		var still, hundred []cost
		for n := range 3 {
			still = append(still, r.measure(t, r.next, a, b))
			change(t, n, a, b)
			hundred = append(hundred, r.measure(t, r.next, a, b))
		}
		require.Equal(t, count(t, a), count(t, b), r.name)
		fmt.Fprintf(table, "%s\t%v\t%v\t%v\t\n", r.name, first, middle(still), middle(hundred))
		require.NoError(t, os.RemoveAll(filepath.Join(dir, r.name)))
	}
	require.NoError(t, table.Flush())
	fmt.Print(text.String())
}

func rivals(dir, ours string) []rival {
	workdir := filepath.Join(dir, "rclone state")
	bisync := []string{"bisync", "A", "B", "--workdir", workdir, "--config", "/dev/null", "--quiet"}
	unison := []string{"A", "B", "-ui", "text", "-batch", "-silent", "-times", "-confirmbigdel=false"}
	local := []string{"-state", filepath.Join(dir, "state"), "-json", "A", "B"}
	return []rival{
		{"localdir", ours, local, local, nil},
		{"unison", "unison", unison, unison, []string{"UNISON=" + filepath.Join(dir, "unison state")}},
		{"rclone", "rclone", append(slices.Clone(bisync), "--resync"), bisync, nil},
	}
}

// cost is what a run took.
type cost struct {
	wall time.Duration
	cpu  time.Duration
	peak int64 // KiB
}

func (c cost) String() string {
	return fmt.Sprintf("%.2f s (%.2f s CPU)\t%d MiB", c.wall.Seconds(), c.cpu.Seconds(), c.peak>>10)
}

func middle(all []cost) cost {
	slices.SortFunc(all, func(a, b cost) int { return int(a.wall - b.wall) })
	return all[len(all)/2]
}

func (r *rival) measure(t *testing.T, args []string, a, b string) cost {
	t.Helper()
	args = slices.Clone(args)
	for i, arg := range args {
		args[i] = map[string]string{"A": a, "B": b}[arg]
		if args[i] == "" {
			args[i] = arg
		}
	}
	cmd := exec.CommandContext(t.Context(), r.program, args...)
	cmd.Env = append(os.Environ(), r.env...)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s: %s", r.name, out[max(0, len(out)-2000):])
	used, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	require.True(t, ok)
	return cost{time.Since(began), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), used.Maxrss}
}

// grow makes files of 1 KiB, a hundred in a folder.
func grow(t *testing.T, root string, files int) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	body := make([]byte, 1024)
	for i := range files {
		folder := filepath.Join(root, fmt.Sprintf("folder %04d", i/100))
		if i%100 == 0 {
			require.NoError(t, os.MkdirAll(folder, 0o755))
		}
		for j := range body {
			body[j] = byte(r.Uint32())
		}
		require.NoError(t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("file %02d.dat", i%100)), body, 0o644))
	}
}

// change edits 60 files, makes 20 and deletes 20, half of them on each side.
func change(t *testing.T, turn int, a, b string) {
	t.Helper()
	for i := range 100 {
		root := []string{a, b}[i%2]
		folders, err := filepath.Glob(filepath.Join(root, "folder *"))
		require.NoError(t, err)
		folder := folders[(turn*7919+i*31)%len(folders)]
		path := filepath.Join(folder, fmt.Sprintf("file %02d.dat", (turn*20+i/5)%100))
		switch i % 5 {
		case 0:
			require.NoError(t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("new %d %d", turn, i)), []byte("new"), 0o644))
		case 1:
			_ = os.Remove(path)
		default:
			require.NoError(t, os.WriteFile(path, fmt.Appendf(nil, "edited %d %d", turn, i), 0o644))
		}
	}
}

func count(t *testing.T, root string) int {
	t.Helper()
	e := newEditor(0, root, "")
	return len(e.files)
}
