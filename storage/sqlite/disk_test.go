//go:build unix

package sqlite_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/sqlite"
)

func TestAFullDiskStopsARunBeforeTheNextWrite(t *testing.T) {
	t.Parallel()
	s, _ := newServices(1)
	for n := range 400 {
		s.sides[0].User("ann").Write(fmt.Sprintf("ann/many/file %d.pdf", n), fmt.Sprint("contents ", n))
	}
	path := filepath.Join(t.TempDir(), "state.db")
	s.child = start(t, "fill", path, s)
	require.NoError(t, s.child.wait())
	require.Regexp(t, "full|I/O", s.result.Err, "the run says why it stopped")
	require.Less(t, len(files(s.sides[1].Tree())), 400)

	store, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	require.NoError(t, err, "a full disk damages nothing")
	require.NoError(t, store.Check(t.Context()))
	view, err := store.View(t.Context(), "pair")
	require.NoError(t, err)
	records, err := collect(view.Records(t.Context()))
	require.NoError(t, err)
	intents, err := collect(view.Intents(t.Context()))
	require.NoError(t, err)
	known := map[string]bool{}
	for _, r := range records {
		known[r.Destination.Name] = true
	}
	for _, i := range intents {
		known[i.Name] = true
	}
	for at := range files(s.sides[1].Tree()) {
		if !strings.HasPrefix(at, "ann/") {
			continue // written by a user
		}
		require.True(t, known[filepath.Base(at)], "%s was written without an intent", at)
	}
	require.NoError(t, store.Close())

	result := s.live(t, path, death{})
	require.Empty(t, result.Err, "with room again the next run goes on")
	require.Equal(t, files(s.sides[0].Tree()), files(s.sides[1].Tree()))
	require.Zero(t, s.live(t, path, death{}).Report.Totals.Writes)
}
