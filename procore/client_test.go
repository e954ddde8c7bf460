package procore_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/syncer"
)

func TestEachEnvironmentHasItsOwnHosts(t *testing.T) {
	env := map[string]string{"PROCORE_BASE": "http://127.0.0.1:1/", "PROCORE_LOGIN_BASE": "http://127.0.0.1:2"}
	for name, c := range map[string]struct {
		bases      procore.Bases
		api, login string
	}{
		"production":      {procore.Bases{}, "api.procore.com", "https://login.procore.com"},
		"sandbox":         {procore.Sandbox(), "sandbox.procore.com", "https://login-sandbox.procore.com"},
		"monthly sandbox": {procore.MonthlySandbox(), "api-monthly.procore.com", "https://login-sandbox-monthly.procore.com"},
		"federal":         {procore.Federal(), "api.procoregov.com", "https://login.procoregov.com"},
		"environment":     {procore.BasesFrom(func(name string) string { return env[name] }), "127.0.0.1:1", "http://127.0.0.1:2"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService(t, routes{"GET " + c.api + "/rest/v1.0/me": always(200, `{"id":1}`)})
				s.own = []string{".procoregov.com", "127.0.0.1:1"}
				client, err := procore.New(procore.Options{Bases: c.bases, CompanyID: company, Tokens: procore.Fixed("AT"), HTTP: s.transport()})
				require.NoError(t, err)
				_, err = client.GetMe(t.Context())
				require.NoError(t, err)
			})
			begun, err := procore.App{ClientID: "CID", ClientSecret: "SEC", Bases: c.bases}.SignIn("http://localhost")
			require.NoError(t, err)
			require.Contains(t, begun.URL, c.login+"/oauth/authorize?")
		})
	}
}

func TestABaseIsAnOriginAndNothingMore(t *testing.T) {
	for _, base := range []string{"api.procore.com", "https://", "ftp://api.procore.com", "https://api.procore.com/rest", "https://api.procore.com?x=y", "https://me:secret@api.procore.com", "://"} {
		for _, bases := range []procore.Bases{{API: base}, {Login: base}} {
			_, err := procore.New(procore.Options{Bases: bases, CompanyID: company, Tokens: procore.Fixed("AT")})
			require.ErrorIs(t, err, syncer.ErrInvalid, base)
			require.ErrorContains(t, err, "Bases.")
			require.NotContains(t, err.Error(), "secret")
		}
	}
}

func TestThereIsNoClientWithoutACompany(t *testing.T) {
	for _, id := range []procore.ID{0, -1} {
		_, err := procore.New(procore.Options{CompanyID: id, Tokens: procore.Fixed("AT")})
		require.ErrorIs(t, err, syncer.ErrInvalid)
		require.ErrorContains(t, err, "CompanyID")
	}
	_, err := procore.New(procore.Options{CompanyID: company})
	require.ErrorContains(t, err, "Tokens")
}

func TestAnAccountFindsItsCompaniesAndSpeaksForEachOfThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t, routes{
			"GET " + api + "/companies": always(200, `[{"id":4281379,"name":"Example Builders","is_active":true,"logo_url":null}]`, "Total", "1"),
			"GET " + api + "/projects": always(200, `[{"id":316469,"name":"Tower A","project_number":1001,"active":true,"updated_at":"2026-01-09T03:04:05Z",
				"company":{"id":4281379,"name":"Example Builders"},"latitude":30.2,"start_date":null}]`, "Total", "1"),
		})
		s.own = []string{"api.procore.com"}
		account, err := procore.NewAccount(procore.Options{Tokens: procore.Fixed("AT"), HTTP: s.transport()})
		require.NoError(t, err)
		companies, err := collect(account.GetCompanies(t.Context()))
		require.NoError(t, err)
		require.Equal(t, []procore.Company{{ID: company, Name: "Example Builders", IsActive: true}}, companies)
		require.Empty(t, s.last().Header.Get("Procore-Company-Id"))

		client, err := account.Company(companies[0].ID)
		require.NoError(t, err)
		require.Equal(t, company, client.CompanyID())
		projects, err := collect(client.GetProjects(t.Context(), procore.ProjectQuery{Inactive: true, Name: "Tower A"}))
		require.NoError(t, err)
		require.Len(t, projects, 1)
		require.Equal(t, procore.ID(316469), projects[0].ID)
		require.Equal(t, procore.Text("1001"), projects[0].Number)
		require.Equal(t, "4281379", s.last().Header.Get("Procore-Company-Id"))
		require.Equal(t, "company_id=4281379&filters[by_status]=All&filters[name]=Tower A&page=1&per_page=2000", s.last().query())

		_, err = account.Company(0)
		require.ErrorIs(t, err, syncer.ErrInvalid)
	})
}
