package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/rpc"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// Some of these tests need processes that can be killed. A child is this test binary again; what it
// does stands in childRole, and it talks to its parent over its standard input and output.
const (
	childRole = "PROCOREBOX_TEST_CHILD"
	childFile = "PROCOREBOX_TEST_FILE"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(childRole); role != "" {
		if err := roles()[role](rpc.NewClient(stdio{os.Stdin, os.Stdout}), os.Getenv(childFile)); err != nil {
			fmt.Fprintln(os.Stderr, role+":", err)
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	removeLarge()
	os.Exit(code)
}

// roles are what a child can do with a file.
func roles() map[string]func(parent *rpc.Client, path string) error {
	return map[string]func(parent *rpc.Client, path string) error{
		"own": own, "sync": run, "fill": fillDisk, "spend": spend, "refresh": refresh, "work": work, "count": count, "linger": linger, "call": call,
	}
}

type stdio struct {
	io.Reader
	io.WriteCloser
}

// child is a process with a file, and what its parent does for it.
type child struct {
	cmd    *exec.Cmd
	served sync.WaitGroup
	stderr bytes.Buffer
}

// start starts a child. parent is a value whose methods the child may call.
func start(t *testing.T, role, path string, parent any) *child {
	t.Helper()
	c := &child{cmd: exec.CommandContext(t.Context(), os.Args[0])}
	c.cmd.Env = append(os.Environ(), childRole+"="+role, childFile+"="+path)
	c.cmd.Stderr = &c.stderr
	in, err := c.cmd.StdinPipe()
	require.NoError(t, err)
	out, err := c.cmd.StdoutPipe()
	require.NoError(t, err)
	server := rpc.NewServer()
	require.NoError(t, server.RegisterName("Parent", parent))
	require.NoError(t, c.cmd.Start())
	c.served.Go(func() { server.ServeConn(stdio{out, in}) })
	return c
}

// kill ends the process as kill -9 does.
func (c *child) kill() { _ = c.cmd.Process.Kill() }

// wait returns when the process is gone, and nothing that it asked for is under way any more.
func (c *child) wait() error {
	c.served.Wait()
	if err := c.cmd.Wait(); err != nil {
		return fmt.Errorf("%w: %s", err, c.stderr.String())
	}
	return nil
}

// Call is one call of a child's engine to a service of its parent.
type Call struct {
	Side    syncer.Side
	Op      string
	At      syncer.Entry
	Parent  syncer.Entry
	Name    string
	Key     syncer.Key
	From    syncer.Token
	Content syncer.Content
	Body    []byte
}

// Reply is what came of it.
type Reply struct {
	Entries []syncer.Entry
	Body    []byte
	Trashed syncer.Trashed
	Kind    int // of the error, an index of sentinels
	Text    string
}

func sentinels() []error {
	return []error{
		fs.ErrNotExist, fs.ErrExist, fs.ErrPermission, errors.ErrUnsupported, syncer.ErrStale, syncer.ErrLocked,
		syncer.ErrBusy, syncer.ErrName, syncer.ErrRefused,
	}
}

func (r *Reply) fail(err error) {
	if err == nil {
		return
	}
	r.Text, r.Kind = err.Error(), -1
	for i, sentinel := range sentinels() {
		if errors.Is(err, sentinel) {
			r.Kind = i
		}
	}
}

func (r *Reply) err() error {
	switch {
	case r.Text == "":
		return nil
	case r.Kind < 0:
		return errors.New(r.Text)
	}
	return fmt.Errorf("%s: %w", r.Text, sentinels()[r.Kind])
}

func (r *Reply) entry() (syncer.Entry, error) {
	if err := r.err(); err != nil || len(r.Entries) == 0 {
		return syncer.Entry{}, err
	}
	return r.Entries[0], nil
}

// remote is a side whose service lives in the parent.
type remote struct {
	parent *rpc.Client
	side   syncer.Side
}

var (
	_ syncer.FileSystem = remote{}
	_ syncer.Mover      = remote{}
	_ syncer.Looker     = remote{}
	_ syncer.Finder     = remote{}
)

func (r remote) do(c Call) (reply Reply) {
	c.Side = r.side
	if err := r.parent.Call("Parent.Do", c, &reply); err != nil {
		reply.fail(err)
	}
	return reply
}

func (r remote) Info() syncer.Info { return syncertest.Ordinary() }

func (r remote) List(_ context.Context, at syncer.Entry, from syncer.Token) iter.Seq2[syncer.Entry, error] {
	return func(yield func(syncer.Entry, error) bool) {
		reply := r.do(Call{Op: "List", At: at, From: from})
		for _, e := range reply.Entries {
			if !yield(e, nil) {
				return
			}
		}
		if err := reply.err(); err != nil {
			yield(syncer.Entry{}, err)
		}
	}
}

func (r remote) Open(_ context.Context, file syncer.Entry) (io.ReadCloser, error) {
	reply := r.do(Call{Op: "Open", At: file})
	return io.NopCloser(bytes.NewReader(reply.Body)), reply.err()
}

func (r remote) CreateFolder(_ context.Context, parent syncer.Entry, name string) (syncer.Entry, error) {
	reply := r.do(Call{Op: "CreateFolder", Parent: parent, Name: name})
	return reply.entry()
}

// send reads a body, since only its bytes go to the parent.
func (r remote) send(ctx context.Context, c Call) (syncer.Entry, error) {
	body, err := c.Content.Open(ctx)
	if err != nil {
		return syncer.Entry{}, err
	}
	defer body.Close()
	if c.Body, err = io.ReadAll(body); err != nil {
		return syncer.Entry{}, err
	}
	c.Content.Open = nil
	reply := r.do(c)
	return reply.entry()
}

func (r remote) CreateFile(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
	return r.send(ctx, Call{Op: "CreateFile", Parent: parent, Name: name, Content: c})
}

func (r remote) UpdateFile(ctx context.Context, old syncer.Entry, c syncer.Content) (syncer.Entry, error) {
	return r.send(ctx, Call{Op: "UpdateFile", At: old, Content: c})
}

func (r remote) Delete(_ context.Context, old syncer.Entry) (syncer.Trashed, error) {
	reply := r.do(Call{Op: "Delete", At: old})
	return reply.Trashed, reply.err()
}

func (r remote) Move(_ context.Context, old, parent syncer.Entry, name string) (syncer.Entry, error) {
	reply := r.do(Call{Op: "Move", At: old, Parent: parent, Name: name})
	return reply.entry()
}

func (r remote) Look(_ context.Context, id string) (syncer.Entry, error) {
	reply := r.do(Call{Op: "Look", At: syncer.Entry{ID: id}})
	return reply.entry()
}

func (r remote) Find(_ context.Context, parent syncer.Entry, key syncer.Key) ([]syncer.Entry, error) {
	reply := r.do(Call{Op: "Find", Parent: parent, Key: key})
	return reply.Entries, reply.err()
}

// Result is what a child says when its run has ended.
type Result struct {
	Report syncer.Report
	Err    string
}

// run lets an engine run once, with its state in the file and both services in the parent.
func run(parent *rpc.Client, path string) error {
	ctx := context.Background()
	var roots [2]string
	if err := parent.Call("Parent.Roots", struct{}{}, &roots); err != nil {
		return err
	}
	var result Result
	report, err := runOnce(ctx, parent, path, roots)
	if report != nil {
		result.Report = *report
	}
	if err != nil {
		result.Err = err.Error()
	}
	return parent.Call("Parent.Done", result, &struct{}{})
}

// wholeFile is what files are called that hold all parts.
const wholeFile = "procorebox.db"

// openEither opens a Store in a file of its own or in one with all parts, and returns what closes it.
func openEither(ctx context.Context, path string) (*sqlite.Store, io.Closer, error) {
	if filepath.Base(path) != wholeFile {
		store, err := sqlite.Open(ctx, path, sqlite.Options{})
		return store, store, err
	}
	file, err := sqlite.OpenFile(ctx, path, sqlite.FileOptions{})
	if err != nil {
		return nil, nil, err
	}
	return file.Store, file, nil
}

func runOnce(ctx context.Context, parent *rpc.Client, path string, roots [2]string) (*syncer.Report, error) {
	store, file, err := openEither(ctx, path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	engine, err := syncer.New(store, syncer.Pair{
		Name:        "pair",
		Source:      syncer.Endpoint{FS: remote{parent, syncer.Source}, Root: roots[syncer.Source]},
		Destination: syncer.Endpoint{FS: remote{parent, syncer.Destination}, Root: roots[syncer.Destination]},
	}, nil)
	if err != nil {
		return nil, err
	}
	return engine.Run(ctx, &syncer.RunOptions{Full: true})
}
