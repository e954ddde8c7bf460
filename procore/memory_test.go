package procore_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer"
)

// heap is what is in use once the garbage is gone.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// The architecture allows 300 bytes an item and side. The fake runs in the same process, and some
// megabytes of pages that it has just sent are still its. With -procore.every there are 100,000 documents.
func TestManyDocumentsAreListedInLittleMemory(t *testing.T) {
	documents := 9_900 // and the recycle bin, which the index tells too
	if *every {
		documents = 99_900
	}
	p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits})
	for i := range documents / 100 {
		at, err := p.ann.CreateFolder(p.Project().RootID, fmt.Sprintf("%05d Structural drawings", i))
		require.NoError(t, err)
		for j := range 99 {
			_, err = p.ann.Upload(at.ID, fmt.Sprintf("S-%05d Level %02d reinforcement.pdf", i, j), []byte("bytes"))
			require.NoError(t, err)
		}
	}
	warm := p.client(t, procore.Options{}).GetDocuments(t.Context(), procore.InProject(procore.ID(p.Project().ID)), procore.DocumentQuery{
		Sort: "document_type_then_created_at", PageSize: 1,
	})
	for _, err := range warm { // the fake sorts once, and keeps that
		require.NoError(t, err)
		break
	}
	before, seen, most := heap(), 0, uint64(0)
	made := p.calls(func() {
		for _, err := range p.fs.List(t.Context(), syncer.Entry{ID: procore.RootID}, "") {
			require.NoError(t, err)
			if seen++; seen == 2 { // all was read, nothing was told yet
				most = heap()
			}
		}
	})
	require.Equal(t, documents+1, seen)
	require.Equal(t, map[string]int{getTop: 1, getIndex: (documents + 1999) / 2000}, made)
	each := int64(most-before) / int64(documents)
	t.Logf("%d bytes a document", each)
	if *every { // of fewer documents the fake's pages are a large part
		require.Less(t, each, int64(300))
	}
}

func TestTheIndexKeepsADocumentInLittleMoreThanAHundredBytes(t *testing.T) {
	const documents = 100_000
	before := heap()
	x := procore.IndexOf(documents, "S-00000 Level 00 reinforcement.pdf")
	each := int64(heap()-before) / documents
	runtime.KeepAlive(x)
	t.Logf("%d bytes a document", each)
	require.Less(t, each, int64(140))
}

// The feed of photos keeps the numbers of them all, of a few readings.
func TestTheFeedKeepsAPhotoInLessThanAHundredBytes(t *testing.T) {
	const photos = 100_000
	numbers := procore.Rolls{}
	before := heap()
	for n := range 10 {
		numbers.Keep(n, photos)
	}
	each := int64(heap()-before) / photos
	t.Logf("%d bytes a photo", each)
	require.Less(t, each, int64(100))
	require.True(t, numbers.Knows(9, photos) && numbers.Knows(8, photos))
}
