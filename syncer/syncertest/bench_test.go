package syncertest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// BenchmarkList lists 1,000,000 files in 1,000 folders; the promise is about a second.
func BenchmarkList(b *testing.B) {
	disk := syncertest.New(syncertest.Options{}, nil)
	ann := disk.User("ann")
	for d := range 1000 {
		for f := range 1000 {
			ann.Write(fmt.Sprintf("folder-%d/file-%d.txt", d, f), "x")
		}
	}
	handle := disk.Connect()
	for b.Loop() {
		seen := 0
		for _, err := range handle.List(b.Context(), syncer.Entry{ID: handle.Root()}, "") {
			require.NoError(b, err)
			seen++
		}
		require.Equal(b, 1_001_001, seen)
	}
}

// BenchmarkFind looks up names in a folder of 1,000,000 files.
func BenchmarkFind(b *testing.B) {
	disk := syncertest.New(syncertest.Options{}, nil)
	ann := disk.User("ann")
	for f := range 1_000_000 {
		ann.Write(fmt.Sprintf("file-%d.txt", f), "x")
	}
	handle := disk.Connect()
	i := 0
	for b.Loop() {
		i = (i + 7919) % 1_000_000
		found, err := handle.Find(b.Context(), syncer.Entry{ID: handle.Root()}, syncer.Key(fmt.Sprintf("file-%d.txt", i)))
		require.NoError(b, err)
		require.Len(b, found, 1)
		handle.Clear()
	}
}
