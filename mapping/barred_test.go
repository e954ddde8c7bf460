package mapping_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func TestARootThatMayNotBeReadEndsTheRunOfItsToolAtOnce(t *testing.T) {
	for _, side := range []syncer.Side{syncer.Source, syncer.Destination} {
		t.Run(side.String(), func(t *testing.T) {
			w := newWorld(t, syncertest.Tree{"Bridge/": ""})
			w.add("Bridge", mapping.Documents)
			for i := range 100 {
				w.documents().Write(fmt.Sprintf("%d.txt", i), "text")
			}
			w.settle("bridge")
			barred, other := w.documents().conn, w.conn
			if side == syncer.Destination {
				barred, other = other, barred
			}
			before := other.Count("List")
			for i := range 100 {
				if side == syncer.Source {
					w.bob.Write(fmt.Sprintf("Bridge/Documents/news %d.txt", i), "text")
				} else {
					w.documents().Write(fmt.Sprintf("news %d.txt", i), "text")
				}
			}
			w.poll()
			barred.OnCall(func(c syncertest.Call) error {
				if c.Phase == syncertest.Before {
					return fmt.Errorf("403: %w", fs.ErrPermission)
				}
				return nil
			})
			calls := len(barred.Calls())
			results, err := w.Sync(t.Context(), "bridge", mapping.SyncOptions{Full: true})
			require.NoError(t, err, "a tool's trouble")
			require.ErrorIs(t, results[0].Err, fs.ErrPermission)
			failed := &syncer.Error{}
			require.ErrorAs(t, results[0].Err, &failed)
			require.Equal(t, side, failed.Side)
			require.LessOrEqual(t, len(barred.Calls())-calls, 2)
			require.LessOrEqual(t, other.Count("List")-before, 1)

			barred.OnCall(nil)
			w.settle("bridge")
			require.Equal(t, w.documents().Tree(), w.below("Bridge/Documents"), "it goes on when it may")
		})
	}
}

func TestAServiceThatFailsSteadilyIsAskedOnceOrTwiceInASync(t *testing.T) {
	for _, side := range []syncer.Side{syncer.Source, syncer.Destination} {
		t.Run(side.String(), func(t *testing.T) {
			w := newWorld(t, syncertest.Tree{"Bridge/": ""})
			w.add("Bridge", mapping.Documents)
			w.documents().Write("a.txt", "text")
			w.settle("bridge")
			down := w.documents().conn
			if side == syncer.Destination {
				down = w.conn
			}
			down.OnCall(func(c syncertest.Call) error {
				if c.Op == "List" && c.Phase == syncertest.Before {
					return errors.New("500: internal server error")
				}
				return nil
			})
			before := down.Count("List")
			results, err := w.Sync(t.Context(), "bridge", mapping.SyncOptions{Full: true})
			require.NoError(t, err)
			require.NoError(t, results[0].Err)
			require.NotEmpty(t, results[0].Report.Incomplete)
			require.LessOrEqual(t, down.Count("List")-before, 2)

			down.OnCall(nil)
			w.documents().Write("b.txt", "text")
			w.poll()
			w.settle("bridge")
			require.Equal(t, w.documents().Tree(), w.below("Bridge/Documents"), "it goes on when it may")
		})
	}
}
