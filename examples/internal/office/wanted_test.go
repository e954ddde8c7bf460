package office_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/examples/internal/office"
)

// A first sync of so many files takes minutes under the real limits. It stops in the midst of them, and goes on
// where it stood.
func TestARunEndsWhatItHasBegunWhenItsLinkIsPausedAndGoesOnWhenItIsResumed(t *testing.T) {
	const files = 200
	data := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		pc, bx := fakes(t)
		for i := range files {
			_, err := pc.Home().Upload(pc.Project().RootID, fmt.Sprintf("%05d.txt", i), fmt.Append(nil, i))
			require.NoError(t, err)
		}
		net := &hosts{clients: map[string]*http.Client{"procore": pc.HTTPClient(), "storage": pc.HTTPClient(), "box": bx.HTTPClient()}}
		o := open(t, data, pc, bx, net)
		defer o.Close()

		var first *office.Synced
		ended := make(chan error, 1)
		go func() {
			var err error
			first, err = o.Sync(ctx, "tower", office.SyncOptions{})
			ended <- err
		}()
		time.Sleep(time.Minute)
		require.NoError(t, o.Links.Pause(ctx, "tower"))
		paused := time.Now()
		require.NoError(t, <-ended)
		t.Logf("%d files, and it ended %s after the pause", first.Totals.Uploads, time.Since(paused))
		require.Less(t, time.Since(paused), time.Minute, "what is under way ends as the limits let it, and nothing else is begun")
		require.False(t, first.Settled())
		require.Positive(t, first.Totals.Uploads)
		require.Less(t, first.Totals.Uploads, files, "it was in the midst of it")

		status, err := o.Status(ctx, "tower")
		require.NoError(t, err)
		require.True(t, status[0].Paused)
		require.Equal(t, first.Totals.Uploads, status[0].Tools[0].Items, "what was done is known")
		require.Zero(t, status[0].Tools[0].Open, "nobody has to look into anything")
		refused, err := o.Sync(ctx, "tower", office.SyncOptions{})
		require.NoError(t, err)
		require.False(t, refused.Settled(), "a link that is paused is not synced")
		require.Zero(t, refused.Totals.Writes)

		require.NoError(t, o.Links.Resume(ctx, "tower"))
		rest, err := o.Sync(ctx, "tower", office.SyncOptions{})
		require.NoError(t, err)
		require.True(t, rest.Settled(), "%v", rest.Err)
		require.Equal(t, files, first.Totals.Uploads+rest.Totals.Uploads, "nothing is sent twice")
		f, err := o.Files(ctx, "tower", "Documents")
		require.NoError(t, err)
		require.Equal(t, office.Counts{Equal: files}, f.Counts)
		runs := []string{}
		for r, err := range o.Runs(ctx, office.HistoryOptions{Link: "tower"}) {
			require.NoError(t, err)
			runs = append(runs, string(r.State))
		}
		require.Equal(t, []string{"settled", "unfinished"}, runs, "a later run has gone on")
		require.Empty(t, troublesIn(t, o))
	})
}

func troublesIn(t *testing.T, o *office.Office) []office.Trouble {
	t.Helper()
	var all []office.Trouble
	for x, err := range o.Troubles(t.Context(), "tower") {
		require.NoError(t, err)
		all = append(all, x)
	}
	return all
}
