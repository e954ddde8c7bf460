package procore_test

import (
	"fmt"
	"net/http"
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

// herald is a program that goes by webhooks: all tools of a project, each mirrored into a folder.
type herald struct {
	*testing.T
	*tower

	wire     *wire
	receiver *procore.Receiver
	set      procore.WebhookSet
	speaker  *procore.Client
	store    *memory.Store
	copies   map[string]*syncertest.Service
	tools    map[string]syncer.Reader
}

func trusting(t *testing.T, test func(h *herald)) {
	t.Helper()
	trustingWith(t, procoretest.Switches{}, test)
}

func trustingWith(t *testing.T, switches procoretest.Switches, test func(h *herald)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		h := &herald{T: t, wire: w, store: memory.New(memory.Options{}), copies: map[string]*syncertest.Service{}}
		h.tower = newTower(t, procoretest.Options{
			Limits: procoretest.NoLimits, WebhookClient: &http.Client{Transport: w}, Switches: switches,
		})
		h.speaker = h.client(t, procore.Options{})
		in := procore.InProject(procore.ID(h.Project().ID))
		trust, err := procore.NewTrust(procore.TrustOptions{})
		require.NoError(t, err)
		h.set = procore.WebhookSet{
			Namespace: "office", Address: "https://hook.example", Authorization: bearer, Scopes: []procore.Scope{in}, Trust: trust,
		}
		h.receiver, err = procore.NewReceiver(procore.ReceiverOptions{
			Client: h.speaker, Authorization: []string{bearer}, Store: h.store, Side: syncer.Source, Trust: trust,
			Pairs: func(d *procore.Delivery) []string { return []string{d.Tool()} },
		})
		require.NoError(t, err)
		w.leadTo(h.receiver)
		o := h.options()
		o.Trust = trust
		documents, err := procore.NewDocuments(t.Context(), h.speaker, in, o)
		require.NoError(t, err)
		photos, err := procore.NewPhotos(t.Context(), h.speaker, in, o)
		require.NoError(t, err)
		rfis, err := procore.NewRFIs(t.Context(), h.speaker, in.ProjectID(), o)
		require.NoError(t, err)
		submittals, err := procore.NewSubmittals(t.Context(), h.speaker, in.ProjectID(), o)
		require.NoError(t, err)
		h.tools = map[string]syncer.Reader{
			procore.ToolDocuments: documents, procore.ToolPhotos: photos, procore.ToolRFIs: rfis, procore.ToolSubmittals: submittals,
		}
		for tool := range h.tools {
			h.copies[tool] = syncertest.New(syncertest.Options{}, nil)
		}
		test(h)
	})
}

// reconcile sees to the hooks, and demands that it works.
func (h *herald) reconcile() *procore.WebhookChanges {
	h.Helper()
	done, err := h.speaker.ReconcileWebhooks(h.Context(), h.set)
	require.NoError(h, err)
	return done
}

// run polls and runs all tools, and waits a minute. It tells the calls of the API, and whether any run was a
// full scan.
func (h *herald) run() (calls int, full bool) {
	h.Helper()
	synctest.Wait()
	calls = counted(h.tower.calls(func() {
		for tool, files := range h.tools {
			stream := syncer.Stream{Name: tool, Feed: files.(syncer.Feed), Side: syncer.Source, Pairs: []string{tool}}
			_, err := stream.Poll(h.Context(), h.store)
			require.NoError(h, err)
			handle := h.copies[tool].Connect()
			engine, err := syncer.New(h.store, syncer.Pair{
				Name: tool, Mode: syncer.ToDestination,
				Source:      syncer.Endpoint{FS: files, Root: procore.RootID},
				Destination: syncer.Endpoint{FS: handle.FileSystem(), Root: handle.Root()},
			}, &syncer.Options{Clock: time.Now})
			require.NoError(h, err)
			report, err := engine.Run(h.Context(), nil)
			require.NoError(h, err)
			require.Empty(h, report.Failures)
			full = full || report.Full
		}
	}))
	time.Sleep(time.Minute)
	return calls, full
}

// settle runs until webhooks are trusted.
func (h *herald) settle() {
	h.Helper()
	for range 5 {
		h.run()
	}
	calls, _ := h.run()
	require.Zero(h, calls, "webhooks are trusted")
}

