package office_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
)

func TestWhileAnotherRunWorksOnALinkTheSecondSaysSoAndReadingGoesOn(t *testing.T) {
	data := t.TempDir()
	pc, bx := fakes(t)
	net := &hosts{clients: map[string]*http.Client{"procore": pc.HTTPClient(), "storage": pc.HTTPClient(), "box": bx.HTTPClient()}}
	o := open(t, data, pc, bx, net)
	defer o.Close()
	l, err := o.Links.Get(t.Context(), "tower")
	require.NoError(t, err)

	other, err := sqlite.OpenFile(t.Context(), filepath.Join(data, "procorebox.db"), sqlite.FileOptions{
		Options: sqlite.Options{Program: "procorebox watch", Machine: "office 0815"},
	})
	require.NoError(t, err)
	defer other.Close()
	lease, err := other.Store.Open(t.Context(), l.Pair(mapping.Documents))
	require.NoError(t, err)

	done, err := o.Sync(t.Context(), "tower", office.SyncOptions{})
	require.NoError(t, err)
	require.False(t, done.Settled())
	require.ErrorIs(t, done.Err, syncer.ErrLocked)
	require.ErrorContains(t, done.Err, fmt.Sprintf(`documents of link "tower": in use by "procorebox watch" (process %d on office) since `, os.Getpid()))
	require.ErrorContains(t, done.Err, `UTC; try again when it has ended: locked`)
	status, err := o.Status(t.Context(), "tower")
	require.NoError(t, err)
	require.Nil(t, status[0].Tools[0].Last, "what never began is no run")
	_, err = o.Plan(t.Context(), "tower", office.PlanOptions{})
	require.NoError(t, err)

	require.NoError(t, lease.Close())
	done, err = o.Sync(t.Context(), "tower", office.SyncOptions{})
	require.NoError(t, err)
	require.True(t, done.Settled(), "%v", done.Err)
}
