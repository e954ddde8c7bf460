package office_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
)

const public = "https://hooks.example.com/procorebox"

// post carries webhooks to the handler that stands at the public address, and remembers what they were.
type post struct {
	mu      sync.Mutex
	handler http.Handler
	proof   string // that Procore has sent
}

func (p *post) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	h := p.handler
	if value := r.Header.Get("Authorization"); value != "" {
		p.proof = value
	}
	p.mu.Unlock()
	if h == nil {
		return nil, errors.New("nobody is there")
	}
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	return answer.Result(), nil
}

// publicWorld is an office with a link, whose webhooks arrive.
type publicWorld struct {
	*office.Office

	t    *testing.T
	pc   *procoretest.Procore
	bx   *boxtest.Box
	post *post
	data string
	ann  *procoretest.Person
	told atomic.Pointer[[]office.HookState]
}

var hookKeys = box.WebhookKeys{Primary: "boxtest-primary"}

func inPublic(t *testing.T, o procoretest.Options, keys box.WebhookKeys, test func(t *testing.T, w *publicWorld)) {
	t.Helper()
	data := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := &publicWorld{t: t, post: &post{}, data: data}
		o.Limits, o.WebhookClient = procoretest.NoLimits, &http.Client{Transport: w.post}
		var err error
		w.pc, err = procoretest.New(o)
		require.NoError(t, err)
		defer w.pc.Close()
		w.bx, err = boxtest.New(boxtest.Options{Limits: boxtest.NoLimits, WebhookClient: o.WebhookClient})
		require.NoError(t, err)
		defer w.bx.Close()
		w.ann = w.pc.AddUser("Ann Baker", "ann@builder.example")
		w.pc.PermitAllProjects(w.ann.User)
		w.Office = openWith(t, data, w.pc, w.bx, &hosts{clients: map[string]*http.Client{
			"procore": w.pc.HTTPClient(), "storage": w.pc.HTTPClient(), "box": w.bx.HTTPClient(),
		}}, keys)
		defer w.Close()
		test(t, w)
	})
}

// watch keeps the link in step until what it returns is called. Procore is asked once a day.
func (w *publicWorld) watch(address string) (stop func()) {
	h, err := w.Hooks(w.t.Context(), address)
	require.NoError(w.t, err)
	return w.watchWith(h, 24*time.Hour)
}

// watchEvery asks Procore more often.
func (w *publicWorld) watchEvery(every time.Duration) (stop func()) {
	h, err := w.Hooks(w.t.Context(), public)
	require.NoError(w.t, err)
	return w.watchWith(h, every)
}

func (w *publicWorld) watchWith(h *office.Hooks, every time.Duration) (stop func()) {
	w.post.mu.Lock()
	w.post.handler = h
	w.post.mu.Unlock()
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- w.Watch(ctx, office.WatchOptions{
			Every: every, Hooks: h, Hooked: func(all []office.HookState) { w.told.Store(&all) },
			Trouble: func(err error) { w.t.Errorf("trouble: %v", err) },
		})
	}()
	return func() {
		cancel()
		require.NoError(w.t, <-ended)
	}
}

// hooks are those that Procore has of anybody.
func (w *publicWorld) hooks() []procore.Hook {
	w.t.Helper()
	var list struct {
		Data []procore.Hook `json:"data"`
	}
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, fmt.Sprintf("%s/rest/v2.0/companies/%d/projects/%d/webhooks/hooks",
		w.pc.URLs().API, w.pc.Company().ID, w.pc.Project().ID), http.NoBody)
	require.NoError(w.t, err)
	r.Header.Set("Authorization", "Bearer "+w.pc.TokenFor(w.ann.User, 0))
	r.Header.Set("Procore-Company-Id", fmt.Sprint(w.pc.Company().ID))
	answer, err := w.pc.HTTPClient().Do(r)
	require.NoError(w.t, err)
	defer answer.Body.Close()
	require.Equal(w.t, http.StatusOK, answer.StatusCode)
	require.NoError(w.t, json.NewDecoder(answer.Body).Decode(&list))
	return list.Data
}

