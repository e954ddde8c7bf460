package memory_test

import (
	"testing"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/mapping/mappingtest"
	"github.com/procorebox/procorebox/storage/memory"
)

var _ mapping.RunStore = (*memory.Runs)(nil)

func TestRuns(t *testing.T) {
	mappingtest.TestRunStore(t, func(*testing.T) mappingtest.RunStoreHarness {
		return mappingtest.RunStoreHarness{Store: memory.NewRuns(memory.Options{})}
	})
}
