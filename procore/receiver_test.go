package procore_test

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
)

// wire carries what Procore sends to a handler.
type wire struct {
	mu      sync.Mutex
	handler http.Handler
}

func (w *wire) leadTo(h http.Handler) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.handler = h
}

// RoundTrip implements http.RoundTripper.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	h := w.handler
	w.mu.Unlock()
	if h == nil {
		return nil, errors.New("nobody is there")
	}
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	return answer.Result(), nil
}

// post is a fake Procore with hooks, and what becomes of what they send.
type post struct {
	*fake

	wire  *wire
	store *memory.Store
}

func onPost(t *testing.T, o procoretest.Options, m memory.Options, test func(t *testing.T, p *post)) {
	t.Helper()
	w := &wire{}
	o.Limits, o.WebhookClient = procoretest.NoLimits, &http.Client{Transport: w}
	onFake(t, o, func(t *testing.T, f *fake) {
		_, err := f.client.ReconcileWebhooks(t.Context(), f.set())
		require.NoError(t, err)
		test(t, &post{f, w, memory.New(m)})
	})
}

func (p *post) options() procore.ReceiverOptions {
	return procore.ReceiverOptions{
		Client: p.client, Authorization: []string{bearer}, Store: p.store, Side: syncer.Source,
		Pairs: func(d *procore.Delivery) []string {
			if d.Tool() == "" {
				return []string{procore.ToolDocuments, procore.ToolPhotos}
			}
			return []string{d.Tool()}
		},
	}
}

func (p *post) receiver(o procore.ReceiverOptions) *procore.Receiver {
	p.t.Helper()
	r, err := procore.NewReceiver(o)
	require.NoError(p.t, err)
	return r
}

// deeds is what a pair was told that somebody did to an item.
func (p *post) deeds(pair, id string) (did syncer.Deeds, by syncer.Author) {
	p.t.Helper()
	view, err := p.store.View(p.t.Context(), pair)
	require.NoError(p.t, err)
	for h, err := range view.Inbox(p.t.Context()) {
		require.NoError(p.t, err)
		if h.ID == id {
			did, by = did|h.Did, h.By
		}
	}
	return did, by
}

// inbox is what a pair was told: IDs, or "full".
func (p *post) inbox(pair string) (all []string) {
	p.t.Helper()
	view, err := p.store.View(p.t.Context(), pair)
	require.NoError(p.t, err)
	for h, err := range view.Inbox(p.t.Context()) {
		require.NoError(p.t, err)
		require.Equal(p.t, syncer.Source, h.Hint.Side)
		if h.Hint.Full {
			all = append(all, "full")
		} else {
			all = append(all, h.Hint.ID)
		}
	}
	return all
}

func unique(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }

func TestWhatPeopleDoBecomesHintsForTheTool(t *testing.T) {
	for _, twice := range []bool{false, true} {
		o := procoretest.Options{}
		o.Switches.VersionsToldTwice = twice
		onPost(t, o, memory.Options{}, func(t *testing.T, p *post) {
			woken := map[string]bool{}
			set := p.options()
			set.Wake = func(pair string) { woken[pair] = true }
			p.wire.leadTo(p.receiver(set))
			home, project := p.Home(), p.Project()
			folder, err := home.CreateFolder(project.RootID, "Drawings")
			require.NoError(t, err)
			file, err := home.Upload(folder.ID, "plan.pdf", []byte("one"))
			require.NoError(t, err)
			_, err = home.Edit(file.ID, []byte("two"))
			require.NoError(t, err)
			album, err := home.AddAlbum(project.ID, "Site")
			require.NoError(t, err)
			photo, err := home.AddPhoto(project.ID, album.ID, "IMG_1.jpg", []byte("pixels"))
			require.NoError(t, err)
			rfi, err := home.AddRFI(project.ID, procoretest.RFI{Subject: "Slab", Question: "?"})
			require.NoError(t, err)
			synctest.Wait()
			f, d := procore.ID(file.ID).String(), procore.ID(folder.ID).String()
			require.Equal(t, unique([]string{"f" + f, d}), unique(p.inbox(procore.ToolDocuments)), "of a version its file is told")
			require.Equal(t, unique([]string{"f" + procore.ID(photo.ID).String(), procore.ID(album.ID).String()}), unique(p.inbox(procore.ToolPhotos)))
			id := procore.ID(rfi.ID).String()
			require.Equal(t, []string{id, id + "/json", id + "/pdf"}, unique(p.inbox(procore.ToolRFIs)))
			require.Equal(t, []string{"Documents", "Photos", "RFIs"}, slices.Sorted(maps.Keys(woken)))
			for _, d := range p.Deliveries() {
				require.Equal(t, http.StatusNoContent, d.Status)
			}
		})
	}
}

