package office_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer"
)

func TestAVariableThatCannotBeRightIsNamedBeforeAnybodyIsAsked(t *testing.T) {
	t.Parallel()
	const token = "has a space, a line break or another character in it that none of its kind has: copy it again"
	const inClear = ": http:// would send tokens in clear, and is for fakes on this machine"
	for _, c := range []struct{ name, value, says string }{
		{"BOX_API_BASE", "api.box.com", `must be an address such as https://api.box.com, not "api.box.com"`},
		{"BOX_UPLOAD_BASE", "https://", `must be an address such as https://upload.box.com/api, not "https://"`},
		{"BOX_LOGIN_BASE", "https://me:secret@account.box.com", "must be an address such as https://account.box.com/api, without user, password, ? and #"},
		{"PROCORE_BASE", "foo", `must be an address such as https://api.procore.com, not "foo"`},
		{"PROCORE_BASE", "https://api.procore.com/rest/v1.0", `must end with the host, as in https://api.procore.com, not "https://api.procore.com/rest/v1.0"`},
		{"PROCORE_LOGIN_BASE", "https://login.procore.com/?token=secret", "must be an address such as https://login.procore.com, without user, password, ? and #"},
		{"BOX_API_BASE", "http://api.box.com", `must begin with https://, not "http://api.box.com"` + inClear},
		{"BOX_LOGIN_BASE", "http://10.0.0.7:8090", `must begin with https://, not "http://10.0.0.7:8090"` + inClear},
		{"PROCORE_BASE", "http://localhost.example:1", `must begin with https://, not "http://localhost.example:1"` + inClear},
		{"PROCORE_LOGIN_BASE", "http://0.0.0.0:1", `must begin with https://, not "http://0.0.0.0:1"` + inClear},
		{"BOX_TOKEN", "secret\n", token},
		{"BOX_CLIENT_ID", " secret", token},
		{"BOX_CLIENT_SECRET", "two secrets", token},
		{"BOX_REFRESH_TOKEN", "secret\r", token},
		{"PROCORE_TOKEN", "Bearer secret", token},
		{"PROCORE_CLIENT_ID", "sécret", token},
		{"PROCORE_CLIENT_SECRET", "secret\x00", token},
		{"PROCORE_REFRESH_TOKEN", "\ufeffsecret", token},
		{"BOX_FOLDER_ID", "https://app.box.com/folder/7", `must be a number, not "https://app.box.com/folder/7"`},
		{"BOX_ENTERPRISE_ID", "our firm", `must be a number, not "our firm"`},
		{"BOX_USER_ID", "me", `must be a number, not "me"`},
		{"PROCORE_COMPANY_ID", "tower", `must be a number, not "tower"`},
		{"PROCORE_PROJECT_ID", "-1", `must be a number, not "-1"`},
		{"PROCOREBOX_SETTLE", "soon", `must be a time such as 10s, not "soon"`},
		{"PROCOREBOX_KEEP_DAYS", "-1", `must be a number of days, 0 for ever, not "-1"`},
	} {
		_, err := office.FromEnvironment(func(name string) string {
			return map[string]string{"PROCOREBOX_DATA": "data", c.name: c.value}[name]
		})
		require.ErrorIs(t, err, syncer.ErrInvalid, c.name)
		require.EqualError(t, err, c.name+" "+c.says+": "+syncer.ErrInvalid.Error())
		require.NotContains(t, err.Error(), "secret")
	}
}

func TestVariablesThatAreRightAreTaken(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		"PROCOREBOX_DATA": "data", "BOX_API_BASE": "http://127.0.0.1:8090", "BOX_UPLOAD_BASE": "https://upload.box.com/api/",
		"BOX_LOGIN_BASE": "http://localhost:8092", "PROCORE_LOGIN_BASE": "http://[::1]:8093",
		"PROCORE_BASE": "https://sandbox.procore.com/", "BOX_TOKEN": "aB1-._~+/=", "BOX_FOLDER_ID": "0", "PROCORE_COMPANY_ID": "562949953421312",
	}
	s, err := office.FromEnvironment(func(name string) string { return env[name] })
	require.NoError(t, err)
	require.Equal(t, "562949953421312", s.Procore.Company)
}
