package office_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer"
)

// priced is how many files each deed of the tests of prices is done to.
const priced = 20

func pricedName(i int) string { return fmt.Sprintf("%03d.txt", i) }

// inProcore does something to each file as a person in Procore.
func (w *limitedWorld) inProcore(t *testing.T, do func(home *procoretest.Person, it procoretest.Item) error) {
	t.Helper()
	home := w.procore.Home()
	for i := range priced {
		it, err := home.Find(w.procore.Project().RootID, pricedName(i))
		require.NoError(t, err)
		require.NoError(t, do(home, it))
	}
}

// inBox does something to each file as a person in Box.
func (w *limitedWorld) inBox(t *testing.T, do func(home *boxtest.Person, it boxtest.Item) error) {
	t.Helper()
	home := w.box.Home()
	for i := range priced {
		it, err := home.Find("tower/Documents/" + pricedName(i))
		require.NoError(t, err)
		require.NoError(t, do(home, it))
	}
}

// A plan tells how many calls its actions take of each service, and a sync tells the same before it begins. What
// it takes to see what has changed is not in it: an item is looked at once, or in the trash too.
func TestAPlanTellsHowManyCallsItTakes(t *testing.T) {
	for _, c := range []struct {
		deed  string
		do    func(t *testing.T, w *limitedWorld)
		takes office.Calls // for each file
		looks office.Calls // to see what has become of it
	}{
		{
			"new in Procore", func(t *testing.T, w *limitedWorld) {
				t.Helper()
				w.inProcore(t, func(home *procoretest.Person, it procoretest.Item) error {
					_, err := home.Upload(w.procore.Project().RootID, "new "+it.Name, []byte(it.Name))
					return err
				})
			}, office.Calls{Box: 1, Procore: 2}, office.Calls{Procore: 1},
		},
		{
			"new in Box", func(t *testing.T, w *limitedWorld) {
				t.Helper()
				folder, err := w.box.Home().Find("tower/Documents")
				require.NoError(t, err)
				w.inBox(t, func(home *boxtest.Person, it boxtest.Item) error {
					_, err := home.Upload(folder.ID, "new "+it.Name, []byte(it.Name))
					return err
				})
			}, office.Calls{Box: 2, Procore: 2}, office.Calls{Box: 1},
		},
		{
			"changed in Procore", func(t *testing.T, w *limitedWorld) {
				t.Helper()
				w.inProcore(t, func(home *procoretest.Person, it procoretest.Item) error {
					_, err := home.Edit(it.ID, []byte("edit of "+it.Name))
					return err
				})
			}, office.Calls{Box: 1, Procore: 2}, office.Calls{Box: 1, Procore: 1},
		},
		{
			"changed in Box", func(t *testing.T, w *limitedWorld) {
				t.Helper()
				w.inBox(t, func(home *boxtest.Person, it boxtest.Item) error {
					_, err := home.Edit(it.ID, []byte("edit of "+it.Name))
					return err
				})
			}, office.Calls{Box: 2, Procore: 3}, office.Calls{Box: 1, Procore: 1},
		},
		{
			"renamed in Procore", func(t *testing.T, w *limitedWorld) {
				t.Helper()
				w.inProcore(t, func(home *procoretest.Person, it procoretest.Item) error {
					_, err := home.Rename(it, "renamed "+it.Name)
					return err
				})
			}, office.Calls{Box: 1}, office.Calls{Box: 1, Procore: 1},
		},
		{
			"renamed in Box", func(t *testing.T, w *limitedWorld) {
				t.Helper()
				w.inBox(t, func(home *boxtest.Person, it boxtest.Item) error {
					_, err := home.Rename(it, "renamed "+it.Name)
					return err
				})
			}, office.Calls{Procore: 2}, office.Calls{Box: 1, Procore: 1},
		},
		{
			"moved in Procore", func(t *testing.T, w *limitedWorld) {
				t.Helper()
				folder, err := w.procore.Home().Find(w.procore.Project().RootID, "folder")
				require.NoError(t, err)
				w.inProcore(t, func(home *procoretest.Person, it procoretest.Item) error {
					_, err := home.Move(it, folder.ID)
					return err
				})
			}, office.Calls{Box: 2}, office.Calls{Box: 1, Procore: 1},
		},
		{
			"moved in Box", func(t *testing.T, w *limitedWorld) {
				t.Helper()
				folder, err := w.box.Home().Find("tower/Documents/folder")
				require.NoError(t, err)
				w.inBox(t, func(home *boxtest.Person, it boxtest.Item) error {
					_, err := home.Move(it, folder.ID)
					return err
				})
			}, office.Calls{Procore: 2}, office.Calls{Box: 1, Procore: 1},
		},
		{
			"deleted in Procore", func(t *testing.T, w *limitedWorld) {
				t.Helper()
				w.inProcore(t, func(home *procoretest.Person, it procoretest.Item) error { return home.Delete(it) })
			}, office.Calls{Box: 1}, office.Calls{Box: 1, Procore: 1},
		},
		{
			"deleted in Box", func(t *testing.T, w *limitedWorld) {
				t.Helper()
				w.inBox(t, func(home *boxtest.Person, it boxtest.Item) error { return home.Trash(it) })
			}, office.Calls{Procore: 2}, office.Calls{Box: 2, Procore: 1},
		},
	} {
		t.Run(c.deed, func(t *testing.T) {
			data := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				w, end := pricedWorld(t, data, false)
				defer end()
				w.sync(t)
				idle := w.sync(t)
				c.do(t, w)
				time.Sleep(time.Minute)
				w.requirePrice(t, idle, c.takes, c.looks)
			})
		})
	}
}