// boxHooks are where Box sends webhooks to.
func (w *publicWorld) boxHooks() (all []string) {
	c, err := box.New(box.Options{Bases: box.Bases{API: w.bx.URLs().API}, HTTP: w.bx.HTTPClient().Transport, Tokens: box.Fixed(w.bx.Token())})
	require.NoError(w.t, err)
	for mini, err := range c.GetWebhooks(w.t.Context()) {
		require.NoError(w.t, err)
		hook, err := c.GetWebhooksID(w.t.Context(), mini.ID)
		require.NoError(w.t, err)
		all = append(all, hook.Address)
	}
	return all
}

func TestWhoDeletesAFolderInProcoreIsNamedAndItIsCarriedOverWithinSeconds(t *testing.T) {
	for name, o := range map[string]procoretest.Options{
		"a message for the folder":          {},
		"a message for all that was in it":  {Switches: procoretest.Switches{FolderDeleteToldForAll: true}},
		"each message twice":                {HookRepeats: 1},
		"messages late, one before another": {Switches: procoretest.Switches{FolderDeleteToldForAll: true}, HookDelay: 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			inPublic(t, o, hookKeys, func(t *testing.T, w *publicWorld) {
				folder, err := w.ann.CreateFolder(w.pc.Project().RootID, "Meetings")
				require.NoError(t, err)
				_, err = w.ann.Upload(folder.ID, "minutes.txt", []byte("text"))
				require.NoError(t, err)
				for i := range 5 { // that remain: a project that is emptied is another matter
					_, err = w.ann.Upload(w.pc.Project().RootID, fmt.Sprintf("%d.txt", i), []byte("text"))
					require.NoError(t, err)
				}
				stop := w.watch(public)
				defer stop()
				time.Sleep(10 * time.Minute)
				_, err = w.bx.Home().Find("tower/Documents/Meetings/minutes.txt")
				require.NoError(t, err)

				require.NoError(t, w.ann.Delete(folder))
				time.Sleep(20 * time.Second)
				_, err = w.bx.Home().Find("tower/Documents/Meetings")
				require.ErrorContains(t, err, "not_found")
				why, err := w.Why(t.Context(), "tower", office.About{Path: "Documents/Meetings"})
				require.NoError(t, err)
				last := why.Events[len(why.Events)-1]
				require.Equal(t, "delete", last.Op)
				require.Equal(t, "Ann Baker (ann@builder.example)", last.By.String())
				n := 0
				for item, err := range w.Items(t.Context(), office.HistoryOptions{By: fmt.Sprint(w.ann.ID), Op: "delete"}) {
					require.NoError(t, err)
					require.Equal(t, "Ann Baker (ann@builder.example)", item.By)
					n++
				}
				require.Equal(t, 2, n, "by the number she is found, too")
			})
		})
	}
}

func TestWithoutTheRightToTheDirectoryWhoDidItIsANumberByWhichTheHistoryFindsIt(t *testing.T) {
	inPublic(t, procoretest.Options{}, hookKeys, func(t *testing.T, w *publicWorld) {
		w.pc.Permit(w.pc.Home().User, w.pc.Project().ID, procoretest.Directory, procoretest.NoAccess)
		_, err := w.pc.Home().Upload(w.pc.Project().RootID, "stays.txt", []byte("stays"))
		require.NoError(t, err)
		file, err := w.pc.Home().Upload(w.pc.Project().RootID, "plan.txt", []byte("text"))
		require.NoError(t, err)
		stop := w.watch(public)
		defer stop()
		time.Sleep(10 * time.Minute)
		require.NoError(t, w.ann.Delete(file))
		time.Sleep(10 * time.Second)
		number := fmt.Sprint(w.ann.ID)
		var found []office.HistoryItem
		for item, err := range w.Items(t.Context(), office.HistoryOptions{By: number}) {
			require.NoError(t, err)
			found = append(found, item)
		}
		require.Len(t, found, 1)
		require.Equal(t, "Documents/plan.txt", found[0].Path)
		require.Equal(t, number, found[0].By)
	})
}

