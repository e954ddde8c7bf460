package connect_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

func newSpool(t *testing.T, o connect.SpoolOptions) *connect.Spool {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	s, err := connect.NewSpool(o)
	require.NoError(t, err)
	return s
}

func TestASpooledBodyIsReadAsOftenAsIsNeeded(t *testing.T) {
	s := newSpool(t, connect.SpoolOptions{})
	contents := strings.Repeat("a rendering that is never the same twice ", 10_000)
	f, err := s.Put(t.Context(), strings.NewReader(contents))
	require.NoError(t, err)
	defer f.Close()
	require.EqualValues(t, len(contents), f.Size())
	require.Equal(t, syncer.SHA1.Of([]byte(contents)), f.Digest(syncer.SHA1))
	require.Equal(t, syncer.SHA256.Of([]byte(contents)), f.Digest(syncer.SHA256))
	require.Empty(t, f.Digest(syncer.MD5), "nobody asked for it")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			r, err := f.Content(syncer.SHA1).Open(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			defer r.Close()
			data, err := io.ReadAll(r)
			if err != nil || string(data) != contents {
				t.Errorf("%d bytes, %v", len(data), err)
			}
		})
	}
	wg.Wait()
}

func TestNobodyElseSeesASpooledBody(t *testing.T) {
	dir := t.TempDir()
	s := newSpool(t, connect.SpoolOptions{Dir: dir})
	looked := false
	f, err := s.Put(t.Context(), readerFunc(func([]byte) (int, error) {
		looked = true
		left, err := filepath.Glob(filepath.Join(dir, "*"))
		require.NoError(t, err)
		if runtime.GOOS != "windows" {
			require.Empty(t, left, "a file without a name goes with its process")
		}
		for _, name := range left {
			info, err := os.Stat(name)
			require.NoError(t, err)
			require.Zero(t, info.Mode().Perm()&0o077)
		}
		return 0, io.EOF
	}))
	require.NoError(t, err)
	require.True(t, looked)
	require.NoError(t, f.Close())
	require.NoError(t, f.Close())
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestASpoolIsBounded(t *testing.T) {
	s := newSpool(t, connect.SpoolOptions{Most: 10, Files: 1})
	for size, want := range map[int]error{0: nil, 9: nil, 10: nil, 11: connect.ErrTooLarge, 100_000: connect.ErrTooLarge} {
		f, err := s.Put(t.Context(), strings.NewReader(strings.Repeat("x", size)))
		require.ErrorIs(t, err, want, size)
		if err == nil {
			require.EqualValues(t, size, f.Size())
			require.NoError(t, f.Close())
		}
	}
}

func TestAPlaceInASpoolIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSpool(t, connect.SpoolOptions{Files: 1})
		first, err := s.Put(t.Context(), strings.NewReader("one"))
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 2)
		go func() {
			_, err := s.Put(ctx, strings.NewReader("two"))
			done <- err
		}()
		synctest.Wait()
		require.Empty(t, done)
		cancel()
		require.ErrorIs(t, <-done, context.Canceled)
		go func() {
			third, err := s.Put(t.Context(), strings.NewReader("three"))
			done <- errors.Join(err, third.Close())
		}()
		synctest.Wait()
		require.Empty(t, done)
		require.NoError(t, first.Close())
		require.NoError(t, <-done)
	})
}

func TestABodyThatFailsLeavesNothingInASpool(t *testing.T) {
	dir := t.TempDir()
	s := newSpool(t, connect.SpoolOptions{Dir: dir, Files: 1, Most: 4})
	own := errors.New("cut off")
	for range 3 {
		_, err := s.Put(t.Context(), io.MultiReader(strings.NewReader("half"), failing{own}))
		require.ErrorIs(t, err, own)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.Put(ctx, readerFunc(func(p []byte) (int, error) { cancel(); return copy(p, "x"), nil }))
	require.ErrorIs(t, err, context.Canceled)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
	f, err := s.Put(t.Context(), strings.NewReader("good"))
	require.NoError(t, err, "the place was given back")
	defer f.Close()
	_, err = f.Open(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

func TestASpooledBodyThatIsClosedIsNotReadOn(t *testing.T) {
	s := newSpool(t, connect.SpoolOptions{})
	f, err := s.Put(t.Context(), strings.NewReader("x"))
	require.NoError(t, err)
	r, err := f.Open(t.Context())
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, err = io.ReadAll(r)
	require.ErrorIs(t, err, os.ErrClosed)
}

func TestSpoolOptionsThatMakeNoSenseNameTheField(t *testing.T) {
	for field, o := range map[string]connect.SpoolOptions{
		"Most": {Most: -1}, "Files": {Files: -1}, "Digests": {Digests: []syncer.Algorithm{"crc"}},
	} {
		_, err := connect.NewSpool(o)
		require.ErrorIs(t, err, syncer.ErrInvalid)
		require.ErrorContains(t, err, field)
	}
	_, err := newSpool(t, connect.SpoolOptions{Dir: filepath.Join(t.TempDir(), "none")}).Put(t.Context(), strings.NewReader(""))
	require.ErrorContains(t, err, "spool a body")
}
