package procore_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/storage/memory"
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

// gossip are webhooks of which a third never comes, a third comes twice, and all overtake one another. Each run
// takes them in a new process, which knows none of those of before again.
type gossip struct {
	wire   *wire
	client *procore.Client
	store  *memory.Store
	side   syncer.Side
	pair   string
}

func (g *gossip) options(seed uint64) procoretest.Options {
	g.wire = &wire{}
	return procoretest.Options{
		Limits: procoretest.NoLimits, Seed: seed, HookDrops: 0.3, HookRepeats: 0.3, HookDelay: 20 * time.Minute,
		WebhookClient: &http.Client{Transport: g.wire},
	}
}

// listen makes the hook of a project.
func (g *gossip) listen(t *testing.T, project int64) {
	t.Helper()
	_, err := g.client.ReconcileWebhooks(t.Context(), procore.WebhookSet{
		Namespace: "office", Address: "https://hook.example", Authorization: bearer,
		Scopes: []procore.Scope{procore.InProject(procore.ID(project))},
	})
	require.NoError(t, err)
	g.restart(t)
}

func (g *gossip) restart(t *testing.T) {
	t.Helper()
	receiver, err := procore.NewReceiver(procore.ReceiverOptions{
		Client: g.client, Authorization: []string{bearer}, Store: g.store, Side: g.side,
		Pairs: func(*procore.Delivery) []string { return []string{g.pair} },
	})
	require.NoError(t, err)
	g.wire.leadTo(receiver)
}

// spread lets people do forty things, with runs that hear of nothing but webhooks, and then one full scan. It
// returns how many files were written after the first run.
func (g *gossip) spread(t *testing.T, engine *syncer.Engine, edit func(n int)) (uploads int) {
	t.Helper()
	once := func(full bool) *syncer.Report {
		g.restart(t)
		report, err := engine.Run(t.Context(), &syncer.RunOptions{Full: full})
		require.NoError(t, err)
		require.Empty(t, report.Failures)
		time.Sleep(5 * time.Minute)
		return report
	}
	once(true)
	for n := range 40 {
		edit(n)
		if n%4 == 3 {
			uploads += once(false).Totals.Uploads
		}
	}
	time.Sleep(time.Hour)
	uploads += once(false).Totals.Uploads
	require.Positive(t, uploads, "webhooks alone carry what they tell of")
	uploads += once(true).Totals.Uploads
	require.Zero(t, once(true).Totals.Writes, "one full scan is enough")
	return uploads
}

func TestAFullScanMakesUpForWebhooksThatAreDroppedDoubledAndShuffled(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := &gossip{side: syncer.Destination, pair: "pair"}
				tower := newTower(t, g.options(seed))
				tower.Permit(tower.ann.User, tower.Project().ID, procoretest.Documents, procoretest.Admin)
				p := tower.pair(t, procore.RootID)
				g.client, g.store = tower.client(t, procore.Options{}), p.store
				g.listen(t, p.Project().ID)
				random := rand.New(rand.NewPCG(seed, 0))
				texts := 0
				uploads := g.spread(t, p.engine, func(n int) {
					if tower.edit(t, random, n) {
						texts++
					}
				})
				want := syncertest.Tree(tower.tree(t, p.Project().RootID))
				require.Equal(t, want, p.source.Tree())
				require.LessOrEqual(t, uploads, texts, "nothing is written twice")
			})
		})
	}
}

func TestAFullScanMakesUpForWebhooksOfPhotos(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := &gossip{side: syncer.Source, pair: "photos"}
				s := &studio{t: t, gallery: newGallery(t, g.options(seed)), store: memory.New(memory.Options{})}
				s.project, s.disk = s.Project().ID, syncertest.New(syncertest.Options{Now: time.Now}, nil)
				d := &darkroom{studio: s, random: rand.New(rand.NewPCG(seed, 0)), alive: map[string]bool{}}
				s.add("Stays", "stays.jpg", "stays")
				handle := s.disk.Connect()
				engine, err := syncer.New(s.store, syncer.Pair{
					Name:        "photos",
					Source:      syncer.Endpoint{FS: s.open(t, s.project, procore.Options{}), Root: procore.RootID},
					Destination: syncer.Endpoint{FS: handle.FileSystem(), Root: handle.Root()},
				}, nil)
				require.NoError(t, err)
				g.client, g.store = s.client(t, procore.Options{}), s.store
				g.listen(t, s.project)
				_, err = s.ann.AddAlbum(s.project, "Site")
				require.NoError(t, err)
				uploads := g.spread(t, engine, func(n int) { d.editPhotos(fmt.Sprint("photo ", n)) })
				require.Equal(t, s.places(), s.diskPlaces())
				there := bodiesOf(s.photos())
				require.Len(t, slices.Compact(slices.Clone(there)), len(there), "nothing was sent back as new")
				require.LessOrEqual(t, uploads, 40, "nothing is written twice")
			})
		})
	}
}

func TestAFullScanMakesUpForWebhooksOfRecords(t *testing.T) {
	for _, tool := range []tool{rfiTool(), submittalTool()} {
		for seed := range uint64(3) {
			t.Run(fmt.Sprint(tool.name, ", seed ", seed), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					g := &gossip{side: syncer.Source, pair: "pair", store: memory.New(memory.Options{})}
					m := &mirror{T: t, tower: newTower(t, g.options(seed)), copies: syncertest.New(syncertest.Options{}, nil), store: g.store}
					m.at = m.Project().ID
					m.records = tool.open(m)
					m.start()
					g.client = m.client(t, procore.Options{})
					g.listen(t, m.at)
					random := rand.New(rand.NewPCG(seed, 0))
					stays := tool.add(m, "Stays")
					records, most := []int64{stays}, 0
					uploads := g.spread(t, m.engine, func(n int) {
						title := fmt.Sprint("Title ", n)
						one := records[random.IntN(len(records))]
						switch what := random.IntN(6); {
						case what < 2:
							records = append(records, tool.add(m, title, attachment("a.txt", title)))
							most += 3
						case what == 2 && one != stays:
							tool.remove(m, one)
							records = slices.DeleteFunc(records, func(id int64) bool { return id == one })
						case what == 3:
							tool.close(m, one)
							most += 2
						default:
							tool.edit(m, one, title, attachment(fmt.Sprintf("%d.txt", n), title))
							most += 3
						}
					})
					require.LessOrEqual(t, uploads, most, "nothing is written twice")
					got := m.tree()
					m.copies, m.store = syncertest.New(syncertest.Options{}, nil), memory.New(memory.Options{})
					m.start()
					m.run()
					require.Equal(t, m.tree(), got, "it is as if it were made anew")
				})
			})
		}
	}
}
