package policy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
)

func TestResolversSettleConflicts(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	later := noon.Add(time.Second)
	byFolder, err := policy.NewByFolder(map[string]syncer.Resolver{
		"Drawings":            policy.Prefer(syncer.Source),
		"/Drawings/As built/": policy.Leave,
		"Photos":              policy.Newest{},
	})
	require.NoError(t, err)
	byDefault, err := policy.NewByFolder(map[string]syncer.Resolver{"": policy.Prefer(syncer.Destination)})
	require.NoError(t, err)

	for _, c := range []struct {
		name                string
		resolver            syncer.Resolver
		path                string
		source, destination time.Time
		want                syncer.Resolution
	}{
		{"keep both keeps both", policy.KeepBoth, "p", later, noon, syncer.KeepBoth},
		{"leave leaves", policy.Leave, "p", later, noon, syncer.Leave},
		{"the preferred source wins", policy.Prefer(syncer.Source), "p", noon, later, syncer.TakeSource},
		{"the preferred destination wins", policy.Prefer(syncer.Destination), "p", later, noon, syncer.TakeDestination},
		{"the newer source wins", policy.Newest{}, "p", later, noon, syncer.TakeSource},
		{"the newer destination wins", policy.Newest{}, "p", noon, later, syncer.TakeDestination},
		{"equal times keep both", policy.Newest{}, "p", noon, noon, syncer.KeepBoth},
		{"equal times of two zones keep both", policy.Newest{}, "p", noon, noon.In(time.FixedZone("", 3600)), syncer.KeepBoth},
		{"without a time on the source both are kept", policy.Newest{}, "p", time.Time{}, noon, syncer.KeepBoth},
		{"without a time on the destination both are kept", policy.Newest{}, "p", noon, time.Time{}, syncer.KeepBoth},
		{"times too close to each other keep both", policy.Newest{Apart: 2 * time.Second}, "p", noon, later, syncer.KeepBoth},
		{"times just far enough apart decide", policy.Newest{Apart: time.Second}, "p", noon, later, syncer.TakeDestination},
		{"a folder's resolver holds for what is in it", byFolder, "Drawings/Level 1/a.pdf", noon, later, syncer.TakeSource},
		{"a folder's resolver holds whatever the case", byFolder, "drawings/a.pdf", noon, later, syncer.TakeSource},
		{"the innermost folder counts", byFolder, "Drawings/As built/a.pdf", noon, later, syncer.Leave},
		{"a folder's resolver may look at the times", byFolder, "Photos/a.jpg", noon, later, syncer.TakeDestination},
		{"a name that begins like a folder is not in it", byFolder, "Drawings 2/a.pdf", noon, later, syncer.KeepBoth},
		{"what no folder covers keeps both", byFolder, "Site/a.pdf", noon, later, syncer.KeepBoth},
		{"the root's resolver is the default", byDefault, "Site/a.pdf", noon, later, syncer.TakeDestination},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, c.resolver.Resolve(syncer.Conflict{
				Path: c.path, Source: syncer.Entry{Modified: c.source}, Destination: syncer.Entry{Modified: c.destination},
			}))
		})
	}
}

func TestResolversSayWhichRuleTheyGoBy(t *testing.T) {
	t.Parallel()
	byFolder, err := policy.NewByFolder(map[string]syncer.Resolver{"Drawings": policy.Prefer(syncer.Source), "Photos": policy.Newest{}, "Site": quiet{}})
	require.NoError(t, err)
	for _, c := range []struct {
		rule syncer.Ruler
		path string
		want string
	}{
		{policy.KeepBoth, "p", "keep both"},
		{policy.Leave, "p", "leave"},
		{policy.Prefer(syncer.Source), "p", "source"},
		{policy.Prefer(syncer.Destination), "p", "destination"},
		{policy.Newest{}, "p", "newest"},
		{byFolder, "Drawings/p", "source"},
		{byFolder, "Photos/p", "newest"},
		{byFolder, "Site/p", ""},
		{byFolder, "p", "keep both"},
	} {
		require.Equal(t, c.want, c.rule.Rule(syncer.Conflict{Path: c.path}), c.path)
	}
}

// quiet is a Resolver that says nothing of its rule.
type quiet struct{}

func (quiet) Resolve(syncer.Conflict) syncer.Resolution { return syncer.Leave }

func TestATableOfFoldersRefusesWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	_, err := policy.NewByFolder(map[string]syncer.Resolver{"a": nil})
	require.ErrorIs(t, err, syncer.ErrInvalid)
	_, err = policy.NewByFolder(map[string]syncer.Resolver{"a": policy.Leave, "A/": policy.KeepBoth})
	require.ErrorIs(t, err, syncer.ErrInvalid)
	_, err = policy.NewByFolder(map[string]syncer.Resolver{"a//b": policy.Leave})
	require.ErrorIs(t, err, syncer.ErrInvalid)
}