func TestWhoseDeleteIsHeldIsNamed(t *testing.T) {
	inPublic(t, procoretest.Options{}, hookKeys, func(t *testing.T, w *publicWorld) {
		_, err := w.Links.Edit(t.Context(), "tower", func(l *mapping.Link) error { l.Rules.DeleteLimit = new(0); return nil })
		require.NoError(t, err)
		_, err = w.ann.Upload(w.pc.Project().RootID, "stays.txt", []byte("stays"))
		require.NoError(t, err)
		file, err := w.ann.Upload(w.pc.Project().RootID, "plan.txt", []byte("text"))
		require.NoError(t, err)
		stop := w.watch(public)
		defer stop()
		time.Sleep(10 * time.Minute)
		require.NoError(t, w.ann.Delete(file))
		time.Sleep(10 * time.Second)
		held, err := w.Holds(t.Context(), "tower")
		require.NoError(t, err)
		require.Len(t, held.Items, 1)
		require.Equal(t, "Ann Baker (ann@builder.example)", held.Items[0].By.String())
	})
}

func TestAnEditInEitherServiceArrivesWithinSeconds(t *testing.T) {
	inPublic(t, procoretest.Options{}, hookKeys, func(t *testing.T, w *publicWorld) {
		file, err := w.ann.Upload(w.pc.Project().RootID, "plan.txt", []byte("one"))
		require.NoError(t, err)
		stop := w.watch(public)
		defer stop()
		time.Sleep(10 * time.Minute)
		_, err = w.ann.Edit(file.ID, []byte("two, by Ann"))
		require.NoError(t, err)
		time.Sleep(20 * time.Second)
		there, err := w.bx.Home().Find("tower/Documents/plan.txt")
		require.NoError(t, err)
		require.EqualValues(t, len("two, by Ann"), there.Size)
		bob := w.bx.AddUser("Bob Costa", "bob@owner.example")
		root, err := w.bx.Home().Find("tower")
		require.NoError(t, err)
		require.NoError(t, w.bx.Home().Collaborate(root, bob, "editor"))
		_, err = bob.Rename(there, "plan of Bob.txt")
		require.NoError(t, err)
		time.Sleep(20 * time.Second)
		_, err = w.pc.Home().Find(w.pc.Project().RootID, "plan of Bob.txt")
		require.NoError(t, err)
	})
}

func TestWebhooksThatNeverComeCostMinutesAndNothingElse(t *testing.T) {
	inPublic(t, procoretest.Options{HookDrops: 1}, box.WebhookKeys{}, func(t *testing.T, w *publicWorld) {
		stop := w.watchEvery(time.Minute)
		defer stop()
		time.Sleep(30 * time.Minute)
		_, err := w.ann.Upload(w.pc.Project().RootID, "plan.txt", []byte("one"))
		require.NoError(t, err)
		time.Sleep(7 * time.Minute)
		_, err = w.bx.Home().Find("tower/Documents/plan.txt")
		require.NoError(t, err)
	})
}

func TestWhatIsWellCostsProcoreNextToNothing(t *testing.T) {
	inPublic(t, procoretest.Options{}, box.WebhookKeys{}, func(t *testing.T, w *publicWorld) {
		stop := w.watchEvery(time.Minute)
		defer stop()
		time.Sleep(30 * time.Minute)
		before := w.Calls().Procore
		time.Sleep(2 * time.Hour)
		require.Less(t, w.Calls().Procore-before, int64(120), "without webhooks it is 240 for the feed alone")
	})
}