// Files that are on both sides already are read in Procore, which tells no hash: at two calls each.
func TestAPlanTellsHowManyCallsItTakesToAdopt(t *testing.T) {
	data := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w, end := pricedWorld(t, data, true)
		defer end()
		w.requirePrice(t, office.Calls{}, office.Calls{Procore: 2}, office.Calls{})
	})
}

// pricedWorld has priced files and a folder in Procore, and in Box too if the link begins with equal trees.
func pricedWorld(t *testing.T, data string, equal bool) (w *limitedWorld, end func()) {
	t.Helper()
	pc, bx := fakes(t)
	net := &hosts{clients: map[string]*http.Client{"procore": pc.HTTPClient(), "storage": pc.HTTPClient(), "box": bx.HTTPClient()}}
	o := open(t, data, pc, bx, net)
	for i := range priced {
		_, err := pc.Home().Upload(pc.Project().RootID, pricedName(i), []byte(pricedName(i)))
		require.NoError(t, err)
		if equal {
			folder, err := bx.Home().Find("tower/Documents")
			require.NoError(t, err)
			_, err = bx.Home().Upload(folder.ID, pricedName(i), []byte(pricedName(i)))
			require.NoError(t, err)
		}
	}
	if !equal {
		_, err := pc.Home().CreateFolder(pc.Project().RootID, "folder")
		require.NoError(t, err)
	}
	return &limitedWorld{pc, bx, o, net}, func() { require.NoError(t, o.Close()) }
}

// sync returns the calls of a sync that reads both sides.
func (w *limitedWorld) sync(t *testing.T) office.Calls {
	t.Helper()
	time.Sleep(time.Minute)
	done, err := w.office.Sync(t.Context(), "tower", office.SyncOptions{Full: true, Once: true})
	require.NoError(t, err)
	require.True(t, done.Settled(), "%v", done.Err)
	return done.Totals.Calls
}

// requirePrice wants the plan and the sync to foretell what each file takes, and the sync to take that and some
// looks. idle is what a sync takes that has nothing to do.
func (w *limitedWorld) requirePrice(t *testing.T, idle, takes, looks office.Calls) {
	t.Helper()
	plan, err := w.office.Plan(t.Context(), "tower", office.PlanOptions{Full: true})
	require.NoError(t, err)
	require.Equal(t, office.Calls{Box: priced * takes.Box, Procore: priced * takes.Procore}, plan.Total.Calls, "foretold by the plan")
	require.Len(t, plan.Tools[0].Actions, priced)
	var estimates []syncer.Estimate
	done, err := w.office.Sync(t.Context(), "tower", office.SyncOptions{Full: true, Once: true, Observe: func(e syncer.Event) {
		if e.Phase == syncer.PhaseApply && e.Done == 0 {
			estimates = append(estimates, e.Left)
		}
	}})
	require.NoError(t, err)
	require.True(t, done.Settled(), "%v", done.Err)
	require.NotEmpty(t, estimates)
	first := office.Calls{Box: int64(estimates[0].Destination.Calls), Procore: int64(estimates[0].Source.Calls)}
	require.Equal(t, plan.Total.Calls, first, "foretold by the sync before it begins")
	took := done.Totals.Calls.Since(idle)
	off := 6.0 // feeds, and folders
	require.InDelta(t, plan.Total.Calls.Box+priced*looks.Box, took.Box, off, "calls to Box")
	require.InDelta(t, plan.Total.Calls.Procore+priced*looks.Procore, took.Procore, off, "calls to Procore")
}