// work lets people do something in each tool: what, must not have been done before.
func (h *herald) work(what string) {
	h.Helper()
	at := h.Project()
	_, err := h.ann.Upload(at.RootID, what+".pdf", []byte(what))
	require.NoError(h, err)
	_, err = h.ann.AddPhoto(at.ID, h.ann.Albums(at.ID)[0].ID, what+".jpg", []byte(what))
	require.NoError(h, err)
	rfi, file := procoretest.RFI{Subject: "Slab", Question: "?"}, attachment(what+".txt", what)
	if all := h.ann.RFIs(at.ID); len(all) == 0 {
		_, err = h.ann.AddRFI(at.ID, rfi)
	} else {
		_, err = h.ann.EditRFI(at.ID, procoretest.RFI{ID: all[0].ID}, file)
	}
	require.NoError(h, err)
	if all := h.ann.Submittals(at.ID); len(all) == 0 {
		_, err = h.ann.AddSubmittal(at.ID, procoretest.Submittal{Number: "1", Title: "Concrete"})
	} else {
		_, err = h.ann.EditSubmittal(at.ID, procoretest.Submittal{ID: all[0].ID}, file)
	}
	require.NoError(h, err)
}

// done are the tools into whose folder something was carried.
func (h *herald) done(what string) (tools []string) {
	for _, tool := range []string{procore.ToolDocuments, procore.ToolPhotos, procore.ToolRFIs, procore.ToolSubmittals} {
		for _, body := range h.copies[tool].Tree() {
			if body == what {
				tools = append(tools, tool)
				break
			}
		}
	}
	return tools
}

var everyTool = []string{procore.ToolDocuments, procore.ToolPhotos, procore.ToolRFIs, procore.ToolSubmittals}

func TestAToolWhoseWebhooksAreTrustedCostsNoCallUntilTheNextFullScan(t *testing.T) {
	t.Parallel()
	for name, switches := range map[string]procoretest.Switches{
		"as it is": {}, "the even switches are on": half(0), "the odd switches are on": half(1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			trustingWith(t, switches, quietDays)
		})
	}
}

// quietDays is a project in which nothing happens for hours, and a little once.
func quietDays(h *herald) {
	h.work("at first")
	h.reconcile()
	h.settle()

	// Hours in which nothing happens.
	for range 10 {
		h.reconcile()
		for range 60 {
			calls, _ := h.run()
			require.Zero(h, calls)
		}
	}

	// What people do is heard of at once, and also what no webhook names: a new attachment.
	h.work("later")
	calls, full := h.run()
	require.Equal(h, everyTool, h.done("later"))
	require.False(h, full)
	require.Less(h, calls, 40)
	h.settle()

	// Once a day each tool is asked, and listed.
	scans, busy := 0, 0
	for range 48 {
		h.reconcile()
		time.Sleep(time.Hour)
		calls, full := h.run()
		if calls > 0 {
			busy++
		}
		if full {
			scans++
		}
	}
	require.Equal(h, 2, scans)
	require.LessOrEqual(h, busy, 4)
}

