package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// program is the path of the command that the tests drive.
var program string

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && strings.HasPrefix(os.Args[1], "http://") {
		if err := actAsBrowser(os.Args[1]); err != nil {
			_, _ = os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		return
	}
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "procorebox-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "procorebox")
	if out, err := exec.CommandContext(context.Background(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		panic(string(out))
	}
	return m.Run()
}

// fakes starts the command and returns what it prints. It is interrupted when the test ends, and must
// then end well.
func fakes(t *testing.T, args ...string) map[string]string {
	t.Helper()
	end, bounded := t.Deadline()
	if !bounded {
		end = time.Now().Add(time.Hour)
	}
	ctx, kill := context.WithDeadline(context.Background(), end)
	cmd := exec.CommandContext(ctx, program, append([]string{"fakes"}, args...)...)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	lines := bufio.NewReader(stdout)
	t.Cleanup(func() {
		defer kill()
		require.NoError(t, cmd.Process.Signal(os.Interrupt))
		rest, err := io.ReadAll(lines)
		require.NoError(t, err)
		require.Empty(t, rest, "one line and no more")
		require.NoError(t, cmd.Wait())
	})
	line, err := lines.ReadString('\n')
	require.NoError(t, err)
	var env map[string]string
	require.NoError(t, json.Unmarshal([]byte(line), &env))
	return env
}

// An answer is what came of a call.
type answer struct {
	status int
	header http.Header
	json   map[string]any
}

// call sends a request with the token.
func call(t *testing.T, env map[string]string, method, address, kind string, body io.Reader) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, body)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+env["BOX_TOKEN"])
	r.Header.Set("Content-Type", kind)
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	a := answer{status: response.StatusCode, header: response.Header}
	if len(text) > 0 {
		require.NoError(t, json.Unmarshal(text, &a.json), "%s", text)
	}
	return a
}

func TestTheFakesServeUntilInterrupted(t *testing.T) {
	env := fakes(t, "--box", "127.0.0.1:0", "--json")
	require.Len(t, env, 11)
	hosts := map[string]bool{}
	for _, name := range []string{"BOX_API_BASE", "BOX_UPLOAD_BASE", "BOX_LOGIN_BASE"} {
		u, err := url.Parse(env[name])
		require.NoError(t, err)
		require.Empty(t, u.Path, "%s has no path", name)
		hosts[u.Host] = true
	}
	require.Len(t, hosts, 3, "three origins")

	items := call(t, env, http.MethodGet, env["BOX_API_BASE"]+"/2.0/folders/"+env["BOX_FOLDER_ID"]+"/items", "", nil)
	require.Empty(t, items.json["entries"])

	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(t, form.WriteField("attributes", `{"name":"a.txt","parent":{"id":"`+env["BOX_FOLDER_ID"]+`"}}`))
	part, err := form.CreateFormFile("file", "a.txt")
	require.NoError(t, err)
	_, err = part.Write([]byte("hello"))
	require.NoError(t, err)
	require.NoError(t, form.Close())
	got := call(t, env, http.MethodPost, env["BOX_UPLOAD_BASE"]+"/2.0/files/content", form.FormDataContentType(), &body)
	require.Equal(t, http.StatusCreated, got.status)

	login := url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {env["BOX_REFRESH_TOKEN"]},
		"client_id": {env["BOX_CLIENT_ID"]}, "client_secret": {env["BOX_CLIENT_SECRET"]},
	}.Encode()
	pair := call(t, env, http.MethodPost, env["BOX_LOGIN_BASE"]+"/oauth2/token", "application/x-www-form-urlencoded", strings.NewReader(login))
	require.Equal(t, http.StatusOK, pair.status)
	env["BOX_TOKEN"] = pair.json["access_token"].(string)
	got = call(t, env, http.MethodGet, env["BOX_API_BASE"]+"/2.0/users/me", "", nil)
	require.Equal(t, http.StatusOK, got.status)
}

func TestTheFakesHaveRealLimitsUnlessTheyAreOff(t *testing.T) {
	for _, c := range []struct {
		args []string
		want int
	}{
		{nil, http.StatusTooManyRequests},
		{[]string{"--limits", "off"}, http.StatusOK},
	} {
		env := fakes(t, append([]string{"--box", "127.0.0.1:0", "--json"}, c.args...)...)
		status := http.StatusOK
		for range 1001 {
			got := call(t, env, http.MethodGet, env["BOX_API_BASE"]+"/2.0/folders/0?fields=id", "", nil)
			if status = got.status; status != http.StatusOK {
				require.NotEmpty(t, got.header.Get("Retry-After"))
			}
		}
		require.Equal(t, c.want, status)
	}
}

