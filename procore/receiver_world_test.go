package procore_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// edit lets a person do something in the project, as chance has it, and says whether it was to write.
func (p *tower) edit(t *testing.T, random *rand.Rand, n int) (wrote bool) {
	t.Helper()
	var folders, files []procoretest.Item
	folders = append(folders, procoretest.Item{ID: p.Project().RootID})
	for i := 0; i < len(folders); i++ {
		items, err := p.ann.List(folders[i].ID)
		require.NoError(t, err)
		for _, it := range items {
			if it.Type == procore.TypeFolder {
				folders = append(folders, it)
			} else {
				files = append(files, it)
			}
		}
	}
	at := folders[random.IntN(len(folders))].ID
	what := random.IntN(6)
	if len(files) == 0 {
		what = 0
	}
	var err error
	switch what {
	case 0:
		_, err = p.ann.Upload(at, fmt.Sprintf("file %d.pdf", n), []byte(fmt.Sprint("text ", n)))
	case 1:
		_, err = p.ann.CreateFolder(at, fmt.Sprint("folder ", n))
	case 2:
		_, err = p.ann.Edit(files[random.IntN(len(files))].ID, []byte(fmt.Sprint("edit ", n)))
	case 3:
		_, err = p.ann.Rename(files[random.IntN(len(files))], fmt.Sprintf("renamed %d.pdf", n))
	case 4:
		_, err = p.ann.Move(files[random.IntN(len(files))], at)
	case 5:
		err = p.ann.Delete(files[random.IntN(len(files))])
	}
	require.NoError(t, err)
	return what == 0 || what == 2
}

// Of all webhooks a third never comes, a third comes twice, and all overtake one another. Nothing but
// these and the full scan at the end tells of what people do.
func TestAFullScanMakesUpForWebhooksThatAreDroppedDoubledAndShuffled(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := &wire{}
				tower := newTower(t, procoretest.Options{
					Limits: procoretest.NoLimits, Seed: seed, HookDrops: 0.3, HookRepeats: 0.3, HookDelay: 20 * time.Minute,
					WebhookClient: &http.Client{Transport: w},
				})
				tower.Permit(tower.ann.User, tower.Project().ID, procoretest.Documents, procoretest.Admin)
				p := tower.pair(t, procore.RootID)
				client := tower.client(t, procore.Options{})
				in := procore.InProject(procore.ID(p.Project().ID))
				_, err := client.ReconcileWebhooks(t.Context(), procore.WebhookSet{
					Namespace: "office", Address: "https://hook.example", Authorization: bearer, Scopes: []procore.Scope{in},
				})
				require.NoError(t, err)
				receiver, err := procore.NewReceiver(procore.ReceiverOptions{
					Client: client, Authorization: []string{bearer}, Store: p.store, Side: syncer.Destination,
					Pairs: func(*procore.Delivery) []string { return []string{"pair"} },
				})
				require.NoError(t, err)
				w.leadTo(receiver)
				random := rand.New(rand.NewPCG(seed, 0))
				uploads, texts := 0, 1 // one stood on the other side before
				once := func(full bool) *syncer.Report {
					report, err := p.engine.Run(t.Context(), &syncer.RunOptions{Full: full})
					require.NoError(t, err)
					uploads += report.Totals.Uploads
					time.Sleep(5 * time.Minute)
					return report
				}
				once(true)
				for n := range 40 {
					if tower.edit(t, random, n) {
						texts++
					}
					if n%4 == 3 {
						once(false)
					}
				}
				time.Sleep(time.Hour)
				once(false)
				require.Positive(t, uploads, "webhooks alone carry what they tell of")
				once(true)
				want := syncertest.Tree(tower.tree(t, p.Project().RootID))
				require.Equal(t, want, p.source.Tree())
				require.LessOrEqual(t, uploads, texts, "nothing is written twice")
				calls := p.calls(func() { require.True(t, once(true).Settled()) })
				for route := range calls {
					require.Contains(t, route, "GET ", "nothing is left to be done")
				}
			})
		})
	}
}
