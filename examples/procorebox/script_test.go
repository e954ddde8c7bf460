package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/procore"
)

// The scripts in testdata/script drive the program as a person does. A line that begins with "exec
// procorebox" runs it, and "exits N procorebox" wants that exit code. "fakes" starts the fakes in a
// process of their own and sets the variables that it prints; "box" and "procore" do what other people
// do there in the meantime, with the account of the program, and "ann" does it in Procore with her own. What a command in the background does is waited for with "told" and "soon".
// "held PATH" sets HELD to the ID of what is held there. "gate" keeps calls waiting until the script opens it.
// "revoke" takes a sign-in away, and "health" asks a watch how it is. The scripts that begin with "bad" run all commands against one
// fault each: see accountsInScript and tryInScript.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			self, err := os.Executable()
			if err != nil {
				return err
			}
			env.Setenv("PATH", filepath.Dir(program)+string(filepath.ListSeparator)+env.Getenv("PATH"))
			env.Setenv("PROCOREBOX_DATA", filepath.Join(env.WorkDir, "data"))
			env.Setenv("PROCOREBOX_SETTLE", "0s")
			env.Setenv("BROWSER", self) // see actAsBrowser
			env.Values[gateKey{}] = newGate()
			env.Values[faultyKey{}] = &faulty{}
			env.Values[publicKey{}] = new(atomic.Pointer[url.URL])
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"fakes":   fakesInScript,
			"exits":   exits,
			"told":    toldInScript,
			"soon":    soonInScript,
			"held":    heldInScript,
			"gate":    gateInScript,
			"revoke":  revokeInScript,
			"answers": answersInScript,
			"health":  healthInScript,
			"box":     boxInScript,
			"procore": procoreInScript,
			"ann":     annInScript,
			"public":  publicInScript,
			"post":    postInScript,
			"boxapp":  boxAppInScript,
			"signal":  signalInScript,

			"accounts": accountsInScript,
			"try":      tryInScript,
		},
		Condition: func(name string) (bool, error) {
			if name != "small-disks" {
				return false, fmt.Errorf("condition %q is not known", name)
			}
			return smallDisks(), nil
		},
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
	})
}

// smallDisks reports whether whoever runs the tests may mount a disk that nobody else sees.
func smallDisks() bool {
	mount := exec.CommandContext(context.Background(), "unshare", "--user", "--map-root-user", "--mount", "sh", "-c", "mount -t tmpfs none /tmp")
	return mount.Run() == nil
}

// fakesInScript is "fakes [FLAG...]": they serve until the script ends. Without --tree the project is
// empty, unless the script says "--tree=".
func fakesInScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("fakes cannot be negated")
	}
	if !slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "--tree") }) {
		empty := ts.MkAbs("empty")
		ts.Check(os.MkdirAll(empty, 0o700))
		args = append(args, "--tree", empty)
	}
	ctx, kill := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, append([]string{"fakes", "--json", "--box", "127.0.0.1:0", "--procore", "127.0.0.1:0"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		kill()
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	ts.Check(err)
	var env map[string]string
	ts.Check(json.Unmarshal(line, &env))
	for name, value := range env {
		ts.Setenv(name, value)
	}
}

// exits is "exits CODE COMMAND...": it runs the command and wants that exit code. What it prints can be
// looked at as after "exec".
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, not %s", code, args[0])
	}
}

// again is how long scripts wait before they look once more what another process has done.
const again = 50 * time.Millisecond

// toldInScript is "told FILE PATTERN": it waits until something in the file fits the regular expression. A
// command in the background writes it.
func toldInScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: told FILE PATTERN")
	}
	wanted, err := regexp.Compile(`(?m)` + args[1])
	ts.Check(err)
	for {
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && wanted.Match(text) {
			return
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			ts.Check(err)
		}
		time.Sleep(again)
	}
}

// healthInScript is "health FILE PATTERN": it asks the watch whose output is in the file how it is, until the answer has
// what the pattern says.
func healthInScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: health FILE PATTERN")
	}
	toldInScript(ts, false, []string{args[0], `serving /healthz and /metrics, at \S+`})
	at := regexp.MustCompile(`serving /healthz and /metrics, at (\S+)`).FindStringSubmatch(ts.ReadFile(args[0]))
	wanted, err := regexp.Compile(args[1])
	ts.Check(err)
	for {
		r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+at[1]+"/healthz", http.NoBody)
		ts.Check(err)
		answer, err := http.DefaultClient.Do(r)
		ts.Check(err)
		text, err := io.ReadAll(answer.Body)
		ts.Check(errors.Join(err, answer.Body.Close()))
		if wanted.Match(text) {
			return
		}
		time.Sleep(again)
	}
}

