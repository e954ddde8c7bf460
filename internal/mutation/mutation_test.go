package mutation

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// root is the root of the project as seen from this package.
const root = "../.."

// A mutation is one mistake, and the tests that must catch it.
type mutation struct {
	name string // what is wrong with the engine that makes it, as a sentence
	file string // from the root of the project
	old  string // stands exactly once in file; as little as possible, so that it lasts
	new  string // stands there instead
	and  []swap // further replacements that the same mistake needs
	why  string // how somebody comes to make it
	in   string // the folder of the package with the tests
	// tests are the full names of tests, with slashes. Each may be a group of others; they catch the
	// mistake if one of them fails.
	tests []string
}

// A swap puts one text of a file in place of another that stands there exactly once.
type swap struct{ old, new string }

// mutations are all of them, in the order in which a run of the engine goes.
var mutations = slices.Concat(observing, deciding, placing, applying, agreeing, settling, remembering, linking)

// The packages whose tests catch the mistakes.
const (
	unit      = "syncer"
	scenarios = "syncer/syncertest"
	limits    = "policy"
	store     = "storage/memory"
	links     = "mapping"
)

// scenario returns the full names of scenarios of the catalogue.
func scenario(names ...string) []string {
	for i := range names {
		names[i] = "TestScenario/" + names[i]
	}
	return names
}

// regression returns the full names of cases that the simulation has found.
func regression(names ...string) []string {
	for i := range names {
		names[i] = "TestWhatTheSimulationFoundStaysFixed/" + names[i]
	}
	return names
}

// text returns the file with the mistake in it.
func (m mutation) text() (string, error) {
	file, err := os.ReadFile(filepath.Join(root, m.file))
	if err != nil {
		return "", err
	}
	text := string(file)
	for _, s := range append([]swap{{m.old, m.new}}, m.and...) {
		if n := strings.Count(text, s.old); n != 1 {
			return "", fmt.Errorf("%s holds this text %d times instead of once:\n%s", m.file, n, s.old)
		}
		text = strings.Replace(text, s.old, s.new, 1)
	}
	return text, nil
}

func TestEachTextToBeReplacedStandsOnceInItsFile(t *testing.T) {
	for _, m := range mutations {
		t.Run(m.name, func(t *testing.T) {
			text, err := m.text()
			require.NoError(t, err)
			require.NotContains(t, text, "\r")
			require.NotEqual(t, m.old, m.new)
		})
	}
}

func TestEachMistakeIsDescribedAndHasItsTests(t *testing.T) {
	require.GreaterOrEqual(t, len(mutations), 20)
	met := map[string]bool{}
	for _, m := range mutations {
		t.Run(m.name, func(t *testing.T) {
			require.False(t, met[m.name], "two mistakes have this name")
			met[m.name] = true
			require.NotEmpty(t, m.name)
			require.NotEmpty(t, m.why)
			require.NotEmpty(t, m.tests)
			source := sourceOfTests(t, m.in)
			for _, name := range m.tests {
				path := strings.Split(name, "/")
				require.Contains(t, source, "func "+path[0]+"(t *testing.T", "%s has no %s", m.in, path[0])
				if len(path) > 1 {
					require.Contains(t, source, `"`+path[1]+`"`, "%s has no case %q", m.in, path[1])
				}
			}
		})
	}
}

// sourceOfTests returns the text of all test files of a package.
func sourceOfTests(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, dir, "*_test.go"))
	require.NoError(t, err)
	var all strings.Builder
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		all.Write(text)
	}
	return all.String()
}
