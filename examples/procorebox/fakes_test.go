package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// ask reads from the fake Procore, with its token and the company.
func ask(t *testing.T, env map[string]string, path string, into any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, env["PROCORE_BASE"]+path, http.NoBody)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+env["PROCORE_TOKEN"])
	r.Header.Set("Procore-Company-Id", env["PROCORE_COMPANY_ID"])
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.NoError(t, json.NewDecoder(response.Body).Decode(into))
}

func TestTheFakeProcoreServesADirectory(t *testing.T) {
	tree := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(tree, "01 Drawings", "Old"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(tree, "01 Drawings", "A-101.txt"), []byte("first issue"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(tree, "readme.txt"), nil, 0o600))
	env := fakes(t, "--procore", "127.0.0.1:0", "--tree", tree, "--json")
	require.Len(t, env, 9)
	for _, name := range []string{"PROCORE_BASE", "PROCORE_LOGIN_BASE"} {
		u, err := url.Parse(env[name])
		require.NoError(t, err)
		require.Empty(t, u.Path, "%s has no path", name)
	}
	var index []struct {
		Path string `json:"name_with_path"`
		Bin  bool   `json:"is_recycle_bin"`
		File struct {
			Version struct {
				URL string `json:"url"`
			} `json:"current_version"`
		} `json:"file"`
	}
	ask(t, env, "/rest/v1.0/projects/"+env["PROCORE_PROJECT_ID"]+"/documents?view=extended&sort=name", &index)
	var paths []string
	link := ""
	for _, one := range index {
		if !one.Bin {
			paths = append(paths, one.Path)
		}
		if strings.HasSuffix(one.Path, "A-101.txt") {
			link = one.File.Version.URL
		}
	}
	require.Equal(t, []string{
		"Tower A/01 Drawings", "Tower A/01 Drawings/A-101.txt", "Tower A/01 Drawings/Old", "Tower A/readme.txt",
	}, paths)

	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link, http.NoBody)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+env["PROCORE_TOKEN"])
	hop, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(t, err)
	require.NoError(t, hop.Body.Close())
	require.Equal(t, http.StatusFound, hop.StatusCode)
	r, err = http.NewRequestWithContext(t.Context(), http.MethodGet, hop.Header.Get("Location"), http.NoBody)
	require.NoError(t, err)
	done, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer done.Body.Close()
	content, err := io.ReadAll(done.Body)
	require.NoError(t, err)
	require.Equal(t, "first issue", string(content))
}

func TestWithoutADirectoryTheFakeProcoreServesAConstructionProject(t *testing.T) {
	env := fakes(t, "--procore", "127.0.0.1:0", "--json")
	for path, least := range map[string]int{
		"/rest/v1.0/projects/" + env["PROCORE_PROJECT_ID"] + "/documents?per_page=1000":  100,
		"/rest/v1.0/images?per_page=1000&project_id=" + env["PROCORE_PROJECT_ID"]:        10,
		"/rest/v1.0/projects/" + env["PROCORE_PROJECT_ID"] + "/rfis?per_page=1000":       3,
		"/rest/v1.1/projects/" + env["PROCORE_PROJECT_ID"] + "/submittals?per_page=1000": 3,
	} {
		var list []any
		ask(t, env, path, &list)
		require.GreaterOrEqual(t, len(list), least, path)
	}
}

func TestBothFakesServeAtOnceAndTheirTokensCanBeRenewed(t *testing.T) {
	env := fakes(t, "--box", "127.0.0.1:0", "--procore", "127.0.0.1:0", "--switch", "BearerLower", "--switch", "RefreshGrace", "--json")
	require.Len(t, env, 20)
	login := url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {env["PROCORE_REFRESH_TOKEN"]},
		"client_id": {env["PROCORE_CLIENT_ID"]}, "client_secret": {env["PROCORE_CLIENT_SECRET"]},
	}.Encode()
	pair := call(t, env, http.MethodPost, env["PROCORE_LOGIN_BASE"]+"/oauth/token", "application/x-www-form-urlencoded", strings.NewReader(login))
	require.Equal(t, http.StatusOK, pair.status)
	require.Equal(t, "bearer", pair.json["token_type"], "the switch is on")
	var me struct {
		Login string `json:"login"`
	}
	env["PROCORE_TOKEN"] = pair.json["access_token"].(string)
	ask(t, env, "/rest/v1.0/me", &me)
	require.NotEmpty(t, me.Login)
	items := call(t, env, http.MethodGet, env["BOX_API_BASE"]+"/2.0/folders/"+env["BOX_FOLDER_ID"]+"/items", "", nil)
	require.Empty(t, items.json["entries"])
}

func TestTheFakeProcoreHasRealLimitsUnlessTheyAreOff(t *testing.T) {
	for args, want := range map[string]int{"real": http.StatusTooManyRequests, "off": http.StatusOK} {
		env := fakes(t, "--procore", "127.0.0.1:0", "--json", "--limits", args)
		env["BOX_TOKEN"] = env["PROCORE_TOKEN"] // what call sends
		status := 0
		for range 60 {
			got := call(t, env, http.MethodGet, env["PROCORE_BASE"]+"/rest/v1.0/me", "", nil)
			status = got.status
			if status != http.StatusOK {
				break
			}
		}
		require.Equal(t, want, status, args)
	}
}

func TestATreeWithWhatIsNoFileExitsBadly(t *testing.T) {
	tree := t.TempDir()
	require.NoError(t, os.Symlink("nowhere", filepath.Join(tree, "link")))
	out, err := exec.CommandContext(t.Context(), program, "fakes", "--procore", "127.0.0.1:0", "--tree", tree).CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "link is neither a file nor a directory")
}
