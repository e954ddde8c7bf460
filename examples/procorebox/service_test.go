package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// watchUnderTest is a watch in a process of its own that logs JSON.
type watchUnderTest struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines chan map[string]any

	mu  sync.Mutex
	out bytes.Buffer // all that it said
}

func (o *officeUnderTest) watch(args ...string) *watchUnderTest {
	o.t.Helper()
	w := &watchUnderTest{t: o.t, lines: make(chan map[string]any, 1<<16)}
	w.cmd = o.command(append([]string{"watch", "--every", "1s", "--log", "json"}, args...)...)
	stderr, err := w.cmd.StderrPipe()
	require.NoError(o.t, err)
	w.cmd.Stdout = lockedWriter{w}
	require.NoError(o.t, w.cmd.Start())
	o.t.Cleanup(func() { _ = w.cmd.Process.Kill() })
	go func() {
		defer close(w.lines)
		scanner := bufio.NewScanner(stderr)
		scanner.Buffer(nil, 1<<20)
		for scanner.Scan() {
			_, _ = lockedWriter{w}.Write(append(scanner.Bytes(), '\n'))
			var line map[string]any
			if json.Unmarshal(scanner.Bytes(), &line) != nil {
				line = map[string]any{"msg": "no JSON: " + scanner.Text()}
			}
			w.lines <- line
		}
	}()
	return w
}

type lockedWriter struct{ w *watchUnderTest }

func (l lockedWriter) Write(text []byte) (int, error) {
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	return l.w.out.Write(text)
}

// said returns all that it has said so far.
func (w *watchUnderTest) said() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out.String()
}

// await waits for a line whose message begins so.
func (w *watchUnderTest) await(msg string, fits ...func(line map[string]any) bool) map[string]any {
	w.t.Helper()
	for {
		select {
		case line, ok := <-w.lines:
			require.True(w.t, ok, "it ended before it said %q: %s", msg, w.said())
			text, _ := line["msg"].(string)
			if strings.HasPrefix(text, msg) && (len(fits) == 0 || fits[0](line)) {
				return line
			}
		case <-w.t.Context().Done():
			require.FailNow(w.t, "too late", msg)
		}
	}
}

// end sends a signal, and wants an exit with code 0.
func (w *watchUnderTest) end(s syscall.Signal) {
	w.t.Helper()
	require.NoError(w.t, w.cmd.Process.Signal(s))
	for range w.lines { // until it has said all
	}
	require.NoError(w.t, w.cmd.Wait())
}

// get asks a page of the watch.
func get(t *testing.T, address string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(body)
}

// secrets returns everything in a data directory and an environment that nobody may see.
func secrets(t *testing.T, data string, env []string) []string {
	t.Helper()
	var all []string
	for _, variable := range env {
		name, value, _ := strings.Cut(variable, "=")
		if (strings.HasPrefix(name, "BOX_") || strings.HasPrefix(name, "PROCORE_")) &&
			(strings.HasSuffix(name, "TOKEN") || strings.HasSuffix(name, "SECRET")) && value != "" {
			all = append(all, value)
		}
	}
	key, err := connect.TokenKeyFile(filepath.Join(data, "procorebox.key"))
	require.NoError(t, err)
	f, err := sqlite.OpenFile(t.Context(), filepath.Join(data, "procorebox.db"), sqlite.FileOptions{Key: key})
	require.NoError(t, err)
	defer f.Close()
	for _, name := range []string{"box", "procore"} {
		token, err := f.Tokens.Load(t.Context(), name)
		require.NoError(t, err)
		all = append(all, token.Access)
		if token.Refresh != "" {
			all = append(all, token.Refresh)
		}
	}
	text, err := os.ReadFile(filepath.Join(data, "procorebox.key"))
	require.NoError(t, err)
	return append(all, strings.TrimSpace(string(text)))
}

func (o *officeUnderTest) data() string {
	for _, variable := range slices.Backward(o.env) {
		if dir, ok := strings.CutPrefix(variable, "PROCOREBOX_DATA="); ok {
			return dir
		}
	}
	return ""
}

// signedURL is what gives access to contents without a token.
var signedURL = regexp.MustCompile(`(?i)x-amz-signature|/d/1/[^ "]+/download|signature=`)

