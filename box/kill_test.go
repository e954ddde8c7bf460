package box_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// What a child process is told by its environment. A child is this test binary again.
const (
	childDir   = "PROCOREBOX_TEST_DIR" // state and unfinished uploads; set in children only
	childRoot  = "PROCOREBOX_TEST_ROOT"
	childUser  = "PROCOREBOX_TEST_USER"
	childToken = "PROCOREBOX_TEST_TOKEN"
	childLater = "PROCOREBOX_TEST_LATER" // how far ahead its clock is
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := syncModel(context.Background(), dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// model is a file that goes up in parts.
func model() string { return strings.Repeat("model ", box.SimpleLimit/6+1) }

// syncModel is a whole process: one run that carries a large file to Box.
func syncModel(ctx context.Context, dir string) error {
	client, err := box.New(box.Options{
		Bases: box.BasesFrom(os.Getenv), Tokens: box.Fixed(os.Getenv(childToken)), SpoolDir: dir, SessionDir: filepath.Join(dir, "sessions"),
	})
	if err != nil {
		return err
	}
	files, err := box.NewFileSystem(ctx, client, &box.FileSystemOptions{User: &box.User{ID: os.Getenv(childUser)}})
	if err != nil {
		return err
	}
	store, err := sqlite.Open(ctx, filepath.Join(dir, "state.db"), sqlite.Options{})
	if err != nil {
		return err
	}
	later, err := time.ParseDuration(os.Getenv(childLater))
	if err != nil {
		return err
	}
	source := syncertest.New(syncertest.Options{}, syncertest.Tree{"model.ifc": model()}).Connect()
	engine, err := syncer.New(store, syncer.Pair{
		Name:        "pair",
		Source:      syncer.Endpoint{FS: source.FileSystem(), Root: source.Root()},
		Destination: syncer.Endpoint{FS: files, Root: os.Getenv(childRoot)},
	}, &syncer.Options{Clock: func() time.Time { return time.Now().Add(later) }})
	if err != nil {
		return err
	}
	report, err := engine.Run(ctx, nil)
	if err == nil && !report.Settled() {
		err = fmt.Errorf("not settled: %v", report)
	}
	return err
}

// answered counts the parts that a fake has taken.
type answered struct{ parts chan struct{} }

func (a answered) Enabled(context.Context, slog.Level) bool { return true }
func (a answered) WithAttrs([]slog.Attr) slog.Handler       { return a }
func (a answered) WithGroup(string) slog.Handler            { return a }

func (a answered) Handle(_ context.Context, r slog.Record) error {
	put, good := false, false
	r.Attrs(func(at slog.Attr) bool {
		put = put || at.Value.String() == uploadPart
		good = good || at.Key == "status" && at.Value.Int64() == http.StatusOK
		return true
	})
	if put && good {
		a.parts <- struct{}{}
	}
	return nil
}

func TestAProcessThatIsKilledInALargeUploadLeavesTheMissingPartsToTheNextOne(t *testing.T) {
	t.Parallel()
	const partSize, parts, taken = 8 << 20, 6, 3
	seen := answered{make(chan struct{}, 100)}
	fake, err := boxtest.Start(t.Context(), "127.0.0.1:0", boxtest.Options{PartSize: partSize, Logger: slog.New(seen)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, fake.Close()) })
	root, err := fake.Home().CreateFolder("0", "Root")
	require.NoError(t, err)
	dir, urls := t.TempDir(), fake.URLs()
	begin := func(later time.Duration) (*exec.Cmd, *bytes.Buffer) {
		child, said := exec.CommandContext(t.Context(), os.Args[0]), &bytes.Buffer{}
		child.Stderr = said
		child.Env = append(os.Environ(),
			"BOX_API_BASE="+urls.API, "BOX_UPLOAD_BASE="+urls.Upload, "BOX_LOGIN_BASE="+urls.Login,
			childDir+"="+dir, childRoot+"="+root.ID, childUser+"="+fake.Home().ID, childToken+"="+fake.Token(), childLater+"="+later.String())
		require.NoError(t, child.Start())
		return child, said
	}

	// All parts after the third hang, so that the process is in the middle for certain.
	require.NoError(t, fake.Inject(boxtest.Fault{Route: uploadPart, Nth: taken + 1, Times: -1, Slow: time.Hour}))
	first, said := begin(0)
	for range taken {
		select {
		case <-seen.parts:
		case <-time.After(2 * time.Minute):
			require.Fail(t, "no part arrives", "%s", said)
		}
	}
	require.NoError(t, first.Process.Kill())
	require.Error(t, first.Wait())
	_, err = fake.Home().Find("Root/model.ifc")
	require.Error(t, err, "half a file is no file")

	fake.ClearFaults()
	fake.ForgetCalls()
	next, said := begin(3 * time.Minute) // what may be under way has come by then
	require.NoError(t, next.Wait(), "%s", said)
	made := fake.Calls()
	require.Zero(t, made[beginSession])
	require.Equal(t, parts-taken, made[uploadPart])
	there, err := fake.Home().Find("Root/model.ifc")
	require.NoError(t, err)
	require.Equal(t, syncer.SHA1.Of([]byte(model())), syncer.Digest("sha1:"+there.SHA1))
}
