package main

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/syncer"
)

// The tests here run the program against fakes in processes of their own. By default the tree is a
// small one; CONTRIBUTING.md says how to run them on Go's own source tree.
var (
	e2eTree   = flag.String("e2e.tree", "", "`directory` that the documents hold at first; a small tree without")
	e2eEdits  = flag.Int("e2e.edits", 8, "`number` of random edits of files, on both sides together; others come with them, see edit")
	e2eKills  = flag.Int("e2e.kills", 1, "`number` of random instants at which the program is killed")
	e2eFaults = flag.Float64("e2e.faults", 0.02, "`share` of calls that fail, where they do")
	e2eSeed   = flag.Uint64("e2e.seed", 1, "what is drawn is drawn from this `number`")
)

// comesLate is when all has come that comes late: that takes up to five seconds here.
const comesLate = 6 * time.Second

// office is the program with a data directory of its own, and two people who edit the two sides.
type officeUnderTest struct {
	t    *testing.T
	env  []string
	side [2]person
	rand *rand.Rand
}

func newOfficeUnderTest(t *testing.T, settle string, fakeFlags ...string) *officeUnderTest {
	tree := *e2eTree
	if tree == "" {
		tree = smallTree(t)
	}
	env := fakes(t, append([]string{"--json", "--box", "127.0.0.1:0", "--procore", "127.0.0.1:0", "--limits", "off", "--tree", tree}, fakeFlags...)...)
	o := &officeUnderTest{t: t, env: os.Environ(), rand: rand.New(rand.NewPCG(*e2eSeed, 0))}
	for name, value := range env {
		o.env = append(o.env, name+"="+value)
	}
	o.env = append(o.env, "PROCOREBOX_DATA="+t.TempDir())
	if settle != "" {
		o.env = append(o.env, "PROCOREBOX_SETTLE="+settle)
	}
	get := func(name string) string { return env[name] }
	var company, project procore.ID
	require.NoError(t, json.Unmarshal([]byte(env["PROCORE_COMPANY_ID"]), &company))
	require.NoError(t, json.Unmarshal([]byte(env["PROCORE_PROJECT_ID"]), &project))
	pc, err := procore.New(procore.Options{Bases: procore.BasesFrom(get), Tokens: procore.Fixed(env["PROCORE_TOKEN"]), CompanyID: company, Attempts: 10})
	require.NoError(t, err)
	t.Cleanup(pc.Close)
	documents, err := procore.NewDocuments(t.Context(), pc, procore.InProject(project), nil)
	require.NoError(t, err)
	bc, err := box.New(box.Options{Bases: box.BasesFrom(get), Tokens: box.Fixed(env["BOX_TOKEN"]), Attempts: 10})
	require.NoError(t, err)
	t.Cleanup(bc.Close)
	files, err := box.NewFileSystem(t.Context(), bc, nil)
	require.NoError(t, err)
	o.run(0, "link", "add", "--tools", "documents", "--name", "e2e")
	folder, err := person{files, env["BOX_FOLDER_ID"], nil}.find(t.Context(), "Documents")
	require.NoError(t, err)
	o.side = [2]person{
		{documents, procore.RootID, func(ctx context.Context, id string) error {
			var number procore.ID
			return errors.Join(json.Unmarshal([]byte(id), &number), pc.DeleteFoldersID(ctx, procore.InProject(project), number))
		}},
		{files, folder.ID, func(ctx context.Context, id string) error { return bc.DeleteFoldersID(ctx, id, "", true) }},
	}
	return o
}

// smallTree is a directory with 32 files in folders up to three deep.
func smallTree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for i := range 32 {
		at := filepath.Join(dir, fmt.Sprintf("Area %d", i%8), fmt.Sprintf("Level %d", i/8%2), fmt.Sprintf("sheet %d.txt", i))
		if i%5 == 0 {
			at = filepath.Join(filepath.Dir(at), "old", filepath.Base(at))
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(at), 0o700))
		require.NoError(t, os.WriteFile(at, fmt.Appendf(nil, "contents of sheet %d", i), 0o600))
	}
	return dir
}

// command is the program with some arguments.
func (o *officeUnderTest) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), program, args...)
	cmd.Env = o.env
	return cmd
}

// run runs the program and wants an exit code.
func (o *officeUnderTest) run(code int, args ...string) []byte {
	o.t.Helper()
	cmd := o.command(args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || exit.ExitCode() != code) || err == nil && code != 0 {
		require.FailNow(o.t, "exit code", "%v: %v\n%s\n%s", args, err, tail(out), stderr.String())
	}
	return out
}

// cost says what an ended process took.
func cost(p *os.ProcessState, wall time.Duration) string {
	return fmt.Sprintf("%.1f s (%.1f s CPU), peak %s", wall.Seconds(), (p.UserTime() + p.SystemTime()).Seconds(), peak(p))
}

// tail is the end of what may be long.
func tail(text []byte) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}

