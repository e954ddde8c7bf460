package memory_test

import (
	"testing"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/mapping/mappingtest"
	"github.com/procorebox/procorebox/storage/memory"
)

var _ mapping.Store = (*memory.Notes)(nil)

func TestNotes(t *testing.T) {
	mappingtest.TestStore(t, func(*testing.T) mappingtest.StoreHarness {
		return mappingtest.StoreHarness{Store: memory.NewNotes(memory.Options{})}
	})
}