// soonInScript is "soon COMMAND...": it runs the command until it exits with 0. What it prints then can be
// looked at as after "exec".
func soonInScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: soon COMMAND...")
	}
	for ts.Exec(args[0], args[1:]...) != nil {
		time.Sleep(again)
	}
}

// boxInScript is "box restore NAME", which takes a file out of the trash, "box id PATH", which sets ID to that of a
// folder, or "box DEED...": see person.
func boxInScript(ts *testscript.TestScript, neg bool, args []string) {
	ctx := context.Background()
	client, err := box.New(box.Options{Bases: box.BasesFrom(ts.Getenv), Tokens: box.Fixed(ts.Getenv("BOX_TOKEN"))})
	ts.Check(err)
	defer client.Close()
	files, err := box.NewFileSystem(ctx, client, nil)
	ts.Check(err)
	if len(args) == 2 && args[0] == "restore" && !neg {
		ts.Check(restoreFile(ctx, client, args[1]))
		return
	}
	bin := func(ctx context.Context, id string) error { return client.DeleteFoldersID(ctx, id, "", true) }
	who := person{files, ts.Getenv("BOX_FOLDER_ID"), bin}
	if len(args) == 2 && args[0] == "id" && !neg {
		e, err := who.find(ctx, args[1])
		ts.Check(err)
		ts.Setenv("ID", e.ID)
		return
	}
	err = who.do(ctx, ts.Stdout(), args)
	if neg != (err != nil) {
		ts.Fatalf("box %v: %v", args, err)
	}
}

// restoreFile takes the files of a name out of the trash of Box.
func restoreFile(ctx context.Context, client *box.Client, name string) error {
	found := 0
	for item, err := range client.GetFoldersTrashItems(ctx) {
		if err != nil {
			return err
		}
		if item.Name == name {
			if _, err := client.PostFilesID(ctx, item.ID, "", ""); err != nil {
				return err
			}
			found++
		}
	}
	if found == 0 {
		return fmt.Errorf("the trash of Box has no %s: %w", name, fs.ErrNotExist)
	}
	return nil
}

// procoreInScript is "procore rename NAME", which gives the project another name, or "procore DEED...": see person.
func procoreInScript(ts *testscript.TestScript, neg bool, args []string) {
	inProcore(ts, neg, "PROCORE_TOKEN", args)
}

// annInScript is "ann DEED...": what Ann does in Procore.
func annInScript(ts *testscript.TestScript, neg bool, args []string) {
	inProcore(ts, neg, "ANN_TOKEN", args)
}

// inProcore lets the owner of a token do something in Procore: see person.
func inProcore(ts *testscript.TestScript, neg bool, token string, args []string) {
	ctx := context.Background()
	var company, project procore.ID
	ts.Check(json.Unmarshal([]byte(ts.Getenv("PROCORE_COMPANY_ID")), &company))
	ts.Check(json.Unmarshal([]byte(ts.Getenv("PROCORE_PROJECT_ID")), &project))
	client, err := procore.New(procore.Options{
		Bases: procore.BasesFrom(ts.Getenv), Tokens: procore.Fixed(ts.Getenv(token)), CompanyID: company,
	})
	ts.Check(err)
	defer client.Close()
	if len(args) == 2 && args[0] == "rename" && !neg {
		ts.Check(renameProject(ctx, ts.Getenv, args[1]))
		return
	}
	in := procore.InProject(project)
	files, err := procore.NewDocuments(ctx, client, in, nil)
	ts.Check(err)
	bin := func(ctx context.Context, id string) error {
		var folder procore.ID
		if err := json.Unmarshal([]byte(id), &folder); err != nil {
			return err
		}
		return client.DeleteFoldersID(ctx, in, folder)
	}
	err = person{files, procore.RootID, bin}.do(ctx, ts.Stdout(), args)
	if neg != (err != nil) {
		ts.Fatalf("procore %v: %v", args, err)
	}
}

// heldInScript is "held PATH".
func heldInScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: held PATH")
	}
	cmd := exec.CommandContext(context.Background(), program, "holds", "list", "--json")
	for _, name := range []string{"PROCOREBOX_DATA", "PROCOREBOX_SETTLE"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != exitWaits {
		ts.Fatalf("nothing waits: %v", err)
	}
	var holds office.Holds
	ts.Check(json.Unmarshal(out, &holds))
	at := slices.IndexFunc(holds.Items, func(h office.Held) bool { return h.Path == args[0] })
	if at < 0 {
		ts.Fatalf("nothing is held at %q: %s", args[0], out)
	}
	ts.Setenv("HELD", string(holds.Items[at].ID))
}