func TestTheWebhooksAreMadeOnceAndLedBackAndTakenAway(t *testing.T) {
	inPublic(t, procoretest.Options{}, hookKeys, func(t *testing.T, w *publicWorld) {
		stop := w.watch(public + "/")
		time.Sleep(time.Minute)
		made := w.hooks()
		require.Len(t, made, 1)
		require.Equal(t, fmt.Sprintf("%s/procore/%d", public, w.pc.Company().ID), made[0].Address)
		inBox := w.boxHooks()
		require.Len(t, inBox, 1)
		require.Regexp(t, `^`+public+`/box/procorebox-[a-z0-9]{10}/\d+$`, inBox[0])
		for _, s := range *w.told.Load() {
			require.True(t, s.Stands(), "%+v", s)
		}
		require.Len(t, *w.told.Load(), 2)
		time.Sleep(5 * time.Hour)
		require.Equal(t, made[0].UpdatedAt, w.hooks()[0].UpdatedAt, "what is right is not touched")
		stop()

		// Another address is told to those that there are, and a new process does not make them again.
		stop = w.watch("https://elsewhere.example.com/x")
		time.Sleep(time.Minute)
		now := w.hooks()
		require.Len(t, now, 1)
		require.Equal(t, made[0].ID, now[0].ID)
		require.Equal(t, fmt.Sprintf("https://elsewhere.example.com/x/procore/%d", w.pc.Company().ID), now[0].Address)
		require.Contains(t, w.boxHooks()[0], "https://elsewhere.example.com/x/box/")
		stop()

		stop = w.watch(office.HooksOff)
		time.Sleep(time.Minute)
		require.Empty(t, w.hooks())
		require.Empty(t, w.boxHooks())
		require.True(t, (*w.told.Load())[0].Gone)
		stop()
	})
}

func TestALinkThatIsRemovedTakesItsWebhooksAlong(t *testing.T) {
	inPublic(t, procoretest.Options{}, hookKeys, func(t *testing.T, w *publicWorld) {
		ctx := t.Context()
		stop := w.watch(public)
		time.Sleep(time.Minute)
		l, err := w.Links.Get(ctx, "tower")
		require.NoError(t, err)
		stop()

		// As long as another link needs it, it stays.
		l.ID, l.Name, l.Roots, l.Tools = "", "photos", nil, []mapping.Tool{mapping.Photos}
		other, err := w.bx.Home().CreateFolder("0", "photos")
		require.NoError(t, err)
		l.Folder = other.ID
		_, err = w.Links.Add(ctx, l)
		require.NoError(t, err)
		stay, err := w.Remove(ctx, "tower")
		require.NoError(t, err)
		require.Empty(t, stay)
		require.Len(t, w.hooks(), 1)
		require.Empty(t, w.boxHooks(), "that was another folder")

		// Without the right to it, it is told which one stays; the next watch tries again.
		me := w.pc.Home().User
		w.pc.Permit(me, w.pc.Project().ID, procoretest.Webhooks, procoretest.ReadOnly)
		stay, err = w.Remove(ctx, "photos")
		require.NoError(t, err)
		require.Len(t, stay, 1)
		require.Equal(t, "project "+fmt.Sprint(w.pc.Project().ID), stay[0].Where)
		require.ErrorContains(t, stay[0].Err, `the account needs Standard in "Webhooks API"`)
		w.pc.Permit(me, w.pc.Project().ID, procoretest.Webhooks, procoretest.Admin)
		require.Len(t, w.hooks(), 1)
		stop = w.watch(public)
		time.Sleep(time.Minute)
		require.Empty(t, w.hooks())
		stop()
	})
}

func TestWithoutTheRightToWebhooksAWatchGoesOnAsking(t *testing.T) {
	inPublic(t, procoretest.Options{}, box.WebhookKeys{}, func(t *testing.T, w *publicWorld) {
		w.pc.Permit(w.pc.Home().User, w.pc.Project().ID, procoretest.Webhooks, procoretest.NoAccess)
		stop := w.watchEvery(time.Minute)
		defer stop()
		time.Sleep(time.Minute)
		require.Len(t, *w.told.Load(), 2)
		require.ErrorContains(t, (*w.told.Load())[0].Err, `the account needs Standard in "Webhooks API"`)
		require.ErrorIs(t, (*w.told.Load())[1].Err, office.ErrNoHookKeys)
		_, err := w.ann.Upload(w.pc.Project().RootID, "plan.txt", []byte("one"))
		require.NoError(t, err)
		time.Sleep(2 * time.Minute)
		_, err = w.bx.Home().Find("tower/Documents/plan.txt")
		require.NoError(t, err)
	})
}