// sync syncs until nothing waits for a retry, and returns the last totals.
func (o *officeUnderTest) sync() (totals map[string]any) {
	o.t.Helper()
	for range 100 { // each loss has it wait for what may still come late
		cmd := o.command("sync", "--json")
		var stderr strings.Builder
		cmd.Stderr = &stderr
		began := time.Now()
		out, err := cmd.Output()
		o.t.Logf("sync took %s", cost(cmd.ProcessState, time.Since(began)))
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		totals = nil
		require.NoError(o.t, json.Unmarshal([]byte(lines[len(lines)-1]), &totals), "%s\n%s", tail(out), stderr.String())
		if err == nil {
			return totals
		}
		o.t.Logf("not settled yet: %v %s %s", err, lines[len(lines)-1], stderr.String())
		lines = slices.DeleteFunc(lines[:len(lines)-1], func(line string) bool { return strings.Contains(line, `"result":"done"`) })
		o.t.Log(strings.Join(lines[:min(3, len(lines))], "\n"))
		time.Sleep(time.Second) // as whoever runs it again does
	}
	require.FailNow(o.t, "it does not settle")
	return nil
}

// tree is what a side holds: the SHA-1 of each file, and nothing for folders.
func (o *officeUnderTest) tree(side syncer.Side) map[string]string {
	o.t.Helper()
	p := o.side[side]
	all, err := p.all(o.t.Context())
	require.NoError(o.t, err)
	found := make(map[string]string, len(all))
	sums := make(chan [2]string, len(all))
	g, ctx := errgroup.WithContext(o.t.Context())
	g.SetLimit(64) // most of the time goes into waiting after faults
	for at, e := range all {
		switch {
		case at == "":
		case e.Kind == syncer.Folder:
			found[at+"/"] = ""
		case e.Digest != "":
			found[at] = strings.TrimPrefix(string(e.Digest), "sha1:")
		default:
			g.Go(func() error {
				body, err := p.files.Open(ctx, e)
				if err != nil {
					return err
				}
				defer body.Close()
				h := sha1.New()
				_, err = io.Copy(h, body)
				sums <- [2]string{at, hex.EncodeToString(h.Sum(nil))}
				return err
			})
		}
	}
	require.NoError(o.t, g.Wait())
	close(sums)
	for s := range sums {
		found[s[0]] = s[1]
	}
	return found
}

// checks that both sides hold what is wanted and nothing else, and that another run writes nothing.
func (o *officeUnderTest) holds(want map[string]string) {
	o.t.Helper()
	require.Equal(o.t, want, o.tree(syncer.Source), "Procore")
	require.Equal(o.t, want, o.tree(syncer.Destination), "Box")
	var totals map[string]any
	began := time.Now()
	out := o.run(0, "sync", "--full", "--json")
	o.t.Logf("a full run without a change took %s", time.Since(began).Round(10*time.Millisecond))
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	require.NoError(o.t, json.Unmarshal([]byte(lines[len(lines)-1]), &totals))
	require.Zero(o.t, totals["writes"], "%s", tail(out))
}

func TestEndToEndATreeIsSyncedAndEqual(t *testing.T) {
	t.Parallel()
	o := newOfficeUnderTest(t, "0s")
	want := o.tree(syncer.Source)
	require.Greater(t, len(want), 20)
	began := time.Now()
	totals := o.sync()
	t.Logf("%d items in %s: %v", len(want), time.Since(began).Round(time.Millisecond), totals)
	o.holds(want)
	o.editAndSync(0)
}

func TestEndToEndWithFaultsAndKills(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for what may still come late")
	}
	t.Parallel()
	o := newOfficeUnderTest(t, comesLate.String(), "--fault-rate", fmt.Sprint(*e2eFaults), "--seed", fmt.Sprint(*e2eSeed))
	want := o.tree(syncer.Source)
	o.killed(*e2eKills)
	t.Logf("first sync: %v", o.sync())
	o.holds(want)
	o.editAndSync(*e2eKills)
}

// editAndSync lets people edit both sides, kills so many syncs of that, and wants all of it on both sides.
func (o *officeUnderTest) editAndSync(kills int) {
	o.t.Helper()
	made := o.edit(*e2eEdits)
	o.killed(kills)
	o.t.Logf("after %d edits of files, %d of folders and %d of a file on both sides: %v",
		made.files, made.folders, len(made.clashes), o.sync())
	o.holds(o.withCopies(made))
}

// killed starts syncs and kills so many of them while they work, at some instant. One that has come to its end
// before is followed by one that has half the time.
func (o *officeUnderTest) killed(times int) {
	o.t.Helper()
	before, ended := time.Now(), 0
	window := 2 * time.Second
	for struck := 0; struck < times; {
		cmd := o.command("sync")
		require.NoError(o.t, cmd.Start())
		time.Sleep(time.Duration(o.rand.Int64N(int64(window)))) // the instant is what is tried
		_ = cmd.Process.Kill()                                  // it may be too late
		_ = cmd.Wait()
		if cmd.ProcessState.Exited() {
			ended++
			window = max(window/2, 1)
			continue
		}
		struck++
	}
	o.t.Logf("killed %d syncs while they worked, in %s; %d had come to their end before", times, time.Since(before).Round(time.Second), ended)
}
