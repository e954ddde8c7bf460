package box_test

import (
	"context"
	"io"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/syncer"
)

// heap watches how much memory is in use while bytes pass.
type heap struct {
	most   atomic.Uint64
	passed atomic.Int64
}

func (h *heap) pass(n int) {
	if h.passed.Add(int64(n))>>23 == (h.passed.Load()-int64(n))>>23 {
		return // it is enough to look every 8 MiB
	}
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	for {
		most := h.most.Load()
		if now.HeapInuse <= most || h.most.CompareAndSwap(most, now.HeapInuse) {
			return
		}
	}
}

// Write takes contents.
func (h *heap) Write(p []byte) (int, error) {
	h.pass(len(p))
	return len(p), nil
}

type watchedBody struct {
	io.ReadCloser

	h *heap
}

func (b watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.h.pass(n)
	return n, err
}

// The fake runs in the same process, and keeps contents in files. With -box.every the file has 2 GiB.
func TestALargeFileGoesUpAndDownInLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it moves 200 MB")
	}
	const room = 64 << 20
	size := int64(200 << 20)
	if *every {
		size = 2 << 30
	}
	a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
	root := syncer.Entry{ID: a.root(t).ID}
	var idle runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&idle)
	h := new(heap)
	content := zeros(size)
	open := content.Open
	content.Open = func(ctx context.Context) (io.ReadCloser, error) {
		body, err := open(ctx)
		return watchedBody{body, h}, err
	}
	made, err := a.fs.CreateFile(t.Context(), root, "model.ifc", content)
	require.NoError(t, err)
	require.Equal(t, size, made.Size)
	body, err := a.fs.Open(t.Context(), made)
	require.NoError(t, err)
	n, err := io.Copy(h, body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	require.Equal(t, size, n)
	require.Less(t, h.most.Load(), idle.HeapInuse+room)
	t.Logf("%d bytes up and down with %d MiB above the idle heap", size, (max(h.most.Load(), idle.HeapInuse)-idle.HeapInuse)>>20)
}