func TestAHintOfADeliveryNamesWhoDidIt(t *testing.T) {
	onPost(t, procoretest.Options{}, memory.Options{}, func(t *testing.T, p *post) {
		p.wire.leadTo(p.receiver(p.options()))
		home, project := p.Home(), p.Project()
		folder, err := home.CreateFolder(project.RootID, "Drawings")
		require.NoError(t, err)
		file, err := home.Upload(folder.ID, "plan.pdf", []byte("one"))
		require.NoError(t, err)
		require.NoError(t, home.Delete(folder))
		synctest.Wait()
		ann := syncer.Author{ID: procore.ID(home.ID).String()}
		for id, want := range map[string]syncer.Deeds{
			procore.ID(folder.ID).String():     syncer.DidWrite | syncer.DidDelete,
			"f" + procore.ID(file.ID).String(): syncer.DidWrite,
		} {
			did, by := p.deeds(procore.ToolDocuments, id)
			require.Equal(t, want, did)
			require.Equal(t, ann, by)
		}
	})
}

func TestAHintTellsTheNameOfWhoDidItOnceTheUsersWereListed(t *testing.T) {
	onPost(t, procoretest.Options{}, memory.Options{}, func(t *testing.T, p *post) {
		p.wire.leadTo(p.receiver(p.options()))
		bea := p.AddUser("Bea Long", "bea@x.example")
		p.PermitAllProjects(bea.User)
		in := procore.InProject(procore.ID(p.Project().ID))
		names := []string{}
		for one, err := range p.client.GetUsers(t.Context(), in) {
			require.NoError(t, err)
			names = append(names, one.Name)
		}
		require.Contains(t, names, "Bea Long")
		folder, err := bea.CreateFolder(p.Project().RootID, "Drawings")
		require.NoError(t, err)
		synctest.Wait()
		_, by := p.deeds(procore.ToolDocuments, procore.ID(folder.ID).String())
		require.Equal(t, syncer.Author{ID: procore.ID(bea.ID).String(), Name: "Bea Long (bea@x.example)"}, by)
	})
}

func TestUsersOfTheCompanyAreListedToo(t *testing.T) {
	onPost(t, procoretest.Options{}, memory.Options{}, func(t *testing.T, p *post) {
		bea := p.AddUser("Bea Long", "bea@x.example") // who sees no project
		var ids []procore.ID
		for one, err := range p.client.GetUsers(t.Context(), procore.InCompany()) {
			require.NoError(t, err)
			ids = append(ids, one.ID)
		}
		require.Contains(t, ids, procore.ID(bea.ID))
	})
}

func TestWhoMayNotReadTheDirectoryListsNoUsers(t *testing.T) {
	onPost(t, procoretest.Options{}, memory.Options{}, func(t *testing.T, p *post) {
		p.Permit(p.Home().User, p.Project().ID, procoretest.Directory, procoretest.NoAccess)
		for _, err := range p.client.GetUsers(t.Context(), procore.InProject(procore.ID(p.Project().ID))) {
			require.ErrorIs(t, err, fs.ErrPermission)
		}
		for _, err := range p.client.GetUsers(t.Context(), procore.Scope{}) {
			require.ErrorIs(t, err, syncer.ErrInvalid)
		}
	})
}

// send sends a body as Procore does.
func send(h http.Handler, authorization, body string) int {
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "https://hook.example/procore", strings.NewReader(body))
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	return answer.Code
}

const (
	sentV2 = `{"id":123456789,"ulid":"01JMYXMZRBVKK0PC6XS8SA4QRE","timestamp":"2026-02-06T23:34:12.246562Z",
		"user_id":9,"company_id":COMPANY,"project_id":316469,"api_version":"v2","event_type":"update",
		"resource_name":"Project Files","resource_id":14475561,
		"metadata":{"source_user_id":9,"source_project_id":316469,"source_operation_id":null,"source_company_id":4281379,"source_application_id":"CID"}}`
	sentV4 = `{"id":"01JMYXMZRBVKK0PC6XS8SA4QRF","timestamp":"2026-02-25T16:04:43.619085Z","reason":"update",
		"company_id":"COMPANY","project_id":"316469","user_id":"9","resource_type":"Project Files","resource_id":"14475561"}`
)

