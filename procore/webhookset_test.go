package procore_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer"
)

const bearer = "Bearer a-long-secret-of-this-installation"

func (f *fake) set() procore.WebhookSet {
	return procore.WebhookSet{
		Namespace: "office", Address: "https://hook.example/procore", Authorization: bearer,
		Scopes: []procore.Scope{procore.InProject(f.project), procore.InCompany(), procore.InProject(f.project)},
	}
}

// hooks are those of the project in a namespace.
func (f *fake) hooks(namespace string) []procore.Hook {
	f.t.Helper()
	all, err := collect(f.client.GetHooks(f.t.Context(), procore.InProject(f.project), namespace))
	require.NoError(f.t, err)
	return all
}

// triggers are what a hook of the project waits for.
func (f *fake) triggers(id procore.ID) []string {
	f.t.Helper()
	var all []string
	for t, err := range f.client.GetHooksIDTriggers(f.t.Context(), procore.InProject(f.project), id) {
		require.NoError(f.t, err)
		all = append(all, t.Resource+" "+t.Event)
	}
	return all
}

func wanted(in procore.Scope) []string {
	var all []string
	for _, t := range procore.SyncTriggers(in) {
		all = append(all, t.Resource+" "+t.Event)
	}
	return all
}

func calls(f *fake) int {
	n := 0
	for _, count := range f.Calls() {
		n += count
	}
	return n
}

func TestASetOfHooksIsMadeOnceAndThenLeftAlone(t *testing.T) {
	everyPosition(t, func(t *testing.T, o procoretest.Options) {
		onFake(t, o, func(t *testing.T, f *fake) {
			done, err := f.client.ReconcileWebhooks(t.Context(), f.set())
			require.NoError(t, err)
			require.Len(t, done.Made, 2, "a scope that is named twice gets one")
			require.Len(t, f.hooks("office"), 1)
			if !o.Switches.TriggersInCapitals {
				require.ElementsMatch(t, wanted(procore.InProject(f.project)), f.triggers(f.hooks("office")[0].ID))
			}
			f.ForgetCalls()
			done, err = f.client.ReconcileWebhooks(t.Context(), f.set())
			require.NoError(t, err)
			require.Len(t, done.Kept, 2)
			require.Empty(t, done.Made)
			require.Empty(t, done.Mended)
			require.Empty(t, done.Removed)
			require.Equal(t, 4, calls(f))
		})
	})
}

func TestAHookThatIsNotAsItShallBeIsMended(t *testing.T) {
	for name, harm := range map[string]func(t *testing.T, f *fake, set *procore.WebhookSet, id procore.ID) error{
		"it leads elsewhere": func(t *testing.T, f *fake, _ *procore.WebhookSet, id procore.ID) error {
			_, err := f.client.PatchHooksID(t.Context(), procore.InProject(f.project), id, procore.HookChange{Address: "https://old.example/hook"})
			return err
		},
		"it was disabled": func(t *testing.T, f *fake, _ *procore.WebhookSet, id procore.ID) error {
			_, err := f.client.PatchHooksID(t.Context(), procore.InProject(f.project), id, procore.HookChange{Status: procore.HookDisabled})
			return err
		},
		"it has another secret": func(_ *testing.T, _ *fake, set *procore.WebhookSet, _ procore.ID) error {
			set.Authorization = "Bearer another-secret-of-this-installation!"
			return nil
		},
		"it waits for less": func(t *testing.T, f *fake, _ *procore.WebhookSet, id procore.ID) error {
			for trigger, err := range f.client.GetHooksIDTriggers(t.Context(), procore.InProject(f.project), id) {
				if err == nil {
					err = f.client.DeleteHooksIDTriggersID(t.Context(), procore.InProject(f.project), id, trigger.ID)
				}
				return err
			}
			return nil
		},
		"it waits for more": func(t *testing.T, f *fake, _ *procore.WebhookSet, id procore.ID) error {
			_, err := f.client.PostHooksIDTriggers(t.Context(), procore.InProject(f.project), id, "Meetings", procore.EventCreate)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			onFake(t, quiet(), func(t *testing.T, f *fake) {
				set := f.set()
				_, err := f.client.ReconcileWebhooks(t.Context(), set)
				require.NoError(t, err)
				id := f.hooks("office")[0].ID
				require.NoError(t, harm(t, f, &set, id))
				done, err := f.client.ReconcileWebhooks(t.Context(), set)
				require.NoError(t, err)
				require.NotEmpty(t, done.Mended)
				now := f.hooks("office")
				require.Len(t, now, 1)
				require.Equal(t, id, now[0].ID)
				require.Equal(t, "https://hook.example/procore", now[0].Address)
				require.Equal(t, procore.HookActive, now[0].Status)
				require.ElementsMatch(t, wanted(procore.InProject(f.project)), f.triggers(id))
				done, err = f.client.ReconcileWebhooks(t.Context(), set)
				require.NoError(t, err)
				require.Len(t, done.Kept, 2)
			})
		})
	}
}

