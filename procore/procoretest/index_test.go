package procoretest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// fill puts n files into folders of a hundred.
func fill(tb testing.TB, p *Procore, n int) {
	tb.Helper()
	home, root := p.Home(), p.Project().RootID
	var folder Item
	for i := range n {
		var err error
		if i%100 == 0 {
			folder, err = home.CreateFolder(root, fmt.Sprintf("folder %05d", i/100))
			require.NoError(tb, err)
		}
		_, err = home.Upload(folder.ID, fmt.Sprintf("file %06d.pdf", i), []byte{byte(i), byte(i >> 8), byte(i >> 16)})
		require.NoError(tb, err)
	}
}

// pageOf asks the handler itself for a page of the extended index, and returns how many bytes it has.
func pageOf(tb testing.TB, p *Procore, query string) int64 {
	tb.Helper()
	project := p.Project()
	r := httptest.NewRequestWithContext(tb.Context(), http.MethodGet, fmt.Sprintf("/rest/v1.0/projects/%d/documents?view=extended&per_page=2000&%s", project.ID, query), http.NoBody)
	r.Header.Set("Authorization", "Bearer "+p.Token())
	r.Header.Set("Procore-Company-Id", fmt.Sprint(project.CompanyID))
	w := httptest.NewRecorder()
	p.API().ServeHTTP(w, r)
	require.Equal(tb, http.StatusOK, w.Code)
	n, err := io.Copy(io.Discard, w.Body)
	require.NoError(tb, err)
	return n
}

func TestAnIndexOfManyDocumentsIsServedPageByPage(t *testing.T) { // section 4.2
	p, err := New(Options{Limits: NoLimits})
	require.NoError(t, err)
	defer p.Close()
	fill(t, p, 10_000)
	total := int64(0)
	for page := 1; page <= 6; page++ {
		total += pageOf(t, p, fmt.Sprintf("sort=updated_at&page=%d", page))
	}
	require.Greater(t, total, int64(10_000*500))
	require.Equal(t, int64(len("[]")), pageOf(t, p, "sort=updated_at&page=7"))
}

func BenchmarkIndexOf100000(b *testing.B) {
	p, err := New(Options{Limits: NoLimits})
	require.NoError(b, err)
	defer p.Close()
	before := heap()
	fill(b, p, 100_000)
	kept := float64(heap()-before) / 100_000
	for b.Loop() {
		for page := 1; page <= 51; page++ {
			pageOf(b, p, fmt.Sprintf("sort=updated_at&page=%d", page))
		}
	}
	b.ReportMetric(kept, "B/document")
}

func heap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
