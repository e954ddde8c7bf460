package mutation

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

var mutants = flag.Bool("mutants", false, "make each mistake and demand that the tests catch it; takes some minutes")

func TestEachMistakeIsCaught(t *testing.T) {
	t.Parallel()
	if !*mutants {
		t.Skip("takes some minutes: go test ./internal/mutation -mutants -timeout 30m")
	}
	sound := &builds{dir: t.TempDir(), of: map[string]func() (string, error){}}
	for _, m := range mutations {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			passes(t, sound, m)
			binary := filepath.Join(t.TempDir(), "mutant.test")
			require.NoError(t, build(t, m.in, binary, "-overlay="+overlayOf(t, m)), "the mistake does not compile")
			failed, out := run(t, binary, m.in, m.tests, "-test.failfast")
			if len(failed) > 0 {
				t.Logf("caught by %s", failed[0])
				return
			}
			t.Errorf("survived %s\n%s", strings.Join(m.tests, ", "), out)
		})
	}
}

// builds makes the test binary of each package without any mistake, once.
type builds struct {
	dir string
	mu  sync.Mutex
	of  map[string]func() (string, error)
}

func (b *builds) get(t *testing.T, pkg string) (string, error) {
	b.mu.Lock()
	if b.of[pkg] == nil {
		b.of[pkg] = sync.OnceValues(func() (string, error) {
			binary := filepath.Join(b.dir, strings.ReplaceAll(pkg, "/", "-")+".test")
			return binary, build(t, pkg, binary)
		})
	}
	get := b.of[pkg]
	b.mu.Unlock()
	return get()
}

// passes demands that the tests of a mistake are there and pass where it is not made.
func passes(t *testing.T, sound *builds, m mutation) {
	t.Helper()
	binary, err := sound.get(t, m.in)
	require.NoError(t, err)
	for _, test := range m.tests {
		failed, out := run(t, binary, m.in, []string{test})
		require.Empty(t, failed, "the tests fail without the mistake\n%s", out)
		require.NotContains(t, out, "no tests to run", "there is no %s", test)
		require.Regexp(t, `--- PASS: `+regexp.QuoteMeta(strings.ReplaceAll(test, " ", "_"))+` `, out, "there is no %s", test)
	}
}

// overlayOf writes the file with the mistake and the JSON that puts it in the place of the file.
func overlayOf(t *testing.T, m mutation) string {
	t.Helper()
	text, err := m.text()
	require.NoError(t, err)
	at, err := filepath.Abs(filepath.Join(root, m.file))
	require.NoError(t, err)
	dir := t.TempDir()
	mutant, overlay := filepath.Join(dir, filepath.Base(m.file)), filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(mutant, []byte(text), 0o600))
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {at: mutant}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(overlay, replace, 0o600))
	return overlay
}

// build makes the test binary of a package.
func build(t *testing.T, pkg, binary string, flags ...string) error {
	t.Helper()
	args := append([]string{"test", "-c", "-o", binary}, flags...)
	c := exec.CommandContext(t.Context(), "go", append(args, "./"+pkg)...)
	c.Dir = root
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

// run runs tests of a package, and returns the names of those that failed, the innermost first, and
// the output.
func run(t *testing.T, binary, pkg string, tests []string, flags ...string) (failed []string, out string) {
	t.Helper()
	args := append([]string{"-test.v", "-test.timeout=2m", "-test.run=" + pattern(tests)}, flags...)
	c := exec.CommandContext(t.Context(), binary, args...)
	c.Dir = filepath.Join(root, pkg)
	return failures(t, c)
}

var failure = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)

// failures runs tests and returns which of them failed, those below others first.
func failures(t *testing.T, c *exec.Cmd) (failed []string, out string) {
	t.Helper()
	var buf bytes.Buffer
	c.Stdout, c.Stderr = &buf, &buf
	err := c.Run()
	out = buf.String()
	names := map[string]bool{}
	for _, found := range failure.FindAllStringSubmatch(out, -1) {
		names[found[1]] = true
	}
	failed = slices.SortedFunc(maps.Keys(names), func(a, b string) int {
		if d := strings.Count(b, "/") - strings.Count(a, "/"); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	var exit *exec.ExitError
	switch {
	case err == nil:
		require.Empty(t, failed)
	case !errors.As(err, &exit):
		require.NoError(t, err)
	case strings.Contains(out, "panic: test timed out"):
		failed = append(failed, "the time limit")
	case len(failed) == 0:
		failed = []string{"an exit before the end: " + out[max(0, len(out)-200):]}
	}
	return failed, out
}

// pattern makes the argument of -run for tests given by their names.
func pattern(tests []string) string {
	var all []string
	for _, test := range tests {
		var path []string
		for name := range strings.SplitSeq(test, "/") {
			path = append(path, "^"+regexp.QuoteMeta(name)+"$")
		}
		all = append(all, strings.Join(path, "/"))
	}
	return strings.Join(all, "|")
}