func TestOwnWritesComeBackAsNoHints(t *testing.T) {
	inPublic(t, procoretest.Options{}, hookKeys, func(t *testing.T, w *publicWorld) {
		stop := w.watch(public)
		defer stop()
		time.Sleep(time.Minute)
		folder, err := w.bx.Home().Find("tower/Documents")
		require.NoError(t, err)
		for i := range 20 {
			_, err := w.bx.Home().Upload(folder.ID, fmt.Sprintf("%d.txt", i), []byte("text"))
			require.NoError(t, err)
		}
		time.Sleep(5 * time.Minute)
		require.GreaterOrEqual(t, len(w.pc.Deliveries()), 20)
		calls := w.pc.Calls()
		require.Equal(t, 20, calls["POST /rest/v1.0/files"])
		require.Zero(t, calls["GET /rest/v1.0/files/{id}"], "nobody looks at what we have written")
		require.Zero(t, calls["GET /rest/v1.0/file_versions/{id}"])
	})
}

func TestAForgedMessageIsRefusedAndNothingElseIsServed(t *testing.T) {
	inPublic(t, procoretest.Options{}, hookKeys, func(t *testing.T, w *publicWorld) {
		folder, err := w.ann.CreateFolder(w.pc.Project().RootID, "Meetings")
		require.NoError(t, err)
		h, err := w.Hooks(t.Context(), public)
		require.NoError(t, err)
		company := fmt.Sprint(w.pc.Company().ID)
		body := fmt.Sprintf(`{"id":"01","timestamp":"2026-02-25T16:04:43Z","reason":"delete","company_id":"%s",
			"project_id":"%d","user_id":"9","resource_type":"Project Folders","resource_id":"%d"}`, company, w.pc.Project().ID, folder.ID)
		ask := func(method, path, proof string) int {
			r := httptest.NewRequestWithContext(t.Context(), method, "https://hooks.example.com"+path, strings.NewReader(body))
			r.Header.Set("Authorization", proof)
			answer := httptest.NewRecorder()
			h.ServeHTTP(answer, r)
			return answer.Code
		}
		require.Equal(t, http.StatusServiceUnavailable, ask(http.MethodPost, "/procorebox/procore/"+company, ""), "nobody knows the links yet")
		stop := w.watchWith(h, time.Minute)
		time.Sleep(time.Minute)
		_, err = w.ann.Rename(folder, "Meetings of 2026") // a true one, to learn what it bears
		require.NoError(t, err)
		time.Sleep(time.Minute)
		secret := w.post.proof
		require.NotEmpty(t, secret)
		for path, want := range map[string]int{
			"/procorebox/procore/" + company: http.StatusForbidden,
			"/procore/" + company:            http.StatusForbidden, // a proxy may take a part of the path away
			"/procorebox/procore/1":          http.StatusNotFound,
			"/procorebox/box/procorebox-x/1": http.StatusForbidden,
			"/metrics":                       http.StatusNotFound,
			"/healthz":                       http.StatusNotFound,
			"/":                              http.StatusNotFound,
			"/procorebox":                    http.StatusNotFound,
		} {
			require.Equal(t, want, ask(http.MethodPost, path, "Bearer guessed-by-somebody"), path)
		}
		require.Equal(t, http.StatusMethodNotAllowed, ask(http.MethodGet, "/procore/"+company, secret))

		// Who has learned the secret can make a look happen, and no more: the folder is there, so it stays.
		require.Equal(t, http.StatusNoContent, ask(http.MethodPost, "/procore/"+company, secret))
		time.Sleep(time.Minute)
		_, err = w.bx.Home().Find("tower/Documents/Meetings of 2026")
		require.NoError(t, err)
		stop()

		for _, name := range []string{"procorebox.db", "procorebox.db-wal"} {
			text, err := os.ReadFile(filepath.Join(w.data, name))
			if !errors.Is(err, os.ErrNotExist) {
				require.NoError(t, err)
			}
			require.NotContains(t, string(text), strings.TrimPrefix(secret, "Bearer "), "it is sealed")
		}
	})
}

