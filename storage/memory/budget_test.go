package memory_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
)

func TestABudgetThatCannotBeWrittenSaysSo(t *testing.T) {
	for _, done := range []bool{false, true} {
		f := &trouble{op: memory.OpSpend, done: done}
		b := memory.NewBudget(memory.Options{Fail: f.fail})
		store := func(time.Time, []byte) ([]byte, error) { return []byte("spent"), nil }
		require.ErrorIs(t, b.Update(t.Context(), "c", store), errTrouble)

		f.op = ""
		var stored []byte
		require.NoError(t, b.Update(t.Context(), "c", func(_ time.Time, old []byte) ([]byte, error) {
			stored = old
			return old, nil
		}))
		require.Equal(t, done, string(stored) == "spent")
	}
}