func TestHooksOfOthersAreNotTouchedAndOursThatAreNotWantedGo(t *testing.T) {
	onFake(t, quiet(), func(t *testing.T, f *fake) {
		in := procore.InProject(f.project)
		other, err := f.client.PostHooks(t.Context(), in, procore.NewHook{Namespace: "acme", Address: "https://acme.example", Authorization: bearer})
		require.NoError(t, err)
		_, err = f.client.ReconcileWebhooks(t.Context(), f.set())
		require.NoError(t, err)
		_, err = f.client.PostHooks(t.Context(), in, procore.NewHook{Namespace: "office", Address: "https://older.example", Authorization: bearer})
		require.NoError(t, err)
		done, err := f.client.ReconcileWebhooks(t.Context(), f.set())
		require.NoError(t, err)
		require.Len(t, done.Removed, 1, "one is enough")
		require.Equal(t, "https://hook.example/procore", f.hooks("office")[0].Address)

		set := f.set()
		set.Scopes, set.Former = nil, []procore.Scope{in, procore.InCompany()}
		done, err = f.client.ReconcileWebhooks(t.Context(), set)
		require.NoError(t, err)
		require.Len(t, done.Removed, 2)
		require.Empty(t, f.hooks("office"))
		require.Equal(t, other.ID, f.hooks("acme")[0].ID)
	})
}

func TestAHookWhoseAnswerWasLostIsMadeOnce(t *testing.T) {
	onFake(t, quiet(), func(t *testing.T, f *fake) {
		for _, route := range f.Routes() {
			if len(route) > 4 && route[:4] == "POST" {
				require.NoError(t, f.Inject(procoretest.Fault{Route: route, Reset: true, When: procoretest.AfterEffect}))
			}
		}
		_, err := f.client.ReconcileWebhooks(t.Context(), f.set())
		require.NoError(t, err)
		require.Len(t, f.hooks("office"), 1)
		require.ElementsMatch(t, wanted(procore.InProject(f.project)), f.triggers(f.hooks("office")[0].ID))
	})
}

func TestWhatCannotBeDoneForOneProjectKeepsNoOtherFromBeingServed(t *testing.T) {
	onFake(t, quiet(), func(t *testing.T, f *fake) {
		set := f.set()
		set.Scopes = append([]procore.Scope{procore.InProject(424242)}, set.Scopes...)
		done, err := f.client.ReconcileWebhooks(t.Context(), set)
		require.ErrorContains(t, err, "project 424242")
		require.Len(t, done.Made, 2)
	})
}

func TestATriggerThatProcoreDoesNotKnowKeepsNoOtherFromBeingMade(t *testing.T) {
	onFake(t, quiet(), func(t *testing.T, f *fake) {
		set := f.set()
		set.Scopes = set.Scopes[:1]
		known := procore.SyncTriggers(set.Scopes[0])
		set.Triggers = append([]procore.HookTrigger{{Resource: "Project Albums", Event: procore.EventUpdate}}, known...)
		for range 2 {
			_, err := f.client.ReconcileWebhooks(t.Context(), set)
			require.ErrorContains(t, err, "update of Project Albums")
			require.ElementsMatch(t, wanted(set.Scopes[0]), f.triggers(f.hooks("office")[0].ID))
		}
	})
}

func TestASetThatMakesNoSenseIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*procore.WebhookSet){
		"no namespace":            func(s *procore.WebhookSet) { s.Namespace = "" },
		"a namespace in capitals": func(s *procore.WebhookSet) { s.Namespace = "Office" },
		"no address":              func(s *procore.WebhookSet) { s.Address = "" },
		"an address of a file":    func(s *procore.WebhookSet) { s.Address = "file:///hook" },
		"a password":              func(s *procore.WebhookSet) { s.Address = "https://me:SECRET@hook.example" },
		"a short secret":          func(s *procore.WebhookSet) { s.Authorization = "SECRET" },
		"no scope":                func(s *procore.WebhookSet) { s.Scopes = []procore.Scope{{}} },
		"no trigger":              func(s *procore.WebhookSet) { s.Triggers = []procore.HookTrigger{{Resource: "RFIs", Event: "look"}} },
	} {
		t.Run(name, func(t *testing.T) {
			with(t, routes{}, func(t *testing.T, c *procore.Client, s *service) {
				set := procore.WebhookSet{Namespace: "office", Address: "https://hook.example", Authorization: bearer, Scopes: []procore.Scope{procore.InCompany()}}
				spoil(&set)
				_, err := c.ReconcileWebhooks(t.Context(), set)
				require.ErrorIs(t, err, syncer.ErrInvalid)
				require.NotContains(t, err.Error(), "SECRET")
				require.Empty(t, s.calls())
			})
		})
	}
}

func TestProcoreRemembersWhatBecameOfItsDeliveries(t *testing.T) {
	o := quiet()
	o.WebhookClient = &http.Client{Transport: &wire{}}
	onFake(t, o, func(t *testing.T, f *fake) {
		_, err := f.client.ReconcileWebhooks(t.Context(), f.set())
		require.NoError(t, err)
		f.write(procore.InProject(f.project), 0, "a.pdf", "text")
		in := procore.InProject(f.project)
		deliveries, err := collect(f.client.GetHooksIDDeliveries(t.Context(), in, f.hooks("office")[0].ID, procore.DeliveryQuery{}))
		require.NoError(t, err)
		require.NotEmpty(t, deliveries)
		d, err := procore.ReadDelivery(deliveries[0].Payload)
		require.NoError(t, err)
		require.Equal(t, in, d.Scope())
	})
}