func TestWhatHappensWhileWebhooksAreLostIsFoundWithoutAFullScan(t *testing.T) {
	t.Parallel()
	hook := func(h *herald) (procore.Scope, procore.Hook) {
		for hook, err := range h.speaker.GetHooks(h.Context(), h.set.Scopes[0], "office") {
			require.NoError(h, err)
			return h.set.Scopes[0], hook
		}
		h.Fatal("there is no hook")
		panic(0)
	}
	for name, c := range map[string]struct {
		harm func(h *herald)
		// The hooks are reconciled every half hour, unless nobody does. It is known after so many times.
		nobody bool
		times  int
	}{
		"somebody has deleted the hook": {harm: func(h *herald) {
			in, hook := hook(h)
			require.NoError(h, h.speaker.DeleteHooksID(h.Context(), in, hook.ID))
		}, times: 1},
		"somebody has disabled it": {harm: func(h *herald) {
			in, hook := hook(h)
			_, err := h.speaker.PatchHooksID(h.Context(), in, hook.ID, procore.HookChange{Status: procore.HookDisabled})
			require.NoError(h, err)
		}, times: 1},
		"it does not wait for anything any more": {harm: func(h *herald) {
			in, hook := hook(h)
			for trigger, err := range h.speaker.GetHooksIDTriggers(h.Context(), in, hook.ID) {
				require.NoError(h, err)
				require.NoError(h, h.speaker.DeleteHooksIDTriggersID(h.Context(), in, hook.ID, trigger.ID))
			}
		}, times: 1},
		"nobody is there to take what Procore sends": {harm: func(h *herald) { h.wire.leadTo(nil) }, times: 1},
		"Procore gives up what nobody has taken": {harm: func(h *herald) {
			h.wire.leadTo(nil)
			h.work("given up")
			for range 26 {
				time.Sleep(30 * time.Minute)
				h.reconcile()
			}
			h.settle() // what was given up is known by now
			h.wire.leadTo(nil)
		}, times: 1},
		"the user may not see to hooks any more": {harm: func(h *herald) {
			h.wire.leadTo(nil)
			h.Permit(h.Home().User, h.Project().ID, procoretest.Webhooks, procoretest.NoAccess)
		}, times: 1},
		"nobody sees to the hooks any more": {harm: func(h *herald) { h.wire.leadTo(nil) }, nobody: true, times: 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			trusting(t, func(h *herald) {
				h.work("at first")
				h.reconcile()
				h.settle()
				c.harm(h)
				h.work("unheard")
				calls, _ := h.run()
				require.Zero(h, calls, "nobody knows yet")
				require.Empty(h, h.done("unheard"))
				for range c.times {
					time.Sleep(31 * time.Minute)
					if !c.nobody {
						_, _ = h.speaker.ReconcileWebhooks(h.Context(), h.set)
					}
				}
				_, full := h.run()
				require.Equal(h, everyTool, h.done("unheard"))
				require.False(h, full)
			})
		})
	}
}

func TestNothingIsTrustedThatWasNotChecked(t *testing.T) {
	t.Parallel()
	trusting(t, func(h *herald) {
		for range 10 {
			calls, _ := h.run()
			require.Positive(h, calls)
		}
		h.reconcile()
		h.settle()
		h.set.Former, h.set.Scopes = h.set.Scopes, nil // the project is synced no more
		h.reconcile()
		calls, _ := h.run()
		require.Positive(h, calls)
	})
}

func TestToKnowThatWebhooksCanBeTrustedCostsFiveCallsForEachProject(t *testing.T) {
	t.Parallel()
	trusting(t, func(h *herald) {
		h.reconcile()
		made := h.tower.calls(func() { require.Len(h, h.reconcile().Kept, 1) })
		const hooks = "GET /rest/v2.0/companies/{company_id}/projects/{project_id}/webhooks/hooks"
		require.Equal(h, map[string]int{hooks: 1, hooks + "/{hook_id}/triggers": 1, hooks + "/{hook_id}/deliveries": 3}, made)
	})
}

func TestAHookThatHasLostALotIsBelievedWhenProcoreHasForgottenIt(t *testing.T) {
	t.Parallel()
	trusting(t, func(h *herald) {
		h.reconcile()
		h.settle()
		h.wire.leadTo(nil)
		for n := range 1001 {
			_, err := h.ann.CreateFolder(h.Project().RootID, fmt.Sprint("folder ", n))
			require.NoError(h, err)
		}
		time.Sleep(20 * time.Hour)
		synctest.Wait()
		h.wire.leadTo(h.receiver)
		for range 5 {
			made := h.tower.calls(func() { h.reconcile() })
			require.LessOrEqual(h, counted(made), 2+2+11, "it is not all read each time")
			calls, _ := h.run()
			require.Positive(h, calls)
		}
		time.Sleep(28 * 24 * time.Hour)
		h.reconcile()
		h.reconcile()
		h.settle()
	})
}

func TestATrustThatMakesNoSenseIsRefused(t *testing.T) {
	for name, o := range map[string]procore.TrustOptions{
		"Longest":             {Longest: -1},
		"Longest is 192h0m0s": {Longest: 8 * 24 * time.Hour},
		"Fresh is -1ns":       {Fresh: -1},
	} {
		_, err := procore.NewTrust(o)
		require.ErrorIs(t, err, syncer.ErrInvalid)
		require.ErrorContains(t, err, "TrustOptions."+name)
	}
}
