package syncertest_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func serverFlaky(t *testing.T, _ *stage) {
	var want [2]syncertest.Tree // mirrored or not
	for i := range want {
		s := newStage(t, scanned, i == 1)
		s.given(diverse, limited(100))
		s.edit()
		s.run()
		s.requireEqualTrees()
		require.True(t, s.report.Settled(), s.report)
		want[i] = s.a.Tree()
	}
	for _, w := range []way{scanned, hinted} {
		for seed := range uint64(25) {
			t.Run(fmt.Sprintf("%s-%d", w, seed), func(t *testing.T) {
				s := newStage(t, w, seed%2 == 1)
				s.given(diverse, limited(100))
				s.edit()
				s.poll()
				dice := rand.New(rand.NewPCG(seed, 1))
				flaky := func(on bool) {
					for _, e := range s.ends() {
						f := syncertest.Faults{}
						if on {
							f = syncertest.Faults{Rand: dice, Fail: 0.07, Lose: 0.03, Cut: 0.05}
						}
						e.conn.Inject(f)
					}
				}
				runs := 0
				for ; runs < 40; runs++ {
					flaky(true)
					err := s.rerun()
					flaky(false)
					if err == nil && s.report.Settled() {
						break
					}
					s.Later(61 * time.Minute)
				}
				require.Less(t, runs, 40, s.report)
				s.requireTrees(want[seed%2])
				for _, e := range s.ends() {
					for at := range e.Tree() {
						require.NotContains(t, at, "procorebox-moving-")
					}
				}
				s.requireSettled()
			})
		}
	}
}

// rerun runs as the stage's way says, without a poll.
func (s *stage) rerun() error {
	s.t.Helper()
	report, err := s.World.Run(s.t.Context(), &syncer.RunOptions{Full: s.way == scanned})
	s.report = report
	return err
}

// dripping is a side whose bodies come slowly, or stop coming.
type dripping struct {
	*syncertest.Handle
	stalls map[string]bool // after the first byte
	every  time.Duration   // between two bytes of the others
}

func (d dripping) Open(ctx context.Context, file syncer.Entry) (io.ReadCloser, error) {
	body, err := d.Handle.Open(ctx, file)
	if err != nil {
		return nil, err
	}
	return &drip{ctx: ctx, ReadCloser: body, stalls: d.stalls[file.Name], every: d.every, closed: make(chan struct{})}, nil
}

type drip struct {
	io.ReadCloser
	ctx    context.Context
	stalls bool
	every  time.Duration
	read   int
	closed chan struct{}
}

func (d *drip) Close() error {
	select {
	case <-d.closed:
	default:
		close(d.closed)
	}
	return d.ReadCloser.Close()
}

func (d *drip) Read(p []byte) (int, error) {
	if d.read++; d.stalls && d.read > 1 {
		select {
		case <-d.ctx.Done():
			return 0, d.ctx.Err()
		case <-d.closed:
			return 0, fs.ErrClosed
		}
	}
	select {
	case <-time.After(d.every):
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	}
	return d.ReadCloser.Read(p[:min(len(p), 1)])
}

func slowLoris(t *testing.T, _ *stage) {
	for _, mirrored := range []bool{false, true} {
		t.Run(fmt.Sprintf("mirrored-%t", mirrored), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, scanned, mirrored)
				s.given(syncertest.Tree{"keep": "k"})
				long := strings.Repeat("long body ", 30)
				s.a.Write("a stalls", "never ends")
				s.a.Write("b is slow", long)
				s.a.Write("c is short", "c")
				d := dripping{s.a.conn, map[string]bool{"a stalls": true}, 20 * time.Second}
				s.Pair.Endpoint(s.a.side).FS = d
				ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
				defer cancel()
				begun := time.Now()
				report, err := s.World.Run(ctx, &syncer.RunOptions{Full: true})
				s.report = report
				took := time.Since(begun)
				require.NoError(t, err, "the run hangs in a download that stalls")
				require.Less(t, took, 6*time.Hour, "a stalled download is given up")
				require.Greater(t, took, time.Duration(len(long))*d.every, "a slow one is not, however long it takes")
				s.requireTree(s.b, syncertest.Tree{"keep": "k", "b is slow": long, "c is short": "c"})
				s.requireFailures("a stalls")

				s.Pair.Endpoint(s.a.side).FS = s.a.conn
				s.Later(time.Hour)
				s.run()
				s.requireEqualTrees()
				s.requireSettled()
			})
		})
	}
}
