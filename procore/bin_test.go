package procore_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
)

// Nobody can empty the recycle bin. What is not found is looked for in it, and many such items together do
// not read all of it again and again.
func TestALargeRecycleBinIsNotReadForEachItemThatIsMissing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits, Switches: procoretest.Switches{BinnedNotFound: true}})
		root := p.root(t)
		var files []procoretest.Item
		for i := range 20 {
			it, err := p.ann.Upload(root.ID, fmt.Sprint("file ", i), []byte("x"))
			require.NoError(t, err)
			files = append(files, it)
		}
		require.NoError(t, p.ann.Delete(files[0]))
		m := &meddler{next: p.HTTPClient().Transport, before: func(r *http.Request) {
			if strings.Contains(r.URL.RawQuery, "is_in_recycle_bin%5D=true") {
				time.Sleep(20 * time.Second) // for all its pages
			}
		}}
		m.on.Store(true)
		p.fs = p.connect(t, procore.Options{HTTP: m})
		made := p.calls(func() {
			for range 20 {
				e, err := p.fs.Look(t.Context(), file(files[0].ID))
				require.NoError(t, err)
				require.True(t, e.Trashed)
				_, err = p.fs.Look(t.Context(), "f4711")
				require.ErrorContains(t, err, "404")
			}
		})
		require.Equal(t, 1, made[getIndex])
		require.NoError(t, p.ann.Delete(files[1]))
		time.Sleep(10 * time.Minute)
		e, err := p.fs.Look(t.Context(), file(files[1].ID))
		require.NoError(t, err)
		require.True(t, e.Trashed)
	})
}

// A large bin takes minutes to read. Nobody is kept by it who does not want to wait that long.
func TestWhoWaitsForTheRecycleBinWaitsNoLongerThanItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits})
		m := &meddler{next: p.HTTPClient().Transport, before: func(r *http.Request) {
			if strings.Contains(r.URL.RawQuery, "is_in_recycle_bin%5D=true") {
				time.Sleep(10 * time.Minute)
			}
		}}
		m.on.Store(true)
		p.fs = p.connect(t, procore.Options{HTTP: m})
		reads := make(chan error, 1)
		go func() {
			_, err := p.fs.Look(t.Context(), "f4711")
			reads <- err
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := p.fs.Look(ctx, "f4712")
		require.Error(t, err)
		require.Equal(t, time.Second, time.Since(began))
		require.ErrorContains(t, <-reads, "404")
	})
}
