package syncer_test

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func TestDifferentContentsOfOneSizeAreAConflict(t *testing.T) {
	for name, digest := range map[string]syncer.Algorithm{"digests are told": syncer.SHA1, "no digests are told": ""} {
		t.Run(name, func(t *testing.T) {
			side := ordinary(func(i *syncer.Info) { i.Digest = digest })
			w := newWorld(t, syncertest.WorldOptions{
				Source: side, SourceTree: syncertest.Tree{"p": "aaa"},
				Destination: side, DestinationTree: syncertest.Tree{"p": "bbb"},
			})
			require.Len(t, full(t, w).Conflicts, 1)
			require.ElementsMatch(t, []string{"aaa", "bbb"}, bodies(w.Source.Tree()))
			require.Equal(t, w.Source.Tree(), w.Destination.Tree())
		})
	}
}

// trusting is a service that takes any body as it comes.
type trusting struct{ *syncertest.Handle }

func (s trusting) CreateFile(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
	body, err := c.Open(ctx)
	if err != nil {
		return syncer.Entry{}, err
	}
	defer body.Close()
	all, err := io.ReadAll(body)
	if err != nil {
		return syncer.Entry{}, err
	}
	again := func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(all)), nil }
	return s.Handle.CreateFile(ctx, parent, name, syncer.Content{Size: int64(len(all)), Open: again})
}

func TestABodyThatEndsEarlyDoesNotBecomeAFile(t *testing.T) {
	w := newWorld(t, syncertest.WorldOptions{
		Source:     ordinary(func(i *syncer.Info) { i.Digest = "" }), // only the length tells
		SourceTree: syncertest.Tree{"p": "whole"},
	})
	w.Pair.Destination.FS = trusting{w.Right}
	w.Left.Inject(syncertest.Faults{Rand: rand.New(rand.NewPCG(1, 2)), Short: 1})
	require.NotEmpty(t, full(t, w).Failures)
	require.Empty(t, w.Right.Writes(), "a short file was stored, if only for a while")
}

func TestTheTypeOfAFileIsThatOfTheNameThatItGets(t *testing.T) {
	w := newWorld(t, syncertest.WorldOptions{
		Source:     ordinary(func(i *syncer.Info) { i.Names.Trailing = "." }),
		SourceTree: syncertest.Tree{"a∙": "becomes a dot", "b": "stays"},
		Destination: ordinary(func(i *syncer.Info) {
			i.Extensions = []string{""} // a dot at the end is a type of its own
		}),
	})
	w.Options.Policies.Namer = policy.Lossless{}
	report := full(t, w)
	require.Equal(t, syncertest.Tree{"b": "stays"}, w.Destination.Tree())
	require.Len(t, w.Right.Writes(), 1, "a file that the side does not take is not sent")
	require.Len(t, report.Skips, 1, report)
	require.Contains(t, report.Skips[0].Reason, "takes no files of this type")

	w = newWorld(t, syncertest.WorldOptions{
		Source:     ordinary(func(*syncer.Info) {}),
		SourceTree: syncertest.Tree{"a.": "becomes a bullet"},
		Destination: ordinary(func(i *syncer.Info) {
			i.Extensions, i.Names.Trailing = []string{""}, "."
		}),
	})
	w.Options.Policies.Namer = policy.Lossless{}
	require.True(t, full(t, w).Settled())
	require.Equal(t, syncertest.Tree{"a∙": "becomes a bullet"}, w.Destination.Tree())
}
