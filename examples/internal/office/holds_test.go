package office_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

func TestAWatchSeesADecisionWithinSeconds(t *testing.T) {
	data := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		pc, bx := fakes(t)
		net := &hosts{clients: map[string]*http.Client{"procore": pc.HTTPClient(), "storage": pc.HTTPClient(), "box": bx.HTTPClient()}}
		o := open(t, data, pc, bx, net)
		defer o.Close()
		_, err := o.Links.Edit(ctx, "tower", func(l *mapping.Link) error { l.Rules.DeleteLimit = new(0); return nil })
		require.NoError(t, err)
		_, err = pc.Home().Upload(pc.Project().RootID, "stays.txt", []byte("stays"))
		require.NoError(t, err)
		file, err := pc.Home().Upload(pc.Project().RootID, "plan.txt", []byte("text"))
		require.NoError(t, err)
		ended := make(chan error, 1)
		go func() { ended <- o.Watch(ctx, office.WatchOptions{}) }()
		time.Sleep(10 * time.Minute)
		require.NoError(t, pc.Home().Delete(file))
		time.Sleep(10 * time.Minute)

		held, err := o.Holds(ctx, "tower")
		require.NoError(t, err)
		require.Equal(t, 1, held.Waiting)
		require.Equal(t, []office.Limits{{Link: "tower"}}, held.Limits)
		time.Sleep(soonAfter)
		done, unclear, err := o.Decide(ctx, "tower", office.Selection{IDs: []string{string(held.Items[0].ID[:6])}}, syncer.Approved)
		require.NoError(t, err)
		require.Empty(t, unclear)
		require.Len(t, done, 1)
		_, err = bx.Home().Find("tower/Documents/plan.txt")
		require.NoError(t, err)
		time.Sleep(10 * time.Second)
		_, err = bx.Home().Find("tower/Documents/plan.txt")
		require.ErrorContains(t, err, "not_found")

		// It is regretted, and a moment later the file is on both sides again.
		time.Sleep(10 * time.Minute)
		_, unclear, err = o.Undo(ctx, "tower", office.Selection{IDs: []string{string(held.Items[0].ID)}})
		require.NoError(t, err)
		require.Empty(t, unclear)
		time.Sleep(10 * time.Second)
		_, err = bx.Home().Find("tower/Documents/plan.txt")
		require.NoError(t, err)
		_, err = pc.Home().Find(pc.Project().RootID, "plan.txt")
		require.NoError(t, err)
		time.Sleep(time.Hour)
		_, err = bx.Home().Find("tower/Documents/plan.txt")
		require.NoError(t, err, "it is not deleted again")
		stop()
		require.NoError(t, <-ended)
	})
}

// soonAfter is not when a watch looks by itself.
const soonAfter = 17 * time.Second