// sent is a body of the company of the fake.
func (p *post) sent(body string) string {
	return strings.ReplaceAll(body, "COMPANY", p.client.CompanyID().String())
}

func TestEachVersionOfADeliveryIsRead(t *testing.T) {
	for name, c := range map[string]struct{ body, id, app string }{
		"v2": {sentV2, "01JMYXMZRBVKK0PC6XS8SA4QRE", "CID"},
		"v3": {strings.Replace(sentV2, `"metadata"`, `"related_resources":[{"id":1,"name":"x"}],"metadata"`, 1), "01JMYXMZRBVKK0PC6XS8SA4QRE", "CID"},
		"v4": {sentV4, "01JMYXMZRBVKK0PC6XS8SA4QRF", ""},
	} {
		d, err := procore.ReadDelivery([]byte(strings.ReplaceAll(c.body, "COMPANY", "4281379")))
		require.NoError(t, err, name)
		require.False(t, d.At.IsZero())
		d.At = time.Time{}
		require.Equal(t, &procore.Delivery{
			ID: c.id, Resource: "Project Files", ResourceID: 14475561, Event: procore.EventUpdate,
			CompanyID: 4281379, ProjectID: 316469, UserID: 9, AppID: c.app,
		}, d, name)
	}
}

func TestOnlyWhatBearsOurAuthorizationIsTaken(t *testing.T) {
	onPost(t, procoretest.Options{}, memory.Options{}, func(t *testing.T, p *post) {
		o := p.options()
		o.Authorization = append(o.Authorization, "Bearer the-secret-of-yesterday")
		r := p.receiver(o)
		for value, want := range map[string]int{
			"": 403, "Bearer": 403, bearer + " ": 403, bearer[:len(bearer)-1]: 403, strings.ToUpper(bearer): 403,
			bearer: 204, "Bearer the-secret-of-yesterday": 204,
		} {
			require.Equal(t, want, send(r, value, p.sent(sentV4)), "%q", value)
		}
		require.Len(t, p.inbox(procore.ToolDocuments), 1)
		request := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "https://hook.example/procore", nil)
		answer := httptest.NewRecorder()
		r.ServeHTTP(answer, request)
		require.Equal(t, 405, answer.Code)
		require.Equal(t, 413, send(r, bearer, `{"id":"`+strings.Repeat("x", 300<<10)+`"}`))
	})
}

func TestARepeatedDeliveryIsTakenOnce(t *testing.T) {
	onPost(t, procoretest.Options{HookRepeats: 1}, memory.Options{}, func(t *testing.T, p *post) {
		p.wire.leadTo(p.receiver(p.options()))
		_, err := p.Home().CreateFolder(p.Project().RootID, "Drawings")
		require.NoError(t, err)
		synctest.Wait()
		require.Greater(t, len(p.Deliveries()), 1)
		require.Len(t, p.inbox(procore.ToolDocuments), 1)
	})
}

func TestWhatCouldNotBeKeptIsSentAgainByProcore(t *testing.T) {
	for name, late := range map[string]bool{"nothing was written": false, "and yet it was written": true} {
		t.Run(name, func(t *testing.T) {
			var failures atomic.Int32
			m := memory.Options{Fail: func(op memory.Op, done bool) error {
				if op == memory.OpAppend && done == late && failures.Add(1) <= 3 {
					return errors.New("disk full")
				}
				return nil
			}}
			onPost(t, procoretest.Options{}, m, func(t *testing.T, p *post) {
				p.wire.leadTo(p.receiver(p.options()))
				folder, err := p.Home().CreateFolder(p.Project().RootID, "Drawings")
				require.NoError(t, err)
				time.Sleep(time.Minute)
				synctest.Wait()
				require.Equal(t, []string{procore.ID(folder.ID).String()}, unique(p.inbox(procore.ToolDocuments)))
				require.Equal(t, int32(4), failures.Load())
			})
		})
	}
}

