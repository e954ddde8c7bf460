package syncertest_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// machines is what only a file says of a pair that is in use.
var machines = regexp.MustCompile(`in use on ".*" until`)

// TestSimulationOnSQLite plays seeds with the state in memory and in files. Whatever the engine meets,
// it does the same to the last call and the last Batch.
func TestSimulationOnSQLite(t *testing.T) {
	t.Parallel()
	for n := range uint64(*simFiles) {
		seed := *simFirst + n
		kept, err := simulate(seed, true)
		require.NoError(t, err)
		filed, err := simulateIn(t.TempDir(), seed, true)
		require.NoError(t, err)
		filed.store.close()
		for i := range min(len(kept.trace), len(filed.trace)) {
			did := machines.ReplaceAllString(filed.trace[i], "in use until")
			if i > 0 && kept.trace[i] != did {
				t.Fatalf("seed %d: in memory\n%s\nand in a file\n%s", seed, kept.trace[i], did)
			}
		}
		require.Len(t, filed.trace, len(kept.trace), "seed %d", seed)
	}
}
