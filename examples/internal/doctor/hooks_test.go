package doctor_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/examples/internal/doctor"
	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/procore/procoretest"
)

// keep lets the webhooks of the link stand, at an address that answers with a status.
func (c *clinic) keep(status int) {
	c.t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
	}))
	c.t.Cleanup(server.Close)
	h, err := c.office.Hooks(c.t.Context(), server.URL)
	require.NoError(c.t, err)
	states, err := h.Keep(c.t.Context())
	require.NoError(c.t, err)
	for _, s := range states {
		require.NoError(c.t, s.Err)
	}
}

func TestOfWebhooksThatAreKeptIsToldWhetherTheyStand(t *testing.T) {
	t.Parallel()
	c := newClinic(t, boxtest.Switches{}, procoretest.Switches{})
	c.keep(http.StatusNoContent)
	const about = "tower: webhooks of Procore"
	f := c.finding(about)
	require.Equal(t, doctor.OK, f.Result)
	require.Regexp(t, `^number \d+ calls http://127.0.0.1:\d+/procore/\d+, and what it sends is taken$`, f.Found)
	require.Regexp(t, `^\d+ are known`, c.finding("tower: names of people in Procore").Found)
	require.Regexp(t, `^number \d+ calls http://127.0.0.1:\d+/box/`, c.finding("tower: webhook of Box").Found)

	me, project := c.procore.Home().User, c.procore.Project().ID
	c.procore.Permit(me, project, procoretest.Directory, procoretest.NoAccess)
	f = c.finding("tower: names of people in Procore")
	require.Equal(t, doctor.Warning, f.Result)
	require.Contains(t, f.Do, "Read Only in Directory")

	c.procore.Permit(me, project, procoretest.Webhooks, procoretest.NoAccess)
	f = c.finding(about)
	require.Equal(t, doctor.Warning, f.Result)
	require.Contains(t, f.Found, "Procore is asked once a minute, and does not tell who moves or deletes something")
	require.Contains(t, f.Do, `Standard in "Webhooks API"`)
}

func TestWebhooksThatSomebodyTookAwayAreMissed(t *testing.T) {
	t.Parallel()
	c := newClinic(t, boxtest.Switches{}, procoretest.Switches{})
	c.keep(http.StatusNoContent)
	b, err := c.office.Box(t.Context())
	require.NoError(t, err)
	for hook, err := range b.Client.GetWebhooks(t.Context()) {
		require.NoError(t, err)
		require.NoError(t, b.Client.DeleteWebhooksID(t.Context(), hook.ID))
	}
	f := c.finding("tower: webhook of Box")
	require.Equal(t, doctor.Warning, f.Result)
	require.Contains(t, f.Do, "watch --hooks")
	p, err := c.office.Procore(t.Context())
	require.NoError(t, err)
	client, err := p.Company(c.link.Company)
	require.NoError(t, err)
	in, err := office.ScopeOf(c.link)
	require.NoError(t, err)
	at, err := c.office.HooksAt(t.Context(), c.link)
	require.NoError(t, err)
	for hook, err := range client.GetHooks(t.Context(), in, at.Namespace) {
		require.NoError(t, err)
		require.NoError(t, client.DeleteHooksID(t.Context(), in, hook.ID))
	}
	f = c.finding("tower: webhooks of Procore")
	require.Equal(t, doctor.Warning, f.Result)
	require.Contains(t, f.Found, "there is none that calls http://127.0.0.1:")
}

func TestAnAddressThatNobodyAnswersAtIsTold(t *testing.T) {
	t.Parallel()
	c := newClinic(t, boxtest.Switches{}, procoretest.Switches{})
	c.keep(http.StatusBadGateway)
	_, err := c.procore.Home().Upload(c.scratch.ID, "new.txt", []byte("new"))
	require.NoError(t, err)
	for len(c.procore.Deliveries()) == 0 {
		runtime.Gosched() // it is on its way
	}
	f := c.finding("tower: webhooks of Procore")
	require.Equal(t, doctor.Warning, f.Result)
	require.Contains(t, f.Found, "were not taken")
	require.Contains(t, f.Do, "--hooks-listen")
}
