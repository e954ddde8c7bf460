package mapping_test

import (
	"context"
	"fmt"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// neighbours makes a world with two Links that are in step: "bridge", of project 7, and "tunnel", of project
// 9. What closed returns for it keeps a side of "tunnel" from being opened.
func neighbours(t *testing.T, closed func(side syncer.Side) error) *world {
	t.Helper()
	w := newWorld(t, syncertest.Tree{"Bridge/": "", "Tunnel/": ""})
	w.add("Bridge", mapping.Documents)
	tunnel, err := w.Add(t.Context(), mapping.Link{
		Name: "tunnel", Company: "1", Project: "9", Folder: w.box.ID("Tunnel"), Tools: []mapping.Tool{mapping.Documents, mapping.Photos},
	})
	require.NoError(t, err)
	w.settle("bridge")
	w.settle("tunnel")
	w.options.Box = func(_ context.Context, l mapping.Link) (mapping.Place, error) {
		if err := closed(syncer.Destination); err != nil && l.ID == tunnel.ID {
			return mapping.Place{}, err
		}
		return mapping.Place{Endpoint: syncer.Endpoint{FS: w.conn}, Stream: "box"}, nil
	}
	w.options.Procore = func(_ context.Context, l mapping.Link, kind mapping.Tool) (mapping.Place, error) {
		if err := closed(syncer.Source); err != nil && l.ID == tunnel.ID {
			return mapping.Place{}, err
		}
		tool := w.tool(l.Company, l.Project, kind)
		return mapping.Place{
			Endpoint: syncer.Endpoint{FS: tool.conn, Root: tool.Root()}, Stream: "procore/" + l.Company + "/" + l.Project + "/" + string(kind),
		}, nil
	}
	w.open()
	return w
}

func TestALinkThatIsNotThereForTheAccountKeepsNoNewsFromTheOthers(t *testing.T) {
	missing := fmt.Errorf("company 1: %w", fs.ErrNotExist)
	w := neighbours(t, func(side syncer.Side) error {
		if side == syncer.Source {
			return missing
		}
		return nil
	})
	w.documents().Write("from Ann.txt", "text")
	w.bob.Write("Bridge/Documents/from Bob.txt", "text")

	hints, err := w.Poll(t.Context())
	require.ErrorIs(t, err, fs.ErrNotExist)
	failed := &mapping.PollError{}
	require.ErrorAs(t, err, &failed)
	require.Equal(t, syncer.Source, failed.Side)
	tunnel, err := w.Get(t.Context(), "tunnel")
	require.NoError(t, err)
	require.Equal(t, []string{tunnel.Pair(mapping.Documents)}, failed.Pairs)
	require.EqualError(t, failed, `link "tunnel": open Procore: company 1: file does not exist`)
	bridge, err := w.Get(t.Context(), "bridge")
	require.NoError(t, err)
	require.Equal(t, 2, hints[bridge.Pair(mapping.Documents)])

	results, err := w.Sync(t.Context(), "bridge", mapping.SyncOptions{})
	require.NoError(t, err)
	require.True(t, results[0].Settled())
	require.Equal(t, 2, results[0].Report.Totals.Uploads)
}

// A feed may be shared with a Link that cannot be opened just now: nobody is told what that one would miss.
func TestWhatAServiceTellsWhileALinkCannotBeOpenedReachesThatLinkToo(t *testing.T) {
	for _, side := range []syncer.Side{syncer.Source, syncer.Destination} {
		t.Run(side.String(), func(t *testing.T) {
			var down error
			w := neighbours(t, func(s syncer.Side) error {
				if s == side {
					return down
				}
				return nil
			})
			down = fmt.Errorf("%w: %w", syncer.ErrBusy, syncer.ErrUnreached)
			w.tool("1", "9", mapping.Documents).Write("from Ann.txt", "text")
			w.bob.Write("Tunnel/Documents/from Bob.txt", "text")
			w.bob.Write("Bridge/Documents/from Bob.txt", "text")
			_, err := w.Poll(t.Context())
			require.ErrorIs(t, err, syncer.ErrUnreached)

			down = nil
			_, err = w.Poll(t.Context())
			require.NoError(t, err)
			for link, uploads := range map[string]int{"tunnel": 2, "bridge": 1} {
				results, err := w.Sync(t.Context(), link, mapping.SyncOptions{})
				require.NoError(t, err)
				require.False(t, results[0].Report.Full)
				require.Equal(t, uploads, results[0].Report.Totals.Uploads, link)
			}
		})
	}
}

func TestAFeedThatIsNotThereAnyMoreHasItsPairLookedAt(t *testing.T) {
	w := linked(t, mapping.Documents)
	w.documents().conn.OnCall(func(c syncertest.Call) error {
		if c.Phase == syncertest.Before {
			return fmt.Errorf("404: %w", fs.ErrNotExist)
		}
		return nil
	})
	_, err := w.Poll(t.Context())
	failed := &mapping.PollError{}
	require.ErrorAs(t, err, &failed)
	bridge, err := w.Get(t.Context(), "bridge")
	require.NoError(t, err)
	pair := bridge.Pair(mapping.Documents)
	require.Equal(t, []string{pair}, failed.Pairs)
	require.Contains(t, w.sync("bridge", mapping.SyncOptions{})[0].Paused, "is not visible")

	// While it is known to be away nothing gathers that a run would have to look at.
	waiting := func() int {
		view, err := w.state.View(t.Context(), pair)
		require.NoError(t, err)
		n := 0
		for _, err := range view.Inbox(t.Context()) {
			require.NoError(t, err)
			n++
		}
		return n
	}
	before := waiting()
	_, err = w.Poll(t.Context())
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.Equal(t, before, waiting())

	w.documents().conn.OnCall(nil)
	w.poll()
	w.settle("bridge")
}