func someListener(t *testing.T) net.Listener {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return l
}

// freeNeighbours returns the first of three neighbouring ports that are free. Systems give ports of
// their own choice from above 32767: what is free below that stays free until somebody asks for it. Two
// test programs that run at once begin to look at different ports.
func freeNeighbours(t *testing.T) int {
	t.Helper()
	var config net.ListenConfig
	for port := 20_000 + os.Getpid()%1000*10; port < 32_000; port += 3 {
		taken := false
		for i := range 3 {
			l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:"+strconv.Itoa(port+i))
			if err != nil {
				taken = true
				break
			}
			require.NoError(t, l.Close())
		}
		if !taken {
			return port
		}
	}
	require.FailNow(t, "no three neighbouring ports are free")
	return 0
}

func TestThePortsAreNeighbours(t *testing.T) {
	port := freeNeighbours(t)
	env := fakes(t, "--box", "127.0.0.1:"+strconv.Itoa(port), "--json")
	for i, name := range []string{"BOX_API_BASE", "BOX_UPLOAD_BASE", "BOX_LOGIN_BASE"} {
		require.Equal(t, "http://127.0.0.1:"+strconv.Itoa(port+i), env[name])
	}
}

func TestACommandLineThatIsWrongExitsWithTwo(t *testing.T) {
	for _, c := range []struct{ line, says string }{
		{"fakes", "--box and --procore are missing"},
		{"fakes --box nonsense", "--box must be host:port"},
		{"fakes --box 127.0.0.1:65534", "--box must have a port"},
		{"fakes --procore nonsense", "--procore must be host:port"},
		{"fakes --procore 127.0.0.1:65534", "--procore must have a port"},
		{"fakes --box 127.0.0.1:0 --tree .", "--tree is for the fake Procore"},
		{"fakes --procore 127.0.0.1:0 --tree nowhere", "--tree must be a directory"},
		{"fakes --procore 127.0.0.1:0 --tree main.go", "--tree must be a directory"},
		{"fakes --procore 127.0.0.1:0 --switch RefreshGrace", "--switch knows no"},
		{"fakes --box 127.0.0.1:0 --limits some", "--limits must be real or off"},
		{"fakes --box 127.0.0.1:0 --fault-rate 2", "--fault-rate must be from 0 to 1"},
		{"fakes --box 127.0.0.1:0 --fault-rate NaN", "--fault-rate must be from 0 to 1"},
		{"fakes --box 127.0.0.1:0 --fault-rate x", "fault-rate"},
		{"fakes --box 127.0.0.1:0 --seed -1", "seed"},
		{"fakes --box 127.0.0.1:0 --switch Magic", "--switch knows no"},
		{"fakes --box 127.0.0.1:0 --colour", "unknown flag: --colour"},
		{"fakes here", `"here" is too much: "procorebox fakes" takes flags only`},
		{"nonsense", "unknown command"},
		{"files", `LINK is missing`},
		{"files", `"procorebox files --help" says what there is`},
		{"link show a b", `"b" is too much: the form is "procorebox link show LINK"`},
		{"sync a --file x --level y", "--file and --level exclude each other"},
		{"link edit a --delete-limit few", `--delete-limit must be a whole number, not "few"`},
		{"watch --every often", `--every must be a time such as 30s, not "often"`},
		{"apply testdata/script/sync.txtar", `is no plan that "plan --out" has written`},
	} {
		t.Run(c.line, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			cmd := exec.CommandContext(t.Context(), program, strings.Fields(c.line)...)
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			require.Error(t, cmd.Run())
			require.Equal(t, exitFailed, cmd.ProcessState.ExitCode())
			require.Contains(t, stderr.String(), c.says)
			require.Empty(t, stdout.String())
		})
	}
}

func TestAPortThatIsTakenExitsWithTwo(t *testing.T) {
	l := someListener(t)
	defer l.Close()
	cmd := exec.CommandContext(t.Context(), program, "fakes", "--box", l.Addr().String())
	require.Error(t, cmd.Run())
	require.Equal(t, exitFailed, cmd.ProcessState.ExitCode())
}

func TestWithoutJSONTheSettingsAreForAShell(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, printSettings(&out, map[string]string{"BOX_API_BASE": "http://x", "BOX_FOLDER_ID": "7"}, false))
	require.Equal(t, "export BOX_API_BASE=http://x\nexport BOX_FOLDER_ID=7\n", out.String())
}