func TestTheAnswerComesWithinFiveSecondsWhateverTheBacklog(t *testing.T) {
	onPost(t, procoretest.Options{}, memory.Options{}, func(t *testing.T, p *post) {
		o := p.options()
		o.Store = hanging{}
		r := p.receiver(o)
		began := time.Now()
		require.Equal(t, http.StatusServiceUnavailable, send(r, bearer, p.sent(sentV4)))
		require.Less(t, time.Since(began), 5*time.Second)
		// The file of a version cannot be asked for in time either.
		o.Store = p.store
		require.NoError(t, p.Inject(procoretest.Fault{Route: "GET /rest/v1.0/file_versions/{id}", Slow: time.Hour, Times: -1}))
		began = time.Now()
		require.Equal(t, http.StatusNoContent, send(p.receiver(o), bearer, p.sent(strings.Replace(sentV4, "Project Files", "Project File Versions", 1))))
		require.Less(t, time.Since(began), 5*time.Second)
		require.Equal(t, []string{"full"}, p.inbox(procore.ToolDocuments))
	})
}

// hanging is a store that answers when its caller gives up.
type hanging struct{}

func (hanging) Append(ctx context.Context, _ string, _ ...syncer.Hint) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestWhatIsNotClearAsksForAFullScanOfWhatItMayBeAbout(t *testing.T) {
	for name, c := range map[string]struct {
		body  string
		pairs []string
	}{
		"no JSON":              {"hello", []string{procore.ToolDocuments, procore.ToolPhotos}},
		"nothing in it":        {"{}", []string{procore.ToolDocuments, procore.ToolPhotos}},
		"a reply to an RFI":    {strings.Replace(sentV4, "Project Files", "RFI Replies", 1), []string{procore.ToolRFIs}},
		"a version unheard of": {strings.Replace(sentV4, "Project Files", "File Versions", 1), []string{procore.ToolDocuments}},
	} {
		t.Run(name, func(t *testing.T) {
			onPost(t, procoretest.Options{}, memory.Options{}, func(t *testing.T, p *post) {
				r := p.receiver(p.options())
				require.Equal(t, 204, send(r, bearer, p.sent(c.body)))
				require.Equal(t, 204, send(r, bearer, p.sent(c.body)))
				for _, pair := range c.pairs {
					require.Equal(t, []string{"full"}, p.inbox(pair))
				}
			})
		})
	}
}

func TestADeliveryOfAnotherCompanyIsNobodys(t *testing.T) {
	onPost(t, procoretest.Options{}, memory.Options{}, func(t *testing.T, p *post) {
		require.Equal(t, 204, send(p.receiver(p.options()), bearer, strings.ReplaceAll(sentV4, "COMPANY", "7")))
		require.Empty(t, p.inbox(procore.ToolDocuments))
	})
}

func TestAReceiverThatMakesNoSenseIsRefused(t *testing.T) {
	onPost(t, procoretest.Options{}, memory.Options{}, func(t *testing.T, p *post) {
		for name, spoil := range map[string]func(*procore.ReceiverOptions){
			"Client":        func(o *procore.ReceiverOptions) { o.Client = nil },
			"Authorization": func(o *procore.ReceiverOptions) { o.Authorization = []string{"short"} },
			"Store":         func(o *procore.ReceiverOptions) { o.Store = nil },
			"Side":          func(o *procore.ReceiverOptions) { o.Side = 9 },
			"Pairs":         func(o *procore.ReceiverOptions) { o.Pairs = nil },
			"Remember":      func(o *procore.ReceiverOptions) { o.Remember = -1 },
			"LargestBody":   func(o *procore.ReceiverOptions) { o.LargestBody = -1 },
			"Patience":      func(o *procore.ReceiverOptions) { o.Patience = -1 },
		} {
			o := p.options()
			spoil(&o)
			_, err := procore.NewReceiver(o)
			require.ErrorIs(t, err, syncer.ErrInvalid)
			require.ErrorContains(t, err, "ReceiverOptions."+name)
		}
	})
}

func FuzzReadDelivery(f *testing.F) {
	f.Add([]byte(strings.ReplaceAll(sentV2, "COMPANY", "1")))
	f.Add([]byte(strings.ReplaceAll(sentV4, "COMPANY", "1")))
	f.Add([]byte(`{"id":1,"resource_name":"x","resource_id":"9007199254740993","metadata":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := procore.ReadDelivery(body)
		if err != nil {
			return
		}
		require.NotEmpty(t, d.ID)
		require.NotEmpty(t, d.Resource)
		require.Positive(t, d.ResourceID)
		for _, id := range d.Items() {
			require.Contains(t, id, d.ResourceID.String())
		}
	})
}