func TestTheAddressOfWebhooksMustKeepTheirSecret(t *testing.T) {
	inPublic(t, procoretest.Options{}, box.WebhookKeys{}, func(t *testing.T, w *publicWorld) {
		for address, says := range map[string]string{
			"http://hooks.example.com":             "must begin with https",
			"hooks.example.com":                    "must be one such as https://",
			"ftp://hooks.example.com":              "must be one such as https://",
			"https://me:secret@hooks.example.com/": "no user, password, ? and #",
			"https://hooks.example.com/?key=1":     "no user, password, ? and #",
			"":                                     "must be one such as https://",
		} {
			_, err := w.Hooks(t.Context(), address)
			require.ErrorContains(t, err, says, address)
			require.NotContains(t, err.Error(), "me:secret")
		}
		for _, address := range []string{"https://hooks.example.com", "http://127.0.0.1:9465/x", "http://[::1]:9465", "http://localhost:1", office.HooksOff} {
			_, err := w.Hooks(t.Context(), address)
			require.NoError(t, err, address)
		}
	})
}

func TestWhoJoinsLaterIsNamedAfterAWhile(t *testing.T) {
	inPublic(t, procoretest.Options{}, hookKeys, func(t *testing.T, w *publicWorld) {
		stop := w.watch(public)
		defer stop()
		time.Sleep(time.Minute)
		bea := w.pc.AddUser("Bea Long", "bea@builder.example")
		w.pc.PermitAllProjects(bea.User)
		told := func(name string) string {
			_, err := bea.CreateFolder(w.pc.Project().RootID, name)
			require.NoError(t, err)
			time.Sleep(time.Minute)
			for item, err := range w.Items(t.Context(), office.HistoryOptions{Path: "Documents/" + name}) {
				require.NoError(t, err)
				return item.By
			}
			return "nobody"
		}
		require.Equal(t, fmt.Sprint(bea.ID), told("one"), "everybody was listed just now")
		time.Sleep(time.Hour)
		told("two")
		require.Equal(t, "Bea Long (bea@builder.example)", told("three"))
	})
}

func TestTheDocumentsOfACompanyHaveAWebhookOfTheirOwn(t *testing.T) {
	inPublic(t, procoretest.Options{}, hookKeys, func(t *testing.T, w *publicWorld) {
		folder, err := w.bx.Home().CreateFolder("0", "company")
		require.NoError(t, err)
		_, err = w.Links.Add(t.Context(), mapping.Link{
			Name: "company", Company: fmt.Sprint(w.pc.Company().ID), Folder: folder.ID, Tools: []mapping.Tool{mapping.Documents},
		})
		require.NoError(t, err)
		stop := w.watch(public)
		defer stop()
		time.Sleep(10 * time.Minute)
		require.Len(t, *w.told.Load(), 4)
		for _, s := range *w.told.Load() {
			require.True(t, s.Stands(), "%+v", s)
		}
		file, err := w.ann.Upload(w.pc.Company().RootID, "policy.txt", []byte("text"))
		require.NoError(t, err)
		_, err = w.ann.Upload(w.pc.Company().RootID, "stays.txt", []byte("text"))
		require.NoError(t, err)
		time.Sleep(20 * time.Second)
		_, err = w.bx.Home().Find("company/Documents/policy.txt")
		require.NoError(t, err)
		require.NoError(t, w.ann.Delete(file))
		time.Sleep(20 * time.Second)
		by := ""
		for item, err := range w.Items(t.Context(), office.HistoryOptions{Link: "company", Op: "delete"}) {
			require.NoError(t, err)
			by = item.By
		}
		require.Equal(t, "Ann Baker (ann@builder.example)", by)
		_, err = w.bx.Home().Find("company/Documents/policy.txt")
		require.ErrorContains(t, err, "not_found")
	})
}
