package sqlite

import (
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEachKindOfFileHasAllScriptsOfItsPartsInTheirOrder(t *testing.T) {
	t.Parallel()
	parts, err := os.ReadDir("schema")
	require.NoError(t, err)
	alone := map[string]format{"state": stateFormat, "ledger": ledgerFormat, "token": tokenFormat, "budget": budgetFormat, "note": noteFormat, "run": runFormat}
	require.Len(t, alone, len(parts), "a part may be in a file of its own")
	total := 0
	for _, part := range parts {
		var want []string
		scripts, err := os.ReadDir(path.Join("schema", part.Name()))
		require.NoError(t, err)
		for _, script := range scripts {
			want = append(want, part.Name()+"/"+strings.TrimSuffix(script.Name(), ".sql"))
		}
		require.Equal(t, want, alone[part.Name()].scripts)
		whole := slices.DeleteFunc(slices.Clone(wholeFormat.scripts), func(name string) bool { return path.Dir(name) != part.Name() })
		require.Equal(t, want, whole, "a file with all parts has each as the others do")
		total += len(want)
	}
	require.Len(t, wholeFormat.scripts, total)
}