func TestNoSecretIsInWhatAServiceSays(t *testing.T) {
	o := newOfficeUnderTest(t, "0s", "--fault-rate", "0.05")
	self, err := os.Executable()
	require.NoError(t, err)
	o.env = append(o.env, "BROWSER="+self) // see actAsBrowser
	for _, service := range []string{"box", "procore"} {
		connected := false
		for range 20 { // some calls fail for no reason
			// Procore's usual port may be somebody else's.
			if connected = o.command("connect", service, "--redirect", "http://localhost/callback").Run() == nil; connected {
				break
			}
		}
		require.True(t, connected, service)
	}
	hidden := secrets(t, o.data(), o.env)
	require.Greater(t, len(hidden), 8)

	w := o.watch("--log-level", "debug", "--listen", "127.0.0.1:0")
	address := "http://" + w.await("serving")["at"].(string)
	w.await("action")
	w.await("run ended", func(line map[string]any) bool { return line["writes"].(float64) > 0 })
	var said strings.Builder
	for _, path := range []string{"/healthz", "/metrics", "/"} {
		_, body := get(t, address+path)
		said.WriteString(body)
	}
	require.NoError(t, o.side[syncer.Source].do(t.Context(), io.Discard, []string{"write", "new.txt", "new"}))
	w.await("action", func(line map[string]any) bool { return line["path"] == "new.txt" && line["result"] == "done" })
	require.NoError(t, o.side[syncer.Destination].do(t.Context(), io.Discard, []string{"write", "back.txt", "back"}))
	w.await("action", func(line map[string]any) bool { return line["path"] == "back.txt" && line["result"] == "done" })
	require.NoError(t, w.cmd.Process.Signal(syscall.SIGHUP))
	w.await("read again")
	code, body := get(t, address+"/metrics")
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, body, `procorebox_signed_in{service="procore"} 1`)
	require.Contains(t, body, `procorebox_token_age_seconds{service="box"}`)
	require.Contains(t, body, `op="create file",result="done",side="procore"`)
	said.WriteString(body)
	w.end(syscall.SIGTERM)

	said.WriteString(w.said())
	require.Contains(t, said.String(), `"level":"DEBUG"`, "calls are logged")
	for _, secret := range append(hidden, secrets(t, o.data(), o.env)...) {
		at := strings.Index(said.String(), secret)
		require.Negative(t, at, "%q is in %q", secret, said.String()[max(0, at-200):max(0, min(at+200, said.Len()))])
	}
	if at := signedURL.FindStringIndex(said.String()); at != nil {
		require.Fail(t, "a signed URL", "%s", said.String()[max(0, at[0]-300):min(at[1]+200, said.Len())])
	}
	require.NotContains(t, said.String(), "Bearer ")
}

func TestATokenThatIsRefusedMakesAWatchIll(t *testing.T) {
	o := newOfficeUnderTest(t, "0s")
	env := filepath.Join(t.TempDir(), "env")
	require.NoError(t, os.WriteFile(env, []byte("# nothing yet\n"), 0o600))
	w := o.watch("--listen", "127.0.0.1:0", "--env-file", env)
	address := "http://" + w.await("serving")["at"].(string)
	w.await("run ended")
	code, body := get(t, address+"/healthz")
	require.Equal(t, http.StatusOK, code, body)

	// A wrong token in the file is not taken; the watch goes on with what it had.
	require.NoError(t, os.WriteFile(env, []byte("BOX_TOKEN=wrong\n"), 0o600))
	require.NoError(t, w.cmd.Process.Signal(syscall.SIGHUP))
	line := w.await("trouble")
	require.Contains(t, line["error"], "going on as before")
	require.Contains(t, line["error"], `sign in with "procorebox connect box"`)

	// Nor is one that cannot be read, and what stands in the line is not said.
	require.NoError(t, os.WriteFile(env, []byte("PROCOREBOX_LOG_LEVEL=debug\nBOX_TOKEN 'x%%secret\n"), 0o600))
	require.NoError(t, w.cmd.Process.Signal(syscall.SIGHUP))
	line = w.await("trouble")
	require.Contains(t, line["error"], "line 2 of "+env+" is not NAME=value")
	require.NotContains(t, w.said(), "x%%secret")

	// A level of logs is.
	require.NoError(t, os.WriteFile(env, []byte("PROCOREBOX_LOG_LEVEL=debug\n"), 0o600))
	require.NoError(t, w.cmd.Process.Signal(syscall.SIGHUP))
	require.Equal(t, "DEBUG", w.await("read again")["log_level"])
	w.await("", func(line map[string]any) bool { return line["level"] == "DEBUG" })
	require.NotContains(t, w.said(), "stopped:", "it goes on")
	w.end(syscall.SIGINT)
	require.Contains(t, w.said(), "stopped: all calls have ended")
}

func TestASecondSignalEndsAWatchAtOnceAndTheNextRunHealsIt(t *testing.T) {
	o := newOfficeUnderTest(t, "0s")
	w := o.watch("--drain", "1h")
	w.await("action") // it is in the midst of the first sync
	require.NoError(t, w.cmd.Process.Signal(syscall.SIGTERM))
	w.await("stopping")
	w.end(syscall.SIGTERM)

	o.sync()
	require.Equal(t, o.tree(syncer.Source), o.tree(syncer.Destination))
	require.EqualValues(t, 0, o.sync()["writes"])
}

func TestADrainedWatchLeavesNothingToLookInto(t *testing.T) {
	o := newOfficeUnderTest(t, "0s")
	w := o.watch()
	w.await("action")
	w.end(syscall.SIGTERM)
	require.Contains(t, w.said(), "stopped: all calls have ended")

	f, err := sqlite.OpenFile(context.Background(), filepath.Join(o.data(), "procorebox.db"), sqlite.FileOptions{})
	require.NoError(t, err)
	defer f.Close()
	links, err := f.Notes.Read(t.Context(), "link/")
	require.NoError(t, err)
	for name := range links {
		view, err := f.Store.View(t.Context(), strings.TrimPrefix(name, "link/")+"/documents")
		require.NoError(t, err)
		for in, err := range view.Intents(t.Context()) {
			require.NoError(t, err)
			require.Fail(t, "a write whose outcome nobody knows", "%v", in)
		}
	}
	o.sync()
	require.Equal(t, o.tree(syncer.Source), o.tree(syncer.Destination))
}
